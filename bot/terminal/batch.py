"""Many questions in one run: JSONL in, JSONL out, line for line.

A line is ``{"id": …, "question": "…", "history": ["…"]}``; ``id`` and ``history`` may be
missing.  A line that cannot be understood or answered becomes ``{"id": …, "error": "…"}``
in its place, and the rest goes on.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.terminal.output import print_json
from bot.terminal.safe_text import whole_characters
from retrieval.errors import FootnoteError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bot.terminal.printing.json_shapes import Shape

MAX_LINE_BYTES: Final = 1_000_000
"""A longer line is refused unread; the longest question allowed is far shorter."""


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One line, understood."""

    text: str
    history: tuple[str, ...] = ()


class BatchLineError(ValueError):
    """A line that is not a request."""


def answer_lines(
    lines: Iterable[bytes],
    text_keys: Sequence[str],
    respond: Callable[[BatchRequest], Shape],
) -> Iterator[Shape]:
    """Yield a document for each line that is not blank, in order.

    Args:
        lines: JSONL in UTF-8; a byte order mark at the start is skipped.
        text_keys: the keys that may hold the question, the first found wins.
        respond: turns a request into a document without ``id``.

    Raises:
        UnavailableError: from ``respond``; no further line could fare better.
    """
    for number, line in enumerate(lines, start=1):
        content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if content.strip():
            yield _answer_line(number, content, text_keys, respond)


def print_batch(
    lines: Iterable[bytes],
    text_keys: Sequence[str],
    respond: Callable[[BatchRequest], Shape],
) -> int:
    """Print ``answer_lines`` as they come; return how many of them are errors."""
    errors = 0
    for document in answer_lines(lines, text_keys, respond):
        print_json(document)
        errors += "error" in document
    return errors


def _answer_line(
    number: int,
    line: bytes,
    text_keys: Sequence[str],
    respond: Callable[[BatchRequest], Shape],
) -> Shape:
    fields: Shape = {}
    try:
        fields = _parse(line)
        document = respond(_request(fields, text_keys))
    except BatchLineError as error:
        return {"id": fields.get("id"), "error": f"line {number}: {error}"}
    except UnavailableError:
        raise
    except FootnoteError as error:
        return {"id": fields.get("id"), "error": str(error)}
    return {"id": fields["id"], **document} if "id" in fields else document


def _parse(line: bytes) -> Shape:
    if len(line) > MAX_LINE_BYTES:
        raise BatchLineError(f"longer than {MAX_LINE_BYTES:,} bytes")
    try:
        fields = json.loads(
            line.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise BatchLineError("not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BatchLineError(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BatchLineError('not a JSON object like {"id": 1, "question": "…"}')
    return fields


def _request(fields: Shape, text_keys: Sequence[str]) -> BatchRequest:
    text = next((fields[key] for key in text_keys if key in fields), None)
    if not isinstance(text, str):
        wanted = " or ".join(f'"{key}"' for key in text_keys)
        raise BatchLineError(f"{wanted} is missing or not a string")
    history = fields.get("history") or []
    if not isinstance(history, list) or not all(isinstance(item, str) for item in history):
        raise BatchLineError('"history" is not a list of strings')
    return BatchRequest(whole_characters(text), tuple(map(whole_characters, history)))


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is out of range")
    return number
