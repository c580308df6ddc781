from __future__ import annotations

import random
import time

import pytest

from retrieval.duplicates import DuplicateIndex, is_copy, share, words_of

ORIGINAL = (
    "If the pump does not start after a cold night, warm the oil tank to at least ten degrees "
    "and let the motor turn without a load before anybody lifts anything with it."
)
_SYLLABLES = (
    "an",
    "bas",
    "can",
    "dra",
    "en",
    "for",
    "gar",
    "har",
    "is",
    "jac",
    "ket",
    "lad",
    "mir",
)
WORDS = tuple(a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in ("dle", "gon", "tor"))


@pytest.fixture
def index():
    index: DuplicateIndex[str] = DuplicateIndex()
    index.add("pump", ORIGINAL)
    return index


def sentence(rng: random.Random, length: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(length))


@pytest.mark.parametrize(
    "copy",
    [
        ORIGINAL,
        ORIGINAL.upper(),
        f"“{ORIGINAL}”",
        ORIGINAL.replace(", ", " — "),
        ORIGINAL.replace("degrees", "degress"),
        " ".join(ORIGINAL.split()[:16]),
        " ".join(ORIGINAL.split()[16:]),
        ORIGINAL.replace("cold night", "very cold night"),
    ],
)
def test_copies_with_small_differences_are_found(index, copy):
    assert index.original(copy) == "pump"


@pytest.mark.parametrize(
    "other",
    [
        ORIGINAL.replace("does not start", "does start"),
        ORIGINAL.replace("without a load", "with a load"),
        ORIGINAL.replace("warm the", "cool the"),
        ORIGINAL.replace("at least", "at most"),
        ORIGINAL.replace("ten degrees", "15 degrees"),
        ORIGINAL.replace("does not", "doesn't ever"),
        ORIGINAL.replace("before anybody", "after anybody"),
        ORIGINAL.replace("anybody", "nobody"),
        "Warm the oil tank.",
        "Something else entirely about boats, with many words in it that nobody has said yet.",
    ],
)
def test_a_text_that_says_something_else_stays_apart(index, other):
    assert index.original(other) is None


@pytest.mark.parametrize(
    ("word", "opposite"),
    [
        ("safe", "unsafe"),
        ("legal", "illegal"),
        ("possible", "impossible"),
        ("agree", "disagree"),
        ("is", "isn't"),
        ("can", "can't"),
        ("always", "never"),
        ("more", "less"),
        ("works", "fails"),
        ("increase", "decrease"),
        ("import", "export"),
        ("3", "4"),
    ],
)
def test_one_word_changed_to_its_opposite_is_no_copy(word, opposite):
    text = "the committee said in its long report that it {} what the engineers had in mind then"
    assert not is_copy(words_of(text.format(word)), words_of(text.format(opposite)))
    assert not is_copy(words_of(text.format(opposite)), words_of(text.format(word)))


def test_half_quotes_are_found_and_negations_kept_apart_in_a_large_index():
    rng = random.Random(7)
    texts = [sentence(rng, rng.randint(20, 60)) for _ in range(3_000)]
    index: DuplicateIndex[int] = DuplicateIndex()
    for number, text in enumerate(texts):
        index.add(number, text)
    found = negated = 0
    for number in range(200):
        words = texts[number].split()
        half = words[: max(14, len(words) // 2)]
        found += index.original(" ".join(half)) == number
        at = rng.randrange(5, len(words) - 5)
        negated += index.original(" ".join([*words[:at], "not", *words[at:]])) is not None
    assert found >= 190
    assert negated == 0


@pytest.mark.slow
def test_ten_thousand_paragraphs_take_about_a_second():
    rng = random.Random(3)
    texts = [sentence(rng, rng.randint(15, 60)) for _ in range(10_000)]
    index: DuplicateIndex[int] = DuplicateIndex()
    started = time.perf_counter()
    for number, text in enumerate(texts):
        assert index.original(text) is None
        index.add(number, text)
    assert time.perf_counter() - started < 8  # on a machine that has other things to do


def test_boilerplate_is_no_sign_of_a_copy():
    index: DuplicateIndex[int] = DuplicateIndex()
    footer = "this message was sent from the list of the lock keepers to all who asked for it"
    for number in range(300):
        index.add(number, f"{footer} number {number} of many")
    assert index.original(f"{footer} and then something of my own") is None


def test_share_is_of_the_first_text():
    whole = words_of(ORIGINAL)
    assert share(whole[:12], whole) == 1
    assert share(whole, whole[:12]) < 0.5
    assert share((), whole) == 0
