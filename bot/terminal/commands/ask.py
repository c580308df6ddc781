"""``footnote ask``: one cited answer, or many."""

from __future__ import annotations

from contextlib import ExitStack
from typing import IO, TYPE_CHECKING

import click

from bot.terminal.failures import EXIT_REFUSED
from bot.terminal.options import (
    batch_option,
    json_option,
    kb_option,
    pass_session,
    words_or_batch,
)
from bot.terminal.output import print_json, print_view, waiting
from bot.terminal.safe_text import whole_characters

if TYPE_CHECKING:
    from bot.librarian import Librarian
    from bot.terminal.app import Session
    from bot.terminal.batch import BatchRequest
    from bot.terminal.printing.json_shapes import Shape

EPILOG = """
\b
Examples:
  footnote ask "How do I free a stuck seat post?"
  footnote ask "And in winter?" --history "How do I free a stuck seat post?"
  footnote ask --trace "Which oil for a chain?"
  footnote ask --json "Which oil for a chain?" | jq .outcome
  footnote ask --batch questions.jsonl > answers.jsonl

\b
A line of a batch:
  {"id": 1, "question": "And in winter?", "history": ["Which oil for a chain?"]}
"""


@click.command(name="ask", short_help="Answer a question, and say who wrote it.", epilog=EPILOG)
@click.argument("question", nargs=-1, metavar="QUESTION")
@batch_option
@kb_option
@click.option(
    "--history",
    multiple=True,
    metavar="TEXT",
    help="An earlier question that this one follows up; oldest first, as often as needed.",
)
@click.option("--trace", is_flag=True, help="Show the steps behind the answer.")
@json_option
@pass_session
def command(  # noqa: PLR0913, PLR0917  # one parameter for each option
    session: Session,
    question: tuple[str, ...],
    batch: IO[bytes] | None,
    knowledge_base: str,
    history: tuple[str, ...],
    trace: bool,  # noqa: FBT001  # click passes flags by name
    as_json: bool,  # noqa: FBT001  # the same
) -> int:
    """Answer QUESTION in the words of the threads, and say who wrote them.

    If the threads do not answer it, says so and shows what comes closest.
    """
    text = words_or_batch(question, batch, "QUESTION")
    if batch is not None:
        with session.open_librarian(knowledge_base) as librarian:
            return _answer_batch(librarian, batch)
    earlier = tuple(map(whole_characters, history))
    with ExitStack() as stack:
        with waiting("Reading the threads …", shown=not as_json):
            librarian = stack.enter_context(session.open_librarian(knowledge_base))
            first = librarian.first_answer(text, earlier)
        is_written = first.write is not None
        with waiting(f"{first.writer} is writing …", shown=is_written and not as_json):
            answer = first.finished()
    if as_json:
        from bot.terminal.printing.json_shapes import answer_shape

        print_json(answer_shape(answer))
    else:
        from bot.terminal.printing.answers import answer_view

        print_view(answer_view(answer, with_trace=trace))
    return 0


def _answer_batch(librarian: Librarian, lines: IO[bytes]) -> int:
    from bot.terminal.batch import print_batch
    from bot.terminal.printing.json_shapes import answer_shape

    def respond(request: BatchRequest) -> Shape:
        return answer_shape(librarian.answer(request.text, request.history))

    return EXIT_REFUSED if print_batch(lines, ("question",), respond) else 0
