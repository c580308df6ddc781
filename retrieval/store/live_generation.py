"""Which generation of a knowledge base answers, and whether the model at hand may ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.errors import EmptyIndexError, IndexMismatchError

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.store.catalogue.catalogue import Catalogue, Generation


def live_generation(catalogue: Catalogue, knowledge_base: str, embedder: Embedder) -> Generation:
    """Return the live generation, checking that it was made with the model at hand.

    Raises:
        EmptyIndexError: before the first ingest.
        IndexMismatchError: if other vectors are in it than the model makes.
    """
    generation = catalogue.generation(knowledge_base)
    if generation is None:
        raise EmptyIndexError(
            f"The knowledge base “{knowledge_base}” is empty. "
            "Run `footnote ingest FOLDER` with a folder of threads first."
        )
    check_model(generation, embedder.fingerprint)
    return generation


def check_model(generation: Generation, fingerprint: str) -> None:
    """Check that a generation holds the vectors of the model at hand.

    Raises:
        IndexMismatchError: naming both models and what to do.
    """
    if generation.embedding != fingerprint:
        raise IndexMismatchError(
            f"The knowledge base “{generation.knowledge_base}” was made with the embedding "
            f"model {generation.embedding}, but {fingerprint} is set now. Set the old model "
            "again, or run `footnote doctor --rebuild` to rebuild it with this one."
        )
