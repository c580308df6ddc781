"""GitHub's issues, pull requests and discussions: ``gh``, REST, GraphQL and ``archive.json``.

All of them name the same things, some in camelCase and some in snake_case, some as lists and some
as ``{"nodes": […]}``: one schema reads them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError

from ingest.drafts import (
    CERTAIN,
    LIKELY,
    Edition,
    Found,
    LeftOutReason,
    PostDraft,
    Reader,
    Shortfall,
)
from ingest.read.fields import IfList, IfRight, Json, Key, OneLine, UtcTime, Wire, Words
from ingest.read.gathering import Gathering
from ingest.read.json_records import document
from ingest.sources import SourceFile
from ingest.understand.bodies import compose
from retrieval.errors import FileRefusedError

KIND: Final = "github"
_LISTS: Final = frozenset(
    {"issues", "pulls", "comments", "nodes", "discussions", "reviews", "replies"}
)
_PAGE_SIZES: Final = {"gh": 30, "REST": 30}
"""How many records come when no number is asked for."""
_PLACE: Final = re.compile(
    r"github\.com/(?:repos/)?([\w.-]+/[\w.-]+)/(?:issues|pulls?|discussions)/(\d+)"
)
_COMMENT_NUMBER: Final = re.compile(
    r"#(?:issuecomment-|discussioncomment-|discussion_r|pullrequestreview-)?(\d+)\Z"
)
_TEMPLATE_NOTE: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_FOLD: Final = re.compile(r"</?(?:details|summary)\b[^>]*>", re.IGNORECASE)
_MENTION: Final = re.compile(r"(?<![\w/@.`])@([A-Za-z\d](?:[A-Za-z\d]|-(?=[A-Za-z\d])){0,38})")
_ATTACHED: Final = re.compile(
    r"\[([^\]\n]+)\]\(https://(?:github\.com/(?:user-attachments/)?[^)\s]*files/|user-images\.)[^)\s]*\)"
)
_NOT_HELPED: Final = frozenset({"not_planned", "duplicate"})


def _one_of(*names: str) -> Json:
    return Field(default=None, validation_alias=AliasChoices(*names))


def _nodes(value: object) -> object:
    """Return the records of a list, be it plain or GraphQL's."""
    if isinstance(value, dict):
        value = value.get("nodes")
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _named(value: object) -> object:
    """Return labels by name, whether they are strings or records."""
    labels = value.get("nodes") if isinstance(value, dict) else value
    if not isinstance(labels, list):
        return []
    return [one.get("name") if isinstance(one, dict) else one for one in labels]


def _login(value: object) -> object:
    return {"login": value} if isinstance(value, str) else value


def _reaction_count(value: object) -> object:
    """Return how many reactions there are, in GraphQL's groups or REST's total."""
    if isinstance(value, list):
        users = [one.get("users") for one in value if isinstance(one, dict)]
        return sum(one.get("totalCount", 0) for one in users if isinstance(one, dict))
    return value.get("total_count") if isinstance(value, dict) else value


_Nodes = Annotated[tuple[dict[str, Any], ...], BeforeValidator(_nodes)]


class Author(Wire):
    """Who wrote something; nobody where the account is gone."""

    login: Annotated[OneLine | None, IfRight] = None
    id: Annotated[Key | None, IfRight] = None
    type: Annotated[OneLine | None, IfRight] = None
    is_bot: Annotated[bool | None, IfRight] = None

    @property
    def is_program(self) -> bool:
        """Whether it is an app."""
        login = self.login or ""
        told = bool(self.is_bot) or self.type == "Bot"
        return told or login.endswith("[bot]") or login.startswith("app/")


class Contribution(Wire):
    """What is said of an issue, a review or a comment alike."""

    id: Annotated[Key | None, IfRight] = None
    database_id: Annotated[Key | None, IfRight] = _one_of("databaseId", "fullDatabaseId")
    author: Annotated[Author | None, BeforeValidator(_login), IfRight] = _one_of("author", "user")
    body: Annotated[Words | None, IfRight] = None
    url: Annotated[OneLine | None, IfRight] = _one_of("html_url", "url", "permalink")
    created_at: Annotated[UtcTime | None, IfRight] = _one_of(
        "createdAt", "created_at", "submittedAt", "submitted_at", "publishedAt"
    )
    edited_at: Annotated[UtcTime | None, IfRight] = _one_of("lastEditedAt", "editedAt")
    updated_at: Annotated[UtcTime | None, IfRight] = _one_of("updatedAt", "updated_at")
    reactions: Annotated[int | None, BeforeValidator(_reaction_count), IfRight] = _one_of(
        "reactionGroups", "reactions"
    )
    upvotes: Annotated[int | None, IfRight] = _one_of("upvoteCount")
    is_answer: Annotated[bool | None, IfRight] = _one_of("isAnswer")
    is_minimized: Annotated[bool | None, IfRight] = _one_of("isMinimized")
    minimized_reason: Annotated[OneLine | None, IfRight] = _one_of("minimizedReason")
    in_reply_to: Annotated[Key | None, IfRight] = _one_of("in_reply_to_id")
    reply_to: Annotated[dict[str, Any] | None, IfRight] = _one_of("replyTo")
    issue_url: Annotated[Words | None, IfRight] = _one_of(
        "issue_url", "pull_request_url", "discussion_url"
    )
    comments: _Nodes = Field(default=())
    replies: _Nodes = Field(default=())

    @property
    def key(self) -> str:
        """Its number where the source tells one; else by whom and when it was written."""
        found = _COMMENT_NUMBER.search(self.url or "")
        name = self.author.login if self.author else None
        when = self.created_at.isoformat() if self.created_at else ""
        return (found[1] if found else self.database_id or self.id) or f"{name}-{when}"


