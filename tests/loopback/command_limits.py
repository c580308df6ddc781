"""Limits on commands, autocomplete answers and modals (Discord interactions reference)."""

import re
from collections.abc import Iterator, Sequence

from tests.loopback.components import ComponentType, walk
from tests.loopback.errors import FieldProblem, JsonObject

MAX_CHAT_COMMANDS = 100
MAX_OPTIONS = 25
MAX_DESCRIPTION = 100
MAX_CHOICES = 25
MAX_CHOICE_TEXT = 100
MAX_MODAL_TITLE = 45
MAX_MODAL_COMPONENTS = 5
MAX_CUSTOM_ID = 100
MAX_INPUT_LABEL = 45

_CHAT_INPUT = 1
_NAME = re.compile(r"[-_'\w]{1,32}")
_SUBCOMMANDS = frozenset({1, 2})

Problems = Iterator[FieldProblem]


def command_problems(commands: Sequence[JsonObject]) -> Problems:
    """What is wrong with a bulk overwrite of commands."""
    kinds = [command.get("type") or _CHAT_INPUT for command in commands]
    identities = {(kind, c["name"]) for kind, c in zip(kinds, commands, strict=True)}
    if len(identities) != len(commands):
        yield FieldProblem("", "Application command names must be unique")
    if kinds.count(_CHAT_INPUT) > MAX_CHAT_COMMANDS:
        yield FieldProblem("", f"Maximum number of commands reached ({MAX_CHAT_COMMANDS})")
    for position, (kind, command) in enumerate(zip(kinds, commands, strict=True)):
        if kind == _CHAT_INPUT:
            yield from _named_problems(str(position), command)


def _named_problems(path: str, named: JsonObject) -> Problems:
    """The rules that commands, subcommands and options share."""
    name = named["name"]
    if not _NAME.fullmatch(name) or name != name.lower():
        yield FieldProblem(f"{path}/name", f"{name!r} is not a valid command name")
    if not 1 <= len(named.get("description") or "") <= MAX_DESCRIPTION:
        yield FieldProblem(f"{path}/description", f"Must be 1 to {MAX_DESCRIPTION} in length.")
    options = named.get("options") or []
    if len(options) > MAX_OPTIONS:
        yield FieldProblem(f"{path}/options", f"Must be {MAX_OPTIONS} or fewer in length.")
    plain = [option for option in options if option["type"] not in _SUBCOMMANDS]
    required = [bool(option.get("required")) for option in plain]
    if required != sorted(required, reverse=True):
        yield FieldProblem(f"{path}/options", "Required options must be placed before others")
    if len(named.get("choices") or []) > MAX_CHOICES:
        yield FieldProblem(f"{path}/choices", f"Must be {MAX_CHOICES} or fewer in length.")
    for position, option in enumerate(options):
        yield from _named_problems(f"{path}/options/{position}", option)


def autocomplete_problems(data: JsonObject) -> Problems:
    """What is wrong with the choices offered while a user types."""
    choices = data.get("choices") or []
    if len(choices) > MAX_CHOICES:
        yield FieldProblem("data/choices", f"Must be {MAX_CHOICES} or fewer in length.")
    for position, choice in enumerate(choices):
        if not 1 <= len(choice["name"]) <= MAX_CHOICE_TEXT:
            yield FieldProblem(
                f"data/choices/{position}/name", f"Must be 1 to {MAX_CHOICE_TEXT} in length."
            )
        if isinstance(choice["value"], str) and len(choice["value"]) > MAX_CHOICE_TEXT:
            yield FieldProblem(
                f"data/choices/{position}/value", f"Must be {MAX_CHOICE_TEXT} or fewer in length."
            )


def modal_problems(data: JsonObject) -> Problems:
    """What is wrong with a modal."""
    if not 1 <= len(data.get("title") or "") <= MAX_MODAL_TITLE:
        yield FieldProblem("data/title", f"Must be 1 to {MAX_MODAL_TITLE} in length.")
    if not 1 <= len(data.get("custom_id") or "") <= MAX_CUSTOM_ID:
        yield FieldProblem("data/custom_id", f"Must be 1 to {MAX_CUSTOM_ID} in length.")
    components = data.get("components") or []
    if not 1 <= len(components) <= MAX_MODAL_COMPONENTS:
        yield FieldProblem("data/components", f"Must be 1 to {MAX_MODAL_COMPONENTS} in length.")
    for path, component in walk(components, "data/components"):
        label = component.get("label") or ""
        if component["type"] in {ComponentType.TEXT_INPUT, ComponentType.LABEL} and (
            len(label) > MAX_INPUT_LABEL
        ):
            yield FieldProblem(f"{path}/label", f"Must be {MAX_INPUT_LABEL} or fewer in length.")
