from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.understand.quotes import MIN_PART_WORDS, QuoteIndex, repeats

SOURCE = (
    "I rebuilt the hub last winter, with new bearings and far too much grease; since then it "
    "runs without a sound, even in the rain, and I would do it again tomorrow."
)
QUOTES = {
    "word for word": SOURCE,
    "in other case, marks and spacing": SOURCE.upper().replace(",", " –").replace(" ", "  "),
    "emphasised": SOURCE.replace("new bearings", "_new_ **bearings**"),
    "without its beginning": "with new bearings and far too much grease; since then it runs",
    "beginning in the middle, marked": "… it runs without a sound, even in the rain",
    "cut once": "I rebuilt the hub last winter [...] since then it runs without a sound",
    "cut twice": "I rebuilt the hub [...] with new bearings […] it runs without a sound",
    "cut at both ends": "[...] far too much grease; since then it runs [...]",
    "cut with round brackets": "I rebuilt the hub (...) since then it runs without a sound",
    "cut with bare dots": "I rebuilt the hub last winter... since then it runs",
}
NO_QUOTES = {
    "parts in another order": "it runs without a sound [...] I rebuilt the hub last winter",
    "one part from elsewhere": "I rebuilt the hub last winter [...] and sold it in May",
    "too short": "I would do it again",
    "half a word at its end": "with new bearings and far too mu",
    "one word changed": "I rebuilt the hub last summer, with new bearings",
    "other words": "Never touch a bearing that runs without a sound, I was told.",
    "nothing": "",
    "only a mark of omission": "[...]",
}


def index_of(*texts: str) -> QuoteIndex[int]:
    index: QuoteIndex[int] = QuoteIndex()
    for number, text in enumerate(texts):
        index.add(number, text)
    return index


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_a_quote_is_found_by_its_words(quote):
    index = index_of("Something else entirely, of some length.", SOURCE)
    assert repeats(SOURCE, quote)
    assert [*index.same(quote), *index.holding(quote)] == [1]


@pytest.mark.parametrize("text", NO_QUOTES.values(), ids=NO_QUOTES)
def test_a_text_that_only_looks_alike_is_no_quote(text):
    assert not repeats(SOURCE, text)
    assert [*index_of(SOURCE).same(text), *index_of(SOURCE).holding(text)] == []


def test_a_text_does_not_hold_more_than_itself():
    index = index_of(SOURCE)
    assert list(index.same(SOURCE)) == [0]
    assert list(index.holding(SOURCE)) == []


def test_several_holders_come_in_the_order_of_adding():
    index = index_of(f"One. {SOURCE}", "Another text.", f"Two. {SOURCE}", SOURCE)
    assert list(index.holding(SOURCE)) == [0, 2]
    assert list(index.same(SOURCE)) == [3]
    assert len(index) == 4


def test_short_lines_repeat_each_other_only_as_a_whole():
    index = index_of("Thanks!", "Thanks a lot, that was it.")
    assert list(index.same("thanks")) == [0]
    assert list(index.holding("Thanks!")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("👍", "---"),
        ("🎉", "👍"),
        ("…", "?"),
        ("I like C++.", "I like C#."),
        ("I like C++.", "I like C."),
        ("if a == b: stop", "if a != b: stop"),
        ("It must be a < b here.", "It must be a > b here."),
        ("It was -5 outside.", "It was 5 outside."),
    ],
)
def test_signs_that_carry_meaning_tell_texts_apart(one, other):
    assert list(index_of(one).same(other)) == []
    assert list(index_of(one).same(one)) == [0]
    assert not repeats(one, other)


def test_a_part_of_a_text_without_blanks_is_found():
    source = "私は去年の冬にハブを分解して新しい軸受を入れました。それから静かです。"
    assert repeats(source, "新しい軸受を入れました")
    assert list(index_of("別の文です。", source).holding("新しい軸受を入れました")) == [1]


WORDS = st.lists(st.sampled_from(["hub", "oil", "wet", "dry", "new", "old"]), min_size=8)


@given(WORDS, st.data())
def test_any_run_of_enough_words_is_found(tokens, data):
    start = data.draw(st.integers(0, len(tokens) - MIN_PART_WORDS))
    end = data.draw(st.integers(start + MIN_PART_WORDS, len(tokens)))
    source, quote = " ".join(tokens), " ".join(tokens[start:end])
    assert repeats(source, quote)
    index = index_of("no such text", source)
    assert 1 in {*index.same(quote), *index.holding(quote)}


@given(WORDS, WORDS)
def test_the_index_finds_what_a_comparison_of_the_two_texts_finds(tokens, others):
    source, quote = " ".join(tokens), " ".join(others)
    index = index_of(source)
    assert repeats(source, quote) == bool([*index.same(quote), *index.holding(quote)])


def test_a_long_page_is_indexed_and_searched_quickly():
    texts = [f"line {number} " + "the same boilerplate everywhere " * 5 for number in range(4_000)]
    started = time.process_time()
    index = index_of(*texts)
    found = [
        list(index.holding(f"{text.split()[1]} the same boilerplate everywhere the same"))
        for text in texts
    ]
    assert found == [[number] for number in range(4_000)]
    assert time.process_time() - started < 30
