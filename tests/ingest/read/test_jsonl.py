from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.drafts import PostDraft
from ingest.read import jsonl, reader_for
from tests.ingest.sources import refusal, threads_in

READER = jsonl.READER


def row(**more: object) -> dict[str, object]:
    return {"thread_id": "t", "post_id": "1", "text": "Hello."} | more


def lines(*rows: dict[str, object]) -> str:
    return "\n".join(json.dumps(fields) for fields in rows)


def posts_of(*rows: dict[str, object]) -> tuple[PostDraft, ...]:
    [thread] = threads_in(READER, lines(*rows), "posts.jsonl")
    return thread.posts


def test_a_line_is_a_post_with_all_that_is_known_of_it():
    fields = row(
        thread_title="Winter\ncare",
        thread_url="https://example.org/t",
        author="Ada\u200b L.",
        created_at="2026-03-01T12:00:00+02:00",
        parent_id="0",
        url="https://example.org/t/1",
        mood="unknown fields are ignored",
    )
    [thread] = threads_in(READER, lines(fields), "posts.jsonl")
    assert (thread.key, thread.title, thread.url) == ("t", "Winter care", "https://example.org/t")
    [post] = thread.posts
    assert (post.key, post.text, post.author) == ("1", "Hello.", "Ada L.")
    assert post.created_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert post.parent_key == "0"
    assert post.url == "https://example.org/t/1"


def test_only_three_fields_are_needed():
    [post] = posts_of(row())
    assert (post.author, post.created_at, post.parent_key, post.url) == (None, None, None, None)


def test_threads_may_be_mixed_and_keep_the_order_of_their_lines():
    rows = [
        row(thread_id="b", post_id="1", text="First."),
        row(thread_id="a", post_id="1", text="Another."),
        row(thread_id="b", post_id="2", text="Second.", thread_title="Named late"),
    ]
    threads = threads_in(READER, lines(*rows), "posts.jsonl")
    assert [(thread.key, [post.text for post in thread.posts]) for thread in threads] == [
        ("b", ["First.", "Second."]),
        ("a", ["Another."]),
    ]
    assert threads[0].title == "Named late"


def test_a_post_that_stands_twice_was_edited():
    posts = posts_of(row(text="Helo."), row(post_id="2", text="Hi."), row(text="Hello."))
    assert [(post.key, post.text) for post in posts] == [("1", "Hello."), ("2", "Hi.")]


def test_numbers_may_be_ids():
    [post] = posts_of(row(thread_id=7, post_id=12, parent_id=11))
    assert (post.key, post.parent_key) == ("12", "11")


@pytest.mark.parametrize(
    ("created_at", "wanted"),
    [
        ("2026-03-01T12:00:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01 12:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00.123456789+01:00", datetime(2026, 3, 1, 11, 0, 0, 123_456, UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        (1_772_366_400, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (None, None),
    ],
)
def test_times_come_out_in_utc(created_at, wanted):
    assert posts_of(row(created_at=created_at))[0].created_at == wanted


def test_blank_lines_line_ends_and_a_byte_order_mark_do_no_harm():
    data = "\ufeff\r\n" + lines(row()) + "\r\n\r\n" + lines(row(post_id="2")) + "\r\n"
    [thread] = threads_in(READER, data, "posts.jsonl")
    assert [post.key for post in thread.posts] == ["1", "2"]


def test_a_text_may_hold_any_character():
    text = "a\u2028b\x0cc\x85d é 日本 🎉\n\n> quoted\n\nend"
    [post] = posts_of(row(text=text))
    assert post.text == text
    [post] = threads_in(READER, json.dumps(row(text=text), ensure_ascii=False))[0].posts
    assert post.text == text


def test_half_a_character_and_zero_bytes_are_replaced():
    [thread] = threads_in(READER, '{"thread_id":"t","post_id":"1","text":"a\\ud83d b\\u0000c"}')
    assert thread.posts[0].text == "a\ufffd bc"


def test_a_post_without_words_is_left_out_and_still_somebodys_parent():
    [second] = posts_of(row(text=" "), row(post_id="2", parent_id="1"))
    assert second.parent_key == "1"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ('{"thread_id": "t", "post_id": "2"}', "line 3: text: Field required"),
        ('{"thread_id": "t", "post_id": "", "text": "x"}', "line 3: post_id"),
        ('{"thread_id": "t", "post_id": true, "text": "x"}', "line 3: post_id"),
        ('{"thread_id": "t", "post_id": 1.5, "text": "x"}', "line 3: post_id"),
        ('{"thread_id": "t", "post_id": "2", "text": null}', "line 3: text"),
        ('{"thread_id": "t", "post_id": "2", "text": ["x"]}', "line 3: text"),
        ('{"thread_id": "t", "post_id": "2", "text": "x", "created_at": "soon"}', "created_at"),
        (
            '{"thread_id": "t", "post_id": "2", "text": "x", '
            '"created_at": "0001-01-01T00:00:00+10:00"}',
            "line 3: created_at",
        ),
        ('{"thread_id": "t", "post_id": "' + "9" * 401 + '", "text": "x"}', "line 3: post_id"),
        ('{"thread_id": "t", ', "line 3 is not JSON"),
        ("not json", "line 3 is not JSON"),
        ("7", "line 3: the line"),
        ("[]", "line 3: the line"),
        ("[" * 100_000, "line 3 is not JSON"),
        ("9" * 5_000, "line 3 is not JSON"),
    ],
)
def test_the_first_line_that_is_no_post_is_named(bad, words):
    data = f"{lines(row())}\n\n{bad}\n{lines(row(post_id='4'))}"
    assert words in refusal(READER, data)


@pytest.mark.parametrize("data", ["", "\n \n", "\ufeff"])
def test_a_file_without_posts_is_refused(data):
    assert "is empty" in refusal(READER, data)


def test_zero_bytes_in_the_file_are_refused_with_their_offset():
    assert "zero byte at offset 3" in refusal(READER, b'{"t\x00hread_id"')


def test_the_reader_gets_json_lines():
    data = lines(row()).encode()
    assert reader_for("posts.jsonl", data) is READER
    assert reader_for("POSTS.NDJSON", b"\n" + data) is READER
    assert reader_for("posts.jsonl", b"") is READER
    assert reader_for("posts.txt", data) is READER
    assert reader_for("posts.txt", b'{"thread_id": "1"}') is None


def test_what_the_source_says_of_a_post_is_kept() -> None:
    line = {
        "thread_id": "7",
        "post_id": "2",
        "text": "Turn the key twice.",
        "author": "Ann",
        "author_id": "u1",
        "edited_at": "2026-02-03T04:05:06Z",
        "score": 4,
        "accepted": True,
        "bot": True,
        "attachments": ["log.txt"],
        "mentions": ["u2"],
        "tags": ["locks"],
        "solved": True,
        "channel": True,
    }
    [thread] = threads_in(READER, json.dumps(line))
    [post] = thread.posts
    assert (thread.tags, thread.is_solved, thread.is_channel) == (("locks",), True, True)
    assert (post.author_id, post.score, post.is_accepted, post.is_bot) == ("u1", 4, True, True)
    assert post.edited_at == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert (post.attachments, post.mentions) == (("log.txt",), ("u2",))
