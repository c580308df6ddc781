"""The check that stands between a language model and a reader.

Pure and outside the model: a sentence is kept only if each quote that it cites stands in the
passage that it names, and if nothing in the sentence goes beyond what those spans say.  It
errs on the side of dropping: a true sentence that is dropped costs a little of the answer, a
false one that is shown costs the reader's trust.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from retrieval.domain import Hit
from retrieval.sentences import is_question, sentence_spans
from retrieval.writing.authors import without_attribution
from retrieval.writing.conditions import unconditioned
from retrieval.writing.connectives import reconnected
from retrieval.writing.drafts import Cite, Draft, Item
from retrieval.writing.evidence import Evidence
from retrieval.writing.material import Material
from retrieval.writing.origins import uprooted
from retrieval.writing.polarity import denied
from retrieval.writing.quotes import asserted, locate, widened
from retrieval.writing.relations import mistied
from retrieval.writing.strength import overstated
from retrieval.writing.support import (
    GENERIC,
    dates_missing,
    names_missing,
    numbers_missing,
    unsupported,
)
from retrieval.writing.surface import (
    MAX_SENTENCE,
    clean_sentences,
    is_active,
    speaks_for_itself,
)
from retrieval.writing.terms import read

MAX_SENTENCES: Final = 12
MAX_CITATIONS: Final = 3
MAX_TRIED: Final = 12
"""Sentences of a passage that are tried where a model quotes none."""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a stored post: ``hit.post.text[start:end]``."""

    hit: Hit
    start: int
    end: int

    @property
    def quote(self) -> str:
        """The stored words."""
        return self.hit.post.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Kept:
    """A sentence that holds, with the spans that carry it."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that does not hold, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a draft's sentences, in its order."""

    kept: tuple[Kept, ...]
    dropped: tuple[Dropped, ...]


def check(draft: Draft, material: Sequence[Material], question: str) -> Verdict:
    """Return which sentences of a draft hold.

    Args:
        draft: what the model handed in.
        material: the passages that it was given; ids are compared without case.
        question: may explain a pronoun; it supports nothing.
    """
    by_id = {one.id.casefold(): one for one in material}
    kept: dict[str, Kept] = {}
    dropped: list[Dropped] = []
    for text, item in _sentences(draft, [one.id for one in material]):
        spans, reason = _spans(text, item.cites, by_id, question)
        fault = reason if not spans else _fault(text, spans, question)
        if fault is not None:
            dropped.append(Dropped(text, fault))
        else:
            kept.setdefault(text.casefold(), Kept(text, _needed(text, spans)))
    return Verdict(tuple(kept.values()), tuple(dropped))


def fault_of(text: str, evidence: Sequence[Evidence], question: str) -> str | None:
    """Return why a cleaned sentence does not follow from its spans, None if it does."""
    text, evidence = without_attribution(text, evidence)
    return (
        _misfit(text, evidence)
        or _missing(text, evidence, question)
        or _turned(text, evidence, question)
    )


def _misfit(text: str, evidence: Sequence[Evidence]) -> str | None:
    """Return why a sentence is none that may stand in an answer at all."""
    if is_active(text):
        return "it holds an address or a mention"
    if speaks_for_itself(text):
        return "it says “I” or “we”"
    if is_question(text):
        return "it asks instead of answering"
    return None if any(one.text for one in evidence) else "its quotes only ask"


def _missing(text: str, evidence: Sequence[Evidence], question: str) -> str | None:
    """Return what a sentence has that its spans have not."""
    name = names_missing(text, evidence, question)
    if name is not None:
        return f"“{name}” is not in its quotes"
    number = numbers_missing(text, evidence) or dates_missing(text, evidence)
    if number is not None:
        return f"{number} is not in its quotes, or stands for something else there"
    words = unsupported(text, evidence, question)
    return f"its quotes do not say {words}" if words is not None else None


