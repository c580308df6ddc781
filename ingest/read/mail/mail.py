"""Mail: an mbox, a Pipermail archive, or a single message.

Read twice: once for the headers, which say what answers what, and once for the words, so that
an archive of any size takes little memory.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from ingest.drafts import CERTAIN, Edition, Found, PostDraft, Reader
from ingest.read.gathering import Gathering
from ingest.read.mail.mail_words import (
    Headers,
    is_answer,
    message_of,
    plain_subject,
    sender,
    words_of,
)
from ingest.read.mail.mbox import FIELD, FROM_LINE, messages
from ingest.sources import SourceFile
from ingest.understand.paragraphs import split_paragraphs
from retrieval.errors import FileRefusedError
from retrieval.text.wording import content_id, visible

KIND: Final = "mail"
_BLANK_LINE: Final = re.compile(rb"\n[ \t\r]*(?:\n|\Z)")
_KNOWN_FIELD: Final = re.compile(
    rb"(?:From|To|Cc|Subject|Date|Message-ID|Received|Return-Path|MIME-Version|Content-Type"
    rb"|Delivered-To|References|In-Reply-To|List-Id|Reply-To|X-[\w-]+|DKIM-Signature|Sender):\s?",
    re.IGNORECASE,
)
_ENOUGH_FIELDS: Final = 3
_ID: Final = re.compile(r"<([^<>\s]{1,500})>")
_NO_TIME: Final = datetime.min.replace(tzinfo=UTC)


def sniff(name: str, head: bytes) -> float:  # noqa: ARG001  # content alone decides
    """Say how likely a file is mail: by the line that begins one, or by its header."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first, _, rest = head.partition(b"\n")
    if FROM_LINE.match(first):
        return CERTAIN if FIELD.match(rest) else 0.0
    return CERTAIN if _header_fields(head) >= _ENOUGH_FIELDS else 0.0


