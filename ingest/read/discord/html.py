"""DiscordChatExporter's HTML, in the layouts of 2019 and of today.

Messages are known by Discord's own ids, which tell their times as well; a message without an
author of its own is by the one before it in its group.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.drafts import (
    CERTAIN,
    Edition,
    Found,
    LeftOut,
    LeftOutReason,
    PostDraft,
    Reader,
    Shortfall,
    ThreadDraft,
)
from ingest.files.decoding import decode
from ingest.read.discord.chat_exporter import KIND as FAMILY
from ingest.read.discord.chat_exporter import SITE
from ingest.read.discord.dates import of_snowflake
from ingest.read.discord.html_text import classes_of, parts_of, words_of
from ingest.read.discord.rows import channel_id, file_name, title_of
from ingest.read.fields import clean
from ingest.read.gathering import without_circles
from ingest.sources import SourceFile
from ingest.understand.bodies import Part, Quoted, compose
from retrieval.errors import FileRefusedError
from retrieval.text.wording import content_id, squeeze, visible

KIND: Final = "discord-html"
_BEGINNING: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html)",
    re.IGNORECASE | re.DOTALL,
)
_STYLE: Final = re.compile(rb"chatlog__|\.chatlog\b")
_ANSWERED: Final = re.compile(r"scrollToMessage\(\s*event\s*,\s*['\"](\d{15,20})['\"]")
_GUILD: Final = re.compile(r"/icons/(\d{15,20})/")
_COUNTED: Final = re.compile(r"Exported ([\d,.\s\u00a0\u202f]{1,20}) message")
_MESSAGES: Final = "[data-message-id]"
_AUTHOR: Final = ".chatlog__author, .chatlog__author-name"
_BOT: Final = ".chatlog__author-tag, .chatlog__bot-label, .chatlog__bot-tag"
_CARD: Final = (
    ".chatlog__embed-title", ".chatlog__embed-description", ".chatlog__embed-field",
)  # fmt: skip
_DEEPEST: Final = 500
_TAG: Final = re.compile(r"<(/?)(?!(?:img|br|hr|input|meta|link|use|path|source|wbr)\b)[a-zA-Z]")


def sniff(name: str, head: bytes) -> float:  # noqa: ARG001  # content alone decides
    """Say how likely a file is such an export: by the names of its styles."""
    return CERTAIN if _BEGINNING.match(head) and _STYLE.search(head) else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the one thread of an export.

    Raises:
        FileRefusedError: if there is no log of messages in it.
    """
    text = decode(source)
    _refuse_too_deep(source.name, text)
    tree = LexborHTMLParser(text)
    if tree.css_first(".chatlog") is None:
        raise FileRefusedError(
            source.name, "is no whole DiscordChatExporter HTML: there is no log of messages in it"
        )
    yield Edition("layout of 2019" if tree.css_first(".info") else "layout of today")
    page = _Page(source.name, tree)
    posts = list(page.posts())
    yield from _shortfall(text, tree, page)
    if posts:
        yield ThreadDraft(
            key=page.key,
            title=page.title,
            url=page.url,
            posts=without_circles(posts),
            is_channel=page.is_channel,
        )
    yield from (LeftOut(reason, count) for reason, count in page.left_out.items() if count)


def _refuse_too_deep(name: str, text: str) -> None:
    """Refuse what no exporter nests, before a parser spends minutes on it."""
    depth = 0
    for tag in _TAG.finditer(text):
        depth = max(0, depth - 1) if tag.group(1) else depth + 1
        if depth > _DEEPEST:
            raise FileRefusedError(name, "is nested too deeply for a DiscordChatExporter HTML")


def _shortfall(text: str, tree: LexborHTMLParser, page: _Page) -> Iterator[Shortfall]:
    counted = _COUNTED.search(words_of(tree.css_first(".postamble")))
    if counted:
        promised = int(re.sub(r"\D", "", counted.group(1)) or 0)
        if promised > page.held:
            told = f"holds {page.held:,} of the {promised:,} messages that it counts"
            yield Shortfall(told, breaks_off=True)
    elif not text.rstrip().lower().endswith("</html>"):
        told = f"breaks off after {page.held:,} messages; export it again for the rest"
        yield Shortfall(told, breaks_off=True)


