"""Lines that mail programs write around people's words: who is quoted, headers, signatures.

Known by their form, and by the few words of it in English, German and French; what is not
recognised stays the writer's own words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

_MARKS: Final = r"[ \t]*(?:>[ \t]?){0,12}"
"""An attribution may itself be quoted."""
_NAME: Final = r"[^\n<>:;|]{1,80}?"
_WRAP: Final = rf"(?:[ \t]*\n{_MARKS})?[ \t]*"
"""Mail programs break such a line where it grows long."""
_BRACKETED: Final = (
    rf"(?:<(?:[ \t]*\n{_MARKS})?[^<>\n]{{1,80}}+(?:\n{_MARKS}[^<>\n]{{1,60}}+(?=>))?>{{0,2}}+"
    r"|[(\[][^<>()\[\]\n]{1,80}+[)\]])"
)
"""Broken where the line grew long."""
_ADDRESS: Final = (
    # Twice where a program made a link of it.
    rf"(?:(?:{_WRAP}{_BRACKETED}){{1,2}}+|{_WRAP}\S{{1,60}}@\S{{1,80}}|{_WRAP}via [^\n,]{{1,60}})?"
)
# A date in an attribution has a year or a time, and no end of a sentence before the name.
_DATED: Final = r"(?=[^\n]{0,60}(?:\d{4}|\d[:./-]\d))[^\n]{4,120}?"
_ATTRIBUTION: Final = re.compile(
    rf"{_MARKS}(?:"
    # On 1 March 2026 at 12:00, Ann Lee <ann@example.org> wrote:
    rf"(?:On|Le|Il|El|Op|Den)\b{_DATED}(?:,|\d[ap]?m?|\)|[+-]\d{{4}}|[A-Z]{{2,4}})[ \t]*{_WRAP}"
    rf"(?P<after_date>{_NAME}){_ADDRESS}[ \t]*{_WRAP}"
    r"(?:wrote|writes|said|a écrit|ha scritto|escribió|schreef|skrev)(?:[ \t]*:|(?=[ \t]*$))"
    # Am 1. März 2026 um 12:00 schrieb Ann Lee <ann@example.org>:
    rf"|(?:Am|Op|Den)\b{_DATED}(?:schrieb|schreef|skrev){_WRAP}"
    rf"(?P<after_schrieb>{_NAME}){_ADDRESS}[ \t]*:"
    # Ann Lee wrote on 3/1/26 12:00 PM:   Ann Lee <ann@example.org> writes:
    rf"|[\"'“]?(?P<before>[^\W\d_][^\n<>:;|\"“”]{{0,60}}?)[\"'”]?{_ADDRESS}[ \t]*"
    r"(?:wrote|writes|schrieb|a écrit)(?:[ \t]+(?:on|in|am|le)\b[^\n]{1,80}?)?[ \t]*:"
    # >>>>> Ann Lee on Mon, 1 Mar 2026 12:00:00 +0100 writes:
    r"|(?:>[ \t]?){1,12}[ \t]*(?P<supercited>[^\W\d_][^\n<>:;|]{0,60}?)[ \t]*(?:<[^<>\n]+>[ \t]*)?"
    r"\n?(?:>[ \t]?){0,12}[ \t]*on [^\n]{4,80}?writes:"
    r")[ \t]*(?=\n|\Z)",
    re.IGNORECASE,
)
_VERBS: Final = (
    *("wrote", "writes", "said", "écrit", "scritto", "escribió", "schreef", "skrev", "schrieb"),
)
_COLON_AT_THE_END: Final = re.compile(r":[ \t]*(?=\n|\Z)")
_DATED_OPENING: Final = re.compile(rf"{_MARKS}(?:On|Le|Il|El|Op|Den|Am)\b", re.IGNORECASE)
_MOST_LINES: Final = 4
"""An attribution wraps three times at most, one that begins with no date once."""
_MOST_LINES_WITHOUT_DATE: Final = 2
_WORDS_OF_A_NAME: Final = 6
_SHORTEST_NAME: Final = 3
_SENTENCE: Final = re.compile(
    r"\b(?:I|you|we|he|she|they|it|is|was|that|which|what|who|as|the|when|if|because|but|ich|du|wir|er|sie|es|das|ist)\b",
    re.IGNORECASE,
)

_END_OF_DATE: Final = re.compile(
    r"^(?:.*\b(?:(?:19|20)\d\d|\d{1,2}[:.]\d\d)\b[\s,]+)?"
    r"(?:(?:[\d\W]+|[ap]\.?m\.?(?=[\s,])|(?:UTC|GMT|[A-Z]{2,4}T)\b|\([A-Z]+\))+\s+)?",
    re.IGNORECASE,
)

_FORWARDED: Final = re.compile(
    rf"{_MARKS}[ \t]*(?:-{{2,}}[ \t]*(?:Original(?:[ \t]Message|nachricht|[ \t]Appointment)"
    r"|Ursprüngliche Nachricht|Forwarded (?:Message|by)[^\n]*|Weitergeleitete Nachricht"
    r"|Message (?:d['’]origine|transféré))[^\n]*-{2,}|Begin forwarded message:"
    r"|Anfang der weitergeleiteten (?:E-Mail|Nachricht):|_{20,})[ \t]*(?=\n|\Z)",
    re.IGNORECASE,
)
HEADER: Final = re.compile(
    rf"{_MARKS}[ \t]*\*?(?P<field>From|To|Cc|Bcc|Sent|Date|Subject|Reply-To|Message-ID"
    r"|In-Reply-To|References|Von|An|Gesendet|Datum|Betreff|Antwort an)[ \t]?:\*?[ \t]*"
    r"(?P<value>[^\n]*)(?=\n|\Z)",
    re.IGNORECASE,
)
_LONE_HEADERS: Final = frozenset(
    {"subject", "betreff", "message-id", "in-reply-to", "references", "reply-to"}
)
_MAY_BE_MAIL: Final = re.compile(r"@|\d{1,2}[:.]\d{2}")

SIGNATURE: Final = re.compile(r"(?m)^--[ \t\u00a0]?$")
"""The line above a signature (RFC 3676), often without its blank by the time it is read."""
_SENT_FROM: Final = re.compile(
    r"[ \t]*(?:sent (?:from|via|with) (?:my |the )?\w[^\n]{0,40}|get outlook for \w+[^\n]{0,40}"
    r"|(?:von|mit) (?:meinem|meiner) [^\n]{2,40} gesendet|gesendet (?:von|mit) [^\n]{2,40})",
    re.IGNORECASE,
)
_LIST_FOOTER: Final = re.compile(
    r"(?:>[ \t]?){0,12}(?:\S+@\S+ mailing list\b[^\n]*|[\w .-]+ mailing list(?: --)? ?\S*@?\S*"
    r"|https?://\S+/(?:mailman\d?/)?listinfo/\S+|to unsubscribe\b[^\n]*"
    r"|you received this (?:message|email) because\b[^\n]*|\[\[alternative HTML version deleted\]\]"
    r"|(?:_{10,}|-{20,}|={20,}))[ \t]*",
    re.IGNORECASE,
)
_SIGNS: Final = (
    *("--", "____", "=" * 20, "forwarded message:", "weitergeleiteten"),
    *("mailing list", "listinfo/", "unsubscribe", "you received this", "[[alternative"),
    *("sent from", "sent via", "sent with", "get outlook for", "gesendet"),
)
"""What a line must hold to be a forwarded message's, a signature's or a footer's first."""
_ODD_LETTERS: Final = str.maketrans("ſıİK", "siik")
"""What passes for ASCII where case is ignored."""


