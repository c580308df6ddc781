"""The formats that can be read, one small module each.

To add one, write a module with a ``READER`` (see ``ingest.drafts.Reader``) and name it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ingest.drafts import Reader
from ingest.files import archives
from ingest.read import jsonl, strangers
from ingest.read.chats import slack, telegram, zulip
from ingest.read.discord import chat_exporter as discord_chat_exporter
from ingest.read.discord import csv as discord_csv
from ingest.read.discord import html as discord_html
from ingest.read.discord import journal as discord_journal
from ingest.read.discord import text as discord_text
from ingest.read.forums import (
    discourse,
    forum_magnum,
    forum_magnum_markdown,
    github,
    hacker_news,
    reddit,
    stack_exchange,
)
from ingest.read.mail import mail
from ingest.read.pages import docx_page, html_page, markdown_page, pdf_page, plain_text
from ingest.sources import Bundle, SourceFile
from retrieval.errors import FileRefusedError

__all__ = ["READERS", "holds_none", "reader_for", "refuse_stranger", "suffixes"]

READERS: Final[tuple[Reader, ...]] = (
    discord_chat_exporter.READER,
    discord_html.READER,
    discord_text.READER,
    discord_csv.READER,
    discourse.READER,
    slack.READER,
    github.READER,
    stack_exchange.READER,
    telegram.READER,
    zulip.READER,
    reddit.READER,
    forum_magnum.READER,
    forum_magnum_markdown.READER,
    hacker_news.READER,
    markdown_page.READER,
    html_page.READER,
    docx_page.READER,
    pdf_page.READER,
    mail.READER,
    discord_journal.READER,
    jsonl.READER,
    plain_text.READER,
)
_SURE_ENOUGH: Final = 0.05


def reader_for(name: str, head: bytes, readers: Sequence[Reader] = READERS) -> Reader | None:
    """Return the reader that is surest of a file, None where none understands it.

    ``head`` is its first 64 KiB.
    """
    sure = [(reader.sniff(name, head), reader) for reader in readers]
    surest, best = max(sure, key=lambda pair: pair[0])
    return best if surest > _SURE_ENOUGH else None


def holds_none(name: str, source: SourceFile | Bundle) -> bool:
    """Tell whether a file stands beside the posts of an export, and holds none itself."""
    base = name.rpartition("/")[2]
    if isinstance(source, Bundle) or not any(base in reader.beside for reader in READERS):
        return False
    reader = reader_for(name, source.head)
    return reader is None or base in reader.beside


def refuse_stranger(name: str, head: bytes, reader: Reader | None) -> None:
    """Make sure that what belongs to a product is read by its reader, or not at all.

    Raises:
        FileRefusedError: naming the product, or where to see what can be read.
    """
    if reader is not None and reader is not plain_text.READER:
        return
    reason = strangers.told(head)
    if reason is None and reader is None:
        reason = "is of no kind that can be read; footnote formats lists those that can"
    if reason is not None:
        raise FileRefusedError(name, reason)


def suffixes(readers: Sequence[Reader] = READERS) -> tuple[str, ...]:
    """Return how the names of files end that may be read, archives included."""
    own = {suffix for reader in readers for suffix in reader.suffixes}
    return (*sorted(own.difference(archives.SUFFIXES)), *archives.SUFFIXES)
