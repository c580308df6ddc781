"""Made-up corpora of any size: threads with quotes and repeats, the same for the same seed.

Words follow Zipf's law, as those of real threads do, so that lexical indexes and the cut into
passages have real work.  The text means nothing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

PASSAGES_A_FILE: Final = 20
_WORDS: Final = 20_000
_SYLLABLES: Final = tuple(c + v for c in "bdfgklmnprstvz" for v in "aeiou")
_REPLY_QUOTES: Final = 0.35
"""Share of replies that quote the post before them."""
_FOREIGN_QUOTES: Final = 0.1
"""Share of quotes that are of another thread."""
_REPEATED: Final = 0.02
"""Share of paragraphs that repeat one of the thread word for word."""


@dataclass(frozen=True, slots=True)
class Language:
    """A vocabulary with its cumulated frequencies."""

    words: tuple[str, ...]
    weights: tuple[float, ...]


def language(seed: int = 7) -> Language:
    """Return a made-up language."""
    chance = random.Random(seed)  # noqa: S311 - makes up words, no secrets
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        words["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4)))] = None
    weights = accumulate(1 / rank for rank in range(1, _WORDS + 1))
    return Language(tuple(words), tuple(weights))


def write_corpus(folder: Path, passages: int, seed: int = 7) -> None:
    """Write files of about ``PASSAGES_A_FILE`` passages each, a thread a file, as JSONL."""
    folder.mkdir(parents=True, exist_ok=True)
    spoken, chance = language(seed), random.Random(seed)  # noqa: S311 - the same
    elsewhere: list[str] = []
    for number in range(max(1, passages // PASSAGES_A_FILE)):
        rows = list(_thread(f"t{seed}-{number}", spoken, chance, elsewhere))
        lines = "\n".join(json.dumps(row) for row in rows)
        (folder / f"thread-{seed}-{number:06d}.jsonl").write_text(lines + "\n", "utf-8")


def _thread(
    key: str, spoken: Language, chance: random.Random, elsewhere: list[str]
) -> Iterator[dict[str, str | None]]:
    said: list[str] = []
    paragraphs = 0
    while paragraphs < PASSAGES_A_FILE:
        post: list[str] = []
        if said and chance.random() < _REPLY_QUOTES:
            foreign = elsewhere and chance.random() < _FOREIGN_QUOTES
            quoted = chance.choice(elsewhere) if foreign else said[-1]
            post.append("> " + " ".join(quoted.split()[: chance.randint(8, 30)]))
        for _ in range(min(chance.randint(1, 3), max(1, PASSAGES_A_FILE - paragraphs - len(post)))):
            again = said and chance.random() < _REPEATED
            post.append(chance.choice(said) if again else _paragraph(spoken, chance))
        said.extend(text for text in post if not text.startswith(">"))
        paragraphs += len(post)
        number = len(said)
        yield {
            "thread_id": key,
            "post_id": str(number),
            "text": "\n\n".join(post),
            "thread_title": " ".join(_some(spoken, chance, 6)),
            "author": chance.choice(spoken.words[:200]),
            "created_at": f"2026-03-{1 + number % 28:02d}T12:00:00+00:00",
        }
    elsewhere.append(chance.choice(said))
    del elsewhere[:-500]


def _paragraph(spoken: Language, chance: random.Random) -> str:
    sentences = [
        " ".join(_some(spoken, chance, chance.randint(6, 18))).capitalize() + "."
        for _ in range(chance.randint(2, 6))
    ]
    return " ".join(sentences)


def _some(spoken: Language, chance: random.Random, count: int) -> list[str]:
    return chance.choices(spoken.words, cum_weights=spoken.weights, k=count)
