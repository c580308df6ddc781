"""What the conformance suite knows of a format: how an export of it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ingest.drafts import Edition, Found, LeftOut, PostDraft, Reader, Shortfall, ThreadDraft
from ingest.sources import Bundle, Folder, SourceFile
from retrieval.errors import FileRefusedError


@dataclass(frozen=True)
class Said:
    """A post, to be written down as a product would."""

    id: str
    text: str
    author: str = "Ada"
    author_id: str = "7"
    at: datetime = datetime(2024, 5, 1, 10, tzinfo=UTC)
    parent: str | None = None
    """The id of the post that it answers; a format with one parent only may write another."""


class Keeps(StrEnum):
    """What an export of a format has of a post."""

    ID = "id"
    """Its own id, so that an edited or moved post is known again."""
    AUTHOR = "author"
    NO_NAME = "no name"
    """Somebody without a name has none."""
    AUTHOR_ID = "author id"
    TIME = "time"
    PARENT = "parent"
    BODY = "body"
    """Its words whatever they are: nothing in them passes for a mark of the format."""
    ORDER = "order"
    """Posts come out in the same order, however the file has them."""
    END = "end"
    """A file that breaks off shows it."""


EVERYTHING = frozenset(Keeps)
Files = bytes | Mapping[str, bytes]
"""A file, or several by their paths in a folder."""


@dataclass(frozen=True)
class Example:
    """A format as the suite tries it.

    ``write`` makes an export of one thread as the product would, in plain code of the test's
    own, with everything that the product adds.
    """

    reader: Reader
    name: str
    write: Callable[[Sequence[Said]], Files]
    keeps: frozenset[Keeps] = EVERYTHING
    clock: timedelta = timedelta(seconds=1)
    """How exactly it tells times."""

    def read(self, files: Files, encoding: str | None = None) -> Read:
        """Read an export, made by ``write`` or spoiled after that."""
        if isinstance(files, bytes):
            return Read(list(self.reader.read(SourceFile.of(self.name, files, encoding))))
        assert self.reader.bundles is not None
        assert self.reader.read_bundle is not None
        folder = Folder({name: _first(data) for name, data in files.items()})
        groups = self.reader.bundles(folder)
        if len(groups) != 1:
            raise FileRefusedError(self.name, "is not the reader's")
        members = {name: SourceFile.of(name, files[name], encoding) for name in groups[0].members}
        return Read(list(self.reader.read_bundle(Bundle(self.name, members))))


def _first(data: bytes) -> Callable[[], bytes]:
    return lambda: data[:65_536]


@dataclass(frozen=True)
class Read:
    """What a reader found; whatever it is keeps the promises of ``ingest.drafts``."""

    found: list[Found]

    def __post_init__(self) -> None:
        for thread in self.threads:
            keys = [post.key for post in thread.posts]
            assert thread.key
            assert all(keys)
            assert len(set(keys)) == len(keys), "two posts of one name"
            for post in thread.posts:
                _check(post)

    @property
    def threads(self) -> list[ThreadDraft]:
        return [each for each in self.found if isinstance(each, ThreadDraft)]

    @property
    def posts(self) -> list[PostDraft]:
        return [post for thread in self.threads for post in thread.posts]

    @property
    def left_out(self) -> int:
        return sum(each.posts for each in self.found if isinstance(each, LeftOut))

    @property
    def shortfalls(self) -> list[str]:
        return [each.text for each in self.found if isinstance(each, Shortfall)]

    @property
    def editions(self) -> list[str]:
        return [each.text for each in self.found if isinstance(each, Edition)]


def _check(post: PostDraft) -> None:
    assert post.paragraphs, "a post without words is left out"
    end = 0
    for paragraph in post.paragraphs:
        assert paragraph.text.strip()
        assert post.text[paragraph.start :].startswith(paragraph.text)
        assert paragraph.start >= end
        end = paragraph.start + len(paragraph.text)
    for name in (post.author, post.url, *post.attachments):
        assert name is None or (name == name.strip() and "\n" not in name)
    for moment in (post.created_at, post.edited_at):
        assert moment is None or moment.tzinfo is not None
    post.text.encode()
    assert "\x00" not in post.text


def conversation() -> list[Said]:
    """Return a question, two answers and a word of thanks."""
    start = datetime(2024, 5, 1, 10, tzinfo=UTC)

    def said(number: int, author: str, text: str, parent: int | None) -> Said:
        return Said(
            id=str(1_000 + number),
            text=text,
            author=author,
            author_id=str(70 + len(author)),
            at=start + timedelta(minutes=7 * number),
            parent=None if parent is None else str(1_000 + parent),
        )

    return [
        said(1, "Ada", "How do I true a wheel that rubs the brake on one side?", None),
        said(2, "Benedikt", "Tighten the spoke opposite the rub by a quarter turn.", 1),
        said(3, "Chiara", "Mark the spot with chalk first, then do as he says.", 2),
        said(4, "Ada", "That did it, thank you both.", 2),
    ]


def pairs(posts: Sequence[Said], drafts: Sequence[PostDraft]) -> Iterator[tuple[Said, PostDraft]]:
    """Yield each post with what came of it, in the order in which they were written."""
    assert len(posts) == len(drafts)
    yield from zip(sorted(posts, key=lambda said: said.at), drafts, strict=True)
