"""What the bot says of the channels that it reads itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


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


ENGLISH: Final = LearnWords(
    title="Channels that I read",
    nothing="None yet. What people write here reaches me only through files.",
    line="{channel}: {messages} messages in {threads} threads, read by {readers}; {state}",
    everyone="everyone",
    roles="{roles} only",
    reading="reading",
    up_to_date="up to date",
    paused="paused",
    add="Read these channels, forums or categories from now on, with all that they said before",
    pause="Pause or resume these",
    remove="Stop reading these, and remove what I read there",
    choose="Choose channels",
    who_sees=(
        "I show words from a channel only where everybody who sees my answer may read that channel."
    ),
    needs="I cannot read {channel}: allow me {permissions} there.",
    view="View Channel",
    history="Read Message History",
    restart=(
        "Whoever runs me has to start me again with Message Content Intent switched on; until "
        "then messages come to me without their words."
    ),
    told=(
        "I read this channel from now on, so that I can answer questions with what was said here, "
        "word for word and with the author's name, to people who may read it anyway. I never "
        "fetch attachments. What is deleted here is gone from my answers, too. Who does not want "
        "to be read: `/forget-me`, and *Leave my posts out of the answers*."
    ),
)
GERMAN: Final = LearnWords(
    title="Kanäle, die ich lese",
    nothing="Noch keine. Was hier geschrieben wird, erreicht mich nur über Dateien.",
    line="{channel}: {messages} Nachrichten in {threads} Threads, lesbar für {readers}; {state}",
    everyone="alle",
    roles="nur {roles}",
    reading="wird gelesen",
    up_to_date="aktuell",
    paused="angehalten",
    add="Diese Kanäle, Foren oder Kategorien ab jetzt lesen, mit allem, was dort schon steht",
    pause="Diese anhalten oder fortsetzen",
    remove="Diese nicht mehr lesen und das Gelesene entfernen",
    choose="Kanäle wählen",
    who_sees=(
        "Worte aus einem Kanal zeige ich nur, wo alle, die meine Antwort sehen, ihn lesen dürfen."
    ),
    needs="{channel} kann ich nicht lesen: Erlaube mir dort {permissions}.",
    view="Kanal anzeigen",
    history="Nachrichtenverlauf anzeigen",
    restart=(
        "Wer mich betreibt, muss mich mit eingeschaltetem Message Content Intent neu starten; bis "
        "dahin erhalte ich Nachrichten ohne ihren Text."
    ),
    told=(
        "Ich lese diesen Kanal ab jetzt mit, um Fragen mit dem zu beantworten, was hier gesagt "
        "wurde: wörtlich, mit Namen und nur für Leute, die ihn ohnehin lesen dürfen. Anhänge rufe "
        "ich nie ab. Was hier gelöscht wird, verschwindet auch aus meinen Antworten. Wer nicht "
        "gelesen werden will: `/forget-me`, dann *Lass meine Beiträge aus den Antworten*."
    ),
)
