"""Small knowledge bases for tests: files made of posts, and an index on a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import chromadb
from chromadb.api import ClientAPI

from ingest.drafts import PostDraft, ThreadDraft
from ingest.understand.contents import file_contents
from ingest.understand.paragraphs import split_paragraphs
from retrieval.embedding import Embedder
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.catalogue.contents import FileContents, FileStamp
from retrieval.store.index import PassageIndex
from tests.fakes import HashingEmbedder

KB = "default"


@dataclass(frozen=True)
class Said:
    """A post; its key is its author's name unless another is given."""

    author: str
    text: str
    answers: str | None = None
    key: str = ""


def file_of(
    name: str,
    *posts: Said,
    thread: str | None = None,
    title: str | None = "A title",
    room: str | None = None,
) -> FileContents:
    """Return a file that holds one thread."""
    return files_of(name, {thread or name: posts}, title=title, room=room)


def files_of(
    name: str,
    threads: Mapping[str, Sequence[Said]],
    title: str | None = "A title",
    room: str | None = None,
) -> FileContents:
    drafts = [
        ThreadDraft(key, tuple(map(_draft, posts)), title, f"https://example.org/{key}", room=room)
        for key, posts in threads.items()
    ]
    stamp = FileStamp(f"/threads/{name}", name, 1, 2, name, "1/")
    return file_contents(stamp, "test", drafts, lambda text: range(1, len(text) + 1))


def _draft(said: Said) -> PostDraft:
    return PostDraft(
        key=said.key or said.author,
        text=said.text,
        paragraphs=tuple(split_paragraphs(said.text)),
        author=said.author,
        created_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        parent_key=said.answers,
        url=f"https://example.org/{said.key or said.author}",
    )


@dataclass
class Folder:
    """A data folder; every opening is as fresh as in a new process, but for Chroma's client."""

    path: Path
    client: ClientAPI
    embedder: Embedder = field(default_factory=HashingEmbedder)

    @contextmanager
    def catalogue(self) -> Iterator[Catalogue]:
        catalogue = Catalogue(self.path / "catalogue.sqlite3")
        try:
            yield catalogue
        finally:
            catalogue.close()

    @contextmanager
    def index(self, kb: str = KB, embedder: Embedder | None = None) -> Iterator[PassageIndex]:
        with self.catalogue() as catalogue:
            model = embedder or self.embedder
            generation = catalogue.generation(kb) or catalogue.begin_generation(
                kb, model.fingerprint
            )
            index = PassageIndex(catalogue, generation, self.client, self.path / "lexical", model)
            try:
                yield index
            finally:
                index.close()


def client_at(path: Path) -> ClientAPI:
    """Return a client on a Chroma directory of its own."""
    return chromadb.PersistentClient(path=str(path / "chroma"))


def all_ids(index: PassageIndex) -> set[str]:
    """Return the ids in Chroma."""
    return {id_ for page in index.vectors.ids() for id_ in page}


def agree(index: PassageIndex) -> None:
    """Assert that catalogue, Chroma and tantivy hold the same passages and threads."""
    wanted = index.catalogue.indexed_ids(index.generation.knowledge_base)
    assert all_ids(index) == wanted
    assert index.vectors.count() == len(wanted)
    assert sorted(index.passages.ids()) == sorted(wanted)
    assert sorted(index.exchanges.ids()) == sorted(index.library.exchanges())
    assert not index.catalogue.pending(index.generation)
    assert index.catalogue.counts(index.generation.knowledge_base).passages == len(wanted)
