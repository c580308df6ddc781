"""What people do in the loopback Discord, as methods that return at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.loopback import user_actions
from tests.loopback.commands import (
    CommandRegistry,
    CommandType,
    filled_options,
    focused_options,
    require_visible,
)
from tests.loopback.errors import JsonObject
from tests.loopback.gateway import Gateway
from tests.loopback.interactions import Interaction, InteractionDesk, InteractionType
from tests.loopback.payloads import ORDINARY_MEMBER, Channel, Guild, User
from tests.loopback.world import Message, World


class UserVerbs:
    """Everything that tests let users do; each verb refuses what a client would not offer."""

    def __init__(
        self, world: World, gateway: Gateway, commands: CommandRegistry, desk: InteractionDesk
    ) -> None:
        self.world = world
        self.gateway = gateway
        self.commands = commands
        self.desk = desk

    # Places and people

    def add_user(self, name: str) -> User:
        return self.world.add_user(name)

    def add_guild(self, name: str, members: Iterable[User]) -> Guild:
        """A guild with the bot and these ordinary members (its owner is somebody else)."""
        return self.world.add_guild(name, members)

    def add_channel(self, guild: Guild, name: str) -> Channel:
        return self.world.add_channel(guild, name)

    def direct_message_channel(self, user: User) -> Channel:
        return self.world.open_direct_message(user)

    # What users do

    def say(
        self, user: User, channel: Channel, content: str, reply_to: Message | None = None
    ) -> Message:
        """Post a message as a user."""
        body: JsonObject = {"content": content}
        if reply_to:
            body["message_reference"] = {"message_id": reply_to.id}
        return self.world.create_message(channel, user, body)

    def slash(
        self,
        user: User,
        channel: Channel,
        command: str,
        *,
        permissions: int = ORDINARY_MEMBER,
        force: bool = False,
        **options: Any,
    ) -> Interaction:
        """Run a slash command (``"group subcommand"`` for nested ones) as a user.

        Args:
            permissions: the member's permission bits in the channel.
            force: send it even where Discord would not offer the command to this member.

        Raises:
            CommandHidden: the member lacks what the command asks for.
            AssertionError: never synced, or the options are not what the command takes.
        """
        path = self.commands.find(command, channel)
        if not force:
            require_visible(path.command, channel, permissions)
        data = path.data(filled_options(path, options))
        return self._interact(InteractionType.COMMAND, user, channel, data, permissions)

    def autocomplete(
        self,
        user: User,
        channel: Channel,
        command: str,
        focused: str,
        value: str,
        *,
        permissions: int = ORDINARY_MEMBER,
        **filled: Any,
    ) -> Interaction:
        """Type ``value`` into the option ``focused`` of a command, others already filled."""
        path = self.commands.find(command, channel)
        require_visible(path.command, channel, permissions)
        data = path.data(focused_options(path, focused, {**filled, focused: value}))
        return self._interact(InteractionType.AUTOCOMPLETE, user, channel, data, permissions)

    def context_menu(
        self, user: User, message: Message, command: str, *, permissions: int = ORDINARY_MEMBER
    ) -> Interaction:
        """Run a message command on a message."""
        path = self.commands.find(command, message.channel, CommandType.MESSAGE)
        require_visible(path.command, message.channel, permissions)
        user_actions.require_visible(message, user)
        resolved = {"messages": {message.id: message.payload}}
        data = {**path.data([]), "target_id": message.id, "resolved": resolved}
        kind = InteractionType.COMMAND
        return self._interact(kind, user, message.channel, data, permissions)

    def press(
        self,
        user: User,
        message: Message,
        *,
        label: str | None = None,
        custom_id: str | None = None,
        permissions: int = ORDINARY_MEMBER,
    ) -> Interaction:
        """Press a button, found by label or custom_id however deeply it is nested."""
        user_actions.require_visible(message, user)
        data = user_actions.pressed_button(message, label, custom_id)
        return self._on_component(user, message, data, permissions)

    def choose(
        self,
        user: User,
        message: Message,
        values: Sequence[str],
        *,
        custom_id: str | None = None,
        permissions: int = ORDINARY_MEMBER,
    ) -> Interaction:
        """Choose options of a select menu, by value or label."""
        user_actions.require_visible(message, user)
        data = user_actions.chosen_options(message, values, custom_id)
        return self._on_component(user, message, data, permissions)

    def submit(
        self,
        user: User,
        interaction: Interaction,
        values: Mapping[str, str],
        *,
        permissions: int = ORDINARY_MEMBER,
    ) -> Interaction:
        """Fill and send the modal that answered ``interaction``; by custom_id or label."""
        assert interaction.modal, f"{interaction} opened no modal"
        data = user_actions.submitted_modal(interaction.modal, values)
        return self._connected_desk().open(
            InteractionType.MODAL_SUBMIT,
            user,
            interaction.channel,
            data,
            permissions=permissions,
            message=interaction.message,
            parent=interaction,
        )

    def _on_component(
        self, user: User, message: Message, data: JsonObject, permissions: int
    ) -> Interaction:
        return self._connected_desk().open(
            InteractionType.COMPONENT,
            user,
            message.channel,
            data,
            permissions=permissions,
            message=message,
        )

    def _interact(
        self,
        kind: InteractionType,
        user: User,
        channel: Channel,
        data: JsonObject,
        permissions: int,
    ) -> Interaction:
        return self._connected_desk().open(kind, user, channel, data, permissions=permissions)

    def _connected_desk(self) -> InteractionDesk:
        assert self.gateway.live_sessions, "no bot has connected to the gateway"
        return self.desk
