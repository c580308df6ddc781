"""Who asks and who answers: a thread's exchanges, from what the source says and from order.

A topic is one exchange, opened by its first post.  Where people talk about one thing after
another, in a channel or a long thread of short posts, each question opens an exchange, which
what answers it belongs to: by reference, by mention, or by following it in time.  Pure.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from retrieval.records import Exchange, Passage, Post, Standing, TextKind, Thread
from retrieval.text.wording import visible
from retrieval.threads.standing import asks, opens_asking, stand, who, worths

MOST_CHARACTERS: Final = 1_200
"""How much of an exchange its score reads: about the model's 256 tokens."""
_QUESTION_CHARACTERS: Final = 600
_REPLY_CHARACTERS: Final = 300
_CONTEXT_CHARACTERS: Final = 200
_LONG_TALK: Final = 25
"""A thread of more posts than this, most of them short, is a conversation."""
_SHORT_POST: Final = 30
_ONE_TURN: Final = timedelta(minutes=7)
"""Lines of one author within so long of each other are one turn."""
_STILL_ON_IT: Final = timedelta(minutes=30)
_TURNS_BACK: Final = 8
"""So far back, in time and in turns, what refers to nothing may still answer a question."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A thread's posts in their standing, and its exchanges."""

    posts: tuple[Post, ...]
    exchanges: tuple[Exchange, ...]


@dataclass(slots=True)
class _Turn:
    """Consecutive lines of one author."""

    posts: list[Post]
    target: _Turn | None = None
    """What it replies to."""
    opener: _Turn | None = None
    """The turn that opened its exchange, perhaps itself."""
    replies: list[_Turn] = field(default_factory=list)
    asks: bool = False
    place: int = 0

    @property
    def who(self) -> str | None:
        """Who wrote it."""
        return who(self.posts[0])


def own_words(posts: Iterable[Post], passages: Iterable[Passage]) -> dict[str, str]:
    """Return by post id what its author says, without quotes of others."""
    own: dict[str, list[str]] = {post.id: [] for post in posts}
    for passage in passages:
        if passage.kind is TextKind.OWN:
            own[passage.post_id].append(passage.text)
    return {id_: "\n".join(texts) for id_, texts in own.items()}


def understand(thread: Thread, posts: Sequence[Post], own: Mapping[str, str]) -> Understood:
    """Tell the exchanges of a thread apart.

    Args:
        thread: which it is.
        posts: its posts, in order.
        own: by post id, its author's own words, without quotes of others.
    """
    if not posts:
        return Understood((), ())
    if thread.title is None and all(who(post) is None for post in posts):
        return Understood(tuple(posts), ())
    if _is_conversation(thread, posts, own):
        return _conversation(thread, posts, own)
    return _topic(thread, posts, own)


def _is_conversation(thread: Thread, posts: Sequence[Post], own: Mapping[str, str]) -> bool:
    if thread.is_channel:
        return True
    if not opens_asking(own[posts[0].id], thread.title or ""):
        # Somebody shows something; who asks about it asks something of their own.
        return any(asks(own[post.id]) and who(post) != who(posts[0]) for post in posts[1:])
    lengths = [len(own[post.id].split()) for post in posts]
    return len(posts) > _LONG_TALK and statistics.median(lengths) < _SHORT_POST


def _topic(thread: Thread, posts: Sequence[Post], own: Mapping[str, str]) -> Understood:
    title, exchange_id = thread.title or "", posts[0].id
    if posts[0].ordinal:  # what opened it was taken away
        standing, question = unopened(posts, own), ""
    else:
        standing, question = stand(posts[0], posts[1:], own, title), own[exchange_id]
    replies = standing[bool(question) :]
    text = _text(title, (), question, [own[post.id] for post in _best(replies)])
    placed = tuple(replace(post, exchange_id=exchange_id) for post in standing)
    return Understood(placed, (Exchange(exchange_id, text),) if text else ())


def unopened(replies: Sequence[Post], own: Mapping[str, str]) -> list[Post]:
    """Return the posts of a thread whose question is none of them, in their standing."""
    values = worths(None, replies, own)
    return [
        replace(post, standing=Standing.REPLY, worth=value)
        for post, value in zip(replies, values, strict=True)
    ]


def _best(replies: Sequence[Post]) -> list[Post]:
    """Return what is most worth reading of an exchange, best first."""
    return sorted(replies, key=lambda post: -post.worth)


