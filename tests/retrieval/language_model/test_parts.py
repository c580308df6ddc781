"""The pure parts of a model's limits, and the account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.language_model.failures import clean_complaint, explain, retry_after_seconds
from retrieval.language_model.limits.budget import DailyBudget, estimated_tokens
from retrieval.language_model.limits.retrying import pause_seconds
from retrieval.language_model.limits.spending import Booking, Spending
from retrieval.language_model.loop_thread import LoopThread
from retrieval.records import Usage

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(headers, seconds) -> None:
    assert retry_after_seconds(headers, NOW) == seconds


@given(st.integers(1, 100), st.floats(0, 0.999))
def test_a_pause_is_never_long_unless_it_is_asked_for(attempt, chance) -> None:
    assert 0 <= pause_seconds(attempt, None, chance) <= 8
    assert 60 <= pause_seconds(attempt, 60, chance) <= 60.5


@given(st.text())
def test_a_complaint_is_one_short_line_without_the_key(words) -> None:
    said = clean_complaint(f"{words} my-own-secret {words}", "my-own-secret")
    assert "my-own-secret" not in said
    assert len(said) <= 300
    assert "\n" not in said


@pytest.mark.parametrize("secret", ["sk-proj-abcdef123456", "sk-ant-a1b2c3d4", "Bearer abc.def"])
def test_whatever_looks_like_a_key_is_taken_out(secret) -> None:
    assert secret not in clean_complaint(f"Incorrect API key provided: {secret}.", None)


def test_an_exception_that_nobody_foresaw_is_explained_without_its_words() -> None:
    failure = explain(RuntimeError("the prompt was …"))
    assert str(failure) == "the model's server reports an error"


@given(st.text())
def test_tokens_are_estimated_on_the_safe_side_of_words(text) -> None:
    assert len(text.split()) / 3 <= estimated_tokens(text) <= len(text.encode()) + 1


def test_no_limit_refuses_nothing() -> None:
    from retrieval.language_model.limits.budget import Spent

    assert DailyBudget().refusal(Spent(10**9, 10**6, 10**6), Usage(1, 10**6, 10**6), "mira") is None


def booked(spending: Spending, usage: Usage, asker: str | None = None) -> Booking:
    booking = spending.book(usage, DailyBudget(), asker)
    assert isinstance(booking, Booking)
    return booking


def test_a_new_day_begins_at_midnight_utc_and_forgets_who_asked(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 21, 23, 59, tzinfo=UTC)]
    spending = Spending(tmp_path / "spending.sqlite3", lambda: now[0])
    booked(spending, Usage(1, 10, 5, 0.25), "mira")
    # The same moment, told in another zone.
    now[0] = now[0].astimezone(timezone(timedelta(hours=9)))
    assert (spending.today("mira").tokens, spending.today("mira").answers) == (15, 1)
    now[0] += timedelta(minutes=1)
    assert (spending.today("mira").tokens, spending.today("mira").answers) == (0, 0)
    booked(spending, Usage(1, 1, 1))
    assert b"mira" not in (tmp_path / "spending.sqlite3").read_bytes()


def test_what_a_call_did_cost_takes_the_place_of_what_it_might_have(tmp_path: Path) -> None:
    spending = Spending(tmp_path / "spending.sqlite3")
    booking = booked(spending, Usage(1, 1_000, 1_000, 2.0))
    assert spending.today().usd == 2.0
    booking.settle(Usage(1, 900, 10, 0.5))
    assert Spending(tmp_path / "spending.sqlite3").today().usd == pytest.approx(0.5)
    assert spending.today().tokens == 910


def test_a_coroutine_is_cancelled_when_its_time_is_over() -> None:
    import asyncio

    loop = LoopThread()
    cancelled: list[bool] = []

    async def stubborn() -> None:
        try:
            await asyncio.sleep(3_600)
        finally:
            cancelled.append(True)

    with pytest.raises(TimeoutError):
        loop.run(stubborn(), limit_seconds=0.1)
    loop.close()
    assert cancelled == [True]
    loop.close()
