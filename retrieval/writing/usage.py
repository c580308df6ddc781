"""What the calls behind one answer used, added up."""

from __future__ import annotations

from retrieval.domain import Usage


class Meter:
    """Adds up the usage of several calls; one answer has one."""

    def __init__(self) -> None:
        self._calls = self._input = self._output = 0
        self._cost: float | None = 0.0
        self._is_estimated = False

    def add(self, usage: Usage | None) -> None:
        """Add what a call used, if anything; one without a price makes the sum's unknown."""
        if usage is None or not usage.calls:
            return
        self._calls += usage.calls
        self._input += usage.input_tokens
        self._output += usage.output_tokens
        known = self._cost is not None and usage.cost_usd is not None
        self._cost = (self._cost or 0.0) + (usage.cost_usd or 0.0) if known else None
        self._is_estimated |= usage.is_estimated

    @property
    def used(self) -> Usage | None:
        """All calls so far, None where there was none."""
        if not self._calls:
            return None
        return Usage(self._calls, self._input, self._output, self._cost, self._is_estimated)

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
