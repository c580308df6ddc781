"""Models of others, from settings to answers: an embedder is switched, a writer's answer kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import wiring
from bot.librarian import IngestRequest
from bot.settings import BotSettings
from ingest.report import IngestReport
from retrieval.errors import IndexMismatchError, ModelUnavailableError
from retrieval.provider_settings import EmbeddingSettings, LLMSettings
from retrieval.records import Answer, Outcome
from tests.llm_servers.script import Fails, Line, Says
from tests.llm_servers.server import ModelServer, model_server

pytestmark = pytest.mark.slow

THREAD = """\
The lift table stops halfway and the display says E42. What does E42 mean?
E42 means that the oil is too cold. Let the pump run for five minutes without a load.
That helped, thank you! I would not have guessed it.
"""
MORE = "Grease the spindle of the lathe with lithium grease every 400 hours.\n"
PUMP = "How long should the pump run without a load?"
QUESTION = "What does E42 mean on the lift table?"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


class Home:
    """A data folder and a folder of threads."""

    def __init__(self, path: Path) -> None:
        self.corpus = path / "corpus"
        self.corpus.mkdir()
        (self.corpus / "lift-table.txt").write_text(THREAD, "utf-8")
        self._data = path / "data"

    def settings(self, **groups: Any) -> BotSettings:
        return BotSettings(_env_file=None, data_dir=self._data, corpus_dir=self.corpus, **groups)

    def ingest(self, settings: BotSettings) -> IngestReport:
        return wiring.ingest(settings, IngestRequest("default", ()), lambda _progress: None)

    def ask(self, settings: BotSettings, question: str = QUESTION) -> Answer:
        with wiring.open_librarian(settings, "default") as librarian:
            return librarian.answer(question)

    def rebuild(self, settings: BotSettings) -> bool:
        return wiring.examine(settings, "default", lambda *_: None, anew=True).is_whole


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_an_embedder_is_switched_there_and_back(home: Home, server: ModelServer) -> None:
    foreign = EmbeddingSettings(provider="ollama", model="embedding-model", url=server.url)
    minilm, ollama = home.settings(), home.settings(embedding=foreign)

    home.ingest(ollama)
    assert server.asked("/api/embed")
    answer = home.ask(ollama, PUMP)
    assert answer.outcome is Outcome.ANSWERED
    assert "five minutes" in answer.text

    (home.corpus / "lathe.txt").write_text(MORE, "utf-8")
    for refused in (lambda: home.ask(minilm), lambda: home.ingest(minilm)):
        with pytest.raises(IndexMismatchError) as caught:
            refused()
        assert "ollama-embedding-model-" in str(caught.value)
        assert "all-MiniLM-L6-v2" in str(caught.value)
        assert "footnote doctor --rebuild" in str(caught.value)

    assert home.rebuild(minilm)
    home.ingest(minilm)
    before = len(server.seen)
    assert "five minutes" in home.ask(minilm, PUMP).text
    assert len(server.seen) == before
    with pytest.raises(IndexMismatchError):
        home.ask(ollama, PUMP)

    assert home.rebuild(ollama)
    assert "five minutes" in home.ask(ollama, PUMP).text


def test_an_ingest_that_the_embedder_fails_loses_nothing(home: Home, server: ModelServer) -> None:
    foreign = EmbeddingSettings(
        provider="openai-like", model="embedding-model", url=f"{server.url}/v1"
    )
    settings = home.settings(embedding=foreign)
    home.ingest(settings)
    (home.corpus / "lathe.txt").write_text(MORE, "utf-8")
    server.says(*[Fails(401, "who are you?")] * 20)
    with pytest.raises(ModelUnavailableError, match="refuses the key"):
        home.ingest(settings)
    server.script.clear()
    assert "five minutes" in home.ask(settings, PUMP).text
    assert home.ingest(settings).files_read == 1
    assert "lithium" in home.ask(settings, "How often should I grease the spindle?").text


def a_faithful_model(body: Any) -> Line:
    """Say with the first passage's own id and words what it says."""
    asked = str(body["messages"][-1]["content"])
    found = re.search(r'id="?([\w-]+)"?[^>]*>[^<]*?(E42 means that the oil is too cold\.)', asked)
    if found is None:
        return Says('{"answerable": "no", "items": []}')
    quote = {"id": found[1], "quote": found[2]}
    item = {"text": "E42 means that the oil is too cold.", "cites": [quote]}
    return Says(json.dumps({"answerable": "yes", "items": [item]}))


