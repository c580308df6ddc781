from __future__ import annotations

import pytest

from benchmarks.planted import OPPOSITES
from retrieval.copies.duplicates import Unlike, repeats
from retrieval.copies.fingerprints import words_of

ORIGINAL = (
    "If the pump does not start after a cold night, warm the oil tank to at least ten degrees "
    "and let the motor turn without a load before anybody lifts anything with it."
)
LONG = "the committee said in its long report that it {} what the engineers had in mind then"


def rare(_: str) -> bool:
    return True


def common(_: str) -> bool:
    return False


def is_copy(text: str, of: str, is_rare=rare) -> bool:
    """Tell whether the second of two texts is left out beside the first."""
    return Unlike(is_rare).among([of, text]) == [True, False]


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
def test_copies_with_small_differences_are_found(copy):
    assert is_copy(copy, ORIGINAL)


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
        ORIGINAL.replace("motor turn", "motor rarely turn"),
        "Warm the oil tank.",
        "Something else entirely about boats, with many words in it that nobody has said yet.",
    ],
)
def test_a_text_that_says_something_else_stays_apart(other):
    assert not is_copy(other, ORIGINAL)


@pytest.mark.parametrize(("word", "opposite"), OPPOSITES)
def test_one_word_changed_to_its_opposite_is_no_copy(word, opposite):
    here, there = LONG.format(word), LONG.format(opposite)
    assert not is_copy(here, there)
    assert not is_copy(there, here)


@pytest.mark.parametrize(
    "cut",
    [
        "The old rumour has it, but it is simply not true that {}.",
        "It is long ago, and nobody would ever say {}.",
        "{} is false.",
        "{}? No, as everybody here knows.",
    ],
)
def test_a_part_that_its_surroundings_turn_round_is_no_copy(cut):
    claim = "the committee approved the plan of the engineers in its long report last spring"
    assert is_copy(claim, f"As everybody knows by now {claim} and that was that.")
    assert not is_copy(claim, cut.format(claim))


def test_only_a_word_that_stands_nowhere_else_is_a_slip():
    slipped = ORIGINAL.replace("degrees", "degress")
    assert is_copy(slipped, ORIGINAL, rare)
    assert not is_copy(slipped, ORIGINAL, common)


def test_a_word_with_a_sign_or_a_figure_is_never_a_slip():
    for word, other in (("libfoo2", "libfoo3"), ("model", "modem5"), ("would", "could")):
        assert not is_copy(LONG.format(word), LONG.format(other))


def test_short_texts_stand_each_for_themselves():
    assert Unlike(rare).among(["Thanks, that worked for me!"] * 3) == [True, True, True]


def test_what_is_left_out_hides_nothing():
    # The third is a part of the second, which was left out for the first, and of the first.
    half = " ".join(ORIGINAL.split()[:16])
    unlike = Unlike(rare)
    assert unlike.among([ORIGINAL, ORIGINAL.upper(), half]) == [True, False, False]
    assert unlike.among([half, LONG]) == [False, True]
    assert unlike.among([]) == []


def test_a_phrase_that_many_texts_share_makes_none_of_them_a_copy():
    phrase = "as far as anybody who was there at the time can still remember it"
    own = [f"{' '.join(f'word{n}of{m}' for m in range(20))} {phrase}" for n in range(30)]
    assert all(Unlike(common).among(own))
    assert Unlike(rare).among([*own, own[7].upper(), LONG]) == [True] * 30 + [False, True]


def test_a_text_repeats_itself_and_nothing_repeats_everything():
    tokens = words_of(ORIGINAL)
    assert repeats(tokens, tokens, common)
    assert not repeats(tokens, [], common)
