"""The seam between the writer and whatever language model is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from retrieval.records import Usage


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a provider itself may cite."""

    id: str
    title: str
    """Who wrote it, when and where, for the model; never quoted."""
    sentences: tuple[str, ...]
    """Joined they are the passage: each ends with the white space up to the next."""


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
    sources: tuple[Source, ...] = ()
    """Passages, for providers that cite by themselves; ``user`` then holds the question only."""


CITED: Final = ("\x02", "\x1f", "\x03")
"""Around the id and the quote of a citation that the provider itself made, right after the words
that it is for.  No model can write them: wires take control characters out of what it says."""
NEXT_BLOCK: Final = "\x1e"
"""Where such a provider ends one piece of what it says: a citation is for one piece only."""


def cited(source: str, quote: str) -> str:
    """Return how a provider's own citation stands in a reply."""
    begin, between, end = CITED
    return f"{begin}{source}{between}{quote}{end}"


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What the model said, untrusted."""

    text: str
    """With the provider's own citations, if it made any, as ``cited`` writes them."""
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

    @property
    def cites_natively(self) -> bool:
        """Whether the provider cites ``ChatRequest.sources`` by itself."""
        ...

    def complete(self, request: ChatRequest) -> ChatReply:
        """Return the model's reply.

        Raises:
            ModelCallError: saying in a few plain words why there is none: a timeout, a refused
                key, a limit, a server that is down, a spent budget.
        """
        ...
