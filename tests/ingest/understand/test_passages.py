from __future__ import annotations

import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.understand.passages import MAX_TOKENS, passage_spans

MAX_CHARACTERS = 1_500


def token_ends(text: str) -> list[int]:
    """Word pieces of up to four letters, as a subword tokenizer makes them."""
    return [match.end() for match in re.finditer(r"\w{1,4}|[^\w\s\u200b]", text)]


def tokens(text: str) -> int:
    return len(token_ends(text))


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in passage_spans(text, token_ends)]


def assert_sound(text: str, spans: Sequence[tuple[int, int]]) -> None:
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert end - start <= MAX_CHARACTERS
        assert tokens(text[start:end]) <= MAX_TOKENS + 1  # a hard cut may halve a token
        at = end
    assert not text[at:].strip()


WORDS = st.sampled_from(
    ["chain", "oil.", "drop", "One", "etc.", "12.5", "hub!", "日本語。", "\n", "```", "x" * 40]
)
LONG = st.lists(WORDS, min_size=1, max_size=2_000).map(" ".join).map(str.strip).filter(bool)
ODD = st.text(min_size=1, max_size=300).map(lambda t: (t * 20).strip()).filter(bool)


@settings(max_examples=60, deadline=None)
@given(LONG | ODD)
@example("\u200b" * 6_000)
@example("x" + "\u200b" * 6_000)
@example("x\t" * 3_000 + "x")
def test_passages_are_in_order_within_limits_and_leave_out_only_white_space(text):
    assert_sound(text, passage_spans(text, token_ends))


@settings(max_examples=40, deadline=None)
@given(LONG)
def test_passages_begin_and_end_where_words_do(text):
    at_words = {0, len(text)} | {i for m in re.finditer(r"\S+", text) for i in m.span()}
    for start, end in passage_spans(text, token_ends):
        # CJK text may be cut between sentences.
        assert start in at_words or text[start - 1] == "。"
        assert end in at_words or text[end - 1] == "。"


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u3000", "  ", " \n "])
def test_no_word_is_cut_where_there_are_blanks_of_any_kind(blank):
    word = "chainlube"
    text = blank.join([word] * 4_000)
    assert {token for passage in cut(text) for token in passage.split()} == {word}
    assert_sound(text, passage_spans(text, token_ends))


def test_a_paragraph_that_fits_is_one_passage():
    for text in ("Short.", "A sentence of some length. " * 20 + "End."):
        assert tokens(text) <= MAX_TOKENS
        assert passage_spans(text, token_ends) == ((0, len(text)),)


def test_nothing_is_counted_where_the_text_is_certainly_short():
    def no_tokens(text: str) -> list[int]:
        raise AssertionError(text)

    assert passage_spans("x" * 250, no_tokens) == ((0, 250),)


def test_a_long_paragraph_is_cut_between_sentences_and_evenly():
    sentence = "The bearing of wheel number {} runs dry in rain and has to be greased again."
    text = " ".join(sentence.format(number) for number in range(40))
    passages = cut(text)
    assert all(re.fullmatch(r"The bearing .* again\.", passage) for passage in passages)
    assert " ".join(passages) == text
    lengths = [len(passage) for passage in passages]
    assert min(lengths) > 0.6 * max(lengths)


def test_sentences_stay_whole_where_a_text_is_looked_at_in_blocks():
    sentence = "Wheel {} runs dry in rain and has to be greased again before the winter."
    text = " ".join(sentence.format(number) for number in range(2_000))
    assert all(re.fullmatch(r"Wheel .* winter\.", passage) for passage in cut(text))


def test_a_sentence_that_is_too_long_is_cut_at_a_blank():
    text = " ".join(f"word{number}" for number in range(600))
    passages = cut(text)
    assert len(passages) > 1
    assert " ".join(passages) == text


def test_text_without_blanks_is_cut_by_length():
    for text in ("x" * 20_000, "日本語の文章" * 3_000, "🎉" * 5_000):
        spans = passage_spans(text, token_ends)
        assert_sound(text, spans)
        assert "".join(text[start:end] for start, end in spans) == text
        assert len(spans) <= len(text) / 100


def test_japanese_is_cut_between_sentences():
    text = "これはとても長い文章の一部です。" * 200
    assert all(passage.endswith("。") for passage in cut(text))


FIVE_MEGABYTES = 5 * 2**20
LINES = {
    "words": ("lorem ipsum alignment agent " * 200_000)[:FIVE_MEGABYTES],
    "no blank at all": "A" * FIVE_MEGABYTES,
    "tiny sentences": "a. " * 1_700_000,
    "blanks": "a" + " " * FIVE_MEGABYTES + "b",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", LINES.values(), ids=LINES)
def test_a_line_of_five_megabytes_is_cut_in_linear_time(text):
    started = time.process_time()
    spans = passage_spans(text.strip(), token_ends)
    assert time.process_time() - started < 100
    assert_sound(text.strip(), spans)
