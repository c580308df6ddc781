"""The cards of staff: which post is meant, what should be hidden, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.discord.cards.cards import ActionButton, Block, ButtonRow, Card, TextBlock, Tone, assemble
from bot.discord.cards.markdown import fit_label, fit_line
from bot.discord.features.rulings.buttons import Action, Press
from bot.discord.features.rulings.targets import Target
from bot.discord.words import Words
from retrieval.rulings.records import Ruling

A_PAGE: Final = 5
"""Rulings: each has its button, and a row holds no more."""


def choice_card(
    targets: Sequence[Target], action: Action, knowledge_base: str, words: Words
) -> Card:
    """Return the question which of several posts is meant, a button for each."""
    lines = [f"**{words.staff.which}**"]
    row: list[ActionButton] = []
    for n, target in enumerate(targets, 1):
        name = fit_line(target.author, 40) or words.room.unknown_author
        lines.append(f"{n}\\. {name}: {fit_line(target.about, 120)}")
        label = words.staff.this_one.format(n=n, name=target.author or words.room.unknown_author)
        row.append(Press(action, knowledge_base, target.post_id).labelled(fit_label(label, 80)))
    return assemble(Tone.SOURCE, [TextBlock("\n".join(lines))], [tuple(row)])


def hiding_card(targets: Sequence[Target], knowledge_base: str, words: Words) -> Card:
    """Return the question what is never to be shown, for each post a row of buttons."""
    blocks: list[Block] = [TextBlock(f"**{words.staff.hide_what}**")]
    rows: list[ButtonRow] = []
    for n, target in enumerate(targets, 1):
        name = fit_line(target.author, 40) or words.room.unknown_author
        blocks.append(TextBlock(f"{n}\\. {name}: {fit_line(target.about, 120)}"))
        rows.append(_hiding_row(target, n, len(targets) > 1, knowledge_base, words))
    return assemble(Tone.SOURCE, blocks, rows)


def list_card(rulings: Sequence[Ruling], page: int, knowledge_base: str, words: Words) -> Card:
    """Return one page of what staff decided, the newest first, each with a button to undo it."""
    text = words.staff
    newest_first = list(reversed(rulings))
    pages = max(1, -(-len(newest_first) // A_PAGE))
    page = min(page, pages - 1)
    shown = newest_first[page * A_PAGE : (page + 1) * A_PAGE]
    if not shown:
        return assemble(Tone.SOURCE, [TextBlock(text.no_rulings)])
    title = text.rulings_title.format(name=fit_line(knowledge_base, 60))
    blocks: list[Block] = [TextBlock(f"**{title}**")]
    blocks += [TextBlock(_ruling_lines(n, each, words)) for n, each in enumerate(shown, 1)]
    blocks.append(TextBlock(f"-# {words.room.page.format(page=page + 1, pages=pages)}"))
    undo = tuple(
        Press(Action.UNDO, knowledge_base, each.id).labelled(f"{text.undo} {n}")
        for n, each in enumerate(shown, 1)
    )
    turning = []
    if page:
        turning.append(Press(Action.LIST, knowledge_base, str(page - 1)).labelled(text.newer))
    if page < pages - 1:
        turning.append(Press(Action.LIST, knowledge_base, str(page + 1)).labelled(text.older))
    return assemble(Tone.SOURCE, blocks, [undo, tuple(turning)])


def _hiding_row(
    target: Target,
    n: int,
    is_one_of_several: bool,  # noqa: FBT001 - private
    knowledge_base: str,
    words: Words,
) -> ButtonRow:
    text, number = words.staff, f"{n}: " if is_one_of_several else ""
    buttons = [
        (Action.HIDE_PASSAGE, target.passage_id, text.hide_passage),
        (Action.HIDE_POST, target.post_id, text.hide_post),
        (
            Action.HIDE_AUTHOR,
            target.post_id if target.author else None,
            text.hide_author.format(name=target.author),
        ),
    ]
    return tuple(
        Press(action, knowledge_base, key).labelled(fit_label(f"{number}{label}", 80))
        for action, key, label in buttons
        if key is not None
    )


def _ruling_lines(n: int, ruling: Ruling, words: Words) -> str:
    text = words.staff
    name = fit_line(ruling.by, 40) or text.staff
    subject = text.subjects[ruling.subject.value]
    head = f"{n}\\. **{text.kinds[ruling.kind.value]}** ({subject}): {fit_line(ruling.about, 120)}"
    given = text.given.format(name=name, date=ruling.at.date().isoformat())
    if ruling.expires_at is not None:
        given += f" · {text.until.format(date=ruling.expires_at.date().isoformat())}"
    said = fit_line(ruling.text, 200)
    return "\n".join(line for line in (head, said, f"-# {given}") if line)
