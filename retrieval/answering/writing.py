"""The extractive writer: verbatim sentences, each with its citation, and who contradicts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.answering.citations import cite, is_verified, repeats
from retrieval.answering.disputes import find_dispute
from retrieval.answering.extractive import MAX_PASSAGES, choose
from retrieval.domain import Citation, Hit, ScoreParts, Statement

if TYPE_CHECKING:
    from retrieval.answering.reading import Reading
    from retrieval.embedding import Embedder
    from retrieval.index.library import Library


@dataclass(frozen=True, slots=True)
class _Said:
    """A cited span with its sentences; its number comes last."""

    citation: Citation
    sentences: tuple[str, ...]
    disputes_lead: bool = False


class ExtractiveWriter:
    """Writes answers of sentences that stand word for word in the posts."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        """Look for who replies in ``library``; tell by ``embedder`` what replies are about."""
        self._library = library
        self._embedder = embedder

    def write(self, reading: Reading) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
        """Return what the answer says and where it stands; nothing if nothing can be checked."""
        said = list(_chosen(reading))
        if said:
            said = self._with_dispute(said)
        numbered = [
            replace(each, citation=replace(each.citation, n=n)) for n, each in enumerate(said, 1)
        ]
        statements = tuple(
            Statement(text, (each.citation.n,), disputes=(1,) if each.disputes_lead else ())
            for each in numbered
            for text in each.sentences
        )
        return statements, tuple(each.citation for each in numbered)

    def _with_dispute(self, said: Sequence[_Said]) -> list[_Said]:
        """Put the reply that contradicts the lead right after it, if there is one."""
        lead, *others = said
        replies = self._library.replying(lead.citation.passage)
        dispute = find_dispute(lead.citation, replies, self._embedder.embed_passages)
        if dispute is None:
            return [lead, *others]
        found = dispute.reply
        hit = Hit(found.passage, found.post, found.thread, 0.0, ScoreParts(0.0, 0.0, 0.0))
        against = cite(0, hit, dispute.start, dispute.end)
        if not is_verified(against) or repeats(against, [lead.citation]):
            return [lead, *others]
        # What the reply says beside the contradiction would only be read as a part of it.
        others = [e for e in others if e.citation.passage.id != against.passage.id]
        contradiction = _Said(against, (against.quote,), disputes_lead=True)
        return [lead, contradiction, *others][:MAX_PASSAGES]


def _chosen(reading: Reading) -> Iterator[_Said]:
    shown: list[Citation] = []
    for chosen in choose(reading.sentences, reading.scores, reading.vectors, reading.for_parts):
        citation = cite(0, reading.hits[chosen.hit], chosen.start, chosen.end)
        if is_verified(citation) and not repeats(citation, shown):
            shown.append(citation)
            yield _Said(citation, tuple(sentence.text for sentence in chosen.sentences))
