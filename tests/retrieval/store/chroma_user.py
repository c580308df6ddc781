"""A process that opens Chroma and does what it is told, a line of JSON at a time.

Run as a script: DATA_DIR DOING [--serve] [--wait SECONDS].  It says ``{"opened": CLIENT}`` or
``{"error": CLASS, "text": …}``, then answers ``["upsert", IDS]``, ``["find", IDS]`` (which of
them a search for their own vector finds) and ``["holder"]``.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from retrieval.errors import FootnoteError
from retrieval.settings import ChromaSettings
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.chroma.vectors import VectorIndex
from retrieval.store.data_folder.ownership import INDEX, FolderLock

DIMENSIONS: Final = 16


def vectors_of(ids: list[str]) -> npt.NDArray[np.float32]:
    """Return a vector for each id, the same everywhere, far from every other's."""
    rows = [np.random.default_rng(list(id_.encode())).normal(size=DIMENSIONS) for id_ in ids]
    return np.array(rows, np.float32)


def store(index: VectorIndex, ids: list[str]) -> int:
    index.upsert(ids, vectors_of(ids), [f"text of {id_}" for id_ in ids], [{"n": 1}] * len(ids))
    return index.count()


def found(index: VectorIndex, ids: list[str]) -> list[str]:
    vectors = vectors_of(ids)
    return [
        id_ for id_, vector in zip(ids, vectors, strict=True) if id_ in index.nearest(vector, 1)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("doing")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--wait", type=float, default=20.0)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        with open_chroma(
            options.data_dir,
            ChromaSettings(),
            doing=options.doing,
            wait_seconds=options.wait,
            serve=options.serve,
        ) as client:
            say({"opened": type(client).__name__})
            obey(options.data_dir, VectorIndex(client, "kb-test"))
    except FootnoteError as error:
        say({"error": type(error).__name__, "text": str(error)})


def obey(data_dir: Path, index: VectorIndex) -> None:
    orders: dict[str, Callable[..., Any]] = {
        "upsert": lambda ids: store(index, ids),
        "find": lambda ids: found(index, ids),
        "holder": lambda: str(FolderLock(data_dir, INDEX).holder()),
    }
    for line in sys.stdin:
        order, *arguments = json.loads(line)
        try:
            say(orders[order](*arguments))
        except FootnoteError as error:
            say({"error": type(error).__name__, "text": str(error)})


def say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
