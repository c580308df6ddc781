"""What one day may cost, decided before each call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retrieval.records import Usage

if TYPE_CHECKING:
    from retrieval.provider_settings import LLMSettings

_BYTES_PER_TOKEN: Final = 4
_PIECES: Final = re.compile(r"[A-Za-z]{1,5}|\d{1,2}|[^\sA-Za-z\d]|\s{2,}")
"""What hardly any tokenizer makes one token of more than one of."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input_usd: float
    output_usd: float

    def of(self, input_tokens: int, output_tokens: int) -> float:
        """Return what so many tokens cost, in US dollars."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / 1_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What a day has cost so far; calls under way count with the most that they may cost."""

    tokens: int = 0
    usd: float = 0.0
    answers: int = 0
    """Of the one who asks now."""


@dataclass(frozen=True, slots=True)
class DailyBudget:
    """What a day may cost; None is no limit."""

    tokens: int | None = None
    usd: float | None = None
    answers_per_asker: int | None = None

    def refusal(self, spent: Spent, planned: Usage, asker: str | None) -> str | None:
        """Return why a call that may cost ``planned`` is not made, None if it may be."""
        if (
            asker is not None
            and self.answers_per_asker is not None
            and spent.answers >= self.answers_per_asker
        ):
            return f"your {self.answers_per_asker} answers by a model for today are used up"
        tokens = planned.input_tokens + planned.output_tokens
        if self.tokens is not None and spent.tokens + tokens > self.tokens:
            return "the tokens that a model may use today are used up"
        cost = planned.cost_usd or 0.0
        if self.usd is not None and spent.usd + cost > self.usd:
            return "the money that a model may cost today is used up"
        return None


def limits_of(settings: LLMSettings) -> DailyBudget:
    """Return the limits that are set."""
    return DailyBudget(
        settings.daily_budget_tokens, settings.daily_budget_usd, settings.daily_answers_per_user
    )


def price_of(settings: LLMSettings) -> Price | None:
    """Return the price that is set, None if it is not known."""
    read, written = settings.price_per_million_input, settings.price_per_million_output
    return None if read is None or written is None else Price(read, written)


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few.

    Over 400 posts of a forum 1.25 times what OpenAI's tokenizers make of it; of code, logs and
    other scripts, too, no more than a twentieth too few.
    """
    pieces = sum(1 for _ in _PIECES.finditer(text))
    return max(pieces, -(-len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN))


def usage_of(
    calls: int, input_tokens: int, output_tokens: int, price: Price | None, *, is_estimated: bool
) -> Usage:
    """Return a usage with its cost."""
    cost = price.of(input_tokens, output_tokens) if price else None
    return Usage(calls, input_tokens, output_tokens, cost, is_estimated)
