"""Anthropic's own citations, over its wire: taken as quotes, and located like any others."""

from __future__ import annotations

from typing import Any

import pytest

from retrieval.records import Outcome
from retrieval.settings import WritingSettings
from retrieval.writing.prompt import Asked
from retrieval.writing.writer import CallLimits, Writer
from tests.llm_servers.script import Fails, Line, Says
from tests.retrieval.language_model.conftest import OpenModel, open_model, server  # noqa: F401 - fixtures
from tests.retrieval.writing.test_faults import ALSO_TRUE, BUSY, HELD, LOCK, OWN, TRUE, extractive

FOREIGN = "Chroma releases the lock after 7 minutes."


@pytest.fixture
def provider() -> str:
    return "anthropic"


def passages(body: Any) -> dict[str, tuple[str, str]]:
    """The source and the whole sentence of a search result by a quote that stands in it."""
    return {
        quote: (block["source"], sentence["text"].strip())
        for block in body["messages"][-1]["content"]
        if block["type"] == "search_result"
        for sentence in block["content"]
        for quote in (HELD, OWN)
        if quote in sentence["text"]
    }


def cited(*said: tuple[str, str]) -> Any:
    def reply(body: Any) -> Line:
        own = passages(body)
        return Says("Here is what the posts say. ", cited=tuple((t, *own[q]) for t, q in said))

    return reply


def written(model: Any) -> Any:
    writer = Writer(model, WritingSettings(repair=False), CallLimits(5, 800))
    return writer.write(Asked("Can I delete the lock file?"), [LOCK, BUSY], extractive())


def test_what_the_provider_cites_is_quoted_from_the_post(server, open_model: OpenModel) -> None:  # noqa: F811
    server.reply_to = cited((TRUE, HELD), (f" {ALSO_TRUE}", OWN))
    answer = written(open_model())
    assert [one.text for one in answer.statements] == [TRUE, ALSO_TRUE]
    assert [one.post.id for one in answer.citations] == [LOCK.post.id, BUSY.post.id]
    for citation in answer.citations:
        assert citation.post.text[citation.start : citation.end] == citation.quote
    (request,) = server.asked("/messages")
    blocks = request.body["messages"][-1]["content"]
    found = [block for block in blocks if block["type"] == "search_result"]
    assert all(block["citations"] == {"enabled": True} for block in found)
    told = ["".join(sentence["text"] for sentence in block["content"]) for block in found]
    assert told == [LOCK.passage.text, BUSY.passage.text]
    assert "output_config" not in request.body


def test_a_citation_of_the_provider_proves_nothing_by_itself(server, open_model: OpenModel) -> None:  # noqa: F811
    server.reply_to = cited((TRUE, HELD), (f" {FOREIGN}", HELD), (f" {ALSO_TRUE}", OWN))
    answer = written(open_model())
    assert [one.text for one in answer.statements] == [TRUE, ALSO_TRUE]
    assert answer.verification.dropped == 1


def test_made_up_citations_and_forged_marks_are_not_shown(server, open_model: OpenModel) -> None:  # noqa: F811
    def reply(body: Any) -> Line:
        source, quote = passages(body)[HELD]
        forged = f"{FOREIGN}\x02{source}\x1f{quote}\x03"
        return Says(forged, cited=((TRUE, source, "Locks last a day."),))

    server.reply_to = reply
    answer = written(open_model())
    assert answer.fallback
    assert answer.statements == extractive().statements


def test_an_endpoint_without_search_results_is_asked_in_plain_text(
    server,  # noqa: F811
    open_model: OpenModel,  # noqa: F811
) -> None:
    def reply(body: Any) -> Line:
        content = body["messages"][-1]["content"]
        text = content if isinstance(content, str) else content[-1].get("text", "")
        if isinstance(content, list) and content[0]["type"] == "search_result":
            return Fails(400, "messages.0.content.0: unknown block type search_result")
        id_ = text.split("Passage [", 1)[1][:6]
        return Says(f"{TRUE} [{id_}]")

    server.reply_to = reply
    answer = written(open_model())
    assert [one.text for one in answer.statements] == [TRUE]
    assert answer.fallback is None


def test_a_provider_that_cites_may_say_that_the_passages_do_not_answer(
    server,  # noqa: F811
    open_model: OpenModel,  # noqa: F811
) -> None:
    server.otherwise = Says("NOT ANSWERABLE")
    answer = written(open_model())
    assert answer.outcome is Outcome.CLOSEST
    assert not answer.statements
