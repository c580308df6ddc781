"""Any llama-index ``BaseEmbedding`` as an ``Embedder``."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.embedding.minilm_sources import short_digest
from retrieval.errors import ModelUnavailableError
from retrieval.language_model.failures import CallFailedError, explain, unreadable
from retrieval.language_model.limits.retrying import pause_seconds

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

Vectors = npt.NDArray[np.float32]
_log = logging.getLogger(__name__)
_BLANK: Final = "…"
"""Embedded in the place of a text without words, which some servers refuse."""
_PASSAGE_ATTEMPTS: Final = 6
"""An ingest has time: up to half a minute of pauses."""
_QUESTION_ATTEMPTS: Final = 2
"""Somebody waits."""
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a model wants to stand before what it embeds."""

    query_prefix: str = ""
    passage_prefix: str = ""


class ForeignEmbedder:
    """An ``Embedder`` over a model that somebody else serves; safe to use from any thread.

    What comes back is checked before it is believed: one vector for each text, all of one
    length, of finite numbers.  Vectors are scaled to length 1.

    Args:
        embedding: llama-index's model.
        provider: as in ``FOOTNOTE_EMBEDDING__PROVIDER``.
        model: its name, as the provider spells it.
        wording: prefixes; they decide the vectors, so the fingerprint names them.
        batch_size: texts in one request.
        key: the API key, to be kept out of what is said.
        sleep: waits between attempts.
    """

    def __init__(  # noqa: PLR0913 - what one model is made of
        self,
        embedding: BaseEmbedding,
        *,
        provider: str,
        model: str,
        wording: Wording | None = None,
        batch_size: int = 32,
        key: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._embedding = embedding
        self._provider = provider
        self._model = model
        self._wording = wording or Wording()
        self._batch_size = batch_size
        self._key = key
        self._sleep = sleep

    def __repr__(self) -> str:
        """Return the fingerprint; what is inside holds a key."""
        return f"ForeignEmbedder({self.fingerprint!r})"

    @property
    def fingerprint(self) -> str:
        """See ``Embedder``: provider, model and prefixes; the address may change."""
        parts = (self._provider, self._model, *self._prefixes())
        name = _UNFIT.sub("-", f"{self._provider}-{self._model}").strip("-")
        return f"{name}-{short_digest(*parts)}"

    @cached_property
    def dimensions(self) -> int:
        """See ``Embedder``; asks the model for one vector at first."""
        return len(self.embed_question(_BLANK))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``.

        Raises:
            ModelUnavailableError: the model cannot be had, said in one line.
        """
        batches = list(self._batches(texts))
        if not batches:
            return np.zeros((0, self.dimensions), np.float32)
        return np.concatenate([self._passages(batch) for batch in batches])

    def embed_question(self, text: str) -> Vectors:
        """See ``Embedder``; raises as ``embed_passages`` does."""
        worded = self._wording.query_prefix + _worded(text)
        vector: Vectors = self._asked(
            lambda: [self._embedding.get_query_embedding(worded)], 1, _QUESTION_ATTEMPTS
        )[0]
        return vector

    def _prefixes(self) -> tuple[str, str]:
        return self._wording.query_prefix, self._wording.passage_prefix

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        for start in range(0, len(texts), self._batch_size):
            batch = texts[start : start + self._batch_size]
            yield [
                self._wording.passage_prefix + (text if text.strip() else _BLANK) for text in batch
            ]

    def _passages(self, batch: list[str]) -> Vectors:
        return self._asked(
            lambda: self._embedding.get_text_embedding_batch(batch), len(batch), _PASSAGE_ATTEMPTS
        )

    def _asked(self, ask: Callable[[], object], count: int, attempts: int) -> Vectors:
        failed = 0
        while True:
            try:
                return _unit_vectors(ask(), count)
            except Exception as error:  # noqa: BLE001 - the libraries have no common base
                failure = explain(error, self._key, "FOOTNOTE_EMBEDDING")
            failed += 1
            if not failure.may_pass or failed >= attempts:
                raise self._unavailable(failure) from None
            chance = random.random()  # noqa: S311 - jitter
            self._sleep(pause_seconds(failed, failure.wait_seconds, chance))

    def _unavailable(self, failure: CallFailedError) -> ModelUnavailableError:
        if failure.complaint:
            _log.warning("%s says: %s", self._model, failure.complaint)
        advice = failure.advice or "Try again in a moment."
        return ModelUnavailableError(
            f"The embedding model {self._model} ({self._provider}) gives no vectors: "
            f"{failure.reason}. {advice}"
        )


def _worded(text: str) -> str:
    return text if text.strip() else _BLANK


def _unit_vectors(given: object, count: int) -> Vectors:
    """Return what a server gave as rows of length 1.

    Raises:
        CallFailedError: if it is not ``count`` vectors of one length.
    """
    try:
        vectors: Vectors = np.asarray(given, np.float32)
    except (TypeError, ValueError):
        raise unreadable() from None
    if vectors.ndim != 2 or vectors.shape[0] != count or not vectors.size:  # noqa: PLR2004 - rank
        raise unreadable()
    if not np.isfinite(vectors).all():
        raise unreadable()
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[norms[:, 0] == 0, 0] = 1.0  # no direction at all: some vector of length 1
    norms[norms == 0] = 1.0
    unit: Vectors = vectors / norms
    return unit
