"""The embedding cache: a text is embedded once for each model, however often it is indexed.

Vectors are kept as 16-bit floats, which changes nDCG@10 by at most .0005, and everything
that is indexed or scored is read back from here, so all scores agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.embedding import ReadsInContext
from retrieval.errors import IndexDamagedError
from retrieval.store import sentence_vectors
from retrieval.text.sentences import sentence_spans
from retrieval.text.wording import text_key, visible

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.store.catalogue.catalogue import Catalogue

_BATCH: Final = 256


class EmbeddingCache:
    """Vectors by text, kept in the catalogue."""

    def __init__(self, catalogue: Catalogue, embedder: Embedder) -> None:
        """Cache what ``embedder`` makes in ``catalogue``."""
        self._catalogue = catalogue
        self._embedder = embedder

    @property
    def model(self) -> str:
        """Fingerprint of the model whose vectors these are."""
        return self._embedder.fingerprint

    def fill(
        self,
        texts: Sequence[str],
        progress: Callable[[int], None] = lambda _: None,
        *,
        with_sentences: Collection[str] = (),
    ) -> int:
        """Embed those ``texts`` that are not cached yet, and return how many they were.

        ``progress`` hears how many texts are done, whether embedded now or before.  Of the
        texts that are also ``with_sentences`` the same reading gives the sentences' vectors.
        """
        closely = set(with_sentences) if isinstance(self._embedder, ReadsInContext) else set()
        by_key = {text_key(text): text for text in texts}
        missing = sorted(self.missing(by_key), key=lambda key: len(by_key[key]))
        for start in range(0, len(missing), _BATCH):
            keys = missing[start : start + _BATCH]
            self._embed({key: by_key[key] for key in keys}, closely)
            progress(len(texts) - len(missing) + min(start + _BATCH, len(missing)))
        progress(len(texts))
        return len(missing)

    def _embed(self, texts: Mapping[str, str], closely: Collection[str]) -> None:
        """Embed texts by key, and the sentences of those that are to be read ``closely``."""
        shown, embedder = [visible(text) for text in texts.values()], self._embedder
        if closely and isinstance(embedder, ReadsInContext):
            spans = [sentence_spans(text) if text in closely else () for text in shown]
            vectors, sentences = embedder.embed_in_context(shown, spans)
        else:
            vectors, sentences = embedder.embed_passages(shown), []
        with self._catalogue.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO embeddings (model, text, vector) VALUES (?, ?, ?)",
                [
                    (self.model, key, vector.tobytes())
                    for key, vector in zip(texts, vectors.astype(np.float16), strict=True)
                ],
            )
            sentence_vectors.keep(connection, self.model, dict(zip(texts, sentences, strict=False)))

    def missing(self, keys: Iterable[str]) -> set[str]:
        """Return those text keys that have no vector yet."""
        wanted = set(keys)
        rows = self._catalogue.connection.execute(
            "SELECT e.text FROM json_each(?) wanted"
            " CROSS JOIN embeddings e ON e.text = wanted.value AND e.model = ?",
            (json.dumps(list(wanted)), self.model),
        )
        return wanted - {row[0] for row in rows}

    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of ``texts``, one a row.

        Raises:
            IndexDamagedError: if one of them is not cached.
        """
        keys = [text_key(text) for text in texts]
        if not keys:
            return np.zeros((0, self._embedder.dimensions), dtype=np.float32)
        rows = self._catalogue.connection.execute(
            "SELECT e.text, e.vector FROM json_each(?) wanted"
            " CROSS JOIN embeddings e ON e.text = wanted.value AND e.model = ?",
            (json.dumps(list(set(keys))), self.model),
        )
        found: dict[str, bytes] = {row[0]: row[1] for row in rows}
        lost = len(set(keys) - found.keys())
        if lost:
            raise IndexDamagedError(
                f"The vectors of {lost:,} texts are missing from the catalogue. "
                "Run `footnote doctor`, which makes them again."
            )
        matrix = np.frombuffer(b"".join(found[key] for key in keys), dtype=np.float16)
        return matrix.reshape(len(keys), -1).astype(np.float32)

    def of_passages(self, knowledge_base: str, ids: Iterable[str]) -> dict[str, bytes]:
        """Return the cached vectors of passages as 16-bit floats, by passage id."""
        rows = self._catalogue.connection.execute(
            """
            SELECT p.id, e.vector FROM json_each(?) wanted
             CROSS JOIN passages p ON p.id = wanted.value
             CROSS JOIN files f ON f.id = p.file_id AND f.kb = ?
             CROSS JOIN embeddings e ON e.text = p.text_key AND e.model = ?
            """,
            (json.dumps(list(ids)), knowledge_base, self.model),
        )
        return {row[0]: row[1] for row in rows}

    def lost(self, knowledge_base: str) -> list[str]:
        """Return the texts of a knowledge base, of passages and exchanges, without a vector."""
        rows = self._catalogue.connection.execute(
            """
            SELECT substr(o.text, p.start + 1, p.end - p.start)
              FROM files f JOIN passages p ON p.file_id = f.id AND p.indexed
              JOIN posts o ON o.file_id = p.file_id AND o.id = p.post_id
             WHERE f.kb = :kb AND NOT EXISTS (
                   SELECT 1 FROM embeddings e WHERE e.text = p.text_key AND e.model = :model)
             UNION
            SELECT x.text FROM files f JOIN exchanges x ON x.file_id = f.id
             WHERE f.kb = :kb AND NOT EXISTS (
                   SELECT 1 FROM embeddings e WHERE e.text = x.text_key AND e.model = :model)
            """,
            {"kb": knowledge_base, "model": self.model},
        )
        return [row[0] for row in rows]

    def drop_malformed(self) -> int:
        """Forget cached vectors that have not the model's length, and return how many."""
        with self._catalogue.writing() as connection:
            sentence_vectors.drop_malformed(connection, self.model, self._embedder.dimensions)
            return connection.execute(
                "DELETE FROM embeddings WHERE model = ? AND length(vector) <> ?",
                (self.model, 2 * self._embedder.dimensions),
            ).rowcount

    def prune(self) -> int:
        """Forget the vectors of texts that no knowledge base holds, and return how many.

        So go those of models on which no knowledge base lives any more.
        """
        with self._catalogue.writing() as connection:
            pruned = connection.execute(
                """
                DELETE FROM embeddings
                 WHERE model NOT IN (SELECT embedding FROM knowledge_bases)
                    OR text NOT IN (SELECT text_key FROM passages
                                    UNION ALL SELECT text_key FROM exchanges)
                """
            ).rowcount
            sentence_vectors.prune(connection)
            return pruned
