"""What an operator sets for the Discord bot."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def _blank_as_none(value: object) -> object:
    """Read an empty variable, as a copied .env file has them, as one that is not set."""
    if isinstance(value, str):
        return value.strip() or None
    return value


class DiscordSettings(BaseModel):
    """Read from variables that start with ``FOOTNOTE_DISCORD__``."""

    # An error about the wrong variable must not repeat a token that landed there.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: Annotated[SecretStr | None, BeforeValidator(_blank_as_none)] = None
    """The bot's token from https://discord.com/developers/applications."""
    guild_id: Annotated[int | None, BeforeValidator(_blank_as_none)] = Field(default=None, gt=0)
    """Register the commands in this one server, where they appear at once; None: everywhere."""
    answer_timeout_seconds: float = Field(default=20.0, gt=0, le=600)
    """Discord drops a reply that takes more than 15 minutes."""
    max_concurrent_answers: int = Field(default=2, ge=1, le=64)
    mention_replies: bool = True
    """Answer mentions and replies; needs the message content intent."""
    watch: bool = True
    """Ingest what changes in the corpus folder without being told to."""
