"""Everything that is kept of people and servers, so that nothing is missed when it must go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Memory(Protocol):
    """One kind of thing that is kept; whatever keeps something of people registers as one."""

    @property
    def name(self) -> str:
        """What it is, as a key of ``Words.memories``."""
        ...

    def forget_person(self, user_id: int) -> int:
        """Delete what is kept of a person; return how many entries that were."""
        ...

    def forget_guild(self, guild_id: int) -> int:
        """Delete what is kept of a server; return how many entries that were."""
        ...

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that something is kept of."""
        ...

    def purge(self, before: datetime) -> int:
        """Delete what is older; return how many entries that were."""
        ...


@dataclass(frozen=True, slots=True)
class ForgottenEntries:
    """How many entries of a kind were deleted."""

    name: str
    count: int


class Memories:
    """All the memories together, in the order in which they registered.

    Raises:
        StorageError: from any method, if one of them cannot be written; those before it are
            done, and to repeat it does no harm.
    """

    def __init__(self, memories: Iterable[Memory] = ()) -> None:
        self._memories = list(memories)

    def register(self, memory: Memory) -> None:
        """Add one.

        Raises:
            ValueError: if one of that name is there.
        """
        if any(known.name == memory.name for known in self._memories):
            raise ValueError(f"{memory.name} is registered twice")
        self._memories.append(memory)

    def forget_person(self, user_id: int) -> tuple[ForgottenEntries, ...]:
        """Delete everything about a person."""
        return tuple(ForgottenEntries(m.name, m.forget_person(user_id)) for m in self._memories)

    def forget_guild(self, guild_id: int) -> tuple[ForgottenEntries, ...]:
        """Delete everything about a server, its settings included."""
        return tuple(ForgottenEntries(m.name, m.forget_guild(guild_id)) for m in self._memories)

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that anything is kept of."""
        return frozenset().union(*(memory.guild_ids() for memory in self._memories))

    def purge(self, before: datetime) -> tuple[ForgottenEntries, ...]:
        """Delete everything that is older."""
        return tuple(ForgottenEntries(m.name, m.purge(before)) for m in self._memories)
