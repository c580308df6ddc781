"""The sample threads as passages, and what a model could write about them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ingest.read import reader_for
from ingest.sources import SourceFile
from ingest.understand.contents import file_contents
from retrieval.records import Hit, ScoreParts, TextKind
from retrieval.store.catalogue.contents import FileStamp
from retrieval.text.wording import fold
from retrieval.writing.material import Material

THREADS = Path(__file__).parents[3] / "sample" / "threads"
NO_SCORE = ScoreParts(0.0, 0.0, 0.0)


@cache
def sample_hits() -> tuple[Hit, ...]:
    """Every passage of the sample threads, own words only."""
    return tuple(hit for path in sorted(THREADS.iterdir()) for hit in hits_of(path))


def hits_of(path: Path) -> list[Hit]:
    data = path.read_bytes()
    reader = reader_for(path.name, data)
    assert reader is not None
    stamp = FileStamp(str(path), path.name, len(data), 0, "", "")
    drafts = reader.read(SourceFile.of(path.name, data))
    contents = file_contents(stamp, "sample", drafts, token_ends)
    return [
        Hit(passage, threads.post_of()[passage.post_id], threads.thread, 1.0, NO_SCORE)
        for threads in contents.threads
        for passage in threads.passages
        if passage.kind is TextKind.OWN
    ]


def token_ends(text: str) -> list[int]:
    """A word is a token."""
    return [match.end() for match in re.finditer(r"\S+", text)]


def hit_with(quote: str) -> Hit:
    """The passage in which a quote stands."""
    wanted = fold(quote)
    return next(hit for hit in sample_hits() if wanted in fold(hit.passage.text))


def material_of(hit: Hit, id_: str) -> Material:
    """A passage under an id."""
    return Material(id_, hit.passage, hit.post, hit.thread)


def texts_with(word: str) -> list[str]:
    """What a knowledge base of the sample threads finds for a word."""
    stem = word[: max(4, len(word) - 3)]
    return [h.passage.text for h in sample_hits() if stem in h.passage.text.casefold()][:8]
