"""What to offer while somebody types: by id, by author, by thread and by words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.catalogue.contents import Located
    from retrieval.store.catalogue.library import Library
    from retrieval.store.lexical.tantivy_index import LexicalIndex

_POSTS_EACH: Final = 5
_AUTHORS: Final = 8
_THREADS: Final = 5
_NEWEST: Final = 25
_STALE_SECONDS: Final = 60.0
"""Reading all authors takes 0.2 s at 100,000 posts: an ingest that never pauses must not make
every key that is pressed wait for it."""
_AUTHORS_POSTS: Final = """
SELECT author, thread_id, id FROM (
  SELECT o.author, o.thread_id, o.id, o.created_at,
         row_number() OVER (PARTITION BY o.author ORDER BY o.created_at DESC, o.id) AS place
    FROM files f CROSS JOIN posts o ON o.file_id = f.id
   WHERE f.kb = ?
) WHERE place <= ? ORDER BY created_at DESC, id
"""


PostKey = tuple[str, str]
"""The ids of a thread and of a post in it, which lead to its passages."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The authors with their newest posts, and the newest posts of all, newest first."""

    authors: tuple[tuple[str, tuple[PostKey, ...]], ...] = ()
    """Name in lower case and posts; whoever wrote last comes first."""
    newest: tuple[PostKey, ...] = ()

    def by(self, typed: str) -> list[PostKey]:
        """Return posts of those whose name, or a later word of it, begins as ``typed``."""
        wanted = typed.casefold()
        whole = [posts for name, posts in self.authors if name == wanted]
        starts = [
            posts
            for name, posts in self.authors
            if name != wanted and (name.startswith(wanted) or f" {wanted}" in name)
        ]
        return [post for posts in [*whole, *starts][:_AUTHORS] for post in posts]


class Suggester:
    """Finds passages to offer in one knowledge base; any thread may ask."""

    def __init__(
        self,
        catalogue: Catalogue,
        library: Library,
        knowledge_base: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read ``knowledge_base`` from ``catalogue`` and ``library``."""
        self._catalogue = catalogue
        self._library = library
        self._kb = knowledge_base
        self._clock = clock
        self._reading = threading.Lock()
        self._directory = Directory()
        self._read_at: tuple[object, float] | None = None

    def suggest(
        self, typed: str, limit: int, lexical: Callable[[], tuple[LexicalIndex, LexicalIndex]]
    ) -> list[Located]:
        """Return passages to offer for ``typed``, best first.

        Args:
            typed: Words, the beginning of an author's name, of a thread's title or of an id;
                where nothing is typed yet, the newest posts are offered.
            limit: The most to return.
            lexical: Gives the indexes of passages and of exchanges, if words are to be found.
        """
        if not typed:
            found = self._library.openings_of_posts(self._known().newest)
            return found[:limit] or self._library.beginning("", limit)
        offered = {entry.passage.id: entry for entry in self._library.beginning(typed, limit)}
        if len(offered) < limit:
            passages, exchanges = lexical()
            people = self._library.openings_of_posts(self._known().by(typed))
            titles = self._library.openings_of_exchanges(exchanges.typed(typed, _THREADS))
            words = self._by_words(typed, passages.typed(typed, limit * 2))
            # Who types a title in full means the thread; half a word may be anything.
            named = [entry for entry in titles if _is_title(entry, typed)]
            for entry in [*people, *named, *words[: limit // 2], *titles, *words]:
                offered.setdefault(entry.passage.id, entry)
        return list(offered.values())[:limit]

    def _by_words(self, typed: str, ids: Sequence[str]) -> list[Located]:
        """Return passages with the typed words, first those whose author has one in the name."""
        located = self._library.located(ids)
        found = [located[id_] for id_ in ids if id_ in located]
        words = set(typed.casefold().split())
        return sorted(
            found, key=lambda entry: words.isdisjoint((entry.post.author or "").casefold().split())
        )

    def _known(self) -> Directory:
        """Return the directory, read anew after an ingest, by one of those who ask."""
        generation = self._catalogue.generation(self._kb)
        state = (generation.number, generation.updated_at) if generation else None
        if self._is_fresh(state) or not self._reading.acquire(blocking=self._read_at is None):
            return self._directory
        try:
            if not self._is_fresh(state):
                self._directory = self._read()
                self._read_at = state, self._clock()
        finally:
            self._reading.release()
        return self._directory

    def _is_fresh(self, state: object) -> bool:
        if self._read_at is None:
            return False
        of, at = self._read_at
        return of == state or self._clock() - at < _STALE_SECONDS

    def _read(self) -> Directory:
        rows = self._catalogue.connection.execute(_AUTHORS_POSTS, (self._kb, _POSTS_EACH))
        posts: dict[str, list[PostKey]] = {}
        newest: list[PostKey] = []
        for author, thread_id, post_id in rows:
            post = (thread_id, post_id)
            posts.setdefault(author or "", []).append(post)
            if len(newest) < _NEWEST:
                newest.append(post)
        authors = tuple((name.casefold(), tuple(of)) for name, of in posts.items() if name)
        return Directory(authors, tuple(newest))


def _is_title(entry: Located, typed: str) -> bool:
    title = (entry.thread.title or "").casefold()
    return bool(title) and title.startswith(typed.casefold())
