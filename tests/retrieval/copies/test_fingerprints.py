from __future__ import annotations

import random

import numpy as np
import pytest

from benchmarks.corpora import language
from retrieval.copies.fingerprints import (
    MIN_SHINGLES,
    WordNumbers,
    is_whole,
    share,
    sketches,
    words_of,
)

SPOKEN = language(5)


def made_up(chance: random.Random, length: int) -> list[str]:
    return chance.choices(SPOKEN.words, cum_weights=SPOKEN.weights, k=length)


def sketch(text: str):
    return sketches([text])[0]


def test_the_numbers_are_the_same_in_every_process():
    numbers = sketch("the pump does not start after a cold night so warm it up").fingerprints
    assert numbers.tolist() == [586093589, 1557715387, 1057851073, 15710213264]


def test_a_text_has_the_same_sketch_in_any_company():
    chance = random.Random(1)
    texts = ["", "two words", *(" ".join(made_up(chance, n)) for n in range(1, 60))]
    for text, one in zip(texts, sketches(texts, WordNumbers()), strict=True):
        alone = sketch(text)
        assert np.array_equal(one.shingles, alone.shingles)
        assert np.array_equal(one.fingerprints, alone.fingerprints)


def test_share_is_of_the_first_text():
    whole = sketch(" ".join(map(str, range(40))))
    part = sketch(" ".join(map(str, range(12))))
    assert share(part, whole) == 1
    assert share(whole, part) == pytest.approx(10 / 38)
    assert share(sketch("none"), whole) == 0


def test_short_texts_have_no_fingerprints():
    words = " ".join(map(str, range(MIN_SHINGLES + 1)))
    assert len(sketch(words).fingerprints) == 0
    assert len(sketch(f"{words} more").fingerprints) > 0


def test_a_text_that_says_one_thing_over_and_over_has_no_share_in_any():
    assert share(sketch("ha " * 50), sketch("ha " * 50)) == 0


def test_only_the_last_fingerprint_is_of_the_whole_text():
    chance = random.Random(2)
    words = made_up(chance, 50)
    one, other = sketch(" ".join(words)), sketch(" ".join([*words, "more"]))
    assert is_whole(one.fingerprints).tolist() == [*[False] * (len(one.fingerprints) - 1), True]
    assert one.fingerprints[-1] != other.fingerprints[-1]
    assert sketch(" ".join(words).upper()).fingerprints[-1] == one.fingerprints[-1]


@pytest.mark.parametrize("seed", range(5))
def test_texts_of_which_one_holds_the_other_share_a_fingerprint(seed):
    chance = random.Random(seed)
    checked = 0
    for _ in range(400):
        words = made_up(chance, chance.randint(11, 70))
        changed = list(words)
        for at in chance.sample(range(len(words)), chance.randint(0, 1 + len(words) // 20)):
            changed[at] = "changed"
        surrounded = [*made_up(chance, 9), *changed, *made_up(chance, 9)]
        one, other = sketch(" ".join(words)), sketch(" ".join(surrounded))
        if share(one, other) >= 0.8 and len(one.fingerprints):
            checked += 1
            assert np.intersect1d(one.fingerprints, other.fingerprints).size
    assert checked > 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It doesn't; it’s “fine”.", ["it", "doesnt", "its", "fine"]),
        ("rock 'n' roll", ["rock", "n", "roll"]),
        ("the dogs' bowl", ["the", "dogs", "bowl"]),
    ],
)
def test_a_contraction_is_one_word(text, expected):
    assert words_of(text) == expected
