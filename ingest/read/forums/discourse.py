"""Discourse: topics as ``/t/ID.json`` gives them, posts one a file, and lists of either."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ValidationError
from selectolax.lexbor import LexborNode

from ingest.drafts import (
    CERTAIN,
    Found,
    LeftOutReason,
    ParagraphDraft,
    PostDraft,
    Reader,
    Shortfall,
    ThreadDraft,
)
from ingest.read.fields import IfList, IfRight, Json, Key, OneLine, UtcTime, Wire, Words
from ingest.read.forums.bbcode import quote_parts
from ingest.read.gathering import Gathering
from ingest.read.json_records import document
from ingest.sources import Bundle, Folder, Group, SourceFile
from ingest.understand.bodies import Part, Quoted, compose
from ingest.understand.html_bodies import Skip, html_parts
from retrieval.errors import FileRefusedError

KIND: Final = "discourse"
_LISTS: Final = frozenset({"posts", "latest_posts", "topics"})
# Small notes ("closed this topic"), and whispers, which only the staff may read.
_NO_CONTRIBUTIONS: Final = frozenset({3, 4})
_LIKE: Final = 2
_HOST: Final = re.compile(r"/user_avatar/([\w.-]+)/")
_HOST_IN_HEAD: Final = re.compile(rb"/user_avatar/([\w.-]+)/")
_FEW: Final = 3
_BY: Final = re.compile(
    r"^(?P<name>.*?)(?:,\s*post:\s*(?P<post>\d+))?(?:,\s*topic:\s*(?P<topic>\d+))?"
    r"(?:,\s*(?:full|username):.*)?$"
)
_USERNAME: Final = re.compile(r"username:\s*([\w.-]+)")
_MENTION: Final = re.compile(r"(?<![\w/@.`])@([\w.-]*\w)")
_UPLOAD: Final = re.compile(
    r"!?\[([^\]\n|]+)(?:\|[^\]\n]*)?\]\((?:upload://|[^)\s]*/uploads/)[^)\s]*\)"
)
_MORE: Final = "export all of its pages (?print=true gives a topic whole)"
_NO_POSTS: Final = (
    "lists topics of Discourse without their posts; save each topic's own page, /t/ID.json"
)


def _names(value: object) -> object:
    """Newer versions write tags as objects."""
    if not isinstance(value, list):
        return []
    return [each.get("name", "") if isinstance(each, dict) else each for each in value]


class Action(Wire):
    """How often something was done to a post."""

    id: int = 0
    count: int = 0


class WirePost(Wire):
    """One post."""

    id: Key
    post_number: int
    topic_id: Annotated[Key | None, IfRight] = None
    post_type: Annotated[int | None, IfRight] = None
    action_code: Annotated[OneLine | None, IfRight] = None
    username: Annotated[OneLine | None, IfRight] = None
    user_id: Annotated[int | None, IfRight] = None
    created_at: Annotated[UtcTime | None, IfRight] = None
    updated_at: Annotated[UtcTime | None, IfRight] = None
    version: Annotated[int | None, IfRight] = None
    cooked: Annotated[Words | None, IfRight] = None
    raw: Annotated[Words | None, IfRight] = None
    reply_to_post_number: Annotated[int | None, IfRight] = None
    actions_summary: Annotated[tuple[Action, ...], IfList] = ()
    accepted_answer: Annotated[bool | None, IfRight] = None
    hidden: Annotated[bool | None, IfRight] = None
    user_deleted: Annotated[bool | None, IfRight] = None
    deleted_at: Annotated[OneLine | None, IfRight] = None
    avatar_template: Annotated[Words | None, IfRight] = None
    topic_title: Annotated[OneLine | None, IfRight] = None
    topic_slug: Annotated[OneLine | None, IfRight] = None
    posts_count: Annotated[int | None, IfRight] = None


class WireTopic(Wire):
    """What is said of a topic besides its posts."""

    id: Key
    title: Annotated[OneLine | None, IfRight] = None
    slug: Annotated[OneLine | None, IfRight] = None
    posts_count: Annotated[int | None, IfRight] = None
    tags: Annotated[tuple[OneLine, ...], BeforeValidator(_names), IfList] = ()
    deleted_at: Annotated[OneLine | None, IfRight] = None


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is from Discourse: by fields that no other product has."""
    del name
    if b'"post_stream"' in head or b'"topic_list"' in head or b'"latest_posts"' in head:
        return CERTAIN
    return CERTAIN if b'"post_number"' in head and b'"topic_' in head else 0.0


