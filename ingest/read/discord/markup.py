"""Discord's own marks in a message, as people see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

HIDDEN: Final = "[spoiler]"
"""Stands for words that their author hid: nobody shall read them in an answer by surprise."""
_CODE: Final = re.compile(r"(```.*?```|``.+?``|`[^`\n]+`)", re.DOTALL)
_SPOILER: Final = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)
_MARK: Final = re.compile(
    r"""<(?:
        @!?(?P<person>\d{1,20}) | @&(?P<role>\d{1,20}) | \#(?P<channel>\d{1,20})
        | a?:(?P<emoji>\w{1,40}):\d{1,20}
        | /(?P<command>[^:<>]{1,100}):\d{1,20}
        | t:(?P<time>-?\d{1,13})(?::[tTdDfFR])?
        | id:(?P<place>\w{1,20})
    )>""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Names:
    """What ids stand for, as far as a file says."""

    people: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def readable(text: str, names: Names) -> str:
    """Return a message with names for ids and dates for numbers, what is hidden left out.

    What stands in code is as it was.
    """
    if "<" not in text and "||" not in text:
        return text
    pieces = _CODE.split(text)
    outside = "".join(f"\x00{n}\x00" if n % 2 else piece for n, piece in enumerate(pieces))
    shown = _MARK.sub(lambda mark: _told(mark, names), _SPOILER.sub(HIDDEN, outside))
    return re.sub(r"\x00(\d+)\x00", lambda at: pieces[int(at.group(1))], shown)


def _told(mark: re.Match[str], names: Names) -> str:
    kind = mark.lastgroup or ""
    return _TELLERS[kind](mark.group(kind), names) or mark.group()


def _time(seconds: str, _: Names) -> str:
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""


_TELLERS: Final[dict[str, Callable[[str, Names], str]]] = {
    "person": lambda id_, names: f"@{names.people.get(id_, 'somebody')}",
    "role": lambda id_, names: f"@{names.roles.get(id_, 'role')}",
    "channel": lambda id_, names: f"#{names.channels.get(id_, 'channel')}",
    "emoji": lambda name, _: f":{name}:",
    "command": lambda name, _: f"/{name}",
    "time": _time,
    "place": lambda name, _: f"#{name}",
}
