"""A fair sample of a knowledge base's passages, with their vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue, Generation
    from retrieval.store.catalogue.contents import Located
    from retrieval.store.catalogue.library import Library

# Ids are hashes, so the first of them by id are as good as drawn by lot, and the same ones
# are drawn again while the threads stay as they are.
_DRAWN: Final = """
SELECT p.id, min(e.vector) AS vector
  FROM passages p
  JOIN files f ON f.id = p.file_id AND f.kb = ?
  JOIN embeddings e ON e.text = p.text_key AND e.model = ?
 WHERE p.indexed AND p.kind = 'own' AND p.asking < 1
 GROUP BY p.id ORDER BY p.id LIMIT ?
"""


def sample(
    catalogue: Catalogue, library: Library, generation: Generation, limit: int
) -> tuple[list[Located], npt.NDArray[np.float32]]:
    """Return up to ``limit`` passages of people's own statements, and their vectors as rows.

    Needs no model and no Chroma: vectors come from the embedding cache.
    """
    rows = catalogue.connection.execute(
        _DRAWN, (generation.knowledge_base, generation.embedding, limit)
    ).fetchall()
    located = library.located(row["id"] for row in rows)
    drawn = [row for row in rows if row["id"] in located]
    if not drawn:
        return [], np.zeros((0, 1), dtype=np.float32)
    matrix = np.frombuffer(b"".join(row["vector"] for row in drawn), dtype=np.float16)
    vectors = matrix.reshape(len(drawn), -1).astype(np.float32)
    return [located[row["id"]] for row in drawn], vectors
