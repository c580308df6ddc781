"""What the rulings of staff come to in a knowledge base as it is now.

Everything that is read of passages and posts passes through here (``Library``), so that what is
never to be shown is shown nowhere.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from retrieval.records import Answer, Citation, RulingKind, StaffNote, Standing
from retrieval.rulings.records import Ruling, Subject
from retrieval.store.catalogue.out_of_sight import ALL_IS_SEEN, Unseen

if TYPE_CHECKING:
    from retrieval.rulings.book import RulingBook
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.catalogue.records import Row

Votes = Callable[[str], Mapping[str, int]]
"""From a knowledge base to its passages that people judged: those for less those against."""

MARKED: Final = 6.0
"""By how much more than before a post is worth that staff marked as the answer: what the source's
own mark is worth (``retrieval.threads.standing``)."""
OUTDATED: Final = -4.0
"""What an outdated post is worth: as little as any reply may be."""
A_VOTE: Final = 0.3
"""Weight of the logarithm of 👍 less 👎, as of the likes that a source counts."""
_AGAIN_SECONDS: Final = 60.0
"""Votes and what has expired are looked at so often."""

_PASSAGES_OF_POSTS: Final = """
SELECT DISTINCT p.id, p.post_id FROM json_each(:ids) wanted
 CROSS JOIN posts o ON o.id = wanted.value
 CROSS JOIN files f ON f.id = o.file_id AND f.kb = :kb
 CROSS JOIN passages p ON p.thread_id = o.thread_id AND p.file_id = o.file_id AND p.post_id = o.id
 ORDER BY p.ordinal
"""
_BESIDE: Final = """
SELECT DISTINCT m.id AS marked, m.worth AS before, o.id, o.worth FROM json_each(:ids) wanted
 CROSS JOIN posts m ON m.id = wanted.value
 CROSS JOIN files f ON f.id = m.file_id AND f.kb = :kb
 CROSS JOIN posts o ON o.file_id = m.file_id AND o.thread_id = m.thread_id
                   AND o.exchange_id = m.exchange_id
"""
_POSTS_BY: Final = """
SELECT DISTINCT o.id FROM files f CROSS JOIN posts o ON o.file_id = f.id
 WHERE f.kb = :kb AND coalesce(nullif(o.author_id, ''), '*:' || o.author) IN
       (SELECT value FROM json_each(:ids))
"""
_REPEATING: Final = """
SELECT p.id FROM json_each(:ids) wanted
 CROSS JOIN passages p ON p.origin_id = wanted.value
 UNION
SELECT s.passage FROM json_each(:ids) wanted
 CROSS JOIN sketches s ON s.kb = :kb AND s.original = wanted.value
"""
_SPANS: Final = """
SELECT DISTINCT p.post_id, p.start, p.end FROM json_each(:ids) wanted
 CROSS JOIN passages p ON p.id = wanted.value
 CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
