"""The embedding cache: a text is embedded once for each model, however often it is indexed.

Vectors are kept as 16-bit floats, which changes nDCG@10 by at most .0005, and everything
that is indexed or scored is read back from here, so all scores agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.wording import text_key, visible

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.index.catalogue import Catalogue

_BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class Vectors:
    """Passages with their threads and vectors, in one order."""

    ids: tuple[str, ...]
    thread_ids: tuple[str, ...]
    matrix: npt.NDArray[np.float32]


class EmbeddingCache:
    """Vectors by text, kept in the catalogue."""

    def __init__(self, catalogue: Catalogue, embedder: Embedder) -> None:
        """Cache what ``embedder`` makes in ``catalogue``."""
        self._catalogue = catalogue
        self._embedder = embedder

    def fill(self, texts: Sequence[str], progress: Callable[[int], None] = lambda _: None) -> int:
        """Embed those ``texts`` that are not cached yet, and return how many they were.

        ``progress`` hears how many texts are done, whether embedded now or before.
        """
        by_key = {text_key(text): text for text in texts}
        missing = sorted(
            by_key.keys() - self._known(list(by_key)), key=lambda key: len(by_key[key])
        )
        for start in range(0, len(missing), _BATCH):
            keys = missing[start : start + _BATCH]
            vectors = self._embedder.embed_passages([visible(by_key[key]) for key in keys])
            self._keep(keys, vectors.astype(np.float16))
            progress(len(texts) - len(missing) + min(start + _BATCH, len(missing)))
        progress(len(texts))
        return len(missing)

    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of ``texts``, one a row; all of them must be cached."""
        keys = [text_key(text) for text in texts]
        rows = self._catalogue.connection.execute(
            "SELECT text, vector FROM embeddings "
            "WHERE model = ? AND text IN (SELECT value FROM json_each(?))",
            (self._embedder.fingerprint, json.dumps(sorted(set(keys)))),
        )
        found = {row["text"]: np.frombuffer(row["vector"], dtype=np.float16) for row in rows}
        if not keys:
            return np.zeros((0, self._embedder.dimensions), dtype=np.float32)
        return np.stack([found[key] for key in keys]).astype(np.float32)

    def of_passages(self, knowledge_base: str, ids: Sequence[str]) -> Vectors:
        """Return the thread and the vector of each passage; unknown ids are left out."""
        rows = self._catalogue.connection.execute(
            """
            SELECT p.id, p.thread_id, e.vector FROM passages p
              JOIN files f ON f.id = p.file_id
              JOIN embeddings e ON e.text = p.text_key AND e.model = ?
             WHERE f.kb = ? AND p.id IN (SELECT value FROM json_each(?))
            """,
            (self._embedder.fingerprint, knowledge_base, json.dumps(ids)),
        )
        found = {row["id"]: (row["thread_id"], row["vector"]) for row in rows}
        blob = b"".join(vector for _, vector in found.values())
        matrix = np.frombuffer(blob, dtype=np.float16).reshape(-1, self._embedder.dimensions)
        return Vectors(
            tuple(found), tuple(thread for thread, _ in found.values()), matrix.astype(np.float32)
        )

    def _known(self, keys: Sequence[str]) -> set[str]:
        rows = self._catalogue.connection.execute(
            "SELECT text FROM embeddings "
            "WHERE model = ? AND text IN (SELECT value FROM json_each(?))",
            (self._embedder.fingerprint, json.dumps(keys)),
        )
        return {row["text"] for row in rows}

    def _keep(self, keys: Sequence[str], vectors: npt.NDArray[np.float16]) -> None:
        with self._catalogue.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
                [
                    (self._embedder.fingerprint, key, vector.tobytes())
                    for key, vector in zip(keys, vectors, strict=True)
                ],
            )
