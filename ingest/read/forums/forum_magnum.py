"""LessWrong, the EA Forum and the Alignment Forum (ForumMagnum): answers of their GraphQL API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError

from ingest.drafts import CERTAIN, Edition, Found, LeftOutReason, PostDraft, Reader, Shortfall
from ingest.read.fields import IfList, IfRight, Json, Key, OneLine, UtcTime, Wire, Words
from ingest.read.gathering import Gathering
from ingest.read.json_records import document, json_lines
from ingest.sources import SourceFile
from ingest.understand.bodies import compose
from ingest.understand.html_bodies import html_parts

KIND: Final = "forum-magnum"
_LISTS: Final = frozenset({"results", "comments", "posts"})
_SITES: Final = {
    b"lesswrong.com": "https://www.lesswrong.com",
    b"effectivealtruism.org": "https://forum.effectivealtruism.org",
    b"alignmentforum.org": "https://www.alignmentforum.org",
}


def _tag_names(value: object) -> object:
    if not isinstance(value, list):
        return []
    return [one.get("name") if isinstance(one, dict) else one for one in value]


class User(Wire):
    """Who wrote something; nobody where the account is gone."""

    id: Annotated[Key | None, IfRight] = Field(default=None, validation_alias="_id")
    name: Annotated[OneLine | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("displayName", "username", "slug")
    )


class Contents(Wire):
    """A body in one or several forms."""

    markdown: Annotated[Words | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("markdown", "agentMarkdown")
    )
    html: Annotated[Words | None, IfRight] = None
    plain: Annotated[Words | None, IfRight] = Field(
        default=None, validation_alias="plaintextMainText"
    )


class Document(Wire):
    """A post or a comment."""

    id: Key = Field(validation_alias="_id")
    post_id: Annotated[Key | None, IfRight] = Field(default=None, validation_alias="postId")
    parent_id: Annotated[Key | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("parentCommentId", "parentAnswerId")
    )
    title: Annotated[OneLine | None, IfRight] = None
    slug: Annotated[OneLine | None, IfRight] = None
    page_url: Annotated[OneLine | None, IfRight] = Field(default=None, validation_alias="pageUrl")
    posted_at: Annotated[UtcTime | None, IfRight] = Field(default=None, validation_alias="postedAt")
    edited_at: Annotated[UtcTime | None, IfRight] = Field(
        default=None, validation_alias="lastEditedAt"
    )
    user: Annotated[User | None, IfRight] = None
    author: Annotated[OneLine | None, IfRight] = None
    score: Annotated[int | None, IfRight] = Field(default=None, validation_alias="baseScore")
    contents: Annotated[Contents | None, IfRight] = None
    html_body: Annotated[Words | None, IfRight] = Field(default=None, validation_alias="htmlBody")
    tags: Annotated[tuple[OneLine, ...], BeforeValidator(_tag_names), IfList] = ()
    deleted: Annotated[bool | None, IfRight] = None
    draft: Annotated[bool | None, IfRight] = None
    rejected: Annotated[bool | None, IfRight] = None
    comment_count: Annotated[int | None, IfRight] = Field(
        default=None, validation_alias="commentCount"
    )


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is from such a forum: by fields that stand together nowhere else."""
    del name
    if b'"_id"' in head and b'"postedAt"' in head:
        return CERTAIN
    return 0.6 if b'"_id"' in head and (b'"htmlBody"' in head or b'"postId"' in head) else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the posts of a file with their comments, or comments by the posts that they are on.

    Raises:
        FileRefusedError: if there are neither in it.
    """
    reading = _Reading(source)
    first, _, rest = source.head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{"):
        yield Edition("lines")
        with source.open() as stream:
            for line in json_lines(source, stream):
                if isinstance(line, Shortfall):
                    yield line
                else:
                    reading.take_all(line)
    else:
        yield Edition("GraphQL")
        whole, shortfall = document(source, _LISTS)
        if shortfall is not None:
            yield shortfall
        reading.take_all(whole)
    yield from reading.found()


class _Reading:
    """What is known so far of the posts of one file."""

    def __init__(self, source: SourceFile) -> None:
        self._gathering = Gathering(source.name)
        sites = (site for host, site in _SITES.items() if host in source.head)
        self._site: str | None = next(sites, None)
        self._held: dict[str, int] = {}
        self._announced: dict[str, int] = {}

    def take_all(self, whole: Json) -> None:
        """Take every post and comment, however they are wrapped."""
        stack = [whole]
        while stack:
            at = stack.pop()
            if isinstance(at, list):
                stack += reversed(at)
            elif isinstance(at, dict) and "_id" not in at:
                stack += (one for one in reversed(at.values()) if isinstance(one, (dict, list)))
            else:
                self._take(at)
                inner = at.get("comments") if isinstance(at, dict) else None
                stack += [inner] if isinstance(inner, (dict, list)) else []

    def _take(self, fields: object) -> None:
        try:
            one = Document.model_validate(fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        post = one.post_id or one.id
        if one.post_id is None and one.title is None:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        facts = self._gathering.thread(post)
        if one.post_id is None:
            facts.title, facts.tags = one.title, tuple(filter(None, one.tags))
            facts.url = one.page_url or self._url(post, one.slug)
            self._announced[post] = one.comment_count or 0
        else:
            self._held[post] = self._held.get(post, 0) + 1
            facts.url = facts.url or self._url(post, None)
        if one.deleted or one.draft or one.rejected:
            self._gathering.leave_out(LeftOutReason.DELETED)
        else:
            self._gathering.add(post, self._draft(one), 0 if one.post_id is None else 1)

    def _url(self, post: str, slug: str | None) -> str | None:
        return f"{self._site}/posts/{post}{f'/{slug}' if slug else ''}" if self._site else None

    def _draft(self, one: Document) -> PostDraft:
        text, paragraphs = compose(_parts(one))
        own = self._url(one.post_id, None) if one.post_id else None
        return PostDraft(
            key=one.id,
            text=text,
            paragraphs=paragraphs,
            author=(one.user.name if one.user else None) or one.author,
            author_id=one.user.id if one.user else None,
            created_at=one.posted_at,
            edited_at=one.edited_at,
            # A comment without a parent answers the post itself.
            parent_key=one.parent_id or one.post_id,
            url=f"{own}?commentId={one.id}" if own else one.page_url or self._url(one.id, one.slug),
            score=one.score,
        )

    def found(self) -> Iterator[Found]:
        """Yield the threads, and how many comments the file only counts."""
        yield from self._gathering.found()
        missing = sum(
            max(0, wanted - self._held.get(post, 0)) for post, wanted in self._announced.items()
        )
        if missing:
            yield Shortfall(
                f"tells of {missing:,} comments that it does not hold: ask for "
                "comments and answers, too, 2,000 at a time"
            )


def _parts(one: Document) -> list[Any]:
    contents = one.contents or Contents()
    if contents.markdown and contents.markdown.strip():
        return [contents.markdown]
    html = contents.html or one.html_body
    if html and html.strip():
        return list(html_parts(html))
    words = contents.plain or ""
    return [words if words.strip() or one.post_id else one.title or ""]


READER: Final = Reader(
    kind=KIND,
    label="LessWrong and EA Forum",
    suffixes=(".json", ".jsonl"),
    sniff=sniff,
    read=read,
    example='{"data": {"comments": {"results": [{"_id": "…", "postId": "…", "postedAt": "…"}]}}}',
    export=(
        "Ask the forum's /graphql for a post and its comments, with contents { markdown } or html, "
        "and save the answer; or save /api/post/ID/comments?limit=2000&sort=old."
    ),
)
