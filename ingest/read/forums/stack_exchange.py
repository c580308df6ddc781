"""Stack Exchange's data dump: Posts.xml, with names and comments where they lie beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from pydantic import ValidationError

from ingest.drafts import CERTAIN, Found, LeftOutReason, PostDraft, Reader, Shortfall, ThreadDraft
from ingest.read.fields import IfRight, Key, OneLine, UtcTime, Wire, Words
from ingest.read.gathering import Gathering
from ingest.sources import Bundle, Folder, Group, SourceFile
from ingest.understand.bodies import compose
from ingest.understand.html_bodies import html_parts
from retrieval.errors import FileRefusedError

KIND: Final = "stack-exchange"
_QUESTION: Final = 1
_ANSWER: Final = 2
_SITE: Final = re.compile(
    r"\b((?:[\w-]+\.)*(?:stackexchange|stackoverflow|serverfault|superuser|askubuntu|stackapps)"
    r"\.com|(?:[\w-]+\.)?mathoverflow\.net)\b"
)
_TAG: Final = re.compile(r"[^<>|]+")
_ROOT: Final = re.compile(rb"<(posts|comments|users)>\s*(?:<row\s[^>]*?\bId=\"|\Z)")
_ADDRESS: Final = re.compile(r"(?<![\w@])@([\w-]{3,})")


class Row(Wire):
    """One post."""

    Id: Key
    PostTypeId: int
    ParentId: Annotated[Key | None, IfRight] = None
    AcceptedAnswerId: Annotated[Key | None, IfRight] = None
    Title: Annotated[OneLine | None, IfRight] = None
    Body: Annotated[Words | None, IfRight] = None
    Score: Annotated[int | None, IfRight] = None
    Tags: Annotated[Words | None, IfRight] = None
    OwnerUserId: Annotated[Key | None, IfRight] = None
    OwnerDisplayName: Annotated[OneLine | None, IfRight] = None
    CreationDate: Annotated[UtcTime | None, IfRight] = None
    LastEditDate: Annotated[UtcTime | None, IfRight] = None


class Comment(Wire):
    """A remark under a post."""

    Id: Key
    PostId: Key
    Text: Annotated[Words | None, IfRight] = None
    Score: Annotated[int | None, IfRight] = None
    UserId: Annotated[Key | None, IfRight] = None
    UserDisplayName: Annotated[OneLine | None, IfRight] = None
    CreationDate: Annotated[UtcTime | None, IfRight] = None


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is a table of posts: by its root and the names of its columns."""
    del name
    found = _ROOT.search(head[:4_096])
    if found is None or found[1] != b"posts":
        return 0.0
    return CERTAIN if b"PostTypeId=" in head else 0.5


def bundles(folder: Folder) -> Sequence[Group]:
    """Return the tables of a site that belong together."""
    if "Posts.xml" not in folder.files or not sniff("Posts.xml", folder.head("Posts.xml")):
        return []
    return [Group(tuple(sorted(_TABLES & folder.files)))]


