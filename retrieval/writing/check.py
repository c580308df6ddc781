"""The few hard reasons for which a reader never sees a sentence of a language model.

Pure, outside the model, and each told to it beforehand.  They make certain that the quoted
words exist and who wrote them, and that numbers and names are theirs; whether a sentence says
what its quotes say, they do not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from retrieval.records import Citation, Post, Support
from retrieval.text.sentences import sentence_spans
from retrieval.text.wording import FUNCTION_WORDS, words
from retrieval.writing.drafts import Cite, Draft, Item
from retrieval.writing.material import Material
from retrieval.writing.names import foreign, forms, is_common, known
from retrieval.writing.quotes import MIN_CHARACTERS, is_whole, locate, widened
from retrieval.writing.surface import (
    MAX_SENTENCE,
    asks_for_secrets,
    clean_sentences,
    is_active,
    speaks_of_itself,
)

MAX_SENTENCES: Final = 12
MAX_CITATIONS: Final = 3
_SHORTEST_QUOTE: Final = 4
"""Characters of a quote under the id of its own passage; elsewhere it must be longer."""
_STEM: Final = 4
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
TextsWith = Callable[[str], Sequence[str]]
_MOSTLY: Final = 4
"""So many times as often small as with a capital: an ordinary word."""
_CLEARLY: Final = 0.5
"""Share of a sentence's words that one sentence of a passage must have to be its quote."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A sentence that is shown, with what it rests on."""

    text: str
    citations: tuple[Citation, ...]
    """Not numbered yet."""
    support: Support = Support.UNCONFIRMED
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that is not shown, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a draft's sentences, in its order."""

    kept: tuple[Kept, ...]
    dropped: tuple[Dropped, ...]

    @property
    def total(self) -> int:
        """All sentences."""
        return len(self.kept) + len(self.dropped)


def check(
    draft: Draft, material: Sequence[Material], asked: str, texts_with: TextsWith = lambda _: ()
) -> Checked:
    """Return which sentences of a draft may be shown.

    Args:
        draft: what the model handed in.
        material: the passages that it was given; ids are compared without case.
        asked: the question, and the earlier ones that the model was told.
        texts_with: finds texts that hold a word, to see how they write it.
    """
    texts = (asked, *(one.passage.text for one in material), *(one.text for one in draft.items))
    vocabulary = _lower_words(*texts)

    def is_ordinary(word: str) -> bool:
        return is_common(word, vocabulary) or _is_written_small(word, texts_with(word))

    kept: dict[str, Kept] = {}
    dropped: list[Dropped] = []
    for text, item in _sentences(draft, [one.id for one in material]):
        located = _located(text, item.cites, material)
        reason = "none of its quotes stands in a passage"
        if located:
            reason = _surface_fault(text) or _fact_fault(text, located, asked, is_ordinary) or ""
        if reason:
            dropped.append(Dropped(text, reason))
        else:
            cited = tuple(citation for citation, _ in located)
            is_quoted = any(is_whole(text, citation.quote) for citation in cited)
            support = Support.QUOTED if is_quoted else Support.UNCONFIRMED
            kept.setdefault(text.casefold(), Kept(text, cited, support))
    return Checked(tuple(kept.values()), tuple(dropped))


def _sentences(draft: Draft, ids: Sequence[str]) -> Iterator[tuple[str, Item]]:
    count = 0
    for item in draft.items:
        for text in clean_sentences(item.text, ids):
            count += 1
            if count > MAX_SENTENCES:
                return
            yield text[: MAX_SENTENCE + 1], item


def _surface_fault(text: str) -> str | None:
    """Return what is wrong with a sentence, whatever it rests on."""
    if len(text) > MAX_SENTENCE:
        return f"it has more than {MAX_SENTENCE} characters"
    if is_active(text):
        return "it holds a link or a mention"
    if asks_for_secrets(text):
        return "it asks people for credentials or money, or to open a link"
    return "it speaks of the model that wrote it" if speaks_of_itself(text) else None


