"""What a user's press or submission sends, built from what the bot really put on the screen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.loopback.components import SELECTS, ComponentType, children, walk
from tests.loopback.errors import JsonObject
from tests.loopback.payloads import User
from tests.loopback.resolved import Resolved
from tests.loopback.world import Message

_STRING_SELECT = ComponentType.STRING_SELECT


def require_visible(message: Message, user: User) -> None:
    """Fail when the user has no such message on the screen."""
    assert not message.deleted, "the message was deleted"
    hidden = message.visible_to is not None and message.visible_to != user
    assert not hidden, f"the message is ephemeral, and {user.name} never saw it"


def pressed_button(message: Message, label: str | None, custom_id: str | None) -> JsonObject:
    """The ``data`` of pressing a button, wherever it is nested."""
    buttons = [
        button
        for button in message.buttons
        if label in {None, button.get("label")} and custom_id in {None, button.get("custom_id")}
    ]
    wanted = label if label is not None else custom_id
    assert buttons, f"no button {wanted!r}; there are {message.labels}"
    assert len(buttons) == 1, f"{len(buttons)} buttons {wanted!r}; name one by its custom_id"
    [button] = buttons
    assert not button.get("disabled"), f"button {wanted!r} is disabled"
    assert button.get("custom_id"), f"button {wanted!r} is a link; it sends nothing"
    return _component_data(button)


def chosen_options(
    message: Message, values: Sequence[Any], custom_id: str | None, resolved: Resolved
) -> JsonObject:
    """The ``data`` of choosing in a select: option values or labels, or users, roles, channels."""
    selects = [
        component
        for _, component in walk(message.components)
        if component["type"] in SELECTS and custom_id in {None, component["custom_id"]}
    ]
    assert len(selects) == 1, f"{len(selects)} selects match"
    [select] = selects
    assert not select.get("disabled"), "the select is disabled"
    data = {**_component_data(select), "values": _selected(select, values, resolved)}
    return data | ({"resolved": resolved.data} if select["type"] != _STRING_SELECT else {})


def submitted_modal(modal: JsonObject, values: Mapping[str, Any], resolved: Resolved) -> JsonObject:
    """The ``data`` of submitting a modal; ``values`` by custom_id or by label.

    Text for a text input, one value for a radio group, a bool for a checkbox, a sequence for
    selects, checkbox groups and files.
    """
    unused = set(values)
    sent = [
        _submitted(component, "", _Form(values, unused, resolved))
        for component in modal["components"]
    ]
    assert not unused, f"the modal has no inputs {sorted(unused)}"
    data = {"custom_id": modal["custom_id"], "components": sent}
    return data | ({"resolved": resolved.data} if resolved.data else {})


@dataclass(frozen=True)
class _Form:
    """What a user fills in, and what of it found no input yet."""

    values: Mapping[str, Any]
    unused: set[str]
    resolved: Resolved

    def take(self, custom_id: str, label: str, default: Any) -> Any:
        key = next((name for name in (custom_id, label) if name in self.values), None)
        if key is None:
            return default
        self.unused.discard(key)
        return self.values[key]


def _submitted(component: JsonObject, label: str, form: _Form) -> JsonObject:
    kept = {"type": component["type"], "id": component["id"]}
    fill = _INPUTS.get(component["type"])
    if fill:
        shown = component.get("label") or label
        default = component.get("value") or component.get("default") or ()
        value = form.take(component["custom_id"], shown, default)
        custom_id = {"custom_id": component["custom_id"]}
        return {**kept, **custom_id, **fill(component, shown, value, form)}
    inner = [_submitted(child, component.get("label", ""), form) for child in children(component)]
    if component["type"] == ComponentType.LABEL:
        return {**kept, "component": inner[0]}
    return {**kept, "components": inner} if inner else kept


def _text(text_input: JsonObject, label: str, value: Any, _form: _Form) -> JsonObject:
    text = value or ""
    assert text or not text_input["required"], f"{label!r} is required"
    assert len(text) <= text_input["max_length"], f"{label!r}: longer than its max_length"
    assert len(text) >= text_input["min_length"] or not text, f"{label!r}: shorter than allowed"
    return {"value": text}


def _choice(group: JsonObject, label: str, value: Any, _form: _Form) -> JsonObject:
    assert value or not group["required"], f"{label!r} is required"
    [chosen] = _named(group, [value]) if value else [None]
    return {"value": chosen}


def _several(select: JsonObject, label: str, value: Any, form: _Form) -> JsonObject:
    chosen = _selected(select, value, form.resolved) if value else []
    assert chosen or not select.get("required", True), f"{label!r} is required"
    return {"values": chosen}


def _checkbox(_box: JsonObject, _label: str, value: Any, _form: _Form) -> JsonObject:
    return {"value": bool(value)}


def _selected(select: JsonObject, values: Sequence[Any], resolved: Resolved) -> list[str]:
    chosen = _named(select, values) if "options" in select else [*map(resolved.sent, values)]
    low, high = (select.get(key) for key in ("min_values", "max_values"))
    low, high = 1 if low is None else low, high or 1
    assert low <= len(chosen) <= high, f"{len(chosen)} chosen; {low} to {high} are allowed"
    return chosen


def _named(select: JsonObject, values: Sequence[Any]) -> list[str]:
    by_name = {option["label"]: option["value"] for option in select["options"]}
    by_name |= {option["value"]: option["value"] for option in select["options"]}
    unknown = [value for value in values if value not in by_name]
    assert not unknown, f"no options {unknown}; there are {sorted(by_name)}"
    return [by_name[value] for value in values]


def _component_data(component: JsonObject) -> JsonObject:
    return {
        "component_type": component["type"],
        "custom_id": component["custom_id"],
        "id": component["id"],
    }


_INPUTS: dict[int, Callable[[JsonObject, str, Any, _Form], JsonObject]] = {
    ComponentType.TEXT_INPUT: _text,
    ComponentType.RADIO_GROUP: _choice,
    ComponentType.CHECKBOX: _checkbox,
    **dict.fromkeys([*SELECTS, ComponentType.FILE_UPLOAD, ComponentType.CHECKBOX_GROUP], _several),
}
