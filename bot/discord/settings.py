"""What an operator sets for the Discord bot."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from retrieval.provider_settings import INTERNAL


def _blank_as_none(value: object) -> object:
    """Read an empty variable, as a copied .env file has them, as one that is not set."""
    if isinstance(value, str):
        return value.strip() or None
    return value


class LimitSettings(BaseModel):
    """How often people may ask; each limit refills evenly over its time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    burst: Annotated[int, INTERNAL] = Field(default=10, ge=1)
    """Questions that one person may ask at once."""
    burst_seconds: Annotated[float, INTERNAL] = Field(default=60.0, gt=0)
    """Until all of them are free again."""
    person_per_day: int = Field(default=200, ge=1)
    guild_per_day: Annotated[int, INTERNAL] = Field(default=5_000, ge=1)


class DiscordSettings(BaseModel):
    """Read from variables that start with ``FOOTNOTE_DISCORD__``."""

    # An error about the wrong variable must not repeat a token that landed there.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: Annotated[SecretStr | None, BeforeValidator(_blank_as_none)] = None
    """The bot's token from https://discord.com/developers/applications."""
    guild_id: Annotated[int | None, BeforeValidator(_blank_as_none)] = Field(default=None, gt=0)
    """Serve this one server and its members only, whatever is granted; None: all that are."""
    answer_timeout_seconds: Annotated[float, INTERNAL] = Field(default=20.0, gt=0, le=600)
    """Discord drops a reply that takes more than 15 minutes."""
    max_concurrent_answers: Annotated[int, INTERNAL] = Field(default=2, ge=1, le=64)
    mention_replies: bool = True
    """Answer mentions and replies; needs the message content intent."""
    strict_access: bool = False
    """Grant nothing at the first start, not even to the one server that the bot is in."""
    forum_delay_seconds: Annotated[float, INTERNAL] = Field(default=60.0, ge=0, le=86_400)
    """How long people have to reply to a post before the bot does, where it is to."""
    retention_days: int = Field(default=90, ge=1)
    """What is kept of questions and of people is deleted after so long."""
    upload_mib: int = Field(default=25, ge=0, le=500)
    """The largest file that `/upload` takes; 0: none, and no such command."""
    limits: LimitSettings = LimitSettings()
    watch: bool = True
    """Ingest what changes in the corpus folder without being told to."""
