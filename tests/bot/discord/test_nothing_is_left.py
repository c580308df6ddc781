"""What was deleted, edited or is to be forgotten is found nowhere any more, on any surface.

Everything but Discord and the model is real; the ingest has stores of its own open on the same
folder, as another process would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import chromadb

from bot.discord.client import FootnoteBot
from bot.discord.words import ENGLISH
from ingest.admission import AdmissionRules
from ingest.pipeline import Ingest
from ingest.report import IngestReport
from ingest.request import Request
from retrieval.errors import NotFoundError
from retrieval.knowledge import KnowledgeBase
from retrieval.store.lexical.tantivy_index import LexicalIndex
from retrieval.store.removal.expelling import expel, traces
from retrieval.store.removal.forgotten import ForgottenPeople
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.places import Place
from tests.bot.discord.shelves import shelves
from tests.ingest.conftest import token_ends
from tests.ingest.sources import Fields, export, message, reply
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.world import Message
from tests.retrieval.store.builders import KB, Folder, client_at

QUESTIONS = {
    "quillback": "Where does the keeper of the quillback ferry live?",
    "herringbone": "Which pattern does the herringbone floor of the boathouse have?",
    "saltbox": "Who repairs the saltbox roof above the lock?",
    "lanternfish": "What does the lanternfish lamp at the pier burn?",
}
"""By a word that only its answer's thread has."""
FERRY = "The keeper of the quillback ferry lives in the second house behind the old mill."
FLOOR = "The herringbone floor of the boathouse has a pattern of oak and ash."
FLOOR_EDITED = "The boathouse was given a floor of plain planks in the spring."
ROOF = "The saltbox roof above the lock is repaired by whoever calls 555 0199 after six."
LAMP = "The lanternfish lamp at the pier burns whale oil, as it did a hundred years ago."
THANKS = "> The saltbox roof above the lock is repaired by whoever calls 555 0199 after six."
CARRIED = "Called that number, and a week later it did not leak any more."

SECRETS = ("second house", "oak and ash", "555 0199", "whale oil")
"""Words of those that nobody types."""


def by(fields: Fields, author_id: str, name: str) -> Fields:
    return fields | {"author": {"id": author_id, "name": name, "isBot": False}}


class Town:
    """A folder of exports, and an ingest that writes to the stores as another process would."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = Folder(path, client_at(path))
        self.corpus = path / "corpus"
        self.corpus.mkdir()
        self.people = ForgottenPeople(path)

    def write(self, name: str, *messages: Fields, channel: str, at: str = "2024-06-01") -> None:
        text = export(*messages, channel=channel, name=name)
        text = text.replace("2024-06-01T00", f"{at}T00")
        (self.corpus / f"{name}.json").write_text(text, "utf-8")

    def ingest(self) -> IngestReport:
        admission = AdmissionRules(forgotten=self.people.read())
        request = Request(KB, (self.corpus,), self.corpus, admission=admission)
        with self._folder.index() as index:
            run = Ingest(request, index.catalogue, lambda: index, token_ends, lambda _: None)
            return run.run()

    def forget(self, author_id: str) -> int:
        self.people.remember(author_id)
        with self._folder.index() as index:
            found = traces(index.catalogue, KB, self.people.read())
            assert found is not None
            return expel(index, found)

    def stored(self) -> str:
        """What a plain client of Chroma and the catalogue's file hold."""
        client = chromadb.PersistentClient(path=str(self._path / "chroma"))
        records = [
            (each["documents"], each["metadatas"])
            for collection in client.list_collections()
            for each in [client.get_collection(collection.name).get()]
        ]
        rows = self._folder_rows()
        return f"{records} {rows}"

    def _folder_rows(self) -> list[tuple[object, ...]]:
        with self._folder.catalogue() as catalogue:
            tables = ("posts", "threads", "exchanges", "passages")
            return [
                tuple(row)
                for table in tables
                for row in catalogue.connection.execute(f"SELECT * FROM {table}")
            ]

    def lexical_hits(self, word: str) -> Sequence[str]:
        found: list[str] = []
        for folder in (self._path / "lexical").glob("*/*"):
            with closing(LexicalIndex(folder)) as index:
                found += index.best(word, 10)
        return found


