"""``/upload``: what administrators send, and what nobody else may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.access.rules import Grant
from bot.community.community import Community
from bot.discord.words import ENGLISH
from bot.processes.quarantine import Quarantine
from ingest.report import IngestReport, Refusal
from tests.bot.discord.conftest import EVERYWHERE, RunBot, let_add
from tests.bot.discord.factories import make_report
from tests.bot.discord.fakes import FakeReingester
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.errors import CommandHidden
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import ORDINARY_MEMBER, Channel, Permission, User
from tests.loopback.world import Upload

ADMINISTRATOR = ORDINARY_MEMBER | Permission.ADMINISTRATOR


class DryRun:
    """Refuses what says so, and finds one file otherwise."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def run(self) -> AsyncIterator[IngestReport]:
        text = self._file.read_bytes()
        refused = (Refusal(self._file.name, "is no thread"),) if b"refuse me" in text else ()
        is_read = not refused and text != b"nothing"
        yield replace(make_report(*refused), files_read=int(is_read), dry_run=True)


@pytest.fixture(autouse=True)
def nothing_pings_and_nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    return Quarantine(tmp_path / "quarantine", tmp_path / "corpus", DryRun)


@dataclass
class Place:
    """A server with one channel and its administrator, whom the operator lets add."""

    channel: Channel
    ada: User


@pytest.fixture
def place(discord_server: LoopbackDiscord, community: Community) -> Place:
    ada = discord_server.add_user("ada")
    guild = discord_server.add_guild("Lock keepers", [ada])
    let_add(community, guild)
    return Place(discord_server.add_channel(guild, "talk"), ada)


async def uploaded(server: LoopbackDiscord, place: Place, upload: Upload) -> str:
    sent = server.slash(place.ada, place.channel, "upload", file=upload, permissions=ADMINISTRATOR)
    message = await server.settled(sent)
    assert message.is_ephemeral
    return message.text


async def test_a_thread_is_kept_and_ingested_at_once(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    quarantine: Quarantine,
    tmp_path: Path,
) -> None:
    reingester = FakeReingester(make_report())
    async with run_footnote(reingester=reingester, quarantine=quarantine):
        sent = discord_server.slash(
            place.ada,
            place.channel,
            "upload",
            file=Upload("file", "tides.txt", b"When does the gate open?"),
            permissions=ADMINISTRATOR,
        )
        await discord_server.wait_until(lambda: reingester.runs)
        reply = await discord_server.settled(sent)
    assert reply.text.startswith("**tides.txt**\n**Re-ingest finished**")
    assert (tmp_path / "corpus/uploads/tides.txt").read_bytes() == b"When does the gate open?"


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (Upload("file", "tides.txt", b"refuse me"), "is no thread"),
        (Upload("file", "tides.exe", b"MZ", "text/plain"), "only files that end in"),
        (Upload("file", "tides.txt", b"x", claimed_size=2**30), "is larger than the 1 MiB"),
        (Upload("file", "tides.txt", b"x" * 2**21, claimed_size=1), "is larger than it said"),
        (Upload("file", "pump_s.exe", b"x"), r"pump\_s.exe"),
    ],
)
async def test_a_refused_file_is_named_with_the_reason_and_nothing_is_kept(
    upload: Upload,
    said: str,
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    quarantine: Quarantine,
    tmp_path: Path,
) -> None:
    reingester = FakeReingester(make_report())
    async with run_footnote(reingester=reingester, quarantine=quarantine, upload_mib=1):
        text = await uploaded(discord_server, place, upload)
    assert text.startswith("**Refused** · ")
    assert said in text
    assert reingester.runs == 0
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (
            Upload("file", "tides.exe", b"MZ", "text/plain"),
            "nur Dateien, die auf .csv, .docx",
        ),
        (Upload("file", "tides.txt", b"nothing"), "enthält nichts"),
        (Upload("file", "tides.txt", b"x", claimed_size=2**30), "ist größer als die 1 MiB"),
        (Upload("file", "tides.txt", b"x" * 2**21, claimed_size=1), "ist größer als angegeben"),
    ],
)
async def test_who_reads_german_is_told_in_german(
    upload: Upload,
    said: str,
    discord_server: LoopbackDiscord,
    run_footnote: RunBot,
    quarantine: Quarantine,
    community: Community,
) -> None:
    bert = discord_server.add_user("bert", locale="de")
    guild = discord_server.add_guild("Schleusen", [bert])
    let_add(community, guild)
    channel = discord_server.add_channel(guild, "talk")
    async with run_footnote(quarantine=quarantine, upload_mib=1):
        text = await uploaded(discord_server, Place(channel, bert), upload)
    assert text.startswith("**Abgelehnt** · ")
    assert said in text


