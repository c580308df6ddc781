"""Reading rooms as Discord's components; their buttons work after a restart."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final, Self

import discord
from discord import ui

from bot.access.rules import Surface
from bot.discord.admission.askers import Asker, asker_of
from bot.discord.admission.desk import Desk
from bot.discord.cards.cards import Card, TextBlock, Tone, plain_text
from bot.discord.cards.responses import Interaction, acknowledge, say_privately
from bot.discord.cards.views import card_view
from bot.discord.errors import RefusedError, explain
from bot.discord.features.source.card import Room, RoomButton, shared
from bot.discord.features.source.places import TEMPLATE, Action, Press, custom_id, pressed
from bot.discord.features.source.reading import GoneError, follow, open_room
from bot.discord.words import Words, words_for

_PROMISED: Final = discord.InteractionResponseType.deferred_channel_message
_log = logging.getLogger(__name__)


def room_view(room: Room) -> ui.LayoutView:
    """Return the view of a room; it holds no callbacks, ``RoomItem`` answers for all rooms."""
    view = card_view(room.card)
    used: set[str] = set()
    for row in room.rows:
        buttons = [_button(each, used) for each in row]
        if shown := [button for button in buttons if button is not None]:
            view.add_item(ui.ActionRow(*shown))
    view.stop()  # or discord.py would answer presses for this view as well
    return view


async def show_room(interaction: Interaction, room: Room) -> None:
    """Fill the acknowledged reply, or the message of the pressed button, with a room."""
    try:
        await interaction.edit_original_response(view=room_view(room))
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        _log.warning("Discord refused a reading room, sending it as plain text: %s", error)
        await interaction.edit_original_response(content=plain_text(room.card))


class RoomItem(ui.DynamicItem[ui.Button[Any]], template=TEMPLATE):
    """A button of any reading room, known by its id alone."""

    def __init__(self, button: ui.Button[Any], press: Press) -> None:
        super().__init__(button)
        self._press = press

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Return the button that was pressed."""
        del interaction
        assert isinstance(item, ui.Button)  # noqa: S101 - only buttons are given such ids
        return cls(item, pressed(match))

    async def callback(self, interaction: Interaction) -> None:
        """Go where the button leads, or say why not."""
        desk: Desk = interaction.client.desk
        step = _share if self._press.action is Action.SHARE else _go
        try:
            await _or_refuse(interaction, step(desk, interaction, self._press))
        except discord.HTTPException as error:
            # The message, the channel or the token of the press is gone.
            _log.warning("could not answer a press in a reading room: %s", error)


async def _go(desk: Desk, interaction: Interaction, press: Press) -> None:
    asker, base = await desk.meet(interaction), press.spot.knowledge_base
    admission = desk.admit(asker, Surface.ROOM_BUTTON, knowledge_base=base)
    if _is_own(interaction):
        await interaction.response.defer()
    else:  # what everybody sees is nobody's to turn over
        await acknowledge(interaction, private=True)
    await show_room(interaction, await open_room(admission, await follow(admission, press)))


async def _share(desk: Desk, interaction: Interaction, press: Press) -> None:
    asker, base = await desk.meet(interaction), press.spot.knowledge_base
    if not _may_post(interaction, asker):
        raise RefusedError(words_for(asker.locale).room.may_not_share)
    admission = desk.admit(asker, Surface.ROOM_SHARE, knowledge_base=base)
    await acknowledge(interaction, private=False)
    words = desk.public_words(asker)
    room = await open_room(replace(admission, words=words), press.spot)
    await show_room(interaction, shared(room, press.spot, interaction.user.display_name, words))


async def _or_refuse(interaction: Interaction, step: Any) -> None:  # noqa: ANN401 - any coroutine
    words = words_for(asker_of(interaction).locale)
    try:
        await step
    except discord.HTTPException:
        raise
    except GoneError as error:
        await _say(interaction, _gone_room(error, words))
    except Exception as error:  # noqa: BLE001 - explain logs it; a person waits for an answer
        await _say(interaction, _sentence(explain(error, words)))


async def _say(interaction: Interaction, room: Room) -> None:
    """Say something in the place of what was promised, or beside the message."""
    if interaction.response.type is _PROMISED:
        await show_room(interaction, room)
    else:
        await say_privately(interaction, room_view(room))


def _gone_room(error: GoneError, words: Words) -> Room:
    room = _sentence(str(error))
    if error.spot is None:
        return room
    button = RoomButton(words.room.whole_thread, Action.GO, error.spot)
    return replace(room, rows=((button,),))


def _sentence(text: str) -> Room:
    return Room(Card(Tone.NOT_FOUND, (TextBlock(text),)), rows=())


def _is_own(interaction: Interaction) -> bool:
    """Tell whether the pressed button is in a message that only this person sees."""
    message = interaction.message
    return interaction.guild_id is None or (message is not None and message.flags.ephemeral)


def _may_post(interaction: Interaction, asker: Asker) -> bool:
    """Tell whether the person may write here: a reply of the bot needs no right of the bot's."""
    if interaction.guild_id is None:
        return True
    if asker.place.guild_id is None:
        return False
    is_thread = isinstance(interaction.channel, discord.Thread)
    may = interaction.permissions
    return may.send_messages_in_threads if is_thread else may.send_messages


def _button(button: RoomButton, used: set[str]) -> ui.Button[Any] | None:
    id_ = custom_id(button.action, button.spot)
    if id_ is None or id_ in used:
        return None
    used.add(id_)
    return ui.Button(label=button.label, custom_id=id_, disabled=not button.is_enabled)
