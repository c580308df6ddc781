"""What a user's press or submission sends, built from what the bot really put on the screen."""

from collections.abc import Mapping, Sequence

from tests.loopback.components import SELECTS, ComponentType, children, walk
from tests.loopback.errors import JsonObject
from tests.loopback.payloads import User
from tests.loopback.world import Message


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


def chosen_options(message: Message, values: Sequence[str], custom_id: str | None) -> JsonObject:
    """The ``data`` of choosing in a select, by option value or by option label."""
    selects = [
        component
        for _, component in walk(message.components)
        if component["type"] in SELECTS and custom_id in {None, component["custom_id"]}
    ]
    assert len(selects) == 1, f"{len(selects)} selects match"
    [select] = selects
    assert not select.get("disabled"), "the select is disabled"
    by_name = {option["label"]: option["value"] for option in select["options"]}
    by_name |= {option["value"]: option["value"] for option in select["options"]}
    unknown = [value for value in values if value not in by_name]
    assert not unknown, f"no options {unknown}; there are {sorted(by_name)}"
    return {**_component_data(select), "values": [by_name[value] for value in values]}


def submitted_modal(modal: JsonObject, values: Mapping[str, str]) -> JsonObject:
    """The ``data`` of submitting a modal; ``values`` by custom_id or by label."""
    unused = set(values)
    sent = [_submitted(component, "", values, unused) for component in modal["components"]]
    assert not unused, f"the modal has no inputs {sorted(unused)}"
    return {"custom_id": modal["custom_id"], "components": sent}


def _submitted(
    component: JsonObject, label: str, values: Mapping[str, str], unused: set[str]
) -> JsonObject:
    kept = {"type": component["type"], "id": component["id"]}
    if component["type"] == ComponentType.TEXT_INPUT:
        return {**kept, **_typed_text(component, label, values, unused)}
    inner = [
        _submitted(child, component.get("label", ""), values, unused)
        for child in children(component)
    ]
    if component["type"] == ComponentType.LABEL:
        return {**kept, "component": inner[0]}
    return {**kept, "components": inner} if inner else kept


def _typed_text(
    text_input: JsonObject, label: str, values: Mapping[str, str], unused: set[str]
) -> JsonObject:
    names = (text_input["custom_id"], text_input.get("label") or label)
    key = next((name for name in names if name in values), None)
    text = values[key] if key else text_input.get("value") or ""
    unused.discard(key or "")
    shown = names[1]
    assert text or not text_input["required"], f"{shown!r} is required"
    assert len(text) <= text_input["max_length"], f"{shown!r}: longer than its max_length"
    assert len(text) >= text_input["min_length"] or not text, f"{shown!r}: shorter than allowed"
    return {"custom_id": text_input["custom_id"], "value": text}


def _component_data(component: JsonObject) -> JsonObject:
    return {
        "component_type": component["type"],
        "custom_id": component["custom_id"],
        "id": component["id"],
    }
