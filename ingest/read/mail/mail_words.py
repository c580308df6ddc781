"""What a mail says, as its author wrote it: decoded, without what is no part of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import Final

from ingest.read.fields import clean
from ingest.understand.bodies import compose
from ingest.understand.html_bodies import html_parts
from retrieval.text.wording import squeeze, visible

_HEADER: Final = re.compile(r"^([!-9;-~]{1,76}):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_ADDRESS: Final = re.compile(
    r"(?<![\w./:+-])(?:mailto:)?[\w.+%-]{1,64}(?:@|\s?(?:\[at\]|\(at\)|_at_)\s?| at (?=[\w-]+\.))"
    r"(?:[\w-]{1,63}\.){1,4}(?:com|org|net|edu|gov|mil|int|info|biz|name|io|dev|ai|app|[a-z]{2})\b(?![(\w.]*\()",
    re.IGNORECASE,
)
_HINT: Final = re.compile(r"@| at |[\[(]at[\])]|_at_")
_NO_ADDRESS: Final = "[address]"
_PHONE_LINE: Final = re.compile(
    r"""^[>\s]*(?:(?:tel|phone|fax|mobile|cell|office|ph|t|m|f|p)[\w ]{0,10}[.:)]\s*|[+(]\s?\d)
        [\d\s()+./-]{6,}(?:\s*(?:x|ext)\.?\s*\d+)?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_PHONE: Final = re.compile(r"\+\d[\d\s().-]{7,18}\d\b")
_SIGNATURE: Final = re.compile(r"^-- ?$", re.MULTILINE)
_SIGNATURE_LINES: Final = 15
_FOOTER: Final = re.compile(
    r"\n_{20,}\n[^\n]{0,200}mailing list[^\n]{0,200}(?:\n[^\n]{0,300}){0,6}\s*\Z", re.IGNORECASE
)
_SCRUBBED: Final = re.compile(
    r"^-{10,} next part -{10,}\n(?:An? [^\n]{0,100} was scrubbed\.\.\.\n"
    r"(?:(?:Name|Type|Size|Desc|URL|Url)\s*: ?[^\n]*\n?)*)?",
    re.MULTILINE,
)
_SCRUBBED_NAME: Final = re.compile(r"^Name: ([^\n]+)$", re.MULTILINE)
_UNQUOTED_FROM: Final = re.compile(r"^>(>*From )", re.MULTILINE)
_SUBJECT_MARKS: Final = re.compile(
    r"^(?:\s*(?:re|aw|sv|vs|fw|fwd|wg|antw|rv|tr)\s*(?:\[\d+\]|\^\d+)?\s*:|\s*\[[^\]\n]{1,40}\])+",
    re.IGNORECASE,
)
_ANSWERS: Final = re.compile(
    r"(?:^|[\]\s])(?:re|aw|sv|vs|antw)\s*(?:\[\d+\]|\^\d+)?\s*:", re.IGNORECASE
)


class Headers:
    """The headers of a mail, by their names in lower case."""

    def __init__(self, data: bytes) -> None:
        """Read them from the lines above a mail's first blank line; the first of a name counts."""
        self._raw: dict[str, str] = {}
        for name, value in _HEADER.findall(as_text(data, None).replace("\r\n", "\n")):
            self._raw.setdefault(name.lower(), value)

    def raw(self, name: str) -> str:
        """Return a header as it stands there, nothing where there is none."""
        return self._raw.get(name, "")

    def line(self, name: str) -> str:
        """Return a header on one visible line, decoded as far as it can be."""
        return _one_line(self.raw(name))


def message_of(headers: Headers, data: bytes, body: bytes) -> Message:
    """Return a mail's parts; ``data`` is all of it, ``body`` what stands below its headers."""
    if headers.raw("content-type").lstrip().lower().startswith(("multipart/", "message/")):
        return message_from_bytes(data)
    message = Message()
    for name in ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition"):
        if value := headers.raw(name.lower()):
            message[name] = value
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message


def _one_line(raw: str) -> str:
    return squeeze(visible(clean(_decoded(raw))))


