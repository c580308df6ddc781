"""What DiscordChatExporter's TXT and CSV have in common: messages without ids."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from ingest.drafts import Found, LeftOut, LeftOutReason, PostDraft, ThreadDraft
from ingest.read.discord.dates import times
from ingest.read.discord.markup import Names, readable
from ingest.read.fields import clean
from ingest.understand.bodies import Quoted, compose
from ingest.understand.paragraphs import split_paragraphs
from retrieval.text.wording import content_id, squeeze, visible

_CHANNEL_ID: Final = re.compile(r"\[(\d{15,20})\](?: \[part \d+\])?\.\w+$")
_WEBHOOK: Final = re.compile(r"(?!Deleted User).*#0000", re.DOTALL)
"""Who has no number of their own: a program that writes through a webhook."""
_NOTICE: Final = re.compile(
    r"(?:Joined the server|Pinned a message|Started a thread|Started a call that lasted \d+ minutes"
    r"|Left the group|Changed the channel icon|Changed the channel name: .*"
    r"|(?:Added|Removed) .{1,80} (?:to|from) the group|Boosted the server.*)\.?"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A message as a row or a block of lines gives it."""

    date: str
    author: str
    text: str
    author_id: str | None = None
    cards: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    score: int | None = None


def channel_id(name: str) -> str | None:
    """Return the channel's id, which only the name of the file has."""
    found = _CHANNEL_ID.search(name)
    return found.group(1) if found else None


def channel_name(name: str) -> str | None:
    """Return the channel's name as the name of a file gives it."""
    stem = _CHANNEL_ID.sub("", PurePosixPath(name).name).rpartition(".")
    plain = stem[0] or stem[2]
    return squeeze(plain.rpartition(" - ")[2]) or None


def thread_of(
    rows: Sequence[Row], key: str, title: str | None, *, is_channel: bool
) -> Iterator[Found]:
    """Yield the thread that messages without ids make, and what of them is left out.

    A message is known by its author, its time, and which one of theirs it is then.
    """
    left_out: Counter[LeftOutReason] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    posts: list[PostDraft] = []
    for row, time in zip(rows, times([row.date for row in rows]), strict=True):
        by = row.author_id or row.author
        seen[by, row.date] += 1
        if _NOTICE.fullmatch(row.text.strip()) and not row.cards:
            left_out[LeftOutReason.SYSTEM] += 1
            continue
        text = readable(clean(row.text).strip("\n"), Names())
        own = visible(text).strip()
        cards = [clean(card) for card in row.cards if visible(card).strip()]
        if not own:
            text = "\n\n".join(cards)
        paragraphs = split_paragraphs(text, quote_to_the_end=True)
        if own and cards:
            quotes, _ = compose(Quoted(card) for card in cards)
            text = f"{text}\n\n{quotes}"
            paragraphs = split_paragraphs(text)
        if not paragraphs:
            left_out[LeftOutReason.EMPTY] += 1
            continue
        posts.append(
            PostDraft(
                key=content_id(by, row.date, str(seen[by, row.date])),
                text=text,
                paragraphs=paragraphs,
                author=squeeze(visible(clean(row.author))) or None,
                author_id=row.author_id,
                created_at=time,
                is_bot=_WEBHOOK.fullmatch(row.author) is not None,
                score=row.score,
                attachments=tuple(file for file in map(file_name, row.files) if file),
            )
        )
    if posts:
        yield ThreadDraft(key=key, posts=tuple(posts), title=title, is_channel=is_channel)
    yield from (LeftOut(reason, count) for reason, count in left_out.items())


def file_name(address: str) -> str:
    """Return the name of a file from its address."""
    path = address.strip().partition("?")[0].rstrip("/")
    return squeeze(visible(clean(path.rpartition("/")[2])))


def title_of(hierarchy: str) -> tuple[str | None, bool]:
    """Return the name at the end of ``Category / channel / thread``, and if it is a channel."""
    parts = [squeeze(visible(clean(part))) for part in hierarchy.split(" / ")]
    return parts[-1] or None, len(parts) < 3  # noqa: PLR2004  # a thread has both above it
