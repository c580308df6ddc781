"""Channels × people × places × surfaces: nobody is shown what they may not read in Discord.

A real knowledge base with a thread of each channel, the real bot, and Discord's permission
algorithm as the loopback Discord has it, by which each person's view is worked out apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from bot.community.community import Community
from bot.discord.features.after_ingest.announcing import Announcing
from bot.discord.features.after_ingest.rounds import Change
from bot.discord.live.keeper import LiveParts
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.shelves import Shelves, shelves
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.interactions import Interaction
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.retrieval.store.builders import Said, file_of

VIEW, HISTORY = Permission.VIEW_CHANNEL, Permission.READ_MESSAGE_HISTORY
KINDS: Final = ("open", "wardens", "staff", "unmuted", "one", "unseen past")
GENEROUS: Final = {"burst": 100_000, "person_per_day": 100_000, "guild_per_day": 1_000_000}


@dataclass
class Server:
    guild: Guild
    rooms: dict[str, Channel]
    people: dict[str, User]

    def room(self, kind: str) -> str:
        return f"{self.guild.id}/{self.rooms[kind].id}"


def secret(kind: str) -> str:
    return f"zyzz{kind.replace(' ', '')}geton"


def word(kind: str) -> str:
    """By which everybody may ask for what is said there."""
    return f"lock{kind.replace(' ', '')}"


def thread_of(server: Server, kind: str) -> Any:
    return file_of(
        f"{kind}.jsonl",
        Said("Ann", f"When does the {word(kind)} gate open in winter?", key="a"),
        Said("Bob", f"The {word(kind)} gate opens at six, says {secret(kind)}.", "a", "b"),
        title=f"Winter {word(kind)} gate {secret(kind)}",
        room=server.room(kind),
    )


@pytest.fixture
def server(discord_server: LoopbackDiscord) -> Server:
    discord = discord_server
    names = ("ann", "warden", "staff", "both", "muted", "one", "boss")
    people = {name: discord.add_user(name) for name in names}
    guild = discord.add_guild("Keepers", people.values())
    everybody = guild.roles[guild.id]
    warden, staff, muted, boss = (
        discord.add_role(guild, "Warden"),
        discord.add_role(guild, "Staff"),
        discord.add_role(guild, "Muted"),
        discord.add_role(guild, "Boss", Permission.ADMINISTRATOR),
    )
    for name, roles in {
        "warden": [warden],
        "staff": [staff],
        "both": [warden, staff],
        "muted": [muted, warden],
        "boss": [boss],
    }.items():
        for role in roles:
            discord.give_role(guild, people[name], role)
    rooms = {kind: discord.add_channel(guild, kind.replace(" ", "-")) for kind in KINDS}
    for kind in ("wardens", "staff", "one"):
        discord.deny(rooms[kind], everybody, VIEW)
        discord.allow(rooms[kind], discord.bot, VIEW)
    discord.allow(rooms["wardens"], warden, VIEW)
    discord.allow(rooms["staff"], staff, VIEW)
    discord.allow(rooms["one"], people["one"], VIEW)
    discord.deny(rooms["unmuted"], muted, VIEW)
    discord.deny(rooms["unseen past"], everybody, HISTORY)
    return Server(guild, rooms, people)


@pytest.fixture
def library(tmp_path: Path, server: Server) -> Iterator[Shelves]:
    files = [thread_of(server, kind) for kind in KINDS]
    with shelves(tmp_path / "stores", {"default": files}) as opened:
        yield opened


class Oracle:
    """What each person may read, by the loopback Discord's own algorithm."""

    def __init__(self, discord: LoopbackDiscord, server: Server) -> None:
        self._discord = discord
        self._server = server

    def reads(self, user: User, channel: Channel) -> bool:
        bits = self._discord.world.permissions(user, channel)
        return bool(bits & VIEW and bits & HISTORY)

    def sees(self, user: User, channel: Channel) -> bool:
        return bool(self._discord.world.permissions(user, channel) & VIEW)

    def private(self, user: User, kind: str) -> bool:
        return self.reads(user, self._server.rooms[kind])

    def public(self, place: Channel, kind: str) -> bool:
        audience = [one for one in self._server.people.values() if self.sees(one, place)]
        return all(self.reads(one, self._server.rooms[kind]) for one in audience)


def shown(interaction: Interaction) -> str:
    messages = [interaction.original, *interaction.followups]
    payloads: list[Any] = [message.payload for message in messages if message is not None]
    return json.dumps([payloads, interaction.callback_data], default=str)


