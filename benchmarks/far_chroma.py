"""A Chroma server that is 60 ms away: how many passages a second it is sent, besides the model.

What counts is the ingest's time at Chroma: vectors are drawn by lot, and nothing is embedded.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from retrieval.index.chroma import open_chroma
from retrieval.index.chroma_process import ChromaProcess
from retrieval.index.vectors import VectorIndex
from retrieval.settings import ChromaSettings
from tests.retrieval.index.fake_server import serving
from tests.retrieval.index.test_far_server import Far

_DIMENSIONS: Final = 384


def main() -> None:
    """Print the rate, and how many requests were refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=20_000)
    count = parser.parse_args().passages
    rng = np.random.default_rng(7)
    rows = rng.standard_normal((count, _DIMENSIONS), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    ids = [f"{n:016x}" for n in range(count)]
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "server").mkdir()
        process = ChromaProcess(Path(scratch) / "server")
        process.start()
        far = Far(process.url)
        with serving(far.answer) as url:
            settings = ChromaSettings(url=url)
            with open_chroma(Path(scratch) / "data", settings, doing="measuring") as client:
                index = VectorIndex(client, "kb-far-g0001")
                began = time.monotonic()
                for start in range(0, count, 2_000):
                    part = slice(start, start + 2_000)
                    texts = [f"What {id_} says, in about as many words." * 5 for id_ in ids[part]]
                    index.upsert(ids[part], rows[part], texts, [{"file": "a.txt"}] * len(texts))
                seconds = time.monotonic() - began
                there = index.count()
        process.stop()
    print(
        f"{count / seconds:,.0f} passages a second, {there:,} of {count:,} there, "
        f"{len(far.refused)} requests refused"
    )


if __name__ == "__main__":
    main()
