"""Registered application commands: kept per scope, found by name, shown by permission."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from tests.loopback.clock import ServerClock
from tests.loopback.errors import CommandHidden, JsonObject
from tests.loopback.payloads import Channel, ChannelType, Permission, Role, User
from tests.loopback.resolved import Resolved
from tests.loopback.world import Upload


class CommandType(IntEnum):
    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3


class OptionType(IntEnum):
    SUBCOMMAND = 1
    SUBCOMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


_NESTING = (OptionType.SUBCOMMAND, OptionType.SUBCOMMAND_GROUP)
_PYTHON_TYPES: dict[int, tuple[type, ...]] = {
    OptionType.STRING: (str,),
    OptionType.INTEGER: (int,),
    OptionType.BOOLEAN: (bool,),
    OptionType.USER: (User,),
    OptionType.CHANNEL: (Channel,),
    OptionType.ROLE: (Role,),
    OptionType.MENTIONABLE: (User, Role),
    OptionType.NUMBER: (int, float),
    OptionType.ATTACHMENT: (Upload,),
}
_GUILD_CONTEXT, _BOT_DM_CONTEXT = 0, 1


@dataclass(frozen=True)
class CommandPath:
    """A command as a user picks it: the registered one, and the subcommand inside it."""

    command: JsonObject
    nested: tuple[JsonObject, ...]

    @property
    def options(self) -> list[JsonObject]:
        innermost = self.nested[-1] if self.nested else self.command
        return list(innermost.get("options") or [])

    def data(self, filled: list[JsonObject], resolved: JsonObject | None = None) -> JsonObject:
        """The ``data`` of an interaction with these filled-in options."""
        for step in reversed(self.nested):
            filled = [{"name": step["name"], "type": step["type"], "options": filled}]
        # guild_id stands here for a guild's own commands only.
        keys = ("id", "name", "type", "guild_id")
        data = {key: self.command[key] for key in keys if key in self.command}
        data |= {"resolved": resolved} if resolved else {}
        return data | ({"options": filled} if filled else {})


class CommandRegistry:
    """What the bot registered, by scope: ``None`` is global, otherwise a guild's id."""

    def __init__(self, clock: ServerClock, application_id: str) -> None:
        self._clock = clock
        self._application_id = application_id
        self._scopes: dict[str | None, list[JsonObject]] = {}

    def listed(self, scope: str | None) -> list[JsonObject]:
        return list(self._scopes.get(scope, []))

    def replace(self, scope: str | None, sent: list[JsonObject]) -> list[JsonObject]:
        """Bulk overwrite: a command that keeps its name and type keeps its id."""
        known = {(c["type"], c["name"]): c["id"] for c in self.listed(scope)}
        self._scopes[scope] = [self._registered(command, scope, known) for command in sent]
        return self.listed(scope)

    def _registered(
        self, sent: JsonObject, scope: str | None, known: dict[tuple[int, str], str]
    ) -> JsonObject:
        kind = sent.get("type") or CommandType.CHAT_INPUT
        required = sent.get("default_member_permissions")
        registered = {
            "id": known.get((kind, sent["name"])) or self._clock.snowflake(),
            "application_id": self._application_id,
            "version": self._clock.snowflake(),
            "type": kind,
            "name": sent["name"],
            "name_localizations": sent.get("name_localizations"),
            "description": sent.get("description") or "",
            "description_localizations": sent.get("description_localizations"),
            "default_member_permissions": None if required is None else str(required),
            "dm_permission": sent.get("dm_permission") is not False,
            "contexts": sent.get("contexts"),
            "integration_types": sent.get("integration_types") or [0],
            "nsfw": bool(sent.get("nsfw")),
            "options": sent.get("options") or [],
        }
        return registered | ({"guild_id": scope} if scope else {})

    def find(
        self, name: str, channel: Channel, kind: CommandType = CommandType.CHAT_INPUT
    ) -> CommandPath:
        """The command behind ``name`` (``"group subcommand"`` for nested ones).

        Raises:
            AssertionError: nothing of that name was ever synced.
        """
        # A context menu's name may hold spaces; only chat commands nest.
        first, *steps = name.split() if kind is CommandType.CHAT_INPUT else [name]
        offered = [*self.listed(channel.guild_id or ""), *self.listed(None)]
        command = next((c for c in offered if (c["type"], c["name"]) == (kind, first)), None)
        if command is None:
            known = sorted(c["name"] for c in offered)
            raise AssertionError(f"/{first} is not registered; the bot synced {known}")
        nested: list[JsonObject] = []
        for step in steps:
            inside = (nested[-1] if nested else command)["options"]
            nested.append(next(option for option in inside if option["name"] == step))
        path = CommandPath(command, tuple(nested))
        if any(option["type"] in _NESTING for option in path.options):
            raise AssertionError(f"/{name} needs one of its subcommands")
        return path


