"""How a sent form is read without having opened it: by its fields' custom ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.discord.cards.responses import Interaction


def fields_of(interaction: Interaction) -> dict[str, str]:
    """Return what was written into a sent form, by its fields' custom ids."""
    return {
        str(component["custom_id"]): str(component.get("value") or "")
        for component in inputs(dict(interaction.data or {}))
    }


def inputs(component: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what was filled in, rows and labels opened."""
    inner = [*(component.get("components") or []), component.get("component")]
    for child in inner:
        if child is None:
            continue
        if "custom_id" in child:
            yield child
        yield from inputs(child)