async def test_a_report_is_in_the_language_of_whoever_asked_for_it(
    discord_server: LoopbackDiscord, run_footnote: RunBot, community: Community
) -> None:
    bert = discord_server.add_user("bert", locale="de")
    guild = discord_server.add_guild("Schleusen", [bert])
    let_add(community, guild)
    channel = discord_server.add_channel(guild, "talk")
    async with run_footnote(reingester=FakeReingester(make_report())):
        sent = discord_server.slash(bert, channel, "reingest", permissions=ADMINISTRATOR)
        reply = await discord_server.settled(sent)
    assert reply.text.startswith("**Neu eingelesen** · 12,3 s")


async def test_a_file_that_discord_does_not_hand_over_is_asked_for_again(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, quarantine: Quarantine
) -> None:
    async with run_footnote(quarantine=quarantine):
        upload = Upload("file", "tides.txt", b"x")
        sent = discord_server.slash(
            place.ada, place.channel, "upload", file=upload, permissions=ADMINISTRATOR
        )
        discord_server.world.files.clear()
        reply = await discord_server.settled(sent)
    assert reply.text == "Discord did not hand over the file; please send it again."


async def test_members_are_not_offered_it_and_not_obeyed(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    quarantine: Quarantine,
    tmp_path: Path,
) -> None:
    upload = Upload("file", "tides.txt", b"x")
    async with run_footnote(quarantine=quarantine):
        with pytest.raises(CommandHidden):
            discord_server.slash(place.ada, place.channel, "upload", file=upload)
        forced = discord_server.slash(place.ada, place.channel, "upload", file=upload, force=True)
        reply = await discord_server.settled(forced)
    assert reply.text == ENGLISH.desk.may_not_add
    assert not (tmp_path / "corpus").exists()


async def test_an_administrator_of_another_server_puts_no_words_into_the_bots_mouth(
    discord_server: LoopbackDiscord,
    run_footnote: RunBot,
    quarantine: Quarantine,
    community: Community,
    tmp_path: Path,
) -> None:
    keepers = discord_server.add_guild("Lock keepers", [])
    let_add(community, keepers)
    mallory = discord_server.add_user("mallory")
    elsewhere = discord_server.add_channel(discord_server.add_guild("Rogues", [mallory]), "talk")
    reingester = FakeReingester(make_report())
    files = Upload("file", "welcome.txt", b"Send your password to mallory.")
    async with run_footnote(reingester=reingester, quarantine=quarantine):
        for sees in (True, False):
            if not sees:
                community.grants.revoke(EVERYWHERE)
            calls: dict[str, dict[str, Any]] = {"upload": {"file": files}, "reingest": {}}
            for command, options in calls.items():
                sent = discord_server.slash(
                    mallory, elsewhere, command, permissions=ADMINISTRATOR, **options
                )
                reply = await discord_server.settled(sent)
                assert reply.is_ephemeral
                wanted = ENGLISH.desk.may_not_add if sees else "footnote kb grant default --guild"
                assert wanted in reply.text
    assert not (tmp_path / "corpus").exists()
    assert reingester.runs == 0


async def test_a_person_whom_the_operator_names_adds_in_a_direct_message(
    discord_server: LoopbackDiscord,
    run_footnote: RunBot,
    quarantine: Quarantine,
    community: Community,
    tmp_path: Path,
) -> None:
    community.grants.revoke(EVERYWHERE)
    eve = discord_server.add_user("eve")
    private = discord_server.direct_message_channel(eve)
    grant = Grant("default", user_id=int(eve.id), may_add=True)
    async with run_footnote(reingester=FakeReingester(make_report()), quarantine=quarantine):
        upload = Upload("file", "tides.txt", b"At six.")
        refused = discord_server.slash(eve, private, "upload", file=upload)
        assert (await discord_server.settled(refused)).text == ENGLISH.desk.members_only
        community.grants.grant(grant)
        sent = discord_server.slash(eve, private, "upload", file=upload)
        await discord_server.settled(sent)
        await discord_server.wait_until((tmp_path / "corpus/uploads/tides.txt").exists)


async def test_whoever_loses_the_right_while_a_file_is_looked_at_adds_nothing(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    tmp_path: Path,
) -> None:
    class RevokedMeanwhile(DryRun):
        async def run(self) -> AsyncIterator[IngestReport]:
            for grant in community.grants.grants():
                community.grants.revoke(replace(grant, may_add=True))
            async for report in super().run():
                yield report

    quarantine = Quarantine(tmp_path / "quarantine", tmp_path / "corpus", RevokedMeanwhile)
    reingester = FakeReingester(make_report())
    async with run_footnote(reingester=reingester, quarantine=quarantine):
        text = await uploaded(discord_server, place, Upload("file", "tides.txt", b"At six."))
    assert text == ENGLISH.desk.may_not_add
    assert not (tmp_path / "corpus").exists()
    assert reingester.runs == 0
    assert list((tmp_path / "quarantine").iterdir()) == []


async def test_an_operator_who_wants_no_uploads_has_no_such_command(
    discord_server: LoopbackDiscord, run_footnote: RunBot, quarantine: Quarantine
) -> None:
    async with run_footnote(quarantine=quarantine, upload_mib=0):
        assert "upload" not in {c["name"] for c in discord_server.commands.listed(None)}
