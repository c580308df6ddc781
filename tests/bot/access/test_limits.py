"""Token buckets with a clock of the test's own."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bot.access.limits import Bucket, Excess, Limit, Limits, Rate

ADA, BEN, LOCKS, BAKERS = 1, 2, 10, 20


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_answered_and_then_one_at_a_time() -> None:
    clock = Clock()
    limits = Limits({Limit.PACE: Rate(3, 30)}, clock)
    assert [limits.take(ADA, LOCKS) for _ in range(3)] == [None] * 3
    assert limits.take(ADA, LOCKS) == Excess(Limit.PACE, 10)
    assert limits.take(BEN, LOCKS) is None
    clock.now += 10
    assert limits.take(ADA, LOCKS) is None
    assert limits.take(ADA, LOCKS) is not None
    clock.now += 1_000
    assert limits.left(ADA, LOCKS) == {Limit.PACE: 3}


def test_a_question_that_is_refused_is_not_counted() -> None:
    clock = Clock()
    limits = Limits({Limit.PACE: Rate(1, 10), Limit.GUILD_DAY: Rate(2, 86_400)}, clock)
    assert limits.take(ADA, LOCKS) is None
    for _ in range(50):
        assert limits.take(ADA, LOCKS) == Excess(Limit.PACE, 10)
    assert limits.left(BEN, LOCKS) == {Limit.PACE: 1, Limit.GUILD_DAY: 1}
    assert limits.take(BEN, LOCKS) is None
    assert limits.take(3, LOCKS) == Excess(Limit.GUILD_DAY, 43_200)
    assert limits.take(3, BAKERS) is None


def test_direct_messages_have_no_servers_limit() -> None:
    limits = Limits({Limit.GUILD_DAY: Rate(1, 86_400), Limit.PERSON_DAY: Rate(2, 86_400)}, Clock())
    assert limits.take(ADA, None) is None
    assert limits.take(ADA, None) is None
    excess = limits.take(ADA, None)
    assert excess is not None
    assert excess.limit is Limit.PERSON_DAY


def test_what_is_full_again_is_not_kept() -> None:
    clock = Clock()
    limits = Limits({Limit.PACE: Rate(1, 10)}, clock)
    for user in range(10_000):
        limits.take(user, None)
    clock.now += 11
    limits.take(-1, None)
    limits.take(-2, None)
    assert len(limits._buckets) == 2


@given(
    tokens=st.integers(1, 20),
    seconds=st.floats(0.5, 1_000),
    steps=st.lists(st.floats(0, 200), max_size=80),
)
def test_never_more_than_the_burst_and_what_has_flowed_in(tokens, seconds, steps) -> None:
    clock, taken = Clock(0.0), 0
    limits = Limits({Limit.PACE: Rate(tokens, seconds)}, clock)
    for step in steps:
        clock.now += step
        taken += limits.take(ADA, None) is None
    assert taken <= tokens + clock.now * tokens / seconds + 1e-6


@given(tokens=st.floats(0, 5), later=st.floats(0, 100))
def test_after_the_wait_there_is_a_token(tokens, later) -> None:
    rate = Rate(5, 60)
    bucket = Bucket(tokens, 0.0)
    wait = bucket.wait_seconds(rate, later)
    assert bucket.left(rate, later + wait) > 1 - 1e-9
