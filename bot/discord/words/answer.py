"""What the bot says on an answer's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """Braces are filled in by ``str.format``; a pair is for one and for several."""

    not_answered: str
    """The title over what comes closest."""
    closest: str
    closest_asked: str
    """In place of it, where what comes closest replies to a question like this one."""
    never_answered: str
    """Under a question that nobody replied to."""
    nothing_found: str
    """The title where nothing comes close."""
    not_found: str
    asks_nothing: str
    """Where somebody greets, thanks, or types a command for a question."""
    empty: str
    asked_by: str
    """``{name}``, ``{question}``: what an excerpt answers."""
    unanswered: str
    """``{part}``: of a question of several, what nothing shown answers."""
    asked: str
    """``{question}``"""
    searched: str
    """``{threads}``, ``{passages}``"""
    searched_until: str
    """``{threads}``, ``{passages}``, ``{date}``"""
    threads: tuple[str, str]
    passages: tuple[str, str]
    also_cited: str
    and_more: str
    """``{n}``"""
    left_out: tuple[str, str]
    """``{n}`` sentences."""
    quoted: str
    """Where all that is said is posts' own words."""
    written: str
    """``{writer}``: where a language model wrote; one of the next two follows."""
    confirmed: tuple[str, str]
    """``{n}``, ``{total}``, and of the latter the number: what a second reading confirmed."""
    unconfirmed: str
    dropped: tuple[str, str]
    """``{n}``: may come after these."""
    doubt: str
    """What the mark of a sentence stands for that nothing but the model speaks for."""
    partly: str
    """``{missing}``: words of the sentence; stands after it."""
    partly_unknown: str
    read_in_vain: str
    """``{writer}``: where a language model found no answer in what comes closest."""
    being_written: str
    """``{writer}``: while a language model writes."""
    fallback: str
    """``{why}``"""
    notes: Mapping[str, str]
    """By ``NoteKind``'s values: ``{about}``, and for several ``{people}``."""
    reading: str
    found: str
    """``{passages}``, ``{threads}``: what an answer is being made of."""
    more_sources: str
    """A button, and so are the next five."""
    whole_answer: str
    why: str
    follow_up: str
    ask_again: str
    thread: str
    tell_me: str

    def count(self, forms: tuple[str, str], number: int) -> str:
        """Return the form that goes with ``number``, filled in."""
        return forms[number != 1].format(n=f"{number:,}")


