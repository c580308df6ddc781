"""What is deleted in Discord is out at once, and answers that quote it say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.community.community import Community
from bot.discord.words import ENGLISH
from ingest.read.discord import chat_exporter, journal
from ingest.sources import SourceFile
from ingest.understand.contents import file_contents
from retrieval.store.catalogue.contents import FileContents, FileStamp
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.live.conftest import Corpus
from tests.bot.discord.places import Place
from tests.bot.discord.shelves import shelves
from tests.loopback.discord_server import LoopbackDiscord

QUESTION = "When does the lock gate open in winter?"
ANSWER = "The lock gate opens at six in winter."


def contents_of(path: Path) -> FileContents:
    """What an ingest makes of a journal."""
    data = path.read_bytes()
    found = journal.READER.read(SourceFile.of(path.name, data))
    stamp = FileStamp(str(path), path.name, len(data), 1, path.name, "1/")
    return file_contents(stamp, chat_exporter.KIND, found, lambda text: range(1, len(text) + 1))


async def test_a_deleted_message_is_in_no_answer_from_its_event_on(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
    tmp_path: Path,
) -> None:
    server = discord_server
    bea = server.add_user("bea")
    server.join(place.guild, bea)
    asked = server.say(place.ada, place.channel, QUESTION)
    said = server.say(bea, place.channel, ANSWER, reply_to=asked)
    community.learnt.add(int(place.guild.id), [int(place.channel.id)])
    file = corpus.file(place.channel)
    async with run_footnote(live=corpus.parts):
        await server.wait_until(file.exists)
        await server.wait_until(lambda: len(corpus.says(place.channel)) == 2)
    contents = contents_of(file)
    [passage] = [p.id for p in contents.indexed() if p.text == ANSWER]
    with shelves(tmp_path / "stores", {"default": [contents]}) as library:
        async with run_footnote(library, live=corpus.parts):
            shown = await server.settled(
                server.slash(place.ada, place.channel, "ask", question=QUESTION)
            )
            assert ANSWER in shown.text
            why = server.press(place.ada, shown, label=ENGLISH.answer.why)
            assert passage in (await server.settled(why)).text
            source = server.slash(place.ada, place.channel, "source", passage=passage)
            assert ANSWER in (await server.settled(source)).text

            server.delete(said)
            await server.wait_until(lambda: ANSWER not in corpus.says(place.channel))
            source = server.slash(place.ada, place.channel, "source", passage=passage)
            assert ANSWER not in (await server.settled(source)).text
            again = server.slash(place.ada, place.channel, "ask", question=QUESTION)
            assert ANSWER not in (await server.settled(again)).text
            why = server.press(place.ada, shown, label=ENGLISH.answer.why)
            assert passage not in (await server.settled(why)).text
            # The old answer says that its source has gone; no ingest was run.
            note = ENGLISH.lately.stale.partition("{")[0]
            await server.wait_until(lambda: note in server.world.messages[shown.id].text)
        async with run_footnote(library, live=corpus.parts):  # and after a restart
            source = server.slash(place.ada, place.channel, "source", passage=passage)
            assert ANSWER not in (await server.settled(source)).text


async def test_what_has_become_too_old_is_taken_out_words_and_all(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    server = discord_server
    server.say(place.ada, place.channel, "zyzzogeton")
    [learnt] = community.learnt.add(int(place.guild.id), [int(place.channel.id)])
    community.learnt.save(replace(learnt, retention_days=30))
    async with run_footnote(live=corpus.parts) as bot:
        await server.wait_until(corpus.file(place.channel).exists)
        await server.wait_until(lambda: corpus.says(place.channel) == ["zyzzogeton"])
        keeper = bot.keeper
        assert keeper is not None
        assert keeper.age() == 0
        later = datetime.now(UTC) + timedelta(days=31)
        keeper.clock = lambda: later
        assert keeper.age() == 1
    assert "zyzzogeton" not in corpus.file(place.channel).read_text()


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_who_is_forgotten_is_out_of_the_journals_at_once(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
    *,
    is_deleted: bool,
) -> None:
    server = discord_server
    server.say(place.ada, place.channel, "zyzzogeton")
    community.learnt.add(int(place.guild.id), [int(place.channel.id)])
    async with run_footnote(live=corpus.parts) as bot:
        await server.wait_until(corpus.file(place.channel).exists)
        await server.wait_until(lambda: corpus.says(place.channel) == ["zyzzogeton"])
        keeper = bot.keeper
        assert keeper is not None
        assert keeper.forget_author(place.ada.id if is_deleted else "1") == int(is_deleted)
    assert ("zyzzogeton" not in corpus.file(place.channel).read_text()) is is_deleted
