"""Ollama's own wire, which holds a reply to a schema whatever the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from llama_index.llms.ollama import Ollama
from ollama import AsyncClient

from retrieval.language_model.chat import ChatRequest
from retrieval.language_model.wires.base import LlamaIndexWire, Part, Piece, Stop, first_parts

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatResponse
    from llama_index.core.llms import LLM

    from retrieval.provider_settings import LLMSettings

DEFAULT_URL: Final = "http://127.0.0.1:11434"


class OllamaWire(LlamaIndexWire):
    """``/api/chat``, as lines of JSON."""

    complaints: ClassVar[Mapping[Part, tuple[str, ...]]] = {
        Part.SCHEMA: ("format", "schema", "grammar"),
    }

    def __init__(self, settings: LLMSettings) -> None:
        self._settings = settings
        self._url = settings.url or DEFAULT_URL
        self._extra = dict(settings.extra_body)
        # Off unless it is asked for: most models that can think do so unless they are told not to,
        # and on a processor that takes minutes.  Models that cannot do not mind.
        self._thinks = self._extra.pop("think", False)
        self._keep_alive = self._extra.pop("keep_alive", None)
        key = settings.api_key
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        self._client = AsyncClient(
            host=self._url, timeout=settings.deadline_seconds, headers=headers
        )
        super().__init__(None, settings.model or "", first_parts(settings.structured))

    def llm(self, request: ChatRequest) -> LLM:
        """See ``LlamaIndexWire``; one each, for the limit of a reply belongs to the model."""
        return Ollama(
            model=self._settings.model or "",
            base_url=self._url,
            temperature=self._settings.temperature,
            # Otherwise llama-index asks the server, and takes the most that the model can:
            # that can be more than the machine has memory for.
            context_window=self._settings.context_tokens,
            request_timeout=self._settings.deadline_seconds,
            additional_kwargs={"num_predict": request.max_output_tokens, **self._extra},
            async_client=self._client,
            thinking=self._thinks,
            keep_alive=self._keep_alive,
        )

    def options(self, request: ChatRequest, parts: frozenset[Part]) -> dict[str, Any]:
        """See ``LlamaIndexWire``."""
        held = request.schema is not None and Part.SCHEMA in parts
        return {"format": dict(request.schema or {})} if held else {}

    def read(self, response: ChatResponse) -> Piece:
        """See ``LlamaIndexWire``."""
        raw: Mapping[str, Any] = response.raw or {}
        stop = None
        if raw.get("done"):
            stop = Stop.LENGTH if raw.get("done_reason") == "length" else Stop.END
        return Piece(
            text=response.delta or "",
            thought=response.additional_kwargs.get("thinking_delta") or "",
            stop=stop,
            input_tokens=raw.get("prompt_eval_count"),
            output_tokens=raw.get("eval_count"),
        )

    async def aclose(self) -> None:
        """See ``Wire``."""
        await self._client.close()  # type: ignore[no-untyped-call]  # theirs has no types
