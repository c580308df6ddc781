"""What a model's calls may cost in time, money and patience, without any provider."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from retrieval.errors import ModelCallError
from retrieval.language_model.chat import ChatRequest
from retrieval.language_model.failures import CallFailedError
from retrieval.language_model.limits.budget import DailyBudget, Price
from retrieval.language_model.limits.circuit import FAILURES, REST_SECONDS
from retrieval.language_model.limits.limited_model import CallPolicy, Clock, LimitedModel
from retrieval.language_model.limits.spending import Spending
from retrieval.language_model.loop_thread import LoopThread
from retrieval.language_model.wires.base import Piece, Stop

REPLY = [Piece("Yes."), Piece(stop=Stop.END, input_tokens=100, output_tokens=10)]
REQUEST = ChatRequest("system", "user", max_output_tokens=50, deadline_seconds=30)
OUTAGE = CallFailedError("the model's server cannot be reached", may_pass=True)
REFUSED_KEY = CallFailedError("the model's server refuses the key")


@dataclass
class FakeWire:
    """Replies, or raises what stands in the script."""

    script: list[list[Piece] | Exception] = field(default_factory=list)
    otherwise: list[Piece] | Exception = field(default_factory=lambda: REPLY)
    model: str = "fake"
    follows_schemas: bool = True
    cites_natively: bool = False
    calls: int = 0
    conceded: list[str] = field(default_factory=list)
    gate: Callable[[], None] = lambda: None

    async def stream(self, _request: ChatRequest) -> AsyncIterator[Piece]:
        self.calls += 1
        await asyncio.to_thread(self.gate)
        now = self.script.pop(0) if self.script else self.otherwise
        if isinstance(now, Exception):
            raise now
        for piece in now:
            yield piece

    def concede(self, complaint: str) -> bool:
        self.conceded.append(complaint)
        return len(self.conceded) == 1

    async def aclose(self) -> None:
        pass


@dataclass
class StillClock:
    """Time that passes only while somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep, lambda: 0.5)


@dataclass
class Bench:
    wire: FakeWire
    time: StillClock
    spending: Spending
    opened: list[LimitedModel] = field(default_factory=list)

    def model(
        self,
        limits: DailyBudget | None = None,
        price: Price | None = None,
        *,
        retries: int = 2,
        slots: int = 2,
    ) -> LimitedModel:
        model = LimitedModel(
            self.wire,
            key="secret",
            patience=CallPolicy(stall_seconds=5, retries=retries, slots=slots),
            limits=limits or DailyBudget(),
            price=price,
            spending=self.spending,
            loop=LoopThread(),
            clock=self.time.clock(),
        )
        self.opened.append(model)
        return model


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(FakeWire(), StillClock(), Spending(tmp_path / "spending.sqlite3"))
    yield bench
    for model in bench.opened:
        model.close()


def fails(model: LimitedModel, reason: str, request: ChatRequest = REQUEST) -> None:
    with pytest.raises(ModelCallError, match=reason):
        model.complete(request)


# Attempts


def test_attempts_end_with_the_retries(bench: Bench) -> None:
    bench.wire.otherwise = OUTAGE
    fails(bench.model(retries=2), "cannot be reached")
    assert bench.wire.calls == 3
    assert bench.time.slept == [0.25, 0.5]  # half of the ceilings 0.5 and 1


def test_what_cannot_pass_is_not_tried_again(bench: Bench) -> None:
    bench.wire.otherwise = REFUSED_KEY
    fails(bench.model(), "refuses the key")
    assert bench.wire.calls == 1


def test_a_wish_to_wait_is_kept_and_never_beyond_the_deadline(bench: Bench) -> None:
    bench.wire.script = [CallFailedError("asked too often", may_pass=True, wait_seconds=7)]
    assert bench.model().complete(REQUEST).text == "Yes."
    assert bench.time.slept == [7.25]
    bench.wire.script = [CallFailedError("asked too often", may_pass=True, wait_seconds=40)]
    fails(bench.model(), "asked too often")
    assert bench.time.slept == [7.25]


def test_a_refused_field_is_conceded_without_counting_as_an_attempt(bench: Bench) -> None:
    refused = CallFailedError("no", is_refused_request=True, is_outage=False, complaint="format?")
    bench.wire.script = [refused]
    assert bench.model(retries=0).complete(REQUEST).text == "Yes."
    assert bench.wire.conceded == ["format?"]
    bench.wire.script = [refused]
    fails(bench.model(retries=5), "no")


