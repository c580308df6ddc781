from __future__ import annotations

import json
from datetime import UTC, datetime

from ingest.read.forums.reddit import READER
from retrieval.records import TextKind
from tests.ingest.read.findings import Fields, as_bytes, find


def submission(**more: object) -> Fields:
    fields = {
        "id": "p1",
        "title": "Why &amp; how?",
        "selftext": "It hums &gt; before.",
        "author": "ann",
        "author_fullname": "t2_a",
        "created_utc": 1_714_557_600.0,
        "edited": False,
        "score": 9,
        "subreddit": "pumps",
        "permalink": "/r/pumps/comments/p1/why/",
        "link_flair_text": "Solved",
        "is_self": True,
    }
    return fields | more


def comment(key: str, body: str, above: str = "t3_p1", **more: object) -> Fields:
    fields = {
        "id": key,
        "parent_id": above,
        "link_id": "t3_p1",
        "author": "bo",
        "created_utc": "1714557700",
        "body": body,
        "score": 2,
    }
    return fields | more


def listing(*things: Fields) -> Fields:
    kinds = [
        {"kind": "t3" if "title" in thing else "t1", "data": thing} if "id" in thing else thing
        for thing in things
    ]
    return {"kind": "Listing", "data": {"children": kinds}}


def lines(*things: object) -> bytes:
    return b"".join(json.dumps(thing).encode() + b"\n" for thing in things)


def test_a_threads_page_keeps_its_tree():
    more = {"kind": "more", "data": {"count": 7, "children": ["x"]}}
    inner = comment("c2", "&gt; It hums\n\nOil.", "t1_c1", edited=1_714_557_800.0, replies="")
    outer = comment("c1", "Since when?", replies=listing(inner, more))
    found = find(READER, [listing(submission()), listing(outer)])
    thread = found.thread
    assert (thread.key, thread.title, thread.tags) == ("p1", "Why & how?", ("pumps", "Solved"))
    assert (thread.is_solved, thread.url) == (
        True,
        "https://www.reddit.com/r/pumps/comments/p1/why/",
    )
    post, first, second = thread.posts
    assert (post.text, post.author_id, post.parent_key) == ("It hums > before.", "t2_a", None)
    assert (post.edited_at, first.parent_key, second.parent_key) == (None, "p1", "c1")
    assert [p.kind for p in second.paragraphs] == [TextKind.QUOTE, TextKind.OWN]
    assert second.edited_at == datetime(2024, 5, 1, 10, 3, 20, tzinfo=UTC)
    assert second.url == "https://www.reddit.com/comments/p1/comment/c2/"
    assert "7 comments" in found.shortfalls[0]


def test_lines_are_put_together_whatever_their_order():
    data = lines(comment("c2", "Two.", "t1_c1"), submission(), comment("c1", "One."))
    assert READER.sniff("RC.ndjson", data) > 0.9
    found = find(READER, data)
    assert [post.key for post in found.thread.posts] == ["p1", "c1", "c2"]
    assert found.posts["c2"].parent_key == "c1"


def test_what_was_deleted_is_counted_and_a_post_keeps_its_title():
    found = find(
        READER,
        lines(
            submission(selftext="[removed]"),
            comment("c1", "[deleted]", author="[deleted]"),
            comment("c2", "Kept.", author="[deleted]"),
            comment("c3", "I am a bot.", author="AutoModerator"),
        ),
    )
    assert found.posts["p1"].text == "Why & how?"
    assert found.posts["c2"].author is None
    assert found.posts["c3"].is_bot
    assert found.left_out == {"deleted": 1}


def test_a_link_says_its_title_and_where_it_leads():
    found = find(READER, lines(submission(selftext="", is_self=False, url="https://x.org")))
    assert found.posts["p1"].text == "Why & how?\n\nhttps://x.org"


def test_comments_without_their_post_are_a_thread():
    found = find(READER, lines(comment("c1", "One."), comment("c2", "Two.", "t1_c1")))
    assert (found.thread.title, found.thread.url) == (None, "https://www.reddit.com/comments/p1/")


def test_lines_that_are_no_comments_are_counted_and_a_broken_end_is_told():
    data = lines(submission(), {"id": "x"}, [], comment("c1", "One.")) + b"{oops}\n" + b'{"id": "c'
    found = find(READER, data)
    assert found.left_out == {"broken": 3}
    assert "breaks off in line 6" in found.shortfalls[0]


def test_parents_in_a_circle_are_no_parents():
    found = find(READER, lines(comment("c1", "One.", "t1_c2"), comment("c2", "Two.", "t1_c1")))
    assert [post.parent_key for post in found.thread.posts].count(None) == 1


def test_replies_can_nest_deeper_than_python():
    data = as_bytes([listing(submission()), "PLACE"]).replace(b'"PLACE"', _nested(2_000))
    found = find(READER, data)
    assert len(found.posts) == 2_001


def _nested(depth: int) -> bytes:
    opened, closed = b"", b""
    for number in range(depth):
        fields = as_bytes(comment(f"c{number}", "More."))[:-1]
        opened += (
            b'{"kind": "Listing", "data": {"children": [{"kind": "t1", "data": '
            + fields
            + b', "replies": '
        )
        closed = b"}}]}}" + closed
    return opened + b'""' + closed


def test_it_is_told_from_other_json():
    assert READER.sniff("a.json", as_bytes([listing(submission())])) > 0.9
    assert READER.sniff("a.json", b'[{"id": 1, "body": "x"}]') == 0