def build(town: Town) -> None:
    ferry, floor, roof, lamp = QUESTIONS.values()
    town.write("ferry", message(1, ferry), by(reply(2, FERRY, to=1), "8", "Tom"), channel="21")
    floors = message(3, floor), by(reply(4, FLOOR, to=3), "9", "Ida")
    town.write("floor", *floors, channel="22")
    town.write(
        "roof",
        message(5, roof),
        by(reply(6, ROOF, to=5), "10", "Mira"),
        by(reply(7, f"{THANKS}\n\n{CARRIED}", to=6), "11", "Bo"),
        channel="23",
    )
    town.write("lamp", message(8, lamp), by(reply(9, LAMP, to=8), "8", "Tom"), channel="24")


def change(town: Town) -> IngestReport:
    """Empty a channel, edit in a newer export, forget somebody, and remove a file."""
    town.write("ferry", channel="21")
    edited = by(message(4, FLOOR_EDITED), "9", "Ida")
    town.write("floor again", edited, channel="22", at="2024-07-01")
    assert town.forget("10") == 1
    (town.corpus / "lamp.json").unlink()
    return town.ingest()


async def asked(server: LoopbackDiscord, place: Place, question: str) -> Message:
    sent = server.slash(place.ada, place.channel, "ask", question=question)
    return await server.settled(sent, 20, until=lambda shown: bool(shown.components))


async def settled_down(bot: FootnoteBot) -> None:
    for _ in range(2):
        await bot.after_ingest.look()


async def test_after_deletions_and_edits_no_surface_shows_what_was(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    tmp_path: Path,
    discord_errors: ErrorLog,
) -> None:
    del discord_errors  # fails the test on anything swallowed
    town = Town(tmp_path)
    build(town)
    town.ingest()
    generous = {"burst": 10_000, "person_per_day": 10_000}
    with shelves(tmp_path, {"default": []}) as shelf:
        librarian = shelf.of("default")
        async with run_footnote(shelf, limits=generous) as bot:
            await settled_down(bot)
            before = {w: await asked(discord_server, place, q) for w, q in QUESTIONS.items()}
            for text, shown in zip((FERRY, FLOOR, ROOF, LAMP), before.values(), strict=True):
                assert text in shown.text
            passages = {w: found(librarian, w) for w in QUESTIONS}
            assert all(passages.values())
            said_before = [
                await everything_said(discord_server, place, *each) for each in QUESTIONS.items()
            ]
            assert all(secret in "".join(said_before) for secret in SECRETS)
            assert all(secret in town.stored() for secret in SECRETS)

            report = await asyncio.to_thread(change, town)
            assert {each.file for each in report.removals} == {
                "ferry.json", "floor.json", "lamp.json"
            }  # fmt: skip
            await settled_down(bot)

            for shown in before.values():
                assert shown.text.startswith(ENGLISH.lately.stale.partition("{")[0])
            for word, question in QUESTIONS.items():
                replies = await everything_said(discord_server, place, word, question)
                assert not any(secret in replies for secret in SECRETS)
                for id_ in passages[word]:
                    sent = discord_server.slash(place.ada, place.channel, "source", passage=id_)
                    opened = await discord_server.settled(sent)
                    assert not any(secret in opened.text for secret in SECRETS)
        nothing_in(librarian, passages)
    stored = town.stored()
    assert not any(secret in stored for secret in SECRETS)
    for word in ("quillback", "lanternfish", "whale", "oak"):
        assert town.lexical_hits(word) == []
    assert FLOOR_EDITED in stored
    assert CARRIED in stored


def found(librarian: KnowledgeBase, word: str) -> set[str]:
    """The passages of replies that have a word."""
    hits, _ = librarian.search(word, 20)
    return {hit.passage.id for hit in hits if hit.passage.text in {FERRY, FLOOR, ROOF, LAMP}}


def nothing_in(librarian: KnowledgeBase, passages: dict[str, set[str]]) -> None:
    gone = {id_ for ids in passages.values() for id_ in ids}
    assert librarian.missing(gone) == gone
    for word, ids in passages.items():
        assert found(librarian, word) == set()
        for id_ in ids:
            try:
                librarian.source(id_)
            except NotFoundError:
                continue
            raise AssertionError(f"{id_} of {word} can still be opened")


async def everything_said(server: LoopbackDiscord, place: Place, word: str, question: str) -> str:
    """All that the bot's surfaces say of a subject."""
    said = [(await asked(server, place, question)).text]
    for command, options in (
        ("threads", {"about": word}),
        ("digest", {"days": 30}),
        ("topics", {}),
    ):
        sent = server.slash(place.ada, place.channel, command, **options)
        said.append((await server.settled(sent)).text)
    for typed in (word, ""):
        typing = server.autocomplete(place.ada, place.channel, "source", "passage", typed)
        choices = (await server.acknowledged(typing)).choices
        said += [choice["name"] for choice in choices]
    return "\n".join(said)
