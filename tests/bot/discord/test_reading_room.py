"""``/source`` as people use it, on real knowledge bases in the loopback Discord."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.discord.words import ENGLISH, GERMAN
from retrieval.store.catalogue.contents import FileContents
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.shelves import Shelves, shelves
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.world import Message
from tests.retrieval.store.builders import Said, file_of

ROOM = ENGLISH.room
GATE = file_of(
    "gate.txt",
    Said("Ann", "When does the lock gate open in winter?"),
    Said("Bob", "The gate opens at six.\n\nIn winter it opens at eight.", answers="Ann"),
    Said("Cid", "Eight is too late for the barges.", answers="Bob"),
    *(Said(f"D{n}", f"I agree, reason {n}.", answers="Bob", key=f"d{n}") for n in range(6)),
    title="Lock gate",
)


@dataclass
class Place:
    guild: Guild
    channel: Channel
    ada: User
    ben: User


@pytest.fixture
def place(discord_server: LoopbackDiscord) -> Place:
    ada, ben = discord_server.add_user("ada"), discord_server.add_user("ben")
    guild = discord_server.add_guild("Lock keepers", [ada, ben])
    return Place(guild, discord_server.add_channel(guild, "talk"), ada, ben)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Shelves]:
    with shelves(tmp_path / "stores", {"default": [GATE]}) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


def id_of(contents: FileContents, text: str) -> str:
    return next(p.id for p in contents.indexed() if p.text == text)


SIX = id_of(GATE, "The gate opens at six.")


async def read(server: LoopbackDiscord, place: Place, passage: str = SIX) -> Message:
    asked = server.slash(place.ada, place.channel, "source", passage=passage)
    return await server.settled(asked)


async def press(server: LoopbackDiscord, user: User, message: Message, label: str) -> Message:
    """Press a button of a private room; the room itself is what is shown then."""
    pressed = server.press(user, message, label=label)
    await server.settled(pressed)
    return message


async def notice(server: LoopbackDiscord, user: User, message: Message, label: str) -> Message:
    """Press a button of a private room; what is said beside it."""
    pressed = server.press(user, message, label=label)
    [said] = await server.wait_until(lambda: pressed.followups)
    return said


async def test_one_walks_through_a_thread(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    async with run_footnote(library):
        room = await read(discord_server, place)
        assert room.is_ephemeral
        assert "> The gate opens at six." in room.text
        assert "-# In reply to Ann\n> When does the lock gate open" in room.text
        await press(discord_server, place.ada, room, ROOM.later)
        assert "> In winter it opens at eight." in room.text
        await press(discord_server, place.ada, room, ROOM.earlier)
        assert "> The gate opens at six." in room.text
        await press(discord_server, place.ada, room, ROOM.parent)
        assert "> When does the lock gate open in winter?" in room.text
        assert discord_server.messages(place.channel) == []


async def test_replies_are_paged_and_opened(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    async with run_footnote(library):
        room = await read(discord_server, place)
        await press(discord_server, place.ada, room, ROOM.replies_button.format(n=7))
        assert "Eight is too late for the barges." in room.text
        assert "Page 1 of 2" in room.text
        await press(discord_server, place.ada, room, ROOM.next_page)
        assert "reason 5" in room.text
        assert "Eight is too late" not in room.text
        await press(discord_server, place.ada, room, ROOM.open_reply.format(n=1))
        assert "> I agree, reason 3." in room.text
        await press(discord_server, place.ada, room, ROOM.parent)
        assert "> The gate opens at six." in room.text


async def test_the_whole_thread_is_read_and_left_again(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    async with run_footnote(library):
        room = await read(discord_server, place)
        await press(discord_server, place.ada, room, ROOM.whole_thread)
        for author in ("Ann", "Bob", "Cid", "D0", "D5"):
            assert f"**{author}**" in room.text
        assert "In winter it opens at eight." in room.text
        await press(discord_server, place.ada, room, ROOM.back)
        assert "> The gate opens at six." in room.text


@pytest.mark.parametrize("words", ["opens at six", "lock gate", "Bob", SIX[:5], f" {SIX.upper()} "])
async def test_a_passage_is_found_by_what_was_typed_without_picking_one(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    library: Shelves,
    words: str,
) -> None:
    async with run_footnote(library):
        room = await read(discord_server, place, words)
    assert "gate" in room.text


@pytest.mark.parametrize("words", ["", "   ", "\u200b\u202e", "zzzz", "x" * 6_000, "[](", "0" * 16])
async def test_what_finds_nothing_is_one_sentence(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    library: Shelves,
    words: str,
) -> None:
    async with run_footnote(library):
        room = await read(discord_server, place, words)
    assert room.text == ROOM.not_found


async def test_buttons_work_after_a_restart(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    async with run_footnote(library):
        room = await read(discord_server, place)
    async with run_footnote(library):
        await press(discord_server, place.ada, room, ROOM.later)
        assert "> In winter it opens at eight." in room.text


async def test_a_shared_passage_says_who_shared_it_and_is_read_on_in_private(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    async with run_footnote(library):
        room = await read(discord_server, place)
        posted = await discord_server.settled(
            discord_server.press(place.ada, room, label=ROOM.share)
        )
        assert not posted.is_ephemeral
        assert discord_server.messages(place.channel) == [posted]
        assert "> The gate opens at six." in posted.text
        assert "Shared by Ada" in posted.text
        before = posted.text
        reading = discord_server.press(place.ben, posted, label=ROOM.read_on)
        own = await discord_server.settled(reading)
        assert own.is_ephemeral
        assert own.visible_to == place.ben
        assert "> The gate opens at six." in own.text
        await press(discord_server, place.ben, own, ROOM.later)
    assert posted.text == before


async def test_who_may_not_write_cannot_share(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    async with run_footnote(library):
        room = await read(discord_server, place)
        discord_server.deny(place.channel, place.ada, Permission.SEND_MESSAGES)
        refused = discord_server.press(place.ada, room, label=ROOM.share)
        sentence = await discord_server.settled(refused)
    assert sentence.is_ephemeral
    assert sentence.text == ROOM.may_not_share
    assert discord_server.messages(place.channel) == []


async def test_a_passage_that_was_edited_says_so_and_leads_to_its_thread(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    edited = file_of(
        "gate.txt",
        Said("Ann", "When does the lock gate open in winter?"),
        Said("Bob", "The gate opens at seven.", answers="Ann"),
        title="Lock gate",
    )
    async with run_footnote(library):
        room = await read(discord_server, place)
        library.indexes["default"].write([edited])
        for label in (ROOM.later, ROOM.parent, ROOM.replies_button.format(n=7)):
            gone = await notice(discord_server, place.ada, room, label)
            assert gone.is_ephemeral
            assert gone.text == ROOM.gone
        assert "> The gate opens at six." in room.text
        await press(discord_server, place.ada, gone, ROOM.whole_thread)
        assert "The gate opens at seven." in gone.text
        library.indexes["default"].write([], ["/threads/gate.txt"])
        last = await notice(discord_server, place.ada, room, ROOM.whole_thread)
        assert last.text == ROOM.thread_gone


async def test_the_room_speaks_the_readers_language_and_what_is_shared_the_servers(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    eva = discord_server.add_user("eva", locale="de")
    discord_server.join(place.guild, eva)
    async with run_footnote(library):
        asked = discord_server.slash(eva, place.channel, "source", passage=SIX)
        room = await discord_server.settled(asked)
        assert "-# Antwort auf Ann" in room.text
        posted = await discord_server.settled(
            discord_server.press(eva, room, label=GERMAN.room.share)
        )
    assert "Shared by Eva" in posted.text


async def test_in_a_direct_message_one_reads_too(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, library: Shelves
) -> None:
    channel = discord_server.direct_message_channel(place.ada)
    async with run_footnote(library):
        asked = discord_server.slash(place.ada, channel, "source", passage=SIX)
        room = await discord_server.settled(asked)
        await press(discord_server, place.ada, room, ROOM.later)
        assert "> In winter it opens at eight." in room.text
