"""What the bot says where posts are questions: under them, and to staff in drafts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


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


ENGLISH: Final = ForumWords(
    channels="Forums and channels where every post is a question",
    drafts="Only drafts for staff: {state}",
    similar="Similar threads",
    draft="An answer for {where}, which nobody there sees yet",
    post_it="Post it",
    edit="Edit",
    dismiss="Dismiss",
    posted="Posted by {name}.",
    dismissed="Dismissed by {name}.",
    by_staff="-# Posted for {name} of the staff.",
    answered_before="This post has its answer already.",
    gone="This post is not there any more, or I may not write in it.",
    edit_title="Answer this post",
    edit_label="The answer",
)
GERMAN: Final = ForumWords(
    channels="Foren und Kanäle, in denen jeder Beitrag eine Frage ist",
    drafts="Nur Entwürfe fürs Team: {state}",
    similar="Ähnliche Threads",
    draft="Eine Antwort für {where}, die dort noch niemand sieht",
    post_it="Veröffentlichen",
    edit="Bearbeiten",
    dismiss="Verwerfen",
    posted="Veröffentlicht von {name}.",
    dismissed="Verworfen von {name}.",
    by_staff="-# Veröffentlicht für {name} vom Team.",
    answered_before="Dieser Beitrag hat seine Antwort schon.",
    gone="Diesen Beitrag gibt es nicht mehr, oder ich darf dort nicht schreiben.",
    edit_title="Diesen Beitrag beantworten",
    edit_label="Die Antwort",
)
