"""Whose words each line of a post is: marks, levels, and the lines that say who is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from retrieval.records import TextKind
from retrieval.text.mail_lines import (
    HEADER,
    SIGNATURE,
    attributed_to,
    attribution,
    forwarded,
    is_footer,
    lines_with,
    may_attribute,
    worth_a_look,
)
from retrieval.text.wording import unquoted

# Not the beginning of ">.<", ">_>", ">:(" or ">= 5".
_MARKS: Final = re.compile(r"[^\S\n]{0,3}(?:>(?![.:;_=<])[^\S\n]?)+")
# In mail, marks may stand further in, as Emacs sets them.
_INDENTED: Final = re.compile(r"[^\S\n]{0,9}(?:>[^\S\n]?)+")
_BARS: Final = re.compile(r"[^\S\n]{0,3}(?:[>|][^\S\n]?)+")
_MARK_CHARACTERS: Final = ">|" + "".join(filter(str.isspace, map(chr, range(0x3001))))
# A plain search for each word is many times faster than one pattern of all of them.
_MAIL_WORDS: Final = (
    *("wrote", "writes", "schrieb", "écrit", "scritto", "escribió", "schreef", "skrev"),
    *("Original", "Forwarded", "forwarded", "Weitergeleitet", "Ursprüngliche", "mailing list"),
    *("sent from", "sent via", "Sent from", "Sent via", "gesendet", "unsubscribe"),
    "HTML version deleted",
)
_MAIL_LINE: Final = re.compile(r"^[ \t>]*(?:(?:From|Von|De):|--[ \t]?$)", re.MULTILINE)
_OPENS_QUOTE: Final = re.compile(
    r"[ \t]*\[quote(?:=[\"“']?(?P<author>[^\],\"”'\n]{1,80})[\"”']?"
    r"(?P<more>(?:,[ \t]*\w+:[^\],\"\n]*)*)[\"”']?)?[ \t]*\][ \t]*(?=\n|\Z)",
    re.IGNORECASE,
)
_CLOSES_QUOTE: Final = re.compile(r"[ \t]*\[/quote\][ \t]*(?=\n|\Z)", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"(post|topic):[ \t]*(\d+)")
_ADDRESS: Final = re.compile(r"\s*[<(\[][^<>()\[\]]*@[^<>()\[\]]*[>)\]]?.*$")
_HAS_ADDRESS: Final = re.compile(r"@|<\[")
"""Or a word in the place of one, which readers leave."""
_LONGEST_SIGNATURE: Final = 12
_MOST_HEADERS: Final = 20


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose words a line is."""

    kind: TextKind = TextKind.OWN
    level: int = 0
    author: str | None = None
    post_key: str | None = None
    thread_key: str | None = None


OWN: Final = Whose()


@cache
def _at_level(level: int) -> Whose:
    """Return whose words lines are that nobody is named for."""
    return Whose(TextKind.QUOTE, level) if level else OWN


class Run(NamedTuple):
    """Lines in a row that are of one person, or one that is blank: there are very many."""

    start: int
    end: int
    whose: Whose | None
    """None: they are nobody's words."""
    is_blank: bool = False
    in_fence: bool = False


