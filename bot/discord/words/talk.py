"""What the bot says around an answer: to mentions, behind the buttons, in forms, of failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TalkWords:
    """Braces are filled in by ``str.format``."""

    menu: str
    """The command in a message's menu."""
    hint: str
    no_words: str
    may_not_write: str
    gone: str
    thanks: str
    noted: str
    thread_open: str
    """``{thread}``"""
    welcome: str
    no_threads: str
    not_kept: str
    not_here: str
    thread_name: str
    why_title: str
    no_trace: str
    gone_source: str
    no_sources: str
    follow_up_title: str
    """At most 45 characters, and so have the next four; the title of a form, then its fields."""
    follow_up_label: str
    verdict_title: str
    verdict_label: str
    reason_label: str
    reason_told_on: str
    """At most 100 characters: who will read the reason, where a channel is chosen for that."""
    verdicts: Mapping[str, str]
    """By ``Rating``'s values."""
    feedback: str
    """``{name}``, ``{verdict}``: in the channel that gets feedback."""
    feedback_private: str
    """Stands there in the place of a question that was asked privately."""


@dataclass(frozen=True, slots=True)
class FailureWords:
    """One sentence for each way to fail that is not the core's own."""

    unexpected: str
    not_permitted: str
    servers_only: str
    outdated_command: str
    timeout: str


ENGLISH: Final = TalkWords(
    menu="Ask Footnote about this",
    hint="Write your question after the mention, or use `/ask`.",
    no_words="I found no words to look up in that message.",
    may_not_write=(
        "I am not allowed to write in the channel where you asked me; a moderator there can "
        "change that, or you can use `/ask`."
    ),
    gone=(
        "I no longer know this answer: what I keep of answers is deleted after a while, or when "
        "its asker wants it. Please ask again with `/ask`."
    ),
    thanks="Thank you, that is noted.",
    noted="Thank you, that is noted; it helps whoever looks after these threads.",
    thread_open="Go on in <#{thread}>: I take what you write there as a question.",
    welcome=(
        "Ask away here; no mention is needed. Others can join in by mentioning me, and I stay "
        "out of what you write to each other."
    ),
    no_threads="I am not allowed to open threads in this channel; a moderator can change that.",
    not_kept="This server does not let me keep questions.",
    not_here="Threads are not possible here; ask on with `/ask`.",
    thread_name="Question",
    why_title="How this answer came about",
    no_trace="The steps behind this answer were not kept.",
    gone_source="This passage is no longer in the threads.",
    no_sources="This answer cites nothing.",
    follow_up_title="Ask a follow-up",
    follow_up_label="Your question",
    verdict_title="What is wrong with this answer?",
    verdict_label="It is",
    reason_label="In your own words",
    reason_told_on="Moderators see it with your name, in the channel that they chose for feedback.",
    verdicts={
        "good": "Good",
        "wrong": "Wrong",
        "not_supported": "Not supported by its sources",
        "outdated": "Outdated",
        "other": "Something else",
    },
    feedback="**{name} says of an answer: {verdict}**",
    feedback_private="The question was asked privately and is not repeated here.",
)
GERMAN: Final = TalkWords(
    menu="Footnote dazu fragen",
    hint="Schreib deine Frage hinter die Erwähnung oder nimm `/frage`.",
    no_words="In dieser Nachricht sind keine Worte, die ich nachschlagen könnte.",
    may_not_write=(
        "Ich darf in dem Kanal, in dem du gefragt hast, nicht schreiben; die Moderation kann das "
        "ändern, oder du nimmst `/frage`."
    ),
    gone=(
        "Diese Antwort kenne ich nicht mehr: Was ich von Antworten aufbewahre, wird nach einiger "
        "Zeit gelöscht oder wenn es der Fragende will. Bitte frage neu mit `/frage`."
    ),
    thanks="Danke, das ist notiert.",
    noted="Danke, das ist notiert; es hilft denen, die sich um diese Threads kümmern.",
    thread_open="Weiter in <#{thread}>: Was du dort schreibst, nehme ich als Frage.",
    welcome=(
        "Frag hier weiter, ganz ohne Erwähnung. Andere kommen dazu, indem sie mich erwähnen; was "
        "ihr einander schreibt, lasse ich in Ruhe."
    ),
    no_threads="Ich darf in diesem Kanal keine Threads öffnen; die Moderation kann das ändern.",
    not_kept="Dieser Server erlaubt mir nicht, Fragen aufzubewahren.",
    not_here="Hier gibt es keine Threads; frag weiter mit `/frage`.",
    thread_name="Frage",
    why_title="Wie diese Antwort zustande kam",
    no_trace="Zu dieser Antwort sind keine Schritte aufbewahrt.",
    gone_source="Diese Stelle gibt es in den Threads nicht mehr.",
    no_sources="Diese Antwort belegt nichts.",
    follow_up_title="Nachfragen",
    follow_up_label="Deine Frage",
    verdict_title="Was stimmt an dieser Antwort nicht?",
    verdict_label="Sie ist",
    reason_label="In deinen Worten",
    reason_told_on="Die Moderation sieht es mit deinem Namen im Kanal für Rückmeldungen.",
    verdicts={
        "good": "Gut",
        "wrong": "Falsch",
        "not_supported": "Nicht durch die Quellen gedeckt",
        "outdated": "Überholt",
        "other": "Etwas anderes",
    },
    feedback="**{name} sagt zu einer Antwort: {verdict}**",
    feedback_private="Die Frage wurde privat gestellt und wird hier nicht wiederholt.",
)
ENGLISH_FAILURES: Final = FailureWords(
    unexpected="Something went wrong here; it has been logged for whoever runs this bot.",
    not_permitted="I lack a permission that this needs here; a moderator can grant it.",
    servers_only="This command only works in a server.",
    outdated_command="This command has changed; reload Discord and try again.",
    timeout="This took too long, so I stopped; please try again in a moment.",
)
GERMAN_FAILURES: Final = FailureWords(
    unexpected="Hier ist etwas schiefgegangen; es steht im Protokoll derer, die den Bot betreiben.",
    not_permitted="Dazu fehlt mir hier ein Recht; die Moderation kann es mir geben.",
    servers_only="Dieser Befehl geht nur auf einem Server.",
    outdated_command="Dieser Befehl hat sich geändert; lade Discord neu und versuche es noch mal.",
    timeout="Das hat zu lange gedauert und wurde aufgegeben; versuche es gleich noch einmal.",
)
