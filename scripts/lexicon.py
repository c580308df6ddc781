"""Make the word lists of the citation check from WordNet's database files.

::

    python -m scripts.lexicon DICT_FOLDER

``DICT_FOLDER`` holds ``index.sense`` and ``data.*`` of WordNet 3.1.  Only senses that occur in
its tagged texts, or that are among a word's first two, are kept: rare ones ("keep" as the tower
of a castle) would let a false word pass for the true one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).parents[1] / "retrieval" / "writing" / "lexicon"
_PARTS: Final = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
_SENSE_PARTS: Final = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
_WORD: Final = re.compile(r"[a-z]{2,}")
_MARK: Final = re.compile(r"\(.*\)")
_FIRST_SENSES: Final = 2
_NEVER_TAGGED: Final = (0, 9)


@dataclass(frozen=True, slots=True)
class Synset:
    """Words of one meaning, and which of them have an opposite where."""

    part: str
    offset: str
    words: tuple[str, ...]
    opposites: tuple[tuple[int, str, int], ...]
    """Place of a word here, offset of the other synset, place of the opposite there."""


def main(folder: Path) -> None:
    """Write ``synonyms.txt`` and ``antonyms.txt``."""
    synsets = [entry for part in _PARTS for entry in _read(folder, part)]
    by_place = {(entry.part, entry.offset): entry for entry in synsets}
    antonyms = sorted({pair for entry in synsets for pair in _antonyms(entry, by_place)})
    senses = _senses(folder)
    synonyms = sorted({group for entry in synsets if (group := _common(entry, senses))})
    _write("antonyms.txt", antonyms)
    _write("synonyms.txt", synonyms)


def _read(folder: Path, part: str) -> Iterator[Synset]:
    for line in (folder / f"data.{part}").read_text("utf-8").splitlines():
        if line.startswith(" "):
            continue  # the licence, at the beginning of each file
        fields = line.split("|")[0].split()
        count = int(fields[3], 16)
        words = tuple(_MARK.sub("", word).lower() for word in fields[4 : 4 + 2 * count : 2])
        at = 4 + 2 * count
        pointers = [fields[at + 1 + 4 * n : at + 5 + 4 * n] for n in range(int(fields[at]))]
        opposites = tuple(
            (int(places[:2], 16) - 1, offset, int(places[2:], 16) - 1)
            for symbol, offset, _, places in pointers
            if symbol == "!"
        )
        yield Synset(_PARTS[part], fields[0], words, opposites)


def _senses(folder: Path) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return how often each sense is tagged, and its place among the word's senses."""
    senses = {}
    for line in (folder / "index.sense").read_text("utf-8").splitlines():
        key, offset, number, tagged = line.split()
        word, _, rest = key.partition("%")
        senses[word, _SENSE_PARTS[rest[0]], offset] = (int(tagged), int(number))
    return senses


def _antonyms(entry: Synset, by_place: dict[tuple[str, str], Synset]) -> Iterator[tuple[str, ...]]:
    for here, offset, there in entry.opposites:
        other = by_place.get((entry.part, offset))
        if other is not None:
            pair = (entry.words[here], other.words[there])
            if all(map(_WORD.fullmatch, pair)):
                yield tuple(sorted(pair))


def _common(
    entry: Synset, senses: dict[tuple[str, str, str], tuple[int, int]]
) -> tuple[str, ...] | None:
    """Return the words that are commonly used in this sense, if several are."""
    kept, tagged = [], False
    for word in entry.words:
        times, number = senses.get((word, entry.part, entry.offset), _NEVER_TAGGED)
        tagged = tagged or times > 0
        if _WORD.fullmatch(word) and (times > 0 or number <= _FIRST_SENSES):
            kept.append(word)
    return tuple(kept) if tagged and len(kept) > 1 else None


def _write(name: str, groups: list[tuple[str, ...]]) -> None:
    lines = [" ".join(group) for group in groups]
    (TARGET / name).write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
