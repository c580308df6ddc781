"""How far an ingest is, for a person who watches a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from bot.terminal.safe_text import one_line
from ingest.report import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from ingest.report import Progress

LABELS: Final = {
    Stage.SCAN: "Looking for files",
    Stage.READ: "Reading",
    Stage.EMBED: "Embedding",
    Stage.WRITE: "Writing",
}
_DETAIL_CHARACTERS: Final = 40


class ProgressBars:
    """A listener that draws one bar for each stage that has begun."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[Stage, TaskID] = {}

    def __call__(self, progress: Progress) -> None:
        """Move the stage's bar; a total of 0 is one not known yet."""
        if progress.stage not in self._tasks:
            self._tasks[progress.stage] = self._bars.add_task(
                LABELS[progress.stage], total=None, detail=""
            )
        finished = 0 < progress.total <= progress.done
        self._bars.update(
            self._tasks[progress.stage],
            completed=progress.done,
            total=progress.total or None,
            detail="" if finished else _shortened(progress.detail),
        )


@contextmanager
def progress_display(*, shown: bool = True) -> Iterator[Callable[[Progress], None]]:
    """Yield a listener: bars on stderr if that is a terminal, else one that does nothing.

    The bars vanish at the end; the report says what remains to be said.
    """
    if not (shown and sys.stderr.isatty()):
        yield _ignore
        return
    from rich import progress as rich_progress

    from bot.terminal.output import make_console

    columns = (
        rich_progress.TextColumn("{task.description:<17}", markup=False),
        rich_progress.BarColumn(bar_width=30),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeElapsedColumn(),
        rich_progress.TextColumn("{task.fields[detail]}", style="dim", markup=False),
    )
    with rich_progress.Progress(*columns, console=make_console(sys.stderr), transient=True) as bars:
        yield ProgressBars(bars)


@contextmanager
def steps_display(*, shown: bool = True) -> Iterator[Callable[[str, int, int], None]]:
    """Yield a listener for named steps: a line on stderr if that is a terminal."""
    if not (shown and sys.stderr.isatty()):
        yield _ignore_step
        return
    from bot.terminal.output import make_console

    with make_console(sys.stderr).status("Checking") as status:
        yield lambda what, done, total: status.update(f"{what} {done:,}/{total:,}")


def _ignore_step(_what: str, _done: int, _total: int) -> None:
    pass


def _ignore(_progress: Progress) -> None:
    pass


def _shortened(detail: str) -> str:
    line = one_line(detail)
    # The end of a path tells more than its beginning.
    return line if len(line) <= _DETAIL_CHARACTERS else "…" + line[-_DETAIL_CHARACTERS + 1 :]
