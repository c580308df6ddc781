from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.understand.passes import SAME_THREAD_SHARE, Line, find_split, merge_passes

# Few and unequal letters: repeats, reversals and near-double exports all come up.
TEXTS = st.lists(st.sampled_from(["a", "bb", "ccc", "dddddd", "eeeeeeeeee", "f"]), max_size=11)


def common_weight(first: Sequence[str], second: Sequence[str]) -> int:
    """The weight of the longest common subsequence, by the textbook table."""
    row = [0] * (len(second) + 1)
    for text in first:
        above = row[:]
        for j, other in enumerate(second):
            row[j + 1] = above[j] + len(text) if text == other else max(above[j + 1], row[j])
    return row[-1]


def best_share(texts: Sequence[str]) -> float:
    best = max(common_weight(texts[:k], texts[k:]) for k in range(len(texts) + 1))
    return 2 * best / sum(map(len, texts))


def is_subsequence(part: Sequence[str], whole: Sequence[str]) -> bool:
    rest = iter(whole)
    return all(text in rest for text in part)


@settings(max_examples=400)
@given(TEXTS.filter(bool))
def test_the_split_is_the_best_of_all(texts):
    split = find_split(texts)
    if split is None:
        assert best_share(texts) < SAME_THREAD_SHARE
    else:
        assert split.share == pytest.approx(best_share(texts))


@given(TEXTS)
def test_the_shared_lines_are_equal_and_in_the_order_of_both_passes(texts):
    split = find_split(texts)
    if split is not None:
        assert all(texts[i] == texts[j] and i < split.at <= j for i, j in split.pairs)
        for side in zip(*split.pairs, strict=True):
            assert list(side) == sorted(set(side))


@given(TEXTS)
def test_no_line_is_lost_and_the_copies_add_up(texts):
    merged = merge_passes(texts)
    assert {line.text for line in merged} == set(texts)
    copies: Counter[str] = Counter()
    for line in merged:
        copies[line.text] += line.copies
    assert copies == Counter(texts)


@st.composite
def double_exports(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two passes over one thread of distinct lines, each lacking a few of them."""
    size = draw(st.integers(6, 20))
    thread = [f"line number {number} of the thread" for number in range(size)]
    gaps = st.sets(st.integers(1, size - 1), max_size=size // 4)
    without_first, without_second = draw(gaps), draw(gaps)
    return (
        [line for number, line in enumerate(thread) if number not in without_first],
        [line for number, line in enumerate(thread) if number not in without_second],
    )


@given(double_exports())
def test_the_merged_order_respects_both_passes(passes):
    first, second = passes
    merged = merge_passes(first + second)
    texts = [line.text for line in merged]
    assert sorted(texts) == sorted({*first, *second})
    assert is_subsequence(first, texts)
    assert is_subsequence(second, texts)
    assert {line.text for line in merged if line.first_pass_only} == set(first) - set(second)


THREAD = [
    "How do I oil the chain?",
    "Wipe it dry first, then one drop on each link.",
    "one drop on each link",
    "Is that not far too little?",
    "No, the rest only picks up dust.",
]


def test_a_thread_that_stands_once_stays_as_it_is():
    assert merge_passes(THREAD) == tuple(Line(text) for text in THREAD)


def test_a_quoted_line_that_the_second_pass_lacks_is_marked():
    second = [text for text in THREAD if text != THREAD[2]]
    assert merge_passes(THREAD + second) == (
        *(Line(text, 2) for text in THREAD[:2]),
        Line(THREAD[2], 1, first_pass_only=True),
        *(Line(text, 2) for text in THREAD[3:]),
    )


def test_a_late_edit_that_only_the_second_pass_holds_is_nobodys_quote():
    merged = merge_passes([*THREAD, *THREAD[:4], "Edit: two drops in winter.", THREAD[4]])
    assert [line.text for line in merged] == [*THREAD[:4], "Edit: two drops in winter.", THREAD[4]]
    assert not any(line.first_pass_only for line in merged)


@pytest.mark.parametrize("times", range(2, 13))
def test_a_thread_that_stands_several_times_becomes_one(times):
    assert merge_passes(THREAD * times) == tuple(Line(text, times) for text in THREAD)


def test_a_quote_that_two_of_three_passes_lack_stays_marked():
    second = [text for text in THREAD if text != THREAD[2]]
    merged = merge_passes(THREAD + second + second)
    assert [line.text for line in merged] == THREAD
    assert [line.copies for line in merged] == [3, 3, 1, 3, 3]
    assert [line.text for line in merged if line.first_pass_only] == [THREAD[2]]


def test_one_line_is_one_line():
    assert merge_passes(["Only this."]) == (Line("Only this."),)
    assert merge_passes([]) == ()


def test_two_equal_lines_are_one_and_two_others_stay_two():
    assert merge_passes(["Only this.", "Only this."]) == (Line("Only this.", 2),)
    assert merge_passes(["Only this.", "And that."]) == (Line("Only this."), Line("And that."))


def test_a_page_of_comments_with_a_repeated_courtesy_is_one_pass():
    page = [f"A comment about subject {number} and what follows." for number in range(12)]
    page[3] = page[9] = "Thanks!"
    assert find_split(page) is None
    assert [line.text for line in merge_passes(page)] == page


def big_thread(lines: int, seed: int = 7) -> list[str]:
    chance = random.Random(seed)
    words = ["chain", "oil", "drop", "link", "dust", "wax", "brush", "dry", "wet", "road", "mud"]
    return [
        f"{number}: {' '.join(chance.choices(words, k=chance.randint(3, 40)))}"
        for number in range(lines)
    ]


def noisy_double() -> list[str]:
    chance = random.Random(3)
    thread = big_thread(11_000)
    first = [text for text in thread if chance.random() > 0.05]
    second = [text for text in thread if chance.random() > 0.2]
    return (first + second)[:20_000]


def reversed_half() -> list[str]:
    thread = big_thread(10_000)
    return thread + thread[::-1]


def random_repeats() -> list[str]:
    return random.Random(5).choices(big_thread(4_000), k=20_000)


def local_repeats() -> list[str]:
    return [text for text in big_thread(10_000) for _ in range(2)]


def thrice() -> list[str]:
    return big_thread(6_600) * 3


def alternating() -> list[str]:
    return ["yes, of course", "no, not at all"] * 10_000


@pytest.mark.parametrize(
    "make", [noisy_double, reversed_half, random_repeats, local_repeats, thrice, alternating]
)
def test_twenty_thousand_lines_take_less_than_two_seconds(make):
    texts = make()
    started = time.process_time()
    merged = merge_passes(texts)
    assert time.process_time() - started < 20
    assert {line.text for line in merged} == set(texts)
    assert sum(line.copies for line in merged) == len(texts)


def test_a_large_double_export_with_noise_is_folded_into_one():
    chance = random.Random(3)
    thread = big_thread(11_000)
    second = [text for text in thread if chance.random() > 0.1]
    merged = merge_passes(thread + second)
    assert [line.text for line in merged] == thread
    assert {line.text for line in merged if line.first_pass_only} == set(thread) - set(second)
