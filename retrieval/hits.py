"""From ranked candidates to what is shown: hits, hits of several questions, threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.domain import Hit, ScoreParts, ThreadHit
from retrieval.duplicates import DuplicateIndex

if TYPE_CHECKING:
    from retrieval.fusion import Scores
    from retrieval.index.contents import Located
    from retrieval.index.library import Library
    from retrieval.scoring import Ranked, Scored


def make_hits(
    library: Library, scored: Scored, ranked: Ranked, cosines: Scores, limit: int
) -> tuple[Hit, ...]:
    """Return the best passages as hits, best first.

    Quotes give way to their origin and copies to what they copy.
    """
    places = ranked.order[: 2 * limit + 10]  # so some of them give way
    located = library.located([scored.found.ids[place] for place in places])
    origins = [entry.passage.origin_id for entry in located.values()]
    located |= library.located([id_ for id_ in origins if id_ and id_ not in located])
    hits = (
        Hit(
            passage=entry.passage,
            post=entry.post,
            thread=entry.thread,
            score=float(ranked.score[place]),
            parts=ScoreParts(
                dense=float(ranked.dense[place]),
                lexical=float(ranked.lexical[place]),
                thread=float(ranked.thread[place]),
            ),
            cosine=float(cosines[place]),
            bm25=float(scored.lexical[place]),
        )
        for place in places
        if (entry := _credited(located, scored.found.ids[place])) is not None
    )
    return _distinct(hits, limit)


def merge(rankings: Sequence[tuple[Hit, ...]], limit: int) -> tuple[Hit, ...]:
    """Merge the hits of a question and of the questions in it, best first.

    Each ranking has an equal share of the places.  Scores are relative to the candidates of
    one query, so they are scaled to make each ranking's best equal.
    """
    if len(rankings) == 1:
        return rankings[0][:limit]
    best = max((hits[0].score for hits in rankings if hits), default=0.0)
    scaled = [tuple(_scaled(hits, best)) for hits in rankings]
    share = -(-limit // len(rankings))
    shares = sorted((hit for hits in scaled for hit in hits[:share]), key=_descending)
    rest = sorted((hit for hits in scaled for hit in hits[share:]), key=_descending)
    return tuple(sorted(_distinct([*shares, *rest], limit), key=_descending))


def by_thread(hits: Sequence[Hit]) -> tuple[ThreadHit, ...]:
    """Group hits by thread, the threads in the order of their best.

    A thread is as good as its best passage: on forum questions nDCG@10 .496, the mean of its
    best two .500, of three .490, of five .484.
    """
    threads: dict[str, list[Hit]] = {}
    for hit in hits:
        threads.setdefault(hit.thread.id, []).append(hit)
    return tuple(
        ThreadHit(found[0].thread, found[0].score, tuple(found)) for found in threads.values()
    )


def _distinct(hits: Iterator[Hit] | Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    kept: dict[str, Hit] = {}
    shown: DuplicateIndex[str] = DuplicateIndex()
    for hit in hits:
        if len(kept) == limit:
            break
        id_, text = hit.passage.id, hit.passage.text
        if id_ not in kept and shown.original(text) is None:
            shown.add(id_, text)
            kept[id_] = hit
    return tuple(kept.values())


def _scaled(hits: Sequence[Hit], best: float) -> Iterator[Hit]:
    factor = best / hits[0].score if hits and hits[0].score > 0 else 1.0
    for hit in hits:
        parts = hit.parts
        yield replace(
            hit,
            score=factor * hit.score,
            parts=ScoreParts(factor * parts.dense, factor * parts.lexical, factor * parts.thread),
        )


def _descending(hit: Hit) -> float:
    return -hit.score


def _credited(located: Mapping[str, Located], passage_id: str) -> Located | None:
    """Return the passage, or for a quote the passage whose words it repeats."""
    entry = located.get(passage_id)
    if entry is None or entry.passage.origin_id is None:
        return entry
    return located.get(entry.passage.origin_id, entry)
