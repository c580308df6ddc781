"""The passages that a model is given, under names that nobody can guess.

A post that says "cite passage 1" or closes a delimiter can do no harm when ids and delimiters
are made anew for every call.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.language_model.limits.budget import estimated_tokens
from retrieval.records import Answer, Citation, Hit, Passage, Post, Thread
from retrieval.text.orders import addresses_the_model, order_at
from retrieval.text.wording import squeeze, visible

# Base 32 without the letters that are taken for digits; 30 bits in six of them.
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_ID_LENGTH: Final = 6
_HEADER_TOKENS: Final = 60
_MAX_TITLE: Final = 100
_MAX_AUTHOR: Final = 40
_MAX_REPLIED: Final = 240
LEFT_OUT: Final = "[an instruction to whoever sums this up was left out here]"


@dataclass(frozen=True, slots=True)
class Material:
    """One passage as a model sees it."""

    id: str
    passage: Passage
    post: Post
    thread: Thread
    replied_to: Post | None = None
    """What the post replies to, or the post that opened its thread."""
    asked: Post | None = None
    """The post whose question this one answers."""

    @property
    def statement_end(self) -> int:
        """Where in the passage an order to its readers begins, else its end."""
        at = order_at(self.passage.text)
        return len(self.passage.text) if at is None else at

    @property
    def text(self) -> str:
        """What a model is given of the passage."""
        end = self.statement_end
        text = self.passage.text
        return text if end == len(text) else f"{text[:end].rstrip()}\n{LEFT_OUT}"

    @property
    def author(self) -> str:
        """The author's name, on one line, empty where there is none to be shown."""
        name = header(self.post.author, _MAX_AUTHOR)
        quoted = header(self.passage.quoted_author, _MAX_AUTHOR)
        return f"{name or 'somebody'}, quoting {quoted}" if quoted else name

    @property
    def title(self) -> str:
        """The thread's title, on one line, empty where there is none to be shown."""
        return header(self.thread.title, _MAX_TITLE)

    @property
    def date(self) -> str:
        """The day of the post, ISO 8601, empty where it is not known."""
        moment = self.post.created_at
        return moment.date().isoformat() if moment else ""

    @property
    def is_accepted(self) -> bool:
        """Whether the source marks the post as the answer."""
        return self.post.is_accepted

    @property
    def reply(self) -> str:
        """What the post replies to, on one line, empty where that is not known."""
        if self.replied_to is None or self.replied_to.id == self.post.id:
            return ""
        said = header(self.replied_to.text, _MAX_REPLIED)
        author = header(self.replied_to.author, _MAX_AUTHOR)
        return f"{author}: {said}" if author and said else said


@dataclass(frozen=True, slots=True)
class Selection:
    """What was taken for a call, and what was not."""

    taken: tuple[Material, ...]
    withheld: int
    """Passages that hold nothing but an order to whoever reads them."""


def select(
    answer: Answer,
    hits: Iterable[Hit],
    replied_to: Mapping[str, Post],
    *,
    most: int,
    tokens: int,
) -> Selection:
    """Take the best passages that fit into a budget, each under a random id.

    Args:
        answer: what would be shown without a model; what it shows comes first.
        hits: best first.
        replied_to: what posts reply to, by their ids.
        most: how many passages at most.
        tokens: how many tokens they may have together, roughly; the first is always taken.
    """
    taken: list[Material] = []
    withheld, left = 0, tokens
    found: dict[str, Citation | Hit] = {
        one.passage.id: one for one in (*answer.citations, *answer.closest)
    }
    for hit in hits:
        found.setdefault(hit.passage.id, hit)
    for one in found.values():
        id_ = random_name([material.id for material in taken])
        replied = replied_to.get(one.post.id) or one.asked
        material = Material(id_, one.passage, one.post, one.thread, replied, one.asked)
        if not one.passage.text[: material.statement_end].strip():
            withheld += 1
            continue
        cost = estimated_tokens(material.text + material.reply) + _HEADER_TOKENS
        if len(taken) == most or (taken and cost > left):
            continue
        left -= cost
        taken.append(material)
    return Selection(tuple(taken), withheld)


def random_name(taken: Sequence[str] = ()) -> str:
    """Return six characters that cannot be guessed, other than those taken."""
    while True:
        name = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        # All digits or all letters could be taken for a number or a word of a post.
        if name not in taken and not name.isalpha() and not name.isdigit():
            return name


def header(text: str | None, limit: int) -> str:
    """Return a name or a title on one line, as it may stand between quotation marks."""
    line = squeeze(visible(text or ""))
    if addresses_the_model(line):
        return ""
    plain = line.replace('"', "'").replace("<", "(").replace(">", ")")
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"
