"""The wire of OpenAI and of everything that speaks its API: vLLM, llama.cpp, LM Studio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

import httpx
from llama_index.llms.openai_like import OpenAILike
from openai import NOT_GIVEN

from retrieval.language_model.chat import ChatRequest
from retrieval.language_model.wires.base import LlamaIndexWire, Part, Piece, Stop, first_parts

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatResponse

    from retrieval.provider_settings import LLMSettings

DEFAULT_URL: Final = "https://api.openai.com/v1"
_NO_KEY: Final = "none"
"""Sent where no key is set: without one the client would take OPENAI_API_KEY and send that
to whatever address is set here."""
_STOPS: Final = {"length": Stop.LENGTH, "content_filter": Stop.REFUSED}


class OpenAILikeWire(LlamaIndexWire):
    """Chat completions, as server-sent events."""

    complaints: ClassVar[Mapping[Part, tuple[str, ...]]] = {
        Part.MAX_TOKENS: ("max_tokens", "max_completion_tokens"),
        Part.TEMPERATURE: ("temperature",),
        Part.USAGE: ("stream_options", "include_usage"),
        Part.EFFORT: ("reasoning",),
        # Servers word this one in many ways, so it comes last.
        Part.SCHEMA: (
            "response_format",
            "json_schema",
            "json_object",
            "schema",
            "grammar",
            "structured",
        ),
    }

    def __init__(self, settings: LLMSettings) -> None:
        self._temperature = settings.temperature
        self._extra_body = dict(settings.extra_body)
        self._http = httpx.AsyncClient(timeout=settings.deadline_seconds)
        key = settings.api_key.get_secret_value() if settings.api_key else _NO_KEY
        llm = OpenAILike(
            model=settings.model or "",
            api_base=settings.url or DEFAULT_URL,
            api_key=key,
            context_window=settings.context_tokens,
            is_chat_model=True,
            max_retries=0,  # retrieval.language_model.limits.limited_model counts attempts
            timeout=settings.deadline_seconds,
            async_http_client=self._http,
        )
        optional = [Part.MAX_TOKENS, Part.TEMPERATURE, Part.USAGE]
        if not any("reasoning" in name or "think" in str(name) for name in self._extra_body):
            optional.append(Part.EFFORT)
        super().__init__(llm, settings.model or "", first_parts(settings.structured, *optional))

    def options(self, request: ChatRequest, parts: frozenset[Part]) -> dict[str, Any]:
        """See ``LlamaIndexWire``."""
        limit = "max_tokens" if Part.MAX_TOKENS in parts else "max_completion_tokens"
        options: dict[str, Any] = {
            limit: request.max_output_tokens,
            # llama-index always sends one unless it is told not to.
            "temperature": self._temperature if Part.TEMPERATURE in parts else NOT_GIVEN,
        }
        if Part.USAGE in parts:
            options["stream_options"] = {"include_usage": True}
        if request.schema is not None and Part.SCHEMA in parts:
            schema = {"name": "answer", "strict": True, "schema": dict(request.schema)}
            options["response_format"] = {"type": "json_schema", "json_schema": schema}
        effort = {"reasoning_effort": "low"} if Part.EFFORT in parts else {}
        if body := {**effort, **self._extra_body}:
            options["extra_body"] = body
        return options

    def read(self, response: ChatResponse) -> Piece:
        """See ``LlamaIndexWire``."""
        choices = getattr(response.raw, "choices", None) or ()
        reason = choices[0].finish_reason if choices else None
        refused = bool(choices and getattr(choices[0].delta, "refusal", None))
        counts = response.additional_kwargs
        return Piece(
            text=response.delta or "",
            thought=counts.get("thinking_delta") or "",
            stop=Stop.REFUSED if refused else _STOPS.get(reason, Stop.END) if reason else None,
            input_tokens=counts.get("prompt_tokens"),
            output_tokens=counts.get("completion_tokens"),
        )

    async def aclose(self) -> None:
        """See ``Wire``."""
        await self._http.aclose()
