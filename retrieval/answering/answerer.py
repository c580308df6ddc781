"""A question's way to its answer: follow-up → search → gate → writer → citation check."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from retrieval.answering import extractive
from retrieval.answering.citations import answer_text, cite, is_verified
from retrieval.answering.follow_up import leans_on
from retrieval.answering.gate import Signs, Verdict, agreement, judge
from retrieval.domain import Answer, Citation, Hit, Outcome, Statement, Timings
from retrieval.term_weights import TermWeights
from retrieval.wording import content_words
from retrieval.writing.rewriting import fused

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from retrieval.embedding import Embedder
    from retrieval.index.store import PassageIndex
    from retrieval.search import HybridSearch, Ranking
    from retrieval.writing.rewriting import Rewriter
    from retrieval.writing.writer import Writer

_HITS: Final = 10
_READ_CLOSELY: Final = 6
"""From so many of the best passages sentences are taken."""
_CLOSEST: Final = 3
_SAYS_NOTHING: Final = "The threads do not answer this."
_SAYS_CLOSEST: Final = "The threads do not clearly answer this; these passages come closest."


@dataclass(frozen=True, slots=True)
class _Read:
    """The best passages, sentence by sentence."""

    sentences: tuple[extractive.Sentence, ...]
    scores: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]
    signs: Signs


class Answerer:
    """Answers questions from one knowledge base, with a language model only where one is given."""

    def __init__(
        self,
        index: PassageIndex,
        search: HybridSearch,
        embedder: Embedder,
        writer: Writer | None = None,
        rewriter: Rewriter | None = None,
        *,
        reader: Embedder | None = None,
    ) -> None:
        """Answer from ``index``, found by ``search`` with vectors of ``embedder``.

        ``writer`` says an answer in its own words, where they hold; ``rewriter`` makes
        follow-ups stand alone.  ``reader`` reads what was found closely, where that is not
        ``embedder``: the gate is calibrated on MiniLM's cosines, and other models' lie on
        other scales.
        """
        self._reader = reader
        self._writer = writer
        self._rewriter = rewriter
        self._search = search
        self._embedder = embedder
        self._weights = TermWeights(index.passages)

    def answer(
        self, question: str, history: Sequence[str] = (), *, asker: str | None = None
    ) -> Answer:
        """Answer a cleaned question; ``history`` holds the earlier ones, oldest first.

        ``asker`` is who is charged with what a model costs.
        """
        started = time.perf_counter()
        context = leans_on(question, history)
        ranking = self._search.search(question, _HITS, context=context or "")
        rewritten = self._rewriter.standalone(question, history) if self._rewriter else None
        if rewritten:
            ranking = fused(ranking, self._search.search(rewritten, _HITS), _HITS)
        found = time.perf_counter()
        closely = self._read_closely(ranking) if ranking.hits else None
        verdict = judge(closely.signs) if closely else Verdict(Outcome.NOT_FOUND, 0.0)
        answer = self._write(question, ranking.hits, closely, verdict)
        answer = replace(answer, trace=_trace(context, rewritten, ranking, closely, answer))
        if self._writer is not None and answer.outcome is Outcome.ANSWERED:
            answer = self._writer.write(rewritten or question, ranking.hits, answer, asker=asker)
        done = time.perf_counter()
        return replace(
            answer,
            timings_ms=Timings(
                embed=ranking.timings_ms.embed,
                search=ranking.timings_ms.search,
                write=1000 * (done - found),
                total=1000 * (done - started),
            ),
        )

    def _read_closely(self, ranking: Ranking) -> _Read:
        question = ranking.searched
        hits = ranking.hits[:_READ_CLOSELY]
        sentences = extractive.split(hits)
        texts = [sentence.text for sentence in sentences]
        vectors, cosines, passage_cosine = self._compared(ranking, hits, texts)
        weights = self._weights.of(question)
        coverage = [self._weights.covered(weights, [s.text]) for s in sentences]
        scores = extractive.score(sentences, hits, cosines, coverage)
        content = self._weights.of(" ".join(content_words(question)))
        in_words = [self._weights.covered(content, [hit.passage.text]) > 0 for hit in ranking.hits]
        signs = Signs(
            sentence_cosine=float(cosines.max()),
            passage_cosine=passage_cosine,
            coverage=self._weights.covered(weights, [hits[0].passage.text]),
            unknown_names=self._weights.unknown_names(ranking.mended.question),
            margin=ranking.hits[0].score - ranking.hits[-1].score,
            agreement=agreement(ranking.hits, in_words),
        )
        return _Read(sentences, scores, vectors, signs)

    def _compared(
        self, ranking: Ranking, hits: Sequence[Hit], texts: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], float]:
        """Return the sentences' vectors, their cosines, and the best passage's cosine."""
        if self._reader is None:
            vectors = self._embedder.embed_passages(texts)
            return vectors, vectors @ ranking.vector, max(hit.cosine for hit in hits)
        asked = self._reader.embed_question(ranking.searched)
        together = self._reader.embed_passages([*texts, *(hit.passage.text for hit in hits)])
        cosines = together @ asked
        count = len(texts)
        return together[:count], cosines[:count], float(cosines[count:].max())

    def _write(
        self, question: str, hits: Sequence[Hit], closely: _Read | None, verdict: Verdict
    ) -> Answer:
        plain = Answer(question, verdict.outcome, _SAYS_NOTHING, confidence=verdict.confidence)
        if closely is None or verdict.outcome is Outcome.NOT_FOUND:
            return plain
        if verdict.outcome is Outcome.CLOSEST:
            return replace(plain, text=_SAYS_CLOSEST, closest=_closest(hits, closely))
        statements, citations = _cited(hits, closely)
        if not statements:
            return replace(plain, outcome=Outcome.NOT_FOUND)
        return replace(
            plain, text=answer_text(statements), statements=statements, citations=citations
        )


def _cited(
    hits: Sequence[Hit], closely: _Read
) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    statements: list[Statement] = []
    citations: list[Citation] = []
    for chosen in extractive.choose(closely.sentences, closely.scores, closely.vectors):
        citation = cite(len(citations) + 1, hits[chosen.hit], chosen.start, chosen.end)
        if is_verified(citation):
            citations.append(citation)
            statements += [Statement(s.text, (citation.n,)) for s in chosen.sentences]
    return tuple(statements), tuple(citations)


def _closest(hits: Sequence[Hit], closely: _Read) -> tuple[Citation, ...]:
    """Return the best sentence of each of the best passages."""
    citations: list[Citation] = []
    for place, hit in enumerate(hits[:_CLOSEST]):
        own = [n for n, sentence in enumerate(closely.sentences) if sentence.hit == place]
        if own:
            best = closely.sentences[max(own, key=lambda n: float(closely.scores[n]))]
            citation = cite(len(citations) + 1, hit, best.start, best.end)
            citations += [citation] if is_verified(citation) else []
    return tuple(citations)


def _trace(
    context: str | None,
    rewritten: str | None,
    ranking: Ranking,
    closely: _Read | None,
    answer: Answer,
) -> tuple[str, ...]:
    """Tell the steps behind an answer in plain words."""
    steps = []
    if rewritten:
        steps.append(f"Searched also as the model rewrote it: “{rewritten}”.")
    if context:
        steps.append(f"Read together with the earlier question “{context}”.")
    for typed, known in ranking.mended.changes:
        steps.append(f"Read “{typed}”, which the threads never use, as “{known}”.")
    if ranking.filters:
        steps.append(f"Looked only at posts {ranking.filters.described()}.")
    steps.append(
        f"Compared {ranking.candidates} passages by meaning and by words "
        f"({ranking.timings_ms.embed + ranking.timings_ms.search:.0f} ms)."
    )
    if closely is None:
        return (*steps, "Nothing was found.")
    best = ranking.hits[0]
    signs = closely.signs
    steps.append(
        f"Best passage: {best.passage.id} in {best.thread.title or best.thread.file} "
        f"(meaning {best.cosine:.2f}, words {best.bm25:.1f})."
    )
    steps.append(
        f"Read {len(closely.sentences)} sentences of the best passages; the closest one has "
        f"{signs.sentence_cosine:.2f}. The best passage holds {signs.coverage:.0%} of the "
        f"question's words; meaning and words agree on {signs.agreement:.0%} of the best."
    )
    if signs.unknown_names:
        steps.append(f"The threads never mention {', '.join(signs.unknown_names)}.")
    steps.append(_verdict(answer))
    return tuple(steps)


def _verdict(answer: Answer) -> str:
    likely = f"The threads answer this with a probability of {answer.confidence:.0%}"
    if answer.outcome is Outcome.ANSWERED:
        return (
            f"{likely}; {len(answer.statements)} sentences were chosen, each checked to stand "
            f"word for word in its post ({len(answer.citations)} sources)."
        )
    if answer.outcome is Outcome.CLOSEST:
        return f"{likely}: too little to answer, enough to show what comes closest."
    return f"{likely}: too little to show anything."
