"""Knowing by a few words which texts may hold a quote.

A quote that has no origin yet waits under its probe: a number for three of its words in a
row.  A new text is held against the quotes whose probe is among its own runs of three words.
Numbers are the same in every process, so that probes can be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from zlib import crc32

from ingest.understand.quotes import quoted_parts
from retrieval.text.wording import words

_RUN_WORDS: Final = 3


def probe(quote: str) -> int:
    """Return the number of the run of words that is likely the rarest: the one with most letters.

    Whatever text ``ingest.understand.quotes.repeats`` finds the quote in has it among its ``runs``.
    """
    parts = [part for part in quoted_parts(quote) if len(part) >= _RUN_WORDS] or [words(quote)]
    return _number(max((run for part in parts for run in _runs(part)), key=len))


def runs(text: str) -> Iterator[int]:
    """Yield the numbers of all runs of words of a text; of a shorter text, that of the whole."""
    return map(_number, _runs(words(text)))


def _runs(tokens: Sequence[str]) -> list[str]:
    last = max(1, len(tokens) - _RUN_WORDS + 1)
    return [" ".join(tokens[start : start + _RUN_WORDS]) for start in range(last)]


def _number(run: str) -> int:
    return crc32(run.encode("utf-8", "surrogatepass"))
