from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.read.chats.slack import READER
from retrieval.errors import FileRefusedError
from retrieval.records import TextKind
from tests.ingest.read.findings import Fields, as_bytes, find, find_in_folder

FIRST = 1_714_557_600


def message(number: int, text: str = "Words.", **more: object) -> Fields:
    fields = {"type": "message", "user": "U1", "text": text, "ts": f"{FIRST + number}.000100"}
    return fields | more


def stamp(number: int) -> str:
    return f"{FIRST + number}.000100"


USERS = [
    {
        "id": "U1",
        "name": "ann",
        "profile": {"display_name": "Ann", "email": "ann@example.org", "phone": "555 0100"},
    },
    {"id": "U2", "name": "bo", "real_name": "Bo Lee", "profile": None},
    {"id": "U3", "name": "helper", "is_bot": True, "profile": {"real_name": "Helper"}},
]
CHANNELS = [{"id": "C1", "name": "pumps"}, {"id": "C2", "name": "fans"}]


def export(*messages: object, **files: object) -> dict[str, Any]:
    named = {f"{name}/2024-05-01.json": content for name, content in files.items()}
    return {
        "users.json": USERS,
        "channels.json": CHANNELS,
        "pumps/2024-05-01.json": list(messages),
        **named,
    }


def test_a_message_with_replies_is_a_thread_and_the_rest_of_the_channel_one():
    [found] = find_in_folder(
        READER,
        {
            **export(
                message(1, "Who has the key?"),
                message(2, "It hums.", thread_ts=stamp(2), reply_count=1),
            ),
            "pumps/2024-05-02.json": [
                message(90_000, "Since when?", user="U2", thread_ts=stamp(2)),
                message(90_001, "I have."),
            ],
        },
    )
    channel, thread = found.threads
    assert (channel.title, channel.is_channel, len(channel.posts)) == ("#pumps", True, 2)
    assert (thread.title, thread.is_channel) == ("#pumps", False)
    assert thread.key == f"C1/{stamp(2)}"
    root, reply = thread.posts
    assert root.parent_key is None
    assert (reply.author, reply.author_id, reply.parent_key) == ("Bo Lee", "U2", root.key)
    assert root.created_at == datetime(2024, 5, 1, 10, 0, 2, 100, tzinfo=UTC)
    assert found.shortfalls == ()


def test_no_address_of_a_profile_comes_in():
    text = "Ask <@U1>, <mailto:ann@example.org|mail>."
    [found] = find_in_folder(READER, export(message(1, text)))
    assert "example.org" not in repr(found.threads)
    assert "555" not in repr(found.threads)
    assert found.posts[stamp(1)].text == "Ask @Ann, mail."
    assert found.posts[stamp(1)].mentions == ("U1",)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ("*bold* and _so_ ~not~", "**bold** and _so_ ~~not~~"),
        ("2*3*4 stays", "2*3*4 stays"),
        ("`*x*` stays", "`*x*` stays"),
        ("<https://x.org|here>", "[here](https://x.org)"),
        ("<https://x.org>", "https://x.org"),
        ("<https://x.org|x.org>", "https://x.org"),
        ("<#C2|fans>, <#C2>", "#fans, #fans"),
        ("<!here> <!subteam^S1|@staff>", "@here @staff"),
        ("<!date^1^{date}|May>", "May"),
        ("<@U9>?", "@U9?"),
    ],
)
def test_what_slack_writes_its_own_way_becomes_markdown(text, wanted):
    [found] = find_in_folder(READER, export(message(1, text)))
    assert found.posts[stamp(1)].text == wanted


def test_quoted_lines_are_quotes_and_three_marks_quote_to_the_end():
    to_the_end = message(2, "Said:\n&gt;&gt;&gt; a\n\nb")
    found = find(READER, [message(1, "&gt; It hums.\nSo?"), to_the_end])
    kinds = [[p.kind for p in post.paragraphs] for post in found.posts.values()]
    quote, own = TextKind.QUOTE, TextKind.OWN
    assert kinds == [[quote, own], [own, quote, quote]]


def test_a_shared_message_is_a_quote_of_its_author():
    attachment = {
        "is_msg_unfurl": True,
        "author_name": "Bo Lee",
        "text": "Turn it off.",
        "ts": stamp(3),
        "channel_id": "C2",
        "from_url": f"https://team.example/archives/C2/p1?thread_ts={stamp(2)}&amp;cid=C2",
    }
    [found] = find_in_folder(READER, export(message(9, "As he says:", attachments=[attachment])))
    own, quote = found.posts[stamp(9)].paragraphs
    assert own.kind is TextKind.OWN
    assert (quote.text, quote.quoted_author) == ("> Turn it off.", "Bo Lee")
    assert (quote.quoted_key, quote.quoted_thread_key) == (stamp(3), f"C2/{stamp(2)}")


