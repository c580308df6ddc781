"""Field types that the wire formats share: what a source may write, made safe to keep."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from retrieval.text.wording import squeeze, visible

# JSON can write half of a character (\ud83d); UTF-8, and so every store, cannot.
_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")


def load_json(text: str) -> object:
    """Return what a JSON text says.

    Raises:
        ValueError: if it is not JSON, or nested or long beyond reason.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def clean(text: str) -> str:
    """Return a text without half characters and zero bytes, which no store keeps whole."""
    return _HALF_CHARACTER.sub("\ufffd", text.replace("\x00", ""))


def _text(value: object) -> object:
    """Accept a number for a text, and drop zero bytes, which no store keeps whole."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return value
    return clean(value)


def _utc(value: datetime) -> datetime:
    """Take a time without a zone for UTC, as the exporters do that leave it out."""
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is before the year 1 or after 9999") from error


def _none_if_broken(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    try:
        return validate(value)
    except ValidationError:
        return None


def _empty_if_broken(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    try:
        return validate(value) if isinstance(value, list) else ()
    except ValidationError:
        return ()


class Wire(BaseModel):
    """A record as a source writes it; what is not asked for is ignored."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


Words = Annotated[str, BeforeValidator(_text)]
"""Text of any length, kept as it is."""

OneLine = Annotated[Words, AfterValidator(lambda text: squeeze(visible(text)))]
"""A name or a title: one visible line."""

Key = Annotated[Words, Field(min_length=1, max_length=400)]
"""The source's own id of something."""

UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""An aware time in UTC."""

Json: TypeAlias = Any
"""What a JSON document holds, before it is known to be what was expected."""

IfRight: Final = WrapValidator(_none_if_broken)
"""Marks a field whose wrong value is as good as none: the rest of the record counts."""

IfList: Final = WrapValidator(_empty_if_broken)
"""Marks a list for which null, or one with wrong items, is as good as an empty one."""
