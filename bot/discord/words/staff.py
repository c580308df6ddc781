"""What the bot says to staff, and of what staff decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class StaffWords:
    """Braces are filled in by ``str.format``; a pair is for one and for several."""

    menus: Mapping[str, str]
    """Commands in a message's menu, by ``RulingKind``'s values; at most 32 characters."""
    staff: str
    """Stands for whoever decided, where that is forgotten."""
    official: str
    """The title over an official answer."""
    given: str
    """``{name}``, ``{date}``: under it, and then the next two."""
    until: str
    """``{date}``"""
    given_for: str
    """``{question}``"""
    threads_say: str
    """Between an official answer and what the threads say."""
    marked: str
    """``{name}``, ``{date}``: on an answer's card, and so are the next three."""
    outdated: str
    outdated_because: str
    """``{name}``, ``{date}``, ``{text}``"""
    replaces: str
    staff_only: str
    may_not_rule: str
    not_granted: str
    """``{name}`` and ``{guild}``: for an administrator whose server may not add."""
    unknown_message: str
    which: str
    """Over the posts that a decision may be about."""
    hide_what: str
    hide_passage: str
    """A button, and so are the next six; at most 80 characters."""
    hide_post: str
    hide_author: str
    """``{name}``"""
    this_one: str
    """``{n}``, ``{name}``"""
    undo: str
    newer: str
    older: str
    decided: str
    """A button of ``/config``."""
    done: Mapping[str, str]
    """By ``RulingKind``'s values."""
    can_undo: str
    no_rulings: str
    rulings_title: str
    """``{name}``: of the knowledge base."""
    kinds: Mapping[str, str]
    """By ``RulingKind``'s values, over one decision in the list."""
    subjects: Mapping[str, str]
    """By ``Subject``'s values."""
    outdated_title: str
    """At most 45 characters, and so are the next eight: titles of forms and their fields."""
    replaced_label: str
    replaced_hint: str
    """At most 100 characters, and so are the next two."""
    official_title: str
    questions_label: str
    questions_hint: str
    text_label: str
    text_hint: str
    days_label: str
    days_hint: str
    wrong_days: str


