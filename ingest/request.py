"""What an ingest is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingest.admission import AdmissionRules

_PASSAGES_AT_ONCE: Final = 5_000
"""Files are written together up to about so many passages: Chroma is fastest in large
batches, and memory stays flat."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to ingest, and how."""

    knowledge_base: str
    paths: tuple[Path, ...]
    corpus_dir: Path
    encoding: str | None = None
    """How to read files that are not UTF-8; None: refuse them."""
    allow_empty: bool = False
    dry_run: bool = False
    ignored: tuple[Path, ...] = ()
    """Folders below ``paths`` that are none of the corpus, such as the data folder."""
    settled_seconds: float = 0.0
    """How long a file must have stayed the same to be read."""
    admission: AdmissionRules = field(default_factory=AdmissionRules)
    passages_at_once: int = _PASSAGES_AT_ONCE
