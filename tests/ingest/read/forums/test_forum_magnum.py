from __future__ import annotations

import json
from datetime import UTC, datetime

from ingest.read.forums.forum_magnum import READER
from retrieval.records import TextKind
from tests.ingest.read.findings import Fields, as_bytes, find


def comment(key: str, html: str = "<p>Words.</p>", **more: object) -> Fields:
    fields = {
        "_id": key,
        "postId": "p1",
        "parentCommentId": None,
        "postedAt": "2024-05-02T10:00:00.000Z",
        "lastEditedAt": None,
        "user": {"_id": "u2", "displayName": "Bo", "slug": "bo"},
        "baseScore": 4,
        "contents": {"html": html},
        "deleted": False,
    }
    return fields | more


def post(**more: object) -> Fields:
    fields = {
        "_id": "p1",
        "title": "On pumps",
        "slug": "on-pumps",
        "pageUrl": "https://www.lesswrong.com/posts/p1/on-pumps",
        "postedAt": "2024-05-01T10:00:00.000Z",
        "user": {"_id": "u1", "displayName": "Ann"},
        "baseScore": 30,
        "commentCount": 2,
        "tags": [{"name": "Machines"}],
        "contents": {"markdown": "It *hums*.", "html": "<p>no</p>"},
    }
    return fields | more


def answer(**results: object) -> Fields:
    return {"data": results}


def test_a_post_and_its_comments_make_a_thread():
    quoting = comment("c2", "<blockquote><p>Words.</p></blockquote>So.", parentCommentId="c1")
    found = find(
        READER,
        answer(
            comments={"results": [quoting, comment("c1")]},
            post={"result": post()},
        ),
    )
    thread = found.thread
    assert (thread.key, thread.title, thread.tags) == ("p1", "On pumps", ("Machines",))
    assert thread.url == "https://www.lesswrong.com/posts/p1/on-pumps"
    posts = found.posts
    assert thread.posts[0] is posts["p1"]
    assert (posts["p1"].text, posts["p1"].author_id) == ("It *hums*.", "u1")
    assert (posts["c1"].parent_key, posts["c2"].parent_key) == ("p1", "c1")
    assert posts["c1"].url == "https://www.lesswrong.com/posts/p1?commentId=c1"
    assert posts["c1"].created_at == datetime(2024, 5, 2, 10, tzinfo=UTC)
    assert [p.kind for p in posts["c2"].paragraphs] == [TextKind.QUOTE, TextKind.OWN]
    assert found.shortfalls == ()


def test_lists_lines_and_older_dumps_are_read_too():
    old = comment("c1") | {"contents": None, "htmlBody": "<p>Old.</p>", "user": None}
    assert find(READER, [old]).posts["c1"].text == "Old."
    assert find(READER, [old]).posts["c1"].author is None
    lines = "\n".join(map(json.dumps, (post(), comment("c1"), comment("c2"))))
    assert set(find(READER, lines).posts) == {"p1", "c1", "c2"}


def test_what_was_taken_back_is_counted_and_what_is_missing_told():
    found = find(READER, [post(commentCount=5), comment("c1", deleted=True), comment("c2"), {}, 7])
    assert set(found.posts) == {"p1", "c2"}
    assert found.left_out == {"deleted": 1, "broken": 1}
    assert "3 comments that it does not hold" in found.shortfalls[0]


def test_it_is_told_from_other_json():
    assert READER.sniff("a.json", as_bytes([comment("c1")])) > 0.9
    assert READER.sniff("a.json", b'[{"_id": "x", "name": "y"}]') == 0
