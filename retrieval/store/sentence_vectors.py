"""Vectors of the sentences of passages, so that no question need make them.

They come with the passage's own reading at ingest (``ReadsInContext``), and are kept beside its
vector, under the same key.  Nothing depends on their being there: what is missing, because an
older version or another model made the index, is embedded at the question and remembered.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.embedding import ReadsInContext
from retrieval.text.wording import text_key

if TYPE_CHECKING:
    from retrieval.embedding import Embedder, Spans
    from retrieval.store.catalogue.catalogue import Catalogue

Vectors = npt.NDArray[np.float32]

_REMEMBERED: Final = 1_000
"""Passages whose sentences were embedded at a question: 8 MB at five sentences each."""
_KEPT: Final = """
SELECT e.text, e.vector, s.vectors FROM json_each(:texts) wanted
 CROSS JOIN embeddings e ON e.text = wanted.value AND e.model = :model
  LEFT JOIN sentence_vectors s ON s.text = e.text AND s.model = e.model
"""


class SentenceVectors:
    """Vectors of sentences, read from the catalogue or made; any thread may ask."""

    def __init__(self, embedder: Embedder, catalogue: Catalogue) -> None:
        """Read those that ``embedder`` made from ``catalogue``, and make the others with it."""
        self._embedder = embedder
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._made: dict[str, Vectors] = {}

    def of(self, texts: Sequence[str], spans: Sequence[Spans]) -> list[Vectors]:
        """Return for each text a row of length 1 for each of its sentences.

        Args:
            texts: n passages.
            spans: the places of each one's sentences.
        """
        keys = [text_key(text) for text in texts]
        counts = {key: len(each) for key, each in zip(keys, spans, strict=True)}
        found = self._kept(counts)
        with self._lock:
            found |= {key: self._made[key] for key in counts if key in self._made}
        found = {key: rows for key, rows in found.items() if len(rows) == counts[key]}
        missing = {key: n for n, key in enumerate(keys) if key not in found}
        if missing:
            made = self._make(
                [texts[n] for n in missing.values()], [spans[n] for n in missing.values()]
            )
            new = dict(zip(missing, made, strict=True))
            self._remember(new)
            found |= new
        return [found[key] for key in keys]

    def _kept(self, counts: Mapping[str, int]) -> dict[str, Vectors]:
        rows = self._catalogue.connection.execute(
            _KEPT, {"texts": json.dumps(list(counts)), "model": self._embedder.fingerprint}
        ).fetchall()
        found: dict[str, Vectors] = {}
        for key, vector, vectors in rows:
            if counts[key] == 1:
                found[key] = np.frombuffer(vector, np.float16).astype(np.float32)[np.newaxis]
            elif vectors is not None and len(vectors) == counts[key] * self._embedder.dimensions:
                found[key] = _restored(vectors, counts[key])
        return found

    def _make(self, texts: Sequence[str], spans: Sequence[Spans]) -> list[Vectors]:
        if isinstance(self._embedder, ReadsInContext):
            own, rows = self._embedder.embed_in_context(texts, spans)
            # As from the catalogue: a sentence that is the whole passage has its vector.
            return [own[n : n + 1] if len(each) == 1 else rows[n] for n, each in enumerate(spans)]
        sentences = [
            text[start:end] for text, each in zip(texts, spans, strict=True) for start, end in each
        ]
        vectors = self._embedder.embed_passages(sentences)
        ends = np.cumsum([len(each) for each in spans])
        return np.split(vectors, ends[:-1])

    def _remember(self, made: Mapping[str, Vectors]) -> None:
        with self._lock:
            self._made |= made
            for key in list(self._made)[: max(0, len(self._made) - _REMEMBERED)]:
                del self._made[key]  # the oldest first


def keep(connection: sqlite3.Connection, model: str, vectors: Mapping[str, Vectors]) -> None:
    """Keep the vectors of sentences by text key; of a text of one sentence there is nothing to."""
    connection.executemany(
        "INSERT OR IGNORE INTO sentence_vectors (model, text, vectors) VALUES (?, ?, ?)",
        [(model, key, _shortened(rows)) for key, rows in vectors.items() if len(rows) > 1],
    )


def drop_malformed(connection: sqlite3.Connection, model: str, dimensions: int) -> None:
    """Forget rows that hold no whole number of vectors."""
    connection.execute(
        "DELETE FROM sentence_vectors WHERE model = ? AND length(vectors) % ? <> 0",
        (model, dimensions),
    )


def prune(connection: sqlite3.Connection) -> None:
    """Forget the sentences of texts that have no vector any more."""
    connection.execute(
        "DELETE FROM sentence_vectors WHERE NOT EXISTS (SELECT 1 FROM embeddings e"
        " WHERE e.text = sentence_vectors.text AND e.model = sentence_vectors.model)"
    )


def _shortened(rows: Vectors) -> bytes:
    """Return rows as 8-bit integers; only the direction of a row matters."""
    whole = np.rint(rows * (127 / np.abs(rows).max(axis=1, keepdims=True)))
    return bytes(whole.astype(np.int8).tobytes())


def _restored(kept: bytes, count: int) -> Vectors:
    rows = np.frombuffer(kept, np.int8).reshape(count, -1).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