def _turned(text: str, evidence: Sequence[Evidence], question: str) -> str | None:
    here = read(text)
    said = [(read(line), one.author) for one in evidence for line in _lines(one.text)]
    there = [reading for reading, _ in said]
    around = read("\n".join([question, *(one.title for one in evidence)])).stems
    elsewhere = uprooted(here, said, GENERIC, around)
    if elsewhere is not None:
        return f"its quotes say {elsewhere} of something else"
    against = denied(here, there)
    if against is not None:
        return f"its quotes say the opposite ({against})"
    stronger = overstated(here, there)
    if stronger is not None:
        return f"it claims another degree than its quotes ({stronger})"
    bare = unconditioned(here, there)
    if bare is not None:
        return f"it leaves out {bare} of its quotes"
    tied = reconnected(here, there) or mistied(here, there)
    return f"its quotes tie {tied} together otherwise" if tied is not None else None


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _sentences(draft: Draft, ids: Sequence[str]) -> Iterator[tuple[str, Item]]:
    count = 0
    for item in draft.items:
        for text in clean_sentences(item.text, ids):
            count += 1
            if count > MAX_SENTENCES:
                return
            yield text[:MAX_SENTENCE], item


def _spans(
    text: str, cites: Sequence[Cite], by_id: Mapping[str, Material], question: str
) -> tuple[list[Span], str]:
    spans: list[Span] = []
    reason = "it cites nothing"
    for cite in cites:
        material = by_id.get(cite.id.casefold())
        if material is None:
            reason = f"no passage has the id {cite.id[:12]}"
            continue
        passage = material.hit.passage
        found = (
            locate(cite.quote, passage.text)
            if cite.quote
            else _only_fitting(text, material.hit, question)
        )
        if found is None and not cite.quote:
            reason = f"it quotes nothing of passage {material.id}"
            continue
        if found is None:
            reason = f"its quote does not stand in passage {material.id}"
            continue
        start, end = widened(found, passage.text)
        span = Span(material.hit, passage.start + start, passage.start + end)
        if span not in spans and _is_verbatim(span):
            spans.append(span)
    return spans[:MAX_CITATIONS], reason


def _only_fitting(text: str, hit: Hit, question: str) -> tuple[int, int] | None:
    """Return the one sentence of a passage that carries a sentence, None if none or several do.

    For models that name a passage and forget to quote it.
    """
    passage = hit.passage
    fitting = []
    for start, end in sentence_spans(passage.text)[:MAX_TRIED]:
        span = Span(hit, passage.start + start, passage.start + end)
        alone = replace(evidence(span), passage="")  # its neighbours would carry it as well
        if _is_verbatim(span) and fault_of(text, [alone], question) is None:
            fitting.append((start, end))
    return fitting[0] if len(fitting) == 1 else None


def _is_verbatim(span: Span) -> bool:
    passage = span.hit.passage
    inside = passage.start <= span.start < span.end <= passage.end
    return (
        inside and span.quote == passage.text[span.start - passage.start : span.end - passage.start]
    )


def _fault(text: str, spans: Sequence[Span], question: str) -> str | None:
    if len(text) >= MAX_SENTENCE:
        return "it is too long"
    return fault_of(text, [evidence(span) for span in spans], question)


def evidence(span: Span) -> Evidence:
    """Return what a span says and what is known about it."""
    post, thread = span.hit.post, span.hit.thread
    return Evidence(
        text=asserted(span.quote),
        passage=span.hit.passage.text,
        author=post.author or "",
        title=thread.title or "",
        date=post.created_at.date().isoformat() if post.created_at else "",
    )


def _needed(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the spans that a sentence shares words with; the best one if none does."""
    stems = read(text).stems
    shares = [len(stems & read(asserted(span.quote)).stems) for span in spans]
    best = max(shares)
    return tuple(span for span, share in zip(spans, shares, strict=True) if share * 2 >= best)
