"""Reading the best passages closely: sentence by sentence, and for what speaks for an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from retrieval.answering import sentence_scores
from retrieval.answering.gate import Signs, share_of_best
from retrieval.answering.sentence_scores import Sentence
from retrieval.question.identifiers import identifiers
from retrieval.question.speakers import addresses, speakers, speaks_of
from retrieval.ranking.term_weights import TermWeights
from retrieval.records import Hit
from retrieval.store.sentence_vectors import SentenceVectors
from retrieval.text.wording import content_words
from retrieval.threads.standing import tells_solution

if TYPE_CHECKING:
    import numpy.typing as npt

    from retrieval.embedding import Embedder
    from retrieval.ranking.hybrid import Ranking
    from retrieval.store.index import PassageIndex

HITS: Final = 10
"""So many of the best passages are weighed against one another."""
READ_CLOSELY: Final = 8
"""From so many of the best passages sentences are taken."""
_COVERING: Final = 3
"""So many hits of the best exchange may hold the question's words together."""
_ANSWERS_PART: Final = 0.4
"""Cosine from which a sentence is shown for a part of a question of its own; below it most are
about something else."""
_NEWEST: Final = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|lately|recently|neueste[nrs]?|zuletzt|kürzlich)\b",
    re.IGNORECASE,
)
_ALL: Final = re.compile(
    r"^(?:please |can you |could you )?(?:list|name|enumerate)\b"
    r"|\blist of (?:all|the|every)\b|\b(?:list|what are|which are|name|show me) all\b"
    r"|\ball (?:of )?the \w+s\b",
    re.IGNORECASE,
)
_SUBJECT: Final = 0.1
"""A name in so large a share of the passages is what the threads are about, and no absent
speaker: "what does the error in Blender say"."""


