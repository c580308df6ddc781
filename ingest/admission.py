"""Which posts are let in: not those of programs, of the bot itself, or of forgotten people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ingest.drafts import LeftOut, LeftOutReason
from retrieval.copies.fingerprints import words_of
from retrieval.records import Passage, Post, TextKind
from retrieval.store.catalogue.contents import FileContents, ThreadContents
from retrieval.store.removal.forgotten import TOO_LONG_FOR_CHANCE, Forgotten
from retrieval.store.removal.withdrawing import quoting, withdraw
from retrieval.text.wording import content_id

ALL: Final = "all"
"""Stands for every program, among the ids of those that are let in."""


@dataclass(frozen=True, slots=True)
class AdmissionRules:
    """Who is let in."""

    bots: frozenset[str] = frozenset()
    """Ids of the programs, webhooks included, that are; ``ALL`` for all of them."""
    own_ids: frozenset[str] = frozenset()
    """Ids that this bot itself wrote under before: never, or its answers would feed new ones."""
    accounts: frozenset[str] = frozenset()
    """Ids that this bot was seen to write under, never either; more come, none goes."""
    forgotten: Forgotten = field(default_factory=Forgotten)

    @property
    def fingerprint(self) -> str:
        """What every file has to be read again for when it changes; empty for the defaults.

        One more of the bot's accounts takes posts out and lets none in, so that only the files
        that hold such posts have to be.
        """
        if not self.bots and not self.own_ids:
            return ""
        return "-" + content_id(*sorted(self.bots), "", *sorted(self.own_ids))[:8]

    def reason_against(self, post: Post, kind: str) -> LeftOutReason | None:
        """Return why a post of a kind of source stays out, None if it does not."""
        if self.forgotten.wrote(post.author_id, post.author, kind):
            return LeftOutReason.FORGOTTEN
        if post.author_id in self.own_ids or post.author_id in self.accounts:
            return LeftOutReason.BOT
        if post.is_bot and ALL not in self.bots and post.author_id not in self.bots:
            return LeftOutReason.BOT
        return None


@dataclass(frozen=True, slots=True)
class Admitted:
    """What of a file is let in."""

    contents: FileContents
    against: Mapping[str, LeftOutReason] = field(default_factory=dict)
    """Why each of the other posts is not, by id."""

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return how many are not, by reason."""
        counts = Counter(self.against.values())
        return tuple(LeftOut(reason, counts[reason]) for reason in LeftOutReason if counts[reason])


def admit(contents: FileContents, rules: AdmissionRules) -> Admitted:
    """Return what of a file is let in.

    What others quote of a post that stays out stays out, too; where they copy words of
    forgotten people without a mark, those do.
    """
    kind = contents.source_kind
    against = {
        post.id: reason
        for thread in contents.threads
        for post in thread.posts
        if (reason := rules.reason_against(post, kind)) is not None
    }
    if not against and not rules.forgotten:
        return Admitted(contents)
    passages = {
        id_
        for thread in contents.threads
        for id_ in _repeating(thread, kind, against, rules.forgotten)
    }
    return Admitted(withdraw(contents, against, passages), against)


def _repeating(
    thread: ThreadContents,
    kind: str,
    against: Collection[str],
    forgotten: Forgotten,
) -> Iterator[str]:
    """Yield the passages that repeat posts that stay out, and quotes of these passages."""
    out = {passage.id for passage in thread.passages if passage.post_id in against}
    if forgotten:
        out.update(_of_forgotten(thread, kind, against, forgotten))
    yield from out
    yield from quoting(thread.passages, out)


def _of_forgotten(
    thread: ThreadContents, kind: str, against: Collection[str], forgotten: Forgotten
) -> Iterator[str]:
    posts = [p for p in thread.posts if forgotten.wrote(p.author_id, p.author, kind)]
    ids = {post.id for post in posts}
    names = {name for post in posts for name in (post.author, post.account) if name}
    words = {tuple(words_of(p.text)) for p in thread.passages if p.post_id in ids and _is_long(p)}
    for passage in thread.passages:
        if passage.post_id in against:
            continue
        name = passage.quoted_author
        is_named = name in names or forgotten.are_called(name, kind)
        if (
            (passage.kind is TextKind.QUOTE and passage.origin_id is None and is_named)
            or forgotten.was_repeated_in(passage.id)
            or (words and _is_long(passage) and tuple(words_of(passage.text)) in words)
        ):
            yield passage.id


def _is_long(passage: Passage) -> bool:
    return len(passage.text) >= TOO_LONG_FOR_CHANCE
