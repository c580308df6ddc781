"""Progress is for people at a terminal."""

import io
import sys

import pytest
from rich.progress import Progress as Bars

from bot.terminal.ingest.progress import ProgressBars, progress_display
from bot.terminal.output import make_console
from ingest.report import Progress, Stage
from tests.bot.terminal.fakes import HOSTILE
from tests.bot.terminal.printing.test_answers import Terminal

STEPS = [
    Progress(Stage.SCAN, 0, 0),
    Progress(Stage.READ, 1, 2, "a.txt"),
    Progress(Stage.READ, 2, 2, "b.txt"),
    Progress(Stage.EMBED, 5, 10, HOSTILE),
]


def test_each_stage_that_has_begun_has_one_bar():
    bars = Bars(console=make_console(io.StringIO()), auto_refresh=False)
    listener = ProgressBars(bars)
    for step in STEPS:
        listener(step)
    assert [(task.description, task.completed, task.total) for task in bars.tasks] == [
        ("Looking for files", 0, None),
        ("Reading", 2, 2),
        ("Embedding", 5, 10),
    ]
    assert bars.tasks[1].fields["detail"] == ""
    assert bars.tasks[2].fields["detail"] == "red x [bold]not bold[/bold] gnp"


def test_a_long_path_keeps_its_end():
    bars = Bars(console=make_console(io.StringIO()), auto_refresh=False)
    ProgressBars(bars)(Progress(Stage.READ, 1, 2, "folder/" * 20 + "name.txt"))
    detail = bars.tasks[0].fields["detail"]
    assert len(detail) == 40
    assert detail.startswith("…")
    assert detail.endswith("folder/name.txt")


@pytest.mark.parametrize(("stream", "shown"), [(io.StringIO, True), (Terminal, False)])
def test_it_is_silent_off_a_terminal_and_when_told(monkeypatch, stream, shown):
    stderr = stream()
    monkeypatch.setattr(sys, "stderr", stderr)
    with progress_display(shown=shown) as listener:
        for step in STEPS:
            listener(step)
    assert stderr.getvalue() == ""


def test_a_terminal_sees_the_stages_without_hostile_text(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    with progress_display() as listener:
        for step in STEPS:
            listener(step)
    seen = stderr.getvalue()
    assert "Embedding" in seen
    assert "5/10" in seen
    assert "\x1b[31mred" not in seen
    assert "evil" not in seen
