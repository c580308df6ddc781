"""A Chroma server that is 60 ms away: how many passages a second are ingested, besides the model.

``python -m benchmarks.far_chroma [--passages 20000]`` ingests made-up threads with a stub for an
embedder, asks, has the doctor look and rebuilds, all through a way that adds 60 ms to each request
and refuses what asks for more than 300 records.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

from benchmarks.corpora import write_corpus
from benchmarks.ingest_run import footnote
from benchmarks.latency import questions
from benchmarks.stub_embedder import StubReader
from retrieval.ranking.hybrid import HybridSearch
from retrieval.ranking.spelling import Speller
from retrieval.settings import ChromaSettings, SearchSettings
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.chroma.process import ChromaProcess
from retrieval.store.examination import examine
from retrieval.store.live_generation import live_generation
from retrieval.store.rebuilding import Stores
from tests.retrieval.store.fake_server import serving
from tests.retrieval.store.test_far_server import Far

_KB: Final = "default"
_ASKED: Final = 20
T = TypeVar("T")


def main() -> None:
    """Print what each takes, and how many requests were refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=20_000)
    passages = parser.parse_args().passages
    with tempfile.TemporaryDirectory(prefix="footnote-far-") as scratch:
        corpus, data, server = (Path(scratch) / name for name in ("corpus", "data", "server"))
        write_corpus(corpus, passages)
        data.mkdir()
        server.mkdir()
        process = ChromaProcess(server)
        process.start()
        far = Far(process.url)
        try:
            with serving(far.answer) as url:
                _measure(corpus, data, url)
        finally:
            process.stop()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{', '.join(f'{count:,} {what}' for what, count in far.asked.most_common())}; "
        f"{len(far.refused)} refused; "
        f"Chroma took {used.ru_utime + used.ru_stime:.1f} s of processor"
    )


def _measure(corpus: Path, data: Path, url: str) -> None:
    embedder = StubReader()
    count = int(_timed("ingest", lambda: footnote(corpus, data, embedder, url))["total"])
    print(f"  {count:,} passages")
    with (
        closing(Catalogue(data / "catalogue.sqlite3")) as catalogue,
        open_chroma(data, ChromaSettings(url=url), doing="measuring") as client,
    ):
        stores = Stores(catalogue, client, data / "lexical", embedder)
        with closing(stores.open(live_generation(catalogue, _KB, embedder))) as index:
            speller = Speller(index.passages, index.library, lambda _: False)
            search = HybridSearch(index, embedder, SearchSettings(), speller)
            asked = questions(_ASKED)
            found = _timed(f"{_ASKED} searches", lambda: [search.search(one, 8) for one in asked])
            print(f"  {sum(bool(each.hits) for each in found)} of {_ASKED} found something")
        for what, anew in (("doctor", False), ("rebuild", True)):
            done = _timed(what, lambda anew=anew: examine(stores, _KB, anew=anew))  # type: ignore[misc]  # of a lambda's default mypy infers nothing
            print(f"  {done.searched:,} searched for, {len(done.findings)} findings")


def _timed(what: str, do: Callable[[], T]) -> T:
    began, cpu = time.monotonic(), time.process_time()
    result = do()
    seconds = time.monotonic() - began
    print(f"{what}: {seconds:.1f} s, {time.process_time() - cpu:.1f} s of processor here")
    return result


if __name__ == "__main__":
    main()
