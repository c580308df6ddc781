"""The sample threads as passages, and what a model could write about them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.contents import file_contents
from ingest.readers import reader_for
from ingest.sources import SourceFile
from retrieval.domain import Hit, ScoreParts, TextKind
from retrieval.index.contents import FileStamp
from retrieval.wording import fold

THREADS = Path(__file__).parents[3] / "sample" / "threads"
CLAIMS = Path(__file__).parent / "claims.txt"
FRESH = Path(__file__).parent / "fresh_claims.txt"
NO_SCORE = ScoreParts(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Claim:
    """A sentence about a quote, and whether the quote carries it."""

    text: str
    is_true: bool
    kind: str
    quote: str
    hit: Hit
    block: int


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


@cache
def claims(path: Path = CLAIMS) -> tuple[Claim, ...]:
    """The claims of a file, in its order."""
    found: list[Claim] = []
    quote, block = "", -1
    for line in path.read_text("utf-8").splitlines():
        mark, rest = line[:2], line[2:].strip()
        if mark == "> ":
            quote, block = rest, block + 1
        elif mark == "+ ":
            found.append(Claim(rest, True, "faithful", quote, hit_with(quote), block))
        elif mark == "- ":
            kind, _, text = rest.partition(": ")
            assert re.fullmatch("[a-z]+", kind), line
            found.append(Claim(text, False, kind, quote, hit_with(quote), block))
    return tuple(found)
