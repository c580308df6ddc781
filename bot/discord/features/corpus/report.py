"""An ingest in words: its progress and its report, each one plain message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.discord.cards.cards import MESSAGE_LIMIT
from bot.discord.cards.markdown import fit_line, length
from bot.discord.words import ENGLISH, Words
from ingest.report import IngestReport, Progress, Refusal, Removal, Why


def render_progress(progress: Progress, words: Words = ENGLISH) -> str:
    """Return one line on how far an ingest is."""
    doing = words.ingest.stages[progress.stage]
    line = f"**{doing}**"
    if progress.total > 0:
        done, total = words.number(progress.done), words.number(progress.total)
        line = words.ingest.progress.format(doing=doing, done=done, total=total)
    detail = fit_line(progress.detail, 100)
    return f"{line}\n-# {detail}" if detail else line


def render_report(report: IngestReport, words: Words = ENGLISH) -> str:
    """Return the figures of an ingest and the refused files, in at most 2,000 characters."""
    text = words.ingest
    title = text.dry_run if report.dry_run else text.finished
    lines = [
        title.format(seconds=words.number(report.seconds, 1)),
        text.files.format(
            read=words.number(report.files_read),
            unchanged=words.number(report.files_unchanged),
            removed=words.number(report.files_removed),
            refused=words.number(len(report.refused)),
        ),
        text.passages.format(
            added=words.number(report.passages_added),
            removed=words.number(report.passages_removed),
            unchanged=words.number(report.passages_unchanged),
            total=words.number(report.passages_total),
        ),
        text.known.format(
            threads=words.number(report.threads),
            posts=words.number(report.posts),
            quotes=words.number(report.quotes_linked),
        ),
        text.duplicates.format(
            repeats=words.number(report.repeats), near=words.number(report.near)
        ),
    ]
    if report.removals:
        lines.append(_taken_out(report.removals, words))
    return _with_refusals("\n".join(lines), report.refused, words)


def _taken_out(removals: Sequence[Removal], words: Words) -> str:
    counts: Counter[Why] = Counter()
    for each in removals:
        counts[each.why] += each.posts
    told = [
        words.ingest.reasons[why].format(n=words.number(counts[why])) for why in Why if counts[why]
    ]
    return words.ingest.taken_out.format(each="; ".join(told))


def _with_refusals(text: str, refused: Sequence[Refusal], words: Words) -> str:
    if not refused:
        return text
    text += f"\n{words.ingest.refused}"
    for shown, refusal in enumerate(refused):
        line = f"\n- {fit_line(refusal.file, 120)}: {fit_line(refusal.reason, 240)}"
        rest = "\n" + words.ingest.more_refused.format(n=words.number(len(refused) - shown))
        is_last = shown == len(refused) - 1
        if length(text + line) + (0 if is_last else length(rest)) > MESSAGE_LIMIT:
            return text + rest
        text += line
    return text
