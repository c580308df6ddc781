"""Claims about posts of other communities: ``held_out_claims.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from retrieval.domain import Hit, Passage, Post, Thread
from retrieval.writing.check import Verdict, check
from retrieval.writing.drafts import Cite, Draft, Item
from retrieval.writing.material import Material
from tests.retrieval.writing.samples import NO_SCORE

HELD_OUT = Path(__file__).parent / "held_out_claims.txt"
LAST = Path(__file__).parent / "last_claims.txt"


@dataclass(frozen=True)
class HeldOut:
    """A sentence about one or several posts, all of which it cites."""

    text: str
    kind: str
    hits: tuple[Hit, ...]
    block: int

    @property
    def is_true(self) -> bool:
        return self.kind == "faithful"

    @property
    def is_first_half(self) -> bool:
        return self.block % 2 == 0


def verdict_on(claim: HeldOut) -> Verdict:
    """What the check makes of it; each post is cited whole."""
    material = [Material(f"K7Q2M{n}", hit) for n, hit in enumerate(claim.hits)]
    cites = tuple(Cite(one.id, one.hit.passage.text) for one in material)
    return check(Draft(answerable=True, items=(Item(claim.text, cites),)), material, "")


@cache
def held_out(path: Path = HELD_OUT) -> tuple[HeldOut, ...]:
    """The claims of a file, in its order."""
    return tuple(_read(path.read_text("utf-8")))


def _read(text: str) -> Iterator[HeldOut]:
    for block, part in enumerate(re.findall(r"(?ms)^@ .*?(?=\n\n|\Z)", text)):
        posts = re.findall(r"(?m)^@ (.+?) \| (.+?) \| (.+)\n> (.+)$", part)
        hits = tuple(_hit(f"{block}-{n}", *post) for n, post in enumerate(posts))
        for kind, claim in re.findall(r"(?m)^(\+|- [a-z]+:) (.+)$", part):
            yield HeldOut(claim, "faithful" if kind == "+" else kind[2:-1], hits, block)


def _hit(name: str, author: str, day: str, title: str, text: str) -> Hit:
    moment = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    thread = Thread(f"thread-{name}", f"{title}.txt", "test", title)
    post = Post(name, thread.id, 0, text, author, moment)
    passage = Passage(name, name, thread.id, 0, 0, 0, len(text), text)
    return Hit(passage, post, thread, 1.0, NO_SCORE)