@dataclass(slots=True)
class LineReader:
    """Reads a post line by line, remembering who was said to be quoted at which level."""

    text: str
    authors: dict[int, str | None] = field(default_factory=dict)
    unmarked_from: int | None = None
    """From this level on, lines are quoted without a mark of their own."""
    blocks: list[Whose] = field(default_factory=list)
    has_bars: bool = False
    is_mail: bool = field(init=False)
    has_blocks: bool = field(init=False)
    attributions: frozenset[int] = frozenset()
    """Where the lines begin that may say who is quoted."""
    peculiar: set[int] = field(default_factory=set)
    """Where the lines begin that may be more than somebody's words; all others are no more."""

    def __post_init__(self) -> None:
        """Look once whether there is anything that mail programs write."""
        self.is_mail = any(word in self.text for word in _MAIL_WORDS) or bool(
            _MAIL_LINE.search(self.text)
        )
        self.has_blocks = "[quote" in self.text.lower()
        if self.has_blocks:
            self.peculiar.update(lines_with(self.text, ("[quote", "[/quote")))
        if self.is_mail:
            self.attributions = may_attribute(self.text)
            self.peculiar.update(self.attributions, worth_a_look(self.text))

    def runs(self, start: int, end: int) -> Iterator[Run]:
        """Yield the lines from ``start`` to ``end``, none of them peculiar, by whose they are."""
        known: dict[str, Whose] = {}
        own = self._whose("")
        run: Run | None = None
        at = start
        for line in self.text[start:end].removesuffix("\n").split("\n"):
            after = min(at + len(line) + 1, end)
            if ">" in line or "|" in line:
                # Whose it is shows in its marks and the one character that follows them.
                said = line.lstrip(_MARK_CHARACTERS)
                marks = line[: len(line) - len(said) + 1]
                whose = known.get(marks) or known.setdefault(marks, self._whose(line))
                is_blank = not said and is_blank_line(line)
            else:
                whose, is_blank = own, not line or line.isspace()
            if run and not is_blank and not run.is_blank and run.whose == whose:
                run = Run(run.start, after, whose)
            else:
                if run:
                    yield run
                run = Run(at, after, whose, is_blank)
            at = after
        if run:
            yield run

    def whose(self, start: int, end: int) -> Whose:
        """Return whose words the line ``text[start:end]`` is."""
        return self._whose(self.text[start:end])

    def _whose(self, line: str) -> Whose:
        level = self._level(line)
        if self.unmarked_from is not None and level >= self.unmarked_from:
            level += 1
        if self.blocks:
            return self.blocks[-1]
        author = self.authors.get(level)
        return Whose(TextKind.QUOTE, level, author) if author else _at_level(level)

    def skipped(self, at: int) -> int:
        """Return where the lines end that are nobody's words, ``at`` where the first is not."""
        if self.has_blocks and (found := _OPENS_QUOTE.match(self.text, at)):
            self._open(found)
            return _after(self.text, found.end())
        if self.blocks and (found := _CLOSES_QUOTE.match(self.text, at)):
            self.blocks.pop()
            return _after(self.text, found.end())
        return self._skipped_of_mail(at) if self.is_mail else at

    def _open(self, found: re.Match[str]) -> None:
        references = dict(_REFERENCE.findall(found["more"] or ""))
        author = (found["author"] or "").strip() or None
        self.blocks.append(
            Whose(
                TextKind.QUOTE,
                len(self.blocks) + 1,
                author,
                references.get("post"),
                references.get("topic"),
            )
        )

    def _skipped_of_mail(self, at: int) -> int:
        line = _line(self.text, at)
        level = self._level(line)
        if found := self._attribution(at):
            if self._attribute(found, level):
                return _after(self.text, found.end())
            return at
        # Most lines are plain words: a look for the characters spares them the patterns.
        may_be_header = ":" in line
        may_be_forwarded = may_be_header or "--" in line or "__" in line
        if may_be_forwarded and (found := forwarded(self.text, at)):
            end = self._headers(_after(self.text, found.end()), level)
            if end > _after(self.text, found.end()) or not line.strip(" \t>").startswith("_"):
                self.unmarked_from = level
                return end
        if may_be_header and (end := self._headers(at, level)) > at:
            return end
        said = self._unmarked(line)
        # Two dashes alone may underline a heading.
        if (
            said.startswith("--")
            and SIGNATURE.fullmatch(said)
            and (said != "--" or self.text[:at].endswith(("\n\n", "\n \n")))
        ):
            return self._signature(at, level)
        return _after(self.text, at + len(line)) if said and is_footer(said.strip()) else at

    def _attribution(self, at: int) -> re.Match[str] | None:
        return attribution(self.text, at) if at in self.attributions else None

    def _attribute(self, found: re.Match[str], level: int) -> bool:
        """Remember whose words follow; return whether any do."""
        at = found.end()
        while self.text[at : at + 1].isspace():
            at += 1
        following = _line(self.text, at)
        level = 0 if found["supercited"] else level
        marked = _count(_INDENTED, following) > level
        if not marked and not level and following.startswith("|"):
            self.has_bars = marked = True
        # Some programs set no marks; without an address or a time it may be anybody's sentence.
        unmarked = not marked and bool(following) and bool(_HAS_ADDRESS.search(found.group()))
        if not marked and not unmarked:
            return False
        is_inside = self.unmarked_from is not None and level >= self.unmarked_from
        self.unmarked_from = level if unmarked else self.unmarked_from
        self._credit(level + 1 + (is_inside and marked), attributed_to(found) or None)
        return True

    def _credit(self, level: int, author: str | None) -> None:
        self.authors = {each: who for each, who in self.authors.items() if each < level}
        self.authors[level] = author

    def _headers(self, at: int, level: int) -> int:
        """Return where the headers of a message end that is quoted without marks from here on."""
        fields: dict[str, str] = {}
        start = at
        for _ in range(_MOST_HEADERS):
            line = _line(self.text, at)
            found = HEADER.fullmatch(line)
            if found:
                fields.setdefault(found["field"].lower(), found["value"].strip())
            elif not fields or not ("@" in line or line[:1] in " \t"):
                break
            at = _after(self.text, at + len(line))
        author = fields.get("from") or fields.get("von")
        if author is None or len(fields) < 2:  # noqa: PLR2004 - one alone may be anything
            return start
        self.unmarked_from = level
        author = author.rpartition(" on behalf of ")[2]
        self._credit(level + 1, _ADDRESS.sub("", author).strip(" \t\"'*") or None)
        return at

    def _signature(self, at: int, level: int) -> int:
        """Return where a signature ends: with its level, or the text, or after a paragraph."""
        paragraph = 0
        for _ in range(_LONGEST_SIGNATURE + 1):
            line = _line(self.text, at)
            is_over = at >= len(self.text) or self._level(line) != level
            if is_over or self._attribution(at):
                return at
            if not paragraph and not line.strip():
                paragraph = at
            at = _after(self.text, at + len(line))
        return paragraph or at

    def _level(self, line: str) -> int:
        return _count(self._marks(), line)

    def _marks(self) -> re.Pattern[str]:
        if self.has_bars:
            return _BARS
        return _INDENTED if self.is_mail else _MARKS

    def _unmarked(self, line: str) -> str:
        marks = self._marks().match(line) if ">" in line or "|" in line else None
        return line[marks.end() :] if marks else line


def is_blank_line(line: str) -> bool:
    """Tell whether a line holds nothing but marks of a quote."""
    return not line.strip("> |\t\n") and not unquoted(line).strip()


def level_of(line: str) -> int:
    """Return how many marks of a quote a line begins with."""
    return _count(_MARKS, line)


def _count(marks: re.Pattern[str], line: str) -> int:
    if ">" not in line and "|" not in line:
        return 0
    found = marks.match(line)
    return found.group().count(">") + found.group().count("|") if found else 0


def _line(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[at:end] if end >= 0 else text[at:]


def _after(text: str, end: int) -> int:
    return end + (text[end : end + 1] == "\n")
