"""Every failure as one sentence for the person who asked, and a log entry for the operator."""

from __future__ import annotations

import logging
from typing import Final

import discord
from discord import app_commands

from bot.discord_app.markdown import fit_line
from retrieval.errors import FootnoteError, UnavailableError

UNEXPECTED: Final = "Something went wrong here; it has been logged for whoever runs this bot."
NOT_PERMITTED: Final = "I lack a permission for that in this place; a moderator can give it to me."
_SENTENCE_LIMIT: Final = 500
_log = logging.getLogger(__name__)


class AnswerTimeoutError(UnavailableError):
    """The librarian did not answer within the time set."""


class RefusedError(FootnoteError):
    """Somebody may not do this here or now; the sentence is the bot's own and safe to show."""


def explain(error: BaseException) -> str:
    """Return one sentence about ``error`` that is safe to show; never a raw exception.

    Errors made for people keep their words; anything unforeseen is logged with its traceback.
    """
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, FootnoteError):
        return _foreseen(error)
    if isinstance(error, app_commands.AppCommandError):
        return _of_command(error)
    if isinstance(error, discord.HTTPException):
        _log.warning("Discord refused a request: %s", error)
        return NOT_PERMITTED if isinstance(error, discord.Forbidden) else UNEXPECTED
    _log.error("unexpected error", exc_info=error)
    return UNEXPECTED


def _of_command(error: app_commands.AppCommandError) -> str:
    if isinstance(error, app_commands.MissingPermissions):
        return "Only administrators of this server can use this command."
    if isinstance(error, app_commands.NoPrivateMessage):
        return "This command works in a server only."
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        _log.warning("Discord offers a command that is out of date: %s", error)
        return "This command has changed; reload Discord and try again."
    _log.error("unexpected error", exc_info=error)
    return UNEXPECTED


def _foreseen(error: FootnoteError) -> str:
    if isinstance(error, RefusedError):
        return str(error)
    if isinstance(error, UnavailableError):
        _log.warning("%s: %s", type(error).__name__, error)
    return fit_line(str(error), _SENTENCE_LIMIT) or UNEXPECTED
