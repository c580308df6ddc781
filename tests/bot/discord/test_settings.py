from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.discord.settings import DiscordSettings


def test_nothing_needs_to_be_set() -> None:
    settings = DiscordSettings()
    assert settings.token is None
    assert settings.guild_id is None
    assert settings.answer_timeout_seconds == 20
    assert settings.max_concurrent_answers == 2
    assert settings.mention_replies


def test_variables_come_as_text_and_an_empty_one_counts_as_not_set() -> None:
    settings = DiscordSettings.model_validate(
        {"token": "  secret \n", "guild_id": "", "mention_replies": "false"}
    )
    assert settings.token is not None
    assert settings.token.get_secret_value() == "secret"
    assert settings.guild_id is None
    assert not settings.mention_replies
    assert DiscordSettings.model_validate({"token": " "}).token is None


def test_the_token_never_shows() -> None:
    settings = DiscordSettings.model_validate({"token": "very-secret"})
    assert "very-secret" not in f"{settings!r} {settings} {settings.model_dump()}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("guild_id", "my server"),
        ("guild_id", 0),
        ("answer_timeout_seconds", 0),
        ("answer_timeout_seconds", 1000),
        ("max_concurrent_answers", 0),
        ("tokn", "x"),
    ],
)
def test_what_cannot_work_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        DiscordSettings.model_validate({name: value})


def test_a_token_in_the_wrong_variable_is_not_repeated_by_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        DiscordSettings.model_validate({"guild_id": "very-secret"})
    assert "very-secret" not in str(caught.value)