class _Page:
    """What stands around the messages, and the messages."""

    def __init__(self, name: str, tree: LexborHTMLParser) -> None:
        self._tree = tree
        self.left_out: Counter[LeftOutReason] = Counter()
        self.held = 0
        entries = [words_of(node) for node in tree.css(".preamble__entry")]
        guild, hierarchy = (*entries, "", "")[:2]
        old_guild = tree.css_first(".info__guild-name")
        if old_guild is not None:
            guild = words_of(old_guild)
            hierarchy = words_of(tree.css_first(".info__channel-name"))
        self.title, self.is_channel = title_of(hierarchy)
        channel = channel_id(name)
        self.key = channel or content_id(KIND, guild, hierarchy)
        icon = tree.css_first(".preamble__guild-icon, .info__guild-icon")
        guild_id = _GUILD.search((icon.attributes.get("src") or "") if icon is not None else "")
        self.url = f"{SITE}/{guild_id.group(1)}/{channel}" if guild_id and channel else None

    def posts(self) -> Iterator[PostDraft]:
        """Yield the posts, in the order of their ids."""
        found: dict[str, PostDraft] = {}
        before: PostDraft | None = None
        group: int | None = None
        for node in self._tree.css(_MESSAGES) or self._tree.css(".chatlog__message"):
            self.held += 1
            above = _group_of(node)
            if above is None or above.mem_id != group:
                before, group = None, above.mem_id if above is not None else None
            id_ = squeeze(visible(node.attributes.get("data-message-id") or ""))
            if node.css_first("[class*=system-notification]") is not None:
                self.left_out[LeftOutReason.SYSTEM] += 1
                continue
            post = self._post(node, id_, above)
            if post.author is None and before is not None:
                post = replace(
                    post, author=before.author, author_id=before.author_id, is_bot=before.is_bot
                )
            before = post
            if post.key in found:
                self.left_out[LeftOutReason.REPEATED] += 1
            found[post.key] = post
        worded = [post for post in found.values() if post.paragraphs]
        self.left_out[LeftOutReason.EMPTY] += len(found) - len(worded)
        yield from sorted(worded, key=lambda post: (len(post.key), post.key))

    def _post(self, node: LexborNode, id_: str, group: LexborNode | None) -> PostDraft:
        text, paragraphs = compose(_body(node))
        author = node.css_first(_AUTHOR)
        around = node
        if author is None and group is not None and node.css_first(".chatlog__header") is None:
            # In older layouts the author stands beside the messages of the group.
            beside = group.css_first(_AUTHOR)
            if beside is not None and beside.parent is not None and _outside(beside):
                author, around = beside, group
        score = [words_of(one) for one in node.css(".chatlog__reaction-count")]
        answered = _ANSWERED.search(
            " ".join(one.attributes.get("onclick") or "" for one in node.css("[onclick]"))
        )
        return PostDraft(
            key=id_ or content_id(text),
            text=text if visible(text).strip() else "",
            paragraphs=paragraphs if visible(text).strip() else (),
            author=squeeze(visible(clean(words_of(author)))) or None,
            author_id=(author.attributes.get("data-user-id") if author is not None else None),
            created_at=of_snowflake(id_),
            parent_key=answered.group(1) if answered else None,
            url=f"{self.url}/{id_}" if self.url and id_ else None,
            score=sum(int(one) for one in score if one.isdecimal()) if score else None,
            is_bot=around.css_first(_BOT) is not None,
            attachments=tuple(dict.fromkeys(filter(None, map(_file, node.css(_FILES))))),
        )


_FILES: Final = ".chatlog__attachment a[href], .chatlog__attachment [src], .chatlog__sticker"


def _file(node: LexborNode) -> str:
    attributes = node.attributes
    if "chatlog__sticker" in classes_of(node):
        name = squeeze(visible(attributes.get("title") or ""))
        return f"sticker: {name}" if name else ""
    return file_name(attributes.get("href") or attributes.get("src") or "")


def _outside(author: LexborNode) -> bool:
    """Tell whether an author stands beside messages, not in one."""
    node = author.parent
    while node is not None:
        if "data-message-id" in node.attributes:
            return False
        node = node.parent
    return True


def _group_of(node: LexborNode) -> LexborNode | None:
    above = node.parent
    while above is not None and "chatlog__message-group" not in classes_of(above):
        above = above.parent
    return above


def _body(node: LexborNode) -> Iterator[Part]:
    own: list[Part] = []
    for content in node.css(".chatlog__content"):
        parts = parts_of(content)
        if _is_passed_on(content):
            yield from (p if isinstance(p, Quoted) else Quoted(p) for p in map(_clean, parts))
        else:
            own += map(_clean, parts)
    yield from own
    for card in node.css(".chatlog__embed"):
        text = "\n\n".join(filter(None, (words_of(one) for one in card.css(", ".join(_CARD)))))
        if visible(text).strip():
            author = squeeze(visible(words_of(card.css_first(".chatlog__embed-author-name"))))
            yield Quoted(clean(text), author or None) if own else clean(text)


def _clean(part: Part) -> Part:
    return replace(part, text=clean(part.text)) if isinstance(part, Quoted) else clean(part)


def _is_passed_on(node: LexborNode) -> bool:
    above = node.parent
    while above is not None and "data-message-id" not in above.attributes:
        if any("forward" in name for name in classes_of(above)):
            return True
        above = above.parent
    return False


READER: Final = Reader(
    kind=KIND,
    label="DiscordChatExporter HTML",
    suffixes=(".html", ".htm"),
    sniff=sniff,
    read=read,
    example='<div class="chatlog__message-container" data-message-id="…">…</div>',
    export=(
        "Better export as JSON, which has all of a message. Of HTML, keep the file's name: the "
        "channel's id stands only there."
    ),
    family=FAMILY,
)
