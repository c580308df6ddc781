"""From ranked candidates to what is shown: hits, hits of several questions, threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress, islice
from typing import TYPE_CHECKING, Final

from retrieval.copies.duplicates import IsRare, Unlike
from retrieval.records import Hit, Post, ScoreParts, Standing, ThreadHit
from retrieval.store.catalogue.outlines import outlines
from retrieval.store.lexical.copies import rarity

if TYPE_CHECKING:
    from retrieval.ranking.fusion import Scores
    from retrieval.ranking.scoring import Ranked, Scored, Vector
    from retrieval.store.catalogue.contents import Located
    from retrieval.store.catalogue.library import Library
    from retrieval.store.index import PassageIndex

_LOOKED_UP: Final = 50
"""So many candidates at once are looked up among the copies."""


def make_hits(
    index: PassageIndex, scored: Scored, ranked: Ranked, vector: Vector, limit: int
) -> tuple[Hit, ...]:
    """Return the best passages as hits, best first.

    Quotes give way to their origin and copies to what they copy.
    """
    # Some of them give way; mostly the first ``limit`` are enough, and no more are read.
    places = islice(_apart(index.library, scored, ranked), 2 * limit + 10)
    batches = iter(lambda: list(islice(places, limit)), [])
    cosines = scored.dense(vector), scored.exchange_dense(vector)
    found = (_hits(index.library, scored, ranked, cosines, batch) for batch in batches)
    return distinct(found, limit, rarity(index.passages))


def _hits(
    library: Library,
    scored: Scored,
    ranked: Ranked,
    cosines: tuple[Scores, Scores],
    places: Sequence[int],
) -> list[Hit]:
    stand_ins = library.in_force().stand_ins
    located = _located(library, scored, places, stand_ins)
    asked = _asked(library, located)
    return [
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
            cosine=float(cosines[0][place]),
            bm25=float(scored.lexical[place]),
            exchange_cosine=float(cosines[1][place]),
            asked=asked.get(entry.post.exchange_id or "") if _answers(entry.post) else None,
        )
        for place in places
        if (entry := _credited(located, scored.found.ids[place], stand_ins)) is not None
    ]


def merge(rankings: Sequence[tuple[Hit, ...]], limit: int, index: PassageIndex) -> tuple[Hit, ...]:
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
    kept = distinct([[*shares, *rest]], limit, rarity(index.passages))
    return tuple(sorted(kept, key=_descending))


def by_thread(index: PassageIndex, hits: Sequence[Hit], limit: int) -> tuple[ThreadHit, ...]:
    """Group hits by thread and return the best ``limit`` threads, in the order of their best.

    A thread is as good as its best passage: on forum questions nDCG@10 .496, the mean of its
    best two .500, of three .490, of five .484.
    """
    threads: dict[str, list[Hit]] = {}
    for hit in hits:
        threads.setdefault(hit.thread.id, []).append(hit)
    best = dict(list(threads.items())[:limit])
    known = outlines(index.catalogue, index.generation.knowledge_base, best)
    hidden = index.library.in_force().hidden_posts
    # A thread that another process took away just now is left out.
    return tuple(
        ThreadHit(
            found[0].thread,
            found[0].post if known[id_].opening.id in hidden else known[id_].opening,
            known[id_].posts,
            tuple(found),
        )
        for id_, found in best.items()
        if id_ in known
    )


def distinct(batches: Iterable[Sequence[Hit]], limit: int, is_rare: IsRare) -> tuple[Hit, ...]:
    """Return the first hits of which no two say the same in nearly the same words.

    Takes no more batches than it needs.
    """
    seen: set[str] = set()
    kept: list[Hit] = []
    # What has not been linked (quotes of unknown words; an index of before) is told here.
    unlike = Unlike(is_rare)
    for batch in batches:
        by_id: dict[str, Hit] = {}
        for hit in batch:
            by_id.setdefault(hit.passage.id, hit)
        fresh = [hit for id_, hit in by_id.items() if id_ not in seen]
        seen |= by_id.keys()
        kept += compress(fresh, unlike.among([hit.passage.text for hit in fresh]))
        if len(kept) >= limit:
            break
    return tuple(kept[:limit])


def _apart(library: Library, scored: Scored, ranked: Ranked) -> Iterator[int]:
    """Yield the places of the candidates, best first, of a text and its copies only one."""
    ids = scored.found.ids
    seen: set[str] = set()
    order = ranked.order.tolist()
    for start in range(0, len(order), _LOOKED_UP):
        part = order[start : start + _LOOKED_UP]
        originals = library.originals(ids[place] for place in part)
        for place in part:
            original = originals.get(ids[place])
            known_by = original if scored.allows(original) else ids[place]
            if known_by not in seen:
                seen.add(known_by)
                yield place


def _located(
    library: Library, scored: Scored, places: Sequence[int], stand_ins: Mapping[str, str]
) -> dict[str, Located]:
    """Return the passages at ``places``, those whose words they repeat, and what replaces them."""
    located = library.located([scored.found.ids[place] for place in places])
    repeated = [
        other
        for entry in located.values()
        for other in (entry.passage.origin_id, entry.passage.duplicate_of)
    ]
    repeated += [stand_ins[id_] for id_ in located if id_ in stand_ins]
    return located | library.located([id_ for id_ in repeated if scored.allows(id_)])


def _asked(library: Library, located: Mapping[str, Located]) -> dict[str, Post]:
    """Return the posts whose questions the passages answer, by id."""
    posts = (entry.post for entry in located.values())
    return library.posts({post.exchange_id for post in posts if post.exchange_id})


def _answers(post: Post) -> bool:
    return post.exchange_id != post.id and post.standing is not Standing.STATEMENT


def _scaled(hits: Sequence[Hit], best: float) -> Iterator[Hit]:
    if not hits or hits[0].score <= 0:
        yield from hits
        return
    factor = best / hits[0].score
    for hit in hits:
        parts = hit.parts
        yield replace(
            hit,
            # Of the first exactly ``best``, so that rounding does not order the rankings.
            score=best * (hit.score / hits[0].score),
            parts=ScoreParts(factor * parts.dense, factor * parts.lexical, factor * parts.thread),
        )


def _descending(hit: Hit) -> float:
    return -hit.score


def _credited(
    located: Mapping[str, Located], passage_id: str, stand_ins: Mapping[str, str]
) -> Located | None:
    """Return the passage, or for a quote or a copy the passage whose words it repeats.

    What staff said replaces one stands in its place.
    """
    entry = located.get(passage_id)
    if entry is None:
        return None
    entry = located.get(entry.passage.origin_id or entry.passage.duplicate_of or "", entry)
    return located.get(stand_ins.get(entry.passage.id, ""), entry)
