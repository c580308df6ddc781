"""A conversation line by line: questions, follow-ups and a few commands.

``Conversation`` decides, a ``Voice`` speaks: ``PersonVoice`` to people, ``JsonVoice`` to
programs, one document a line.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

import click

from bot.terminal.failures import complain
from bot.terminal.output import print_json, print_view, waiting
from bot.terminal.safe_text import one_line, whole_characters
from retrieval.errors import FootnoteError, UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.librarian import Librarian
    from retrieval.records import Answer, SourceView

HISTORY_TURNS: Final = 6
"""How many earlier questions a follow-up can lean on."""
PROMPT: Final = "› "
_NUMBER: Final = re.compile(r"\[?([0-9]{1,4})\]?")
_QUIT: Final = frozenset({":quit", ":q", ":exit"})
_HELP: Final = "ask anything, or :source N, :why, :quit"


class Voice(Protocol):
    """How a conversation is shown."""

    def greet(self) -> None:
        """Say how to begin."""
        ...

    def repeat_question(self, question: str) -> None:
        """Show the question where nobody has seen it being typed."""
        ...

    def say_answer(self, answer: Answer) -> None:
        """Show an answer."""
        ...

    def say_source(self, view: SourceView) -> None:
        """Show a passage in its thread."""
        ...

    def say_why(self, answer: Answer) -> None:
        """Show the steps behind an answer."""
        ...

    def object(self, message: str) -> None:
        """Say what was wrong with the last line."""
        ...


class Conversation:
    """Remembers the last answer and a bounded number of earlier questions."""

    def __init__(self, librarian: Librarian, voice: Voice) -> None:
        self._librarian = librarian
        self._voice = voice
        self._history: deque[str] = deque(maxlen=HISTORY_TURNS)
        self._last: Answer | None = None

    def hear(self, line: str) -> bool:
        """Respond to one line; return whether the conversation goes on.

        Raises:
            UnavailableError: when no further line could fare better.
        """
        text = whole_characters(line).strip()
        if text.lower() in _QUIT:
            return False
        try:
            self._respond(text)
        except UnavailableError:
            raise
        except FootnoteError as error:
            self._voice.object(str(error))
        return True

    def _respond(self, text: str) -> None:
        if text.startswith(":"):
            self._obey(text)
        elif text:
            self._answer(text)

    def _answer(self, question: str) -> None:
        self._voice.repeat_question(question)
        with waiting("Reading the threads …"):
            first = self._librarian.first_answer(question, tuple(self._history))
        with waiting(f"{first.writer} is writing …", shown=first.write is not None):
            answer = first.finished()
        self._history.append(question)
        self._last = answer
        self._voice.say_answer(answer)

    def _obey(self, text: str) -> None:
        name, _, argument = text.partition(" ")
        if name.lower() == ":why":
            self._voice.say_why(self._last_answer())
        elif name.lower() == ":source":
            self._voice.say_source(self._librarian.source(self._passage_id(argument.strip())))
        else:
            raise UsageError(f"{name} is not a command: {_HELP}")

    def _last_answer(self) -> Answer:
        if self._last is None:
            raise UsageError("there is no answer yet; ask something first")
        return self._last

    def _passage_id(self, argument: str) -> str:
        answer = self._last_answer()
        shown = {citation.n: citation for citation in answer.citations or answer.closest}
        number = _NUMBER.fullmatch(argument)
        citation = shown.get(int(number.group(1))) if number else None
        if citation is None:
            known = f"1 to {max(shown)}" if shown else "none"
            raise UsageError(f"which source? :source N, where N is {known} for the last answer")
        return citation.passage.id


class PersonVoice:
    """Speaks to somebody who reads."""

    def greet(self) -> None:
        """Say how to begin, on a terminal."""
        if _watched():
            click.echo(f"{_HELP[0].upper()}{_HELP[1:]}.\n")

    def repeat_question(self, question: str) -> None:
        """Show the question in a transcript of piped input."""
        if not _watched():
            click.echo(f"{PROMPT}{one_line(question)}")

    def say_answer(self, answer: Answer) -> None:
        """Show an answer."""
        from bot.terminal.printing.answers import answer_view

        print_view(answer_view(answer))
        click.echo()

    def say_source(self, view: SourceView) -> None:
        """Show a passage in its thread."""
        from bot.terminal.printing.threads import source_view

        print_view(source_view(view))
        click.echo()

    def say_why(self, answer: Answer) -> None:
        """Show the steps behind an answer."""
        from bot.terminal.printing.answers import trace_view

        print_view(trace_view(answer))
        click.echo()

    def object(self, message: str) -> None:
        """Say what was wrong, on stderr."""
        complain(message)


class JsonVoice:
    """Speaks to a program: a document a line, a refused line as ``{"error": …}``."""

    def greet(self) -> None:
        """Say nothing."""

    def repeat_question(self, question: str) -> None:
        """Say nothing; the answer holds its question."""

    def say_answer(self, answer: Answer) -> None:
        """Print an answer's document."""
        from bot.terminal.printing.json_shapes import answer_shape

        print_json(answer_shape(answer))

    def say_source(self, view: SourceView) -> None:
        """Print a source's document."""
        from bot.terminal.printing.json_shapes import source_shape

        print_json(source_shape(view))

    def say_why(self, answer: Answer) -> None:
        """Print the steps."""
        print_json({"trace": list(answer.trace)})

    def object(self, message: str) -> None:
        """Print the error in the place of an answer."""
        print_json({"error": message})


def heard_lines() -> Iterator[str]:
    """Yield the lines of stdin until it ends: typed behind a prompt, or piped in UTF-8."""
    if not _watched():
        for raw in sys.stdin.buffer:
            yield raw.decode("utf-8", "replace")
        return
    import readline  # noqa: F401  # gives input() a line editor and its history

    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            click.echo()
            return


def _watched() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