ENGLISH: Final = AnswerWords(
    not_answered="Not answered",
    closest="The threads do not clearly answer this. What comes closest:",
    closest_asked="The threads do not clearly answer this. Somebody asked something like it:",
    never_answered="Asked, never answered.",
    nothing_found="Nothing found",
    not_found="The threads do not answer this, and nothing in them comes close.",
    asks_nothing="That is no question yet. Ask something like “How do I …?”, or see `/help`.",
    empty="The answer is empty.",
    asked_by="Asked by {name}: {question}",
    unanswered="Nothing was found for: {part}",
    asked="Asked: {question}",
    searched="Searched {threads} and {passages}.",
    searched_until="Searched {threads} and {passages}; the newest post is of {date}.",
    threads=("{n} thread", "{n} threads"),
    passages=("{n} passage", "{n} passages"),
    also_cited="Also cited:",
    and_more="and {n} more",
    left_out=("{n} more sentence did not fit here.", "{n} more sentences did not fit here."),
    quoted="Quoted word for word from the threads.",
    written="Written by {writer} from these quotes;",
    confirmed=(
        "a second reading confirmed {n} of {total} sentence.",
        "a second reading confirmed {n} of {total} sentences.",
    ),
    unconfirmed="its wording has not been confirmed.",
    dropped=("{n} sentence was dropped.", "{n} sentences were dropped."),
    doubt="◇ The model's wording, not confirmed: read the quote.",
    partly="“{missing}” is not in its quotes",
    partly_unknown="not all of it is in its quotes",
    read_in_vain="{writer} read these passages and found no answer in them.",
    being_written="{writer} is reading the passages; its answer will stand here…",
    fallback="The model's answer is not shown: {why}.",
    notes={
        "nobody": "Nobody here is called “{about}”, so everybody's posts were searched.",
        "several": "“{about}” may be {people}: all of them were searched. `from:` and an id "
        "asks for one.",
        "nothing-left": "There are no posts {about}, so all were searched.",
    },
    reading="Reading the threads…",
    found="Found {passages} in {threads}; writing the answer…",
    more_sources="More sources",
    whole_answer="Whole answer",
    why="Why this?",
    follow_up="Ask a follow-up",
    ask_again="Ask again",
    thread="Continue in a thread",
    tell_me="Tell me when it is answered",
)
GERMAN: Final = AnswerWords(
    not_answered="Nicht beantwortet",
    closest="Die Threads beantworten das nicht eindeutig. Am nächsten kommt:",
    closest_asked="Die Threads beantworten das nicht eindeutig. Jemand fragte Ähnliches:",
    never_answered="Gefragt, nie beantwortet.",
    nothing_found="Nichts gefunden",
    not_found="Die Threads beantworten das nicht, und nichts darin kommt ihm nahe.",
    asks_nothing="Das fragt nach nichts. Stell eine Frage, oder sieh dir `/help` an.",
    empty="Die Antwort ist leer.",
    asked_by="Gefragt von {name}: {question}",
    unanswered="Nichts gefunden zu: {part}",
    asked="Frage: {question}",
    searched="Durchsucht: {threads} und {passages}.",
    searched_until="Durchsucht: {threads} und {passages}; der neueste Beitrag ist vom {date}.",
    threads=("{n} Thread", "{n} Threads"),
    passages=("{n} Stelle", "{n} Stellen"),
    also_cited="Außerdem belegt durch:",
    and_more="und {n} weitere",
    left_out=("{n} weiterer Satz passte nicht her.", "{n} weitere Sätze passten nicht her."),
    quoted="Wörtlich aus den Threads zitiert.",
    written="Von {writer} aus diesen Zitaten geschrieben;",
    confirmed=(
        "ein zweites Lesen hat {n} von {total} Satz bestätigt.",
        "ein zweites Lesen hat {n} von {total} Sätzen bestätigt.",
    ),
    unconfirmed="nichts bestätigt die Formulierung.",
    dropped=("{n} Satz wurde weggelassen.", "{n} Sätze wurden weggelassen."),
    doubt="◇ Formulierung des Modells, nicht bestätigt: Lies das Zitat.",
    partly="„{missing}“ steht nicht in den Zitaten",
    partly_unknown="nicht alles davon steht in den Zitaten",
    read_in_vain="{writer} hat diese Stellen gelesen und keine Antwort darin gefunden.",
    being_written="{writer} liest die Stellen; seine Antwort erscheint gleich hier …",
    fallback="Die Antwort des Modells wird nicht gezeigt: {why}.",
    notes={
        "nobody": "Niemand heißt hier „{about}“; gesucht wurde in den Beiträgen von allen.",
        "several": "„{about}“ kann {people} sein: gesucht wurde bei allen. `from:` mit einer Id "
        "meint eine Person.",
        "nothing-left": "Zu diesen Bedingungen gibt es keine Beiträge ({about}); gesucht wurde in "
        "allen.",
    },
    reading="Ich lese die Threads…",
    found="Gefunden: {passages} in {threads}; ich schreibe die Antwort…",
    more_sources="Weitere Quellen",
    whole_answer="Ganze Antwort",
    why="Warum das?",
    follow_up="Nachfragen",
    ask_again="Noch einmal fragen",
    thread="In einem Thread weiter",
    tell_me="Sag mir, wenn es beantwortet ist",
)
