"""Somebody is forgotten by command, and no byte of the data folder remembers what they wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.access.rules import Place
from bot.community.community import open_community
from bot.settings import BotSettings
from bot.wiring.answering import open_librarian
from tests.ingest.sources import Fields, export, message, reply
from tests.test_end_to_end import _model_is_there, footnote, run

__all__ = ["_model_is_there"]

pytestmark = pytest.mark.slow

WORD = "Quendelwick"
SECRET = f"The spare key hangs behind the {WORD} mill, on the second hook from the left."
QUESTION = "Where does the spare key of the boathouse hang?"
OTHERS = [
    "The boathouse closes at nine in winter and at eleven in summer.",
    "Oars are counted every Sunday, and whoever lost one buys the cake.",
]


def by(fields: Fields, author_id: str, name: str) -> Fields:
    author = fields["author"]
    assert isinstance(author, dict)
    return fields | {"author": {**author, "id": author_id, "name": name, "nickname": name}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    said = [
        message(1, QUESTION),
        by(reply(2, SECRET, to=1), "8", "Mira"),
        by(reply(3, f"> {SECRET}\n\nFound it there, thank you.", to=2), "9", "Bo"),
        *(message(number, text) for number, text in enumerate(OTHERS, 4)),
    ]
    (corpus / "boathouse.json").write_text(export(*said), "utf-8")
    return tmp_path


def remembering(folder: Path, word: str) -> list[str]:
    """Return the files in which the word stands, in any case."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and word.lower().encode() in path.read_bytes().lower()
    ]


def keep_an_answer(home: Path) -> None:
    settings = BotSettings(data_dir=home / "data", corpus_dir=home / "corpus")
    with open_librarian(settings, "default") as librarian:
        answer = librarian.answer(QUESTION)
    assert any(SECRET in citation.quote for citation in answer.citations), answer
    with open_community(home / "data") as community:
        place = Place(guild_id=1, channel_id=2)
        shown = community.answers.keep(answer, asker_id=3, place=place, knowledge_base="default")
        community.answers.posted(shown.id, 4)


def test_no_file_remembers_who_was_forgotten(home: Path) -> None:
    footnote(home, "ingest")
    keep_an_answer(home)
    data = home / "data"
    assert {"catalogue.sqlite3", "chroma/chroma.sqlite3"} <= set(remembering(data, WORD))
    said = footnote(home, "people", "forget", "8")
    assert said["posts"] == 1
    assert remembering(data, WORD) == []
    with open_community(data) as community:
        [left] = community.answers.taken_back("default", 9)
        assert left.message_id == 4
    assert json.loads(run(home, "search", f"{WORD} mill key", "--json"))["hits"] != []
    assert WORD not in run(home, "ask", QUESTION)


def test_no_file_remembers_what_was_deleted(home: Path) -> None:
    footnote(home, "ingest")
    corpus = home / "corpus" / "boathouse.json"
    corpus.write_text(export(message(1, QUESTION), message(4, OTHERS[0])), "utf-8")
    footnote(home, "ingest")
    assert remembering(home / "data", WORD) == []