def bundles(folder: Folder) -> Sequence[Group]:
    """Return the posts that stand one a file, in one folder or in one a month.

    The posts of each forum make its topics together.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for name in sorted(folder.below):
        if name.lower().endswith(".json"):
            names[posixpath.dirname(name)].append(name)
    forums: dict[bytes, list[str]] = defaultdict(list)
    for there in names.values():
        # A look at the first few tells whether the others, of which there may be many, are posts.
        if any(_is_post(folder.head(name)) for name in there[:_FEW]):
            heads = {name: folder.head(name) for name in there}
            posts = [name for name, head in heads.items() if _is_post(head)]
            hosts = (_HOST_IN_HEAD.search(heads[name]) for name in posts)
            forums[next((found[1] for found in hosts if found), b"")] += posts
    return [_group(host, posts, is_only=len(forums) == 1) for host, posts in forums.items()]


def _group(host: bytes, posts: Sequence[str], *, is_only: bool) -> Group:
    above = posixpath.commonpath([posixpath.dirname(name) or "." for name in posts])
    name = above.removeprefix(".") if is_only else posixpath.join(above, host.decode() or "posts")
    return Group(tuple(posts), name.removeprefix("./"))


def _is_post(head: bytes) -> bool:
    return b'"post_number"' in head and b'"topic_id"' in head and b'"post_stream"' not in head


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the topics of a file.

    Raises:
        FileRefusedError: if there are no posts of Discourse in it.
    """
    reading = _Reading(source.name)
    yield from reading.take(source)
    yield from reading.found()


def read_bundle(bundle: Bundle) -> Iterator[Found]:
    """Yield the topics of a folder of posts.

    Raises:
        FileRefusedError: if there are no posts of Discourse in it.
    """
    reading = _Reading(bundle.name)
    for source in bundle.files.values():
        yield from reading.take(source)
    yield from reading.found()


