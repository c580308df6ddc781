"""Reddit: listings as ``….json`` gives them, and lines of submissions and comments."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Annotated, Final

from pydantic import ValidationError

from ingest.drafts import CERTAIN, Edition, Found, LeftOutReason, PostDraft, Reader, Shortfall
from ingest.read.fields import IfRight, Json, Key, OneLine, UtcTime, Wire, Words
from ingest.read.gathering import Gathering
from ingest.read.json_records import document, json_lines
from ingest.sources import SourceFile
from ingest.understand.bodies import compose

KIND: Final = "reddit"
_LISTS: Final = frozenset({"children"})
_SITE: Final = "https://www.reddit.com"
_GONE: Final = frozenset({"[deleted]", "[removed]", "[deleted by user]"})


class Thing(Wire):
    """A submission or a comment."""

    id: Key
    name: Annotated[Key | None, IfRight] = None
    parent_id: Annotated[Key | None, IfRight] = None
    link_id: Annotated[Key | None, IfRight] = None
    link_title: Annotated[OneLine | None, IfRight] = None
    author: Annotated[OneLine | None, IfRight] = None
    author_fullname: Annotated[Key | None, IfRight] = None
    distinguished: Annotated[OneLine | None, IfRight] = None
    created_utc: Annotated[UtcTime | None, IfRight] = None
    edited: Annotated[UtcTime | None, IfRight] = None
    score: Annotated[int | None, IfRight] = None
    body: Annotated[Words | None, IfRight] = None
    selftext: Annotated[Words | None, IfRight] = None
    title: Annotated[OneLine | None, IfRight] = None
    url: Annotated[OneLine | None, IfRight] = None
    is_self: Annotated[bool | None, IfRight] = None
    permalink: Annotated[OneLine | None, IfRight] = None
    subreddit: Annotated[OneLine | None, IfRight] = None
    link_flair_text: Annotated[OneLine | None, IfRight] = None
    num_comments: Annotated[int | None, IfRight] = None

    @property
    def is_submission(self) -> bool:
        """Whether it opens a thread."""
        return self.title is not None and self.link_id is None


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is from Reddit: by its fields, packed or not."""
    del name
    if b'"link_id"' in head and b'"parent_id"' in head and b'"t3_' in head.replace(b" ", b""):
        return CERTAIN
    listing = b'"Listing"' in head and (b'"t3"' in head or b'"t1"' in head)
    submission = b'"selftext"' in head and b'"permalink"' in head and b'"subreddit"' in head
    return CERTAIN if listing or submission else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the submissions of a file, each with its comments.

    Raises:
        FileRefusedError: if there are none in it.
    """
    reading = _Reading(source.name)
    head = source.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b'"Listing"' in head[:4_096] or head.startswith(b"["):
        yield Edition("listing")
        whole, shortfall = document(source, _LISTS)
        if shortfall is not None:
            yield shortfall
        reading.take_tree(whole)
    else:
        yield Edition("lines")
        yield from _take_lines(source, reading)
    yield from reading.found()


def _take_lines(source: SourceFile, reading: _Reading) -> Iterator[Found]:
    with source.open() as stream:
        for line in json_lines(source, stream):
            if isinstance(line, Shortfall):
                yield line
            else:
                reading.take(line)


class _Reading:
    """What is known so far of the threads of one file."""

    def __init__(self, name: str) -> None:
        self._gathering = Gathering(name)
        self._hidden = 0
        self._announced: dict[str, int] = {}

    def take_tree(self, whole: Json) -> None:
        """Take a listing, and those within it, whose comments can nest without end."""
        stack = [whole]
        while stack:
            at = stack.pop()
            if isinstance(at, list):
                stack += reversed(at)
                continue
            kind, data = (at.get("kind"), at.get("data")) if isinstance(at, dict) else (None, None)
            if kind == "more" and isinstance(data, dict):
                count = data.get("count")
                self._hidden += count if isinstance(count, int) else 0
            elif kind == "Listing" and isinstance(data, dict):
                children = data.get("children")
                stack += reversed(children) if isinstance(children, list) else ()
            elif str(kind) in {"t1", "t3"}:
                self.take(data)
                replies = data.get("replies") if isinstance(data, dict) else None
                stack += [replies] if isinstance(replies, dict) else []
            else:
                self.take(at)

    def take(self, fields: object) -> None:
        """Take a submission or a comment."""
        try:
            thing = Thing.model_validate(fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        link = thing.id if thing.is_submission else (thing.link_id or "").removeprefix("t3_")
        if not link or (thing.body is None and not thing.is_submission):
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        self._describe(link, thing)
        words = (thing.selftext if thing.is_submission else thing.body) or ""
        gone = words.strip() in _GONE
        if gone and (not thing.is_submission or (thing.title or "").strip() in {*_GONE, ""}):
            self._gathering.leave_out(LeftOutReason.DELETED)
            return
        draft = _draft(thing, "" if gone else words, link)
        self._gathering.add(link, draft, 0 if thing.is_submission else 1)

    def _describe(self, link: str, thing: Thing) -> None:
        facts = self._gathering.thread(link)
        if not thing.is_submission:
            facts.title = facts.title or thing.link_title or None
            facts.url = facts.url or f"{_SITE}/comments/{link}/"
            return
        flair = unescape(thing.link_flair_text or "")
        facts.title = unescape(thing.title or "")
        facts.url = f"{_SITE}{thing.permalink}" if thing.permalink else f"{_SITE}/comments/{link}/"
        facts.tags = tuple(filter(None, (thing.subreddit, flair)))
        facts.is_solved = flair.strip("[]✔ ").lower() in {"solved", "answered", "resolved"}

    def found(self) -> Iterator[Found]:
        """Yield the threads, and how many comments the file only counts."""
        yield from self._gathering.found()
        if self._hidden:
            yield Shortfall(
                f"leaves out {self._hidden:,} comments behind “load more”: fetch "
                "them, too, or take an archive of the subreddit"
            )


def _draft(thing: Thing, words: str, link: str) -> PostDraft:
    # Without raw_json=1 three characters are escaped in texts; no text means &amp;gt; itself.
    body = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if thing.is_submission:
        linked = thing.url if thing.url and thing.is_self is False else ""
        title = unescape(thing.title or "")
        body = body if body.strip() else "\n\n".join(filter(None, (title, linked)))
    text, paragraphs = compose([body])
    parent = (thing.parent_id or "")[3:]
    author = thing.author if thing.author not in _GONE else None
    return PostDraft(
        key=thing.id,
        text=text,
        paragraphs=paragraphs,
        author=author,
        author_id=thing.author_fullname or author,
        created_at=thing.created_utc,
        edited_at=thing.edited if thing.edited and thing.edited.year > _FIRST_YEAR else None,
        parent_key=None if thing.is_submission else parent or None,
        url=_url(thing, link),
        score=thing.score,
        # Nothing else marks a program; people do not take this name.
        is_bot=author == "AutoModerator" or (author or "").lower().endswith(("_bot", "-bot")),
    )


_FIRST_YEAR: Final = 2000
"""``edited`` is false or a time, and false is also a number."""


def _url(thing: Thing, link: str) -> str:
    if thing.permalink:
        return f"{_SITE}{thing.permalink}"
    return f"{_SITE}/comments/{link}/" + ("" if thing.is_submission else f"comment/{thing.id}/")


READER: Final = Reader(
    kind=KIND,
    label="Reddit",
    suffixes=(".json", ".jsonl", ".ndjson"),
    sniff=sniff,
    read=read,
    example='{"id": "c1", "link_id": "t3_p1", "parent_id": "t3_p1", "author": "…", "body": "…"}',
    export=(
        "Add .json?limit=500&raw_json=1 to a thread's address and save the page; or take the "
        "subreddit's submissions and comments (.zst) from an archive."
    ),
)
