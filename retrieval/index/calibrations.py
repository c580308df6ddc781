"""What the gate was calibrated with, kept in the catalogue with the model that it holds for.

A generation that only made an index anew with the same model keeps it; another model's
generation starts without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retrieval.index.catalogue import Catalogue, Generation

# Made where it is first needed: a catalogue from before has no such table, and needs none.
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS calibrations (
    kb         TEXT PRIMARY KEY,
    embedding  TEXT NOT NULL,         -- fingerprint of the model whose cosines went into it
    version    INTEGER NOT NULL,      -- of the gate whose logits these are
    answered   REAL NOT NULL,         -- mean logit of the knowledge base's own questions
    unanswered REAL NOT NULL,         -- the same with what answers them held out
    questions  INTEGER NOT NULL,
    passages   INTEGER NOT NULL       -- how many there were
) STRICT, WITHOUT ROWID
"""
_EXISTS: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'calibrations'"


@dataclass(frozen=True, slots=True)
class Anchors:
    """How the gate's logit falls out for questions that a knowledge base made of itself."""

    version: int
    """Of the gate whose logits these are."""
    answered: float
    """Mean logit of the questions."""
    unanswered: float
    """Mean logit of the same questions with the threads that they come from held out."""
    questions: int
    passages: int
    """How many there were when it was measured."""


def kept_anchors(catalogue: Catalogue, generation: Generation) -> Anchors | None:
    """Return what was kept for a generation, None where nothing was."""
    connection = catalogue.connection
    if connection.execute(_EXISTS).fetchone() is None:
        return None
    row = connection.execute(
        "SELECT version, answered, unanswered, questions, passages FROM calibrations"
        " WHERE kb = ? AND embedding = ?",
        (generation.knowledge_base, generation.embedding),
    ).fetchone()
    return Anchors(*row) if row else None


def keep_anchors(catalogue: Catalogue, generation: Generation, anchors: Anchors) -> None:
    """Keep ``anchors`` in the place of what was kept for a knowledge base."""
    with catalogue.writing() as connection:
        connection.execute(_TABLE)
        connection.execute(
            "INSERT OR REPLACE INTO calibrations VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                generation.knowledge_base,
                generation.embedding,
                anchors.version,
                anchors.answered,
                anchors.unanswered,
                anchors.questions,
                anchors.passages,
            ),
        )