class _Reading:
    """What is known so far of the topics of one source."""

    def __init__(self, name: str) -> None:
        self._host = ""
        self._topics: dict[str, WireTopic] = {}
        self._held: dict[str, set[int]] = {}
        self._announced: dict[str, int] = {}
        self._gathering = Gathering(name)

    def take(self, source: SourceFile) -> Iterator[Found]:
        """Take the posts of one file."""
        whole, shortfall = document(source, _LISTS)
        if shortfall is not None:
            yield shortfall
            if isinstance(whole, dict) and "post_number" in whole:
                self._gathering.leave_out(LeftOutReason.BROKEN)
                return
        for topic, posts in _topics_in(source.name, whole):
            key = self._take_topic(topic)
            for post in posts:
                self._take_post(post, key)

    def _take_topic(self, fields: dict[str, Any]) -> str | None:
        """Keep what is said of a topic besides its posts; return its key."""
        try:
            topic = WireTopic.model_validate(fields)
        except ValidationError:  # nothing is said, or not which topic it is
            return None
        around = fields.get("post_stream")
        stream = _list(around.get("stream")) if isinstance(around, dict) else []
        self._topics[topic.id] = topic
        self._announced[topic.id] = len(stream) or topic.posts_count or 0
        return topic.id

    def _take_post(self, fields: object, topic_id: str | None) -> None:
        try:
            post = WirePost.model_validate(fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        topic = post.topic_id or topic_id
        if topic is None:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        self._held.setdefault(topic, set()).add(post.post_number)
        self._announced[topic] = max(self._announced.get(topic, 0), post.posts_count or 0)
        if found := _HOST.match(post.avatar_template or ""):
            self._host = self._host or found.group(1)
        reason = _left_out(post)
        if reason is not None:
            self._gathering.leave_out(reason)
            return
        self._gathering.add(topic, _draft(post, topic), post.post_number)
        if topic not in self._topics:
            title, slug = post.topic_title, post.topic_slug
            self._topics[topic] = WireTopic(id=topic, title=title, slug=slug)

    def found(self) -> Iterator[Found]:
        """Yield the topics, now that all of them and the forum's address are known."""
        for key, topic in self._topics.items():
            facts = self._gathering.thread(key)
            facts.title, facts.tags = topic.title, tuple(filter(None, topic.tags))
            facts.url = f"/t/{topic.slug or '-'}/{key}"
        for found in self._gathering.found():
            yield self._placed(found) if isinstance(found, ThreadDraft) else found
        yield from self._missing()

    def _missing(self) -> Iterator[Shortfall]:
        """Say how many posts the forum has of these topics and the source has not."""
        lacking = {
            key: wanted - held
            for key, wanted in self._announced.items()
            if (held := len(self._held.get(key, ()))) < wanted
        }
        if not lacking:
            return
        key = max(lacking, key=lacking.__getitem__)
        title = (self._topics[key].title if key in self._topics else None) or key
        wanted = self._announced[key]
        of = f"{wanted - lacking[key]:,} of the {wanted:,} posts of “{title}”"
        rest = sum(lacking.values()) - lacking[key]
        others = f", and lacks {rest:,} of other topics" if rest else ""
        yield Shortfall(f"holds {of}{others}: {_MORE}")

    def _placed(self, thread: ThreadDraft) -> ThreadDraft:
        """Give a topic the forum's address, and the people whom it mentions their ids."""
        ids = {post.author.lower(): post.author_id for post in thread.posts if post.author}
        return replace(
            thread,
            key=self._key(thread.key),
            url=self._url(thread.url),
            is_solved=any(post.is_accepted for post in thread.posts),
            posts=tuple(
                replace(
                    post,
                    url=self._url(post.url),
                    mentions=tuple(id_ for name in post.mentions if (id_ := ids.get(name))),
                    paragraphs=tuple(map(self._attributed, post.paragraphs)),
                )
                for post in thread.posts
            ),
        )

    def _key(self, topic: str) -> str:
        return f"{self._host}/{topic}" if self._host else topic

    def _url(self, path: str | None) -> str | None:
        return f"https://{self._host}{path}" if self._host and path else None

    def _attributed(self, paragraph: ParagraphDraft) -> ParagraphDraft:
        topic = paragraph.quoted_thread_key
        if topic is None:
            return paragraph
        return replace(paragraph, quoted_thread_key=self._key(topic))


def _topics_in(name: str, whole: Json) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Yield what a document says of its topics, with the posts that it has of each."""
    for one in whole if isinstance(whole, list) else [whole]:
        if not isinstance(one, dict):
            raise FileRefusedError(name, "is no export of Discourse: it holds no posts")
        stream = one.get("post_stream")
        topics = one.get("topics")
        if "post_number" in one:
            yield {}, [one]
        elif isinstance(stream, dict):
            yield one, _list(stream.get("posts"))
        elif isinstance(one.get("latest_posts"), list):
            yield {}, one["latest_posts"]
        elif isinstance(one.get("posts"), list):
            yield one, one["posts"]
        elif isinstance(topics, list) and topics:
            yield from _topics_in(name, topics)
        else:
            raise FileRefusedError(name, _NO_POSTS)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _left_out(post: WirePost) -> LeftOutReason | None:
    if post.deleted_at or post.user_deleted or post.hidden:
        return LeftOutReason.DELETED
    if post.post_type in _NO_CONTRIBUTIONS or post.action_code:
        return LeftOutReason.SYSTEM
    return None


def _draft(post: WirePost, topic: str) -> PostDraft:
    text, paragraphs = compose(_parts(post, topic))
    path = f"/t/{post.topic_slug or '-'}/{topic}/{post.post_number}"
    return PostDraft(
        key=str(post.post_number),
        text=text,
        paragraphs=paragraphs,
        author=post.username or None,
        author_id=None if post.user_id is None else str(post.user_id),
        created_at=post.created_at,
        edited_at=post.updated_at if (post.version or 1) > 1 else None,
        parent_key=str(post.reply_to_post_number) if post.reply_to_post_number else None,
        url=path,
        score=next((action.count for action in post.actions_summary if action.id == _LIKE), None),
        is_accepted=bool(post.accepted_answer),
        # The system and its helper have no account of a person.
        is_bot=post.user_id is not None and post.user_id < 0,
        attachments=tuple(dict.fromkeys(_UPLOAD.findall(text))),
        mentions=tuple(dict.fromkeys(name.lower() for name in _MENTION.findall(text))),
    )


def _parts(post: WirePost, topic: str) -> Iterator[Part]:
    if post.raw and post.raw.strip():
        yield from quote_parts(post.raw, lambda by: _origin(by, topic))
        return
    for part in html_parts(post.cooked or "", lambda node: _claim(node, topic)):
        # Posts that were moved from older forums keep such marks as their text.
        if isinstance(part, Quoted):
            yield part
        else:
            yield from quote_parts(part, lambda by: _origin(by, topic))


def _origin(by: str, topic: str) -> Quoted:
    """Return whose a quote is by its mark: ``Ann Lee, post:3, topic:7, username:ann``."""
    found = _BY.match(by)
    if found is None:
        return Quoted("")
    username = _USERNAME.search(by)
    author = username.group(1) if username else found["name"].strip()
    return _quoted(author, found["post"], found["topic"], topic)


def _claim(node: LexborNode, topic: str) -> Quoted | Skip | str | None:
    classes = (node.attributes.get("class") or "").split()
    if node.tag == "aside" and "quote" in classes:
        told = node.attributes
        author = told.get("data-username")
        return _quoted(author, told.get("data-post"), told.get("data-topic"), topic)
    if node.tag == "aside" and "onebox" in classes:
        return told_link(node)
    if node.tag == "div" and classes == ["title"] and node.parent and node.parent.tag == "aside":
        return Skip()
    if {"meta", "lightbox-meta", "quote-controls", "md-table-scroll"} & set(classes):
        return Skip()
    if "spoiler" in classes or "spoiled" in classes:
        return f"||{(node.text(deep=True) or '').strip()}||"
    return None


def told_link(node: LexborNode) -> str | Skip:
    """Return the link that a card under a post leads to, under its title."""
    link = node.css_first("h3 a, h4 a") or node.css_first("a")
    target = link.attributes.get("href") if link is not None else None
    title = " ".join((link.text(deep=True) or "").split()) if link is not None else ""
    return f"[{title}]({target})" if title and target else target or Skip()


def _quoted(author: str | None, post: str | None, of: str | None, topic: str) -> Quoted:
    return Quoted(
        "",
        author=author or None,
        key=post or None,
        thread_key=of if post and of and of != topic else None,
    )


READER: Final = Reader(
    kind=KIND,
    label="Discourse JSON",
    suffixes=(".json",),
    sniff=sniff,
    read=read,
    example='{"id": 7, "title": "…", "post_stream": {"posts": [{"post_number": 1, …}]}}',
    export=(
        "Save https://FORUM/t/ID.json?print=true for each topic, or https://FORUM/posts/ID.json "
        "for each post into one folder."
    ),
    bundles=bundles,
    read_bundle=read_bundle,
)
