"""What the bot says where posts are questions: under them, and to staff in drafts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ForumWords:
    """Braces are filled in by ``str.format``."""

    channels: str
    """A setting of ``/config``."""
    drafts: str
    """``{state}``; a switch of ``/config``."""
    similar: str
    draft: str
    """``{where}``: over a draft for staff."""
    post_it: str
    """A button, and so are the next two."""
    edit: str
    dismiss: str
    posted: str
    """``{name}``, and so have the next two: what became of a draft."""
    dismissed: str
    by_staff: str
    """Under a text that somebody of the staff edited."""
    answered_before: str
    gone: str
    edit_title: str
    """At most 45 characters, and so has the next."""
    edit_label: str
