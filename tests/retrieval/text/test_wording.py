from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import QuestionError
from retrieval.text.wording import (
    MAX_QUESTION_CHARACTERS,
    clean_question,
    content_id,
    fold,
    squeeze,
    text_key,
    visible,
    words,
)


def test_ids_come_from_content_alone():
    assert content_id("a", "b") == content_id("a", "b")
    assert content_id("a", "b") != content_id("ab")
    assert content_id("a", "b") != content_id("b", "a")
    assert len(content_id("a")) == 16
    assert text_key("a") == content_id("text", "a")


def test_an_id_can_be_made_of_what_utf_8_cannot_hold():
    assert len(content_id("caf\udce9")) == 16


def test_invisible_characters_go_and_line_breaks_become_blanks():
    assert visible("a\u200bb\u202ec\x1b[31m\ufeff") == "abc[31m"
    assert visible("a\r\nb\x0cc\u2028d\u2029e\x85f") == "a \nb c d e f"
    assert visible("tab\tand\nnewline stay") == "tab\tand\nnewline stay"


@given(st.text())
def test_visible_text_stays_visible(text):
    once = visible(text)
    assert visible(once) == once
    # What goes is a control, a format character or a separator, never a letter or a mark.
    letters = [c for c in text if unicodedata.category(c)[0] in "LMNPS"]
    assert [c for c in once if unicodedata.category(c)[0] in "LMNPS"] == letters


def test_squeezed_text_stands_on_one_line():
    assert squeeze("  a \n\t b\u3000c ") == "a b c"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Don’t PANIC – “ever”!", ["don", "t", "panic", "ever"]),
        ("**bold**, _slanted_ and `code`", ["bold", "slanted", "and", "code"]),
        ("the ﬁrst ｆｕｌｌ", ["the", "first", "full"]),
        ("Straße", ["strasse"]),
        ("e\u0301te\u0301", ["été"]),
        ("3.14 and 1,000", ["3", "14", "and", "1", "000"]),
        ("新しい本", ["新", "し", "い", "本"]),
        ("C++ and C# and C", ["c++", "and", "c#", "and", "c"]),
        ("a != b >= c", ["a", "!=", "b", ">=", "c"]),
        ("from -5 to 3-5", ["from", "-5", "to", "3", "5"]),
        ("- a list item", ["a", "list", "item"]),
        ("#hashtag and # heading", ["hashtag", "and", "heading"]),
        ("👍 !!! ---", []),
        ("", []),
    ],
)
def test_words_survive_retyping(text, wanted):
    assert words(text) == wanted


def test_folded_text_has_each_word_between_blanks():
    assert fold("One, two!") == " one two "
    assert fold("two") in fold("One, two!")
    assert fold("tw") not in fold("One, two!")


def test_a_question_is_cleaned():
    assert clean_question("  Why\u200b is\n\tit so? ") == "Why is it so?"
    assert clean_question("x" * MAX_QUESTION_CHARACTERS) == "x" * MAX_QUESTION_CHARACTERS


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b\u202e", "\x00", "\ufeff"])
def test_a_question_without_a_visible_character_is_refused(text):
    with pytest.raises(QuestionError, match="empty"):
        clean_question(text)


def test_a_question_that_is_too_long_is_refused_with_its_length():
    with pytest.raises(QuestionError, match="10,000 characters"):
        clean_question("x" * 10_000)


@given(st.text(st.sampled_from("aZ09 _-+#=!<>\x1f\x85é.’'\n"), max_size=40))
def test_ascii_has_the_words_that_it_has_among_other_letters(text):
    ascii_only = text.encode("ascii", "ignore").decode()
    # A word of another alphabet at the end makes the general rule read the rest.
    assert words(ascii_only) == words(f"{ascii_only}\né")[:-1]
