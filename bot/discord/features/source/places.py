"""Where a reading room is open, written into the ids of its buttons.

A button's id is all that is left of a message after a restart, so it says everything that the
press needs.  It proves nothing: whoever sends it may have made it up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

CUSTOM_ID_LIMIT: Final = 100
LAST_PAGE: Final = 9_999


class Show(StrEnum):
    """What of a passage is shown."""

    PASSAGE = "p"
    REPLIES = "r"
    THREAD = "t"


class Action(StrEnum):
    """What a button does from where it is pressed."""

    GO = "g"
    """To the very spot that its id names."""
    EARLIER = "e"
    LATER = "l"
    PARENT = "u"
    SHARE = "s"


@dataclass(frozen=True, slots=True)
class Spot:
    """A passage in a knowledge base, and what is shown of it."""

    knowledge_base: str
    passage_id: str
    thread_id: str
    show: Show = Show.PASSAGE
    page: int = 0
    """From 1; 0 for the page on which the passage stands."""

    def showing(self, show: Show, page: int = 0) -> Spot:
        """Return the same passage, shown otherwise."""
        return replace(self, show=show, page=page)


class Press(NamedTuple):
    """A button's id, read."""

    action: Action
    spot: Spot


TEMPLATE: Final = re.compile(
    r"fn:room:(?P<action>[gelus])"
    r":(?P<knowledge_base>[A-Za-z0-9_.-]{1,40})"
    r":(?P<passage>[0-9A-Za-z]{1,16}):(?P<thread>[0-9A-Za-z]{1,16})"
    r":(?P<show>[prt])(?P<page>[0-9]{1,4})"
)


def custom_id(action: Action, spot: Spot) -> str | None:
    """Return the id of a button, None where the knowledge base's name does not fit into it."""
    place = f"{spot.knowledge_base}:{spot.passage_id}:{spot.thread_id}"
    written = f"fn:room:{action}:{place}:{spot.show}{min(spot.page, LAST_PAGE)}"
    fits = len(written) <= CUSTOM_ID_LIMIT and TEMPLATE.fullmatch(written)
    return written if fits else None


def pressed(match: re.Match[str]) -> Press:
    """Return what a match of ``TEMPLATE`` says."""
    spot = Spot(
        knowledge_base=match["knowledge_base"],
        passage_id=match["passage"],
        thread_id=match["thread"],
        show=Show(match["show"]),
        page=int(match["page"]),
    )
    return Press(Action(match["action"]), spot)
