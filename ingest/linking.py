"""Linking quotes to words in other threads, once everything is in the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from ingest.contents import quoted_words
from ingest.quotes import QuoteIndex, repeats
from retrieval.domain import Passage, TextKind

if TYPE_CHECKING:
    from retrieval.index.store import PassageIndex

_CANDIDATES: Final = 10
"""How many of the lexically nearest passages may hold a quote's words."""


def link_across_threads(index: PassageIndex, added: Iterable[Passage]) -> int:
    """Find the origins of quotes that have none yet, and return how many were found.

    New quotes are looked up among all passages, through the lexical index; quotes that
    were there before are held against the passages that are new.
    """
    new = {passage.id: passage for passage in added}
    waiting = index.library.quotes_without_origin()
    if not waiting:
        return 0
    fresh: QuoteIndex[str] = QuoteIndex()
    for passage in new.values():
        if passage.kind is TextKind.OWN:
            fresh.add(passage.id, passage.text)
    origins: dict[str, str] = {}
    for quote in waiting.values():
        found = _anywhere(index, quote) if quote.id in new else _among(fresh, new, quote)
        if found is not None:
            origins[quote.id] = found
    if origins:
        index.catalogue.link_quotes(origins)
    return len(origins)


def _anywhere(index: PassageIndex, quote: Passage) -> str | None:
    words = quoted_words(quote)
    ids = index.passages.best(words, _CANDIDATES)
    candidates = [located.passage for located in index.library.located(ids).values()]
    holding = [
        passage
        for passage in candidates
        if passage.thread_id != quote.thread_id
        and passage.kind is TextKind.OWN
        and repeats(passage.text, words)
    ]
    return min(holding, key=lambda passage: len(passage.text)).id if holding else None


def _among(fresh: QuoteIndex[str], new: Mapping[str, Passage], quote: Passage) -> str | None:
    words = quoted_words(quote)
    keys = (*fresh.same(words), *fresh.holding(words))
    return next((key for key in keys if new[key].thread_id != quote.thread_id), None)
