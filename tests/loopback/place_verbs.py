"""What people do without the bot: make places, say things, moderate; methods return at once."""

from collections.abc import Iterable, Sequence

from tests.loopback.errors import JsonObject
from tests.loopback.payloads import Channel, ChannelType, Guild, Overwrite, Permission, Role, User
from tests.loopback.world import Message, Upload, World


class PlaceVerbs:
    """Everything that tests let people do to places and messages."""

    def __init__(self, world: World) -> None:
        self.world = world

    # Places and people

    def add_user(self, name: str, *, locale: str = "en-US", is_bot: bool = False) -> User:
        return self.world.add_user(name, locale=locale, is_bot=is_bot)

    def add_guild(self, name: str, members: Iterable[User], *, locale: str = "en-US") -> Guild:
        """A guild with the bot and these ordinary members (its owner is somebody else)."""
        return self.world.add_guild(name, members, locale=locale)

    def join(self, guild: Guild, user: User) -> None:
        """Let one more user into a guild."""
        guild.member_ids = (*guild.member_ids, user.id)

    def add_channel(self, guild: Guild, name: str) -> Channel:
        return self.world.add_channel(guild, name)

    def add_forum(self, guild: Guild, name: str) -> Channel:
        return self.world.add_channel(guild, name, ChannelType.FORUM)

    def bring_along(self, channel: Channel) -> None:
        """Let people use the bot in a channel on their own accounts, without an invitation."""
        self.world.brought_along.add(channel.id)

    def direct_message_channel(self, user: User) -> Channel:
        return self.world.open_direct_message(user)

    # Roles and permissions

    def add_role(self, guild: Guild, name: str, permissions: int = 0) -> Role:
        return self.world.add_role(guild, name, permissions)

    def give_role(self, guild: Guild, user: User, role: Role) -> None:
        self.world.give_role(guild, user, role)

    def allow(self, channel: Channel, target: User | Role, *permissions: Permission) -> None:
        """Let a channel grant permissions to a role or member."""
        self._overwrite(channel, target, allow=sum(permissions), deny=0)

    def deny(self, channel: Channel, target: User | Role, *permissions: Permission) -> None:
        """Let a channel take permissions from a role or member."""
        self._overwrite(channel, target, allow=0, deny=sum(permissions))

    def _overwrite(self, channel: Channel, target: User | Role, *, allow: int, deny: int) -> None:
        overwrite = Overwrite(target.id, isinstance(target, Role), allow, deny)
        self.world.set_overwrite(channel, overwrite)

    # Threads

    def start_thread(
        self, user: User, channel: Channel, name: str, message: Message | None = None
    ) -> Channel:
        """A user opens a thread, from a message or without one."""
        return self.world.create_thread(channel, name, message, user)

    def start_forum_post(
        self, user: User, forum: Channel, name: str, content: str
    ) -> tuple[Channel, Message]:
        """A user opens a post in a forum; its first message has the thread's own id."""
        return self.world.create_forum_post(forum, name, user, {"content": content}, ())

    def archive(self, thread: Channel, *, lock: bool = False) -> Channel:
        """Close a thread, for good with ``lock``; returns it as it is now."""
        return self.world.update_channel(thread, {"archived": True, "locked": lock})

    # Talk

    def say(
        self,
        user: User,
        channel: Channel,
        content: str,
        reply_to: Message | None = None,
        files: Sequence[Upload] = (),
    ) -> Message:
        """Post a message as a user, who must be allowed to."""
        self._require_voice(user, channel)
        self.world.reopen(channel)
        body: JsonObject = {"content": content}
        if reply_to:
            body["message_reference"] = {"message_id": reply_to.id}
        return self.world.create_message(channel, user, body, uploads=files)

    def edit(self, message: Message, content: str) -> Message:
        """Change what a message says, as its author."""
        return self.world.edit_message(message, {"content": content})

    def _require_voice(self, user: User, channel: Channel) -> None:
        current = self.world.channel(channel.id)
        thread = Permission.SEND_MESSAGES_IN_THREADS
        needed = thread if current.is_thread else Permission.SEND_MESSAGES
        bits = self.world.permissions(user, current)
        assert bits & Permission.VIEW_CHANNEL, f"{user.name} cannot see #{current.name}"
        assert bits & needed, f"{user.name} may not write in #{current.name}"
        may_reopen = not current.locked or bits & Permission.MANAGE_THREADS
        assert may_reopen, f"the thread {current.name} is locked"

    # Moderation, and what else ends things

    def delete(self, message: Message) -> None:
        """A moderator removes a message."""
        self.world.delete_message(message)

    def delete_all(self, channel: Channel, messages: Sequence[Message]) -> None:
        """A moderator removes several messages of a channel at once."""
        self.world.delete_messages(channel, messages)

    def rename(self, channel: Channel, name: str) -> Channel:
        """A moderator gives a channel or thread another name; returns it as it is now."""
        return self.world.update_channel(channel, {"name": name})

    def tag(self, place: Channel, *tags: str) -> Channel:
        """A moderator gives a forum its tags, or a post some of its forum's."""
        return self.world.update_channel(place, {"tags": tags})

    def delete_channel(self, channel: Channel) -> None:
        """A moderator removes a channel or a thread."""
        self.world.delete_channel(channel)

    def delete_role(self, guild: Guild, role: Role) -> None:
        self.world.delete_role(guild, role)

    def remove_bot(self, guild: Guild) -> None:
        """A moderator removes the bot from a guild."""
        self.world.remove_bot(guild)

    def block(self, user: User) -> None:
        """A user blocks the bot: it can send them no more private messages."""
        self.world.blocking.add(user.id)
