"""Where a reading room is open, as its buttons say it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.discord.features.source.places import (
    TEMPLATE,
    Action,
    Press,
    Show,
    Spot,
    custom_id,
    pressed,
)
from tests.bot.discord.strategies import ids

bases = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)
spots = st.builds(Spot, bases, ids, ids, st.sampled_from(Show), st.integers(0, 9_999))


@given(st.sampled_from(Action), spots)
def test_what_a_button_says_is_what_it_was_made_of(action: Action, spot: Spot) -> None:
    written = custom_id(action, spot)
    assert written is not None
    assert len(written) <= 100
    match = TEMPLATE.fullmatch(written)
    assert match is not None
    assert pressed(match) == Press(action, spot)


@given(st.text(max_size=110))
def test_a_name_that_does_not_fit_gets_no_button(name: str) -> None:
    written = custom_id(Action.GO, Spot(name, "0" * 16, "0" * 16))
    assert written is None or len(written) <= 100
