"""Knowledge never leaks: two communities on one bot, and everything that somebody might try.

Real knowledge bases, real stores, the real bot.  The bakers' threads are granted to the bakers'
server alone, and every post in them holds a word that stands nowhere else; whatever reaches
anybody else's screen is searched for it, and for the ids of the bakers' passages and threads.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.access.rules import Grant
from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.discord.features.source.places import Action, Show, Spot, custom_id
from bot.discord.words import ENGLISH
from retrieval.store.catalogue.contents import FileContents
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.shelves import Shelves, shelves
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.interactions import Interaction
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.world import Message
from tests.retrieval.store.builders import Said, file_of

SECRET = "zyzzogeton"
SHARED = "Flour and water make a paste that seals a lock gate for one night."
LOCKS = file_of(
    "gate.txt",
    Said("Ann", "When does the lock gate open in winter?"),
    Said("Bob", f"The gate opens at six.\n\n{SHARED}", answers="Ann"),
    Said("Cid", "Eight is too late for the barges.", answers="Bob"),
    title="Lock gate",
)
BREAD = file_of(
    "bread.txt",
    Said("Bob", f"How long must the {SECRET} sourdough rise in winter?"),
    Said("Dan", f"The {SECRET} opens after six hours.\n\n{SHARED}", answers="Bob"),
    Said("Eve", f"Six hours is too late for the {SECRET} oven.", answers="Dan"),
    title=f"Winter {SECRET} bread",
)


@dataclass
class World:
    """The keepers may read about locks; the bakers have a channel for bread, and one without."""

    keepers: Guild
    bakers: Guild
    talk: Channel
    bakery: Channel
    shop: Channel
    mallory: User
    """In both servers, and manages that of the keepers."""
    baker: User


@pytest.fixture
def world(discord_server: LoopbackDiscord) -> World:
    server = discord_server
    mallory, baker = server.add_user("mallory"), server.add_user("baker")
    keepers = server.add_guild("Lock keepers", [mallory])
    bakers = server.add_guild("Bakers", [mallory, baker])
    server.give_role(keepers, mallory, server.add_role(keepers, "boss", Permission.ADMINISTRATOR))
    return World(
        keepers,
        bakers,
        server.add_channel(keepers, "talk"),
        server.add_channel(bakers, "bakery"),
        server.add_channel(bakers, "shop"),
        mallory,
        baker,
    )


@pytest.fixture
def library(tmp_path: Path, community: Community, world: World) -> Iterator[Shelves]:
    community.grants.grant(Grant("bread", int(world.bakers.id), int(world.bakery.id)))
    with shelves(tmp_path / "stores", {"default": [LOCKS], "bread": [BREAD]}) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


def ids_in(contents: FileContents) -> set[str]:
    [thread] = contents.threads
    passages = {passage.id for passage in thread.passages}
    return {thread.thread.id} | passages | {post.id for post in thread.posts}


BREAD_IDS = ids_in(BREAD)
PASSAGES = [passage.id for passage in BREAD.indexed()]
[BREAD_THREAD] = [thread.thread.id for thread in BREAD.threads]


def seen_by(interaction: Interaction) -> str:
    """Everything that an interaction put on somebody's screen."""
    messages = [interaction.original, *interaction.followups]
    shown: list[Any] = [message.payload for message in messages if message is not None]
    return json.dumps([shown, interaction.callback_data], default=str)


def check(shown: str, typed: str = "") -> None:
    """Nothing of the bakers', but what somebody typed may be repeated to them."""
    for word in {SECRET, *BREAD_IDS} - {word for word in BREAD_IDS | {SECRET} if word in typed}:
        assert word not in shown


def outsiders(world: World, server: LoopbackDiscord) -> list[tuple[User, Channel]]:
    return [
        (world.mallory, world.talk),
        (world.mallory, world.shop),
        (world.baker, world.shop),
        (world.mallory, server.direct_message_channel(world.mallory)),
        (world.baker, server.direct_message_channel(world.baker)),
    ]


async def test_those_to_whom_it_was_granted_read_it(
    discord_server: LoopbackDiscord, world: World, run_footnote: RunBot, library: Shelves
) -> None:
    """Or the tests below would pass on an empty knowledge base."""
    async with run_footnote(library):
        asked = discord_server.slash(
            world.baker, world.bakery, "source", passage=PASSAGES[0], knowledge_base="bread"
        )
        assert SECRET in (await discord_server.settled(asked)).text
        typing = discord_server.autocomplete(
            world.baker, world.bakery, "source", "passage", SECRET, knowledge_base="bread"
        )
        await discord_server.acknowledged(typing)
        assert len(typing.choices) >= 3


async def test_nothing_that_is_typed_is_answered_with_it(
    discord_server: LoopbackDiscord, world: World, run_footnote: RunBot, library: Shelves
) -> None:
    typed = [
        *("", " ", "Bob", "Dan", "Eve", "Winter", "six hours", SHARED, SECRET, SECRET[:4]),
        *PASSAGES,
        *(id_[:length] for id_ in PASSAGES for length in (1, 4, 8)),
        BREAD_THREAD,
        "from:Dan",
    ]
    count = 0
    async with run_footnote(library, limits={"burst": 10_000, "person_per_day": 10_000}):
        for (user, channel), text, base in itertools.product(
            outsiders(world, discord_server), typed, (None, "bread", "BREAD", "default", "../bread")
        ):
            filled: dict[str, Any] = {} if base is None else {"knowledge_base": base}
            typing = discord_server.autocomplete(user, channel, "source", "passage", text, **filled)
            await discord_server.acknowledged(typing)
            check(seen_by(typing), text)
            count += 1
        for user, channel in outsiders(world, discord_server):
            for part in ("", "b", "bread"):
                typing = discord_server.autocomplete(
                    user, channel, "source", "knowledge_base", part
                )
                await discord_server.acknowledged(typing)
                assert {choice["value"] for choice in typing.choices} <= {"default"}
                count += 1
    assert count >= 500


