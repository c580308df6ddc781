"""The bot's payload as a page that looks like Discord's dark theme.

Component types: https://docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any, Final

from scripts.picture.markdown import to_html

Component = Mapping[str, Any]
"""One component as it goes to Discord in JSON."""

_ROW: Final = 1
_BUTTON: Final = 2
_STRING_SELECT: Final = 3
_SELECTS: Final = frozenset({3, 6, 8})
"""Of texts, roles and channels."""
_SUCCESS: Final = 3
"""Styles of buttons; the next one opens an address."""
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


def page(
    components: Sequence[Component],
    command: str = "/ask",
    *,
    names: Mapping[str, str] = MappingProxyType({}),
    is_private: bool = False,
) -> str:
    """Return the page of a member's command and the bot's reply to it.

    Args:
        components: The reply.
        command: What was used.
        names: Of channels and roles, by id.
        is_private: Whether only the member sees the reply.
    """
    seen = '<div class="seen">Only you can see this</div>' if is_private else ""
    reply = "".join(component_html(component, names) for component in components)
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        reply=reply, command=escape(command), seen=seen
    )


def component_html(component: Component, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return one component, with those inside it.

    Raises:
        ValueError: for a type that the bot does not use.
    """
    kind = component["type"]
    inside = "".join(component_html(child, names) for child in component.get("components", ()))
    if kind == _CONTAINER:
        colour = component["accent_color"]
        return f'<div class="container" style="border-left-color:#{colour:06x}">{inside}</div>'
    if kind == _SECTION:
        button = component_html(component["accessory"])
        return f'<div class="section"><div class="words">{inside}</div>{button}</div>'
    if kind == _TEXT_DISPLAY:
        return f'<div class="display">{to_html(component["content"])}</div>'
    if kind == _SEPARATOR:
        return "<hr>"
    if kind == _ROW:
        return f'<div class="row">{inside}</div>'
    return _button_html(component) if kind == _BUTTON else _select_html(component, names)


def _select_html(select: Component, names: Mapping[str, str]) -> str:
    if select["type"] not in _SELECTS:
        raise ValueError(f"No picture of components of type {select['type']}.")
    chosen = [each["label"] for each in select.get("options", ()) if each.get("default")]
    for each in select.get("default_values", ()):
        sign = "#" if each["type"] == "channel" else "@"
        chosen.append(sign + names.get(str(each["id"]), "unknown"))
    if not chosen:
        return f'<div class="select"><span class="hint">{escape(_hint(select))}</span></div>'
    if select["type"] == _STRING_SELECT:
        return f'<div class="select">{escape(chosen[0])}</div>'
    chips = "".join(f'<span class="chip">{escape(name)}</span>' for name in chosen)
    return f'<div class="select">{chips}</div>'


def _hint(select: Component) -> str:
    return str(select.get("placeholder") or "Make a selection")


def _button_html(button: Component) -> str:
    emoji = (button.get("emoji") or {}).get("name", "")
    words = " ".join(filter(None, [emoji, button.get("label")]))
    opens = _OPENS_OUTSIDE if button["style"] == _LINK else ""
    state = f"{' on' * (button['style'] == _SUCCESS)}{' off' * bool(button.get('disabled'))}"
    return f'<span class="button{state}">{escape(words)}{opens}</span>'
