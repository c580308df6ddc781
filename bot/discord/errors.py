"""Every failure as one sentence for the person who asked, and a log entry for the operator."""

from __future__ import annotations

import logging
from typing import Final

import discord
from discord import app_commands

from bot.access.limits import Limit
from bot.discord.cards.markdown import fit_line
from bot.discord.cards.responses import Interaction, is_gone, show_text
from bot.discord.words import ENGLISH, Words
from retrieval.errors import FootnoteError, UnavailableError

_SENTENCE_LIMIT: Final = 500
_log = logging.getLogger(__name__)


class AnswerTimeoutError(UnavailableError):
    """The librarian did not answer within the time set."""


class RefusedError(FootnoteError):
    """Somebody may not do this here or now; the sentence is the bot's own and safe to show."""


class ClosedError(RefusedError):
    """There is nothing that somebody may see where they are.

    Args:
        sentence: Why.
        is_of_server: Whether nothing at all is granted to the server that they are in.
    """

    def __init__(self, sentence: str, *, is_of_server: bool = False) -> None:
        super().__init__(sentence)
        self.is_of_server = is_of_server


class TooManyError(RefusedError):
    """Somebody, or their server, has come to a limit."""

    def __init__(self, sentence: str, limit: Limit) -> None:
        super().__init__(sentence)
        self.limit = limit


def explain(error: BaseException, words: Words = ENGLISH) -> str:
    """Return one sentence about ``error`` that is safe to show; never a raw exception.

    Errors made for people keep their words; anything unforeseen is logged with its traceback.
    """
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, FootnoteError):
        return _foreseen(error, words)
    if isinstance(error, app_commands.AppCommandError):
        return _of_command(error, words)
    if isinstance(error, discord.HTTPException):
        _log.warning("Discord refused a request: %s", error)
        is_forbidden = isinstance(error, discord.Forbidden)
        return words.failures.not_permitted if is_forbidden else words.failures.unexpected
    _log.error("unexpected error", exc_info=error)
    return words.failures.unexpected


def _of_command(error: app_commands.AppCommandError, words: Words) -> str:
    if isinstance(error, app_commands.NoPrivateMessage):
        return words.failures.servers_only
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        _log.warning("Discord offers a command that is out of date: %s", error)
        return words.failures.outdated_command
    _log.error("unexpected error", exc_info=error)
    return words.failures.unexpected


def _foreseen(error: FootnoteError, words: Words) -> str:
    if isinstance(error, RefusedError):
        return str(error)
    if isinstance(error, UnavailableError):
        _log.warning("%s: %s", type(error).__name__, error)
    if isinstance(error, AnswerTimeoutError):
        return words.failures.timeout
    return fit_line(str(error), _SENTENCE_LIMIT) or words.failures.unexpected


async def report(interaction: Interaction, error: Exception, words: Words) -> None:
    """Tell the person what went wrong in a sentence, if Discord still lets the bot do so."""
    if is_gone(error):
        _log.info("nobody to answer any more: %s", error)
        return
    try:
        await show_text(interaction, explain(error, words))
    except discord.HTTPException as refusal:
        _log.warning("could not report an error to its asker: %s", refusal)
