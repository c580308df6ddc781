"""Who and where: users, guilds with roles, channels, threads, and who may do what there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from tests.loopback import guild_payloads, payloads
from tests.loopback.clock import ServerClock
from tests.loopback.errors import ApiError, JsonObject
from tests.loopback.payloads import (
    ORDINARY_MEMBER,
    Channel,
    ChannelType,
    Guild,
    Overwrite,
    Permission,
    Role,
    User,
)

Publish = Callable[[str, JsonObject], None]

EVERY_PERMISSION = (1 << 53) - 1
_MISSING_ACCESS = (50001, "Missing Access")
_MISSING_PERMISSIONS = (50013, "Missing Permissions")


@dataclass
class Places:
    """The state of people and places; every change is published as a gateway event."""

    clock: ServerClock
    application_name: str = "footnote-test"
    users: dict[str, User] = field(default_factory=dict)
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    blocking: set[str] = field(default_factory=set)
    """The users who have blocked the bot."""
    is_public: bool = False
    """Whether anybody may invite the bot."""
    brought_along: set[str] = field(default_factory=set)
    """Channels where people use the bot on their own accounts; nobody invited it there."""

    def __post_init__(self) -> None:
        self._subscribers: list[Publish] = []
        self.bot = User(self.clock.snowflake(), self.application_name, is_bot=True)
        # Guilds belong to somebody who takes no part, so that members are ordinary ones.
        self.owner = User(self.clock.snowflake(), "guild-owner")
        self.users = {user.id: user for user in (self.bot, self.owner)}

    def subscribe(self, publish: Publish) -> None:
        """Call ``publish(event name, event data)`` for every later change."""
        self._subscribers.append(publish)

    def publish(self, event: str, data: JsonObject) -> None:
        for subscriber in self._subscribers:
            subscriber(event, data)

    # People and guilds

    def add_user(self, name: str, *, locale: str = "en-US", is_bot: bool = False) -> User:
        user = User(self.clock.snowflake(), name, is_bot, locale)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, members: Iterable[User], *, locale: str = "en-US") -> Guild:
        everyone = (self.bot.id, self.owner.id, *(member.id for member in members))
        guild = Guild(self.clock.snowflake(), name, self.owner.id, everyone, locale=locale)
        everybody = Role(guild.id, "@everyone", int(ORDINARY_MEMBER), position=0)
        own = Role(self.clock.snowflake(), self.bot.name, 0, bot_id=self.bot.id)
        guild.roles = {role.id: role for role in (everybody, own)}
        guild.member_roles[self.bot.id] = {own.id}
        self.guilds[guild.id] = guild
        self.publish("GUILD_CREATE", self.guild_payload(guild))
        return guild

    def remove_bot(self, guild: Guild) -> None:
        """A moderator throws the bot out."""
        guild.member_ids = tuple(member for member in guild.member_ids if member != self.bot.id)
        self.publish("GUILD_DELETE", {"id": guild.id})

    def has_bot(self, guild_id: str) -> bool:
        return self.bot.id in self.guilds[guild_id].member_ids

    def takes_interactions(self, channel: Channel) -> bool:
        """Whether the bot can be used in a channel."""
        if channel.guild_id is None or channel.id in self.brought_along:
            return True
        return self.has_bot(channel.guild_id)

    def add_role(self, guild: Guild, name: str, permissions: int = 0) -> Role:
        role = Role(self.clock.snowflake(), name, int(permissions), position=len(guild.roles))
        return self.set_role(guild, role, "GUILD_ROLE_CREATE")

    def set_role(self, guild: Guild, role: Role, event: str = "GUILD_ROLE_UPDATE") -> Role:
        guild.roles[role.id] = role
        self.publish(event, {"guild_id": guild.id, "role": guild_payloads.role(role)})
        return role

    def delete_role(self, guild: Guild, role: Role) -> None:
        del guild.roles[role.id]
        self.publish("GUILD_ROLE_DELETE", {"guild_id": guild.id, "role_id": role.id})

    def give_role(self, guild: Guild, user: User, role: Role) -> None:
        guild.member_roles.setdefault(user.id, set()).add(role.id)
        if user == self.bot:
            member = payloads.member(user, self.clock.timestamp(), guild.roles_of(user.id))
            self.publish("GUILD_MEMBER_UPDATE", {"guild_id": guild.id, **member})

    def guild_payload(self, guild: Guild) -> JsonObject:
        channels = [c for c in self.channels.values() if c.guild_id == guild.id]
        return guild_payloads.guild_create(guild, self.bot, channels, self.clock.timestamp())

    # Channels and threads

    def add_channel(self, guild: Guild, name: str, kind: ChannelType = ChannelType.TEXT) -> Channel:
        channel = Channel(self.clock.snowflake(), name, kind, guild_id=guild.id)
        self.channels[channel.id] = channel
        self.publish("CHANNEL_CREATE", payloads.channel(channel))
        return channel

    def open_direct_message(self, user: User) -> Channel:
        """The private channel between the bot and a user, created at the first call."""
        known = (c for c in self.channels.values() if c.recipient == user)
        channel = next(known, None) or Channel(
            self.clock.snowflake(), "", kind=ChannelType.DM, recipient=user
        )
        self.channels[channel.id] = channel
        return channel

    def add_thread(
        self,
        parent: Channel,
        name: str,
        owner: User,
        *,
        thread_id: str | None = None,
        kind: ChannelType = ChannelType.PUBLIC_THREAD,
    ) -> Channel:
        """A thread or forum post, still without messages.

        Raises:
            ApiError: 160004 when ``thread_id`` has a thread already.
        """
        if thread_id in self.channels:
            raise ApiError(
                HTTPStatus.BAD_REQUEST, 160004, "A thread has already been created for this message"
            )
        thread = Channel(
            thread_id or self.clock.snowflake(),
            name,
            kind=kind,
            guild_id=parent.guild_id,
            parent_id=parent.id,
            owner_id=owner.id,
            created_at=self.clock.timestamp(),
        )
        self.channels[thread.id] = thread
        self.publish("THREAD_CREATE", {**payloads.channel(thread), "newly_created": True})
        return thread

    def update_channel(self, channel: Channel, body: JsonObject) -> Channel:
        """Rename, archive or lock a channel or thread; returns it as it is now."""
        named: JsonObject = {
            key: body[key] for key in ("name", "archived", "locked", "tags") if key in body
        }
        return self._changed(self.channels[channel.id], named)

    def set_overwrite(self, channel: Channel, overwrite: Overwrite) -> Channel:
        """Let a channel allow or deny something to a role or member; returns it as it is now."""
        current = self.channels[channel.id]
        others = [one for one in current.overwrites if one.target_id != overwrite.target_id]
        return self._changed(current, {"overwrites": (*others, overwrite)})

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel, with its threads."""
        current = self.channels.pop(channel.id)
        for thread in [c for c in self.channels.values() if c.parent_id == channel.id]:
            self.delete_channel(thread)
        event = "THREAD_DELETE" if current.is_thread else "CHANNEL_DELETE"
        self.publish(event, payloads.channel(current))

    def reopen(self, channel: Channel) -> None:
        """What a new message does to an archived thread that is not locked."""
        if self.channels[channel.id].archived:
            self.update_channel(channel, {"archived": False})

    def archived_threads(self, parent: Channel) -> list[Channel]:
        """The public threads of a channel that are archived."""
        return [
            c
            for c in self.channels.values()
            if c.parent_id == parent.id and c.archived and c.kind is ChannelType.PUBLIC_THREAD
        ]

    def _changed(self, channel: Channel, changes: JsonObject) -> Channel:
        changed = replace(channel, **changes)
        self.channels[channel.id] = changed
        event = "THREAD_UPDATE" if changed.is_thread else "CHANNEL_UPDATE"
        self.publish(event, payloads.channel(changed))
        return changed

    # Who may do what

    def channel(self, channel_id: str) -> Channel:
        """The channel, as it is now; an unknown id is Discord's 404."""
        if channel_id not in self.channels:
            raise ApiError(HTTPStatus.NOT_FOUND, 10003, "Unknown Channel")
        return self.channels[channel_id]

    def permissions(self, user: User, channel: Channel) -> int:
        """A user's permission bits in a channel, by Discord's published algorithm.

        https://docs.discord.com/developers/topics/permissions#permission-overwrites
        """
        current = self.channels.get(channel.id, channel)
        if current.guild_id is None:
            return int(ORDINARY_MEMBER)
        guild = self.guilds[current.guild_id]
        if user.id not in guild.member_ids:
            return 0
        roles = [guild.id, *guild.roles_of(user.id)]
        bits = 0
        for role_id in roles:
            bits |= guild.roles[role_id].permissions
        if user.id == guild.owner_id or bits & Permission.ADMINISTRATOR:
            return EVERY_PERMISSION
        ruling = self.channels.get(current.parent_id or "", current)
        by_target = {overwrite.target_id: overwrite for overwrite in ruling.overwrites}
        for targets in ([guild.id], roles[1:], [user.id]):
            found = [by_target[target] for target in targets if target in by_target]
            for overwrite in found:
                bits &= ~overwrite.deny
            for overwrite in found:
                bits |= overwrite.allow
        return bits

    def bot_sees(self, channel: Channel) -> bool:
        """Whether the bot may read a channel at all."""
        return bool(self.permissions(self.bot, channel) & Permission.VIEW_CHANNEL)

    def require(self, channel_id: str, *needed: Permission) -> Channel:
        """The channel, if the bot sees it and has what is needed there.

        Raises:
            ApiError: 10003 unknown, 50001 out of sight, 50013 something is not permitted.
        """
        channel = self.channel(channel_id)
        if not self.bot_sees(channel):
            raise ApiError(HTTPStatus.FORBIDDEN, *_MISSING_ACCESS)
        bits = self.permissions(self.bot, channel)
        if any(not bits & permission for permission in needed):
            raise ApiError(HTTPStatus.FORBIDDEN, *_MISSING_PERMISSIONS)
        return channel

    def require_open(self, channel: Channel) -> None:
        """Refuse to write into a thread that is closed for good, or to a user who blocks the bot.

        Raises:
            ApiError: 50083 the thread is locked, 50007 the user takes no messages.
        """
        current = self.channel(channel.id)
        may_manage = self.permissions(self.bot, current) & Permission.MANAGE_THREADS
        if current.archived and current.locked and not may_manage:
            raise ApiError(HTTPStatus.FORBIDDEN, 50083, "Thread is archived")
        if current.recipient and current.recipient.id in self.blocking:
            raise ApiError(HTTPStatus.FORBIDDEN, 50007, "Cannot send messages to this user")
