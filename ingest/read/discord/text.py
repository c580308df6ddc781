"""DiscordChatExporter's TXT: a block of lines a message, without ids and replies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.drafts import CERTAIN, Found, Reader, Shortfall
from ingest.files.decoding import decode
from ingest.read.discord.dates import looks_like_a_date
from ingest.read.discord.rows import Row, channel_id, thread_of, title_of
from ingest.sources import SourceFile
from retrieval.errors import FileRefusedError
from retrieval.text.wording import content_id

KIND: Final = "discord-txt"
_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*={20,}\r?\n(?:Guild|Server): ")
_RULE: Final = re.compile(r"={20,}")
_MESSAGE: Final = re.compile(r"\[([^\[\]\n]{6,40})\] (.{0,400}?)(?: \(pinned\))?")
_SECTION: Final = re.compile(r"\{(Attachments|Embeds?|Stickers|Reactions|Poll|Forwarded Message)\}")
_EXPORTED: Final = re.compile(r"Exported ([\d,.\s]+) message\(s\)")
_COUNT: Final = re.compile(r"\((\d{1,9})\)")
_ADDRESS: Final = re.compile(r"https?://\S+")


def sniff(name: str, head: bytes) -> float:  # noqa: ARG001  # content alone decides
    """Say how likely a file is such an export: by the head that it begins with."""
    return CERTAIN if _BEGINNING.match(head) else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the one thread of an export.

    Raises:
        FileRefusedError: if it does not begin like one.
    """
    if not _BEGINNING.match(source.head):
        raise FileRefusedError(source.name, "is no DiscordChatExporter TXT: its head is missing")
    lines = decode(source).replace("\r\n", "\n").strip("\n").split("\n")
    head, body, promised = _apart(lines)
    rows = list(_rows(body))
    if promised is not None and promised > len(rows):
        told = f"holds {len(rows):,} of the {promised:,} messages that it counts"
        yield Shortfall(told, breaks_off=True)
    hierarchy = head.get("Channel", "")
    title, is_channel = title_of(hierarchy)
    guild = head.get("Guild") or head.get("Server") or ""
    key = channel_id(source.name) or content_id(KIND, guild, hierarchy)
    yield from thread_of(rows, key, title, is_channel=is_channel)


def _apart(lines: Sequence[str]) -> tuple[dict[str, str], Sequence[str], int | None]:
    """Return the head, the messages, and how many of them the end counts."""
    rules = [number for number, line in enumerate(lines) if _RULE.fullmatch(line)]
    end = rules[1] if len(rules) > 1 else len(lines)
    pairs = [line.partition(": ") for line in lines[rules[0] + 1 : end]] if rules else []
    head = {name: value for name, _, value in pairs}
    body = lines[end + 1 :]
    if len(body) >= 3 and _RULE.fullmatch(body[-1]) and _RULE.fullmatch(body[-3]):  # noqa: PLR2004  # the end's lines
        counted = _EXPORTED.fullmatch(body[-2])
        if counted:
            return head, body[:-3], int(re.sub(r"\D", "", counted.group(1)) or 0)
    return head, body, None


def _rows(lines: Sequence[str]) -> Iterator[Row]:
    started: re.Match[str] | None = None
    held: list[str] = []
    for number, line in enumerate(lines):
        found = _MESSAGE.fullmatch(line) if not number or not lines[number - 1].strip() else None
        if found is None or not looks_like_a_date(found.group(1)):
            held.append(line)
            continue
        if started is not None:
            yield _row(started, held)
        started, held = found, []
    if started is not None:
        yield _row(started, held)


def _row(started: re.Match[str], lines: Sequence[str]) -> Row:
    parts: list[tuple[str, list[str]]] = [("", [])]
    for number, line in enumerate(lines):
        section = _SECTION.fullmatch(line)
        if section and (not number or not lines[number - 1].strip()):
            parts.append((section.group(1), []))
        else:
            parts[-1][1].append(line)
    reactions = " ".join(line for name, held in parts if name == "Reactions" for line in held)
    counts = [int(_at.group(1)) if (_at := _COUNT.search(one)) else 1 for one in _each(reactions)]
    return Row(
        date=started.group(1),
        author=started.group(2),
        text="\n".join(parts[0][1]),
        cards=tuple(
            "\n".join(_without_pictures(held)).strip()
            for name, held in parts
            if name.startswith(("Embed", "Poll", "Forwarded"))
        ),
        files=tuple(
            line for name, held in parts if name in {"Attachments", "Stickers"} for line in held
        ),
        score=sum(counts) if counts else None,
    )


def _each(reactions: str) -> list[str]:
    """Return each reaction with its count, if it has one."""
    return re.findall(r"\S+(?: \(\d{1,9}\))?", reactions)


def _without_pictures(lines: Sequence[str]) -> list[str]:
    """Drop the addresses that stand alone: of the page, which the title names, and of pictures."""
    return [line for line in lines if not _ADDRESS.fullmatch(line.strip())]


READER: Final = Reader(
    kind=KIND,
    label="DiscordChatExporter TXT",
    suffixes=(".txt",),
    sniff=sniff,
    read=read,
    example="[01-May-24 10:00 AM] Ada",
    export="Better export as JSON: TXT knows no replies and no ids, and times to the minute only.",
)