class Walk:
    """Uses every surface in a place, and notes what should not have been shown."""

    def __init__(self, discord: LoopbackDiscord, server: Server) -> None:
        self._discord = discord
        self._server = server
        self._oracle = Oracle(discord, server)
        self.cells = 0
        self.shown = 0
        self.leaks: list[str] = []
        self._passages = {kind: [p.id for p in thread_of(server, kind).indexed()] for kind in KINDS}

    async def everywhere(self) -> None:
        for name, user in self._server.people.items():
            for where, place in self._server.rooms.items():
                if self._oracle.sees(user, place):
                    await self.within(name, user, where, place)

    async def within(self, name: str, user: User, where: str, place: Channel) -> None:
        for command in ("digest", "topics"):
            for is_private in (True, False):
                await self._use(name, user, where, place, command, None, private=is_private)
        for kind in KINDS:
            about = f"When does the {word(kind)} gate open?"
            for is_private in (True, False):
                options = {"question": about, "private": is_private}
                await self._use(name, user, where, place, "ask", kind, **options)
            await self._use(name, user, where, place, "threads", kind, about=word(kind))
            await self._source(name, user, where, place, kind)
            typing = self._discord.autocomplete(user, place, "source", "passage", word(kind))
            await self._discord.acknowledged(typing)
            self._check(f"{name} types in {where}", shown(typing), user, place, is_private=True)

    async def _source(self, name: str, user: User, where: str, place: Channel, kind: str) -> None:
        for id_ in self._passages[kind]:
            asked = self._discord.slash(user, place, "source", passage=id_)
            await self._discord.settled(asked)
            told = f"{name} looks up {kind} in {where}"
            self._check(told, shown(asked), user, place, is_private=True)

    async def _use(
        self,
        name: str,
        user: User,
        where: str,
        place: Channel,
        command: str,
        kind: str | None,
        **options: Any,
    ) -> None:
        asked = self._discord.slash(user, place, command, **options)
        message = await self._discord.settled(asked)
        told = f"{name} uses {command} {options} in {where} about {kind}"
        self._check(told, shown(asked), user, place, is_private=message.is_ephemeral)

    def _check(self, told: str, text: str, user: User, place: Channel, *, is_private: bool) -> None:
        for kind in KINDS:
            self.cells += 1
            if secret(kind) not in text:
                continue
            self.shown += 1
            private = self._oracle.private(user, kind)
            if not (private if is_private else self._oracle.public(place, kind)):
                self.leaks.append(f"{told}: {kind}")


async def test_nobody_is_shown_what_they_may_not_read(
    discord_server: LoopbackDiscord,
    server: Server,
    library: Shelves,
    run_footnote: RunBot,
    tmp_path: Path,
) -> None:
    discord = discord_server
    live = LiveParts(tmp_path / "corpus", lambda _: frozenset())
    async with run_footnote(library, live=live, limits=GENEROUS):
        walk = Walk(discord, server)
        await walk.everywhere()
        assert walk.leaks == []
        assert walk.cells >= 400
        assert walk.shown >= 100  # or nothing was shown to anybody
        # A channel becomes private, and another opens: both count with the next question.
        discord.deny(server.rooms["open"], server.guild.roles[server.guild.id], VIEW)
        discord.allow(server.rooms["open"], discord.bot, VIEW)
        everybody = server.guild.roles[server.guild.id]
        discord.allow(server.rooms["wardens"], everybody, VIEW)
        ann, place = server.people["ann"], server.rooms["unmuted"]
        before = walk.shown
        await walk.within("ann", ann, "unmuted", place)
        assert walk.leaks == []
        assert walk.shown > before


async def test_news_are_told_in_a_channel_to_those_who_may_read_them(
    discord_server: LoopbackDiscord,
    server: Server,
    library: Shelves,
    run_footnote: RunBot,
    community: Community,
) -> None:
    discord, guild_id = discord_server, int(server.guild.id)
    change = Change("default", datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC))
    told: dict[str, str] = {}
    async with run_footnote(library) as bot:
        for place in ("unmuted", "staff", "wardens"):
            settings = community.guilds.of(guild_id)
            channel = server.rooms[place]
            community.guilds.save(guild_id, replace(settings, announcement_channel=int(channel.id)))
            await Announcing(bot, library, community, bot.desk)(change)
            told[place] = " ".join(message.text for message in discord.messages(channel))
    oracle = Oracle(discord, server)
    for place, text in told.items():
        for kind in KINDS:
            if secret(kind) in text:
                assert oracle.public(server.rooms[place], kind), (place, kind)
    assert secret("staff") in told["staff"]
    assert secret("open") in told["unmuted"]
