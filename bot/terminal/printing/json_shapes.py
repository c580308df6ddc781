"""Records as JSON for other programs: the contract of ``--json`` (docs: the command line).

Every function is pure and returns what ``json.dumps`` takes.  Times are ISO 8601 in UTC.
Numbers are converted, since a score may arrive as a numpy scalar.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.librarian import Format
    from ingest.report import FileReport, IngestReport
    from retrieval.records import (
        Answer,
        Citation,
        Hit,
        News,
        Occurrence,
        OfficialAnswer,
        Passage,
        Post,
        PostView,
        SourceView,
        StaffNote,
        Status,
        Thread,
        ThreadHit,
        ThreadView,
        Timings,
        Topic,
        Usage,
        Verification,
    )

Shape = dict[str, object]


def answer_shape(answer: Answer) -> Shape:
    """Return the document of ``footnote ask``."""
    return {
        "question": answer.question,
        "outcome": str(answer.outcome),
        "text": answer.text,
        "official": _official_shape(answer.official),
        "statements": [
            {
                "text": statement.text,
                "citations": list(statement.citations),
                "support": str(statement.support),
                "missing": statement.missing,
            }
            for statement in answer.statements
        ],
        "citations": [_citation_shape(citation) for citation in answer.citations],
        "closest": [_citation_shape(citation) for citation in answer.closest],
        "unanswered": list(answer.unanswered),
        "confidence": round(float(answer.confidence), 4),
        "mode": answer.mode,
        "fallback": answer.fallback,
        "verification": _verification_shape(answer.verification),
        "usage": _usage_shape(answer.usage),
        "notes": [note.told for note in answer.notes],
        "trace": list(answer.trace),
        "timings_ms": _timings_shape(answer.timings_ms),
    }


def search_shape(query: str, hits: Sequence[Hit], timings_ms: Timings) -> Shape:
    """Return the document of ``footnote search``."""
    return {
        "query": query,
        "hits": [hit_shape(hit) for hit in hits],
        "timings_ms": _timings_shape(timings_ms),
    }


def thread_search_shape(query: str, threads: Sequence[ThreadHit], timings_ms: Timings) -> Shape:
    """Return the document of ``footnote search --threads``."""
    return {
        "query": query,
        "threads": [
            {
                **_thread_key(found.thread),
                "file": found.thread.file,
                "author": found.opening.author,
                "created_at": _time(found.opening.created_at),
                "posts": found.posts,
                "score": round(float(found.score), 6),
                "best": hit_shape(found.hits[0]),
            }
            for found in threads
        ],
        "timings_ms": _timings_shape(timings_ms),
    }


def hit_shape(hit: Hit) -> Shape:
    """Return one hit of a search."""
    return {
        "id": hit.passage.id,
        "text": hit.passage.text,
        "file": hit.thread.file,
        "thread": _thread_key(hit.thread),
        "author": hit.post.author,
        "created_at": _time(hit.post.created_at),
        "url": hit.post.url,
        "post": hit.post.id,
        "in_reply_to": hit.post.parent_id,
        "quoted_author": hit.passage.quoted_author,
        "score": round(float(hit.score), 6),
        "parts": {
            "dense": round(float(hit.parts.dense), 6),
            "lexical": round(float(hit.parts.lexical), 6),
            "thread": round(float(hit.parts.thread), 6),
        },
    }


def source_shape(view: SourceView) -> Shape:
    """Return the document of ``footnote source``."""
    return {
        "passage": _passage_shape(view.passage),
        "post": _post_shape(view.post),
        "thread": _thread_key(view.thread),
        "before": [_passage_shape(passage) for passage in view.before],
        "after": [_passage_shape(passage) for passage in view.after],
        "in_reply_to": _post_shape(view.in_reply_to) if view.in_reply_to else None,
        "replies": [_post_shape(post) for post in view.replies],
        "also_in": [_place_shape(place) for place in view.also_in],
    }


def threads_shape(views: Sequence[ThreadView]) -> Shape:
    """Return the document of ``footnote thread``: a thread, or a file with several."""
    if len(views) == 1:
        return thread_shape(views[0])
    return {"file": views[0].thread.file, "threads": [thread_shape(view) for view in views]}


def thread_shape(view: ThreadView) -> Shape:
    """Return one whole thread."""
    return {
        "id": view.thread.id,
        "title": view.thread.title,
        "file": view.thread.file,
        "posts": [_post_view_shape(post_view) for post_view in view.posts],
    }


def ingest_shape(report: IngestReport) -> Shape:
    """Return the document of ``footnote ingest``."""
    return {
        "files": {
            "read": report.files_read,
            "unchanged": report.files_unchanged,
            "removed": report.files_removed,
            "refused": [
                {"file": refusal.file, "reason": refusal.reason} for refusal in report.refused
            ],
        },
        "passed_over": list(report.passed_over),
        "removals": [
            {"file": each.file, "posts": each.posts, "why": each.why.value, "by": list(each.by)}
            for each in report.removals
        ],
        "threads": report.threads,
        "posts": report.posts,
        "quotes_linked": report.quotes_linked,
        "duplicates": {"repeats": report.repeats, "near": report.near},
        "passages": {
            "total": report.passages_total,
            "added": report.passages_added,
            "removed": report.passages_removed,
            "unchanged": report.passages_unchanged,
        },
        "seconds": round(float(report.seconds), 3),
        "reports": [_file_shape(file) for file in report.files],
    }


def _file_shape(file: FileReport) -> Shape:
    return {
        "file": file.file,
        "kind": file.kind,
        "edition": file.edition or None,
        "threads": file.threads,
        "posts": file.posts,
        "left_out": {str(each.reason): each.posts for each in file.left_out},
        "shortfalls": list(file.shortfalls),
    }


def formats_shape(formats: Sequence[Format]) -> Shape:
    """Return the document of ``footnote formats``."""
    return {
        "formats": [
            {
                "kind": one.kind,
                "label": one.label,
                "suffixes": list(one.suffixes),
                "export": one.export,
                "example": one.example,
            }
            for one in formats
        ]
    }


def topics_shape(topics: Sequence[Topic]) -> Shape:
    """Return the document of ``footnote topics``."""
    return {
        "topics": [
            {
                "words": list(topic.words),
                "share": topic.share,
                "central": [_citation_shape(citation) for citation in topic.central],
            }
            for topic in topics
        ]
    }


def news_shape(news: News) -> Shape:
    """Return the document of ``footnote news``."""
    return {
        "since": _time(news.since),
        "new_threads": news.new_threads,
        "grown_threads": news.grown_threads,
        "new_posts": news.new_posts,
        "threads": [
            {
                **_thread_key(each.thread),
                "file": each.thread.file,
                "new_posts": each.new_posts,
                "is_new": each.is_new,
                "post": {
                    "id": each.first.id,
                    "author": each.first.author,
                    "created_at": _time(each.first.created_at),
                    "text": each.first.text,
                    "url": each.first.url,
                },
            }
            for each in news.threads
        ],
    }


def status_shape(status: Status) -> Shape:
    """Return the document of ``footnote status``."""
    return {
        "knowledge_base": status.knowledge_base,
        "files": status.files,
        "threads": status.threads,
        "posts": status.posts,
        "passages": status.passages,
        "quotes_linked": status.quotes_linked,
        "near_duplicates": status.copies,
        "embedding": status.embedding,
        "generation": status.generation,
        "updated_at": _time(status.updated_at),
        "disk_bytes": status.disk_bytes,
        "language_model": status.language_model,
    }


def _verification_shape(verification: Verification | None) -> Shape | None:
    if verification is None:
        return None
    return {
        "quoted": verification.quoted,
        "confirmed": verification.confirmed,
        "partly": verification.partly,
        "unconfirmed": verification.unconfirmed,
        "dropped": verification.dropped,
    }


def _usage_shape(usage: Usage | None) -> Shape | None:
    if usage is None:
        return None
    return {
        "calls": usage.calls,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": usage.cost_usd,
    }


def _citation_shape(citation: Citation) -> Shape:
    return {
        "n": citation.n,
        "id": citation.passage.id,
        "quote": citation.quote,
        "file": citation.thread.file,
        "thread": _thread_key(citation.thread),
        "author": citation.post.author,
        "created_at": _time(citation.post.created_at),
        "url": citation.post.url,
        "in_reply_to": citation.post.parent_id,
        "kind": str(citation.passage.kind),
        "quoted_author": citation.passage.quoted_author,
        "staff": _staff_shape(citation.staff),
    }


def _official_shape(official: OfficialAnswer | None) -> Shape | None:
    if official is None:
        return None
    return {
        "id": official.id,
        "question": official.question,
        "text": official.text,
        "by": official.by,
        "at": _time(official.at),
        "expires_at": _time(official.expires_at),
    }


def _staff_shape(note: StaffNote | None) -> Shape | None:
    if note is None:
        return None
    return {
        "said": "replacement" if note.is_replacement else str(note.kind),
        "by": note.by,
        "at": _time(note.at),
        "text": note.text,
    }


def _place_shape(place: Occurrence) -> Shape:
    return {
        "id": place.passage_id,
        "kind": str(place.kind),
        "file": place.thread.file,
        "thread": _thread_key(place.thread),
        "author": place.post.author,
        "created_at": _time(place.post.created_at),
        "url": place.post.url,
    }


def _post_view_shape(view: PostView) -> Shape:
    return {
        "id": view.post.id,
        "author": view.post.author,
        "created_at": _time(view.post.created_at),
        "in_reply_to": view.post.parent_id,
        "paragraphs": [
            {
                "id": paragraph.id,
                "text": paragraph.text,
                "kind": str(paragraph.kind),
                "of": paragraph.origin_id,
                "repeats": paragraph.repeats,
            }
            for paragraph in view.paragraphs
        ],
    }


def _passage_shape(passage: Passage) -> Shape:
    return {
        "id": passage.id,
        "text": passage.text,
        "kind": str(passage.kind),
        "of": passage.origin_id,
        "duplicate_of": passage.duplicate_of,
        "start": passage.start,
        "end": passage.end,
    }


def _post_shape(post: Post) -> Shape:
    return {
        "id": post.id,
        "author": post.author,
        "created_at": _time(post.created_at),
        "url": post.url,
        "text": post.text,
    }


def _thread_key(thread: Thread) -> Shape:
    return {"id": thread.id, "title": thread.title, "url": thread.url}


def _timings_shape(timings: Timings) -> Shape:
    return {
        "embed": round(float(timings.embed), 3),
        "search": round(float(timings.search), 3),
        "write": round(float(timings.write), 3),
        "total": round(float(timings.total), 3),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
