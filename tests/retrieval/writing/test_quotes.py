from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.writing.quotes import is_whole, locate, widened

POST = "I doubt that.  The “old” token stops\nworking at once — don’t wait. Is it safe? Yes."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ('The "old" token stops working at once', "The “old” token stops\nworking at once"),
        ("the ｏｌｄ token", None),
        ("token stops working at once - don't wait.", "token stops\nworking at once — don’t wait."),
        ("The “old” token stops worxing at once", None),
        ("The “old” token never stops working at once", None),
        ("he “old” token stops working at onc", None),
        ("The “old” token … don’t wait.", "The “old” token stops\nworking at once — don’t wait."),
        ("The new token starts working at once", None),
        ("token", None),
        ("Yes.", "Yes."),
        ("", None),
    ],
)
def test_a_quote_is_found_as_the_words_that_are_stored(quote, found):
    span = locate(quote, POST)
    assert (span and POST[slice(*span)]) == found


def test_a_span_grows_to_whole_sentences():
    span = locate("stops working at once", POST)
    assert span is not None
    assert POST[slice(*widened(span, POST))].startswith("The “old” token")


@pytest.mark.parametrize(
    ("sentence", "whole"),
    [
        ("I doubt that.", True),
        ('The "old" token stops working at once - don\'t wait.', True),
        ("I doubt that. The old token stops working at once", False),
        ("The “old” token stops", False),
    ],
)
def test_a_quotation_is_a_whole_sentence_or_several(sentence, whole):
    assert is_whole(sentence, POST) is whole


@given(st.text(max_size=120), st.integers(0, 120), st.integers(0, 120))
def test_whatever_is_copied_is_found_with_the_same_words(text, start, end):
    quote = text[start:end]
    span = locate(quote, text)
    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)


@given(st.text(max_size=80), st.text(max_size=200))
def test_a_span_lies_inside_the_text(quote, text):
    span = locate(quote, text)
    assert span is None or 0 <= span[0] < span[1] <= len(text)
