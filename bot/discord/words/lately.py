"""What the bot says of threads: found, new, what they are about, questions that waited for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LatelyWords:
    """Braces are filled in by ``str.format``; a pair is for one and for several."""

    new_threads: tuple[str, str]
    grown_threads: tuple[str, str]
    new_posts: tuple[str, str]
    nothing_new: str
    """``{since}``"""
    since: str
    """``{figures}``, ``{since}``"""
    arrived: str
    """``{figures}``"""
    more_threads: tuple[str, str]
    by: str
    """``{author}``"""
    threads_about: str
    """``{about}``: over the threads that a search found."""
    no_threads_about: str
    opened_by: str
    """``{author}``"""
    posts: tuple[str, str]
    topics: str
    no_topics: str
    topic: str
    """``{words}``, ``{share}``"""
    answered_now: str
    """``{when}``: the headline of a question that waited."""
    will_tell: str
    tell_where: str
    """After ``will_tell``: how long, ``{days}``."""
    periods: Mapping[str, str]
    """The choices of `/digest`, by their number of days."""
    stale: str
    """``{when}``: put before an answer one of whose posts has gone."""
    taken_back: str
    """Put in the place of an answer that quoted somebody who is forgotten."""

    def count(self, forms: tuple[str, str], number: int) -> str:
        """Return the form that goes with ``number``, filled in."""
        return forms[number != 1].format(n=f"{number:,}")


ENGLISH: Final = LatelyWords(
    new_threads=("{n} thread is new", "{n} threads are new"),
    grown_threads=("{n} thread has new posts", "{n} threads have new posts"),
    new_posts=("{n} new post in all", "{n} new posts in all"),
    nothing_new="Nothing new has come in since {since}.",
    since="**{figures}** since {since}",
    arrived="**{figures}**",
    more_threads=("-# and {n} more thread", "-# and {n} more threads"),
    by="by {author}",
    threads_about="**Threads about** {about}",
    no_threads_about="No threads about that were found.",
    opened_by="opened by {author}",
    posts=("{n} post", "{n} posts"),
    topics="**What the threads talk about**",
    no_topics="There are too few passages to tell topics apart.",
    topic="**{words}** · {share} of all passages",
    answered_now="**You asked this on {when}, and the threads answer it now.**",
    will_tell="I will send you a direct message when the threads answer this.",
    tell_where="-# The question is kept for {days} days at most; `/forget-me` deletes it.",
    periods={"1": "The last day", "7": "The last week", "30": "The last month"},
    stale=(
        "-# A post that is cited here was edited or removed on {when}; the answer may be out of "
        "date."
    ),
    taken_back="-# This answer is gone: it quoted a post that is not to be shown any more.",
)
GERMAN: Final = LatelyWords(
    new_threads=("{n} Thread ist neu", "{n} Threads sind neu"),
    grown_threads=("{n} Thread hat neue Beiträge", "{n} Threads haben neue Beiträge"),
    new_posts=("insgesamt {n} neuer Beitrag", "insgesamt {n} neue Beiträge"),
    nothing_new="Seit {since} ist nichts Neues gekommen.",
    since="**{figures}** seit {since}",
    arrived="**{figures}**",
    more_threads=("-# und {n} weiterer Thread", "-# und {n} weitere Threads"),
    by="von {author}",
    threads_about="**Threads über** {about}",
    no_threads_about="Darüber ist kein Thread zu finden.",
    opened_by="eröffnet von {author}",
    posts=("{n} Beitrag", "{n} Beiträge"),
    topics="**Worum es in den Threads geht**",
    no_topics="Es sind zu wenige Abschnitte, um Themen zu unterscheiden.",
    topic="**{words}** · {share} aller Abschnitte",
    answered_now="**Das hast du am {when} gefragt; jetzt beantworten es die Threads.**",
    will_tell="Ich schicke dir eine Direktnachricht, wenn die Threads das beantworten.",
    tell_where="-# Die Frage wird höchstens {days} Tage aufbewahrt; `/vergiss-mich` löscht sie.",
    periods={"1": "Der letzte Tag", "7": "Die letzte Woche", "30": "Der letzte Monat"},
    stale=(
        "-# Ein hier zitierter Beitrag wurde am {when} geändert oder entfernt; die Antwort kann "
        "überholt sein."
    ),
    taken_back=(
        "-# Diese Antwort gibt es nicht mehr: Ein hier zitierter Beitrag wird nicht mehr gezeigt."
    ),
)
