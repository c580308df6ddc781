"""How a language writes numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numerals:
    """The marks that stand in a language's numbers."""

    thousands: str
    decimal: str

    def number(self, number: float, decimals: int = 0) -> str:
        """Return ``number`` with its thousands apart, rounded to ``decimals`` places."""
        marks = str.maketrans({",": self.thousands, ".": self.decimal})
        return f"{number:,.{decimals}f}".translate(marks)
