"""Replies that contradict what is about to be cited.

Comments contradict one another more than news does (CQASumm, Chowdhury and Chakraborty 2019),
and showing one side alone would mislead.  Without a model a contradiction is known by where it
stands, in a direct reply by somebody else; by what it is about, nearly the same as the cited
sentence; and by how it speaks: it disagrees in so many words, or says the same with the
negation turned round.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retrieval.domain import Citation
from retrieval.sentences import is_question, sentence_spans
from retrieval.wording import words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from retrieval.index.contents import Located

Embed = Callable[[Sequence[str]], "npt.NDArray[np.float32]"]

ABOUT_THE_SAME: Final = 0.5
"""Cosine from which a sentence that disagrees is about the cited one.  Of the pairs in 30 forum
threads whose second sentence disagrees with something, 5 of 6 above it contradict the first,
and 2 of 30 between .2 and it."""
SAME_WORDS: Final = 0.8
"""Cosine from which two sentences of which one is negated contradict each other.  Of 20 such
pairs with .5 to .75, none does: asking and answering differ in a "not" as well."""
_COMPARED: Final = 6
"""So many sentences of all replies are compared; they are embedded for it."""
_BARE_WORDS: Final = 6
_DISAGREES: Final = re.compile(
    r"\bI(?: (?:strongly|respectfully|have to|would|must|do|really|just))?"
    r"(?: disagree|['’]d disagree| don['’]t (?:think|agree|believe|buy)| do not (?:think|agree)"
    r"| doubt| beg to differ)\b"
    r"|\bI(?:['’]m| am) (?:not|less) (?:so )?(?:sure|convinced)\b|\bdisagree with\b"
    r"|\b(?:slight |some )?push ?back on\b|\bon the contrary\b|\bquite the opposite\b"
    r"|\bthat(?:['’]s| is) not (?:true|right|correct|quite|so)\b"
    r"|\bthat(?:['’]s| is) (?:wrong|incorrect|false|outdated)\b"
    r"|\b(?:is|are) (?:simply |just |plain )?(?:wrong|mistaken|not right any more|a myth)\b"
    r"|\bnot (?:any ?more|any longer)\b|\bthat changed\b|\bI (?:would|['’]d) advise against\b",
    re.IGNORECASE,
)
_OPENS_AGAINST: Final = re.compile(
    r"^(?:no[,.;:!]|nope\b|actually,|wrong[.!,]|not (?:quite|really|true|exactly)\b|careful\b"
    r"|please (?:don['’]t|do not)\b|disagree\b)",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(
    r"\b(?:not|no|never|none|cannot|without|nothing|neither)\b|n['’]t\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Dispute:
    """A span of a reply that contradicts a citation."""

    reply: Located
    start: int
    """Offset in the reply's post."""
    end: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    reply: Located
    start: int
    end: int
    text: str
    disagrees: bool


def find_dispute(citation: Citation, replies: Sequence[Located], embed: Embed) -> Dispute | None:
    """Return the sentence of a reply that contradicts ``citation`` most clearly, if one does.

    Args:
        citation: what is about to be shown.
        replies: passages of direct replies to it.
        embed: turns texts into rows of length 1; called only if a sentence may contradict.
    """
    candidates = list(_candidates(citation, replies))[:_COMPARED]
    if not candidates or is_question(citation.quote):
        return None
    vectors = embed([citation.quote, *(candidate.text for candidate in candidates)])
    near = [float(cosine) for cosine in vectors[1:] @ vectors[0]]
    contradicting = [
        (cosine, -place)
        for place, (cosine, candidate) in enumerate(zip(near, candidates, strict=True))
        if cosine >= (ABOUT_THE_SAME if candidate.disagrees else SAME_WORDS)
    ]
    if not contradicting:
        return None
    best = candidates[-max(contradicting)[1]]
    return Dispute(best.reply, best.start, best.end)


def _candidates(citation: Citation, replies: Sequence[Located]) -> Iterator[_Candidate]:
    """Yield the sentences that may contradict, those that say so in so many words first."""
    found = [
        _Candidate(reply, start, end, text, _disagrees(text, number))
        for reply in replies
        if _may_be_by_another(citation, reply)
        for number, (start, end) in enumerate(_spans(reply))
        for text in [reply.post.text[start:end]]
        if not is_question(text)
    ]
    yield from (candidate for candidate in found if candidate.disagrees)
    negated = _is_negated(citation.quote)
    yield from (
        candidate
        for candidate in found
        if not candidate.disagrees
        and candidate.reply.post.id != citation.post.id
        and _is_negated(candidate.text) != negated
    )


def _spans(reply: Located) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a reply; a bare "I disagree." comes with the one after it."""
    spans = sentence_spans(reply.passage.text)
    for (start, end), (_, next_end) in zip(spans, (*spans[1:], spans[-1]), strict=True):
        is_bare = len(words(reply.passage.text[start:end])) <= _BARE_WORDS
        yield reply.passage.start + start, reply.passage.start + (next_end if is_bare else end)


def _disagrees(text: str, number: int) -> bool:
    opens = number == 0 and _OPENS_AGAINST.search(text) is not None
    return opens or _DISAGREES.search(text) is not None


def _is_negated(text: str) -> bool:
    return _NEGATED.search(text) is not None


def _may_be_by_another(citation: Citation, reply: Located) -> bool:
    """Tell whether somebody else may be speaking.

    In plain text without authors one post may hold the paragraphs of several people.
    """
    authors = (citation.post.author, reply.post.author)
    if None in authors:
        return citation.passage.id != reply.passage.id
    return authors[0] != authors[1]