def test_a_program_speaks_by_its_cards_and_a_message_without_text_by_its_blocks():
    card = {"title": "Build 7", "title_link": "https://x.org", "text": "failed", "fields": [None]}
    element = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Hello"}]}
    [found] = find_in_folder(
        READER,
        export(
            message(1, "", user=None, bot_id="B1", subtype="bot_message", attachments=[card]),
            message(2, "", blocks=[{"type": "rich_text", "elements": [element, 7]}]),
            message(3, "I help.", user="U3"),
        ),
    )
    first, second, third = found.posts.values()
    assert first.text == "[Build 7](https://x.org)\n\nfailed"
    assert (first.is_bot, first.author_id) == (True, "B1")
    assert (second.text, second.is_bot, third.is_bot) == ("Hello", False, True)


def test_reactions_edits_and_files_are_kept():
    more: Fields = {
        "edited": {"user": "U1", "ts": f"{FIRST + 60}.000000"},
        "reactions": [{"name": "+1", "count": 2}, {"name": "eyes", "count": 1}],
        "files": [
            {"name": "log.txt", "permalink": "https://team.slack.com/files/U1/F1/log.txt"},
            {"mode": "tombstone"},
        ],
    }
    [found] = find_in_folder(READER, export(message(1) | more))
    post = found.posts[stamp(1)]
    assert (post.score, post.attachments) == (3, ("log.txt",))
    assert post.edited_at == datetime(2024, 5, 1, 10, 1, tzinfo=UTC)
    assert post.url == f"https://team.slack.com/archives/C1/p{FIRST + 1}000100"


def test_what_is_no_contribution_is_counted_and_left_out():
    [found] = find_in_folder(
        READER,
        export(
            message(1),
            message(1),
            message(2, subtype="channel_join"),
            message(3, "", subtype="tombstone"),
            message(4, "", files=[{"name": "a.png"}]),
            message(5, ts="yesterday"),
            {"type": "message"},
            None,
        )
        | {"dms.json": [{"id": "D1"}], "D1/2024-05-01.json": [message(7)]}
        | {"groups.json": [{"id": "G1", "name": "board"}], "board/2024-05-01.json": [message(8)]},
    )
    assert set(found.posts) == {stamp(1)}
    assert found.left_out == {
        "repeated": 1,
        "system": 1,
        "deleted": 1,
        "empty": 1,
        "broken": 3,
        "private": 2,
    }


def test_answers_of_the_web_api_say_what_they_lack():
    found = find(
        READER,
        {"ok": True, "has_more": True, "messages": [message(1, thread_ts=stamp(1), reply_count=3)]},
    )
    assert found.posts[stamp(1)].author == "U1"
    assert "one page of several" in found.shortfalls[0]
    assert "3 replies in 1 threads" in found.shortfalls[1]


def test_days_of_a_channel_without_an_index_belong_together():
    [found] = find_in_folder(
        READER,
        {"2024-05-01.json": [message(1)], "2024-05-02.json": [message(90_000)], "notes.json": []},
        name="exports/pumps",
    )
    assert (found.thread.title, len(found.thread.posts)) == ("#pumps", 2)


def test_a_channel_that_goes_by_its_id_has_it_for_its_key():
    files = {"0.json": [message(1)], "1.json": [message(2)], "C0123456789.json": [message(2)]}
    [found] = find_in_folder(READER, files, name="messages/C0123456789")
    assert (found.thread.key, len(found.thread.posts)) == ("C0123456789", 2)
    assert found.left_out == {"repeated": 1}
    alone = find(READER, [message(1)], "C0123456789.json")
    assert alone.thread.key == "C0123456789"


def test_a_file_that_breaks_off_gives_its_whole_messages():
    data = as_bytes([message(number) for number in range(5)])
    found = find(READER, data[:-20])
    assert len(found.posts) == 4
    assert any("breaks off after 4 whole records" in text for text in found.shortfalls)


def test_an_answer_without_messages_is_refused():
    with pytest.raises(FileRefusedError, match="messages"):
        find(READER, {"ok": False, "error": "not_in_channel"})


def test_it_is_told_from_other_json_by_its_stamps():
    assert READER.sniff("a.json", as_bytes([message(1)])) > 0.9
    assert READER.sniff("a.json", b'[{"type": "message", "ts": 17}]') == 0