"""
_POST_AT: Final = """
SELECT o.id FROM files f CROSS JOIN posts o ON o.file_id = f.id
 WHERE f.kb = ? AND o.url = ? LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class InForce:
    """The rulings that hold now, in the knowledge base's own ids."""

    hidden: frozenset[str] = frozenset()
    """Passages that are never to be shown, with what repeats their words."""
    hidden_posts: frozenset[str] = frozenset()
    hidden_threads: frozenset[str] = frozenset()
    """Those of live channels that whoever asks just now may not read."""
    blanks: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Where words of hidden passages stand in posts that are shown."""
    notes: Mapping[str, StaffNote] = field(default_factory=dict)
    """What staff said of posts, by id."""
    worths: Mapping[str, float] = field(default_factory=dict)
    """What passages are worth in the place of what the catalogue says."""
    marked: frozenset[str] = frozenset()
    """The passages of posts that staff marked as answers."""
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    """The passages of outdated posts, each with the one that replaces it."""
    officials: tuple[Ruling, ...] = ()

    def is_marked(self, post_id: str) -> bool:
        """Tell whether staff marked a post as the answer."""
        note = self.notes.get(post_id)
        return note is not None and note.kind is RulingKind.ANSWER

    def shows(self, row: Row) -> bool:
        """Tell whether a passage or post may be shown."""
        if row["thread_id"] in self.hidden_threads:
            return False
        return row["post_id"] not in self.hidden_posts and row.get("id") not in self.hidden

    def without(self, unseen: Unseen) -> InForce:
        """Return what holds where some of the knowledge base may not be seen either."""
        if unseen is ALL_IS_SEEN:
            return self
        return replace(
            self,
            hidden=self.hidden | unseen.passages,
            hidden_posts=self.hidden_posts | unseen.posts,
            hidden_threads=unseen.threads,
        )

    def as_ruled(self, row: Row) -> Row:
        """Return a row of a post with the standing that staff gave it, and hidden words blank."""
        if self.is_marked(row["post_id"]):
            row = {**row, "standing": Standing.ACCEPTED, "is_accepted": True}
        spans = self.blanks.get(row["post_id"])
        return row if spans is None else {**row, "text": _blanked(row["text"], spans)}

    def noted(self, answer: Answer) -> Answer:
        """Return an answer whose citations say what staff said of their posts."""
        if not self.notes:
            return answer
        return replace(
            answer,
            citations=tuple(map(self._noted, answer.citations)),
            closest=tuple(map(self._noted, answer.closest)),
        )

    def _noted(self, citation: Citation) -> Citation:
        note = self.notes.get(citation.post.id)
        return citation if note is None else replace(citation, staff=note)


NOTHING: Final = InForce()


class Ruled:
    """Works out what is in force in one knowledge base, anew where something has changed."""

    def __init__(
        self,
        catalogue: Catalogue,
        knowledge_base: str,
        book: RulingBook,
        votes: Votes = lambda _: {},
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Read rulings from ``book`` and what people think from ``votes``."""
        self._catalogue = catalogue
        self._kb = knowledge_base
        self.book = book
        self._votes = votes
        self._clock = clock
        self._known: tuple[object, InForce] = (None, NOTHING)

    def now(self) -> InForce:
        """Return what is in force; costs one row of SQLite where nothing changed.

        Raises:
            StorageError: if what is never to be shown cannot be read.
        """
        live = self._catalogue.generation(self._kb)
        # A minute at most passes until a ruling is known to have expired, or a vote counts.
        minute = time.monotonic() // _AGAIN_SECONDS
        version = (self.book.version(), live and (live.number, live.updated_at), minute)
        known = self._known
        if known[0] != version:
            known = (version, self._work_out())
            self._known = known  # whole, so that another thread sees the old or the new one
        return known[1]

    def rulings(self) -> tuple[Ruling, ...]:
        """Return all rulings, those that have expired too, the oldest first."""
        return self.book.of(self._kb)

    def post_at(self, url: str) -> str | None:
        """Return the id of the post that stands at an address; looks at every post."""
        row = self._catalogue.connection.execute(_POST_AT, (self._kb, url)).fetchone()
        return None if row is None else str(row[0])

    def _work_out(self) -> InForce:
        now = self._clock()
        rulings = [each for each in self.book.of(self._kb) if each.is_in_force(now)]
        of_kind = {kind: [r for r in rulings if r.kind is kind] for kind in RulingKind}
        hidden, hidden_posts = self._hidden(of_kind[RulingKind.HIDDEN])
        outdated = of_kind[RulingKind.OUTDATED]
        marked = [ruling.key for ruling in of_kind[RulingKind.ANSWER]]
        worths = self._voted()
        worths |= self._marked_worths(marked)
        worths |= {id_: OUTDATED for id_, _ in self._passages(r.key for r in outdated)}
        return InForce(
            hidden=hidden,
            hidden_posts=hidden_posts,
            blanks=self._blanks(hidden, hidden_posts),
            notes=_notes(of_kind[RulingKind.ANSWER], outdated),
            worths=worths,
            marked=frozenset(id_ for id_, _ in self._passages(marked)),
            stand_ins=self._stand_ins(outdated),
            officials=tuple(of_kind[RulingKind.OFFICIAL]),
        )

    def _hidden(self, rulings: Iterable[Ruling]) -> tuple[frozenset[str], frozenset[str]]:
        keys: dict[Subject, set[str]] = {subject: set() for subject in Subject}
        for ruling in rulings:
            keys[ruling.subject].add(ruling.key)
        posts = keys[Subject.POST] | set(self._ids(_POSTS_BY, keys[Subject.AUTHOR]))
        passages = keys[Subject.PASSAGE] | {id_ for id_, _ in self._passages(posts)}
        passages |= set(self._ids(_REPEATING, passages))
        return frozenset(passages), frozenset(posts)

    def _blanks(
        self, hidden: Iterable[str], hidden_posts: Collection[str]
    ) -> dict[str, tuple[tuple[int, int], ...]]:
        spans: dict[str, tuple[tuple[int, int], ...]] = {}
        for post_id, start, end in self._rows(_SPANS, hidden):
            if post_id not in hidden_posts:
                spans[post_id] = (*spans.get(post_id, ()), (start, end))
        return spans

    def _marked_worths(self, marked: Collection[str]) -> dict[str, float]:
        """Return the worths in the exchanges of marked posts, relative to the best as before."""
        rows = self._rows(_BESIDE, marked)
        worths: dict[str, float] = dict.fromkeys(marked, 0.0)
        for _, before, id_, worth in rows:
            if id_ not in marked:
                worths[id_] = min(worths.get(id_, 0.0), worth - before - MARKED)
        return {id_: worths[post_id] for id_, post_id in self._passages(worths)}

    def _voted(self) -> dict[str, float]:
        """Return what passages are worth that people judged: a little more or less than before."""
        votes = {id_: net for id_, net in self._votes(self._kb).items() if net}
        rows = self._rows(
            "SELECT DISTINCT p.id, o.worth FROM json_each(:ids) wanted"
            " CROSS JOIN passages p ON p.id = wanted.value"
            " CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb"
            " CROSS JOIN posts o ON o.file_id = p.file_id AND o.id = p.post_id",
            votes,
        )
        return {id_: worth + _counted(votes[id_]) for id_, worth in rows}

    def _stand_ins(self, outdated: Iterable[Ruling]) -> dict[str, str]:
        replaced = {r.key: r.replaced_by for r in outdated if r.replaced_by is not None}
        first: dict[str, str] = {}
        for id_, post_id in self._passages(replaced.values()):
            first.setdefault(post_id, id_)
        return {
            id_: first[replaced[post_id]]
            for id_, post_id in self._passages(replaced)
            if replaced[post_id] in first
        }

    def _passages(self, posts: Iterable[str]) -> list[tuple[str, str]]:
        """Return the ids of posts' passages, each with its post's."""
        return [(row[0], row[1]) for row in self._rows(_PASSAGES_OF_POSTS, posts)]

    def _ids(self, query: str, keys: Iterable[str]) -> list[str]:
        return [row[0] for row in self._rows(query, keys)]

    def _rows(self, query: str, keys: Iterable[str]) -> list[tuple[Any, ...]]:
        ids = list(keys)
        if not ids:
            return []
        cursor = self._catalogue.connection.execute(query, {"kb": self._kb, "ids": json.dumps(ids)})
        return [tuple(row) for row in cursor]


def _notes(marked: Iterable[Ruling], outdated: Iterable[Ruling]) -> dict[str, StaffNote]:
    notes = {r.key: StaffNote(RulingKind.ANSWER, r.at, r.by) for r in marked}
    for ruling in outdated:
        if ruling.replaced_by is not None:
            notes[ruling.replaced_by] = StaffNote(
                RulingKind.OUTDATED, ruling.at, ruling.by, is_replacement=True
            )
        notes[ruling.key] = StaffNote(RulingKind.OUTDATED, ruling.at, ruling.by, ruling.text)
    return notes


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text of the same length, so that every other span keeps its place."""
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _counted(votes: int) -> float:
    return math.copysign(A_VOTE * math.log1p(abs(votes)), votes)
