from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from retrieval.answering.citations import cite
from retrieval.answering.disputes import Dispute, find_dispute
from retrieval.domain import Citation, Outcome
from retrieval.index.contents import Located
from retrieval.knowledge import Engine
from tests.retrieval.answering.builders import hit
from tests.retrieval.conftest import engine_on
from tests.retrieval.index.builders import Folder, Said, client_at, file_of

CLAIM = "Ammonia dissolves the corrosion."


def located(text: str, author: str | None = "Vera", name: str = "reply") -> Located:
    found = hit(text, name=name, author=author)
    return Located(found.passage, found.post, found.thread)


def claimed(text: str = CLAIM, author: str | None = "Tom") -> Citation:
    found = hit(text, name="claim", author=author)
    return cite(1, found, found.passage.start, found.passage.end)


def alike(cosine: float):
    """Return an embedding in which every further text has this cosine with the first."""

    def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [[1.0, 0.0]] + [[cosine, (1 - cosine**2) ** 0.5]] * (len(texts) - 1)
        return np.array(rows, dtype=np.float32)

    return embed


def said(dispute: Dispute | None) -> str | None:
    return dispute.reply.post.text[dispute.start : dispute.end] if dispute else None


@pytest.mark.parametrize(
    "reply",
    [
        "I disagree with the ammonia.",
        "I don’t think that ammonia does anything.",
        "No, it is the heat that dissolves it.",
        "That is not true for titanium frames.",
        "I'm not convinced that it dissolves anything.",
        "That's a myth, and ammonia is wrong for carbon.",
        "Careful, ammonia eats the paint.",
        "It dissolves nothing, I’ll give some slight pushback on this.",
    ],
)
def test_a_reply_that_disagrees_about_the_same_is_found(reply):
    assert said(find_dispute(claimed(), [located(reply)], alike(0.7))) == reply


@pytest.mark.parametrize(
    "reply",
    [
        "Ammonia worked for me as well.",
        "Thank you, it is loose now!",
        "Did you disagree with this before?",
        "It does not smell good.",
    ],
)
def test_other_replies_are_not(reply):
    assert find_dispute(claimed(), [located(reply)], alike(0.7)) is None


def test_disagreement_about_something_else_is_not_shown():
    assert find_dispute(claimed(), [located("I disagree with the vice.")], alike(0.3)) is None


def test_nearly_the_same_words_with_the_negation_turned_contradict():
    reply = located("Ammonia never dissolves the corrosion.")
    assert said(find_dispute(claimed(), [reply], alike(0.9)))
    assert find_dispute(claimed(), [reply], alike(0.7)) is None


def test_a_bare_disagreement_brings_what_it_says():
    reply = located("I disagree. Heat does it. Try that.")
    assert said(find_dispute(claimed(), [reply], alike(0.7))) == "I disagree. Heat does it."


def test_nobody_contradicts_himself():
    reply = located("I disagree with the ammonia.", author="Tom")
    assert find_dispute(claimed(), [reply], alike(0.7)) is None


def test_a_question_cannot_be_contradicted():
    asked = claimed("Does ammonia dissolve the corrosion?")
    assert find_dispute(asked, [located("No, heat does.")], alike(0.9)) is None


def test_nothing_is_embedded_where_nobody_disagrees():
    def embed(_: Sequence[str]) -> npt.NDArray[np.float32]:
        raise AssertionError

    assert find_dispute(claimed(), [located("It worked.")], embed) is None
    assert find_dispute(claimed(), [], embed) is None


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("disputed")
    folder = Folder(path, client_at(path))
    with folder.index() as index:
        claim = "Grease the seatpost with copper paste every spring."
        index.write(
            [
                file_of(
                    "paste.json",
                    Said("Ida", "What about the seatpost?"),
                    Said("Tom", claim, answers="Ida"),
                    Said(
                        "Vera",
                        f"> {claim}\n\nI disagree, grease the seatpost with copper paste every "
                        "winter.",
                        answers="Tom",
                    ),
                    title="Seatpost",
                ),
                file_of("chain.json", Said("Mia", "Oil the chain."), title="Chain"),
                file_of("bell.json", Said("Olaf", "The bell is loud."), title="Bell"),
            ]
        )
        yield engine_on(index)


def test_both_sides_are_shown(engine):
    answer = engine.answerer.answer("Grease the seatpost with copper paste every spring?")
    assert answer.outcome is Outcome.ANSWERED
    first, second, *_ = answer.statements
    assert (first.citations, first.disputes) == ((1,), ())
    assert (second.citations, second.disputes) == ((2,), (1,))
    assert [citation.post.author for citation in answer.citations[:2]] == ["Tom", "Vera"]
    assert answer.text.startswith(
        "Tom argues: “Grease the seatpost with copper paste every spring.” [1]; Vera replies: "
        "“I disagree, grease the seatpost with copper paste every winter.” [2]"
    )
    assert any("contradicts" in step for step in answer.trace)
