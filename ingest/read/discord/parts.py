"""The parts that DiscordChatExporter writes one channel in, known by their names."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from ingest.sources import Folder, Group

_PART: Final = re.compile(r" \[part (\d{1,6})\](?=\.\w{1,5}\Z)")


def parts_of_exports(folder: Folder, suffix: str) -> list[Group]:
    """Group ``NAME.json``, ``NAME [part 2].json`` and so on, where there is more than one."""
    parts: dict[str, list[str]] = defaultdict(list)
    for name in folder.files:
        if name.lower().endswith(suffix):
            parts[_PART.sub("", name)].append(name)
    ordered = [sorted(members, key=_number) for members in parts.values() if len(members) > 1]
    return [Group(tuple(members), members[0]) for members in sorted(ordered)]


def _number(name: str) -> tuple[int, str]:
    part = _PART.search(name)
    return int(part.group(1)) if part else 1, name