def lines_with(text: str, words: Iterable[str]) -> set[int]:
    """Return where the lines begin that hold one of ``words``, which are in lower case."""
    lowered = _lowered(text)
    starts: set[int] = set()
    for word in words:
        at = lowered.find(word)
        while at >= 0:
            starts.add(text.rfind("\n", 0, at) + 1)
            # Once in a line is enough.
            end = text.find("\n", at)
            at = lowered.find(word, end) if end >= 0 else -1
    return starts


def _lowered(text: str) -> str:
    """Return a text in lower case, every character in its place."""
    return text.lower() if text.isascii() else text.translate(_ODD_LETTERS).lower()


def worth_a_look(text: str) -> set[int]:
    """Return where the lines begin that may be a mail's own: all others are somebody's words."""
    headers = {at for at in lines_with(text, ":") if HEADER.match(text, at)}
    return headers | lines_with(text, _SIGNS)


def may_attribute(text: str) -> frozenset[int]:
    """Return where the lines begin at which an attribution can: all others need no closer look."""
    lowered = _lowered(text)
    verbs = sorted(verb.start() for word in _VERBS for verb in re.finditer(word, lowered))
    if not verbs:
        return frozenset()
    starts: set[int] = set()
    for end in (*(colon.start() for colon in _COLON_AT_THE_END.finditer(text)), len(text)):
        window: list[int] = []
        start = end
        # One more than it wraps, for a line end that closes the text.
        while len(window) <= _MOST_LINES and start >= 0:
            start = text.rfind("\n", 0, start) if start else -1
            window.append(start + 1)
        last_verb = verbs[bisect_left(verbs, end) - 1] if verbs[0] < end else -1
        for back, start in enumerate(window):
            is_near = back < _MOST_LINES_WITHOUT_DATE or _DATED_OPENING.match(text, start)
            if is_near and start <= last_verb:
                starts.add(start)
    return frozenset(starts)


