"""Hacker News: items as Algolia's ``/items/ID`` nests them, its searches, and Firebase's items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import AliasChoices, Field, ValidationError

from ingest.drafts import CERTAIN, Edition, Found, LeftOutReason, PostDraft, Reader, Shortfall
from ingest.read.fields import IfRight, Json, Key, OneLine, UtcTime, Wire, Words
from ingest.read.gathering import Gathering
from ingest.read.json_records import document, json_lines
from ingest.sources import SourceFile
from ingest.understand.bodies import compose
from ingest.understand.html_bodies import html_parts

KIND: Final = "hacker-news"
_LISTS: Final = frozenset({"children", "hits"})
_SITE: Final = "https://news.ycombinator.com/item?id="
_COMMENT_KINDS: Final = frozenset({"comment", "pollopt"})


class Item(Wire):
    """A story, a poll or a comment."""

    id: Key = Field(validation_alias=AliasChoices("id", "objectID"))
    type: Annotated[OneLine | None, IfRight] = None
    author: Annotated[OneLine | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("author", "by")
    )
    at: Annotated[UtcTime | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("created_at_i", "time", "created_at")
    )
    text: Annotated[Words | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("comment_text", "story_text", "text")
    )
    title: Annotated[OneLine | None, IfRight] = None
    story_title: Annotated[OneLine | None, IfRight] = None
    link: Annotated[OneLine | None, IfRight] = Field(default=None, validation_alias="url")
    points: Annotated[int | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("points", "score")
    )
    parent: Annotated[Key | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("parent_id", "parent")
    )
    story_id: Annotated[Key | None, IfRight] = None
    deleted: Annotated[bool | None, IfRight] = None
    dead: Annotated[bool | None, IfRight] = None


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is from Hacker News: by fields that stand together nowhere else."""
    del name
    if b'"created_at_i"' in head and (b'"story_id"' in head or b'"objectID"' in head):
        return CERTAIN
    firebase = b'"by"' in head and b'"time"' in head and b'"type"' in head
    return CERTAIN if firebase and (b'"kids"' in head or b'"descendants"' in head) else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the stories of a file, each with its comments.

    Raises:
        FileRefusedError: if there are none in it.
    """
    reading = _Reading(source.name)
    if _is_lines(source.head):
        yield Edition("lines")
        with source.open() as stream:
            for line in json_lines(source, stream):
                if isinstance(line, Shortfall):
                    yield line
                else:
                    reading.take_tree(line)
    else:
        whole, shortfall = document(source, _LISTS)
        if shortfall is not None:
            yield shortfall
        pages = whole.get("nbPages") if isinstance(whole, dict) else None
        if isinstance(pages, int) and pages > 1:
            yield Shortfall(f"is one page of {pages:,}: fetch the others, too")
        reading.take_tree(whole.get("hits", whole) if isinstance(whole, dict) else whole)
    yield from reading.found()


def _is_lines(head: bytes) -> bool:
    first, _, rest = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    return first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")


class _Reading:
    """The items of one file; which story a comment belongs to can take all of them to tell."""

    def __init__(self, name: str) -> None:
        self._gathering = Gathering(name)
        self._items: list[Item] = []
        self._parents: dict[str, str | None] = {}

    def take_tree(self, whole: Json) -> None:
        """Take an item with its replies, which can nest without end, or a list of items."""
        stack: list[tuple[Any, str | None]] = [(whole, None)]
        while stack:
            at, parent = stack.pop()
            if isinstance(at, list):
                stack += ((one, parent) for one in reversed(at))
                continue
            try:
                item = Item.model_validate(at)
            except ValidationError:
                self._gathering.leave_out(LeftOutReason.BROKEN)
                continue
            self._items.append(item)
            self._parents[item.id] = item.parent or parent
            children = at.get("children") if isinstance(at, dict) else None
            for child in reversed(children) if isinstance(children, list) else ():
                # Searches name a comment's children by their numbers alone.
                stack += [(child, item.id)] if isinstance(child, dict) else []

    def found(self) -> Iterator[Found]:
        """Yield the threads, now that all items are known."""
        for item in self._items:
            story = item.story_id if item.story_id != item.id else None
            root = story or self._root(item.id)
            facts = self._gathering.thread(root)
            facts.title = facts.title or item.title or item.story_title or None
            facts.url = f"{_SITE}{root}"
            if item.deleted or item.dead or (item.author is None and not item.text):
                self._gathering.leave_out(LeftOutReason.DELETED)
            else:
                self._gathering.add(root, self._draft(item, root), 0 if item.id == root else 1)
        yield from self._gathering.found()

    def _root(self, key: str) -> str:
        seen = {key}
        while (above := self._parents.get(key)) is not None and above not in seen:
            seen.add(above)
            key = above
        return key

    def _draft(self, item: Item, root: str) -> PostDraft:
        text, paragraphs = compose(html_parts(item.text or ""))
        if not paragraphs and item.type not in _COMMENT_KINDS:
            text, paragraphs = compose(filter(None, (item.title, item.link)))
        return PostDraft(
            key=item.id,
            text=text,
            paragraphs=paragraphs,
            author=item.author,
            author_id=item.author,
            created_at=item.at,
            parent_key=self._parents.get(item.id) if item.id != root else None,
            url=f"{_SITE}{item.id}",
            score=item.points,
        )


READER: Final = Reader(
    kind=KIND,
    label="Hacker News",
    suffixes=(".json", ".jsonl", ".ndjson"),
    sniff=sniff,
    read=read,
    example='{"id": 7, "type": "story", "title": "…", "created_at_i": 17145576, "children": […]}',
    export="Save https://hn.algolia.com/api/v1/items/ID for each story.",
)
