from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.read.chats.zulip import READER
from retrieval.errors import FileRefusedError
from retrieval.records import TextKind
from tests.ingest.read.findings import Fields, as_bytes, find, find_in_folder

NAME = "archive/12-pumps/Why.20does.20it.20hum.3F.json"


def message(number: int, content: str = "<p>Words.</p>", **more: object) -> Fields:
    fields = {
        "id": number,
        "sender_full_name": "Ann Lee",
        "timestamp": 1_714_557_600 + number,
        "content": content,
    }
    return fields | more


def said(number: int, words: str, narrow: str = "12-pumps/topic/Why.20does.20it.20hum.3F") -> str:
    return (
        f'<p><span class="user-mention silent" data-user-id="3">Bo</span> '
        f'<a href="#narrow/stream/{narrow}/near/{number}">said</a>:</p>\n'
        f"<blockquote>\n<p>{words}</p>\n</blockquote>\n<p>Since when?</p>"
    )


def test_an_archived_topic_is_named_by_its_path():
    found = find(READER, [message(2), message(1)], NAME)
    thread = found.thread
    assert (thread.title, thread.tags, thread.key) == (
        "Why does it hum?",
        ("pumps",),
        "12/Why does it hum?",
    )
    assert [post.key for post in thread.posts] == ["1", "2"]
    assert thread.posts[0].created_at == datetime(2024, 5, 1, 10, 0, 1, tzinfo=UTC)
    assert (thread.posts[0].author, thread.url) == ("Ann Lee", None)


def test_a_topic_that_was_resolved_keeps_its_name():
    name = "archive/12-pumps/.E2.9C.94.20Why.20does.20it.20hum.3F.json"
    thread = find(READER, [message(1)], name).thread
    assert (thread.title, thread.is_solved) == ("Why does it hum?", True)
    assert thread.key == find(READER, [message(1)], NAME).thread.key


def test_a_quote_names_the_message_that_it_is_taken_from():
    elsewhere = said(9, "So did mine.", "12-pumps/topic/Fans")
    found = find(READER, [message(1), message(2, said(1, "Words.") + elsewhere)], NAME)
    post = found.posts["2"]
    assert [(p.text, p.kind) for p in post.paragraphs] == [
        ("> Words.", TextKind.QUOTE),
        ("Since when?", TextKind.OWN),
        ("> So did mine.", TextKind.QUOTE),
        ("Since when?", TextKind.OWN),
    ]
    first, _, second, _ = post.paragraphs
    assert (first.quoted_author, first.quoted_key, first.quoted_thread_key) == ("Bo", "1", None)
    assert (second.quoted_key, second.quoted_thread_key) == ("9", "12/Fans")
    assert post.parent_key == "1"


def test_a_mention_before_a_quote_is_no_attribution():
    who = '<span class="user-mention" data-user-id="3">@Bo</span>'
    html = f"<p>As {who} says:</p><blockquote><p>a</p></blockquote>"
    post = find(READER, [message(1, html)], NAME).posts["1"]
    assert [(p.text, p.quoted_author) for p in post.paragraphs] == [
        ("As @Bo says:", None),
        ("> a", None),
    ]
    assert post.mentions == ("Bo",)


def test_formulas_code_and_spoilers_keep_what_was_written():
    html = (
        '<p>So <span class="katex"><span class="katex-mathml"><math><annotation '
        'encoding="application/x-tex">x^2</annotation></math></span>x2</span></p>'
        '<div class="codehilite" data-code-language="Lean"><pre><span></span><code><span>by</span>'
        ' simp\n</code></pre></div><div class="spoiler-block"><p>him</p></div>'
        '<p><a href="/user_uploads/2/ab/a%20log.txt">log</a></p>'
    )
    post = find(READER, [message(1, html)], NAME).posts["1"]
    assert "So $x^2$\n\n```lean\nby simp\n```\n\n||him||" in post.text
    assert post.attachments == ("a log.txt",)


def test_a_notice_of_the_servers_own_bot_is_a_programs():
    found = find(READER, [message(1), message(2, sender_full_name="Notification Bot")], NAME)
    assert [post.is_bot for post in found.posts.values()] == [False, True]


def test_answers_of_the_api_say_where_they_stand():
    told = {"display_recipient": "pumps", "stream_id": 12, "subject": "Noise", "type": "stream"}
    private = {"display_recipient": [{"id": 1}], "subject": "", "type": "private"}
    found = find(
        READER,
        {
            "result": "success",
            "messages": [
                message(1, sender_id=7, reactions=[{"emoji_name": "+1"}]) | told,
                message(2, sender_id=7) | private,
            ],
        },
    )
    assert (found.thread.title, found.thread.key) == ("Noise", "12/Noise")
    assert (found.posts["1"].author_id, found.posts["1"].score) == ("7", 1)
    assert found.left_out == {"private": 1}


def test_a_servers_export_is_read_whole_without_its_addresses():
    realm = {
        "zerver_realm": [{"id": 1}],
        "zerver_userprofile": [
            {"id": 7, "full_name": "Ann Lee", "is_bot": False, "delivery_email": "ann@example.org"},
            {"id": 8, "full_name": "Builder", "is_bot": True},
        ],
        "zerver_userprofile_crossrealm": [{"id": 9, "email": "welcome-bot@zulip.com"}],
        "zerver_stream": [
            {"id": 12, "name": "pumps", "invite_only": False},
            {"id": 13, "name": "board", "invite_only": True},
        ],
        "zerver_recipient": [
            {"id": 50, "type": 2, "type_id": 12},
            {"id": 51, "type": 1, "type_id": 7},
            {"id": 52, "type": 2, "type_id": 13},
        ],
    }

    def exported(number: int, sender: int, recipient: int) -> Fields:
        return {
            "id": number,
            "sender": sender,
            "recipient": recipient,
            "subject": "Noise",
            "content": "*Words*",
            "rendered_content": "<p><em>Words</em></p>",
            "date_sent": 1_714_557_600.5,
            "last_edit_time": None,
        }

    [found] = find_in_folder(
        READER,
        {
            "realm.json": realm,
            "messages-000001.json": {"zerver_message": [exported(1, 7, 50), exported(2, 8, 50)]},
            "messages-000002.json": {
                "zerver_message": [exported(3, 7, 51), exported(4, 7, 52), None]
            },
        },
    )
    assert (found.thread.title, found.thread.tags) == ("Noise", ("pumps",))
    first, second = found.thread.posts
    assert (first.text, first.author, first.author_id) == ("*Words*", "Ann Lee", "7")
    assert (second.author, second.is_bot) == ("Builder", True)
    assert found.left_out == {"private": 2, "broken": 1}
    assert "example.org" not in repr(found.threads)


def test_a_part_of_an_export_alone_is_refused_with_what_to_do():
    with pytest.raises(FileRefusedError, match="into one folder"):
        find(READER, {"zerver_message": [], "zerver_usermessage": []})


def test_a_file_that_breaks_off_gives_its_whole_messages():
    data = as_bytes([message(number) for number in range(5)])
    found = find(READER, data[:-30], NAME)
    assert len(found.posts) == 4
    assert "breaks off after 4 whole records" in found.shortfalls[0]


def test_it_is_told_from_other_json():
    assert READER.sniff("a.json", as_bytes([message(1)])) > 0.9
    assert READER.sniff("a.json", b'[{"id": 1, "content": "<p>x</p>"}]') == 0
