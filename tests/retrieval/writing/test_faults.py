"""Whatever a model or its server does, over each wire: a valid answer, in time, clean."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from retrieval.records import Answer, Citation, Outcome, Statement
from retrieval.settings import WritingSettings
from retrieval.writing.prompt import Asked
from retrieval.writing.writer import CallLimits, Writer
from tests.llm_servers.script import EMPTY, HTML, Body, Cuts, Fails, Line, Says, Stalls
from tests.llm_servers.server import ModelServer
from tests.retrieval.language_model.conftest import (  # noqa: F401 - fixtures
    PROVIDERS,
    OpenModel,
    open_model,
    provider,
    server,
)
from tests.retrieval.writing.samples import hit_with

HELD = "The lock is held by the operating system and is released when the process ends"
OWN = "Only one process may own the index"
LOCK, BUSY = hit_with(HELD), hit_with(OWN)
TRUE = "The operating system holds the lock and releases it when the process ends."
ALSO_TRUE = "Only one process may own the index."
QUESTION = "Can I delete the lock file?"
DEADLINE_SECONDS = 30.0
FORBIDDEN = re.compile(r"evil|https?:|@|discord\.gg|<|\]\(|[\x00-\x1f\u200b-\u200f\u202a-\u202e]")
Reply = Callable[[Any], Line]


@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.CLOSEST])
def test_that_the_passages_do_not_answer_is_obeyed_over_each_wire(
    server: ModelServer,  # noqa: F811
    open_model: OpenModel,  # noqa: F811
    outcome: Outcome,
) -> None:
    server.otherwise = Says('{"answerable": false, "items": []}')
    writer = Writer(open_model(), WritingSettings(), CallLimits(60, 800))
    before = replace(extractive(), outcome=outcome)
    if outcome is Outcome.CLOSEST:
        before = replace(before, statements=(), citations=(), closest=before.citations)
    answer = writer.write(Asked(QUESTION), [LOCK, BUSY], before)
    assert answer.outcome is Outcome.CLOSEST
    assert [one.quote for one in answer.closest] == [HELD]
    assert not answer.statements
    assert answer.fallback is None
    assert answer.mode == writer.name


def extractive() -> Answer:
    at = LOCK.post.text.index(HELD)
    end = at + len(HELD)
    citation = Citation(1, HELD, at, end, LOCK.passage, LOCK.post, LOCK.thread)
    statement = Statement(HELD, (1,))
    return Answer(QUESTION, Outcome.ANSWERED, f"{HELD} [1]", (statement,), (citation,))


def passages(body: Any) -> dict[str, str]:
    """The passages of a request, over any wire: id by the quote that stands in it."""
    asked = json.dumps(body, ensure_ascii=False)
    found = re.findall(r'id=\\?"(\w{6})\\?"[^>]*>\\n(.*?)\\n</passage', asked, re.DOTALL)
    content = body["messages"][-1]["content"]
    for block in content if isinstance(content, list) else []:
        if block["type"] == "search_result":
            found.append((block["source"], json.dumps(block["content"])))
    return {quote: id_ for id_, text in found for quote in (HELD, OWN) if quote in text}


def item(text: str, id_: str, quote: str) -> dict[str, Any]:
    return {"cites": [{"id": id_, "quote": quote}], "text": text}


def saying(*items: tuple[str, str, str | None], dress: str = "{}") -> Reply:
    """Say sentences with quotes, citing the id given or that of the quote's own passage."""

    def reply(body: Any) -> Line:
        own = passages(body)
        made = [item(text, id_ or own[quote], quote) for text, quote, id_ in items]
        answer = json.dumps({"answerable": True, "items": made})
        return Says(dress.replace("{}", answer), size=400)

    return reply


def always(line: Line) -> Reply:
    return lambda _body: line


def _thoughtful(line: Line) -> Line:
    assert isinstance(line, Says)
    return replace(line, thoughts="Let me see.")


GOOD = (TRUE, HELD, None)


@dataclass(frozen=True)
class Case:
    """What a model does, and how many of its sentences are shown."""

    reply: Reply
    shown: int = 0


