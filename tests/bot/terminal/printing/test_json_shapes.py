"""The documents of --json, key by key, as other programs rely on them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.terminal.printing.json_shapes import (
    answer_shape,
    hit_shape,
    ingest_shape,
    search_shape,
    source_shape,
    status_shape,
    thread_search_shape,
    thread_shape,
    threads_shape,
)
from ingest.report import Removal, Why
from retrieval.records import OfficialAnswer, Passage, Post, RulingKind, StaffNote, Timings
from tests.bot.terminal.fakes import (
    AMMONIA,
    ANSWERED,
    CLOSEST,
    COMPLAINT,
    FIRST,
    HITS,
    NOTES,
    OIL,
    REFUSAL,
    REPEATED,
    REPORT,
    SECOND,
    SOURCE,
    STATUS,
    THREAD,
    THREAD_HITS,
    WARNING,
    WHOLE_NOTES,
    WHOLE_THREAD,
)

THREAD_KEY = {"id": THREAD.id, "title": THREAD.title, "url": THREAD.url}
NOTES_KEY = {"id": NOTES.id, "title": None, "url": None}


def post_document(post: Post, created_at: str | None) -> dict[str, object]:
    return {
        "id": post.id,
        "author": post.author,
        "created_at": created_at,
        "url": post.url,
        "text": post.text,
    }


def passage_document(
    passage: Passage, kind: str = "own", of: str | None = None
) -> dict[str, object]:
    return {
        "id": passage.id,
        "text": passage.text,
        "kind": kind,
        "of": of,
        "duplicate_of": None,
        "start": passage.start,
        "end": passage.end,
    }


def test_an_answer_has_exactly_the_promised_keys():
    assert answer_shape(ANSWERED) == {
        "question": ANSWERED.question,
        "outcome": "answered",
        "text": ANSWERED.text,
        "official": None,
        "statements": [
            {
                "text": OIL.text,
                "citations": [1],
                "support": "quoted",
                "missing": "",
            },
            {
                "text": AMMONIA.text,
                "citations": [2],
                "support": "quoted",
                "missing": "",
            },
        ],
        "citations": [
            {
                "n": 1,
                "id": OIL.id,
                "quote": OIL.text,
                "file": THREAD.file,
                "thread": THREAD_KEY,
                "author": "Mira T.",
                "created_at": "2024-05-03T10:12:00+00:00",
                "url": SECOND.url,
                "in_reply_to": FIRST.id,
                "kind": "own",
                "quoted_author": None,
                "staff": None,
            },
            {
                "n": 2,
                "id": AMMONIA.id,
                "quote": AMMONIA.text,
                "file": "notes.txt",
                "thread": NOTES_KEY,
                "author": None,
                "created_at": None,
                "url": None,
                "in_reply_to": None,
                "kind": "own",
                "quoted_author": None,
                "staff": None,
            },
        ],
        "closest": [],
        "unanswered": [],
        "confidence": 0.8725,
        "mode": "extractive",
        "fallback": None,
        "verification": None,
        "usage": None,
        "notes": [],
        "trace": list(ANSWERED.trace),
        "timings_ms": {"embed": 4.0, "search": 11.5, "write": 2.25, "total": 18.0},
    }


def test_the_closest_passages_have_the_shape_of_citations():
    shape = answer_shape(CLOSEST)
    assert shape["outcome"] == "closest"
    assert shape["citations"] == []
    assert shape["closest"] == [
        {**answer_shape(ANSWERED)["citations"][1], "n": 1}  # type: ignore[index]  # a list
    ]


def test_a_hit_shows_what_its_score_is_made_of():
    assert hit_shape(HITS[0]) == {
        "id": OIL.id,
        "text": OIL.text,
        "file": THREAD.file,
        "thread": THREAD_KEY,
        "author": "Mira T.",
        "created_at": "2024-05-03T10:12:00+00:00",
        "url": SECOND.url,
        "post": SECOND.id,
        "in_reply_to": FIRST.id,
        "quoted_author": None,
        "score": 2.75,
        "parts": {"dense": 1.5, "lexical": 0.75, "thread": 0.5},
    }


def test_a_search_keeps_its_hits_in_order():
    assert search_shape("oil", HITS, Timings(1.0, 2.0, 0.0, 3.0)) == {
        "query": "oil",
        "hits": [hit_shape(hit) for hit in HITS],
        "timings_ms": {"embed": 1.0, "search": 2.0, "write": 0.0, "total": 3.0},
    }


def test_threads_that_were_found_have_their_best_passage():
    document = thread_search_shape("oil", THREAD_HITS, Timings(1.0, 2.0, 0.0, 3.0))
    assert document == {
        "query": "oil",
        "threads": [
            {
                **THREAD_KEY,
                "file": THREAD.file,
                "author": "jonas",
                "created_at": "2024-05-02T22:30:00+00:00",
                "posts": 2,
                "score": 2.75,
                "best": hit_shape(HITS[0]),
            },
            {
                **NOTES_KEY,
                "file": "notes.txt",
                "author": None,
                "created_at": None,
                "posts": 1,
                "score": -0.25,
                "best": hit_shape(HITS[1]),
            },
        ],
        "timings_ms": {"embed": 1.0, "search": 2.0, "write": 0.0, "total": 3.0},
    }


def test_a_source_has_posts_and_passages_around_it():
    assert source_shape(SOURCE) == {
        "passage": passage_document(OIL),
        "post": post_document(SECOND, "2024-05-03T10:12:00+00:00"),
        "thread": THREAD_KEY,
        "before": [passage_document(REPEATED, "quote", COMPLAINT.id)],
        "after": [passage_document(WARNING)],
        "in_reply_to": post_document(FIRST, "2024-05-02T22:30:00+00:00"),
        "replies": [post_document(SOURCE.replies[0], None)],
        "also_in": [
            {
                "id": AMMONIA.id,
                "kind": "quote",
                "file": "notes.txt",
                "thread": NOTES_KEY,
                "author": None,
                "created_at": None,
                "url": None,
            }
        ],
    }


def test_a_source_that_replies_to_nothing_says_null():
    assert source_shape(replace(SOURCE, in_reply_to=None))["in_reply_to"] is None


def test_a_thread_shows_whose_words_each_paragraph_holds():
    assert thread_shape(WHOLE_THREAD) == {
        "id": THREAD.id,
        "title": THREAD.title,
        "file": THREAD.file,
        "posts": [
            {
                "id": FIRST.id,
                "author": "jonas",
                "created_at": "2024-05-02T22:30:00+00:00",
                "in_reply_to": None,
                "paragraphs": [
                    {
                        "id": COMPLAINT.id,
                        "text": COMPLAINT.text,
                        "kind": "own",
                        "of": None,
                        "repeats": 0,
                    }
                ],
            },
            {
                "id": SECOND.id,
                "author": "Mira T.",
                "created_at": "2024-05-03T10:12:00+00:00",
                "in_reply_to": FIRST.id,
                "paragraphs": [
                    {
                        "id": REPEATED.id,
                        "text": REPEATED.text,
                        "kind": "quote",
                        "of": COMPLAINT.id,
                        "repeats": 0,
                    },
                    {"id": OIL.id, "text": OIL.text, "kind": "own", "of": None, "repeats": 0},
                    {
                        "id": WARNING.id,
                        "text": WARNING.text,
                        "kind": "own",
                        "of": None,
                        "repeats": 2,
                    },
                ],
            },
        ],
    }


def test_a_file_with_several_threads_lists_them():
    assert threads_shape((WHOLE_THREAD, WHOLE_NOTES)) == {
        "file": THREAD.file,
        "threads": [thread_shape(WHOLE_THREAD), thread_shape(WHOLE_NOTES)],
    }


def test_a_file_with_one_thread_is_that_thread():
    assert threads_shape((WHOLE_NOTES,)) == thread_shape(WHOLE_NOTES)


def test_an_ingest_reports_the_promised_figures():
    removal = Removal("old.json", 2, Why.NEWER, ("new.json",))
    assert ingest_shape(replace(REPORT, refused=(REFUSAL,), removals=(removal,))) == {
        "files": {
            "read": 3,
            "unchanged": 1,
            "removed": 0,
            "refused": [{"file": REFUSAL.file, "reason": REFUSAL.reason}],
        },
        "passed_over": [],
        "removals": [{"file": "old.json", "posts": 2, "why": "newer", "by": ["new.json"]}],
        "threads": 2,
        "posts": 3,
        "quotes_linked": 1,
        "duplicates": {"repeats": 12, "near": 1},
        "passages": {"total": 1204, "added": 5, "removed": 2, "unchanged": 1199},
        "seconds": 1.25,
        "reports": [],
    }


def test_a_status_has_every_field_of_the_record():
    assert status_shape(STATUS) == {
        "language_model": None,
        "knowledge_base": "default",
        "files": 2,
        "threads": 2,
        "posts": 3,
        "passages": 1204,
        "quotes_linked": 1,
        "near_duplicates": 2,
        "embedding": "all-MiniLM-L6-v2@1a2b3c",
        "generation": 4,
        "updated_at": "2024-05-04T08:00:00+00:00",
        "disk_bytes": 1_572_864,
    }


def test_times_keep_their_microseconds_and_move_to_utc():
    moment = datetime(2024, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)
    assert status_shape(replace(STATUS, updated_at=moment))["updated_at"] == (
        "2024-01-01T12:00:00.250000+00:00"
    )


def test_an_official_answer_and_what_staff_said_of_a_post_are_told():
    at = datetime(2026, 5, 4, tzinfo=UTC)
    note = StaffNote(RulingKind.OUTDATED, at, "Mo", "Use the new tool.")
    official = OfficialAnswer("1a2b", "Which tool?", "The new one.", at, "Mo", at)
    first = replace(ANSWERED.citations[0], staff=note)
    shape: Any = answer_shape(replace(ANSWERED, citations=(first,), official=official))
    assert shape["citations"][0]["staff"] == {
        "said": "outdated",
        "by": "Mo",
        "at": "2026-05-04T00:00:00+00:00",
        "text": "Use the new tool.",
    }
    assert shape["official"] == {
        "id": "1a2b",
        "question": "Which tool?",
        "text": "The new one.",
        "by": "Mo",
        "at": "2026-05-04T00:00:00+00:00",
        "expires_at": "2026-05-04T00:00:00+00:00",
    }
