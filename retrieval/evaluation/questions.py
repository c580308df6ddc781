"""A file of questions with the passages that answer them, one JSON object a line.

::

    {"id": "q1", "question": "…", "kind": "paraphrase", "answerable": true,
     "gold": [{"file": "seats.json", "quote": "words of the passage that answers"}],
     "gold_mode": "any", "also_ok": []}
    {"id": "q2", "question": "…", "kind": "unanswerable", "subkind": "off-topic",
     "answerable": false}
    {"id": "f1", "turns": [{"question": "…", "gold": […]}, {"question": "And …?", "gold": […]}]}

``gold_mode`` ``all`` means that it takes every gold passage to answer.  ``also_ok`` are
passages that would do as well, but need not be found.  Of ``turns``, each after the first is
a follow-up question, asked with those before it as its history.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from retrieval.errors import QuestionError, UsageError
from retrieval.text.wording import clean_question

FOLLOW_UP: Final = "follow-up"
"""The kind of a question that has a history."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what would answer it."""

    id: str
    text: str
    history: tuple[str, ...] = ()
    """Earlier questions, oldest first."""
    kind: str = ""
    subkind: str = ""
    answerable: bool = True
    gold: tuple[str, ...] = ()
    """Quotes of the passages that answer."""
    needs_all: bool = False
    """Whether it takes all of them."""
    also_ok: tuple[str, ...] = ()

    @property
    def acceptable(self) -> tuple[str, ...]:
        """Every quote that may stand under an answer."""
        return self.gold + self.also_ok


class _Gold(BaseModel):
    model_config = ConfigDict(extra="ignore")

    quote: str = Field(min_length=1)


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str | None = None
    question: str
    kind: str = ""
    subkind: str | None = None
    gold: tuple[_Gold, ...] = ()
    gold_mode: Literal["any", "all"] = "any"
    also_ok: tuple[_Gold, ...] = ()
    answerable: bool = True

    @model_validator(mode="after")
    def _has_an_answer(self) -> _Row:
        if self.answerable and not self.gold:
            raise ValueError('no "gold" quote, and not "answerable": false')
        return self


class _FirstTurn(BaseModel):
    model_config = ConfigDict(extra="ignore")

    question: str


class _Conversation(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str | None = None
    turns: tuple[dict[str, object], ...] = Field(min_length=2)


def read_questions(path: Path, limit: int | None = None) -> tuple[Question, ...]:
    """Read the first ``limit`` questions of a file.

    Raises:
        UsageError: if there is none, or naming the line that is not as it should be.
    """
    if path.is_dir():
        raise UsageError(
            f"{path} is a folder without corpus.jsonl. Name a file of questions, or a folder "
            "in BEIR layout."
        )
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    questions = [
        question
        for number, line in enumerate(lines, 1)
        if line.strip()
        for question in _line(path, number, line)
    ]
    if not questions:
        raise UsageError(f"{path} holds no question.")
    return tuple(questions[:limit])


def _line(path: Path, number: int, line: str) -> list[Question]:
    try:
        row = json.loads(line)
        if not isinstance(row, dict):
            raise UsageError(f"{path}, line {number} is not a JSON object.")
        if "turns" in row:
            return list(_follow_ups(row, f"line {number}"))
        return [_question(row, f"line {number}")]
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the question"
        raise UsageError(f"{path}, line {number}: {field}: {first['msg']}.") from error
    except QuestionError as error:
        raise UsageError(f"{path}, line {number}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}, line {number} is not JSON: {error}.") from error


def _question(fields: Mapping[str, object], name: str) -> Question:
    row = _Row.model_validate(fields)
    return Question(
        id=row.id or name,
        text=clean_question(row.question),
        kind=row.kind,
        subkind=row.subkind or "",
        answerable=row.answerable,
        gold=tuple(gold.quote for gold in row.gold),
        needs_all=row.gold_mode == "all",
        also_ok=tuple(gold.quote for gold in row.also_ok),
    )


def _follow_ups(fields: Mapping[str, object], name: str) -> Iterator[Question]:
    """Yield a question for each turn after the first."""
    conversation = _Conversation.model_validate(fields)
    name = conversation.id or name
    history = [clean_question(_FirstTurn.model_validate(conversation.turns[0]).question)]
    for number, turn in enumerate(conversation.turns[1:], 2):
        question = replace(
            _question(turn, f"{name}/{number}"), kind=FOLLOW_UP, history=tuple(history)
        )
        yield question
        history.append(question.text)