def require_visible(command: JsonObject, channel: Channel, permissions: int) -> None:
    """Raise CommandHidden where Discord would not offer the command to this member."""
    if channel.kind is ChannelType.DM:
        contexts = command["contexts"]
        offered = _BOT_DM_CONTEXT in contexts if contexts else command["dm_permission"]
        if not offered:
            raise CommandHidden(f"/{command['name']} is not offered in private messages")
        return
    if command["contexts"] and _GUILD_CONTEXT not in command["contexts"]:
        raise CommandHidden(f"/{command['name']} is not offered in guilds")
    if not permissions & Permission.VIEW_CHANNEL:
        raise CommandHidden(f"the user cannot see #{channel.name}")
    if not permissions & Permission.USE_APPLICATION_COMMANDS:
        raise CommandHidden(f"the user may not use commands in #{channel.name}")
    required = command["default_member_permissions"]
    if required is None or permissions & Permission.ADMINISTRATOR:
        return
    # "0" hides a command from everybody but administrators.
    if int(required) == 0 or int(required) & ~permissions:
        raise CommandHidden(f"/{command['name']} needs permissions {required}")


def filled_options(
    path: CommandPath, values: dict[str, Any], resolved: Resolved
) -> list[JsonObject]:
    """A user's input as interaction options, refused as Discord's own form would refuse it.

    Users, channels, roles and files are sent by id, and described in ``resolved``.
    """
    options = {option["name"]: option for option in path.options}
    unknown = set(values) - set(options)
    assert not unknown, f"/{path.command['name']} has no options {sorted(unknown)}"
    missing = [n for n, option in options.items() if option.get("required") and n not in values]
    assert not missing, f"/{path.command['name']} needs {missing}"
    for name, value in values.items():
        _check_value(options[name], value)
    return [
        _filled(option, resolved.sent(values[name]))
        for name, option in options.items()
        if name in values
    ]


def focused_options(path: CommandPath, focused: str, values: dict[str, Any]) -> list[JsonObject]:
    """Options while the user still types into ``focused``."""
    options = {option["name"]: option for option in path.options}
    assert focused in options, f"/{path.command['name']} has no option {focused}"
    assert options[focused].get("autocomplete"), f"{focused} has no autocomplete"
    return [
        _filled(option, values[name]) | ({"focused": True} if name == focused else {})
        for name, option in options.items()
        if name in values
    ]


def _filled(option: JsonObject, value: object) -> JsonObject:
    return {"name": option["name"], "type": option["type"], "value": value}


def _check_value(option: JsonObject, value: Any) -> None:
    name, kind = option["name"], option["type"]
    assert kind in _PYTHON_TYPES, f"{name}: the loopback Discord has no options of type {kind}"
    assert isinstance(value, _PYTHON_TYPES[kind]), f"{name}: {value!r} is not of option type {kind}"
    choices = [choice["value"] for choice in option.get("choices") or []]
    assert not choices or value in choices, f"{name}: {value!r} is none of {choices}"
    kinds = option.get("channel_types")
    if kinds and isinstance(value, Channel):
        assert value.kind in kinds, f"{name}: no channel of type {value.kind} is offered"
    if not isinstance(value, str | int | float):
        return
    size = len(value) if isinstance(value, str) else value
    low, high = (
        ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    )
    assert option.get(low) is None or size >= option[low], f"{name}: below {low} {option[low]}"
    assert option.get(high) is None or size <= option[high], f"{name}: above {high} {option[high]}"