ENGLISH: Final = StaffWords(
    menus={
        "answer": "Mark as the answer",
        "hidden": "Never show this",
        "outdated": "This is outdated",
        "official": "Official answer",
    },
    staff="staff",
    official="Official answer",
    given="{name} · {date}",
    until="until {date}",
    given_for="Given for: {question}",
    threads_say="What the threads say:",
    marked="✅ Marked as the answer by {name}, {date}",
    outdated="⚠️ Outdated, says {name}, {date}",
    outdated_because="⚠️ Outdated, says {name}, {date}: {text}",
    replaces="♻️ Replaces an outdated post, says {name}, {date}",
    staff_only="Only the staff of this server can use this; `/config` says who they are.",
    may_not_rule=(
        "Only the staff of a server that may add to these threads can decide this; `/config` says "
        "who they are."
    ),
    not_granted=(
        "This server may see these threads and not decide about them. Whoever runs this bot can "
        "change that: `footnote kb grant {name} --guild {guild} --maintain`"
    ),
    unknown_message="This message is not among the threads that I know.",
    which="Which post do you mean?",
    hide_what="What should never be shown?",
    hide_passage="This passage",
    hide_post="This post",
    hide_author="Everything by {name}",
    this_one="{n}: {name}",
    undo="Undo",
    newer="Newer",
    older="Older",
    decided="What staff decided",
    done={
        "answer": "This is the answer from now on, and the card says that staff marked it.",
        "hidden": "This is shown nowhere from now on. Answers that quote it are marked.",
        "outdated": "This is outdated from now on.",
        "official": "This comes first for questions like these from now on.",
    },
    can_undo="-# `/config` lists what staff decided, and can undo it.",
    no_rulings="Staff have decided nothing yet. Open a message's menu and choose Apps.",
    rulings_title="What staff decided about {name}",
    kinds={
        "answer": "The answer",
        "hidden": "Never shown",
        "outdated": "Outdated",
        "official": "Official answer",
    },
    subjects={
        "passage": "passage",
        "post": "post",
        "author": "everything by an author",
        "question": "questions",
    },
    outdated_title="This is outdated",
    replaced_label="What replaces it?",
    replaced_hint="A link to a message that I know, or a sentence; may stay empty.",
    official_title="Official answer",
    questions_label="Questions that it answers",
    questions_hint="One a line, in the words that people use.",
    text_label="The answer",
    text_hint="Shown with your name and today's date.",
    days_label="Days until it expires",
    days_hint="Empty: never.",
    wrong_days="How many days the answer holds must be a number from 1 to 3650, or empty.",
)
GERMAN: Final = StaffWords(
    menus={
        "answer": "Als Antwort markieren",
        "hidden": "Nie wieder zeigen",
        "outdated": "Das ist überholt",
        "official": "Offizielle Antwort",
    },
    staff="das Team",
    official="Offizielle Antwort",
    given="{name} · {date}",
    until="gilt bis {date}",
    given_for="Gegeben auf: {question}",
    threads_say="Was die Threads sagen:",
    marked="✅ Als Antwort markiert von {name}, {date}",
    outdated="⚠️ Überholt, sagt {name}, {date}",
    outdated_because="⚠️ Überholt, sagt {name}, {date}: {text}",
    replaces="♻️ Ersetzt einen überholten Beitrag, sagt {name}, {date}",
    staff_only="Das kann nur das Team dieses Servers; wer das ist, sagt `/einstellungen`.",
    may_not_rule=(
        "Das entscheidet nur das Team eines Servers, der diesen Threads etwas hinzufügen darf; wer "
        "das ist, sagt `/einstellungen`."
    ),
    not_granted=(
        "Dieser Server darf diese Threads sehen, aber nicht über sie entscheiden. Wer den Bot "
        "betreibt, kann das ändern: `footnote kb grant {name} --guild {guild} --maintain`"
    ),
    unknown_message="Diese Nachricht steht in keinem Thread, den ich kenne.",
    which="Welcher Beitrag ist gemeint?",
    hide_what="Was soll nie wieder gezeigt werden?",
    hide_passage="Diese Stelle",
    hide_post="Dieser Beitrag",
    hide_author="Alles von {name}",
    this_one="{n}: {name}",
    undo="Rückgängig",
    newer="Neuere",
    older="Ältere",
    decided="Was das Team entschieden hat",
    done={
        "answer": "Das ist ab jetzt die Antwort, und dabei steht, dass das Team sie markiert hat.",
        "hidden": "Das wird ab jetzt nirgends gezeigt. Antworten, die es zitieren, sind markiert.",
        "outdated": "Das gilt ab jetzt als überholt.",
        "official": "Das steht ab jetzt bei Fragen wie diesen an erster Stelle.",
    },
    can_undo="-# `/einstellungen` zählt auf, was das Team entschieden hat, und nimmt es zurück.",
    no_rulings="Das Team hat noch nichts entschieden: im Menü einer Nachricht unter Apps.",
    rulings_title="Was das Team zu {name} entschieden hat",
    kinds={
        "answer": "Die Antwort",
        "hidden": "Nie gezeigt",
        "outdated": "Überholt",
        "official": "Offizielle Antwort",
    },
    subjects={
        "passage": "Stelle",
        "post": "Beitrag",
        "author": "alles von einer Person",
        "question": "Fragen",
    },
    outdated_title="Das ist überholt",
    replaced_label="Was ersetzt es?",
    replaced_hint="Link zu einer Nachricht, die ich kenne, oder ein Satz; kann leer bleiben.",
    official_title="Offizielle Antwort",
    questions_label="Fragen, die sie beantwortet",
    questions_hint="Eine je Zeile, in den Worten, die die Leute benutzen.",
    text_label="Die Antwort",
    text_hint="Erscheint mit deinem Namen und dem heutigen Datum.",
    days_label="Tage, bis sie abläuft",
    days_hint="Leer: nie.",
    wrong_days="Die Tage, die die Antwort gilt, sind eine Zahl von 1 bis 3650 oder leer.",
)
