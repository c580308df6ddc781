"""Cards turned into Discord's components."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, Self

import discord
from discord import ui

from bot.discord.cards.cards import ActionButton, Block, Card, Divider, Section, Tone

COLOURS: Final = {
    Tone.ANSWERED: discord.Colour(0x3BA55D),
    Tone.CLOSEST: discord.Colour(0xFAA61A),
    Tone.NOT_FOUND: discord.Colour(0x747F8D),
    Tone.SOURCE: discord.Colour(0x5865F2),
}


def card_view(card: Card) -> ui.LayoutView:
    """Return the view that shows ``card``; it needs no callback, so it never expires.

    Its buttons are told apart by their custom ids alone (``answer_buttons``), after a restart
    too; the view is stopped, so that discord.py does not keep one for each message ever sent.
    """
    view = ui.LayoutView(timeout=None)
    items = [_item(block) for block in card.blocks]
    view.add_item(ui.Container(*items, accent_colour=COLOURS[card.tone]))
    for row in card.rows:
        view.add_item(ui.ActionRow(*(_button(button) for button in row)))
    view.stop()
    return view


def lasting_button(
    template: str, on_press: Callable[[discord.Interaction[Any], str], Awaitable[None]]
) -> type[ui.DynamicItem[ui.Button[Any]]]:
    """Return the class that discord.py asks about buttons whose ids fit ``template``.

    They are known by their ids alone, so they work after a restart.

    Args:
        template: A regular expression for the whole custom id.
        on_press: Is told of each press and the button's custom id; must not raise.
    """

    class LastingButton(ui.DynamicItem[ui.Button[Any]], template=template):
        """One of them."""

        @classmethod
        async def from_custom_id(
            cls,
            interaction: discord.Interaction[Any],
            item: ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> Self:
            """Return the button that was pressed."""
            del interaction, item
            return cls(ui.Button(custom_id=match[0]))

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            """Pass the press on."""
            await on_press(interaction, self.custom_id)

    return LastingButton


def _button(button: ActionButton) -> ui.Button[Any]:
    return ui.Button(label=button.label or None, emoji=button.emoji, custom_id=button.custom_id)


def _item(block: Block) -> ui.Item[Any]:
    if isinstance(block, Divider):
        return ui.Separator()
    if isinstance(block, Section):
        button: ui.Button[Any] = ui.Button(label=block.button.label, url=block.button.url)
        return ui.Section(ui.TextDisplay(block.text), accessory=button)
    return ui.TextDisplay(block.text)
