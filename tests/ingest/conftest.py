from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import chromadb
import pytest

from ingest.pipeline import Ingest
from ingest.report import IngestReport, Progress
from ingest.request import Request
from retrieval.records import TextKind, ThreadView
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.catalogue.library import Library
from retrieval.store.index import PassageIndex
from retrieval.store.live_generation import live_generation
from tests.fakes import HashingEmbedder

KB = "main"
TOKEN = re.compile(r"\w{1,6}|[^\w\s]")


def token_ends(text: str) -> list[int]:
    return [match.end() for match in TOKEN.finditer(text)]


class Bench:
    """A corpus folder beside a knowledge base in SQLite, Chroma and tantivy, all of them real."""

    def __init__(self, folder: Path) -> None:
        self.corpus = folder / "corpus"
        self.corpus.mkdir()
        self.data = folder / "data"
        self.embedder = HashingEmbedder()
        self.catalogue = Catalogue(self.data / "catalogue.sqlite3")
        self.client = chromadb.PersistentClient(path=str(self.data / "chroma"))
        self.library = Library(self.catalogue, KB)
        self.opened = 0
        self.progress: list[Progress] = []

    def open_index(self) -> PassageIndex:
        self.opened += 1
        if self.catalogue.generation(KB) is None:
            self.catalogue.begin_generation(KB, self.embedder.fingerprint)
        generation = live_generation(self.catalogue, KB, self.embedder)
        return PassageIndex(
            self.catalogue, generation, self.client, self.data / "lexical", self.embedder
        )

    def write(self, name: str, *lines: str) -> Path:
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return path

    def ingest(self, *paths: Path, **more: object) -> IngestReport:
        """Run an ingest; ``embedder.embedded`` and ``opened`` then tell of this run alone."""
        self.embedder.embedded.clear()
        self.opened = 0
        self.progress.clear()
        request = Request(KB, paths or (self.corpus,), self.corpus, **more)  # type: ignore[arg-type]  # tests name fields
        run = Ingest(request, self.catalogue, self.open_index, token_ends, self.progress.append)
        return run.run()

    def ids(self) -> set[str]:
        """The ids of indexed passages, on which all three stores agree."""
        wanted = self.catalogue.indexed_ids(KB)
        generation = self.catalogue.generation(KB)
        if generation is not None:
            collection = self.client.get_collection(generation.collection, embedding_function=None)
            assert set(collection.get(include=[])["ids"]) == wanted
            index = self.open_index()
            assert index.passages.count() == len(wanted)
            index.close()
        return wanted

    def thread(self, name: str) -> ThreadView:
        [view] = self.library.thread(name)
        return view

    def lines(self, name: str) -> list[tuple[TextKind, str, str | None]]:
        """Kind, text and origin of each paragraph of a file's one thread."""
        return [
            (paragraph.kind, paragraph.text, paragraph.origin_id)
            for post in self.thread(name).posts
            for paragraph in post.paragraphs
        ]

    def id_of(self, text: str) -> str:
        """The id of the one indexed passage with this text."""
        located = self.library.located(self.catalogue.indexed_ids(KB))
        [passage_id] = [id_ for id_, entry in located.items() if entry.passage.text == text]
        return passage_id


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.catalogue.close()
