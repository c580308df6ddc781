"""A second reading by who knows which sentences are true: what its word does to what is shown.

The reader is a stand-in with the labels of ``sentences.txt``, so that what is measured is the
way of its verdicts to the screen, in whatever shape they come, and no model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from retrieval.language_model.chat import ChatRequest
from retrieval.records import Answer, Support
from retrieval.settings import WritingSettings
from retrieval.writing.prompt import Asked
from retrieval.writing.reviewing import ModelReviewer
from retrieval.writing.writer import CallLimits, Surroundings, Writer
from tests.llm_servers.script import Cuts, Line, Says
from tests.llm_servers.server import ModelServer
from tests.retrieval.language_model.conftest import (  # noqa: F401 - fixtures
    OpenModel,
    open_model,
    provider,
    server,
)
from tests.retrieval.writing.samples import texts_with
from tests.retrieval.writing.test_check import Sentence, sentences
from tests.retrieval.writing.test_writer import EXTRACTIVE, ScriptedModel, saying

A_SHARE = 6
"""Sentences of one answer."""
Verdicts = dict[int, str]


@cache
def labels() -> dict[str, str]:
    """What an honest reader says of each sentence of the set."""
    said = {"near": "supported", "fluent": "supported", "careless": "not"}
    return {one.text: said[kind] for kind in said for one in sentences()[kind]}


def answers() -> Iterator[list[Sentence]]:
    """The set as answers: true and careless sentences in turn, some of them about one passage."""
    falsehoods = sentences()["careless"]
    true = [*sentences()["fluent"], *sentences()["near"]][: len(falsehoods)]
    mixed = [one for pair in zip(true, falsehoods, strict=True) for one in pair]
    for start in range(0, len(mixed), A_SHARE):
        yield mixed[start : start + A_SHARE]


def honest(request: ChatRequest) -> Verdicts:
    asked = re.findall(
        r'<sentence-(\w+) n="(\d+)">\n(.*?)\n</sentence-\1>', request.user, re.DOTALL
    )
    assert asked
    return {int(n): labels()[text] for _, n, text in asked}


def entries(verdicts: Verdicts) -> list[dict[str, Any]]:
    return [{"n": n, "verdict": said, "missing": ""} for n, said in verdicts.items()]


def whole(verdicts: Verdicts) -> str:
    return json.dumps({"sentences": entries(verdicts)})


def first_half(verdicts: Verdicts) -> Verdicts:
    return dict(list(verdicts.items())[: len(verdicts) // 2])


@dataclass(frozen=True)
class Shape:
    """How a reader words its reading, and whether every sentence is spoken of."""

    reply: Callable[[Verdicts], str]
    is_complete: bool = True


SHAPES = {
    "as asked": Shape(whole),
    "in another order": Shape(lambda v: whole(dict(reversed(v.items())))),
    "more than asked for": Shape(lambda v: whole({**v, 40: "supported", 41: "not"})),
    "numbers as strings": Shape(
        lambda v: json.dumps({"sentences": [{**e, "n": str(e["n"])} for e in entries(v)]})
    ),
    "entries alone": Shape(lambda v: json.dumps(entries(v))),
    "in capitals": Shape(lambda v: whole(v).replace("not", "NOT").replace("supp", "Supp")),
    "in a fence, after thoughts": Shape(lambda v: f"<think>1: not</think>```\n{whole(v)}\n```"),
    "lines": Shape(lambda v: "\n".join(f"{n}. {said}" for n, said in v.items())),
    "twice, and once too kindly": Shape(
        lambda v: json.dumps({"sentences": [*entries(v), *entries(dict.fromkeys(v, "supported"))]})
    ),
    "the first half": Shape(lambda v: whole(first_half(v)), is_complete=False),
    "cut off": Shape(lambda v: whole(v)[: len(whole(v)) // 2], is_complete=False),
    "counted from 0": Shape(
        lambda v: whole({n - 1: said for n, said in v.items()}), is_complete=False
    ),
    "in prose": Shape(lambda _: "They all look fine to me.", is_complete=False),
    "nothing": Shape(lambda _: "", is_complete=False),
}  # fmt: skip


def reviewed(group: list[Sentence], shape: Shape) -> tuple[Answer, ScriptedModel]:
    model = ScriptedModel([saying(*((one.text, one.quote) for one in group))])
    reader = ScriptedModel([lambda request: shape.reply(honest(request))])
    writer = Writer(
        model, WritingSettings(prompt_tokens=8_000), CallLimits(15, 800), ModelReviewer(reader)
    )
    hits = tuple({one.hit.passage.id: one.hit for one in group}.values())
    around = Surroundings(texts_with=texts_with)
    asked = Asked("How does Footnote work?")
    return writer.write(asked, hits, EXTRACTIVE, surroundings=around), reader


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_falsehood_is_shown_unmarked_however_an_honest_reader_puts_it(shape: Shape) -> None:
    shown: list[tuple[str, Support]] = []
    for group in answers():
        answer, reader = reviewed(group, shape)
        assert len(reader.asked) == 1
        assert answer.usage
        assert answer.usage.calls == 2
        assert answer.verification
        assert answer.verification.shown == len(answer.statements)
        assert answer.verification.shown + answer.verification.dropped == len(group)
        shown += [(one.text, one.support) for one in answer.statements]
    false = [(text, how) for text, how in shown if labels()[text] == "not"]
    true = [how for text, how in shown if labels()[text] == "supported"]
    assert [text for text, how in false if how is not Support.UNCONFIRMED] == []
    assert len(true) >= 0.95 * len(sentences()["careless"])
    if shape.is_complete:
        assert false == []
        assert set(true) <= {Support.CONFIRMED, Support.QUOTED}


def test_what_a_repair_brings_is_read_too() -> None:
    falsehood, truth = sentences()["careless"][0], sentences()["near"][0]
    foreign = "Chroma counts 77 of them."
    model = ScriptedModel(
        [
            saying((truth.text, truth.quote), (foreign, truth.quote)),
            saying((falsehood.text, falsehood.quote)),
        ]
    )
    reader = ScriptedModel([lambda request: whole(honest(request))])
    writer = Writer(model, WritingSettings(), CallLimits(15, 800), ModelReviewer(reader))
    answer = writer.write(Asked("How?"), (truth.hit, falsehood.hit), EXTRACTIVE)
    assert [(one.text, one.support) for one in answer.statements] == [
        (truth.text, Support.CONFIRMED)
    ]
    assert answer.usage
    assert (len(model.asked), len(reader.asked), answer.usage.calls) == (2, 1, 3)


@pytest.mark.parametrize("is_cut", [False, True], ids=["whole", "cut off"])
def test_a_reading_over_each_wire(
    server: ModelServer,  # noqa: F811
    open_model: OpenModel,  # noqa: F811
    is_cut: bool,
) -> None:
    group = next(answers())
    hits = tuple({one.hit.passage.id: one.hit for one in group}.values())

    def reply(body: Any) -> Line:
        told = json.dumps(body, ensure_ascii=False)
        found = re.findall(r'n=\\"(\d+)\\">\\n(.*?)\\n</sentence', told)
        if not found:
            items = [{"cites": [{"id": "", "quote": one.quote}], "text": one.text} for one in group]
            return Says(json.dumps({"answerable": True, "items": items}), size=400)
        said = whole({int(n): labels()[json.loads(f'"{text}"')] for n, text in found})
        return Cuts(said[: len(said) // 2]) if is_cut else Says(said, size=7)

    server.reply_to = reply
    model = open_model(retries=0, stall_seconds=5.0)
    writer = Writer(
        model, WritingSettings(prompt_tokens=8_000), CallLimits(30, 800), ModelReviewer(model)
    )
    answer = writer.write(
        Asked("How?"), hits, EXTRACTIVE, surroundings=Surroundings(texts_with=texts_with)
    )
    false = [one for one in answer.statements if labels()[one.text] == "not"]
    assert all(one.support is Support.UNCONFIRMED for one in false)
    assert bool(false) is is_cut
    assert answer.usage
    assert answer.usage.calls == 2
