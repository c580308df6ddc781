"""The steps behind an answer in plain words, the same for every face that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from retrieval.records import Answer, Outcome

if TYPE_CHECKING:
    from retrieval.answering.follow_up import StandaloneReading
    from retrieval.answering.gate import Signs
    from retrieval.answering.reading import ReadPassages
    from retrieval.ranking.hybrid import Ranking

_SURE_FROM: Final = 0.995


def trace(
    turn: StandaloneReading, ranking: Ranking, reading: ReadPassages | None, answer: Answer
) -> tuple[str, ...]:
    """Return the steps that led to ``answer``, in order."""
    return tuple(_steps(turn, ranking, reading, answer))


def _steps(
    turn: StandaloneReading, ranking: Ranking, reading: ReadPassages | None, answer: Answer
) -> Iterator[str]:
    if turn.told:
        yield turn.told
    for typed, known in ranking.mended.changes:
        yield f"Read “{typed}”, which the threads never use, as “{known}”."
    yield from (note.told for note in ranking.filters.notes)
    if ranking.filters:
        yield f"Looked only at posts {ranking.filters.described()}."
    yield (
        f"Compared {ranking.candidates} passages by meaning and by words "
        f"({ranking.timings_ms.embed + ranking.timings_ms.search:.0f} ms)."
    )
    if reading is None:
        yield "Nothing was found."
        return
    yield _best_passage(reading)
    yield _read(reading)
    yield from _against(reading.signs)
    yield _verdict(answer)
    for part in reading.unanswered:
        yield f"Nothing that was found answers “{part}”."


def _best_passage(reading: ReadPassages) -> str:
    best = reading.hits[0]
    return (
        f"Best passage: {best.passage.id} in {best.thread.title or best.thread.file} "
        f"(meaning {best.cosine:.2f}, words {best.bm25:.1f})."
    )


def _read(reading: ReadPassages) -> str:
    signs = reading.signs
    return (
        f"Read {len(reading.sentences)} sentences of the best passages. The best exchange "
        f"holds {signs.coverage:.0%} of the question's words; {signs.share:.0%} of what was found "
        "is part of it."
    )


def _against(signs: Signs) -> Iterator[str]:
    if signs.unheard:
        whom = " or ".join(signs.unheard)
        yield f"Asked about {whom}, who wrote nothing here; nothing that was found speaks of them."
    elif unknown := dict.fromkeys((*signs.unknown_names, *signs.unknown_terms)):
        yield f"The threads never mention {', '.join(unknown)}."


def _verdict(answer: Answer) -> str:
    percent = f"{answer.confidence:.0%}" if answer.confidence < _SURE_FROM else "over 99%"
    likely = f"The threads answer this with a probability of {percent}"
    if answer.outcome is Outcome.ANSWERED:
        count = len(answer.statements)
        chosen = "1 excerpt was" if count == 1 else f"{count} excerpts were"
        return f"{likely}; {chosen} chosen, checked to stand word for word in the posts."
    if answer.outcome is Outcome.CLOSEST:
        return f"{likely}: too little to answer, enough to show what comes closest."
    return f"{likely}: too little to show anything."