def test_the_usage_of_all_attempts_is_told(bench: Bench) -> None:
    broken = [Piece("Ye", input_tokens=100)]
    bench.wire.script = [broken]
    usage = bench.model(price=Price(1, 100)).complete(REQUEST).usage
    assert (usage.calls, usage.input_tokens, usage.output_tokens) == (2, 200, 11)
    assert usage.is_estimated
    assert usage.cost_usd == pytest.approx((200 + 11 * 100) / 1e6)


# Circuit


def test_a_model_that_keeps_failing_is_left_alone_and_tried_once_after_a_rest(
    bench: Bench,
) -> None:
    bench.wire.otherwise = REFUSED_KEY
    model = bench.model()
    for _ in range(FAILURES):
        fails(model, "refuses the key")
    fails(model, f"left alone for {REST_SECONDS:.0f} s more")
    assert bench.wire.calls == FAILURES
    bench.time.now += REST_SECONDS
    fails(model, "refuses the key")
    fails(model, f"left alone for {2 * REST_SECONDS:.0f} s more")
    bench.time.now += 2 * REST_SECONDS
    bench.wire.otherwise = REPLY
    assert model.complete(REQUEST).text == "Yes."
    assert model.complete(REQUEST).text == "Yes."


def test_what_only_one_request_suffers_from_opens_no_circuit(bench: Bench) -> None:
    bench.wire.otherwise = CallFailedError("the model refused to answer", is_outage=False)
    model = bench.model()
    for _ in range(2 * FAILURES):
        fails(model, "refused to answer")
    assert bench.wire.calls == 2 * FAILURES


# Budgets


def test_a_day_s_tokens_are_not_overrun_by_calls_that_might_cost_more(bench: Bench) -> None:
    # A call may cost 50 tokens and some five for its prompt, and does cost 110.
    model = bench.model(DailyBudget(tokens=220))
    model.complete(REQUEST)
    model.complete(REQUEST)
    fails(model, "tokens that a model may use today are used up")
    assert bench.wire.calls == 2


def test_a_day_s_money_survives_a_restart(bench: Bench) -> None:
    limits, price = DailyBudget(usd=0.001), Price(5, 5)
    bench.model(limits, price).complete(REQUEST)  # 110 tokens, $0.00055
    assert bench.spending.today().usd == pytest.approx(0.00055)
    bench.model(limits, price).complete(REQUEST)
    fails(bench.model(limits, price), "money that a model may cost today is used up")


def test_a_person_s_answers_are_counted_by_the_first_call_of_each(bench: Bench) -> None:
    model = bench.model(DailyBudget(answers_per_asker=2))
    mira = ChatRequest("s", "u", 50, 30, asker="mira")
    for _ in range(2):
        model.complete(mira)
        model.complete(REQUEST)  # the review of the same answer
    fails(model, "your 2 answers by a model for today are used up", mira)
    model.complete(ChatRequest("s", "u", 50, 30, asker="tomas"))
    model.complete(REQUEST)


def test_an_answer_that_never_came_is_not_counted(bench: Bench) -> None:
    model = bench.model(DailyBudget(answers_per_asker=1), retries=0)
    mira = ChatRequest("s", "u", 50, 30, asker="mira")
    bench.wire.script = [OUTAGE]
    fails(model, "cannot be reached", mira)
    assert bench.spending.today("mira").tokens == 0
    assert model.complete(mira).text == "Yes."


def test_calls_at_once_cannot_overrun_a_budget_together(bench: Bench) -> None:
    model = bench.model(DailyBudget(tokens=550), slots=20)

    def call(_: int) -> bool:
        try:
            model.complete(REQUEST)
        except ModelCallError:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        done = sum(pool.map(call, range(20)))
    assert 1 <= done <= 9
    assert bench.spending.today().tokens == 110 * done


def test_an_account_that_cannot_be_kept_stops_calls(bench: Bench, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    bench.spending = Spending(blocked / "spending.sqlite3")
    fails(bench.model(), "account of what models cost cannot be kept")
    assert bench.wire.calls == 0


# Slots


def test_no_more_calls_are_under_way_than_there_are_slots(bench: Bench) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    release = threading.Event()

    def gate() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        release.wait(5)
        with lock:
            inside -= 1

    bench.wire.gate = gate
    model = bench.model(slots=2)
    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(model.complete, REQUEST) for _ in range(6)]
        impatient = ChatRequest("s", "u", 50, deadline_seconds=0.2)
        while inside < 2:
            pass
        fails(model, "2 other calls", impatient)
        release.set()
        assert {future.result().text for future in futures} == {"Yes."}
    assert most == 2


def test_an_interrupted_call_gives_its_slot_back(bench: Bench) -> None:
    bench.wire.script = [RuntimeError("unforeseen")]
    model = bench.model(slots=1, retries=0)
    fails(model, "reports an error")
    assert model.complete(REQUEST).text == "Yes."
