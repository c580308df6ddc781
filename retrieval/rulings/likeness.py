"""Which official answer a question is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.records import OfficialAnswer

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.rulings.records import Ruling

LIKE_FROM: Final = 0.65
"""Cosine from which two questions ask the same.  Of 61 questions of a forum and a chat that were
asked again in somebody else's words .38 reach it, and none of them another's; of 600 other titles
of the forum .08 reach one of the 61, half of them the same question asked twice.  At .6 these are
.46, none and .10, at .7 .26, none and .05.  A wrong text in staff's name costs more than a right
one that is missed, and staff can give an official answer to several wordings."""


class Likeness:
    """Compares questions with those that official answers were given for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedded = lru_cache(maxsize=10_000)(embedder.embed_question)

    def official_for(
        self, question: str, officials: Sequence[Ruling]
    ) -> tuple[OfficialAnswer, float] | None:
        """Return the official answer to the question most like ``question``, and how like it is.

        None where none is like enough.  The caller compares part numbers and versions.
        """
        asked = [(each, ruling) for ruling in officials for each in ruling.questions]
        if not asked:
            return None
        near = self._matrix(each for each, _ in asked) @ self._embedded(question)
        best = int(near.argmax())
        if near[best] < LIKE_FROM:
            return None
        its_question, ruling = asked[best]
        official = OfficialAnswer(
            id=ruling.id,
            question=its_question,
            text=ruling.text,
            at=ruling.at,
            by=ruling.by,
            expires_at=ruling.expires_at,
        )
        return official, float(near[best])

    def alike(self, questions: Sequence[str]) -> list[int]:
        """Return for each question the place of the first that asks the same; its own if none."""
        if not questions:
            return []
        vectors = self._matrix(questions)
        leaders: list[int] = []
        places: list[int] = []
        for place, vector in enumerate(vectors):
            near = vectors[leaders] @ vector if leaders else np.zeros(0)
            best = int(near.argmax()) if leaders else -1
            is_like = bool(leaders) and near[best] >= LIKE_FROM
            if not is_like:
                leaders.append(place)
            places.append(leaders[best] if is_like else place)
        return places

    def _matrix(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        return np.stack([self._embedded(text) for text in texts])
