"""What the bot says of threads: found, new, what they are about, questions that waited for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
