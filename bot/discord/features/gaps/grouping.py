"""Questions that ask the same, put together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.community.gaps import Gaps, Missed
from bot.discord.async_librarian import AsyncLibrarian
from retrieval.records import RulingKind

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """What several people asked and nobody answered."""

    id: str
    """That of the question that was asked last."""
    questions: tuple[str, ...]
    """In the different words that were used, the last ones first."""
    count: int
    last_at: datetime

    @property
    def examples(self) -> tuple[str, ...]:
        """A few of the other wordings."""
        return self.questions[1 : 1 + _EXAMPLES]


async def find_gaps(
    gaps: Gaps,
    librarian: AsyncLibrarian,
    guild_id: int,
    knowledge_base: str,
    since: datetime | None = None,
) -> tuple[Gap, ...]:
    """Return the gaps of a server, the newest first, without what staff have answered since."""
    missed = await asyncio.to_thread(gaps.missed, guild_id, knowledge_base, since)
    rulings = await librarian.look_up(lambda known: known.rulings())
    official = [q for each in rulings if each.kind is RulingKind.OFFICIAL for q in each.questions]
    questions = [*official, *(each.question for each in missed)]
    leaders = await librarian.search(lambda known: known.alike(questions))
    return grouped(missed, leaders[len(official) :], answered=len(official))


def grouped(missed: Sequence[Missed], leaders: Sequence[int], *, answered: int) -> tuple[Gap, ...]:
    """Return groups of questions by the place of the first that asks the same.

    Places below ``answered`` are of questions that have an official answer.
    """
    groups: dict[int, list[Missed]] = {}
    for each, leader in zip(missed, leaders, strict=True):
        if leader >= answered:
            groups.setdefault(leader, []).append(each)
    return tuple(
        Gap(
            id=group[0].id,
            questions=tuple(dict.fromkeys(each.question for each in group)),
            count=len(group),
            last_at=group[0].at,
        )
        for group in groups.values()
    )
