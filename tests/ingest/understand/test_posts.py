from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.understand.passes import Line
from ingest.understand.posts import ReadLine, post_starts, read_lines
from retrieval.records import TextKind

ASKED = "How do I keep the chain clean in winter, when there is salt on every road?"
ANSWERED = "Rinse it with warm water after each ride. Then dry it, and oil it again."
PART = "Rinse it with warm water after each ride."
REPLIED = "That is what I do, and it still rusts."
OUTSIDE = "A rusty chain is a happy chain, as the proverb from nowhere has it."


def read(*texts: str | Line) -> tuple[ReadLine, ...]:
    return read_lines([Line(text) if isinstance(text, str) else text for text in texts])


def kinds(lines: tuple[ReadLine, ...]) -> list[TextKind]:
    return [line.kind for line in lines]


def origins(lines: tuple[ReadLine, ...]) -> list[int | None]:
    return [line.origin for line in lines]


OWN, QUOTE = TextKind.OWN, TextKind.QUOTE


def test_lines_that_repeat_nothing_are_somebodys_own():
    lines = read(ASKED, ANSWERED, REPLIED)
    assert kinds(lines) == [OWN, OWN, OWN]
    assert origins(lines) == [None, None, None]
    assert post_starts(lines) == (0,)


def test_a_part_of_an_earlier_line_is_a_quote_that_begins_a_post():
    lines = read(ASKED, ANSWERED, PART, REPLIED)
    assert kinds(lines) == [OWN, OWN, QUOTE, OWN]
    assert origins(lines) == [None, None, 1, None]
    assert post_starts(lines) == (0, 2)


def test_a_whole_line_again_is_a_quote_of_it():
    lines = read(ASKED, ANSWERED, ASKED, REPLIED)
    assert origins(lines) == [None, None, 0, None]
    assert kinds(lines) == [OWN, OWN, QUOTE, OWN]


def test_a_line_that_announces_a_quote_belongs_to_its_post():
    lines = read(ASKED, ANSWERED, "You say:", PART, REPLIED)
    assert post_starts(lines) == (0, 2)
    lines = read(ASKED, ANSWERED, "Two things", "First, you say:", PART, REPLIED)
    assert post_starts(lines) == (0, 2)


def test_the_quoted_line_itself_announces_nothing():
    unfinished = ANSWERED.removesuffix(".")
    lines = read(ASKED, unfinished, PART, REPLIED)
    assert post_starts(lines) == (0, 2)


def test_several_quotes_of_one_post_begin_one_post():
    lines = read(ASKED, ANSWERED, ASKED, REPLIED, PART, "And that I do, too.")
    assert origins(lines) == [None, None, 0, None, 1, None]
    assert post_starts(lines) == (0, 2)


def test_a_quote_of_a_post_that_quotes_begins_another():
    lines = read(ASKED, ANSWERED, PART, REPLIED, REPLIED, "It does not have to.")
    assert origins(lines) == [None, None, 1, None, 3, None]
    assert post_starts(lines) == (0, 2, 4)


def test_words_from_outside_that_only_the_first_pass_has_are_a_quote_without_origin():
    lines = read(ASKED, Line(OUTSIDE, first_pass_only=True), ANSWERED)
    assert kinds(lines) == [OWN, QUOTE, OWN]
    assert origins(lines) == [None, None, None]
    # It may stand in the first post or begin the second: nobody can tell.
    assert post_starts(lines) == (0,)


def test_a_marked_quote_may_stand_before_the_words_that_it_repeats():
    lines = read(ASKED, Line(PART, first_pass_only=True), ANSWERED)
    assert kinds(lines) == [OWN, QUOTE, OWN]
    assert origins(lines) == [None, 2, None]
    assert post_starts(lines) == (0,)


def test_an_unmarked_line_before_a_longer_one_is_no_quote_of_it():
    lines = read(ASKED, PART, ANSWERED)
    assert kinds(lines) == [OWN, OWN, OWN]


def test_the_origin_is_whoever_said_it_and_not_who_quoted_it():
    lines = read(ANSWERED, PART, REPLIED, PART, "Warm, not hot.")
    assert origins(lines) == [None, 0, None, 0, None]


def test_a_line_counts_the_other_places_that_hold_its_very_text():
    assert [line.repeats for line in read(Line(ASKED, 3), ANSWERED)] == [2, 0]
    # The quote is one of the two places where the question stands again.
    assert [line.repeats for line in read(Line(ASKED, 2), ANSWERED, ASKED)] == [2, 0, 0]


@given(
    st.lists(
        st.sampled_from([ASKED, ANSWERED, PART, REPLIED, OUTSIDE, "You say:", "Thanks!", "👍"]),
        min_size=1,
        max_size=12,
    )
)
def test_reading_loses_nothing_and_posts_begin_in_order(texts):
    lines = read(*texts)
    assert [line.text for line in lines] == texts
    starts = post_starts(lines)
    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    assert all(start < len(lines) for start in starts)
    for line in lines:
        assert line.origin is None or line.kind is QUOTE


@given(st.lists(st.sampled_from([ASKED, ANSWERED, PART, REPLIED, "Thanks!"]), max_size=12))
def test_nobody_quotes_the_post_that_he_is_writing(texts):
    lines = read(*texts) if texts else read(ASKED)
    starts = (*post_starts(lines), len(lines))
    post = {n: at for at, (a, b) in enumerate(pairwise(starts)) for n in range(a, b)}
    for number, line in enumerate(lines):
        assert line.origin is None or post[line.origin] != post[number]
