"""What the bot says on an answer's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