def _decoded(raw: str) -> str:
    if "=?" not in raw:
        return raw
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError):
        return raw
    return "".join(
        piece if isinstance(piece, str) else as_text(piece, charset or "utf-8")
        for piece, charset in pieces
    )


def as_text(data: bytes, charset: str | None) -> str:
    """Return bytes as text: in the charset that they claim, else UTF-8, else Windows-1252."""
    for encoding in (charset, "utf-8"):
        try:
            return data.decode(encoding or "utf-8")
        except (UnicodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def sender(headers: Headers) -> tuple[str | None, str]:
    """Return the name of who wrote a mail, and the address to know them by, which none may see.

    Who gives no name goes by what stands before the ``@``.
    """
    raw = squeeze(headers.raw("from"))
    # Archives write "ann at example.org (Ann)".
    named = re.fullmatch(r"(.{1,200}?)\s*\((.{1,200})\)", raw)
    if named and "<" not in raw:
        return _one_line(named.group(2)) or None, named.group(1).lower()
    try:
        pairs = getaddresses([raw])
    except (ValueError, IndexError):
        pairs = []
    name, address = pairs[0] if pairs else ("", "")
    name = without_addresses(_one_line(name)).replace(_NO_ADDRESS, "").strip()
    account = re.split(r"@|\s+at\s+", address or raw, maxsplit=1)[0]
    return name or _one_line(account) or None, (address or raw).lower()


def plain_subject(subject: str) -> str:
    """Return a subject without ``Re:`` and the list's mark."""
    return _SUBJECT_MARKS.sub("", subject).strip() or subject


def is_answer(subject: str) -> bool:
    """Tell whether a subject says that the mail answers another."""
    return _ANSWERS.search(subject[:80]) is not None


def words_of(message: Message) -> tuple[str, tuple[str, ...]]:
    """Return what a mail says, as Markdown, and the names of what hangs on it."""
    plain: list[str] = []
    html: list[str] = []
    files: list[str] = []
    for part in _leaves(message):
        name = _file_name(part)
        kind = part.get_content_type()
        if name or part.get_content_disposition() == "attachment":
            files.append(name or kind)
        elif kind == "text/plain":
            plain.append(_content(part))
        elif kind == "text/html":
            html.append(_content(part))
    text = "\n\n".join(filter(str.strip, plain))
    if not text.strip() and html:
        text = compose(part for page in html for part in html_parts(page))[0]
    files += (squeeze(name) for name in _SCRUBBED_NAME.findall(text) if "scrubbed" in text)
    return _cleaned(text), tuple(files)


def _leaves(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if not part.is_multipart():
            yield part


def _file_name(part: Message) -> str:
    try:
        return _one_line(part.get_filename() or "")
    except (ValueError, LookupError, HeaderParseError, TypeError):
        return ""


def _content(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        data = None
    if not isinstance(data, bytes):
        return ""
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError):
        charset = None
    return clean(as_text(data, charset)).replace("\r\n", "\n")


def _cleaned(text: str) -> str:
    text = _UNQUOTED_FROM.sub(r"\1", text)
    if "next part" in text:
        text = _SCRUBBED.sub("", text)
    text = _FOOTER.sub("", text.rstrip()) if "____" in text else text
    return without_addresses(_without_signature(text)).strip("\n")


def _without_signature(text: str) -> str:
    """Drop who the author is besides: below the mark of a signature, and lines of telephones."""
    marks = list(_SIGNATURE.finditer(text))
    if marks and text.count("\n", marks[-1].end()) <= _SIGNATURE_LINES:
        text = text[: marks[-1].start()].rstrip()
    head, *tail = text.rsplit("\n", _SIGNATURE_LINES)
    if not any("+" in line or ":" in line for line in (head[-200:], *tail)):
        return text
    kept = [_PHONE.sub("[number]", line) for line in tail if not _PHONE_LINE.match(line)]
    return "\n".join([head, *kept])


def without_addresses(text: str) -> str:
    """Return a text with a word in the place of each e-mail address."""
    if not _HINT.search(text):
        return text
    lines = (
        _ADDRESS.sub(_NO_ADDRESS, line) if _HINT.search(line) else line for line in text.split("\n")
    )
    return "\n".join(lines)
