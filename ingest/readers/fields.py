"""Field types that the wire formats share: what a source may write, made safe to keep."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from retrieval.wording import squeeze, visible


def _text(value: object) -> object:
    """Accept a number for a text, and drop zero bytes, which no store keeps whole."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.replace("\x00", "") if isinstance(value, str) else value


def _utc(value: datetime) -> datetime:
    """Take a time without a zone for UTC, as the exporters do that leave it out."""
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


Words = Annotated[str, BeforeValidator(_text)]
"""Text of any length, kept as it is."""

OneLine = Annotated[Words, AfterValidator(lambda text: squeeze(visible(text)))]
"""A name or a title: one visible line."""

Key = Annotated[Words, Field(min_length=1, max_length=400)]
"""The source's own id of something."""

UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""An aware time in UTC."""
