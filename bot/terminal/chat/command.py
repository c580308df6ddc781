"""``footnote chat``: a conversation in the terminal."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import waiting

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
In the conversation:
  :source N      the source [N] of the last answer, in its thread
  :why           the steps behind the last answer
  :quit          leave, as does Ctrl-D

\b
Examples:
  footnote chat
  printf 'Which oil for a chain?\\nAnd in winter?\\n' | footnote chat --json
"""


@click.command(name="chat", short_help="Ask one question after another.", epilog=EPILOG)
@kb_option
@json_option
@pass_session
def command(
    session: Session,
    knowledge_base: str,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """Ask one question after another; each may follow up on the six before it.

    With --json, prints one line for each answer.
    """
    from bot.terminal.chat.conversation import Conversation, JsonVoice, PersonVoice, heard_lines

    with ExitStack() as stack:
        with waiting("Opening the threads …", shown=not as_json):
            librarian = stack.enter_context(session.open_librarian(knowledge_base, serve=True))
        voice = JsonVoice() if as_json else PersonVoice()
        conversation = Conversation(librarian, voice)
        voice.greet()
        for line in heard_lines():
            if not conversation.hear(line):
                break
    return 0
