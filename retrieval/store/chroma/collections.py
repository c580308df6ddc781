"""Which collections of Chroma are ours, by the name that a generation gives them.

In the data folder all are.  On a server each installation's carry its id behind their name, so
that several can share it, and nobody writes to what is somebody else's (docs/decisions/0024).
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

from retrieval.errors import IndexMismatchError
from retrieval.store.catalogue.catalogue import CATALOGUE, Catalogue

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection

    from retrieval.store.data_folder.installation import Installation

# ef_search is fixed when a collection is made; 200 lifts recall@10 at 100,000 vectors from
# .982 to .997 for 0.7 ms.
CONFIGURATION: Final[CreateCollectionConfiguration] = {
    "hnsw": {"space": "cosine", "ef_search": 200}
}
SEAL: Final = "footnote_seal"
"""In a collection's metadata: who wrote last, see ``Installation``."""
_PAGE: Final = 100
_SAMPLE: Final = 100
_GENERATION: Final = re.compile(r"kb-(.+)-g\d{4,}(-[0-9a-f]{8})?")
_log = logging.getLogger(__name__)


class Collections(Protocol):
    """The collections of one data folder, by the names that generations have."""

    def open(self, name: str) -> Collection:
        """Return a collection, making it where there is none.

        Raises:
            IndexMismatchError: if a copy of the data folder has written to it.
        """
        ...

    def claim(self, name: str, collection: Collection) -> None:
        """Do what has to be done before a collection is written to."""
        ...

    def part(self, name: str) -> None:
        """Part from a copy of the data folder, if one has written to this collection."""
        ...

    def names(self) -> set[str]:
        """Return the names of all."""
        ...

    def delete(self, name: str) -> None:
        """Delete a collection; one that is not there is no error."""
        ...

    def foreign(self) -> int:
        """Return how many collections beside these are another installation's."""
        ...


def collections_of(client: ClientAPI) -> Collections:
    """Return the collections that are ours at ``client``."""
    own: Collections | None = getattr(client, "collections", None)
    return own or FolderCollections(client)


class FolderCollections:
    """Those of the Chroma in the data folder, which has no others."""

    def __init__(self, client: ClientAPI) -> None:
        self._client = client

    def open(self, name: str) -> Collection:
        """See ``Collections``."""
        return self._client.get_or_create_collection(
            name, configuration=CONFIGURATION, embedding_function=None
        )

    def claim(self, name: str, collection: Collection) -> None:
        """Nobody else can write there."""

    def part(self, name: str) -> None:
        """Nobody else can have written there."""

    def names(self) -> set[str]:
        """See ``Collections``."""
        return {collection.name for collection in self._client.list_collections()}

    def delete(self, name: str) -> None:
        """See ``Collections``."""
        if name in self.names():
            self._client.delete_collection(name)

    def foreign(self) -> int:
        """See ``Collections``."""
        return 0


class ServerCollections:
    """Those on a server that others may use, too."""

    def __init__(self, client: ClientAPI, installation: Installation, server: str) -> None:
        """``server`` is where it is, for messages."""
        self._client = client
        self._installation = installation
        self._server = server
        self._claimed: set[str] = set()
        self._claiming = threading.Lock()

    def open(self, name: str) -> Collection:
        """See ``Collections``."""
        found = self._get(self._own(name)) or self._adopted(name)
        if found is None:
            return self._made(name)
        if not self._is_sealed_by_us(name, found):
            raise IndexMismatchError(
                f"The collection {found.name} at {self._server} was last written to by another "
                f"copy of the data folder {self._installation.data_dir}. If that copy is still in "
                "use, use only one of the two; to give this one a collection of its own, run "
                "`footnote doctor --rebuild`, which embeds nothing again."
            )
        return found

    def claim(self, name: str, collection: Collection) -> None:
        """See ``Collections``."""
        with self._claiming:
            if name not in self._claimed:
                # Kept before it is set: a crash between the two leaves the one before valid.
                collection.modify(metadata={SEAL: self._installation.add_seal(name)})
                self._claimed.add(name)

    def part(self, name: str) -> None:
        """See ``Collections``."""
        found = self._get(self._own(name))
        if found is not None and not self._is_sealed_by_us(name, found):
            _log.warning("%s stays with the other copy of this data folder", found.name)
            self._installation.renew()

    def names(self) -> set[str]:
        """See ``Collections``."""
        suffix = self._own("")
        return {name.removesuffix(suffix) for name in self._all_names() if name.endswith(suffix)}

    def delete(self, name: str) -> None:
        """See ``Collections``."""
        if self._get(self._own(name)) is not None:
            self._client.delete_collection(self._own(name))

    def foreign(self) -> int:
        """See ``Collections``."""
        suffix = self._own("")
        return sum(
            not name.endswith(suffix) and bool(_GENERATION.fullmatch(name))
            for name in self._all_names()
        )

    def _own(self, name: str) -> str:
        return f"{name}-{self._installation.id}"

    def _all_names(self) -> Iterator[str]:
        offset = 0
        while page := self._client.list_collections(limit=_PAGE, offset=offset):
            yield from (collection.name for collection in page)
            offset += len(page)

    def _get(self, name: str) -> Collection | None:
        from chromadb.errors import NotFoundError

        try:
            return self._client.get_collection(name, embedding_function=None)
        except NotFoundError:
            return None

    def _made(self, name: str) -> Collection:
        if self._get(name) is not None:
            _log.warning(
                "the collection %s at %s is another installation's and is left alone",
                *(name, self._server),
            )
        return self._client.get_or_create_collection(
            self._own(name), configuration=CONFIGURATION, embedding_function=None
        )

    def _is_sealed_by_us(self, name: str, collection: Collection) -> bool:
        seal = (collection.metadata or {}).get(SEAL)
        return seal is None or seal in self._installation.seals(name)

    def _adopted(self, name: str) -> Collection | None:
        """Give a collection of before there were installations our name, if it is ours."""
        found = self._get(name)
        if found is None or found.metadata or not self._holds_ours(name, found):
            return None
        _log.info("the collection %s is called %s from now on", name, self._own(name))
        found.modify(name=self._own(name))
        return self._get(self._own(name))

    def _holds_ours(self, name: str, collection: Collection) -> bool:
        data_dir = self._installation.data_dir
        match = _GENERATION.fullmatch(name)
        # Where Chroma has been in the data folder so far, none on the server is ours.
        if match is None or (data_dir / "chroma").is_dir():
            return False
        if not (data_dir / CATALOGUE).is_file():
            return False
        catalogue = Catalogue(data_dir / CATALOGUE)
        try:
            sample = sorted(catalogue.indexed_ids(match[1]))[:_SAMPLE]
        finally:
            catalogue.close()
        there = collection.get(ids=sample, include=[])["ids"] if sample else []
        return bool(sample) and len(there) * 2 > len(sample)
