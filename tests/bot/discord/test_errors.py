from __future__ import annotations

import logging

import discord
import pytest
from discord import app_commands

from bot.discord.errors import explain
from bot.discord.words import ENGLISH
from retrieval.errors import EmptyIndexError, NotFoundError
from tests.bot.discord.active import active_in


@app_commands.command(name="broken", description="Only here to be named in an error.")
async def broken(interaction: discord.Interaction) -> None:
    """Do nothing."""


def test_an_error_made_for_people_keeps_its_words_and_is_not_active() -> None:
    sentence = explain(NotFoundError("No file is called **x** @everyone.\nSee below."))
    assert sentence == "No file is called \\*\\*x\\*\\* \\@\u200beveryone. See below."
    assert active_in(sentence) == []


def test_a_command_that_failed_is_explained_by_its_cause() -> None:
    error = app_commands.CommandInvokeError(broken, EmptyIndexError("Nothing is known yet."))
    assert explain(error) == "Nothing is known yet."


def test_what_an_operator_must_mend_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    explain(EmptyIndexError("Nothing is known yet."))
    assert "EmptyIndexError: Nothing is known yet." in caplog.text


def test_anything_unforeseen_is_one_neutral_sentence_and_a_traceback_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = KeyError("/srv/secret/path")
    assert explain(app_commands.CommandInvokeError(broken, error)) == ENGLISH.failures.unexpected
    [record] = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert "/srv/secret/path" in str(record.exc_info[1])


def test_who_may_not_is_told_who_may() -> None:
    assert "server" in explain(app_commands.NoPrivateMessage())


def test_an_endless_message_is_cut() -> None:
    assert len(explain(NotFoundError("word " * 500))) <= 500


def test_an_error_without_words_is_still_explained() -> None:
    assert explain(NotFoundError("")) == ENGLISH.failures.unexpected
