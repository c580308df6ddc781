"""How well a collection in BEIR layout is ranked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retrieval.evaluation.metrics import RankingMeasures, mean, measure_rankings, percentile
from retrieval.text.wording import MAX_QUESTION_CHARACTERS, squeeze, visible

if TYPE_CHECKING:
    from retrieval.evaluation.collections.beir import Collection
    from retrieval.evaluation.progress import OnProgress
    from retrieval.ranking.hybrid import HybridSearch
    from retrieval.store.catalogue.contents import FileContents
    from retrieval.store.catalogue.library import Library
    from retrieval.store.index import PassageIndex

FOOTNOTE: Final = "footnote"
"""The name of the real search among the rankers."""
_HITS: Final = 300
"""Passages asked for, so that a hundred documents come of them where they were cut."""
_MISSED_FROM: Final = 10
Ranker = Callable[[str], Sequence[str]]
"""Takes a cleaned query and returns the ids of documents, best first."""


@dataclass(frozen=True, slots=True)
class RankingFigures:
    """One ranker's means over all queries, and what a query takes."""

    ranker: str
    ndcg_at_10: float
    recall_at_10: float
    recall_at_100: float
    mrr_at_10: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class MissedQuery:
    """A query of which no relevant document is among the first ten."""

    id: str
    text: str
    expected: tuple[str, ...]
    """Texts of relevant documents."""
    first: str
    """The text of the document that came first."""
    rank: int | None
    """Where the first relevant document stands, None where it was not found at all."""


@dataclass(frozen=True, slots=True)
class CollectionReport:
    """What came of a collection."""

    name: str
    documents: int
    threads: int
    """Of several documents each; 0 where documents have no thread."""
    passages: int
    queries: int
    figures: tuple[RankingFigures, ...]
    """Ours first."""
    ndcg_by_query: tuple[float, ...]
    """Ours, query by query."""
    durations_ms: tuple[float, ...]
    """Ours, query by query."""
    missed: tuple[MissedQuery, ...]
    indexing_seconds: float


@dataclass(frozen=True, slots=True)
class Size:
    """What was indexed, and how long that took."""

    threads: int
    passages: int
    indexing_seconds: float


class DocumentSearch:
    """The real search, its passages taken for the documents that hold them."""

    def __init__(
        self, search: HybridSearch, library: Library, document_of_post: Mapping[str, str]
    ) -> None:
        """Search with ``search``; a document is as good as its best passage.

        A search shows one of several documents that say the same and names the others, so
        those that ``library`` knows for copies come right after it.
        """
        self._search = search
        self._library = library
        self._document_of_post = document_of_post

    def __call__(self, query: str) -> list[str]:
        """Return the ids of documents, best first."""
        hits = self._search.search(query, _HITS).hits
        copies = self._library.copies(hit.passage.id for hit in hits)
        located = self._library.located(id_ for ids in copies.values() for id_ in ids)
        posts: list[str] = []
        for hit in hits:
            posts.append(hit.post.id)
            posts += [located[id_].post.id for id_ in copies.get(hit.passage.id, ())]
        return list(dict.fromkeys(self._document_of_post[post] for post in posts))


def index_collection(
    index: PassageIndex, files: Sequence[FileContents], on_progress: OnProgress
) -> Size:
    """Write a collection into an empty index."""
    started = time.monotonic()
    texts = sum(map(_texts, files))
    done = 0
    for file in files:
        before = done

        def on_embedded(count: int, _total: int, before: int = before) -> None:
            on_progress("Indexing", before + count, texts)

        index.write([file], on_embedded=on_embedded)
        done += _texts(file)
    index.link_copies()
    return Size(
        threads=sum(len(thread.posts) > 1 for file in files for thread in file.threads),
        passages=index.vectors.count(),
        indexing_seconds=time.monotonic() - started,
    )


def _texts(file: FileContents) -> int:
    return sum(1 for _ in file.exchanges()) + sum(1 for _ in file.indexed())


def evaluate_collection(
    collection: Collection, rankers: Mapping[str, Ranker], size: Size, on_progress: OnProgress
) -> CollectionReport:
    """Let each ranker answer all queries; ``FOOTNOTE`` must be among them."""
    runs: dict[str, _Run] = {}
    for name, ranker in rankers.items():
        runs[name] = _run(collection, ranker, name, on_progress)
    ours = runs[FOOTNOTE].rankings
    durations_ms = runs[FOOTNOTE].durations_ms
    return CollectionReport(
        name=collection.name,
        documents=len(collection.documents),
        threads=size.threads,
        passages=size.passages,
        queries=len(collection.queries),
        figures=tuple(_figures(name, run) for name, run in runs.items()),
        ndcg_by_query=tuple(
            runs[FOOTNOTE].measures[query.id].ndcg_at_10 for query in collection.queries
        ),
        durations_ms=tuple(durations_ms),
        missed=tuple(_missed(collection, ours)),
        indexing_seconds=size.indexing_seconds,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    rankings: dict[str, Sequence[str]]
    durations_ms: list[float]
    measures: dict[str, RankingMeasures]


def _run(collection: Collection, ranker: Ranker, name: str, on_progress: OnProgress) -> _Run:
    queries = collection.queries
    rankings: dict[str, Sequence[str]] = {}
    durations_ms: list[float] = []
    ranker(_cleaned(queries[0].text))  # the first one pays for opening and filling caches
    for number, query in enumerate(queries, 1):
        started = time.perf_counter()
        rankings[query.id] = ranker(_cleaned(query.text))
        durations_ms.append(1000 * (time.perf_counter() - started))
        on_progress(f"Asking {name}", number, len(queries))
    return _Run(rankings, durations_ms, measure_rankings(rankings, collection.relevance))


def _cleaned(text: str) -> str:
    return squeeze(visible(text))[:MAX_QUESTION_CHARACTERS]


def _figures(name: str, run: _Run) -> RankingFigures:
    measures = tuple(run.measures.values())
    return RankingFigures(
        ranker=name,
        ndcg_at_10=mean([each.ndcg_at_10 for each in measures]),
        recall_at_10=mean([each.recall_at_10 for each in measures]),
        recall_at_100=mean([each.recall_at_100 for each in measures]),
        mrr_at_10=mean([each.rr_at_10 for each in measures]),
        p50_ms=percentile(run.durations_ms, 0.5),
        p95_ms=percentile(run.durations_ms, 0.95),
    )


def _missed(collection: Collection, rankings: Mapping[str, Sequence[str]]) -> list[MissedQuery]:
    texts = {document.id: document.whole_text for document in collection.documents}
    missed = []
    for query in collection.queries:
        ranking = rankings[query.id]
        relevant = [id_ for id_, gain in collection.relevance[query.id].items() if gain > 0]
        ranks = [ranking.index(id_) + 1 for id_ in relevant if id_ in ranking]
        rank = min(ranks, default=None)
        if rank is None or rank > _MISSED_FROM:
            first = texts[ranking[0]] if ranking else ""
            expected = tuple(texts[id_] for id_ in relevant if id_ in texts)
            missed.append(MissedQuery(query.id, query.text, expected, first, rank))
    return missed