def _header_fields(head: bytes) -> int:
    """Return how many known fields a header has, 0 where other lines are among them."""
    known: set[bytes] = set()
    for line in head.split(b"\n"):
        if not line.strip():
            break
        if _KNOWN_FIELD.match(line):
            known.add(line.partition(b":")[0].lower())
        elif not (line[:1] in b" \t" or FIELD.match(line)):
            return 0
    return len(known) if b"from" in known and known & {b"date", b"subject"} else 0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the threads of an archive in the order in which they begin.

    Raises:
        FileRefusedError: if there is no mail in it.
    """
    with source.open() as stream:
        tree = _Tree([_letter(Headers(_split(data)[0])) for data in messages(stream)])
    if not tree.letters:
        raise FileRefusedError(source.name, "is empty: there is no mail in it")
    if len(tree.letters) == 1:
        yield Edition("a single message")
    gathering = Gathering(source.name)
    with source.open() as stream:
        for number, data in enumerate(messages(stream)):
            _gather(gathering, tree, number, data)
    yield from gathering.found()


def _gather(gathering: Gathering, tree: _Tree, number: int, data: bytes) -> None:
    letter = tree.letters[number]
    head, body = _split(data)
    headers = Headers(head)
    text, files = words_of(message_of(headers, data, body))
    author, address = sender(headers)
    root = tree.root(number)
    facts = gathering.thread(root)
    facts.title = facts.title or plain_subject(letter.subject) or None
    automatic = headers.line("auto-submitted").lower() not in {"", "no"}
    gathering.add(
        root,
        PostDraft(
            key=tree.keys[number],
            text=text,
            paragraphs=split_paragraphs(text) if visible(text).strip() else (),
            author=author,
            created_at=letter.at,
            parent_key=tree.parent(number),
            url=_link(headers),
            # Lists that write for their members give all of them one address.
            author_id=content_id(address, (author or "").casefold()) if address else None,
            is_bot=automatic,
            attachments=files,
        ),
    )


def _link(headers: Headers) -> str | None:
    found = re.search(r"https?://[^\s<>]{1,500}", headers.line("archived-at"))
    return found.group() if found else None


def _split(data: bytes) -> tuple[bytes, bytes]:
    """Return the headers of a mail, and what stands below them."""
    blank = _BLANK_LINE.search(data)
    return (data[: blank.start() + 1], data[blank.end() :]) if blank else (data, b"")


@dataclass(frozen=True, slots=True)
class _Letter:
    """What the header of a mail says of its place in a thread."""

    id: str
    answers: tuple[str, ...]
    """The ids of what it may answer, the likeliest first."""
    first: str | None
    """The id of the mail that began its thread, as far as it says so."""
    subject: str
    at: datetime | None
    print: str
    """Tells it from another with the same id."""


def _letter(headers: Headers) -> _Letter:
    id_ = _ID.search(headers.line("message-id"))
    replied = _ID.findall(headers.line("in-reply-to"))
    references = _ID.findall(headers.line("references"))
    subject, sent = headers.line("subject"), headers.line("date")
    print_ = content_id(sent, headers.line("from"), subject)
    return _Letter(
        id=id_.group(1) if id_ else print_,
        answers=tuple(dict.fromkeys((*replied[:1], *reversed(references)))),
        first=references[0] if references else None,
        subject=subject,
        at=_time(sent),
        print=print_,
    )


def _time(sent: str) -> datetime | None:
    try:
        time = parsedate_to_datetime(sent)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


class _Tree:
    """Which mail answers which, and what each is called."""

    def __init__(self, letters: list[_Letter]) -> None:
        self.letters = letters
        prints = {(letter.id, letter.print) for letter in letters}
        shared = {id_ for id_, count in Counter(id_ for id_, _ in prints).items() if count > 1}
        # One id for several mails names none of them.
        self._shared = shared
        self.keys = [
            f"{letter.id}-{letter.print}" if letter.id in shared else letter.id
            for letter in letters
        ]
        self._number = {key: number for number, key in enumerate(self.keys)}
        self._first_of_subject: dict[str, int] = {}
        for number in sorted(range(len(letters)), key=lambda n: letters[n].at or _NO_TIME):
            folded = plain_subject(letters[number].subject).casefold()
            if folded:
                self._first_of_subject.setdefault(folded, number)

    def parent(self, number: int) -> str | None:
        """Return the key of what a mail answers, which may be in no file."""
        letter = self.letters[number]
        answers = [id_ for id_ in letter.answers if id_ not in self._shared]
        for id_ in answers:
            if id_ in self._number and self._number[id_] != number:
                return id_
        elsewhere = next((id_ for id_ in answers if id_ != letter.id), None)
        opener = self._opener(number) if elsewhere is None else None
        return self.keys[opener] if opener is not None else elsewhere

    def root(self, number: int) -> str:
        """Return the key of the thread: the id of the mail that began it."""
        seen: set[int] = set()
        while number not in seen:
            seen.add(number)
            letter = self.letters[number]
            parent = self.parent(number)
            above = self._number.get(parent) if parent is not None else None
            if above is None:
                first = letter.first if letter.first not in self._shared else None
                return first or parent or self.keys[number]
            number = above
        return min(self.keys[one] for one in seen)  # they answer one another

    def _opener(self, number: int) -> int | None:
        """Return the first mail of the subject that this one says it answers."""
        subject = self.letters[number].subject
        if not is_answer(subject) and not self.letters[number].answers:
            return None
        first = self._first_of_subject.get(plain_subject(subject).casefold())
        return first if first != number else None


READER: Final = Reader(
    kind=KIND,
    label="Mail",
    suffixes=(".mbox", ".eml", ".txt"),
    sniff=sniff,
    read=read,
    example="From ann at example.org  Wed May  1 10:00:00 2024",
    export=(
        "Download the archive of a list (Pipermail's .txt.gz, Mailman's .mbox.gz), or export a "
        "folder of your mail program as mbox."
    ),
)
