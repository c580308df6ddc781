"""What the wires have in common: a request as llama-index takes it, a reply in pieces.

A wire sends more than the least that a request needs: a schema, a temperature, a wish to hear
the token counts.  Endpoints that speak nearly the same language refuse one or another of
these.  So each is a ``Part`` that is given up for good once an endpoint complains of it.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from retrieval.language_model.chat import ChatRequest

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatResponse, CitableBlock, TextBlock
    from llama_index.core.llms import LLM


class Stop(StrEnum):
    """Why a reply ended."""

    END = "end"
    LENGTH = "length"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event of a stream adds to a reply."""

    text: str = ""
    thought: str = ""
    """What a model thinks before it replies; only a sign of life."""
    block: int | None = None
    """Which part of the reply it belongs to, where a provider makes parts."""
    stop: Stop | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class Part(StrEnum):
    """What a request can do without."""

    SCHEMA = "schema"
    TEMPERATURE = "temperature"
    CITATIONS = "citations"
    """Passages as blocks that the provider cites by itself."""
    EFFORT = "effort"
    """A wish to think little."""
    USAGE = "usage"
    MAX_TOKENS = "max_tokens"
    """The older name of the limit; without it, the newer one is used."""


class Wire(Protocol):
    """One provider's API, spoken through llama-index."""

    @property
    def model(self) -> str:
        """The model's name."""
        ...

    @property
    def follows_schemas(self) -> bool:
        """Whether the next request would carry its schema."""
        ...

    @property
    def cites_natively(self) -> bool:
        """Whether the provider would cite the sources of the next request by itself."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[Piece]:
        """Yield the reply as it comes; raises what the client library raises."""
        ...

    def concede(self, complaint: str) -> bool:
        """Give up what a 400 complains of; tell whether another attempt makes sense."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class LlamaIndexWire:
    """A wire over a llama-index ``LLM``; subclasses say what is special about theirs."""

    complaints: ClassVar[Mapping[Part, tuple[str, ...]]]
    """Words of a complaint by the part that they are about, the surest first."""

    def __init__(self, llm: LLM | None, model: str, parts: frozenset[Part]) -> None:
        self._llm = llm
        self._model = model
        self._parts = parts
        self._conceding = threading.Lock()

    @property
    def model(self) -> str:
        """See ``Wire``."""
        return self._model

    @property
    def follows_schemas(self) -> bool:
        """See ``Wire``."""
        return Part.SCHEMA in self._parts

    @property
    def cites_natively(self) -> bool:
        """See ``Wire``."""
        return Part.CITATIONS in self._parts

    async def stream(self, request: ChatRequest) -> AsyncIterator[Piece]:
        """See ``Wire``."""
        from llama_index.core.base.llms.types import ChatMessage, MessageRole

        told = self.user_content(request, self._parts)
        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=request.system),
            ChatMessage(role=MessageRole.USER, content=told),
        ]
        options = self.options(request, self._parts)
        responses = await self.llm(request).astream_chat(messages, **options)
        async for response in responses:
            yield self.read(response)

    def concede(self, complaint: str) -> bool:
        """See ``Wire``."""
        words = complaint.casefold()
        with self._conceding:
            for part, signs in self.complaints.items():
                if part in self._parts and any(sign in words for sign in signs):
                    self._parts -= {part}
                    return True
            # The newest field is the likeliest where a server does not say which it minds.
            had_effort = Part.EFFORT in self._parts
            self._parts -= {Part.EFFORT}
        return had_effort

    def llm(self, request: ChatRequest) -> LLM:  # noqa: ARG002 - Ollama's depends on it
        """Return llama-index's model for one request."""
        assert self._llm is not None  # noqa: S101 - who passes none overrides this
        return self._llm

    def user_content(
        self,
        request: ChatRequest,
        parts: frozenset[Part],  # noqa: ARG002 - Anthropic's depends on them
    ) -> str | list[CitableBlock | TextBlock]:
        """Return what the user says, sources included: text, or llama-index's blocks."""
        listed = "".join(
            f"Passage [{one.id}], {one.title}:\n{''.join(one.sentences)}\n\n"
            for one in request.sources
        )
        return f"{listed}{request.user}"

    def options(self, request: ChatRequest, parts: frozenset[Part]) -> dict[str, Any]:
        """Return the request's fields beside its messages."""
        raise NotImplementedError

    def read(self, response: ChatResponse) -> Piece:
        """Return what one event of the stream says."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """See ``Wire``."""
        raise NotImplementedError


def first_parts(structured: str, *others: Part) -> frozenset[Part]:
    """Return what a wire sends at first."""
    return frozenset(others) | (frozenset() if structured == "off" else {Part.SCHEMA})
