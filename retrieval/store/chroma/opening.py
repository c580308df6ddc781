"""Getting hold of Chroma: a server, or the data folder under an exclusive lock.

Two processes on one embedded Chroma directory lose vectors without an error (measured at
1.5.9: a reader finds 0 of 3,200 new vectors, two writers lose 15 to 22 %).  So a directory
has one owner: a process that holds its lock, or one that runs a Chroma server and publishes
its address in the data folder for everybody else (docs/decisions/0010).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from retrieval.errors import IndexBusyError, StorageError
from retrieval.settings import ChromaSettings
from retrieval.store.chroma import folder as chroma_folder
from retrieval.store.chroma.graph_copy import put_back_copies
from retrieval.store.chroma.open_files import raise_open_file_limit
from retrieval.store.chroma.server import LocalServer
from retrieval.store.chroma.threads import insert_in_order
from retrieval.store.data_folder.ownership import (
    INDEX,
    FolderLock,
    LockWait,
    end_leftover,
    make_folder,
)

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

DEFAULT_WAIT_SECONDS: Final = 60.0
_MOST_AT_ONCE: Final = 300
"""Records of a request to a server that is not ours: Chroma Cloud allows no more."""
_LEFTOVER_SECONDS: Final = 5.0


@contextmanager
def open_chroma(
    data_dir: Path,
    settings: ChromaSettings,
    *,
    doing: str,
    wait_seconds: float = DEFAULT_WAIT_SECONDS,
    serve: bool = False,
    is_new: bool = False,
) -> Iterator[ClientAPI]:
    """Yield a Chroma client that is safe to use, by any number of threads.

    Args:
        data_dir: the data folder.
        settings: which server to use instead of the data folder, if any.
        doing: what the process is about, told to others who have to wait.
        wait_seconds: how long to wait for a process that keeps Chroma to itself; 0 refuses.
        serve: whether to run a server where there is none, so that others need not wait.
        is_new: whether nothing was ever put into Chroma; its own server then works faster.

    Raises:
        IndexBusyError: if another process keeps the index for itself all that time.
        ConfigurationError: if the server is not what the settings say.
        UnavailableError: if the server does not answer.
        StorageError: if the data folder cannot be used.
    """
    raise_open_file_limit()
    if settings.url is not None:
        with _connected(data_dir, settings) as client:
            yield client
        return
    make_folder(data_dir)
    lock = FolderLock(data_dir, INDEX)
    if serve or not _acquired(lock, doing, wait_seconds):
        with _through_server(
            data_dir, settings, doing, wait_seconds=wait_seconds, is_new=is_new
        ) as client:
            yield client
        return
    try:
        with _embedded(data_dir) as client:
            yield client
    finally:
        lock.release()


def _acquired(lock: FolderLock, doing: str, wait_seconds: float) -> bool:
    """Take the lock, or return false as soon as its holder serves Chroma."""
    patience = LockWait(lock, wait_seconds)
    while True:
        holder = lock.holder()
        if holder is not None and holder.served_url() is not None:
            return False
        if lock.try_acquire(doing):
            end_leftover(holder)
            return True
        patience.wait()


@dataclass(frozen=True, slots=True)
class _Remote:
    address: str
    hint: str = "Start it, or unset FOOTNOTE_CHROMA__URL to use the data folder."

    def url(self) -> str:
        return self.address

    def suspect(self, url: str) -> None:
        """Hear that nobody answered; there is no other address."""

    def is_shared(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Local:
    server: LocalServer
    hint: str

    def url(self) -> str:
        return self.server.url()

    def suspect(self, url: str) -> None:
        self.server.suspect(url)

    def is_shared(self) -> bool:
        return not self.server.is_own()


@contextmanager
def _connected(data_dir: Path, settings: ChromaSettings) -> Iterator[ClientAPI]:
    from retrieval.store.chroma.client import ServerClient, shown
    from retrieval.store.chroma.collections import ServerCollections
    from retrieval.store.data_folder.installation import Installation

    address = _Remote(settings.url or "")
    client = ServerClient(
        address,
        tenant=settings.tenant,
        database=settings.database,
        headers=settings.headers,
        timeout_seconds=settings.timeout_seconds,
    )
    with contextlib.closing(client):
        server = shown(address.address)
        client.check(server)
        client.keep_to(_MOST_AT_ONCE)
        client.collections = ServerCollections(client, Installation(data_dir), server)
        yield client


@contextmanager
def _through_server(
    data_dir: Path, settings: ChromaSettings, doing: str, *, wait_seconds: float, is_new: bool
) -> Iterator[ClientAPI]:
    with LocalServer(data_dir, doing=doing, wait_seconds=wait_seconds, is_new=is_new) as server:
        # Imported while the server starts.
        from retrieval.store.chroma.client import ServerClient

        address = _Local(server, f"See {data_dir / 'chroma.log'}, and try again.")
        client = ServerClient(address, timeout_seconds=settings.timeout_seconds)
        with contextlib.closing(client):
            yield client


@contextmanager
def _embedded(data_dir: Path) -> Iterator[ClientAPI]:
    import chromadb
    from chromadb.api.client import Client
    from chromadb.config import Settings

    folder = data_dir / "chroma"
    directory_lock = FileLock(data_dir / "chroma.lock", thread_local=False)
    try:
        directory_lock.acquire(timeout=_LEFTOVER_SECONDS)
        chroma_folder.prepare(folder)
        put_back_copies(folder)
        insert_in_order()
        client: ClientAPI = chromadb.PersistentClient(
            path=str(folder),
            settings=Settings(_env_file=None, anonymized_telemetry=False),
        )
    except Timeout:
        raise IndexBusyError(f"Another process has {folder} open. End it and try again.") from None
    except Exception as error:
        directory_lock.release()
        raise StorageError(
            f"Chroma could not open {folder} ({error}). "
            "Check that the folder may be written and the disk is not full."
        ) from error
    try:
        yield client
    finally:
        if isinstance(client, Client):
            client.close()
        put_back_copies(folder)
        chroma_folder.reclaim(folder)
        directory_lock.release()
