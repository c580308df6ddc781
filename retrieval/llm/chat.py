"""The seam between the writer and whatever language model is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from retrieval.domain import Usage


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call: no conversation, no tools, no secrets."""

    system: str
    user: str
    max_output_tokens: int
    deadline_seconds: float
    """All retries included; the call ends with ``ModelCallError`` when it is over."""
    schema: Mapping[str, Any] | None = None
    """A JSON Schema of the reply, for providers that can be held to one."""
    asker: str | None = None
    """Who asks, by any stable id, on the first call of an answer only: it counts there against
    their daily answers.  It is sent nowhere, and kept as a hash that the next day forgets."""


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What the model said, untrusted."""

    text: str
    usage: Usage
    finished: bool = True
    """False where the model was stopped by its output limit."""


class ChatModel(Protocol):
    """A language model that can be asked once.

    Any thread may call it; calls block.
    """

    @property
    def name(self) -> str:
        """What a person may be shown, e.g. ``gpt-5-mini``."""
        ...

    @property
    def follows_schemas(self) -> bool:
        """Whether ``ChatRequest.schema`` is enforced by the provider."""
        ...

    def complete(self, request: ChatRequest) -> ChatReply:
        """Return the model's reply.

        Raises:
            ModelCallError: saying in a few plain words why there is none: a timeout, a refused
                key, a limit, a server that is down, a spent budget.
        """
        ...
