"""Reading the best passages closely: sentence by sentence, and for what speaks for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from retrieval.answering import sentence_scores
from retrieval.answering.gate import Signs, agreement
from retrieval.answering.sentence_scores import Sentence
from retrieval.domain import Hit
from retrieval.embedding.remembering import RememberedTexts
from retrieval.sentences import question_share
from retrieval.term_weights import TermWeights
from retrieval.wording import content_words, words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from retrieval.embedding import Embedder
    from retrieval.index.lexical import LexicalIndex
    from retrieval.search import Ranking

HITS: Final = 10
"""So many of the best passages are weighed against one another."""
_READ_CLOSELY: Final = 8
"""From so many of the best passages sentences are taken."""
_FEWEST_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """The best passages, sentence by sentence."""

    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    scores: npt.NDArray[np.float64]
    """A logit for each sentence, comparable within this reading only."""
    vectors: npt.NDArray[np.float32]
    """One row for each sentence."""
    signs: Signs


class Reader:
    """Reads what a search found."""

    def __init__(
        self, passages: LexicalIndex, embedder: Embedder, *, own_scale: bool = False
    ) -> None:
        """Weigh words by their frequency in ``passages``; compare sentences by ``embedder``.

        With ``own_scale`` what was found is compared by ``embedder`` too: another model found
        it, whose cosines lie on another scale than the one that is judged by.
        """
        self._embedder = embedder
        self._remembered = RememberedTexts(embedder)
        self._own_scale = own_scale
        self._weights = TermWeights(passages)

    def read(self, ranking: Ranking, hits: Sequence[Hit]) -> Reading:
        """Read ``hits``, of which there must be one; mostly those of the ranking itself."""
        ranking, hits = self._rescaled(ranking, hits)
        closely = tuple(hits[:_READ_CLOSELY])
        sentences = sentence_scores.split(closely)
        vectors = self._remembered.embed_passages([sentence.text for sentence in sentences])
        cosines = vectors @ ranking.vector
        weights = self._weights.of(ranking.searched)
        coverage = [self._weights.covered(weights, [s.text]) for s in sentences]
        scores = sentence_scores.score(
            ranking.mended.question, sentences, closely, cosines, coverage
        )
        return Reading(tuple(hits), sentences, scores, vectors, self._signs(ranking, hits))

    def signs(self, ranking: Ranking, hits: Sequence[Hit]) -> Signs:
        """Return what speaks for an answer among ``hits``, of which there must be one."""
        return self._signs(*self._rescaled(ranking, hits))

    def _rescaled(self, ranking: Ranking, hits: Sequence[Hit]) -> tuple[Ranking, Sequence[Hit]]:
        if not self._own_scale:
            return ranking, hits
        asked = self._embedder.embed_question(ranking.searched)
        cosines = self._embedder.embed_passages([hit.passage.text for hit in hits]) @ asked
        judged = [
            replace(hit, cosine=float(cosine)) for hit, cosine in zip(hits, cosines, strict=True)
        ]
        return replace(ranking, vector=asked), judged

    def _signs(self, ranking: Ranking, hits: Sequence[Hit]) -> Signs:
        weights = self._weights.of(ranking.searched)
        content = self._weights.of(" ".join(content_words(ranking.searched)))
        in_words = [self._weights.covered(content, [hit.passage.text]) > 0 for hit in hits]
        # A mere mention, or the same question asked before, is close to it and answers nothing.
        saying = [hit for hit in hits if _says_something(hit.passage.text)] or hits
        return Signs(
            cosine=max(hit.cosine for hit in saying),
            coverage=self._weights.covered(weights, [saying[0].passage.text]),
            unknown_names=self._weights.unknown_names(ranking.mended.question),
            margin=hits[0].score - hits[-1].score,
            agreement=agreement(hits, in_words),
        )


def _says_something(text: str) -> bool:
    return len(words(text)) >= _FEWEST_WORDS and question_share(text) < 1
