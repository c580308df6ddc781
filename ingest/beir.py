"""A collection in BEIR layout as threads and posts, so that the real index can hold it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final

from ingest.drafts import ParagraphDraft, PostDraft, ThreadDraft
from ingest.understand.contents import file_contents
from ingest.understand.paragraphs import split_paragraphs
from ingest.understand.passages import TokenEnds
from retrieval.records import Exchange
from retrieval.store.catalogue.contents import FileContents, FileStamp, ThreadContents
from retrieval.text.wording import squeeze, visible
from retrieval.threads.exchanges import MOST_CHARACTERS, own_words, unopened

if TYPE_CHECKING:
    from retrieval.evaluation.collections.beir import Document

KIND: Final = "beir"
_THREADS_A_FILE: Final = 1_000
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BeirContents:
    """A collection, ready to be indexed."""

    files: tuple[FileContents, ...]
    document_of_post: dict[str, str]
    """The document's id by that of the post that was made of it."""


def beir_contents(documents: Sequence[Document], token_ends: TokenEnds) -> BeirContents:
    """Make threads of documents.

    Documents of one ``thread_id`` are the posts of one thread, ordered by time, and their
    title is its title.  Any other document is the only post of an untitled thread, its own
    title above its text.
    """
    threads = list(_threads(documents))
    files = tuple(
        _file(number, threads[start : start + _THREADS_A_FILE], token_ends)
        for number, start in enumerate(range(0, len(threads), _THREADS_A_FILE))
    )
    ids = (document.id for rows in threads for document in rows)
    posts = (post for file in files for thread in file.threads for post in thread.posts)
    return BeirContents(files, {post.id: id_ for post, id_ in zip(posts, ids, strict=True)})


def _threads(documents: Sequence[Document]) -> Iterator[list[Document]]:
    unique = {document.id: document for document in documents}.values()

    def thread(document: Document) -> tuple[bool, str]:
        alone = document.thread_id is None
        return alone, document.id if alone else document.thread_id or ""

    for (alone, _), rows in groupby(sorted(unique, key=thread), key=thread):
        together = list(rows)
        yield (
            together
            if alone
            else sorted(together, key=lambda document: document.created_at or _LONG_AGO)
        )


def _file(
    number: int, threads: Sequence[Sequence[Document]], token_ends: TokenEnds
) -> FileContents:
    name = f"corpus-{number:05d}"
    stamp = FileStamp(f"/{name}", name, 0, 0, name, KIND)
    contents = file_contents(stamp, KIND, map(_draft, threads), token_ends)
    return replace(contents, threads=tuple(map(_opened, contents.threads)))


def _opened(thread: ThreadContents) -> ThreadContents:
    """Return a thread as an exchange: its title is the question, and every post replies to it.

    They are worth what those of any thread are that lost its first post.  An untitled one is
    one document, and no exchange.
    """
    title = thread.thread.title
    if not title:
        alone = tuple(replace(post, exchange_id=None) for post in thread.posts)
        return replace(thread, posts=alone, exchanges=())
    opening = thread.posts[0].id
    replies = unopened(thread.posts, own_words(thread.posts, thread.passages))
    posts = tuple(replace(post, exchange_id=opening) for post in replies)
    exchange = Exchange(opening, title[:MOST_CHARACTERS])
    return replace(thread, posts=posts, exchanges=(exchange,))


def _draft(rows: Sequence[Document]) -> ThreadDraft:
    first = rows[0]
    if first.thread_id is None:
        return ThreadDraft(f"document {first.id}", (_whole(first),))
    titles = (squeeze(visible(row.title)) for row in rows if row.title)
    return ThreadDraft(
        f"thread {first.thread_id}", tuple(map(_post, rows)), next(titles, None) or None
    )


def _whole(document: Document) -> PostDraft:
    """Return a document as one paragraph: it is cut only where it is too long."""
    text = document.whole_text.strip()
    paragraphs = (ParagraphDraft(text, 0),) if text else ()
    return PostDraft(document.id, text, paragraphs, document.author, document.created_at)


def _post(document: Document) -> PostDraft:
    return PostDraft(
        document.id,
        document.text,
        split_paragraphs(document.text),
        document.author,
        document.created_at,
    )
