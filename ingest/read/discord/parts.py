"""The parts that DiscordChatExporter writes one channel in, known by their names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from ingest.sources import Folder, Group

_PART: Final = re.compile(r" \[part (\d{1,6})\](?=\.\w{1,5}\Z)")


def parts_of_exports(folder: Folder, suffix: str) -> list[Group]:
    """Group ``NAME.json``, ``NAME [part 2].json`` and so on, where there is more than one."""
    parts: dict[str, list[str]] = defaultdict(list)
    for name in folder.files:
        if name.lower().endswith(suffix):
            parts[_PART.sub("", name)].append(name)
    ordered = [in_order(members) for members in parts.values() if len(members) > 1]
    return [Group(tuple(members), members[0]) for members in sorted(ordered)]


def in_order(names: Iterable[str]) -> list[str]:
    """Return the names of parts in the order in which they were written."""
    return sorted(names, key=_number)


def is_later_part(name: str) -> bool:
    """Tell whether a file is a part of an export, and not its first one."""
    return _number(name)[0] > 1


def parts_are_whole(names: Sequence[str]) -> bool:
    """Tell whether no part is missing between those of one export."""
    first = _number(names[0])[0]
    return [_number(name)[0] for name in names] == list(range(first, first + len(names)))


def _number(name: str) -> tuple[int, str]:
    part = _PART.search(name)
    return int(part.group(1)) if part else 1, name
