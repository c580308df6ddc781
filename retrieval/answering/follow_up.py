"""Reading a question that leans on the ones before it, without a model.

Such a question is searched together with what it leans on, weighed against itself alone, and
passages of the threads that the earlier question led to are preferred a little.  Terms of the
earlier questions that are carried along do as much for a search as a rewriting by a model
(CAsT-19 nDCG@3: QuReTeC, which carries terms, .539; a T5 rewriter .528).  Whether the subject
has changed is told by what both questions find, which says more than their likeness: "and what
would it cost?" resembles no question that it may follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from retrieval.text.wording import content_words, words

if TYPE_CHECKING:
    from retrieval.ranking.hybrid import HybridSearch, Ranking

_CONTENT_WORDS_ALONE: Final = 4
_LEANS: Final = re.compile(
    r"^(?:and|but|so|also|or|then|what about|how about|why not|what else|which one)\b"
    r"|\b(?:it|its|that|this|these|those|they|them|their|he|him|his|she|her|there|one|ones"
    r"|other|another|else|instead|same|the former|the latter)\b",
    re.IGNORECASE,
)
_REFERS: Final = re.compile(
    r"\b(?:it|its|that|this|these|those|they|them|their|he|him|his|she|her|other|another|else"
    r"|same|the former|the latter)\b",
    re.IGNORECASE,
)
_WORDS_BY_REFERENCE: Final = 2
"""With a pronoun and no more content words than these no question stands alone."""
_THREADS_FOUND: Final = 5
"""The subject stays if one of so many first passages is of a thread that was led to before …"""
_LED_TO: Final = 2
"""… by one of so many first passages."""
_ON_ITS_OWN: Final = 0.45
"""Cosine from which a passage was found for the question alone.  Of 32 second questions about
forum threads, of which 13 changed the subject, these rules read 31 rightly."""
_SAME_THREAD: Final = 0.5
"""Added to the fused score (in standard deviations) of passages of the thread that the earlier
question led to.  Of ten follow-up questions nine find their passage among three with it, eight
without; .25 to 1 are alike."""


@dataclass(frozen=True, slots=True)
class StandaloneReading:
    """How a question was read after the ones before it."""

    context: str = ""
    """The earlier words that are searched along with it, none where it stands alone."""
    told: str = ""
    """The same for a person, empty for a question with nothing before it to lean on."""


def search_in_turn(
    search: HybridSearch, question: str, history: Sequence[str], limit: int, *, about: str = ""
) -> tuple[StandaloneReading, Ranking]:
    """Search for a question as the ones before it let it be understood.

    Costs two more searches where it may lean on one of them, none otherwise.  ``history``
    holds the earlier questions, oldest first; ``about`` is one of somebody else, before all of
    them, whose words are not told again.
    """
    alone = search.search(question, limit)
    context = leans_on(question, (about, *history) if about else history)
    if context is None:
        return StandaloneReading(), alone
    before = search.search(context, limit)
    named = "what it goes on from" if about else f"the earlier question “{context}”"
    if _is_new_subject(question, alone, before):
        told = f"Read by itself: it has turned away from {named}."
        return StandaloneReading(told=told), alone
    together = search.search(question, limit, context=context)
    led_to = {hit.thread.id for hit in before.hits[:1]}
    turn = StandaloneReading(context, f"Read together with {named}.")
    return turn, _preferring(together, led_to)


def leans_on(question: str, history: Sequence[str]) -> str | None:
    """Return the earlier words that this question leans on, None where it stands alone.

    The question before may itself lean on one before it: then both are meant.
    """
    # An emoji is a reaction to what was said, and asks nothing.
    if not history or not words(question) or not _leans_back(question):
        return None
    standing = next((earlier for earlier in reversed(history) if not _leans_back(earlier)), None)
    if standing is None or standing == history[-1]:
        return history[-1]
    return f"{standing} {history[-1]}"


def _leans_back(question: str) -> bool:
    content = content_words(question)
    return len(content) <= _CONTENT_WORDS_ALONE - 2 or (
        len(content) <= 2 * _CONTENT_WORDS_ALONE and bool(_LEANS.search(question))
    )


def _is_new_subject(question: str, alone: Ranking, before: Ranking) -> bool:
    """Tell whether a question found something of its own, away from where the last one led."""
    if _REFERS.search(question) and len(content_words(question)) <= _WORDS_BY_REFERENCE:
        return False
    led_to = {hit.thread.id for hit in before.hits[:_LED_TO]}
    found = {hit.thread.id for hit in alone.hits[:_THREADS_FOUND]}
    best = max((hit.cosine for hit in alone.hits), default=0.0)
    return best >= _ON_ITS_OWN and not led_to & found


def _preferring(ranking: Ranking, thread_ids: set[str]) -> Ranking:
    """Return a ranking in which passages of some threads count for more."""
    weighed = [
        replace(hit, score=hit.score + _SAME_THREAD * (hit.thread.id in thread_ids))
        for hit in ranking.hits
    ]
    return replace(ranking, hits=tuple(sorted(weighed, key=lambda hit: -hit.score)))
