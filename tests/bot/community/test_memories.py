"""Nothing that is kept is missed when it must go."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.community.community import open_community
from bot.community.guild_settings import GuildSettings
from bot.community.memories import ForgottenEntries, Memories


class Diary:
    """Keeps who said something, where and when."""

    def __init__(self, name: str, *entries: tuple[int, int, datetime]) -> None:
        self.name = name
        self.entries = list(entries)

    def forget_person(self, user_id: int) -> int:
        return self._drop(lambda entry: entry[0] == user_id)

    def forget_guild(self, guild_id: int) -> int:
        return self._drop(lambda entry: entry[1] == guild_id)

    def guild_ids(self) -> frozenset[int]:
        return frozenset(entry[1] for entry in self.entries)

    def purge(self, before: datetime) -> int:
        return self._drop(lambda entry: entry[2] < before)

    def _drop(self, is_gone) -> int:
        kept = [entry for entry in self.entries if not is_gone(entry)]
        gone, self.entries = len(self.entries) - len(kept), kept
        return gone


OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def test_each_memory_forgets_and_says_how_much() -> None:
    questions = Diary("questions", (1, 10, OLD), (1, 20, NEW), (2, 10, NEW))
    votes = Diary("votes", (2, 10, NEW))
    memories = Memories([questions])
    memories.register(votes)
    assert memories.purge(datetime(2025, 1, 1, tzinfo=UTC)) == (
        ForgottenEntries("questions", 1),
        ForgottenEntries("votes", 0),
    )
    assert memories.guild_ids() == {10, 20}
    assert memories.forget_person(1) == (
        ForgottenEntries("questions", 1),
        ForgottenEntries("votes", 0),
    )
    assert memories.forget_guild(10) == (
        ForgottenEntries("questions", 1),
        ForgottenEntries("votes", 1),
    )
    assert questions.entries == votes.entries == []


def test_two_of_one_name_are_a_slip() -> None:
    memories = Memories([Diary("votes")])
    with pytest.raises(ValueError, match="votes"):
        memories.register(Diary("votes"))


def test_a_servers_settings_go_with_the_server(tmp_path) -> None:
    with open_community(tmp_path) as community:
        community.guilds.save(10, GuildSettings(language="de"))
        assert ForgottenEntries("guild_settings", 0) in community.memories.forget_person(10)
        assert ForgottenEntries("guild_settings", 1) in community.memories.forget_guild(10)
        assert community.guilds.of(10) == GuildSettings()
