"""Linking quotes to words in other threads, once they are in the index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ingest.understand.contents import quoted_words
from ingest.understand.probes import runs
from ingest.understand.quotes import repeats
from retrieval.records import Passage, TextKind
from retrieval.store.catalogue.catalogue import UnfinishedWork

if TYPE_CHECKING:
    from retrieval.store.index import PassageIndex

_CANDIDATES: Final = 10
"""How many of the passages with all of a quote's words are compared with it."""


def link_across_threads(index: PassageIndex, added: Sequence[Passage]) -> int:
    """Find the origins of quotes that have none yet, and return how many were found.

    New quotes are looked up among all passages, through the lexical index; quotes that
    were there before are held against the passages that are new.
    """
    if not index.catalogue.is_marked(index.generation.knowledge_base, UnfinishedWork.UNLINKED):
        return 0
    new = {p.id: p for p in added if p.kind is TextKind.QUOTE and p.origin_id is None}
    candidates = _anywhere(index, new)
    waiting: dict[int, list[str]] = defaultdict(list)
    for number, quote_id in index.library.probes():
        if quote_id not in new:
            waiting[number].append(quote_id)
    for passage_id, quote_id in _awaited(waiting, added):
        candidates[quote_id].append(passage_id)
    return _link(index, candidates)


def link_after_crash(index: PassageIndex) -> int:
    """Look up every quote without an origin, if an ingest ended before it linked them."""
    if not index.catalogue.is_marked(index.generation.knowledge_base, UnfinishedWork.UNLINKED):
        return 0
    waiting = index.library.located(quote_id for _, quote_id in index.library.probes())
    return _link(index, _anywhere(index, {id_: at.passage for id_, at in waiting.items()}))


def _link(index: PassageIndex, candidates: Mapping[str, list[str]]) -> int:
    origins = dict(_verified(index, candidates))
    index.catalogue.link_quotes(index.generation.knowledge_base, origins)
    return len(origins)


def _anywhere(index: PassageIndex, quotes: Mapping[str, Passage]) -> dict[str, list[str]]:
    return defaultdict(
        list,
        {
            quote.id: index.passages.holding(quoted_words(quote), _CANDIDATES)
            for quote in quotes.values()
        },
    )


def _awaited(
    waiting: Mapping[int, list[str]], added: Sequence[Passage]
) -> Iterator[tuple[str, str]]:
    """Yield new passages with quotes that they may hold."""
    if not waiting:
        return
    for passage in added:
        if passage.kind is TextKind.OWN:
            for number in waiting.keys() & set(runs(passage.text)):
                for quote_id in waiting[number]:
                    yield passage.id, quote_id


def _verified(
    index: PassageIndex, candidates: Mapping[str, list[str]]
) -> Iterator[tuple[str, str]]:
    """Yield quotes with the shortest passage of another thread that holds their words."""
    ids = {id_ for quote_id, found in candidates.items() if found for id_ in (quote_id, *found)}
    known = index.library.located(ids)
    for quote_id, found in candidates.items():
        if quote_id not in known:
            continue
        quote = known[quote_id].passage
        holding = [
            known[id_].passage
            for id_ in found
            if id_ in known and _is_origin(known[id_].passage, quote)
        ]
        if holding:
            yield quote_id, min(holding, key=lambda passage: (len(passage.text), passage.id)).id


def _is_origin(passage: Passage, quote: Passage) -> bool:
    return (
        passage.thread_id != quote.thread_id
        and passage.kind is TextKind.OWN
        and repeats(passage.text, quoted_words(quote))
    )
