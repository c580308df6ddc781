"""Opening a reading room: what is to be looked up for each of its views."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.discord.admission.desk import Admission
from bot.discord.cards.markdown import one_line
from bot.discord.errors import RefusedError
from bot.discord.features.source.card import (
    Room,
    passage_room,
    replies_on,
    replies_room,
    reply_pages,
    thread_room,
)
from bot.discord.features.source.pages import page_of, thread_pages
from bot.discord.features.source.places import Action, Press, Show, Spot
from retrieval.errors import NotFoundError
from retrieval.records import Passage, Post, SourceView, TextKind, ThreadView

_MAX_ID: Final = 16
_OFFERED: Final = 25
_SHORTEST_ID: Final = 4


class GoneError(RefusedError):
    """The passage was edited or removed; its thread may still be there."""

    def __init__(self, sentence: str, spot: Spot | None = None) -> None:
        super().__init__(sentence)
        self.spot = spot
        """Where to go instead."""


async def find(admission: Admission, typed: str) -> Spot:
    """Return the spot of a passage by its id or the beginning of it, or by what was typed.

    Raises:
        RefusedError: if nothing is found.
    """
    wanted = one_line(typed)
    if _SHORTEST_ID <= len(wanted) <= _MAX_ID and wanted.isascii() and wanted.isalnum():
        try:
            view = await source_view(admission, wanted)
        except NotFoundError:
            pass
        else:
            return Spot(admission.knowledge_base, view.passage.id, view.thread.id)
    # As many as are offered while typing: of fewer candidates another one may be the best.
    for suggestion in await admission.librarian.suggest(wanted, _OFFERED) if wanted else ():
        view = await source_view(admission, suggestion.passage_id)
        return Spot(admission.knowledge_base, view.passage.id, view.thread.id)
    raise RefusedError(admission.words.room.not_found)


async def follow(admission: Admission, press: Press) -> Spot:
    """Return where a press leads.

    Raises:
        GoneError: if the passage from which it leads is no longer there.
    """
    action, spot = press
    if action in {Action.GO, Action.SHARE}:
        return spot
    view = await _source(admission, spot)
    if action is Action.PARENT:
        return await _parent(admission, view, spot)
    neighbour = _neighbour(view, action)
    return Spot(spot.knowledge_base, neighbour.id, neighbour.thread_id)


async def open_room(admission: Admission, spot: Spot) -> Room:
    """Look up what ``spot`` shows.

    Raises:
        GoneError: if it is no longer there.
    """
    if spot.show is Show.THREAD:
        return await _thread(admission, spot)
    view = await _source(admission, spot)
    if spot.show is Show.PASSAGE:
        return passage_room(view, spot, admission.words)
    page = min(max(spot.page, 1), reply_pages(view))
    openings = await _openings(admission, replies_on(view, page))
    return replies_room(view, openings, spot.showing(Show.REPLIES, page), admission.words)


async def source_view(admission: Admission, passage_id: str) -> SourceView:
    """Return a passage in its thread.

    Raises:
        NotFoundError: if there is none of that id.
    """
    return await admission.librarian.look_up(lambda known: known.source(passage_id))


async def _thread(admission: Admission, spot: Spot) -> Room:
    view = await _thread_view(admission, spot.thread_id)
    if view is None:
        raise GoneError(admission.words.room.thread_gone)
    try:
        post_id = (await source_view(admission, spot.passage_id)).post.id
    except NotFoundError:
        post_id = None
    # A thread may be megabytes long, and every character of it is looked at.
    pages = await asyncio.to_thread(thread_pages, view, admission.words)
    page = spot.page or page_of(pages, spot.passage_id, post_id)
    there = spot.showing(Show.THREAD, min(page, len(pages)))
    has_passage = post_id is not None
    return thread_room(view.thread, pages, there, admission.words, has_passage=has_passage)


async def _source(admission: Admission, spot: Spot) -> SourceView:
    try:
        view = await source_view(admission, spot.passage_id)
    except NotFoundError:
        view = None
    # A prefix finds another passage; an id that was made up may be one.
    if view is not None and view.passage.id == spot.passage_id:
        return view
    instead = None
    if await _thread_view(admission, spot.thread_id) is not None:
        instead = spot.showing(Show.THREAD, 1)
    raise GoneError(admission.words.room.gone, instead)


async def _thread_view(admission: Admission, thread_id: str) -> ThreadView | None:
    try:
        views = await admission.librarian.look_up(lambda known: known.thread(thread_id))
    except NotFoundError:
        return None
    return next((view for view in views if view.thread.id == thread_id), None)


async def _parent(admission: Admission, view: SourceView, spot: Spot) -> Spot:
    parent = view.in_reply_to
    if parent is not None:
        [opening] = await _openings(admission, [parent])
        if opening is not None:
            return Spot(spot.knowledge_base, opening, parent.thread_id)
    raise GoneError(admission.words.room.gone, spot)


async def _openings(admission: Admission, posts: Sequence[Post]) -> list[str | None]:
    """Return the ids of the passages with which posts begin, each thread looked up once."""
    views = {id_: await _thread_view(admission, id_) for id_ in {post.thread_id for post in posts}}
    return [_opening(views[post.thread_id], post) for post in posts]


def _opening(view: ThreadView | None, post: Post) -> str | None:
    """Return the id of a post's first own passage, or of its first if it only quotes."""
    posts = view.posts if view is not None else ()
    paragraphs = next((each.paragraphs for each in posts if each.post.id == post.id), ())
    own = [paragraph.id for paragraph in paragraphs if paragraph.kind is TextKind.OWN]
    return next(iter([*own, *(paragraph.id for paragraph in paragraphs)]), None)


def _neighbour(view: SourceView, action: Action) -> Passage:
    """Return the passage before or after, or the same where there is none any more."""
    around = view.before[-1:] if action is Action.EARLIER else view.after[:1]
    return around[0] if around else view.passage
