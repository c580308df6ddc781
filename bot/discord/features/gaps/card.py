"""The list of gaps as a card, and as a table for other programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.discord.cards.cards import ActionButton, Block, Card, TextBlock, Tone, assemble
from bot.discord.cards.markdown import fit_line
from bot.discord.features.gaps.grouping import Gap
from bot.discord.words import Words

A_PAGE: Final = 5
TEMPLATE: Final = r"fn:gaps:(?P<action>[a-z]+):(?P<base>[A-Za-z0-9_.-]{1,40}):(?P<key>[\w-]{1,24})"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for one."""


class Action(StrEnum):
    """What a button under the list does."""

    PAGE = "page"
    """``key`` is a page, from 0."""
    ANSWER = "answer"
    """``key`` is a question's id."""
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button."""

    action: Action
    knowledge_base: str
    key: str = "0"

    def labelled(self, label: str) -> ActionButton:
        """Return the button."""
        return ActionButton(label, f"fn:gaps:{self.action}:{self.knowledge_base}:{self.key}")

    @classmethod
    def parse(cls, custom_id: str) -> Press | None:
        """Return what a custom id stands for; None when it is none of these."""
        match = re.fullmatch(TEMPLATE, custom_id)
        if match is None or match["action"] not in {action.value for action in Action}:
            return None
        return cls(Action(match["action"]), match["base"], match["key"])


def gaps_card(
    gaps: Sequence[Gap], page: int, knowledge_base: str, words: Words, *, title: str = ""
) -> Card:
    """Return one page of the list, each gap with a button to answer it."""
    text = words.gaps
    headline = TextBlock(f"**{title or text.title}**")
    if not gaps:
        return assemble(Tone.SOURCE, [headline, TextBlock(text.none)])
    pages = -(-len(gaps) // A_PAGE)
    page = min(page, pages - 1)
    shown = gaps[page * A_PAGE : (page + 1) * A_PAGE]
    blocks: list[Block] = [headline]
    blocks += [TextBlock(_lines(n, gap, words)) for n, gap in enumerate(shown, 1)]
    blocks.append(TextBlock(f"-# {words.room.page.format(page=page + 1, pages=pages)}"))
    answering = tuple(
        Press(Action.ANSWER, knowledge_base, gap.id).labelled(text.answer_it.format(n=n))
        for n, gap in enumerate(shown, 1)
    )
    others = [Press(Action.CSV, knowledge_base).labelled(text.as_csv)]
    if page:
        before = Press(Action.PAGE, knowledge_base, str(page - 1))
        others.append(before.labelled(words.room.previous_page))
    if page < pages - 1:
        after = Press(Action.PAGE, knowledge_base, str(page + 1))
        others.append(after.labelled(words.room.next_page))
    return assemble(Tone.SOURCE, blocks, [answering, tuple(others)])


def as_csv(gaps: Sequence[Gap]) -> bytes:
    """Return the gaps as a table: question, how often, when last, other wordings."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["question", "count", "last_asked_at", "other_wordings"])
    for gap in gaps:
        others = "\n".join(gap.questions[1:])
        writer.writerow(
            [_cell(gap.questions[0]), gap.count, gap.last_at.isoformat(), _cell(others)]
        )
    return table.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(n: int, gap: Gap, words: Words) -> str:
    counted = words.gaps.count(gap.count, gap.last_at.date().isoformat())
    lines = [f"{n}\\. **{fit_line(gap.questions[0], 200)}**", f"-# {counted}"]
    others = (fit_line(other, 120) for other in gap.examples)
    lines += [f"-# {words.gaps.also.format(question=other)}" for other in others]
    return "\n".join(lines)
