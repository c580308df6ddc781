from __future__ import annotations

import numpy as np
import pytest

from retrieval.answering.sentence_scores import score, split
from tests.retrieval.answering.builders import hit

SAID = "The chain is worn out now."


def best(*texts: str, cosines: tuple[float, ...] = (), coverage: tuple[float, ...] = ()) -> str:
    """Return the text that scores most; what is not given is the same for all."""
    found = split([hit(text, name=str(n)) for n, text in enumerate(texts)])
    assert [sentence.text for sentence in found] == list(texts)
    near = np.array(cosines or [0.5] * len(texts), dtype=np.float32)
    return texts[int(score(found, near, coverage or [0.5] * len(texts)).argmax())]


@pytest.mark.parametrize(
    "worse",
    ["Is the chain worn out?", "Ist die Kette hin؟", "I wonder how worn the chain is.", "Thanks."],
)
def test_what_asks_or_says_nothing_is_marked_down(worse):
    assert best(worse, SAID) == SAID


def test_closeness_and_shared_words_count():
    assert best("It is due in May.", SAID, cosines=(0.4, 0.6)) == SAID
    assert best("It is due in May.", SAID, coverage=(0.1, 0.9)) == SAID


def test_sentences_keep_their_place_in_the_post():
    found = hit("One is here. Two is there.")
    for sentence in split([found]):
        assert found.post.text[sentence.start : sentence.end] == sentence.text
