"""One attempt: a reply read from its stream until it ends, breaks, stalls or is too long."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from retrieval.language_model.chat import ChatRequest
from retrieval.language_model.failures import CallFailedError, cut_off, unreadable
from retrieval.language_model.wires.base import Piece, Stop, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

MAX_CHARACTERS: Final = 40_000
"""A longer reply is not read to its end; an answer has some 2,000."""


@dataclass
class Received:
    """What has come of a reply so far."""

    parts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    characters: int = 0
    stop: Stop | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    pieces: int = 0
    has_begun: bool = False
    """Whether there was a word or a thought, and not only a sign that the server listens."""

    @property
    def text(self) -> str:
        """All text, cut where it is too long."""
        return "".join(self.parts)[:MAX_CHARACTERS]

    @property
    def is_too_long(self) -> bool:
        """Whether enough has come."""
        return self.characters >= MAX_CHARACTERS

    def add(self, piece: Piece) -> None:
        """Take the next piece."""
        self.pieces += 1
        self.parts.append(piece.text)
        self.thoughts.append(piece.thought)
        self.characters += len(piece.text)
        self.has_begun = self.has_begun or bool(piece.text or piece.thought)
        self.stop = piece.stop or self.stop
        self.input_tokens = piece.input_tokens or self.input_tokens
        self.output_tokens = piece.output_tokens or self.output_tokens


async def receive(
    wire: Wire, request: ChatRequest, received: Received, *, limit_seconds: float, stall: float
) -> None:
    """Read a reply into ``received``, which holds what came even where this raises.

    Args:
        wire: whom to ask.
        request: what to ask.
        received: empty.
        limit_seconds: when to give up.
        stall: for how many seconds a reply that has begun may pause.

    Raises:
        CallFailedError: if it ended too early.
        Exception: what the client library raises.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + limit_seconds
    try:
        async with asyncio.timeout_at(end) as limit:
            # A generator, though the protocol promises no more than an iterator.
            stream = cast("AsyncGenerator[Piece, None]", wire.stream(request))
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    received.add(piece)
                    if received.is_too_long:
                        received.stop = Stop.LENGTH
                        return
                    if received.has_begun:
                        limit.reschedule(min(end, loop.time() + stall))
    except TimeoutError:
        if not limit.expired():  # the library's own
            raise
        raise _gave_up(received, is_over=loop.time() >= end) from None
    _check_whole(received)


def _gave_up(received: Received, *, is_over: bool) -> CallFailedError:
    if is_over:
        slow = "has not finished" if received.has_begun else "has not replied"
        return CallFailedError(f"the model {slow} in time", used=True)
    return CallFailedError(
        "the model fell silent in the middle of its reply", may_pass=True, used=True
    )


def _said_nothing(received: Received) -> CallFailedError:
    if received.has_begun and received.stop is Stop.LENGTH:
        return CallFailedError(
            "the model spent all of its reply on thoughts",
            "Raise {group}__THINKING_TOKENS, or let it think less with {group}__EXTRA_BODY.",
            is_outage=False,
            used=True,
        )
    return CallFailedError("the model replied with nothing", is_outage=False, used=True)


def _check_whole(received: Received) -> None:
    if received.stop is Stop.REFUSED:
        raise CallFailedError("the model refused to answer", is_outage=False, used=True)
    if received.pieces == 0:
        raise unreadable()
    if received.stop is None:
        raise cut_off()
    if not received.text.strip():
        raise _said_nothing(received)
