"""The extractive writer: one to three excerpts of posts, each with its citation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from retrieval.answering.citations import cite, is_verified, repeats
from retrieval.answering.excerpts import excerpt, own_words
from retrieval.answering.reading import READ_CLOSELY
from retrieval.records import Citation, Hit, Statement, TextKind
from retrieval.text.orders import addresses_the_model
from retrieval.text.sentences import question_share
from retrieval.text.wording import content_words

if TYPE_CHECKING:
    from retrieval.answering.excerpts import Span
    from retrieval.answering.reading import ReadPassages
    from retrieval.store.catalogue.library import Library

MOST_EXCERPTS: Final = 3
_MOST_OF_A_LIST: Final = 6
"""Where a list of all that there is is asked for."""
_MOSTLY: Final = 0.5
_NEARLY_AS_GOOD: Final = 0.7
"""Share of the best hit's score from which what another thread says is shown beside it.  Of the
dev questions of a forum, a mailing list and a chat .79, .93 and .93 are shown a post that answers,
without the rule .79, .94 and .93; of what is shown .92, .87 and .99 stands in the best hit's
thread, without it .77, .70 and .94.  Between .6 and .8 little changes."""


@dataclass(frozen=True, slots=True)
class ExtractiveText:
    """What an answer says, and where it stands."""

    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()


class ExtractiveWriter:
    """Shows what people wrote, word for word, each post once."""

    def __init__(self, library: Library) -> None:
        """Look in ``library`` for what else stands in a post."""
        self._library = library

    def write(self, reading: ReadPassages) -> ExtractiveText:
        """Return the excerpts that answer; nothing if nothing can be checked."""
        statements: list[Statement] = []
        citations: list[Citation] = []
        for cited in self._excerpts(reading, places_that_answer(reading)):
            numbers = range(len(citations) + 1, len(citations) + 1 + len(cited))
            citations += [replace(each, n=n) for n, each in zip(numbers, cited, strict=True)]
            # A table's header and its rows are one thing, though rows between them are left out.
            text = "\n".join(each.quote for each in cited)
            statements.append(Statement(text, tuple(numbers)))
        return ExtractiveText(tuple(statements), tuple(citations))

    def closest(self, reading: ReadPassages) -> tuple[Citation, ...]:
        """Return the excerpts that come nearest to a question."""
        groups = self._excerpts(reading, _order(reading))
        cited = (citation for group in groups for citation in group)
        return tuple(replace(each, n=n) for n, each in enumerate(cited, 1))

    def _excerpts(self, reading: ReadPassages, places: Sequence[int]) -> Iterator[list[Citation]]:
        most = _MOST_OF_A_LIST if reading.asks_for_all else MOST_EXCERPTS
        most = max(most, len(reading.for_parts))
        shown: list[Citation] = []
        given = 0
        for place in places:
            cited = [citation for citation in self._cited(reading, place) if is_verified(citation)]
            if not cited or repeats(cited[-1], shown):
                continue
            yield cited
            shown += cited
            given += 1
            if given == most:
                return

    def _cited(self, reading: ReadPassages, place: int) -> Iterator[Citation]:
        hit, around = reading.hits[place], reading.best_sentence(place)
        if hit.passage.kind is TextKind.QUOTE and hit.post.author is not None:
            # What is quoted here only says what the words below it are about.
            below = self._library.own_below(hit.passage)
            if below is not None:
                hit, around = replace(hit, passage=below), (below.start, below.start + 1)
        for start, end in self._spans(hit, reading, around):
            yield cite(0, hit, start, end)

    def _spans(self, hit: Hit, reading: ReadPassages, around: Span | None) -> Sequence[Span]:
        passage, text = hit.passage, hit.post.text
        if passage.kind is TextKind.QUOTE:
            return ((passage.start, passage.end),)
        if hit.post.author is None:
            # Nobody knows who wrote the paragraphs around it: it may have been somebody else.
            own: Sequence[Span] = ((passage.start, passage.end),)
        else:
            own = own_words(text, self._library.own_spans(passage))
        # A post that was taken out since it was found is quoted as it stood.
        found = (passage.start, passage.end)
        within = next((span for span in own if span[0] <= passage.start < span[1]), found)
        if around is None:
            return ()
        around = _named(text, within, around, reading.identifiers)
        spans = excerpt(text, within, around, reading.weigh)
        # What stands beside the passage was not looked at for that when it was found.
        if any(addresses_the_model(text[start:end]) for start, end in spans):
            spans = excerpt(text, (passage.start, passage.end), around, reading.weigh)
        return spans


def _named(text: str, within: Span, around: Span, identifiers: Sequence[str]) -> Span:
    """Return where a post names what the question does, if ``around`` names none of it."""
    said = text.casefold()
    if len(said) != len(text) or any(name in said[slice(*around)] for name in identifiers):
        return around
    places = [(said.find(name, *within), len(name)) for name in identifiers]
    return next(((at, at + length) for at, length in places if at >= 0), around)


def places_that_answer(reading: ReadPassages) -> list[int]:
    """Return the places of the hits that make an answer, leaving out what is about another thing.

    What answers a part of the question of its own stays, wherever it stands.
    """
    order = _order(reading)
    if reading.for_parts or not order:
        return order
    best = max((reading.hits[place] for place in order), key=lambda hit: hit.score)
    is_named = _names(best, reading.identifiers)
    return [
        place
        for place in order
        if _belongs(hit := reading.hits[place], best)
        and (not is_named or hit.thread.id == best.thread.id or _names(hit, reading.identifiers))
    ]


def _belongs(hit: Hit, best: Hit) -> bool:
    return hit.thread.id == best.thread.id or hit.score >= _NEARLY_AS_GOOD * best.score


def _names(hit: Hit, identifiers: Sequence[str]) -> bool:
    """Tell whether a hit's post or thread names one of the things that the question names."""
    asked = hit.asked.text if hit.asked else ""
    said = f"{hit.thread.title or ''}\n{asked}\n{hit.post.text}".casefold()
    return any(name in said for name in identifiers)