async def test_no_command_shows_it_to_anybody_else(
    discord_server: LoopbackDiscord, world: World, run_footnote: RunBot, library: Shelves
) -> None:
    options: dict[str, Any]
    sources = [*PASSAGES, PASSAGES[0][:6], BREAD_THREAD, SECRET, "Dan", SHARED]
    questions = [f"What does Dan say about {SECRET}?", "How long must sourdough rise?", SHARED]
    generous = {"burst": 10_000, "person_per_day": 10_000}
    async with run_footnote(library, limits=generous):
        for user, channel in outsiders(world, discord_server):
            for text in sources:
                for base in (None, "bread"):
                    options = {} if base is None else {"knowledge_base": base}
                    asked = discord_server.slash(user, channel, "source", passage=text, **options)
                    await discord_server.settled(asked)
                    check(seen_by(asked), text)
            for text in questions:
                asked = discord_server.slash(user, channel, "ask", question=text)
                await discord_server.settled(asked)
                check(seen_by(asked), text)
                listed = discord_server.slash(user, channel, "threads", about=text)
                await discord_server.settled(listed)
                check(seen_by(listed), text)
            for command in ("help", "digest", "topics"):
                asked = discord_server.slash(user, channel, command)
                await discord_server.settled(asked)
                check(seen_by(asked))
                assert "bread" not in seen_by(asked)


async def test_an_administrator_cannot_turn_a_server_to_it(
    discord_server: LoopbackDiscord,
    world: World,
    run_footnote: RunBot,
    library: Shelves,
    community: Community,
) -> None:
    # As if the panel had let it through: the desk asks the grants all the same.
    forced = GuildSettings(
        knowledge_base="bread", channel_knowledge_bases=((int(world.talk.id), "bread"),)
    )
    async with run_footnote(library):
        community.guilds.save(int(world.keepers.id), forced)
        commands: list[tuple[str, dict[str, Any]]] = [
            ("source", {"passage": PASSAGES[0]}),
            ("ask", {"question": "How long must sourdough rise?"}),
            ("help", {}),
            ("config", {}),
        ]
        for command, options in commands:
            asked = discord_server.slash(world.mallory, world.talk, command, **options)
            await discord_server.settled(asked)
            check(seen_by(asked), str(options))


def forge(message: Message, id_: str) -> None:
    """Put one button with a made-up id in the place of all that the bot had put there."""
    button = {"type": 2, "style": 2, "label": "Open", "custom_id": id_, "id": 77}
    row = {"type": 1, "id": 76, "components": [button]}
    kept = [each for each in message.payload["components"] if each["type"] != row["type"]]
    message.payload["components"] = [*kept, row]


async def reaction(server: LoopbackDiscord, press: Interaction, room: Message) -> None:
    """Wait until the bot has shown something, in the message's place or beside it."""

    def is_shown() -> bool:
        anew = press.original is not None and press.original is not room
        return press.is_settled if anew or not press.followups else True

    await server.acknowledged(press)
    await server.wait_until(is_shown)


async def test_no_button_opens_it_however_its_id_was_made(
    discord_server: LoopbackDiscord, world: World, run_footnote: RunBot, library: Shelves
) -> None:
    here = next(passage.id for passage in LOCKS.indexed())
    [locks_thread] = [thread.thread.id for thread in LOCKS.threads]
    spots = [
        Spot(base, passage, thread, show)
        for base in ("bread", "default")
        for passage in (PASSAGES[1], PASSAGES[0][:4], here)
        for thread in (BREAD_THREAD, BREAD_THREAD[:4], locks_thread)
        for show in Show
    ]
    pressed = 0
    async with run_footnote(library, limits={"burst": 10_000, "person_per_day": 10_000}):
        for user, channel in outsiders(world, discord_server)[1:3]:
            asked = discord_server.slash(user, channel, "source", passage=here)
            room = await discord_server.settled(asked)
            for spot, action in itertools.product(spots, Action):
                id_ = custom_id(action, spot)
                assert id_ is not None
                forge(room, id_)
                press = discord_server.press(user, room, custom_id=id_)
                await reaction(discord_server, press, room)
                check(seen_by(press), id_)
                pressed += 1
    assert pressed >= 500
    for channel in (world.talk, world.shop):
        assert all(SECRET not in message.text for message in discord_server.messages(channel))


async def test_a_room_closes_when_the_grant_is_taken_back_and_a_share_stays_where_it_is(
    discord_server: LoopbackDiscord,
    world: World,
    run_footnote: RunBot,
    library: Shelves,
    community: Community,
) -> None:
    room_words = ENGLISH.room
    async with run_footnote(library):
        asked = discord_server.slash(
            world.baker, world.bakery, "source", passage=PASSAGES[1], knowledge_base="bread"
        )
        room = await discord_server.settled(asked)
        assert SECRET in room.text
        community.grants.revoke(Grant("bread", int(world.bakers.id), int(world.bakery.id)))
        for label in (
            room_words.later,
            room_words.earlier,
            room_words.whole_thread,
            room_words.share,
        ):
            press = discord_server.press(world.baker, room, label=label)
            await reaction(discord_server, press, room)
            messages = [m for m in (press.original, *press.followups) if m not in {None, room}]
            assert messages[0] is not None
            assert messages[0].text == ENGLISH.desk.unknown_base
    assert discord_server.messages(world.bakery) == []
