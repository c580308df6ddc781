"""Message components as trees: walk them, read them, store them as Discord replies them."""

import itertools
from collections.abc import Iterator, Sequence
from enum import IntEnum

from tests.loopback.errors import JsonObject


class ComponentType(IntEnum):
    """The component types that the loopback Discord knows (Discord component reference)."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset({3, 5, 6, 7, 8})
LINK_STYLE = 5

# What Discord fills in when the sender leaves it out, per component type.
_REPLY_DEFAULTS: dict[int, JsonObject] = {
    ComponentType.STRING_SELECT: {"min_values": 1, "max_values": 1},
    ComponentType.FILE_UPLOAD: {"min_values": 1, "max_values": 1, "required": True},
    ComponentType.RADIO_GROUP: {"required": True},
    ComponentType.TEXT_INPUT: {"min_length": 0, "max_length": 4000, "required": True},
    ComponentType.THUMBNAIL: {"description": None, "spoiler": False},
    ComponentType.SEPARATOR: {"divider": True, "spacing": 1},
    ComponentType.CONTAINER: {"accent_color": None, "spoiler": False},
}


def children(component: JsonObject) -> list[JsonObject]:
    """The components directly inside one, its accessory or labelled input included."""
    nested: list[JsonObject] = list(component.get("components") or [])
    nested += [component[key] for key in ("accessory", "component") if component.get(key)]
    return nested


def walk(
    components: Sequence[JsonObject], path: str = "components"
) -> Iterator[tuple[str, JsonObject]]:
    """Every component in reading order, each with its slash-separated path."""
    for position, component in enumerate(components):
        here = f"{path}/{position}"
        yield here, component
        yield from walk(component.get("components") or [], f"{here}/components")
        for key in ("accessory", "component"):
            if component.get(key):
                yield f"{here}/{key}", component[key]


def of_type(components: Sequence[JsonObject], *types: int) -> list[JsonObject]:
    """All components of these types, however deeply nested."""
    return [component for _, component in walk(components) if component["type"] in types]


def shown_text(components: Sequence[JsonObject]) -> str:
    """The text displays, one after another, as a reader sees them."""
    return "\n".join(
        display["content"] for display in of_type(components, ComponentType.TEXT_DISPLAY)
    )


def as_stored(components: Sequence[JsonObject]) -> list[JsonObject]:
    """A copy with the ids and defaults that Discord adds before it echoes components."""
    taken = {component["id"] for _, component in walk(components) if component.get("id")}
    free_ids = (number for number in itertools.count(1) if number not in taken)
    return [_stored(component, free_ids) for component in components]


def _stored(component: JsonObject, free_ids: Iterator[int]) -> JsonObject:
    stored = {**_REPLY_DEFAULTS.get(component["type"], {}), **component}
    stored["id"] = component.get("id") or next(free_ids)
    if component.get("emoji"):  # one of Unicode's has a name and no id
        stored["emoji"] = {key: kept for key, kept in component["emoji"].items() if kept}
    if "components" in component:
        stored["components"] = [_stored(child, free_ids) for child in component["components"]]
    for key in ("accessory", "component"):
        if component.get(key):
            stored[key] = _stored(component[key], free_ids)
    return stored
