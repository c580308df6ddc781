"""How a card shows what staff said."""

from __future__ import annotations

from typing import Final

from bot.discord.cards.cards import Block, Divider, TextBlock
from bot.discord.cards.markdown import fit_line
from bot.discord.cards.safe_markdown import fit_quoted
from bot.discord.words import Words
from retrieval.records import Answer, OfficialAnswer, RulingKind, StaffNote

OFFICIAL_LIMIT: Final = 1_200
_REASON_LIMIT: Final = 300
_NAME_LIMIT: Final = 40


def note_line(note: StaffNote | None, words: Words) -> str:
    """Return what staff said of a post as small print; nothing where they said nothing."""
    if note is None:
        return ""
    text = words.staff
    told = text.replaces
    if not note.is_replacement:
        plain = text.outdated_because if note.text else text.outdated
        told = text.marked if note.kind is RulingKind.ANSWER else plain
    return "-# " + told.format(
        name=_who(note.by, words),
        date=note.at.date().isoformat(),
        text=fit_line(note.text, _REASON_LIMIT),
    )


def official_blocks(answer: Answer, words: Words) -> list[Block]:
    """Return an official answer for the top of a card, and what leads over to the threads."""
    if answer.official is None:
        return []
    official = answer.official
    text = fit_quoted(official.text, OFFICIAL_LIMIT)
    blocks: list[Block] = [
        TextBlock(f"**{words.staff.official}**\n{text}\n{_credit(official, words)}")
    ]
    if answer.statements:
        blocks += [Divider(), TextBlock(f"-# {words.staff.threads_say}")]
    return blocks


def _credit(official: OfficialAnswer, words: Words) -> str:
    text = words.staff
    given = text.given.format(name=_who(official.by, words), date=official.at.date().isoformat())
    details = [given]
    if official.expires_at is not None:
        details.append(text.until.format(date=official.expires_at.date().isoformat()))
    question = fit_line(official.question, 120)
    return f"-# {' · '.join(details)}\n-# {text.given_for.format(question=question)}"


def _who(name: str, words: Words) -> str:
    return fit_line(name, _NAME_LIMIT) or words.staff.staff
