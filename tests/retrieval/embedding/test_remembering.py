"""Texts that are embedded once, and forgotten when there are too many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.embedding.remembering import LONGEST_TEXT, RememberedTexts
from tests.fakes import HashingEmbedder


class Counting(HashingEmbedder):
    """Notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked.append([*texts])
        return super().embed_passages(texts)


def test_what_was_embedded_before_is_not_embedded_again_and_comes_in_its_place() -> None:
    counting = Counting()
    remembered = RememberedTexts(counting)
    texts = ["six", "nine", "six", "noon"]
    plain = HashingEmbedder()
    first = remembered.embed_passages(["nine"])
    assert np.array_equal(first, plain.embed_passages(["nine"]))
    assert np.array_equal(remembered.embed_passages(texts), plain.embed_passages(texts))
    assert counting.asked == [["nine"], ["six", "noon"]]
    assert remembered.embed_passages([]).shape[0] == 0


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    counting = Counting()
    remembered = RememberedTexts(counting, most_texts=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        remembered.embed_passages([text])
    assert counting.asked == [["a"], ["b"], ["c"], ["b"]]


def test_a_long_text_is_embedded_each_time() -> None:
    counting = Counting()
    remembered = RememberedTexts(counting)
    for _ in range(2):
        remembered.embed_passages(["x" * (LONGEST_TEXT + 1)])
    assert len(counting.asked) == 2
