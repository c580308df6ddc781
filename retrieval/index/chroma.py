"""Getting hold of Chroma: a server, or the data folder under an exclusive lock.

Two processes on one embedded Chroma directory lose vectors without an error (measured at
1.5.9: a reader finds 0 of 3,200 new vectors, two writers lose 15 to 22 %).  So a directory
has one owner: a process that holds its lock, or a ``chroma run`` child whose address the
owner publishes in the data folder for everybody else.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from retrieval.errors import ConfigurationError, IndexBusyError, StorageError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_LOCK: Final = "index.lock"
_OWNER: Final = "index.owner.json"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns the index, as published in the data folder."""

    pid: int
    doing: str
    url: str | None = None
    """Where its Chroma server listens; None while the process keeps Chroma to itself."""


@contextmanager
def open_chroma(
    data_dir: Path, *, url: str | None, doing: str, wait_seconds: float = 30.0
) -> Iterator[ClientAPI]:
    """Yield a Chroma client that is safe to use.

    Args:
        data_dir: the data folder.
        url: a Chroma server to use instead of the data folder.
        doing: what the process is about, told to others who have to wait.
        wait_seconds: how long to wait for another owner.

    Raises:
        IndexBusyError: if another process keeps the index for itself all that time.
        ConfigurationError: if the server does not answer.
        StorageError: if the data folder cannot be used.
    """
    if url is not None:
        yield connect(url)
        return
    owner = published_owner(data_dir)
    if owner is not None and owner.url is not None:
        with contextlib.suppress(ConfigurationError):
            yield connect(owner.url)
            return
    with owning(data_dir, doing=doing, wait_seconds=wait_seconds):
        yield _embedded(data_dir)


@contextmanager
def owning(data_dir: Path, *, doing: str, wait_seconds: float) -> Iterator[None]:
    """Hold the lock of the data folder's Chroma, alone."""
    lock = FileLock(data_dir / _LOCK)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise IndexBusyError(_busy(data_dir, published_owner(data_dir))) from None
    except OSError as error:
        raise StorageError(
            f"The data folder {data_dir} cannot be used: {error.strerror or error}. "
            "Choose another with FOOTNOTE_DATA_DIR, or mend its permissions."
        ) from error
    try:
        publish(data_dir, Owner(os.getpid(), doing))
        yield
    finally:
        with contextlib.suppress(OSError):
            (data_dir / _OWNER).unlink(missing_ok=True)
        lock.release()


def publish(data_dir: Path, owner: Owner) -> None:
    """Say in the data folder who owns the index and where it is served."""
    temporary = data_dir / f"{_OWNER}.{os.getpid()}"
    temporary.write_text(
        json.dumps({"pid": owner.pid, "doing": owner.doing, "url": owner.url}), "utf-8"
    )
    temporary.replace(data_dir / _OWNER)


def published_owner(data_dir: Path) -> Owner | None:
    """Return the owner that the data folder names, None where it names none that is readable."""
    try:
        values = json.loads((data_dir / _OWNER).read_text("utf-8"))
        return Owner(int(values["pid"]), str(values["doing"]), values.get("url"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def connect(url: str) -> ClientAPI:
    """Return a client of a Chroma server.

    Raises:
        ConfigurationError: if the address is no address, or nobody answers there.
    """
    import chromadb

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            f"FOOTNOTE_CHROMA__URL is “{url}”; it must look like http://127.0.0.1:8000."
        )
    try:
        client = chromadb.HttpClient(
            host=parts.hostname,
            port=parts.port or (443 if parts.scheme == "https" else 80),
            ssl=parts.scheme == "https",
        )
        client.heartbeat()
    except Exception as error:
        raise ConfigurationError(
            f"The Chroma server at {url} does not answer ({error}). "
            "Start it, or unset FOOTNOTE_CHROMA__URL to use the data folder."
        ) from error
    return client


def _embedded(data_dir: Path) -> ClientAPI:
    import chromadb

    try:
        return chromadb.PersistentClient(path=str(data_dir / "chroma"))
    except Exception as error:
        raise StorageError(
            f"Chroma could not open {data_dir / 'chroma'} ({error}). "
            "Check that the folder may be written and the disk is not full."
        ) from error


def _busy(data_dir: Path, owner: Owner | None) -> str:
    who = f"process {owner.pid} ({owner.doing})" if owner else "another process"
    return f"The index in {data_dir} is in use by {who}. Wait until it is done, or end it."