def _order(reading: ReadPassages) -> list[int]:
    """Return the places of the hits to show, of each post one: what answers a part comes first."""
    parts = [reading.sentences[sentence].hit for sentence in reading.for_parts]
    hits = reading.hits[:READ_CLOSELY]
    replies = [
        place
        for place, hit in enumerate(hits)
        if not _only_asks(hit) and not _only_repeats(hit, hits, reading.question)
    ]
    order: dict[str, int] = {}
    ranked = list(replies or range(len(hits)))
    if reading.newest_first:
        # Of what is about it at all; what has no date comes last.
        ranked = sorted(ranked[:MOST_EXCERPTS], key=lambda n: _age(hits[n]))
    for place in [*parts, *ranked]:
        post, passage = reading.hits[place].post, reading.hits[place].passage
        order.setdefault(post.id if post.author else passage.id, place)
    return list(order.values())


def _age(hit: Hit) -> float:
    written = hit.post.edited_at or hit.post.created_at
    return -written.timestamp() if written else 0.0


def _only_asks(hit: Hit) -> bool:
    """Tell whether a hit is the words of who asks: they are what is replied to, no answer."""
    if hit.post.author is None:
        return question_share(hit.passage.text) >= _MOSTLY
    return hit.standing.is_askers


def _only_repeats(hit: Hit, hits: Sequence[Hit], question: str) -> bool:
    """Tell whether a hit opens an exchange with the question's own words, and others replied."""
    opening = hit.post.id
    said, asked = content_words(hit.passage.text), set(content_words(question))
    is_answered = any(each.post.exchange_id == opening != each.post.id for each in hits)
    is_opening = hit.post.exchange_id == opening
    return is_opening and is_answered and sum(map(asked.__contains__, said)) >= _MOSTLY * len(said)
