"""A question's way to its answer: follow-up → search → gate → writer → citation check."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from retrieval.answering.citations import answer_text
from retrieval.answering.follow_up import StandaloneReading, search_in_turn
from retrieval.answering.gate import GateDecision, judge
from retrieval.answering.reading import HITS, PassageReader, ReadPassages
from retrieval.answering.trace import trace
from retrieval.answering.writing import ExtractiveWriter
from retrieval.question.filters import is_conditions_only
from retrieval.question.identifiers import (
    acronym_asked_for,
    missing_identifiers,
    spells_out,
)
from retrieval.records import Answer, Citation, FirstAnswer, Hit, Outcome, Timings
from retrieval.rulings.likeness import Likeness
from retrieval.text.noise import asks_nothing
from retrieval.text.orders import addresses_the_model
from retrieval.writing.assembling import SAYS_CLOSEST
from retrieval.writing.prompt import Asked
from retrieval.writing.writer import Surroundings

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.ranking.hybrid import HybridSearch, Ranking
    from retrieval.store.index import PassageIndex
    from retrieval.writing.writer import Writer

_SAYS_NOTHING: Final = "The threads do not answer this."
_SAYS_UNANSWERED: Final = "Somebody asked something like this, and nobody answered."
_ASKS_NOTHING: Final = (
    "That asks nothing. Ask a question in a few words, such as “How do I …?”, and the threads "
    "answer it where they can."
)


class Answerer:
    """Answers questions from one knowledge base, with a language model only where one is given."""

    def __init__(
        self,
        index: PassageIndex,
        search: HybridSearch,
        embedder: Embedder,
        writer: Writer | None = None,
    ) -> None:
        """Answer from ``index`` what ``search`` finds there.

        ``embedder`` reads what was found closely, whoever indexed it: the gate is fitted to
        MiniLM's cosines, and other models' lie on other scales.  ``writer`` says an answer in
        its own words, where they hold.
        """
        self._index = index
        self._writer = writer
        self._search = search
        self.reader = PassageReader(index, embedder)
        self.likeness = Likeness(embedder)
        self._extractive = ExtractiveWriter(index.library)

    def without(self, passage_ids: Iterable[str]) -> Answerer:
        """Return one that answers from everything but some passages."""
        other = copy.copy(self)
        other._search = self._search.without(passage_ids)  # noqa: SLF001 - its own class
        return other

    def answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> Answer:
        """Answer a cleaned question; ``history`` holds the earlier ones, oldest first.

        They are the same person's: a model that writes sees them.
        ``about`` is a question of somebody else that this one goes on from: it is searched
        with, and no model sees it.  ``asker`` is who is charged with what a model costs.
        """
        return self.first_answer(question, history, about=about, asker=asker).finished()

    def first_answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> FirstAnswer:
        """Return what ``answer`` does in two steps: first without the model that writes."""
        if asks_nothing(question) or is_conditions_only(question):
            step = "It asks nothing, so that nothing was searched."
            return FirstAnswer(Answer(question, Outcome.NOT_FOUND, _ASKS_NOTHING, trace=(step,)))
        started = time.perf_counter()
        turn, ranking = self.find(question, history, HITS, about=about)
        found = time.perf_counter()
        # A post that tells whoever sums it up what to say answers nobody.
        hits = [hit for hit in ranking.hits if not addresses_the_model(hit.passage.text)]
        reading = self.reader.read(ranking, hits) if hits else None
        verdict = self._judge(reading, ranking)
        answer = self._write(question, reading, verdict)
        done = time.perf_counter()
        answer = replace(
            answer,
            trace=trace(turn, ranking, reading, answer),
            notes=ranking.filters.notes,
            timings_ms=Timings(
                embed=ranking.timings_ms.embed,
                search=1000 * (found - started) - ranking.timings_ms.embed,
                write=1000 * (done - found),
                total=1000 * (done - started),
            ),
        )
        if self._writer is None or answer.outcome is Outcome.NOT_FOUND:
            return FirstAnswer(answer)
        asked = Asked(question, () if about else tuple(history), asker)
        write = partial(self._written, asked, ranking.hits, answer)
        return FirstAnswer(answer, write, self._writer.name)

    def _written(self, asked: Asked, hits: Sequence[Hit], first: Answer) -> Answer:
        assert self._writer is not None  # noqa: S101 - nobody else is handed this
        started = time.perf_counter()
        around = Surroundings(self._index.library.replied_to, self._index.texts_with)
        answer = self._writer.write(asked, hits, first, surroundings=around)
        took, before = 1000 * (time.perf_counter() - started), first.timings_ms
        timings = replace(before, write=before.write + took, total=before.total + took)
        return replace(answer, notes=first.notes, timings_ms=timings)

    def find(
        self,
        question: str,
        history: Sequence[str],
        limit: int,
        *,
        about: str = "",
    ) -> tuple[StandaloneReading, Ranking]:
        """Return how a cleaned question is read, and the best ``limit`` passages for it."""
        return search_in_turn(self._search, question, history, limit, about=about)

    def _judge(self, reading: ReadPassages | None, ranking: Ranking) -> GateDecision:
        if reading is None:
            return GateDecision(Outcome.NOT_FOUND, 0.0)
        verdict = judge(reading.signs)
        if verdict.outcome is Outcome.NOT_FOUND and ranking.filters.authors:
            # Whoever asks for one person's words wants to see the nearest that there are.
            return replace(verdict, outcome=Outcome.CLOSEST)
        return verdict

    def _write(self, question: str, reading: ReadPassages | None, verdict: GateDecision) -> Answer:
        plain = Answer(question, verdict.outcome, _SAYS_NOTHING, confidence=verdict.confidence)
        if reading is None or verdict.outcome is Outcome.NOT_FOUND:
            return plain
        if verdict.outcome is Outcome.CLOSEST:
            return self._closest(plain, reading)
        written = self._extractive.write(reading)
        if not _says_it(question, written.citations, reading.hits):
            return self._closest(plain, reading)
        if not written.statements:
            return replace(plain, outcome=Outcome.NOT_FOUND)
        return replace(
            plain,
            text=answer_text(written.statements),
            statements=written.statements,
            citations=written.citations,
            unanswered=reading.unanswered,
        )

    def _closest(self, plain: Answer, reading: ReadPassages) -> Answer:
        closest = self._extractive.closest(reading)
        outcome = Outcome.CLOSEST if closest else Outcome.NOT_FOUND
        text = _SAYS_NOTHING
        if closest:
            text = _SAYS_UNANSWERED if reading.signs.is_unanswered else SAYS_CLOSEST
        return replace(plain, outcome=outcome, text=text, closest=closest)


def _says_it(question: str, citations: Sequence[Citation], hits: Sequence[Hit]) -> bool:
    """Tell whether what is shown contains what an answer has to contain literally."""
    if missing_identifiers(question, _shown(citations, hits)):
        return False
    acronym = acronym_asked_for(question)
    return acronym is None or any(spells_out(each.quote, acronym) for each in citations)


def _shown(citations: Sequence[Citation], hits: Sequence[Hit]) -> Iterator[str]:
    """Yield the words that are shown: excerpts, and what they answer."""
    asked = {hit.post.id: hit.asked.text for hit in hits if hit.asked}
    for citation in citations:
        yield citation.quote
        yield citation.thread.title or ""
        yield asked.get(citation.post.id, "")
