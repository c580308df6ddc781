"""What an ingest in another process says, as one JSON document a line."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ingest.report import IngestReport, Progress
from retrieval import errors
from retrieval.errors import FileRefusedError, FootnoteError

Event = Progress | IngestReport


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _ProgressLine(_Line):
    event: Literal["progress"]
    data: Progress


class _ReportLine(_Line):
    event: Literal["report"]
    data: IngestReport


class _ErrorLine(_Line):
    event: Literal["error"]
    error: str
    message: str
    file: str | None = None
    reason: str | None = None


_LINE: Final[TypeAdapter[_ProgressLine | _ReportLine | _ErrorLine]] = TypeAdapter(
    Annotated[_ProgressLine | _ReportLine | _ErrorLine, Field(discriminator="event")]
)


def encode_event(event: Event | FootnoteError) -> str:
    """Return ``event`` as one line of ASCII without its line break."""
    if isinstance(event, FootnoteError):
        line = {"event": "error", "error": type(event).__name__, "message": str(event)}
        if isinstance(event, FileRefusedError):
            line |= {"file": event.file, "reason": event.reason}
        return json.dumps(line)
    name = "progress" if isinstance(event, Progress) else "report"
    return json.dumps({"event": name, "data": dataclasses.asdict(event)})


def decode_event(line: str) -> Event:
    """Return the event that a line holds.

    Raises:
        FootnoteError: the one that the line holds, of its own class.
        ValueError: when the line is no event.
    """
    try:
        parsed = _LINE.validate_json(line)
    except ValidationError as error:
        raise ValueError(f"not an event of an ingest: {line[:200]!r}") from error
    if isinstance(parsed, _ErrorLine):
        raise _error(parsed)
    return parsed.data


def _error(line: _ErrorLine) -> FootnoteError:
    if line.file is not None and line.reason is not None:
        return FileRefusedError(line.file, line.reason)
    kind = getattr(errors, line.error, None)
    if isinstance(kind, type) and issubclass(kind, FootnoteError) and kind is not FileRefusedError:
        return kind(line.message)
    return FootnoteError(line.message)
