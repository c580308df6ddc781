"""What the bot says of the channels that it reads itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LearnWords:
    """The panel of ``/learn``, and what a channel's members are told.

    Braces are filled in by ``str.format``.
    """

    title: str
    nothing: str
    line: str
    """``{channel}``, ``{messages}``, ``{threads}``, ``{readers}``, ``{state}``"""
    everyone: str
    roles: str
    """``{roles}``: who may read the channel, where not everyone may."""
    reading: str
    up_to_date: str
    paused: str
    add: str
    """Over a list of channels, and so are the next two."""
    pause: str
    remove: str
    choose: str
    """Shown in the lists where nothing is chosen."""
    who_sees: str
    needs: str
    """``{channel}``, ``{permissions}``"""
    view: str
    """Discord's name of a permission, and so is the next."""
    history: str
    restart: str
    """Where messages come without their words until the bot is started again."""
    told: str
    """What a channel's members are told, once."""
