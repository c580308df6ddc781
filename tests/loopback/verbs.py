"""What people do with the bot in the loopback Discord, as methods that return at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.loopback import user_actions
from tests.loopback.commands import (
    CommandPath,
    CommandRegistry,
    CommandType,
    filled_options,
    focused_options,
    require_visible,
)
from tests.loopback.errors import JsonObject
from tests.loopback.gateway import Gateway
from tests.loopback.interactions import Interaction, InteractionDesk, InteractionType
from tests.loopback.payloads import Channel, User
from tests.loopback.place_verbs import PlaceVerbs
from tests.loopback.resolved import Resolved
from tests.loopback.world import Message, World


class UserVerbs(PlaceVerbs):
    """Everything that tests let users do; each verb refuses what a client would not offer.

    ``permissions`` are the member's bits in the channel; None: those that roles and channel give.
    """

    def __init__(
        self, world: World, gateway: Gateway, commands: CommandRegistry, desk: InteractionDesk
    ) -> None:
        super().__init__(world)
        self.gateway = gateway
        self.commands = commands
        self.desk = desk

    def slash(
        self,
        user: User,
        channel: Channel,
        command: str,
        /,
        *,
        permissions: int | None = None,
        force: bool = False,
        **options: Any,
    ) -> Interaction:
        """Run a slash command (``"group subcommand"`` for nested ones) as a user.

        Args:
            options: text, numbers and bools; a ``User``, ``Channel`` or ``Role``; an ``Upload``
                for an attachment.
            force: send it even where Discord would not offer the command to this member.

        Raises:
            CommandHidden: the member lacks what the command asks for.
            AssertionError: never synced, or the options are not what the command takes.
        """
        path = self.commands.find(command, channel)
        bits = self._require_offered(path, user, channel, permissions, force=force)
        resolved = Resolved(self.world, user, channel)
        data = path.data(filled_options(path, options, resolved), resolved.data)
        return self._interact(InteractionType.COMMAND, user, channel, data, bits)

    def autocomplete(
        self,
        user: User,
        channel: Channel,
        command: str,
        focused: str,
        value: str,
        /,
        *,
        permissions: int | None = None,
        **filled: Any,
    ) -> Interaction:
        """Type ``value`` into the option ``focused`` of a command, others already filled."""
        path = self.commands.find(command, channel)
        bits = self._require_offered(path, user, channel, permissions)
        data = path.data(focused_options(path, focused, {**filled, focused: value}))
        return self._interact(InteractionType.AUTOCOMPLETE, user, channel, data, bits)

    def context_menu(
        self, user: User, message: Message, command: str, *, permissions: int | None = None
    ) -> Interaction:
        """Run a message command on a message."""
        path = self.commands.find(command, message.channel, CommandType.MESSAGE)
        bits = self._require_offered(path, user, message.channel, permissions)
        user_actions.require_visible(message, user)
        resolved = {"messages": {message.id: message.payload}}
        data = {**path.data([], resolved), "target_id": message.id}
        return self._interact(InteractionType.COMMAND, user, message.channel, data, bits)

    def press(
        self,
        user: User,
        message: Message,
        *,
        label: str | None = None,
        custom_id: str | None = None,
        permissions: int | None = None,
    ) -> Interaction:
        """Press a button, found by label or custom_id however deeply it is nested."""
        user_actions.require_visible(message, user)
        data = user_actions.pressed_button(message, label, custom_id)
        return self._on_component(user, message, data, permissions)

    def choose(
        self,
        user: User,
        message: Message,
        values: Sequence[Any],
        *,
        custom_id: str | None = None,
        permissions: int | None = None,
    ) -> Interaction:
        """Choose in a select menu: options by value or label, or users, roles and channels."""
        user_actions.require_visible(message, user)
        resolved = Resolved(self.world, user, message.channel)
        data = user_actions.chosen_options(message, values, custom_id, resolved)
        return self._on_component(user, message, data, permissions)

    def submit(
        self,
        user: User,
        interaction: Interaction,
        values: Mapping[str, Any],
        *,
        permissions: int | None = None,
    ) -> Interaction:
        """Fill and send the modal that answered ``interaction``; by custom_id or label."""
        assert interaction.modal, f"{interaction} opened no modal"
        resolved = Resolved(self.world, user, interaction.channel)
        data = user_actions.submitted_modal(interaction.modal, values, resolved)
        return self._connected_desk().open(
            InteractionType.MODAL_SUBMIT,
            user,
            interaction.channel,
            data,
            permissions=self._bits(user, interaction.channel, permissions),
            message=interaction.message,
            parent=interaction,
        )

    def _require_offered(
        self,
        path: CommandPath,
        user: User,
        channel: Channel,
        permissions: int | None,
        *,
        force: bool = False,
    ) -> int:
        bits = self._bits(user, channel, permissions)
        if not force:
            require_visible(path.command, channel, bits)
        return bits

    def _bits(self, user: User, channel: Channel, permissions: int | None) -> int:
        return self.world.permissions(user, channel) if permissions is None else int(permissions)

    def _on_component(
        self, user: User, message: Message, data: JsonObject, permissions: int | None
    ) -> Interaction:
        return self._connected_desk().open(
            InteractionType.COMPONENT,
            user,
            message.channel,
            data,
            permissions=self._bits(user, message.channel, permissions),
            message=message,
        )

    def _interact(
        self, kind: InteractionType, user: User, channel: Channel, data: JsonObject, bits: int
    ) -> Interaction:
        assert self.world.takes_interactions(channel), "the bot is not in this guild"
        return self._connected_desk().open(kind, user, channel, data, permissions=bits)

    def _connected_desk(self) -> InteractionDesk:
        assert self.gateway.live_sessions, "no bot has connected to the gateway"
        return self.desk
