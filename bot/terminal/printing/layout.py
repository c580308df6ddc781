"""The few shapes that the terminal's views are made of.

Corpus text enters as ``rich.text.Text`` made by ``plain``, never as markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.text import Text

from bot.terminal.safe_text import harmless, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from rich.console import Console, ConsoleOptions, RenderableType

    from retrieval.records import Passage, Post, Thread

SECONDARY: Final = "dim"
NUMBER: Final = "bold cyan"
HEADING: Final = "bold"
CAUTION: Final = "bold yellow"
QUOTED: Final = "italic"
SEPARATOR: Final = " · "
_WEB_ADDRESS: Final = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True, slots=True)
class Hanging:
    """Wrapped text behind a mark: ``first`` before its first line, ``rest`` before the others.

    Unlike a table it pads nothing, so a copied or piped line ends where its text ends.
    """

    content: Text
    first: Text
    rest: Text | None = None
    """None for blanks as wide as ``first``."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines, wrapped to the room that the mark leaves."""
        rest = Text(" " * self.first.cell_len) if self.rest is None else self.rest
        room = max(options.max_width - self.first.cell_len, 1)
        mark = self.first
        for line in self.content.wrap(console, room, overflow="fold"):
            whole = Text.assemble(mark, line, no_wrap=True, overflow="ignore")
            whole.rstrip()
            yield whole
            mark = rest


def plain(text: str, style: str = "") -> Text:
    """Return untrusted text of one or more lines, made harmless."""
    return Text(harmless(text), style=style)


def label(text: str, style: str = "") -> Text:
    """Return untrusted text as one harmless line."""
    return Text(one_line(text), style=style)


def stack(blocks: Iterable[RenderableType]) -> Group:
    """Put blocks below one another with a blank line between."""
    spaced: list[RenderableType] = []
    for block in blocks:
        spaced.extend([Text(), block] if spaced else [block])
    return lines(*spaced)


def lines(*blocks: RenderableType | None) -> Group:
    """Put what is there below one another."""
    return Group(
        *(
            indented(block, 0) if isinstance(block, Text) else block
            for block in blocks
            if block is not None
        )
    )


def indented(content: Text, columns: int) -> Hanging:
    """Move text to the right."""
    return Hanging(content, Text(" " * columns))


def barred(content: Text, columns: int) -> Hanging:
    """Put a bar before every line, as mail and forums mark other people's words."""
    bar = Text(" " * columns + "│ ", style=SECONDARY)
    return Hanging(content, bar, bar)


def joined(pieces: Iterable[Text | str | None], style: str = SECONDARY) -> Text:
    """Join what is there with middle dots."""
    present = [Text(piece) if isinstance(piece, str) else piece for piece in pieces if piece]
    line = Text(SEPARATOR).join(present)
    line.style = style
    return line


def web_link(url: str | None) -> Text | None:
    """Return an address that a terminal may open, None where there is none to trust."""
    if url is None or not _WEB_ADDRESS.fullmatch(url):
        return None
    return Text(url, style=f"{SECONDARY} link {url}")


def attribution(post: Post, thread: Thread, quote: Passage | None = None) -> list[Text | None]:
    """Return who said it, when and where, as pieces for ``joined``.

    The words of a ``quote`` are those of whom it names, or of somebody unknown.
    """
    by = label(post.author, "bold") if post.author else None
    if quote is not None:
        original = f"{quote.quoted_author}, quoted by" if quote.quoted_author else "quoted by"
        by = Text.assemble(label(original), " ", by or "somebody")
    return [
        by,
        Text(day(post.created_at)) if post.created_at else None,
        label(thread.title) if thread.title else None,
        label(thread.file),
    ]


def link_of(post: Post, thread: Thread) -> Text | None:
    """Return the post's address, else its thread's."""
    return web_link(post.url) or web_link(thread.url)


def day(moment: datetime) -> str:
    """Return the date in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def minute(moment: datetime) -> str:
    """Return date and time of day in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def figures(rows: Sequence[tuple[str, str]]) -> Group:
    """Return names and their figures in two columns."""
    columns = max(len(name) for name, _ in rows) + 2
    return Group(
        *(Hanging(label(value), Text(f"{name:<{columns}}", SECONDARY)) for name, value in rows)
    )


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 thread``, ``1,204 threads``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def milliseconds(duration_ms: float) -> str | None:
    """Return ``1,204 ms``, None where no time was taken."""
    return f"{duration_ms:,.0f} ms" if duration_ms else None


def nothing_found(query: str) -> Group:
    """Say that a search found nothing."""
    return lines(Text.assemble(("Nothing was found for ", CAUTION), label(query, CAUTION), "."))
