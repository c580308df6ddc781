"""Anthropic's wire."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from llama_index.core.base.llms.types import LLMMetadata
from llama_index.llms.anthropic import Anthropic

from retrieval.language_model.chat import CITED, NEXT_BLOCK, ChatRequest, cited
from retrieval.language_model.wires.base import LlamaIndexWire, Part, Piece, Stop, first_parts

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatResponse, CitableBlock, TextBlock

    from retrieval.provider_settings import LLMSettings

DEFAULT_URL: Final = "https://api.anthropic.com"
_CONTROLS: Final = re.compile(f"[{''.join(CITED)}{NEXT_BLOCK}]")
_NO_KEY: Final = "none"
"""Sent where no key is set, so that ANTHROPIC_API_KEY does not go to an address set here."""
_STOPS: Final = {"max_tokens": Stop.LENGTH, "refusal": Stop.REFUSED}


class _Anthropic(Anthropic):
    """llama-index's own, made to take models that it has not heard of.

    llama-index-llms-anthropic 0.12.3 refuses a model that is not on its list, and sends a
    ``temperature`` whether the model takes one or not.
    """

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(is_chat_model=True, model_name=self.model, num_output=self.max_tokens)

    @property
    def _model_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super()._model_kwargs
        return {name: value for name, value in kwargs.items() if name != "temperature"}


class AnthropicWire(LlamaIndexWire):
    """``/v1/messages``, as server-sent events."""

    complaints: ClassVar[Mapping[Part, tuple[str, ...]]] = {
        Part.TEMPERATURE: ("temperature",),
        Part.CITATIONS: ("search_result", "citations"),
        Part.SCHEMA: ("output_config", "output_format", "schema", "structured"),
    }

    def __init__(self, settings: LLMSettings) -> None:
        self._temperature = settings.temperature
        self._extra_body = dict(settings.extra_body)
        key = settings.api_key.get_secret_value() if settings.api_key else _NO_KEY
        self._anthropic = _Anthropic(
            model=settings.model or "",
            base_url=settings.url or DEFAULT_URL,
            api_key=key,
            timeout=settings.deadline_seconds,
            max_retries=0,  # retrieval.language_model.limits.limited_model counts attempts
        )
        cites = (Part.CITATIONS,) if settings.native_citations else ()
        parts = first_parts(settings.structured, Part.TEMPERATURE, *cites)
        super().__init__(self._anthropic, settings.model or "", parts)

    def user_content(
        self, request: ChatRequest, parts: frozenset[Part]
    ) -> str | list[CitableBlock | TextBlock]:
        """Return each source as a ``search_result`` block, each of its sentences citable."""
        if not request.sources or Part.CITATIONS not in parts:
            return super().user_content(request, parts)
        from llama_index.core.base.llms.types import CitableBlock, TextBlock

        passages = [
            CitableBlock(
                title=one.title or "untitled",
                source=one.id,
                content=[TextBlock(text=sentence) for sentence in one.sentences],
            )
            for one in request.sources
        ]
        return [*passages, TextBlock(text=request.user)]

    def options(self, request: ChatRequest, parts: frozenset[Part]) -> dict[str, Any]:
        """See ``LlamaIndexWire``."""
        options: dict[str, Any] = {"max_tokens": request.max_output_tokens}
        if request.schema is not None and Part.SCHEMA in parts:
            form = {"type": "json_schema", "schema": dict(request.schema)}
            options["output_config"] = {"format": form}
        warmth = {"temperature": self._temperature} if Part.TEMPERATURE in parts else {}
        if body := {**warmth, **self._extra_body}:
            options["extra_body"] = body
        return options

    async def stream(self, request: ChatRequest) -> AsyncIterator[Piece]:
        """See ``Wire``; marks where one block of a reply that may be cited ends."""
        block = None
        async for piece in super().stream(request):
            is_next = bool(request.sources) and block not in {None, piece.block}
            block = piece.block if piece.block is not None else block
            yield replace(piece, text=NEXT_BLOCK + piece.text) if is_next else piece

    def read(self, response: ChatResponse) -> Piece:
        """See ``LlamaIndexWire``."""
        more = response.message.additional_kwargs
        usage = more.get("usage") or {}
        reason = more.get("stop_reason")
        return Piece(
            text=_CONTROLS.sub("", response.delta or "") + _citation(response),
            block=(response.raw or {}).get("index"),
            thought=more.get("thinking_delta") or "",
            stop=_STOPS.get(reason, Stop.END) if reason else None,
            input_tokens=usage.get("input_tokens"),
            output_tokens=usage.get("output_tokens"),
        )

    async def aclose(self) -> None:
        """See ``Wire``."""
        await self._anthropic._aclient.close()  # noqa: SLF001 - the integration has no way


def _citation(response: ChatResponse) -> str:
    """Return the citation that one event of the stream holds, if it does."""
    delta = (response.raw or {}).get("delta")
    citation = getattr(delta, "citation", None)
    source, quote = getattr(citation, "source", None), getattr(citation, "cited_text", None)
    if not source or not quote:
        return ""
    return cited(_CONTROLS.sub("", source), _CONTROLS.sub("", quote))