def _conversation(thread: Thread, posts: Sequence[Post], own: Mapping[str, str]) -> Understood:
    turns = _turns(posts, own)
    _direct(turns)
    title = "" if thread.is_channel else thread.title or ""
    placed: dict[str, Post] = {}
    exchanges: list[Exchange] = []
    for turn in turns:
        members = [each for each in turn.replies if each.opener is turn]
        if turn.opener is not turn and not members:
            continue
        exchanges.append(_exchange(turn, title, own))
        replies = [post for each in _all(turn, members) for post in each.posts]
        # What asks in reply to something else is a reply there, and opens this all the same.
        opening, *more = turn.posts
        asked_in = {post.id for post in turn.posts}
        first, *rest = stand(opening, replies, own, title, asks_too=turn.asks, asked_in=asked_in)
        own_lines = [replace(post, standing=first.standing) for post in more]
        for post in [first, *own_lines, *rest] if turn.opener is turn else rest:
            placed[post.id] = replace(post, exchange_id=opening.id)
    return Understood(tuple(placed[post.id] for post in posts), tuple(exchanges))


def _all(opener: _Turn, members: Sequence[_Turn]) -> list[_Turn]:
    """Return the turns of an exchange that ``opener`` opened, in order, itself left out."""
    found: dict[int, _Turn] = {}
    waiting = list(members)
    while waiting:
        turn = waiting.pop()
        if turn.place not in found and turn is not opener:
            found[turn.place] = turn
            waiting += [each for each in turn.replies if each.opener is opener]
    return [found[place] for place in sorted(found)]


def _exchange(turn: _Turn, title: str, own: Mapping[str, str]) -> Exchange:
    context = _joined(turn.target, own) if turn.target else ""
    replies = [_joined(each, own) for each in turn.replies]
    text = _text(title, (context[:_CONTEXT_CHARACTERS],), _joined(turn, own), replies)
    return Exchange(turn.posts[0].id, text)


def _joined(turn: _Turn, own: Mapping[str, str]) -> str:
    return "\n".join(own[post.id] for post in turn.posts)


def _turns(posts: Sequence[Post], own: Mapping[str, str]) -> list[_Turn]:
    turns: list[_Turn] = []
    for post in posts:
        last = turns[-1] if turns else None
        if last is not None and _goes_on(last, post):
            last.posts.append(post)
        else:
            turns.append(_Turn([post], place=len(turns)))
    for turn in turns:
        turn.asks = any(asks(own[post.id]) for post in turn.posts)
    return turns


def _goes_on(turn: _Turn, post: Post) -> bool:
    last = turn.posts[-1]
    if who(post) is None or who(post) != turn.who or _apart(last, post) > _ONE_TURN:
        return False
    within = {each.id for each in turn.posts} | {turn.posts[0].parent_id, None}
    return post.parent_id in within


def _apart(earlier: Post, later: Post) -> timedelta:
    if earlier.created_at is None or later.created_at is None:
        return timedelta()
    return abs(later.created_at - earlier.created_at)


def _direct(turns: Sequence[_Turn]) -> None:
    """Find out what each turn replies to, and which exchange it belongs to."""
    of_post = {post.id: turn for turn in turns for post in turn.posts}
    for turn in turns:
        target = _referred(turn, of_post) or _addressed(turn, turns) or _followed(turn, turns)
        turn.opener = turn
        if target is None:
            continue
        turn.target = target
        target.replies.append(turn)
        turn.opener = target if target.asks or target.opener is None else target.opener


def _referred(turn: _Turn, of_post: Mapping[str, _Turn]) -> _Turn | None:
    parents = (of_post.get(post.parent_id or "") for post in turn.posts)
    # Of a circle of replies the later one is taken at its word.
    return next((each for each in parents if each is not None and each.place < turn.place), None)


def _addressed(turn: _Turn, turns: Sequence[_Turn]) -> _Turn | None:
    mentioned = {id_ for post in turn.posts for id_ in post.mentions}
    return next(
        (each for each in _recent(turn, turns) if each.who in mentioned and each.who != turn.who),
        None,
    )


def _followed(turn: _Turn, turns: Sequence[_Turn]) -> _Turn | None:
    """Return the question that a turn may answer since it follows it in time."""
    if turn.asks or any(post.parent_id for post in turn.posts):
        return None
    for each in _recent(turn, turns):
        if each.asks and each.who != turn.who:
            return each
        if each.who == turn.who:
            return each.opener if each.opener is not each else None
    return None


def _recent(turn: _Turn, turns: Sequence[_Turn]) -> Iterator[_Turn]:
    """Yield the turns not long before one, latest first."""
    for each in reversed(turns[max(0, turn.place - _TURNS_BACK) : turn.place]):
        if _apart(each.posts[-1], turn.posts[0]) <= _STILL_ON_IT:
            yield each


def _text(title: str, context: Sequence[str], question: str, replies: Sequence[str]) -> str:
    parts = [title, *context, question[:_QUESTION_CHARACTERS]]
    parts += [reply[:_REPLY_CHARACTERS] for reply in replies]
    words = "\n".join(visible(part).strip() for part in parts if part.strip())
    return words[:MOST_CHARACTERS].strip()