class Item(Contribution):
    """An issue, a pull request or a discussion."""

    number: int
    title: Annotated[OneLine | None, IfRight] = None
    state: Annotated[OneLine | None, IfRight] = None
    state_reason: Annotated[OneLine | None, IfRight] = _one_of("stateReason", "state_reason")
    is_answered: Annotated[bool | None, IfRight] = _one_of("isAnswered")
    answer: Annotated[Contribution | None, IfRight] = None
    category: Annotated[dict[str, Any] | None, IfRight] = None
    labels: Annotated[tuple[OneLine, ...], BeforeValidator(_named), IfList] = ()
    reviews: _Nodes = Field(default=())
    review_threads: _Nodes = Field(default=(), validation_alias="reviewThreads")


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is from GitHub: by its addresses and the names of its fields."""
    del name
    if b'"i-d-template"' in head or (b'"magic"' in head and b'"repo"' in head):
        return CERTAIN
    opens = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if b"github.com/" not in head or opens not in {b"[", b"{"}:
        return 0.0
    if any(sign in head for sign in (b'"reactionGroups"', b'"authorAssociation"', b'"issue_url"')):
        return CERTAIN
    written = b'"createdAt"' in head or b'"created_at"' in head
    return LIKELY + 0.2 if b'"number"' in head and b'"title"' in head and written else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the issues, pull requests and discussions of a file.

    Raises:
        FileRefusedError: if there are none in it.
    """
    whole, shortfall = document(source, _LISTS)
    if shortfall is not None:
        yield shortfall
    layout = _layout(whole)
    yield Edition(layout)
    reading = _Reading(source.name, str(whole.get("repo", "")) if isinstance(whole, dict) else "")
    items = list(_items(whole))
    if not items:
        raise FileRefusedError(source.name, "holds no issues, pull requests or discussions")
    for fields in items:
        reading.take(fields)
    yield from reading.found()
    if isinstance(whole, list) and len(whole) == _PAGE_SIZES.get(layout):
        yield Shortfall(_PAGE_FULL.format(size=len(whole)))


_PAGE_FULL: Final = (
    "holds exactly {size}, as many as come when no number is asked for: export it again "
    "with --limit 10000 (gh) or page by page (REST)"
)


def _layout(whole: Json) -> str:
    if isinstance(whole, dict):
        return "archive.json" if "pulls" in whole or "magic" in whole else "GraphQL"
    records = whole if isinstance(whole, list) else []
    first: dict[str, Any] = next((one for one in records if isinstance(one, dict)), {})
    return "REST" if "created_at" in first or "html_url" in first else "gh"


def _items(whole: Json) -> Iterator[Any]:
    """Yield what stands for an issue or a comment, wherever a document has it."""
    stack = [whole]
    while stack:
        at = stack.pop()
        if isinstance(at, list):
            stack += reversed(at)
        elif not isinstance(at, dict) or "number" in at or "body" in at:
            yield at
        else:
            inner = [at[key] for key in _ENVELOPES if isinstance(at.get(key), (dict, list))]
            stack += reversed(inner)


_ENVELOPES: Final = (
    "data", "repository", "node", "search", "issues", "pulls", "pullRequests", "discussions",
    "issue", "pullRequest", "discussion", "nodes", "items", "comments",
)  # fmt: skip


