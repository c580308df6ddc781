from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards.markdown import (
    clean_text,
    escape_markdown,
    fit,
    fit_label,
    fit_line,
    length,
    quote_block,
)
from tests.bot.discord.active import (
    INVISIBLE,
    active_in,
    active_lines_in,
    unescaped,
)
from tests.bot.discord.strategies import ATTACKS, texts


@given(texts)
def test_escaped_text_is_never_active(text: str) -> None:
    escaped = escape_markdown(text)
    assert active_in(escaped) == []
    assert active_lines_in(escaped) == []
    assert "@everyone" not in escaped.lower()


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_known_attack_is_defused_at_the_start_of_a_text(attack: str) -> None:
    escaped = escape_markdown(attack.strip("\n"))
    assert (active_in(escaped), active_lines_in(escaped)) == ([], [])


def test_the_oracle_sees_what_is_active() -> None:
    assert active_in("see https://evil.example") == ["https://", "https://"]
    assert active_in("<@1> [a](b)") == ["](", "<@"]
    assert active_lines_in("a\n# b") == ["# "]


@given(texts)
def test_discord_shows_escaped_text_as_it_was(text: str) -> None:
    assert unescaped(escape_markdown(text)) == clean_text(text)


@given(texts)
def test_clean_text_has_nothing_invisible_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    assert INVISIBLE.search(cleaned) is None
    assert clean_text(cleaned) == cleaned
    cleaned.encode()


@given(texts, st.integers(0, 400))
def test_a_fitted_text_is_within_its_limit_and_a_start_of_the_text(text: str, limit: int) -> None:
    fitted = fit(text, limit)
    assert length(fitted) <= limit
    shown = unescaped(fitted)
    assert active_in(fitted) == []
    whole = clean_text(text).strip()
    if limit:
        assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))


@given(texts, st.integers(3, 400), st.integers(1, 6))
def test_a_fitted_quote_keeps_to_its_lines(text: str, limit: int, max_lines: int) -> None:
    fitted = fit(text, limit, render=quote_block, max_lines=max_lines)
    assert length(fitted) <= limit
    assert fitted.count("\n") < max_lines
    assert all(line.startswith("> ") or line == "…" for line in fitted.split("\n") if fitted)


@given(texts, st.integers(0, 120))
def test_a_label_is_one_line_within_its_limit(text: str, limit: int) -> None:
    label = fit_label(text, limit)
    assert length(label) <= limit
    assert "\n" not in label


def test_a_cut_falls_between_words() -> None:
    assert fit("The lock keeper closes the gate", 15) == "The lock…"
    assert fit("The lock keeper", 15) == "The lock keeper"


def test_a_cut_never_splits_an_escape() -> None:
    assert fit("****************", 8) == r"\*\*\*…"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("🇩🇪🇫🇷🇮🇹", 7, "🇩🇪…"),
        ("ab👍🏽", 4, "ab…"),
        ("ab👨\u200d👩\u200d👧", 8, "ab…"),
        ("日本語の文章です", 5, "日本語の…"),
    ],
)
def test_a_cut_in_a_long_word_keeps_graphemes_whole(text: str, limit: int, expected: str) -> None:
    assert fit(text, limit) == expected


def test_joiners_stay_where_they_shape_letters_and_go_where_they_hide() -> None:
    assert clean_text("می\u200cخواهم a\u200db\u200c") == "می\u200cخواهم ab"


def test_length_counts_what_lies_outside_the_basic_plane_twice() -> None:
    assert length("a😀") == 3


def test_text_for_one_line_loses_its_line_breaks() -> None:
    assert fit_line("a\n\nb\t c", 20) == "a b c"


def test_an_endless_text_is_cut_without_reading_all_of_it() -> None:
    assert fit("\u200b" * 3_000_000, 10) == "…"
    assert fit("word " * 1_000_000, 10) == "word word…"
