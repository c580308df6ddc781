"""The command as a whole: help, flags, exit statuses, and how fast it is there."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bot.terminal.group import COMMANDS
from bot.terminal.main import footnote
from retrieval.errors import (
    EmptyIndexError,
    FileRefusedError,
    FootnoteError,
    NotFoundError,
    UsageError,
)

ROOT = Path(__file__).parents[3]
HEAVY = ("rich", "pydantic", "numpy", "chromadb", "llama_index", "discord", "onnxruntime")


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)]
)
def test_help_imports_nothing_heavy(args):
    program = (
        "import sys\n"
        "from bot.terminal.main import footnote\n"
        "try:\n"
        f"    footnote.main({args!r}, 'footnote')\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0, end.code\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert process.stderr.decode().strip() == "[]"
    assert process.stdout


def test_alone_it_prints_its_help(cli):
    result = cli.run()
    assert result.exit_code == 0
    assert result.stdout == cli.run("--help").stdout
    assert not cli.app.opened


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(cli, name):
    result = cli.run(name, "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    assert f"footnote {name}" in result.stdout or f"footnote -v {name}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 88


def test_every_command_has_a_short_help_that_is_not_cut():
    context = click.Context(footnote)
    for name in footnote.list_commands(context):
        command = footnote.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.short_help
        assert command.get_short_help_str(limit=60) == command.short_help


def test_the_version_is_one_line(cli):
    result = cli.run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("footnote ")
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["--nonsense"],
        ["ask"],
        ["ask", "x", "--jsn"],
        ["search", "-k", "0", "x"],
        ["search", "-k", "many", "x"],
        ["source"],
        ["ask", "--batch", "no-such-file"],
        ["ask", "x", "--batch", "-"],
        ["ingest", "no-such-folder"],
    ],
)
def test_wrong_usage_is_one_line_that_names_the_help(cli, args):
    result = cli.run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("footnote: ")
    assert result.stderr.endswith("--help'.\n")
    assert result.stderr.count("\n") == 1
    assert not cli.app.opened


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("say more"), 2),
        (NotFoundError("no such thing"), 2),
        (FileRefusedError("a.txt", "no text"), 3),
        (EmptyIndexError("nothing yet; run footnote ingest"), 4),
        (FootnoteError("two\nlines \x1b[31mred"), 4),
    ],
)
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_an_error_is_one_line_and_its_own_status(cli, error, status, flags):
    cli.app.librarian.failure = error
    result = cli.run("status", *flags)
    assert result.exit_code == status
    assert result.stdout == ""
    assert result.stderr.startswith("footnote: ")
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
    assert cli.app.closed == ["default"]


def test_an_unforeseen_error_is_one_line_with_a_hint(cli):
    cli.app.librarian.failure = ZeroDivisionError("over\nzero")
    result = cli.run("status")
    assert result.exit_code == 4
    assert result.stderr == (
        "footnote: unexpected error (ZeroDivisionError: over zero); "
        "run it again with -v: footnote -v …\n"
    )


def test_an_unforeseen_error_shows_its_traceback_when_verbose(cli):
    cli.app.librarian.failure = ZeroDivisionError("over\nfootnote: forged")
    result = cli.run("-v", "status")
    assert result.exit_code == 4
    lines = result.stderr.splitlines()
    assert any("_fail_on_order" in line for line in lines)
    assert all(line.startswith("  | ") for line in lines[:-1])
    assert lines[-1].startswith("footnote: unexpected error (ZeroDivisionError")


def test_an_interrupt_exits_as_shells_expect(cli):
    cli.app.librarian.failure = KeyboardInterrupt()
    result = cli.run("status")
    assert result.exit_code == 130
    assert result.stderr.strip() == ""


def test_folders_given_as_flags_reach_the_settings(cli, tmp_path):
    cli.run("--data-dir", str(tmp_path), "--corpus-dir", str(tmp_path / "c"), "status")
    assert cli.app.settings is not None
    assert cli.app.settings.overrides == {"data_dir": tmp_path, "corpus_dir": tmp_path / "c"}


def test_without_flags_the_settings_decide_alone(cli):
    cli.run("status")
    assert cli.app.settings is not None
    assert cli.app.settings.overrides == {}


def test_a_reader_that_leaves_early_hears_no_complaint():
    program = (
        "from tests.bot.terminal.fakes import FakeApp\n"
        "from bot.terminal.main import footnote\n"
        "footnote.main(['ask', '--batch', '-'], 'footnote', obj=FakeApp().context())\n"
    )
    lines = b'{"id": 1, "question": "x"}\n' * 2000
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        try:
            process.stdin.write(lines)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it may have left before it read everything
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1


def test_json_is_utf_8_whatever_the_locale_says():
    program = (
        "from dataclasses import replace\n"
        "from tests.bot.terminal.fakes import FakeApp, NOT_FOUND\n"
        "from bot.terminal.main import footnote\n"
        "app = FakeApp()\n"
        "text = '\\u00dcbergr\\u00f6\\u00dfe \\u6f22 \\ud800'\n"
        "app.librarian.answers['x'] = replace(NOT_FOUND, text=text)\n"
        "footnote.main(['ask', *{flags}, 'x'], 'footnote', obj=app.context())\n"
    )
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    }
    as_json, as_text, help_text = (
        subprocess.run(
            [sys.executable, "-c", program.replace("{flags}", flags)],
            cwd=ROOT,
            capture_output=True,
            check=True,
            timeout=60,
            env=environment,
        ).stdout
        for flags in ("['--json']", "[]", "['--help']")
    )
    assert '"text": "Übergröße 漢 \\ud800"'.encode() in as_json
    assert b"?bergr" in as_text
    assert b"QUESTION" in help_text


def test_numpy_keeps_to_one_thread_unless_told_otherwise():
    """Sixteen people who ask at once would otherwise fight over the cores."""
    shown = (
        "import os, sys, bot.terminal.main as m; m.footnote.main = lambda **_: None; m.main();"
        "assert 'numpy' not in sys.modules; print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    for given, expected in (({}, "1"), ({"OPENBLAS_NUM_THREADS": "4"}, "4")):
        environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
        done = subprocess.run(
            [sys.executable, "-c", shown],
            cwd=ROOT,
            env=environment | given,
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert done.stdout.decode().strip() == expected