def _fact_fault(
    text: str,
    located: Sequence[tuple[Citation, Material]],
    asked: str,
    is_ordinary: Callable[[str], bool],
) -> str | None:
    """Return what a sentence names that nothing of what it rests on does."""
    around = [asked]
    posts: list[Post] = []
    for _, one in located:
        end = one.statement_end  # what an order wants said is no evidence
        around += [one.passage.text[:end], one.author, one.title, one.reply]
        posts += [one.post, *([one.replied_to] if one.replied_to else [])]
    there = known(tuple(around), tuple(p.created_at.date() for p in posts if p.created_at))
    named = foreign(text, there, is_ordinary)
    if named is not None:
        return f"{named} stands in none of the passages that it quotes"
    if not _stems(text) & _stems("\n".join(around)):
        return "it has no word in common with the passages that it quotes"
    return None


def _located(
    text: str, cites: Sequence[Cite], material: Sequence[Material]
) -> list[tuple[Citation, Material]]:
    """Return where the quotes of a sentence stand, each once, whole sentences of them."""
    found: dict[tuple[str, int], tuple[Citation, Material]] = {}
    for cite in cites:
        one, place = _place(text, cite, material)
        if one is None or place is None or place[1] > one.statement_end:
            continue
        start, end = widened(place, one.passage.text[: one.statement_end])
        begin, quote = one.passage.start, one.passage.text[start:end]
        if one.post.text[begin + start : begin + end] == quote:
            citation = Citation(
                *(
                    0,
                    quote,
                    begin + start,
                    begin + end,
                    one.passage,
                    one.post,
                    one.thread,
                    one.asked,
                )
            )
            found.setdefault((one.passage.id, start), (citation, one))
    return list(found.values())[:MAX_CITATIONS]


def _place(
    text: str, cite: Cite, material: Sequence[Material]
) -> tuple[Material | None, tuple[int, int] | None]:
    """Return the passage that a quote stands in, and where: the one it names, if it does."""
    named = next((one for one in material if one.id.casefold() == cite.id.casefold()), None)
    if not cite.quote:
        return named, None if named is None else _clearly_meant(text, named)
    if named is not None:
        place = locate(cite.quote, named.passage.text, _SHORTEST_QUOTE)
        if place is not None:
            return named, place
    for one in material:
        place = locate(cite.quote, one.passage.text, MIN_CHARACTERS)
        if place is not None:
            return one, place
    return None, None


def _clearly_meant(text: str, named: Material) -> tuple[int, int] | None:
    """Return the sentence of a passage that says most of a sentence, for want of a quote."""
    wanted = _stems(text)
    passage = named.passage.text
    shares = [
        (len(wanted & _stems(passage[start:end])) / max(len(wanted), 1), (start, end))
        for start, end in sentence_spans(passage)
    ]
    share, place = max(shares, default=(0.0, None), key=lambda each: each[0])
    return place if share >= _CLEARLY else None


@lru_cache(maxsize=256)
def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words(text) if word not in FUNCTION_WORDS)


def _is_written_small(word: str, texts: Sequence[str]) -> bool:
    """Tell whether texts write a word small, and hardly ever with a capital within a sentence."""
    if not is_common(word, _lower_words(*texts)):
        return False
    whole, stem = "\n".join(texts), re.escape(word[: max(_STEM, len(word) - 3)])
    capitals = re.findall(rf"(?<=[\w,] ){stem.capitalize()}", whole)
    small = re.findall(rf"\b{stem}", whole)
    return len(capitals) * _MOSTLY <= len(small)


def _lower_words(*texts: str) -> frozenset[str]:
    """Return the words that texts write in lower case: they are no names."""
    found = (word for text in texts for word in _WORD.findall(text))
    return forms([word for word in found if word == word.lower()])
