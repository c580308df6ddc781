"""How the three providers put a reply into bytes."""

from __future__ import annotations

import json
from typing import Any, Protocol

from tests.llm_servers.script import Fails, Says


class WireFormat(Protocol):
    content_type: str

    def opening(self) -> bytes: ...
    def thought(self, text: str) -> bytes: ...
    def piece(self, text: str) -> bytes: ...
    def ending(self, said: Says) -> bytes: ...
    def error_event(self, message: str) -> bytes: ...
    def failure(self, failed: Fails) -> Any: ...


INPUT_TOKENS = 321
"""What every reply claims to have read."""


def output_tokens(said: Says) -> int:
    return 1 + len(said.text) // 4


class OpenAIFormat:
    """https://platform.openai.com/docs/api-reference/chat-streaming"""

    content_type = "text/event-stream"

    def __init__(self, request: dict[str, Any]) -> None:
        self._model = request.get("model")
        self._counts = (request.get("stream_options") or {}).get("include_usage", False)

    def opening(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def thought(self, text: str) -> bytes:
        return self._chunk({"reasoning_content": text})

    def piece(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def ending(self, said: Says) -> bytes:
        reason = {"end": "stop", "length": "length", "refused": "content_filter"}[said.stop]
        end = self._chunk({}, reason)
        if said.counts and self._counts:
            usage = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": output_tokens(said)}
            usage["total_tokens"] = sum(usage.values())
            end += self._event({**self._head(), "choices": [], "usage": usage})
        return end + b"data: [DONE]\n\n"

    def error_event(self, message: str) -> bytes:
        return self._event({"error": {"message": message, "type": "server_error", "code": 500}})

    def failure(self, failed: Fails) -> Any:
        return {"error": {"message": failed.message, "type": failed.code, "code": failed.code}}

    def whole(self, said: Says) -> dict[str, Any]:
        message = {"role": "assistant", "content": said.text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {**self._head("chat.completion"), "choices": [choice]}

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return self._event({**self._head(), "choices": [choice]})

    def _head(self, kind: str = "chat.completion.chunk") -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": self._model}

    @staticmethod
    def _event(data: dict[str, Any]) -> bytes:
        return f"data: {json.dumps(data)}\n\n".encode()


class OllamaFormat:
    """https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion"""

    content_type = "application/x-ndjson"

    def __init__(self, request: dict[str, Any]) -> None:
        self._model = request.get("model")

    def opening(self) -> bytes:
        return b""

    def thought(self, text: str) -> bytes:
        return self._line({"role": "assistant", "content": "", "thinking": text})

    def piece(self, text: str) -> bytes:
        return self._line({"role": "assistant", "content": text})

    def ending(self, said: Says) -> bytes:
        reason = {"end": "stop", "length": "length", "refused": "stop"}[said.stop]
        more: dict[str, Any] = {"done": True, "done_reason": reason, "total_duration": 1}
        if said.counts:
            more |= {"prompt_eval_count": INPUT_TOKENS, "eval_count": output_tokens(said)}
        return self._line({"role": "assistant", "content": ""}, **more)

    def error_event(self, message: str) -> bytes:
        return json.dumps({"error": message}).encode() + b"\n"

    def failure(self, failed: Fails) -> Any:
        return {"error": failed.message}

    def _line(self, message: dict[str, Any], **more: Any) -> bytes:
        line = {"model": self._model, "created_at": "2026-01-01T00:00:00Z", "message": message}
        return json.dumps({**line, "done": False, **more}).encode() + b"\n"


class AnthropicFormat:
    """https://docs.anthropic.com/en/docs/build-with-claude/streaming"""

    content_type = "text/event-stream"

    def __init__(self, request: dict[str, Any]) -> None:
        self._model = request.get("model")
        self._block: str | None = None
        self._index = -1

    def opening(self) -> bytes:
        usage = {"input_tokens": INPUT_TOKENS, "output_tokens": 1}
        message: dict[str, Any] = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": [],
        }
        message |= {"model": self._model, "stop_reason": None, "stop_sequence": None}
        return self._event("message_start", message={**message, "usage": usage}) + self._event(
            "ping"
        )

    def thought(self, text: str) -> bytes:
        start = self._start("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        return start + self._delta({"type": "thinking_delta", "thinking": text})

    def piece(self, text: str) -> bytes:
        start = self._start("text", {"type": "text", "text": ""})
        return start + self._delta({"type": "text_delta", "text": text})

    def citing(self, text: str, source: str, quote: str) -> bytes:
        """https://docs.claude.com/en/docs/build-with-claude/citations"""
        before = self._stop()
        where = {"start_block_index": 0, "end_block_index": 1, "search_result_index": 0}
        location = {"type": "search_result_location", "title": "t", "source": source, **where}
        citation = {**location, "cited_text": quote}
        start = self._start("text", {"type": "text", "text": "", "citations": []})
        said = self._delta({"type": "text_delta", "text": text})
        cites = self._delta({"type": "citations_delta", "citation": citation})
        return before + start + said + cites + self._stop()

    def ending(self, said: Says) -> bytes:
        reason = {"end": "end_turn", "length": "max_tokens", "refused": "refusal"}[said.stop]
        stop = {"stop_reason": reason, "stop_sequence": None}
        usage = {"output_tokens": output_tokens(said)}
        return (
            self._stop()
            + self._event("message_delta", delta=stop, usage=usage)
            + self._event("message_stop")
        )

    def error_event(self, message: str) -> bytes:
        return self._event("error", error={"type": "overloaded_error", "message": message})

    def failure(self, failed: Fails) -> Any:
        return {"type": "error", "error": {"type": failed.code, "message": failed.message}}

    def _start(self, kind: str, block: dict[str, Any]) -> bytes:
        if self._block == kind:
            return b""
        ended = self._stop()
        self._block, self._index = kind, self._index + 1
        return ended + self._event("content_block_start", index=self._index, content_block=block)

    def _stop(self) -> bytes:
        if self._block is None:
            return b""
        self._block = None
        return self._event("content_block_stop", index=self._index)

    def _delta(self, delta: dict[str, Any]) -> bytes:
        return self._event("content_block_delta", index=self._index, delta=delta)

    @staticmethod
    def _event(kind: str, **data: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()
