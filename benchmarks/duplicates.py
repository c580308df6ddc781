"""How fast near-copies are linked, how many are found, and how many opposites are merged.

``python -m benchmarks.duplicates --paragraphs 100000`` writes made-up paragraphs into a
catalogue, then copies and opposites of some of them, and times the linking alone.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.planted import Planted, plant
from retrieval.records import Passage, Post, Thread
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.catalogue.contents import FileContents, FileStamp, ThreadContents
from retrieval.store.lexical.copies import link_copies
from retrieval.text.wording import content_id

_KB: Final = "planted"
_A_FILE: Final = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What linking found."""

    paragraphs: int
    cpu_seconds: float
    """For all of them, and nothing but the linking."""
    wrong: int
    """Paragraphs that copy none and were linked."""
    found: dict[str, int]
    """Of each kind of plant, how many were linked to what they were made from."""
    merged: dict[str, int]
    """Likewise, how many were linked to anything."""
    planted: dict[str, int]

    @property
    def per_second(self) -> float:
        """Paragraphs linked in a second of one processor."""
        return self.paragraphs / self.cpu_seconds


def measure(planted: Planted, folder: Path) -> Outcome:
    """Write texts and plants into a catalogue in ``folder`` and link them."""
    catalogue = Catalogue(folder / "catalogue.sqlite3")
    generation = catalogue.begin_generation(_KB, "none")
    seconds = 0.0
    for start in range(0, len(planted.texts), 5_000):
        files = list(_files("text", planted.texts[start : start + 5_000], start))
        catalogue.write(generation, files)
        seconds += _link(catalogue)
    wrong = catalogue.counts(_KB).copies
    catalogue.write(generation, list(_files("plant", [p.text for p in planted.plants], 0)))
    _link(catalogue)
    originals = _originals(catalogue)
    ids = [_passage_id("plant", number) for number in range(len(planted.plants))]
    right = Counter(
        plant.kind
        for passage_id, plant in zip(ids, planted.plants, strict=True)
        if originals.get(passage_id) == _passage_id("text", plant.place)
    )
    merged = Counter(p.kind for id_, p in zip(ids, planted.plants, strict=True) if id_ in originals)
    catalogue.close()
    kinds = Counter(plant.kind for plant in planted.plants)
    return Outcome(
        len(planted.texts),
        seconds,
        wrong,
        {kind: right[kind] for kind in kinds},
        {kind: merged[kind] for kind in kinds},
        dict(kinds),
    )


def _link(catalogue: Catalogue) -> float:
    started = time.process_time()
    link_copies(catalogue, _KB, lambda word: "x" in word)
    return time.process_time() - started


def _originals(catalogue: Catalogue) -> dict[str, str]:
    rows = catalogue.connection.execute(
        "SELECT passage, original FROM sketches WHERE original IS NOT NULL"
    )
    return {row[0]: row[1] for row in rows}


def _files(name: str, texts: Sequence[str], first: int) -> Iterator[FileContents]:
    for start in range(0, len(texts), _A_FILE):
        some = texts[start : start + _A_FILE]
        yield _file(name, first + start, some)


def _file(name: str, first: int, texts: Sequence[str]) -> FileContents:
    file = f"{name}-{first}.txt"
    thread = Thread(content_id(file), file, "planted")
    posts, passages = [], []
    for ordinal, text in enumerate(texts):
        post = Post(content_id(file, str(ordinal)), thread.id, ordinal, text)
        posts.append(post)
        id_ = _passage_id(name, first + ordinal)
        passages.append(Passage(id_, post.id, thread.id, ordinal, ordinal, 0, len(text), text))
    stamp = FileStamp(f"/{file}", file, 1, 1, file, "1")
    contents = ThreadContents(thread, tuple(posts), tuple(passages))
    return FileContents(stamp, "planted", (contents,))


def _passage_id(name: str, number: int) -> str:
    return content_id(name, str(number))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=500, help="plants of every kind")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="footnote-bench-") as scratch:
        outcome = measure(plant(options.paragraphs, options.each), Path(scratch))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table = Table("plant", "planted", "linked", "to the right one", title="Near-copies")
    for kind, count in outcome.planted.items():
        table.add_row(kind, str(count), str(outcome.merged[kind]), str(outcome.found[kind]))
    console = Console()
    console.print(table)
    console.print(
        f"{outcome.paragraphs:,} paragraphs, {outcome.per_second:,.0f} a CPU second, "
        f"{outcome.wrong} of them linked by mistake; peak {peak_mb:,.0f} MB"
    )


if __name__ == "__main__":
    main()
