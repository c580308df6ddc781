from __future__ import annotations

import json
from datetime import UTC, datetime

from ingest.read.forums.hacker_news import READER
from retrieval.records import TextKind
from tests.ingest.read.findings import Fields, as_bytes, find


def node(number: int, text: str | None, *children: Fields, **more: object) -> Fields:
    fields = {
        "id": number,
        "created_at_i": 1_714_557_600 + number,
        "type": "comment",
        "author": f"user{number}",
        "text": text,
        "points": None,
        "parent_id": 1,
        "story_id": 1,
        "title": None,
        "url": None,
        "children": list(children),
    }
    return fields | more


def story(*children: Fields, **more: object) -> Fields:
    told = {"type": "story", "title": "Pumps that hum", "parent_id": None, "points": 9}
    return node(1, None, *children, url="https://x.org", **told) | more


def test_a_story_keeps_its_tree():
    inner = node(3, "&gt; Since May<p>Oil it.<p><pre><code>  x\n</code></pre>", parent_id=2)
    found = find(READER, story(node(2, "Since May.", inner)))
    thread = found.thread
    assert (thread.key, thread.title) == ("1", "Pumps that hum")
    assert thread.url == "https://news.ycombinator.com/item?id=1"
    opening, first, second = thread.posts
    assert (opening.text, opening.score) == ("Pumps that hum\n\nhttps://x.org", 9)
    assert (first.parent_key, second.parent_key) == ("1", "2")
    assert second.created_at == datetime(2024, 5, 1, 10, 0, 3, tzinfo=UTC)
    assert [p.kind for p in second.paragraphs] == [TextKind.QUOTE, TextKind.OWN, TextKind.OWN]


def test_a_deleted_comment_is_counted_and_its_replies_live():
    gone = node(2, None, node(3, "Still here.", parent_id=2), author=None)
    found = find(READER, story(gone))
    assert set(found.posts) == {"1", "3"}
    assert found.left_out == {"deleted": 1}


def test_items_of_firebase_find_their_story():
    items = [
        {"id": 3, "by": "cy", "parent": 2, "text": "Yes.", "time": 3, "type": "comment"},
        {
            "id": 2,
            "by": "bo",
            "parent": 1,
            "text": "No?",
            "time": 2,
            "type": "comment",
            "kids": [3],
        },
        {"id": 1, "by": "ann", "title": "T", "text": "Q<p>R", "time": 1, "type": "story"},
        {"id": 4, "deleted": True, "parent": 2, "time": 4, "type": "comment"},
        {"id": 5, "dead": True, "by": "eve", "parent": 2, "text": "Buy!", "type": "comment"},
    ]
    data = "\n".join(map(json.dumps, items))
    assert READER.sniff("hn.jsonl", data.encode()) > 0.9
    for content in (data, items):
        found = find(READER, content)
        assert [post.key for post in found.thread.posts] == ["1", "2", "3"]
        assert found.left_out == {"deleted": 2}


def test_a_page_of_a_search_says_that_there_are_more():
    hit = {
        "objectID": "7",
        "author": "bo",
        "comment_text": "Oil it.",
        "created_at_i": 1_714_557_600,
        "story_id": 1,
        "story_title": "Pumps that hum",
        "parent_id": 1,
        "children": [8, 9],
    }
    found = find(READER, {"hits": [hit, None], "nbPages": 4, "page": 0})
    assert (found.thread.key, found.thread.title) == ("1", "Pumps that hum")
    assert found.posts["7"].parent_key == "1"
    assert found.left_out == {"broken": 1}
    assert "one page of 4" in found.shortfalls[0]


def test_it_is_told_from_other_json():
    assert READER.sniff("a.json", as_bytes(story())) > 0.9
    assert READER.sniff("a.json", b'{"id": 1, "by": "ann", "time": 1}') == 0
