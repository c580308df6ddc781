from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.read.chats.telegram import READER
from retrieval.records import TextKind
from tests.ingest.read.findings import Fields, as_bytes, find


def message(number: int, text: object = "Words.", **more: object) -> Fields:
    fields = {
        "id": number,
        "type": "message",
        "date": f"2024-05-01T12:{number:02d}:00",
        "date_unixtime": str(1_714_557_600 + number * 60),
        "from": "Ann",
        "from_id": "user1",
        "text": text,
    }
    return fields | more


def chat(*messages: object, **more: object) -> Fields:
    fields = {"name": "Pumps", "type": "public_supergroup", "id": 77, "messages": list(messages)}
    return fields | more


def test_a_group_is_a_channel_with_its_replies():
    reply = message(2, "Oil it.", reply_to_message_id=1, reactions=[{"count": 2}, {"count": 1}])
    found = find(READER, chat(message(1), reply | {"edited_unixtime": "1714557900"}))
    assert (found.thread.title, found.thread.is_channel, found.thread.key) == ("Pumps", True, "77")
    post = found.posts["2"]
    assert (post.author, post.author_id, post.parent_key, post.score) == ("Ann", "user1", "1", 3)
    assert post.created_at == datetime(2024, 5, 1, 10, 2, tzinfo=UTC)
    assert post.edited_at == datetime(2024, 5, 1, 10, 5, tzinfo=UTC)
    assert post.url == "https://t.me/c/77/2"


def test_the_topics_of_a_forum_are_threads():
    created = {"id": 1, "type": "service", "action": "topic_created", "title": "Noise", "text": ""}
    found = find(
        READER,
        chat(
            created,
            message(2, "It hums.", reply_to_message_id=1),
            message(3, "Oil it.", reply_to_message_id=2),
            message(4, "Hello all."),
        ),
    )
    topic, general = found.threads
    assert (topic.title, topic.is_channel, topic.key) == ("Noise", False, "77/1")
    assert [(post.key, post.parent_key) for post in topic.posts] == [("2", None), ("3", "2")]
    assert (general.title, general.is_channel) == ("Pumps", True)
    assert found.left_out == {"system": 1}


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [
        (["a ", {"type": "bold", "text": "b "}, "c"], "a **b** c"),
        ([{"type": "code", "text": "x"}], "`x`"),
        ([{"type": "pre", "text": "x\ny", "language": "sh"}], "```sh\nx\ny\n```"),
        ([{"type": "text_link", "text": "here", "href": "https://x.org"}], "[here](https://x.org)"),
        ([{"type": "spoiler", "text": "him"}], "||him||"),
        (["Ask ", {"type": "email", "text": "a@b.org"}, {"type": "phone", "text": "555"}, "."],
         "Ask ."),
        ([7, {"type": "link"}, {"text": "ok"}], "ok"),
    ],
)  # fmt: skip
def test_marked_stretches_become_markdown(pieces, wanted):
    assert find(READER, chat(message(1, pieces))).posts["1"].text == wanted


def test_a_forward_and_a_block_quote_are_quotes():
    quoted = [{"type": "blockquote", "text": "It hums."}, "So?"]
    found = find(READER, chat(message(1, "News.", forwarded_from="The Times"), message(2, quoted)))
    [forward] = found.posts["1"].paragraphs
    assert (forward.kind, forward.quoted_author) == (TextKind.QUOTE, "The Times")
    assert [p.kind for p in found.posts["2"].paragraphs] == [TextKind.QUOTE, TextKind.OWN]


def test_a_poll_and_the_name_of_a_file_are_kept():
    poll = {"question": "Which?", "answers": [{"text": "oil"}, {"text": "air"}]}
    found = find(
        READER,
        chat(
            message(1, "", poll=poll),
            message(2, "See.", file="files/log.txt", file_name="log.txt"),
            message(3, "", photo="photos/a.jpg"),
        ),
    )
    assert found.posts["1"].text == "Which?\n\n- oil\n- air"
    assert found.posts["2"].attachments == ("log.txt",)
    assert found.left_out == {"empty": 1}


def test_of_a_whole_account_what_was_said_in_private_stays_out():
    account = {
        "about": "…",
        "personal_information": {"phone_number": "+1 555 0100"},
        "chats": {
            "list": [
                chat(message(1), message(2), name="Bo", type="personal_chat", id=5),
                chat(message(1, "Oil it.")),
            ]
        },
    }
    found = find(READER, account)
    assert [post.text for post in found.posts.values()] == ["Oil it."]
    assert found.left_out == {"private": 2}


def test_older_ids_lead_to_the_same_place():
    found = find(READER, chat(message(3), id=8_589_934_592 + 77))
    assert found.posts["3"].url == "https://t.me/c/77/3"
    assert find(READER, chat(message(3), type="private_group")).posts["3"].url is None


def test_wrong_values_cost_no_more_than_themselves():
    found = find(
        READER,
        chat(
            None,
            message(1, date=None, date_unixtime="soon", reactions=None),
            message(2, reply_to_message_id=2),
            message(2),
            {"type": "message"},
            [],
        ),
    )
    assert found.posts["1"].created_at is None
    assert found.posts["2"].parent_key is None
    assert found.left_out == {"broken": 3, "repeated": 1}


def test_a_file_that_breaks_off_gives_its_whole_messages():
    data = as_bytes(chat(*(message(number) for number in range(9))))
    found = find(READER, data[: data.rindex(b'"text"')])
    assert len(found.posts) == 8
    assert "breaks off after 8 whole records" in found.shortfalls[0]


def test_it_is_told_from_other_json():
    assert READER.sniff("result.json", as_bytes(chat(message(1)))) > 0.9
    assert READER.sniff("result.json", b'{"messages": [{"id": 1, "text": "x"}]}') == 0