def attribution(text: str, at: int = 0) -> re.Match[str] | None:
    """Return the line at ``at`` that says whose words follow, with the one it may go on in."""
    found = _ATTRIBUTION.match(text, at)
    if found is None:
        return None
    name = attributed_to(found)
    lines = found.group().count("\n") + 1
    if lines > (_MOST_LINES if _DATED_OPENING.match(text, at) else _MOST_LINES_WITHOUT_DATE):
        return None
    # "What he wrote:" speaks of somebody, and introduces no quote of a mail program.
    is_name = len(name.split()) <= _WORDS_OF_A_NAME and not _SENTENCE.search(name)
    return found if is_name else None


def attributed_to(found: re.Match[str]) -> str:
    """Return who wrote what follows an attribution, nothing where it names nobody."""
    groups = ("after_date", "after_schrieb", "before", "supercited")
    name = next((found[group] for group in groups if found[group]), "")
    name = _END_OF_DATE.sub("", re.sub(r"\s*\n[ \t>]*", " ", name).strip())
    name = name.strip(" \t,\"'“”*")
    return "" if "@" in name or len(name) < _SHORTEST_NAME else name


def forwarded(text: str, at: int = 0) -> re.Match[str] | None:
    """Return the line at ``at`` after which another message stands."""
    return _FORWARDED.match(text, at)


def is_header_block(lines: list[str]) -> bool:
    """Tell whether all of ``lines`` are a mail's headers, or the one that is nothing else."""
    found = [HEADER.fullmatch(line) for line in lines]
    fields = [match["field"].lower() for match in found if match]
    if not lines or len(fields) < len(lines):
        return False
    if len(set(fields)) > 1 or fields[0] in _LONE_HEADERS:
        return True
    return any(match and _MAY_BE_MAIL.search(match["value"]) for match in found)


def is_footer(line: str) -> bool:
    """Tell whether a line is what a mailing list or a telephone puts under every message."""
    return bool(_LIST_FOOTER.fullmatch(line) or _SENT_FROM.fullmatch(line))
