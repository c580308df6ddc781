"""How long an answer takes in a large knowledge base, alone and with many who ask at once.

``python -m benchmarks.latency [--passages 100000]`` writes made-up threads, indexes them with
random vectors (ONNX Runtime would need an hour), and asks questions that the real model embeds.
What is timed is all from the question to the cited answer, without a process or a network
between.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as ``footnote`` does, before numpy is there

import chromadb
import numpy as np
import numpy.typing as npt

from benchmarks.corpora import language, write_corpus
from benchmarks.stub_embedder import StubReader
from ingest.pipeline import Ingest
from ingest.request import Request
from retrieval.answering.answerer import Answerer
from retrieval.embedding.minilm import MiniLM, load_minilm
from retrieval.ranking.hybrid import HybridSearch
from retrieval.ranking.spelling import Speller
from retrieval.settings import SearchSettings
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.index import PassageIndex
from retrieval.store.live_generation import live_generation
from retrieval.store.rebuilding import Stores, open_recovered

_KB: Final = "default"
_WARMING: Final = 20
_WARMING_SECONDS: Final = 15.0
"""From the second question on the passages' terms are read, beside those who ask."""
_ASKED: Final = 100
_ASKERS: Final = 16


class StubPassages(StubReader):
    """Random vectors for passages and their sentences, the model's own for questions."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model

    def embed_question(self, text: str) -> npt.NDArray[np.float32]:
        """Return the model's vector of a question."""
        return self._model.embed_question(text)


@contextmanager
def answerer_on(data: Path, corpus: Path, model: MiniLM) -> Iterator[Answerer]:
    """Yield an answerer on an index of ``corpus`` in ``data``, made if it is not there."""
    embedder = StubPassages(model)
    with ExitStack() as stack:
        catalogue = Catalogue(data / "catalogue.sqlite3")
        stack.callback(catalogue.close)
        client = chromadb.PersistentClient(path=str(data / "chroma"))

        def open_index() -> PassageIndex:
            catalogue.begin_generation(_KB, embedder.fingerprint)
            stores = Stores(catalogue, client, data / "lexical", embedder)
            return open_recovered(stores, live_generation(catalogue, _KB, embedder))

        request = Request(_KB, (corpus,), corpus)
        Ingest(request, catalogue, open_index, model.token_ends, lambda _: None).run()
        index = open_index()
        speller = Speller(index.passages, index.library, model.is_word)
        search = HybridSearch(index, embedder, SearchSettings(), speller)
        yield Answerer(index, search, embedder)


def questions(count: int, seed: int = 5) -> list[str]:
    """Return questions in the words of the made-up threads."""
    chance, spoken = random.Random(seed), language()  # noqa: S311 - makes up words, no secrets
    return [
        " ".join(
            chance.choices(spoken.words, cum_weights=spoken.weights, k=chance.randint(6, 12))
        ).capitalize()
        + "?"
        for _ in range(count)
    ]


def measure(answerer: Answerer) -> dict[str, float]:
    """Return milliseconds of an answer, its parts, and answers a second of 16 who ask."""
    asked = questions(_WARMING + 2 * _ASKED)
    warm_at = time.perf_counter() + _WARMING_SECONDS
    while time.perf_counter() < warm_at:
        for question in asked[:_WARMING]:
            answerer.answer(question)
    alone = [answerer.answer(question).timings_ms for question in asked[_WARMING:-_ASKED]]
    figures = {
        f"{part} p{share}": float(np.percentile([getattr(one, part) for one in alone], share))
        for part in ("total", "embed", "search", "write")
        for share in (50, 95)
    }
    started = time.perf_counter()
    with ThreadPoolExecutor(_ASKERS) as askers:
        list(askers.map(answerer.answer, asked[-_ASKED:]))
    figures["answers a second"] = _ASKED / (time.perf_counter() - started)
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the model")
    options = parser.parse_args(arguments)
    model = load_minilm(options.data / "models")
    with TemporaryDirectory(prefix="footnote-latency-") as scratch:
        corpus, data = Path(scratch) / "corpus", Path(scratch) / "data"
        data.mkdir()
        write_corpus(corpus, options.passages)
        with answerer_on(data, corpus, model) as answerer:
            figures = measure(answerer)
    print(f"{options.passages:,} passages, milliseconds")
    for name, figure in figures.items():
        print(f"  {name:16} {figure:8.1f}")


if __name__ == "__main__":
    main()
