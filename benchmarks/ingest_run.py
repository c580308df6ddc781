"""One measurement of ``benchmarks.ingest``, in a process of its own: prints a line of JSON.

``python -m benchmarks.ingest_run HOW CORPUS DATA [MODEL_FOLDER]`` where HOW is ``footnote``,
``llama-index`` or ``chroma``.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import chromadb
import chromadb.api.rust
import numpy as np
import numpy.typing as npt

from benchmarks.stub_embedder import StubReader
from bot.wiring.garbage import pass_over_modules
from bot.wiring.ingesting import SERVED_FROM_BYTES
from ingest.pipeline import Ingest
from ingest.request import Request
from retrieval.settings import ChromaSettings
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.index import PassageIndex
from retrieval.store.live_generation import live_generation
from retrieval.store.rebuilding import Stores, open_recovered
from retrieval.text.wording import content_id

if TYPE_CHECKING:
    from retrieval.embedding import Spans
    from retrieval.embedding.minilm import MiniLM

_KB: Final = "default"
_FILES_AT_ONCE: Final = 200
"""ChromaVectorStore fails above 5,461 nodes in one call."""
_METADATA: Final[tuple[str, ...]] = ("thread_id", "thread_title", "post_id", "author", "created_at")
_IMPORTED: Final = {
    "footnote": ("chromadb", "tantivy", "httpcore", "retrieval.store.chroma.client"),
    "llama-index": ("llama_index.core.ingestion", "llama_index.vector_stores.chroma"),
    "chroma": ("chromadb",),
}
"""What takes seconds to import: not what is measured."""


class Timed:
    """An embedder that keeps the time it takes."""

    def __init__(self, embedder: StubReader | MiniLM) -> None:
        self._embedder = embedder
        self.fingerprint = embedder.fingerprint
        self.dimensions = embedder.dimensions
        self.token_ends = embedder.token_ends
        self.seconds = 0.0

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row a text."""
        started = time.perf_counter()
        rows = self._embedder.embed_passages(texts)
        self.seconds += time.perf_counter() - started
        return rows

    def embed_in_context(
        self, texts: Sequence[str], spans: Sequence[Spans]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
        """Return one row a text, and for each text one a span."""
        started = time.perf_counter()
        rows = self._embedder.embed_in_context(texts, spans)
        self.seconds += time.perf_counter() - started
        return rows

    def embed_question(self, text: str) -> npt.NDArray[np.float32]:
        """Return the vector of a text."""
        return self._embedder.embed_question(text)


def footnote(
    corpus: Path, data: Path, embedder: Timed | StubReader, url: str | None = None
) -> dict[str, float]:
    """Ingest as ``footnote ingest`` does, into a Chroma server if there is one at ``url``."""
    with ExitStack() as stack:
        catalogue = Catalogue(data / "catalogue.sqlite3")
        stack.callback(catalogue.close)

        def open_index() -> PassageIndex:
            is_new = not catalogue.knowledge_bases()
            catalogue.begin_generation(_KB, embedder.fingerprint)
            client = stack.enter_context(
                open_chroma(
                    data,
                    ChromaSettings(url=url),
                    doing="measuring",
                    serve=run.bytes_to_read >= SERVED_FROM_BYTES,
                    is_new=is_new,
                )
            )
            folder = None if url else data / "chroma"
            stores = Stores(catalogue, client, data / "lexical", embedder, folder)
            return open_recovered(stores, live_generation(catalogue, _KB, embedder))

        request = Request(_KB, (corpus,), corpus)
        run = Ingest(request, catalogue, open_index, embedder.token_ends, lambda _: None)
        report = run.run()
    return {
        "added": report.passages_added,
        "removed": report.passages_removed,
        "total": report.passages_total,
    }


def llama_index(corpus: Path, data: Path, embedder: Timed) -> dict[str, float]:
    """Ingest as llama-index's documentation does: a document store beside a vector store."""
    from llama_index.core import Document
    from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.storage.docstore import SimpleDocumentStore
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from retrieval.embedding.llamaindex import FootnoteEmbedding

    client = chromadb.PersistentClient(path=str(data / "chroma"))
    collection = client.get_or_create_collection("plain", embedding_function=None)
    before = collection.count()
    pipeline = IngestionPipeline(
        transformations=[
            SentenceSplitter(chunk_size=128, chunk_overlap=0),
            FootnoteEmbedding(embedder),
        ],
        docstore=SimpleDocumentStore(),
        docstore_strategy=DocstoreStrategy.UPSERTS,
        vector_store=ChromaVectorStore(chroma_collection=collection),
    )
    if (data / "pipeline").exists():
        pipeline.load(str(data / "pipeline"))
    files = sorted(corpus.iterdir())
    for start in range(0, len(files), _FILES_AT_ONCE):
        pipeline.run(
            documents=[
                Document(id_=path.name, text=_plain_text(path))
                for path in files[start : start + _FILES_AT_ONCE]
            ]
        )
    pipeline.persist(str(data / "pipeline"))
    total = collection.count()
    return {"added": total - before, "removed": 0, "total": total}


def chroma(corpus: Path, data: Path, embedder: Timed) -> dict[str, float]:
    """Put the same texts into Chroma and nothing else: what no pipeline can be faster than."""
    client = chromadb.PersistentClient(path=str(data / "chroma"))
    collection = client.get_or_create_collection("bare", embedding_function=None)
    records = list(_records(corpus))
    for start in range(0, len(records), 5_000):
        some = records[start : start + 5_000]
        texts = [text for text, _ in some]
        collection.upsert(
            ids=[content_id(text, str(start + place)) for place, text in enumerate(texts)],
            embeddings=embedder.embed_passages(texts),
            documents=texts,
            metadatas=[values for _, values in some],
        )
    return {"added": len(records), "removed": 0, "total": collection.count()}


def _records(corpus: Path) -> Iterator[tuple[str, dict[str, str | int]]]:
    for path in sorted(corpus.iterdir()):
        for line in path.read_text("utf-8").splitlines():
            post = json.loads(line)
            values: dict[str, str | int] = {"file": path.name, "kind": "own"}
            values |= {key: post[key] for key in _METADATA}
            for text in post["text"].split("\n\n"):
                yield text, values


def _plain_text(path: Path) -> str:
    return "\n\n".join(json.loads(line)["text"] for line in path.read_text("utf-8").splitlines())


def main() -> None:
    """Measure what the command line names."""
    how, corpus, data, *model = sys.argv[1:]
    embedder: StubReader | MiniLM = StubReader()
    if model:
        from retrieval.embedding.minilm import load_minilm

        embedder = load_minilm(Path(model[0]), threads=None)
    timed = Timed(embedder)
    ways = {"footnote": footnote, "llama-index": llama_index, "chroma": chroma}
    for module in _IMPORTED[how]:
        import_module(module)
    pass_over_modules()  # as every ingest does once they are there
    wall, cpu = time.perf_counter(), time.process_time()
    figures = ways[how](Path(corpus), Path(data), timed)
    figures |= {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "embedding_seconds": timed.seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    server = resource.getrusage(resource.RUSAGE_CHILDREN)  # it has ended
    figures |= {
        "server_cpu_seconds": server.ru_utime + server.ru_stime,
        "server_peak_mb": server.ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
