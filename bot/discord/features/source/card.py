"""A reading room as a card: a passage, its replies, or its thread, with what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.discord.cards.attributions import jumping, passage_code, thread_name, with_jump
from bot.discord.cards.cards import (
    Block,
    Card,
    Divider,
    TextBlock,
    Tone,
    assemble,
    safe_url,
)
from bot.discord.cards.markdown import fit, fit_line, quote_block
from bot.discord.features.source.pages import Page, author_name
from bot.discord.features.source.places import Action, Show, Spot
from bot.discord.words import Words
from retrieval.records import Occurrence, Passage, Post, SourceView, TextKind, Thread

PASSAGE_LIMIT: Final = 2_000
NEIGHBOUR_LIMIT: Final = 200
REPLIES_A_PAGE: Final = 4
REPLY_LIMIT: Final = 700
MAX_PLACES: Final = 4


@dataclass(frozen=True, slots=True)
class RoomButton:
    """A button of a reading room."""

    label: str
    action: Action
    spot: Spot
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """What one message shows, and where one can go from there."""

    card: Card
    rows: tuple[tuple[RoomButton, ...], ...]


def passage_room(view: SourceView, spot: Spot, words: Words) -> Room:
    """Return the room of a passage: who said it, its words, its surroundings."""
    text = words.room
    blocks: list[Block] = [
        with_jump(
            f"-# {_credit(view.post, view.thread, view.passage.kind, words)}",
            view.post,
            view.thread,
            view.passage,
            words,
        ),
        TextBlock(_neighbour(text.just_before, view.before[-1:])),
        TextBlock(fit(view.passage.text, PASSAGE_LIMIT, render=quote_block)),
        TextBlock(_neighbour(text.just_after, view.after[:1])),
        Divider(),
        TextBlock(_in_reply_to(view.in_reply_to, words)),
        TextBlock(_also_in(view.also_in, words)),
    ]
    ways = (
        RoomButton(text.earlier, Action.EARLIER, spot, bool(view.before)),
        RoomButton(text.later, Action.LATER, spot, bool(view.after)),
        RoomButton(text.parent, Action.PARENT, spot, view.in_reply_to is not None),
        RoomButton(
            text.replies_button.format(n=len(view.replies)),
            Action.GO,
            spot.showing(Show.REPLIES, 1),
            bool(view.replies),
        ),
        RoomButton(text.whole_thread, Action.GO, spot.showing(Show.THREAD)),
    )
    share = (RoomButton(text.share, Action.SHARE, spot),)
    return Room(assemble(Tone.SOURCE, blocks), (ways, share))


def replies_room(
    view: SourceView, openings: Sequence[str | None], spot: Spot, words: Words
) -> Room:
    """Return the room of the replies to a passage's post, a few on a page.

    Args:
        view: The passage.
        openings: Of each reply on this page the id of its first passage.
        spot: With the page, from 1 to ``reply_pages``.
        words: The asker's.
    """
    text = words.room
    shown = replies_on(view, spot.page)
    title = text.in_reply_to.format(name=author_name(view.post, words))
    blocks: list[Block] = [TextBlock(f"**{title}**\n{_excerpt(view.passage.text)}"), Divider()]
    for number, reply in enumerate(shown, 1):
        words_of_it = fit(reply.text, REPLY_LIMIT, render=quote_block, max_lines=15)
        blocks.append(TextBlock(f"**{number}.** {_credit_of_post(reply, words)}\n{words_of_it}"))
    if not shown:
        blocks.append(TextBlock(text.no_replies))
    pages = reply_pages(view)
    blocks.append(TextBlock(_page_line(spot.page, pages, words)))
    opens = tuple(
        RoomButton(
            text.open_reply.format(n=n), Action.GO, Spot(spot.knowledge_base, id_, post.thread_id)
        )
        for n, (post, id_) in enumerate(zip(shown, openings, strict=True), 1)
        if id_ is not None
    )
    rows = (opens, _paging(spot, pages, words), _leaving(spot, words))
    return Room(assemble(Tone.SOURCE, blocks), rows)


def replies_on(view: SourceView, page: int) -> tuple[Post, ...]:
    """Return the replies on a page."""
    return view.replies[(page - 1) * REPLIES_A_PAGE : page * REPLIES_A_PAGE]


def reply_pages(view: SourceView) -> int:
    """Return how many pages the replies take, at least one."""
    return max(-(-len(view.replies) // REPLIES_A_PAGE), 1)


def thread_room(
    thread: Thread, pages: Sequence[Page], spot: Spot, words: Words, *, has_passage: bool
) -> Room:
    """Return the room of a thread: one page of it, ``spot.page`` of ``pages``."""
    url = safe_url(thread.url)
    title = f"**{thread_name(thread)}**"
    blocks: list[Block] = [
        jumping(title, url, words),
        Divider(),
    ]
    of_posts: dict[str, list[str]] = {}
    for piece in pages[spot.page - 1]:
        of_posts.setdefault(piece.post_id, []).append(piece.text)
    blocks += [TextBlock("\n".join(texts)) for texts in of_posts.values()]
    blocks.append(TextBlock(_page_line(spot.page, len(pages), words)))
    leaving = _leaving(spot, words)
    rows = (_paging(spot, len(pages), words), leaving if has_passage else leaving[1:])
    return Room(assemble(Tone.SOURCE, blocks), rows)


def shared(room: Room, spot: Spot, name: str, words: Words) -> Room:
    """Return a room for everybody to see, with who shared it and one button to read on."""
    line = TextBlock(f"-# {words.room.shared_by.format(name=fit_line(name, 60))}")
    card = assemble(room.card.tone, [line, *room.card.blocks])
    return Room(card, ((RoomButton(words.room.read_on, Action.GO, spot),),))


def _paging(spot: Spot, pages: int, words: Words) -> tuple[RoomButton, ...]:
    if pages == 1:
        return ()
    before, after = spot.page - 1, spot.page + 1
    return (
        RoomButton(
            words.room.previous_page, Action.GO, spot.showing(spot.show, before), before >= 1
        ),
        RoomButton(words.room.next_page, Action.GO, spot.showing(spot.show, after), after <= pages),
    )


def _leaving(spot: Spot, words: Words) -> tuple[RoomButton, ...]:
    return (
        RoomButton(words.room.back, Action.GO, spot.showing(Show.PASSAGE)),
        RoomButton(words.room.share, Action.SHARE, spot),
    )


def _page_line(page: int, pages: int, words: Words) -> str:
    return f"-# {words.room.page.format(page=page, pages=pages)}" if pages > 1 else ""


def _credit(post: Post, thread: Thread, kind: TextKind, words: Words) -> str:
    name = author_name(post, words)
    who = words.room.quoted_by.format(name=name) if kind is TextKind.QUOTE else name
    date = [post.created_at.date().isoformat()] if post.created_at is not None else []
    return " · ".join([who, *date, thread_name(thread)])


def _credit_of_post(post: Post, words: Words) -> str:
    date = f" · {post.created_at.date().isoformat()}" if post.created_at is not None else ""
    return f"**{author_name(post, words)}**{date}"


def _neighbour(label: str, passages: Sequence[Passage]) -> str:
    if not passages:
        return ""
    words = fit(passages[0].text, NEIGHBOUR_LIMIT, max_lines=6)
    return f"-# {label}\n{words}" if words else ""


def _in_reply_to(post: Post | None, words: Words) -> str:
    if post is None:
        return ""
    title = words.room.in_reply_to.format(name=author_name(post, words))
    return f"-# {title}\n{_excerpt(post.text)}"


def _also_in(places: Sequence[Occurrence], words: Words) -> str:
    if not places:
        return ""
    lines = [f"-# {words.room.also_in}"]
    for place in places[:MAX_PLACES]:
        credit = _credit(place.post, place.thread, place.kind, words)
        lines.append(f"-# {credit} · {passage_code(place.passage_id)}")
    if len(places) > MAX_PLACES:
        lines.append(f"-# {words.room.more.format(n=len(places) - MAX_PLACES)}")
    return "\n".join(lines)


def _excerpt(text: str) -> str:
    return fit(text, NEIGHBOUR_LIMIT, render=quote_block, max_lines=6)
