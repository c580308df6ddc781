"""Products that are known and not read: better refused by name than read as plain text."""

from __future__ import annotations

import re
from typing import Final

_LINES: Final = 40
_ENOUGH: Final = 3
_STAMP: Final = (
    rb"\[?\d{1,2}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?\]?"
)
_WRITE_JSONL: Final = "write Footnote's JSONL from it (footnote formats)"
_BEGINNINGS: Final[tuple[tuple[str, bytes, str], ...]] = (
    ("a contact (vCard)", rb"BEGIN:VCARD", "it holds no thread"),
    ("a calendar (iCalendar)", rb"BEGIN:VCALENDAR", "it holds no thread"),
    ("RTF", rb"\{\\rtf", "save it as text, Markdown or DOCX"),
    ("subtitles (WebVTT)", rb"WEBVTT", "they hold no thread"),
    ("subtitles (SubRip)", rb"1\r?\n\d\d:\d\d:\d\d,\d{3} --> ", "they hold no thread"),
    ("a chat of LINE", rb"\[LINE\] ", _WRITE_JSONL),
    ("a chat of KakaoTalk", rb"(?:KakaoTalk Chats with|.{1,80} KakaoTalk Chats)", _WRITE_JSONL),
    ("PostScript", rb"%!PS", "export it as PDF or text"),
    ("a PGP message", rb"-----BEGIN PGP (?:MESSAGE|PUBLIC|PRIVATE)", "it cannot be read unopened"),
    ("a key or certificate", rb"-----BEGIN [A-Z ]{2,40}-----", "keep it out of the corpus"),
    ("a RAR archive", rb"Rar!\x1a\x07", "unpack it, or pack it as .zip"),
    ("a 7-Zip archive", rb"7z\xbc\xaf\x27\x1c", "unpack it, or pack it as .zip"),
    ("a SQLite database", rb"SQLite format 3\x00", "export what is in it as JSON"),
    ("an Outlook message", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save mails as .eml or .mbox"),
    ("a Git patch", rb"diff --git a/", "it holds no thread"),
)
_LINEWISE: Final[tuple[tuple[str, bytes, str], ...]] = (
    (
        "a chat of WhatsApp",
        rb"(?:\xe2\x80[\x8e\x8f])?" + _STAMP + rb"(?: - | )[^:\n]{1,60}: ",
        _WRITE_JSONL,
    ),
    (
        "an IRC log",
        rb"(?:\[?\d{1,4}[\d:T. -]{3,22}\]?\s+)?<[@+%&~ ]?[\w\[\]\\`^{}|-]{1,30}> ",
        _WRITE_JSONL,
    ),
)
_JSON: Final[tuple[tuple[str, bytes, str], ...]] = (
    ("a chat of Facebook or Instagram", rb'"sender_name"\s*:.{0,400}?"timestamp_ms"', _WRITE_JSONL),
    (
        "an export of Element (Matrix)",
        rb'"(?:room_name|event_id)"\s*:.{0,3000}?"m\.room\.',
        _WRITE_JSONL,
    ),
    (
        "Discord's own data package, which has one person's messages only",
        rb'"ID"\s*:\s*"?\d{15,20}"?\s*,\s*"Timestamp"',
        "export the channels with DiscordChatExporter",
    ),
    ("an export of Mattermost", rb'"type"\s*:\s*"version".{0,200}?"version"\s*:', _WRITE_JSONL),
    ("an export of Google Chat", rb'"creator"\s*:\s*\{.{0,300}?"created_date"', _WRITE_JSONL),
)


def told(head: bytes) -> str | None:
    """Return what a file is and what to do with it, None where it is of no product known here."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    for label, pattern, advice in _BEGINNINGS:
        if re.match(rb"\s{0,20}" + pattern, head):
            return f"is {label}, which is not read; {advice}"
    if re.match(rb"\s*[\[{]\s*[\[{\"]", head):
        for label, pattern, advice in _JSON:
            if re.search(pattern, head, re.DOTALL):
                return f"is {label}, which is not read; {advice}"
        return None
    lines = [line for line in head.splitlines() if line.strip()][:_LINES]
    for label, pattern, advice in _LINEWISE:
        alike = sum(re.match(pattern, line) is not None for line in lines)
        if alike >= _ENOUGH and 2 * alike > len(lines):
            return f"is {label}, which is not read; {advice}"
    return None
