"""How far an evaluation is, for a person who watches a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from retrieval.evaluation.progress import OnProgress


class EvalBars:
    """A listener that draws one bar for each thing that has begun."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Move the bar of what is being done."""
        if doing not in self._tasks:
            self._tasks[doing] = self._bars.add_task(doing, total=total)
        self._bars.update(self._tasks[doing], completed=done, total=total)


@contextmanager
def eval_progress(*, shown: bool = True) -> Iterator[OnProgress]:
    """Yield a listener: bars on stderr if that is a terminal, else one that does nothing.

    The bars vanish at the end; the report says what remains to be said.
    """
    if not (shown and sys.stderr.isatty()):
        yield _ignore
        return
    from rich import progress as rich_progress

    from bot.terminal.output import make_console

    columns = (
        rich_progress.TextColumn("{task.description:<19}", markup=False),
        rich_progress.BarColumn(bar_width=30),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeElapsedColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=make_console(sys.stderr), transient=True) as bars:
        yield EvalBars(bars)


def _ignore(_doing: str, _done: int, _total: int) -> None:
    pass
