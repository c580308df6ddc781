"""A model within its limits: deadline, budget, slots, circuit, attempt by attempt."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from retrieval.errors import ModelCallError, StorageError
from retrieval.language_model.chat import ChatReply, ChatRequest
from retrieval.language_model.failures import CallFailedError, explain
from retrieval.language_model.limits.budget import DailyBudget, Price, estimated_tokens, usage_of
from retrieval.language_model.limits.circuit import Circuit
from retrieval.language_model.limits.retrying import pause_seconds
from retrieval.language_model.wires.base import Stop, Wire
from retrieval.language_model.wires.receiving import Received, receive
from retrieval.records import Usage

if TYPE_CHECKING:
    from retrieval.language_model.limits.spending import Booking, Spending
    from retrieval.language_model.loop_thread import LoopThread

_log = logging.getLogger(__name__)
_SHORTEST_ATTEMPT_SECONDS: Final = 0.5
"""Less time than this is not worth another attempt."""


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """How long and how often a model is asked."""

    stall_seconds: float
    retries: int
    slots: int
    """How many calls may be under way at once."""


@dataclass(frozen=True, slots=True)
class Room:
    """How long a reply may be, beside what is asked for."""

    thinking_tokens: int = 0
    """For thoughts, which come first and out of the same limit."""
    context_tokens: int = 1_000_000
    """What prompt and reply may have together."""

    def granted(self, request: ChatRequest) -> ChatRequest:
        """Return the request with room for thoughts, as far as the context has any."""
        left = self.context_tokens - _reading_tokens(request) - request.max_output_tokens
        thoughts = max(min(self.thinking_tokens, left), 0)
        return replace(request, max_output_tokens=request.max_output_tokens + thoughts)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, for tests to hold still."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


class LimitedModel:
    """A ``ChatModel``: every call ends in time, with a reply or a ``ModelCallError``.

    Args:
        wire: the provider.
        key: the API key, to be kept out of what is said; the wire has its own.
        patience: how long and how often to ask.
        limits: what a day may cost.
        price: of the model; None where it is not known.
        spending: the account.
        loop: where attempts run.
        room: how long replies may be.
        clock: time and chance.
    """

    def __init__(  # noqa: PLR0913 - the parts of one machine, put together in one place
        self,
        wire: Wire,
        *,
        key: str | None,
        patience: CallPolicy,
        limits: DailyBudget,
        price: Price | None,
        spending: Spending,
        loop: LoopThread,
        room: Room | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._wire = wire
        self._key = key
        self._patience = patience
        self._limits = limits
        self._price = price
        self._spending = spending
        self._loop = loop
        self._room = room or Room()
        self._clock = clock or Clock()
        self._circuit = Circuit(self._clock.now)
        self._slots = threading.BoundedSemaphore(patience.slots)
        self._closed = threading.Event()

    def __repr__(self) -> str:
        """Return the model's name; what is inside holds a key."""
        return f"LimitedModel({self.name!r})"

    @property
    def name(self) -> str:
        """See ``ChatModel``."""
        return self._wire.model

    @property
    def follows_schemas(self) -> bool:
        """See ``ChatModel``."""
        return self._wire.follows_schemas

    @property
    def cites_natively(self) -> bool:
        """See ``ChatModel``."""
        return self._wire.cites_natively

    def complete(self, request: ChatRequest) -> ChatReply:
        """See ``ChatModel``; blocks for ``request.deadline_seconds`` at most, and a second."""
        deadline = self._clock.now() + request.deadline_seconds
        request = self._room.granted(request)
        with self._slot(request.deadline_seconds):
            booking = self._book(request)
            account = _Account(self._price)
            try:
                return self._within_circuit(request, deadline, account)
            except ModelCallError as error:
                error.usage = account.usage()
                raise
            finally:
                self._settle(booking, account)

    def close(self) -> None:
        """Close the connections and end the thread; calls under way end without a reply."""
        self._closed.set()
        try:
            self._loop.run(self._wire.aclose(), limit_seconds=2)
        except Exception:  # noqa: BLE001 - whatever a library raises while it closes
            _log.debug("the connections to the model did not close well")
        self._loop.close()

    @contextmanager
    def _slot(self, limit_seconds: float) -> Iterator[None]:
        if not self._slots.acquire(timeout=limit_seconds):
            raise ModelCallError(
                f"{self._patience.slots} other calls of the model took all the time there was"
            )
        try:
            yield
        finally:
            self._slots.release()

    def _book(self, request: ChatRequest) -> Booking:
        planned = usage_of(
            1, _reading_tokens(request), request.max_output_tokens, self._price, is_estimated=True
        )
        try:
            booked = self._spending.book(planned, self._limits, request.asker)
        except StorageError as error:
            _log.warning("%s", error)
            raise ModelCallError("the account of what models cost cannot be kept") from None
        if isinstance(booked, str):
            raise ModelCallError(booked)
        return booked

    def _settle(self, booking: Booking, account: _Account) -> None:
        try:
            booking.settle(account.usage())
        except StorageError as error:  # what was booked stays: the account is on the safe side
            _log.warning("%s", error)

    def _within_circuit(
        self, request: ChatRequest, deadline: float, account: _Account
    ) -> ChatReply:
        if (rest := self._circuit.admit()) is not None:
            raise ModelCallError(
                f"the model failed several times and is left alone for {rest:.0f} s more"
            )
        try:
            reply = self._attempts(request, deadline, account)
        except CallFailedError as failure:
            self._note(failure)
            # The cause stays behind: it may hold the request, and so the key.
            raise ModelCallError(failure.reason) from None
        except BaseException:
            self._circuit.abandoned()
            raise
        self._circuit.succeeded()
        return reply

    def _note(self, failure: CallFailedError) -> None:
        if failure.is_outage:
            self._circuit.failed()
        else:
            self._circuit.abandoned()
        said = f" It says: {failure.complaint}" if failure.complaint else ""
        _log.warning("%s: %s. %s%s", self.name, failure.reason, failure.advice, said)

    def _attempts(self, request: ChatRequest, deadline: float, account: _Account) -> ChatReply:
        failed = 0
        while True:
            if self._closed.is_set():
                raise ModelCallError("Footnote is being stopped")
            try:
                return self._attempt(request, deadline - self._clock.now(), account)
            except CallFailedError as failure:
                if failure.is_refused_request and self._wire.concede(failure.complaint):
                    _log.info("%s does not take a field; left it out from now on", self.name)
                    continue
                failed += 1
                is_over = self._closed.is_set() or failed > self._patience.retries
                if is_over or not failure.may_pass:
                    raise
                pause = pause_seconds(failed, failure.wait_seconds, self._clock.chance())
                if self._clock.now() + pause + _SHORTEST_ATTEMPT_SECONDS > deadline:
                    raise
            self._clock.sleep(pause)

    def _attempt(
        self, request: ChatRequest, remaining_seconds: float, account: _Account
    ) -> ChatReply:
        received = Received()
        reading = receive(
            self._wire,
            request,
            received,
            limit_seconds=max(remaining_seconds, 0.0),
            stall=self._patience.stall_seconds,
        )
        try:
            self._loop.run(reading, limit_seconds=max(remaining_seconds, 0.0))
        except Exception as error:  # noqa: BLE001 - the libraries have no common base
            failure = explain(error, self._key)
            if failure.used or received.pieces:
                account.add(request, received)
            raise failure from None
        usage = account.add(request, received)
        return ChatReply(received.text, usage, finished=received.stop is Stop.END)


def _reading_tokens(request: ChatRequest) -> int:
    """Return about how many tokens the model has to read."""
    texts = (request.system, request.user, *("".join(one.sentences) for one in request.sources))
    return sum(map(estimated_tokens, texts))


class _Account:
    """What the attempts of one call have used."""

    def __init__(self, price: Price | None) -> None:
        self._price = price
        self._calls = 0
        self._input_tokens = 0
        self._output_tokens = 0
        self._is_estimated = False

    def add(self, request: ChatRequest, received: Received) -> Usage:
        """Add an attempt, and return the usage of all of them."""
        read, written = received.input_tokens, received.output_tokens
        self._is_estimated |= read is None or written is None
        if read is None:
            read = _reading_tokens(request)
        if written is None:
            written = estimated_tokens("".join((*received.thoughts, received.text)))
        self._calls += 1
        self._input_tokens += read
        self._output_tokens += written
        return self.usage()

    def usage(self) -> Usage:
        """Return the usage so far."""
        return usage_of(
            self._calls,
            self._input_tokens,
            self._output_tokens,
            self._price,
            is_estimated=self._is_estimated,
        )
