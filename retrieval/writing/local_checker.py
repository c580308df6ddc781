"""A second reading by a small model on this machine: an ONNX encoder of pairs of texts.

None is shipped.  Whoever has one (a cross-encoder for entailment or groundedness, exported
with its ``tokenizer.json`` beside it) names it in the settings; docs/models.md says how.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retrieval.errors import ConfigurationError
from retrieval.records import Support
from retrieval.writing.reviewing import Review

if TYPE_CHECKING:
    from retrieval.language_model.usage import Meter
    from retrieval.writing.check import Kept

_MOST_TOKENS: Final = 512


class LocalChecker:
    """A ``Reviewer``: the model scores quotes and sentence; from a threshold on it confirms.

    It takes nothing away, since the best small models err in a quarter of the cases.  Any
    thread may call it.
    """

    def __init__(self, model: Path, sha256: str, threshold: float) -> None:
        """Use the encoder at ``model``, which must have this hash, when first asked."""
        self._model = model
        self._sha256 = sha256.lower()
        self._threshold = threshold
        self._opening = threading.Lock()

    def review(
        self, kept: Sequence[Kept], meter: Meter, seconds_left: float
    ) -> tuple[Review | None, ...]:
        """See ``Reviewer``.

        Raises:
            ConfigurationError: if the model is not there, or is not the one that was named.
        """
        del meter, seconds_left  # it costs nothing, and takes some milliseconds
        quotes = ("\n".join(cited.quote for cited in one.citations) for one in kept)
        scores = [self.score(said, one.text) for said, one in zip(quotes, kept, strict=True)]
        confirmed = Review(Support.CONFIRMED)
        return tuple(confirmed if score >= self._threshold else None for score in scores)

    def score(self, quotes: str, sentence: str) -> float:
        """Return how likely quotes say a sentence, 0 to 1, as the model holds."""
        with self._opening:
            session, tokenizer = self._parts
        encoded = tokenizer.encode(quotes, sentence)
        given = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask,
                 "token_type_ids": encoded.type_ids}  # fmt: skip
        wanted = [one.name for one in session.get_inputs()]
        feed = {name: np.array([given[name]], dtype=np.int64) for name in wanted}
        logits = np.asarray(session.run(None, feed)[0], dtype=np.float64).ravel()
        if logits.size == 1:
            return float(1 / (1 + np.exp(-logits[0])))
        odds = np.exp(logits - logits.max())
        return float(odds[1] / odds.sum())

    @cached_property
    def _parts(self) -> tuple[Any, Any]:
        try:
            data = self._model.read_bytes()
            vocabulary = self._model.with_name("tokenizer.json").read_text("utf-8")
        except OSError as error:
            raise ConfigurationError(
                f"The checker of FOOTNOTE_WRITING__CHECKER cannot be read ({error}). It needs the "
                "path of an ONNX file, with its tokenizer.json beside it."
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != self._sha256:
            raise ConfigurationError(
                f"{self._model} is not the file that FOOTNOTE_WRITING__CHECKER_HASH names: its "
                f"SHA-256 is {found}."
            )
        import onnxruntime
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(vocabulary)
        tokenizer.enable_truncation(_MOST_TOKENS, strategy="only_first")
        return onnxruntime.InferenceSession(data), tokenizer