@dataclass(frozen=True, slots=True)
class ReadPassages:
    """The best passages, sentence by sentence."""

    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    scores: npt.NDArray[np.float64]
    """A logit for each sentence, comparable within this reading only."""
    signs: Signs
    weigh: Callable[[str], float]
    """Tells how much of the question a text holds, 0 to 1."""
    for_parts: tuple[int, ...] = ()
    """Of a question of several, the place of the sentence that answers each, where one may."""
    unanswered: tuple[str, ...] = ()
    """The parts of a question of several that none may answer."""
    question: str = ""
    """With its slips mended."""

    @property
    def newest_first(self) -> bool:
        """Whether the question asks for what is newest."""
        return _NEWEST.search(self.question) is not None

    @property
    def asks_for_all(self) -> bool:
        """Whether the question asks for a list of all that there is."""
        return _ALL.search(self.question) is not None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The part numbers, versions, codes and flags in the question, in lower case."""
        return tuple(each.casefold() for each in identifiers(self.question))

    def best_sentence(self, place: int) -> tuple[int, int] | None:
        """Return where the best sentence of a hit stands in its post, None if it was not read."""
        own = [n for n, sentence in enumerate(self.sentences) if sentence.hit == place]
        if not own:
            return None
        best = self.sentences[max(own, key=lambda n: float(self.scores[n]))]
        return best.start, best.end


class PassageReader:
    """Reads what a search found."""

    def __init__(self, index: PassageIndex, embedder: Embedder) -> None:
        """Weigh words by their frequency in ``index``; compare sentences by ``embedder``.

        Where another model indexed the passages, those that were found are compared by
        ``embedder`` too: the other's cosines lie on another scale than the one that is judged by.
        """
        self._passages = index.passages
        self._embedder = embedder
        self._found_by_another = embedder.fingerprint != index.embeddings.model
        self._sentences = SentenceVectors(embedder, index.catalogue)
        self._weights = TermWeights(index.passages)

    def read(self, ranking: Ranking, hits: Sequence[Hit]) -> ReadPassages:
        """Read ``hits``, of which there must be one; mostly those of the ranking itself."""
        ranking, hits = self._rescaled(ranking, hits)
        able, unheard = self._heard(ranking, hits)
        signs = self._signs(ranking, hits, able, unheard)
        hits = able or hits
        closely = tuple(hits[:READ_CLOSELY])
        sentences = sentence_scores.split(closely)
        vectors = self._vectors(closely, sentences)
        weights = self._weights.of(ranking.searched)

        def weigh(text: str) -> float:
            return self._weights.covered(weights, [text])

        coverage = [weigh(sentence.text) for sentence in sentences]
        scores = sentence_scores.score(sentences, vectors @ ranking.vector, coverage)
        asked = ranking.mended.question
        reading = ReadPassages(tuple(hits), sentences, scores, signs, weigh, question=asked)
        found = {part: self._for_part(part, closely, sentences, vectors) for part in ranking.parts}
        return replace(
            reading,
            for_parts=tuple(place for place in found.values() if place is not None),
            unanswered=tuple(part for part, place in found.items() if place is None),
        )

    def _for_part(
        self,
        part: str,
        hits: Sequence[Hit],
        sentences: Sequence[Sentence],
        vectors: npt.NDArray[np.float32],
    ) -> int | None:
        """Return the place of the sentence that answers a part, None where none is near enough."""
        near = vectors @ self._embedder.embed_question(part)
        weights = self._weights.of(part)
        coverage = [self._weights.covered(weights, [sentence.text]) for sentence in sentences]
        scores = sentence_scores.score(sentences, near, coverage)
        best = int(scores.argmax())
        if near[best] < _ANSWERS_PART:
            return None
        asked = hits[sentences[best].hit]
        if not asked.standing.is_askers:
            return best
        # The same question: what was replied to it answers, and nothing where nobody did.
        replies = [
            place
            for place, sentence in enumerate(sentences)
            if _is_with(hits[sentence.hit], asked) and not hits[sentence.hit].standing.is_askers
        ]
        return max(replies, key=lambda place: float(scores[place]), default=None)

    def _vectors(
        self, hits: Sequence[Hit], sentences: Sequence[Sentence]
    ) -> npt.NDArray[np.float32]:
        spans: list[list[tuple[int, int]]] = [[] for _ in hits]
        for sentence in sentences:
            first = hits[sentence.hit].passage.start
            spans[sentence.hit].append((sentence.start - first, sentence.end - first))
        return np.concatenate(self._sentences.of([hit.passage.text for hit in hits], spans))

    def signs(self, ranking: Ranking, hits: Sequence[Hit]) -> Signs:
        """Return what speaks for an answer among ``hits``, of which there must be one."""
        ranking, hits = self._rescaled(ranking, hits)
        return self._signs(ranking, hits, *self._heard(ranking, hits))

    def _rescaled(self, ranking: Ranking, hits: Sequence[Hit]) -> tuple[Ranking, Sequence[Hit]]:
        if not self._found_by_another:
            return ranking, hits
        asked = self._embedder.embed_question(ranking.searched)
        cosines = self._embedder.embed_passages([hit.passage.text for hit in hits]) @ asked
        judged = [
            replace(hit, cosine=float(cosine), exchange_cosine=0.0)
            for hit, cosine in zip(hits, cosines, strict=True)
        ]
        return replace(ranking, vector=asked), judged

    def _signs(
        self, ranking: Ranking, hits: Sequence[Hit], able: Sequence[Hit], unheard: tuple[str, ...]
    ) -> Signs:
        weights = self._weights.of(ranking.searched)
        content = self._weights.of(" ".join(content_words(ranking.searched)))
        hits = able or hits
        best = hits[0]
        # No one exchange holds the words of several questions.
        together = [hit for hit in hits if _is_with(hit, best) or ranking.parts][:_COVERING]
        asked = best.asked.text if best.asked else ""
        texts = [best.thread.title or "", asked, *(hit.passage.text for hit in together)]
        return Signs(
            nearness=max(max(hit.cosine, hit.exchange_cosine) for hit in hits),
            coverage=self._weights.covered(content or weights, texts),
            lead=best.score - hits[-1].score,
            share=share_of_best(hits),
            in_exchange=best.post.exchange_id is not None,
            unknown_names=self._weights.unknown_names(ranking.mended.question),
            words=len(ranking.searched.split()),
            unknown_terms=ranking.mended.unknown,
            unheard=unheard,
            is_unanswered=all(
                hit.standing.is_askers and not tells_solution(hit.passage.text)
                for hit in hits
                if _is_with(hit, best)
            ),
        )

    def _heard(
        self, ranking: Ranking, hits: Sequence[Hit]
    ) -> tuple[Sequence[Hit], tuple[str, ...]]:
        """Return the hits that can answer, or, where there are none, whose words are asked for.

        All can, unless they ought to speak of who is asked about.
        """
        names = self._absent(ranking)
        if not names:
            return hits, ()
        # Where posts bear no names, who is addressed may have written any of them.
        takes_part = any(addresses(hit.passage.text, names) for hit in hits)
        able = [
            hit
            for hit in hits
            if speaks_of(hit.passage.text, names) or (takes_part and hit.post.author is None)
        ]
        return able, () if able else names

    def _absent(self, ranking: Ranking) -> tuple[str, ...]:
        """Return whose words are asked for, where none of them wrote anything here."""
        if ranking.filters.authors:
            return ()
        names = speakers(ranking.mended.question)
        return () if any(map(self._is_subject, names)) else names

    def _is_subject(self, name: str) -> bool:
        last = name.rsplit(maxsplit=1)[-1]
        having = max(map(self._passages.document_frequency, self._passages.terms(last)), default=0)
        return having > _SUBJECT * self._passages.count()


def _is_with(hit: Hit, other: Hit) -> bool:
    if other.post.exchange_id is None:
        return hit.thread.id == other.thread.id
    return hit.post.exchange_id == other.post.exchange_id