_TABLES: Final = frozenset(
    {"Posts.xml", "Users.xml", "Comments.xml", "Badges.xml", "PostHistory.xml", "PostLinks.xml"}
    | {"Tags.xml", "Votes.xml"}
)


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the questions of a Posts.xml, each with its answers.

    Raises:
        FileRefusedError: if it is no such table.
    """
    reading = _Reading(source.name)
    yield from reading.take(source, reading.take_post)
    yield from reading.found()


def read_bundle(bundle: Bundle) -> Iterator[Found]:
    """Yield the questions of a site, each with its answers and comments, under their names.

    Raises:
        FileRefusedError: if its Posts.xml is no such table.
    """
    reading = _Reading(bundle.name)
    for name, take in (
        ("Users.xml", reading.take_user),
        ("Posts.xml", reading.take_post),
        ("Comments.xml", reading.take_comment),
    ):
        if name in bundle.files:
            yield from reading.take(bundle.files[name], take)
    yield from reading.found()


class _Reading:
    """What is known so far of one site."""

    def __init__(self, name: str) -> None:
        found = _SITE.search(name)
        self._site = found.group(1) if found else None
        self._gathering = Gathering(name)
        self._people: dict[str, str] = {}
        self._question_of: dict[str, str] = {}
        self._accepted: set[str] = set()

    def take(
        self, source: SourceFile, take_row: Callable[[dict[str, str]], None]
    ) -> Iterator[Found]:
        """Take the rows of a table."""
        for row in _rows(source):
            if isinstance(row, Shortfall):
                yield row
            else:
                take_row(row)

    def take_user(self, row: dict[str, str]) -> None:
        """Keep what somebody is called, and nothing else of the profile."""
        self._people[row.get("Id", "")] = row.get("DisplayName", "")

    def take_post(self, fields: dict[str, str]) -> None:
        """Take a question or an answer."""
        try:
            row = Row.model_validate(fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        question = row.Id if row.PostTypeId == _QUESTION else row.ParentId
        if row.PostTypeId not in {_QUESTION, _ANSWER} or question is None:
            self._gathering.leave_out(LeftOutReason.SYSTEM)
            return
        self._question_of[row.Id] = question
        facts = self._gathering.thread(self._key(question))
        if row.PostTypeId == _QUESTION:
            facts.title, facts.url = row.Title, self._url("q", row.Id)
            facts.tags = tuple(_TAG.findall(row.Tags or ""))
            facts.is_solved = row.AcceptedAnswerId is not None
            if row.AcceptedAnswerId is not None:
                self._accepted.add(row.AcceptedAnswerId)
        self._gathering.add(self._key(question), self._post(row), row.PostTypeId)

    def take_comment(self, fields: dict[str, str]) -> None:
        """Take a comment on a post that was taken already."""
        try:
            comment = Comment.model_validate(fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        question = self._question_of.get(comment.PostId)
        if question is None:  # on a tag's page, or on a post that was deleted
            self._gathering.leave_out(LeftOutReason.DELETED)
            return
        text, paragraphs = compose([comment.Text or ""])
        post = PostDraft(
            key=f"comment-{comment.Id}",
            text=text,
            paragraphs=paragraphs,
            author=self._name(comment.UserId, comment.UserDisplayName),
            author_id=comment.UserId,
            created_at=comment.CreationDate,
            parent_key=comment.PostId,
            url=self._url("posts/comments", comment.Id),
            score=comment.Score,
            mentions=tuple(map(str.lower, _ADDRESS.findall(text))),
        )
        self._gathering.add(self._key(question), post, _ANSWER)

    def _post(self, row: Row) -> PostDraft:
        text, paragraphs = compose(html_parts(row.Body or ""))
        if not paragraphs and row.Title:
            text, paragraphs = compose([row.Title])
        return PostDraft(
            key=row.Id,
            text=text,
            paragraphs=paragraphs,
            author=self._name(row.OwnerUserId, row.OwnerDisplayName),
            author_id=row.OwnerUserId,
            created_at=row.CreationDate,
            edited_at=row.LastEditDate,
            parent_key=row.ParentId if row.PostTypeId == _ANSWER else None,
            url=self._url("q" if row.PostTypeId == _QUESTION else "a", row.Id),
            score=row.Score,
        )

    def _name(self, user: str | None, shown: str | None) -> str | None:
        known = self._people.get(user or "")
        return known or shown or (f"user{user}" if user else None)

    def _key(self, question: str) -> str:
        return f"{self._site}/{question}" if self._site else question

    def _url(self, what: str, number: str) -> str | None:
        return f"https://{self._site}/{what}/{number}" if self._site else None

    def found(self) -> Iterator[Found]:
        """Yield the questions, now that it is known which answers were accepted."""
        for found in self._gathering.found():
            yield self._marked(found) if isinstance(found, ThreadDraft) else found

    def _marked(self, thread: ThreadDraft) -> ThreadDraft:
        """Mark the accepted answer, and give the people whom a comment addresses their ids."""
        ids = {_handle(post.author): post.author_id for post in thread.posts if post.author}
        posts = (
            replace(
                post,
                is_accepted=post.key in self._accepted,
                mentions=tuple(id_ for name in post.mentions if (id_ := ids.get(name))),
            )
            for post in thread.posts
        )
        return replace(thread, posts=tuple(posts))


def _handle(name: str) -> str:
    """Return a name as comments address it: in lower case, without blanks."""
    return name.replace(" ", "").lower()


def _rows(source: SourceFile) -> Iterator[dict[str, str] | Shortfall]:
    """Yield the attributes of each row; of a table that breaks off, a ``Shortfall`` at the end.

    Raises:
        FileRefusedError: if it is not XML, or defines entities, with which a small file can grow
            without end.
    """
    number = 0
    root = None
    with source.open() as stream:
        try:
            for event, element in iterparse(stream, ("start", "end"), forbid_dtd=True):
                if event == "start":
                    root = element if root is None else root
                elif element.tag == "row":
                    number += 1
                    yield dict(element.attrib)
                    if root is not None:
                        root.clear()
        except DefusedXmlException as error:
            raise FileRefusedError(
                source.name, "declares a document type or entities, as no data dump does"
            ) from error
        except ParseError as error:
            if "no element found" not in str(error) and "unclosed token" not in str(error):
                raise FileRefusedError(
                    source.name, f"is not XML after {number:,} rows: {error}"
                ) from error
            yield Shortfall(
                f"{source.name} breaks off after {number:,} whole rows", breaks_off=True
            )


READER: Final = Reader(
    kind=KIND,
    label="Stack Exchange data dump",
    suffixes=(".xml",),
    sniff=sniff,
    read=read,
    example='<posts><row Id="1" PostTypeId="1" Title="…" Body="&lt;p&gt;…" /></posts>',
    export=(
        "Download the site's data dump (archive.org/details/stackexchange), unpack it into a "
        "folder named like the site (coffee.stackexchange.com), and ingest that."
    ),
    bundles=bundles,
    read_bundle=read_bundle,
)
