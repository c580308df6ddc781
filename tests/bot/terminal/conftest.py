"""The command line in this process, over fakes."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.terminal.logs import OUR_PACKAGES
from bot.terminal.main import footnote
from tests.bot.terminal.fakes import FakeApp


@dataclass
class CommandLine:
    app: FakeApp

    def run(self, *args: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(
            footnote, list(args), input=stdin, obj=self.app.context(), prog_name="footnote"
        )

    def json(self, *args: str, stdin: str | None = None, status: int = 0) -> Any:
        result = self.run(*args, "--json", stdin=stdin)
        assert result.exit_code == status, result.output
        return json.loads(result.stdout)

    def json_lines(self, *args: str, stdin: str | bytes, status: int = 0) -> list[Any]:
        result = self.run(*args, stdin=stdin)
        assert result.exit_code == status, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def app() -> FakeApp:
    return FakeApp()


@pytest.fixture
def cli(app: FakeApp) -> CommandLine:
    return CommandLine(app)


@pytest.fixture(autouse=True)
def _no_width_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, show = root.handlers[:], root.level, warnings.showwarning
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:], warnings.showwarning = handlers, show
    root.setLevel(level)
    for name in (*OUR_PACKAGES, "py.warnings"):
        logging.getLogger(name).setLevel(logging.NOTSET)
