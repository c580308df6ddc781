"""The people, places and files that an interaction names: sent by id, described beside it."""

from typing import Any

from tests.loopback import guild_payloads, payloads
from tests.loopback.errors import JsonObject
from tests.loopback.payloads import Channel, Guild, Role, User
from tests.loopback.world import Upload, World


class Resolved:
    """Collects the ``resolved`` part of one interaction's data.

    Args:
        world: where everything is looked up.
        user: whoever interacts; a channel is described with this user's permissions.
        channel: where it happens.
    """

    def __init__(self, world: World, user: User, channel: Channel) -> None:
        self.data: JsonObject = {}
        self._world = world
        self._user = user
        self._channel = channel

    def sent(self, value: Any) -> Any:
        """What stands for ``value`` in the options: an id for what has one, else the value."""
        if isinstance(value, User):
            return self._add_user(value)
        if isinstance(value, Role):
            return self._add("roles", value.id, guild_payloads.role(value))
        if isinstance(value, Channel):
            bits = str(self._world.permissions(self._user, value))
            described = {**payloads.channel(value), "permissions": bits}
            return self._add("channels", value.id, described)
        if isinstance(value, Upload):
            attachment = self._world.attach(self._channel, value)
            return self._add("attachments", str(attachment["id"]), attachment)
        return value

    def _add_user(self, user: User) -> str:
        guild: Guild | None = self._world.guilds.get(self._channel.guild_id or "")
        if guild and user.id in guild.member_ids:
            joined_at = self._world.clock.timestamp()
            member = payloads.bare_member(joined_at, guild.roles_of(user.id))
            bits = str(self._world.permissions(user, self._channel))
            self._add("members", user.id, {**member, "permissions": bits})
        return self._add("users", user.id, payloads.user(user))

    def _add(self, kind: str, key: str, described: JsonObject) -> str:
        self.data.setdefault(kind, {})[key] = described
        return key
