"""What the calls behind one answer used, added up."""

from __future__ import annotations

from retrieval.errors import ModelCallError
from retrieval.language_model.chat import ChatModel, ChatReply, ChatRequest
from retrieval.records import Usage


class Meter:
    """Makes the calls of one answer and adds up what they used."""

    def __init__(self) -> None:
        self.used: Usage | None = None
        """All calls so far, None where there was none."""

    def complete(self, model: ChatModel, request: ChatRequest) -> ChatReply:
        """Return a model's reply, as ``ChatModel`` does; a call that fails counts, too."""
        try:
            reply = model.complete(request)
        except ModelCallError as error:
            self._add(error.usage)
            raise
        self._add(reply.usage)
        return reply

    def _add(self, usage: Usage | None) -> None:
        if usage is None or not usage.calls:
            return
        before = self.used or Usage(cost_usd=0.0)
        is_priced = before.cost_usd is not None and usage.cost_usd is not None
        self.used = Usage(
            before.calls + usage.calls,
            before.input_tokens + usage.input_tokens,
            before.output_tokens + usage.output_tokens,
            (before.cost_usd or 0.0) + (usage.cost_usd or 0.0) if is_priced else None,
            before.is_estimated or usage.is_estimated,
        )

    def told(self) -> str:
        """Return the sum in plain words."""
        used = self.used or Usage()
        calls = "1 call" if used.calls == 1 else f"{used.calls} calls"
        about = "about " if used.is_estimated else ""
        price = "no price set" if used.cost_usd is None else f"${used.cost_usd:.4f}"
        return (
            f"{calls}, {about}{used.input_tokens:,} tokens in and {used.output_tokens:,} out, "
            f"{price}"
        )
