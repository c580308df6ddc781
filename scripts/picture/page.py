"""The bot's payload as a page that looks like Discord's dark theme.

Component types: https://docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

from scripts.picture.markdown import to_html

Component = Mapping[str, Any]
"""One component as it goes to Discord in JSON."""

_ROW: Final = 1
_BUTTON: Final = 2
_LINK: Final = 5
_SECTION: Final = 9
_TEXT_DISPLAY: Final = 10
_SEPARATOR: Final = 14
_CONTAINER: Final = 17
_TEMPLATE: Final = Path(__file__).with_name("page.html")
_OPENS_OUTSIDE: Final = (
    '<svg viewBox="0 0 24 24"><path d="M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1'
    '-1-1V7a1 1 0 0 1 1-1h5" fill="none" stroke="currentColor" stroke-width="2.2" '
    'stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def page(components: Sequence[Component]) -> str:
    """Return the page of a member's ``/ask`` and the bot's reply to it."""
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        reply="".join(map(component_html, components))
    )


def component_html(component: Component) -> str:
    """Return one component, with those inside it.

    Raises:
        ValueError: for a type that the bot does not use.
    """
    kind = component["type"]
    if kind == _CONTAINER:
        inside = "".join(map(component_html, component["components"]))
        colour = component["accent_color"]
        return f'<div class="container" style="border-left-color:#{colour:06x}">{inside}</div>'
    if kind == _SECTION:
        inside = "".join(map(component_html, component["components"]))
        button = component_html(component["accessory"])
        return f'<div class="section"><div class="words">{inside}</div>{button}</div>'
    if kind == _TEXT_DISPLAY:
        return f'<div class="display">{to_html(component["content"])}</div>'
    if kind == _SEPARATOR:
        return "<hr>"
    if kind == _ROW:
        return f'<div class="row">{"".join(map(component_html, component["components"]))}</div>'
    if kind == _BUTTON:
        return _button_html(component)
    raise ValueError(f"No picture of components of type {kind}.")


def _button_html(button: Component) -> str:
    emoji = (button.get("emoji") or {}).get("name", "")
    words = " ".join(filter(None, [emoji, button.get("label")]))
    opens = _OPENS_OUTSIDE if button["style"] == _LINK else ""
    return f'<span class="button">{escape(words)}{opens}</span>'
