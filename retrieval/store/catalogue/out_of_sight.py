"""What of a knowledge base may not be seen by whoever asks just now."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retrieval.sight import Sight
    from retrieval.store.catalogue.catalogue import Catalogue

_SIGHTS_KEPT: Final = 32
"""Most people in a server see the same rooms."""
_ROOMS: Final = """
SELECT DISTINCT t.room FROM threads t JOIN files f ON f.id = t.file_id
 WHERE f.kb = :kb AND t.room IS NOT NULL
"""
_THREADS: Final = """
SELECT DISTINCT t.id FROM threads t JOIN files f ON f.id = t.file_id
 WHERE f.kb = :kb AND t.room IN (SELECT value FROM json_each(:rooms))
"""
_PASSAGES: Final = """
SELECT p.id FROM json_each(:threads) wanted CROSS JOIN passages p ON p.thread_id = wanted.value
 UNION
SELECT p.id FROM json_each(:posts) wanted
 CROSS JOIN posts o ON o.id = wanted.value
 CROSS JOIN passages p ON p.thread_id = o.thread_id AND p.file_id = o.file_id AND p.post_id = o.id
"""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What may not be seen, in the knowledge base's own ids."""

    threads: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    """Single ones, beside those of the threads."""
    passages: frozenset[str] = frozenset()
    """All of them."""


ALL_IS_SEEN: Final = Unseen()


class OutOfSight:
    """Works out what may not be seen in one knowledge base, anew where it has changed.

    A thread that stands in several files may only be seen where all of them may.
    """

    def __init__(self, catalogue: Catalogue, knowledge_base: str) -> None:
        """Read ``knowledge_base`` from ``catalogue``."""
        self._catalogue = catalogue
        self._kb = knowledge_base
        self._state: object = None
        self._known: OrderedDict[Sight, Unseen] = OrderedDict()

    def from_(self, sight: Sight | None) -> Unseen:
        """Return what may not be seen by whoever has this sight."""
        if sight is None:
            return ALL_IS_SEEN
        live = self._catalogue.generation(self._kb)
        state = live and (live.number, live.updated_at)
        if state != self._state:
            # Together, so that no other thread takes what was known before for what is now.
            self._known, self._state = OrderedDict(), state
        known = self._known
        found = known.get(sight)
        if found is None:
            found = self._work_out(sight)
            known[sight] = found
            while len(known) > _SIGHTS_KEPT:
                known.popitem(last=False)
        return found

    def _work_out(self, sight: Sight) -> Unseen:
        connection, values = self._catalogue.connection, {"kb": self._kb}
        rooms = [row[0] for row in connection.execute(_ROOMS, values)]
        closed = [] if sight.rooms is None else [one for one in rooms if one not in sight.rooms]
        if not closed and not sight.gone:
            return ALL_IS_SEEN
        rows = connection.execute(_THREADS, {**values, "rooms": json.dumps(closed)})
        threads = frozenset(row[0] for row in rows)
        both = {"threads": json.dumps([*threads]), "posts": json.dumps([*sight.gone])}
        passages = frozenset(row[0] for row in connection.execute(_PASSAGES, both))
        # What was deleted is mostly gone from here, too.
        return Unseen(threads, sight.gone, passages) if threads or passages else ALL_IS_SEEN