def test_what_a_model_wrote_is_given_again_until_an_ingest_changes_the_threads(
    home: Home, server: ModelServer
) -> None:
    server.reply_to = a_faithful_model
    llm = LLMSettings(
        provider="openai-like",
        model="small-model",
        url=f"{server.url}/v1",
        daily_answers_per_user=2,
    )
    settings = home.settings(llm=llm)
    home.ingest(settings)
    with wiring.open_librarian(settings, "default") as librarian:
        assert librarian.status().language_model == "small-model"
        first = librarian.answer(QUESTION, asker="mira")
        assert (first.mode, first.fallback) == ("small-model", None)
        assert first.usage is not None
        again = librarian.answer(QUESTION, asker="mira")
        assert (again.text, again.usage) == (first.text, None)
        assert len(server.asked("/chat/completions")) == 1

    (home.corpus / "lathe.txt").write_text(MORE, "utf-8")
    home.ingest(settings)
    with wiring.open_librarian(settings, "default") as librarian:
        assert librarian.answer(QUESTION, asker="mira").usage is not None
        assert len(server.asked("/chat/completions")) == 2
        # The day's answers of one person are counted over restarts; others go on.
        third = librarian.answer("What is E42 on the lift table?", asker="mira")
        assert third.mode == "extractive"
        assert third.fallback == "your 2 answers by a model for today are used up"
        other = librarian.answer("What is E42 on the lift table?", asker="tomas")
        assert other.mode == "small-model"


def test_a_re_ingest_is_seen_by_a_bot_that_stays_open(home: Home, server: ModelServer) -> None:
    server.reply_to = a_faithful_model
    llm = LLMSettings(provider="openai-like", model="small-model", url=f"{server.url}/v1")
    settings = home.settings(llm=llm)
    home.ingest(settings)
    with wiring.open_librarian(settings, "default", serve=True) as librarian:
        librarian.answer(QUESTION)
        (home.corpus / "lathe.txt").write_text(MORE, "utf-8")
        home.ingest(settings)
        librarian.answer(QUESTION)
        librarian.answer(QUESTION)
    assert len(server.asked("/chat/completions")) == 2


def test_somebody_elses_question_is_searched_with_and_reaches_no_prompt(
    home: Home, server: ModelServer
) -> None:
    server.reply_to = a_faithful_model
    llm = LLMSettings(provider="openai-like", model="small-model", url=f"{server.url}/v1")
    settings = home.settings(llm=llm)
    home.ingest(settings)
    theirs = "What does E42 mean, asks Xanthippe about the lift table?"
    mine = "Did the pump help Quirin?"
    with wiring.open_librarian(settings, "default") as librarian:
        alone = librarian.answer("And what does E42 mean?", (mine,))
        before = [json.dumps(seen.body) for seen in server.asked("/chat/completions")]
        after = librarian.answer("And what does E42 mean?", (mine,), about=theirs)
        told = [json.dumps(seen.body) for seen in server.asked("/chat/completions")][len(before) :]
    assert any("Quirin" in prompt for prompt in before), "one's own history is shown to the model"
    assert after.outcome is Outcome.ANSWERED
    assert "oil is too cold" in after.text
    assert told, "the answer was written by the model"
    assert not any("Xanthippe" in prompt or "Quirin" in prompt for prompt in told)
    # What is kept of the answer repeats nobody else's words either.
    assert not any("Xanthippe" in step for step in (*after.trace, after.text))
    assert any("goes on from" in step for step in after.trace)
    assert not any("goes on from" in step for step in alone.trace)


@pytest.mark.parametrize(
    "fault", [Fails(401, "no"), Says("I am no JSON.")], ids=["wrong key", "no JSON"]
)
def test_a_model_that_fails_leaves_the_extractive_answer(
    home: Home, server: ModelServer, fault
) -> None:
    server.otherwise = fault
    llm = LLMSettings(
        provider="ollama", model="small-model", url=server.url, deadline_seconds=2, retries=0
    )
    settings = home.settings(llm=llm)
    home.ingest(settings)
    answer = home.ask(settings)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.mode == "extractive"
    assert answer.fallback
    assert "oil is too cold" in answer.text
