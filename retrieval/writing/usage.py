"""What the calls behind one answer used, added up."""

from __future__ import annotations

from retrieval.domain import Usage


class Meter:
    """Adds up the usage of several calls; one answer has one."""

    def __init__(self) -> None:
        self._calls = self._input = self._output = 0
        self._cost: float | None = 0.0

    def add(self, usage: Usage) -> None:
        """Add one reply's usage; a reply without a price makes the sum's price unknown."""
        self._calls += max(usage.calls, 1)
        self._input += usage.input_tokens
        self._output += usage.output_tokens
        known = self._cost is not None and usage.cost_usd is not None
        self._cost = (self._cost or 0.0) + (usage.cost_usd or 0.0) if known else None

    @property
    def used(self) -> Usage:
        """All calls so far."""
        cost = self._cost if self._calls else None
        return Usage(self._calls, self._input, self._output, cost)

    def told(self) -> str:
        """Return the sum in plain words."""
        used = self.used
        calls = "1 call" if used.calls == 1 else f"{used.calls} calls"
        price = "no price set" if used.cost_usd is None else f"${used.cost_usd:.4f}"
        return f"{calls}, {used.input_tokens:,} tokens in and {used.output_tokens:,} out, {price}"