class _Reading:
    """What is known so far of the threads of one file."""

    def __init__(self, name: str, repository: str) -> None:
        self._repository = repository
        self._gathering = Gathering(name)
        self._missing = 0

    def take(self, fields: object) -> None:
        """Take an issue with all that is in it, or a comment that stands alone."""
        try:
            if isinstance(fields, dict) and "number" not in fields:
                self._take_alone(Contribution.model_validate(fields))
            else:
                self._take_item(Item.model_validate(fields), fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)

    def _take_alone(self, comment: Contribution) -> None:
        found = _PLACE.search(comment.issue_url or "") or _PLACE.search(comment.url or "")
        if found is None:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        self._add(f"{found[1]}/{found[2]}", comment, _OPENER)

    def _take_item(self, item: Item, fields: Json) -> None:
        found = _PLACE.search(item.url or "")
        thread = f"{found[1] if found else self._repository}/{item.number}"
        facts = self._gathering.thread(thread)
        category = (item.category or {}).get("name")
        facts.title, facts.url = item.title, item.url
        facts.tags = tuple(filter(None, (*item.labels, category)))
        facts.is_solved = bool(item.is_answered) or _is_settled(item, fields)
        self._add(thread, item, None)
        self._take_comments(thread, item)
        counted = fields.get("comments")
        if isinstance(counted, int):
            self._missing += counted
        elif isinstance(counted, dict) and isinstance(counted.get("totalCount"), int):
            self._missing += max(0, counted["totalCount"] - len(item.comments))

    def _take_comments(self, thread: str, item: Item) -> None:
        answer = item.answer.key if item.answer else None
        stack: list[tuple[dict[str, Any], str | None]] = []
        stack += ((fields, _OPENER) for fields in reversed(item.comments))
        stack += ((fields, _OPENER) for fields in reversed(item.reviews))
        for review_thread in item.review_threads:
            stack += ((fields, _OPENER) for fields in reversed(_dicts(review_thread)))
        while stack:
            fields, parent = stack.pop()
            try:
                comment = Contribution.model_validate(fields)
            except ValidationError:
                self._gathering.leave_out(LeftOutReason.BROKEN)
                continue
            key = self._add(thread, comment, parent, answer)
            # What a review has no words of its own for answers the pull request.
            above = key if (comment.body or "").strip() else parent
            stack += ((one, above) for one in reversed((*comment.comments, *comment.replies)))

    def _add(
        self, thread: str, post: Contribution, parent: str | None, answer: str | None = None
    ) -> str:
        key = _OPENER if parent is None else post.key
        if post.is_minimized and (post.minimized_reason or "").lower() in {"spam", "abuse"}:
            self._gathering.leave_out(LeftOutReason.DELETED)
            return key
        told = post.reply_to.get("id") if post.reply_to else None
        text, paragraphs = compose([_body(post)])
        login = post.author.login if post.author else None
        draft = PostDraft(
            key=key,
            text=text,
            paragraphs=paragraphs,
            author=login,
            # Comments of the same people have ids in REST only: the login stands in all layouts.
            author_id=login,
            created_at=post.created_at,
            edited_at=_edited_at(post),
            parent_key=post.in_reply_to or (told if isinstance(told, str) else None) or parent,
            url=post.url,
            score=post.upvotes if post.reactions is None else post.reactions + (post.upvotes or 0),
            is_accepted=bool(post.is_answer) or (answer is not None and key == answer),
            is_bot=bool(post.author and post.author.is_program),
            attachments=tuple(_ATTACHED.findall(text)),
            mentions=tuple(dict.fromkeys(_MENTION.findall(text))),
        )
        self._gathering.add(thread, draft, 0 if parent is None else 1)
        return key

    def found(self) -> Iterator[Found]:
        """Yield the threads, and how many comments the file only counts."""
        yield from self._gathering.found()
        if self._missing:
            yield Shortfall(
                f"tells of {self._missing:,} comments that it does not hold: export "
                "them with gh issue list --json …,comments or from the comments' own address"
            )


_OPENER: Final = "opening"
"""The key of the post that opens an issue: the issue's own text."""


def _body(post: Contribution) -> str:
    """Return what was written, without a template's notes; an issue's title where that is all."""
    body = _FOLD.sub("", _TEMPLATE_NOTE.sub("", post.body or "")).replace("\r\n", "\n")
    return body if body.strip() or not isinstance(post, Item) else post.title or ""


def _edited_at(post: Contribution) -> datetime | None:
    """Return when a text was changed; an issue counts as updated by each comment."""
    if post.edited_at is not None or isinstance(post, Item):
        return post.edited_at
    return post.updated_at if post.updated_at != post.created_at else None


def _dicts(review_thread: dict[str, Any]) -> list[dict[str, Any]]:
    found = _nodes(review_thread.get("comments"))
    return found if isinstance(found, list) else []


def _is_settled(item: Item, fields: Json) -> bool:
    """Tell whether an issue was closed as done; a pull request asks nothing."""
    is_pull = any(key in fields for key in ("pull_request", "mergedAt", "baseRefName", "reviews"))
    closed = (item.state or "").lower() == "closed"
    return closed and not is_pull and (item.state_reason or "").lower() not in _NOT_HELPED


READER: Final = Reader(
    kind=KIND,
    label="GitHub issues, pull requests and discussions",
    suffixes=(".json",),
    sniff=sniff,
    read=read,
    example='[{"number": 7, "title": "…", "body": "…", "comments": [{"body": "…"}], "url": "…"}]',
    export=(
        "gh issue list --state all --limit 10000 --json "
        "number,title,url,author,body,createdAt,comments,labels,state,stateReason > issues.json; "
        "gh pr list likewise."
    ),
)