CASES: dict[str, Case] = {
    "401": Case(always(Fails(401, "no", "invalid_api_key"))),
    "429 with Retry-After": Case(always(Fails(429, "slow", headers={"Retry-After": "86400"}))),
    "500": Case(always(Fails(500))),
    "stall": Case(always(Stalls())),
    "cut stream": Case(always(Cuts('{"answerable": true, "items": [{"cites": [{"id"'))),
    "empty": Case(always(EMPTY)),
    "no text": Case(always(Says(""))),
    "HTML with 200": Case(always(HTML)),
    "bad JSON on the wire": Case(always(Body(b'data: {"cho\n\n{"me', "text/event-stream"))),
    "bad JSON in the reply": Case(always(Says('{"answerable": tru, "items": [{"te'))),
    "prose": Case(always(Says("The lock is released. I am sure of it."))),
    "unknown ids": Case(saying((TRUE, HELD, "ZZ99ZZ")), 1),
    "guessed ids": Case(saying((TRUE, HELD, "1"), (TRUE, HELD, "S1")), 1),
    "invented quotes": Case(saying((TRUE, "The lock goes away by magic after an hour.", "K7"))),
    "an invented quote beside a true one": Case(
        saying(GOOD, ("Locks last an hour.", "Locks last for one hour at most.", "ZZ99ZZ")), 1
    ),
    "injected link": Case(
        saying(GOOD, (f"{TRUE[:-1]}, see https://evil.example/x.", HELD, None)), 1
    ),
    "masked link": Case(saying((f"[{TRUE[:-1]}](https://evil.example/x).", HELD, None)), 1),
    "image": Case(saying((f"{TRUE} ![x](https://evil.example/x.png)", HELD, None)), 1),
    "@everyone": Case(saying(GOOD, (f"@everyone {TRUE}", HELD, None)), 1),
    "mention": Case(saying(GOOD, (f"<@123456789012345678> {TRUE}", HELD, None)), 1),
    "invitation": Case(saying(GOOD, ("Join discord.gg/abcdef.", HELD, None)), 1),
    "ANSI, bidi and zero width": Case(
        saying((f"\x1b[31m\u202e{TRUE[:7]}\u200b{TRUE[7:]}\x1b[0m", HELD, None)), 1
    ),
    "refusal": Case(always(Says("I can't help with that.", stop="refused"))),
    "refusal in words": Case(always(Says("I'm sorry, but I can't help with that."))),
    "reasoning tags": Case(
        saying(GOOD, dress='<think>{"answerable": false, "items": []} Hm.</think>\n{}'), 1
    ),
    "reasoning without end": Case(saying(GOOD, dress="<think>Let me see. {}"), 1),
    "thoughts that go on": Case(always(Says("<think>Let me see. It may be " * 200, size=400))),
    "reasoning over the wire": Case(lambda body: _thoughtful(saying(GOOD)(body)), 1),
    "50,000 characters of nothing": Case(always(Says("x" * 50_000, size=2_000))),
    "50,000 characters in a sentence": Case(
        saying((f"{TRUE[:-1]} {'very ' * 10_000}", HELD, None))
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_fault_ends_in_a_valid_answer(
    server: ModelServer,  # noqa: F811
    open_model: OpenModel,  # noqa: F811
    case: Case,
) -> None:
    server.reply_to = case.reply
    model = open_model(stall_seconds=1.0, retries=1)
    writer = Writer(model, WritingSettings(), CallLimits(DEADLINE_SECONDS, 800))
    before = extractive()
    answer = writer.write(Asked(QUESTION), [LOCK, BUSY], before)
    assert answer.outcome is Outcome.ANSWERED
    for statement in answer.statements:
        assert statement.citations
        assert not FORBIDDEN.search(statement.text)
    for citation in answer.citations:
        assert citation.post.text[citation.start : citation.end] == citation.quote
    if case.shown:
        assert answer.fallback is None
        assert {one.text for one in answer.statements} == {TRUE}
        assert len(answer.statements) == case.shown
        assert [one.post.id for one in answer.citations] == [LOCK.post.id]
    else:
        assert answer.fallback
        assert answer.statements == before.statements
        assert answer.mode == "extractive"
