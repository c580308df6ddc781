"""A thread is taken out by an ingest while somebody is being answered from it.

Everything but Discord and the model is real; whoever deletes has stores of their own open on the
same folder, as another process would.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.discord.cards.markdown import escape_markdown
from bot.discord.words import ENGLISH
from retrieval.answering.answerer import Answerer
from retrieval.knowledge import Engine
from retrieval.ranking.hybrid import HybridSearch, Ranking
from retrieval.ranking.spelling import Speller
from retrieval.settings import SearchSettings
from retrieval.store.index import PassageIndex
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.places import Place
from tests.bot.discord.shelves import shelves
from tests.fakes import HashingEmbedder
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.world import Message
from tests.retrieval.store.builders import Folder, Said, client_at, file_of

ANSWER = "The flood gate opens at six in the morning and closes at nine in the evening."
GATE = file_of(
    "gate.json",
    Said("Ida", "When does the flood gate open and when does it close?"),
    Said("Tom", f"{ANSWER}\n\nIn winter the flood gate opens an hour later.", answers="Ida"),
    title="Flood gate",
)
LAMP = file_of("lamp.json", Said("Vera", "The lamp at the lock burns whale oil."), title="Lamp")
QUESTION = "When does the flood gate open and close?"
ROUNDS = 40


@pytest.fixture(autouse=True)
def nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The fixture fails where anything unforeseen was logged."""


class Janitor:
    """Takes the thread out, and puts it back."""

    def __init__(self, path: Path) -> None:
        self._folder = Folder(path, client_at(path))

    def remove(self) -> None:
        with self._folder.index() as index:
            index.write([], removed_paths=[GATE.stamp.path])

    def put_back(self) -> None:
        with self._folder.index() as index:
            index.write([GATE])


class Interrupted(HybridSearch):
    """A search between whose steps something happens, once, when it is told to."""

    def __init__(self, index: PassageIndex, embedder: Hooked) -> None:
        speller = Speller(index.passages, index.library, lambda _: True)
        super().__init__(index, embedder, SearchSettings(), speller)
        self.then: Callable[[], None] = _nothing

    def search(
        self, question: str, limit: int, *, context: str = "", strict: bool = False
    ) -> Ranking:
        ranking = super().search(question, limit, context=context, strict=strict)
        then, self.then = self.then, _nothing
        then()
        return ranking


class Hooked(HashingEmbedder):
    """An embedder during whose work something happens, once, when it is told to."""

    then: Callable[[], None] = staticmethod(lambda: None)

    def embed_question(self, text: str):
        then, self.then = self.then, _nothing
        then()
        return super().embed_question(text)


def _nothing() -> None:
    """Nothing happens."""


class Bench:
    """An engine with a hook before the search looks anything up, and one after it."""

    def __init__(self) -> None:
        self.embedder = Hooked()
        self.search: Interrupted | None = None

    def engine_on(self, index: PassageIndex) -> Engine:
        self.search = Interrupted(index, self.embedder)
        return Engine(index, self.search, Answerer(index, self.search, self.embedder))


def is_honest(reply: Message) -> bool:
    """Whether it quotes what stood there, or says that it does not know."""
    quoted = f"> {escape_markdown(ANSWER)}" in reply.text
    none = ENGLISH.answer.not_answered, ENGLISH.answer.nothing_found
    return bool(reply.components) and (
        quoted or reply.text.startswith(tuple(f"**{t}" for t in none))
    )


async def asked(server: LoopbackDiscord, place: Place) -> Message:
    sent = server.slash(place.ada, place.channel, "ask", question=QUESTION)
    return await server.settled(sent, 20, until=lambda message: bool(message.components))


async def test_deleted_before_it_is_searched_it_is_not_shown(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, tmp_path: Path
) -> None:
    bench = Bench()
    with shelves(tmp_path, {"default": [GATE, LAMP]}, bench.engine_on) as shelf:
        async with run_footnote(shelf):
            before = await asked(discord_server, place)
            bench.embedder.then = Janitor(tmp_path).remove
            reply = await asked(discord_server, place)
    assert ANSWER in before.text
    assert "Flood gate" not in reply.text
    assert is_honest(reply)


async def test_deleted_after_it_was_found_it_is_quoted_as_it_stood(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, tmp_path: Path
) -> None:
    bench = Bench()
    with shelves(tmp_path, {"default": [GATE, LAMP]}, bench.engine_on) as shelf:
        shelf.of("default").open()
        assert bench.search is not None
        bench.search.then = Janitor(tmp_path).remove
        async with run_footnote(shelf):
            reply = await asked(discord_server, place)
            assert f"> {ANSWER}" in reply.text
            again = await asked(discord_server, place)
            pressed = discord_server.press(place.ada, reply, label=ENGLISH.answer.why)
            why = await discord_server.settled(pressed)
    assert "Flood gate" not in again.text
    assert is_honest(again)
    assert why.text.startswith(f"**{ENGLISH.talk.why_title}**")


async def test_deleted_and_put_back_all_the_time_every_reply_is_honest(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, tmp_path: Path
) -> None:
    generous = {"burst": 10_000, "person_per_day": 10_000}
    with shelves(tmp_path, {"default": [GATE, LAMP]}) as shelf:
        async with run_footnote(shelf, limits=generous):
            with churning(Janitor(tmp_path)):
                replies = [await asked(discord_server, place) for _ in range(ROUNDS)]
    assert all(map(is_honest, replies)), [r.text for r in replies if not is_honest(r)]


@contextmanager
def churning(janitor: Janitor) -> Iterator[None]:
    """Delete and put back in a thread of its own."""
    done, failed = threading.Event(), []

    def work() -> None:
        try:
            while not done.is_set():
                janitor.remove()
                janitor.put_back()
        except Exception as error:  # noqa: BLE001 - told below, in the test's own thread
            failed.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        done.set()
        worker.join()
    assert not failed
