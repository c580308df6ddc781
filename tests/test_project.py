"""The documents say what is true of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from bot.settings import BotSettings
from retrieval.provider_settings import INTERNAL

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("sample/*.md")],
    key=str,
)
INSTRUCTIONS = [
    *DOCUMENTS,
    *(ROOT / name for name in (".env.example", "compose.yaml", "Dockerfile")),
]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
_STEP = re.compile(r"^\| `([^`]+\.py)` \| `([^`]+)` \| (.*) \|$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
_FILE = re.compile(r"`((?:bot|ingest|retrieval|tests|scripts|docs|sample|benchmarks)/[^`*\s]*)`")
_VARIABLE = re.compile(r"FOOTNOTE_[A-Z_]*[A-Z]")


def defined_names(file: Path) -> set[str]:
    """The functions and classes of a module, methods as ``Class.method``."""
    names: set[str] = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {
                f"{node.name}.{item.name}"
                for item in node.body
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
            }
    return names


STEPS = _STEP.findall(ARCHITECTURE)


def test_the_architecture_follows_a_question_and_a_file() -> None:
    files = [file for file, _, _ in STEPS]
    assert len(files) > 20
    asking, sending = "bot/discord/features/ask/asking.py", "bot/discord/cards/views.py"
    assert files.index(asking) < files.index(sending)
    finding, storing = "ingest/files/scanning.py", "retrieval/store/chroma/vectors.py"
    assert files.index(finding) < files.index(storing)


@pytest.mark.parametrize(("file", "name", "does"), STEPS)
def test_a_step_of_the_architecture_is_where_it_is_said_to_be(file, name, does) -> None:
    names = defined_names(ROOT / file)
    assert name in names
    # Names in the explanation belong to the same file, unless they are files or words of data.
    others = re.findall(r"`([A-Za-z_]\w*(?:\.[a-z_]\w*)?)`", does)
    assert set(others) <= names


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_exists(document) -> None:
    text = document.read_text("utf-8")
    missing = [name for name in _FILE.findall(text) if not (ROOT / name).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document) -> None:
    targets = [target for target, _ in _LINK.findall(document.read_text("utf-8"))]
    inside = [target for target in targets if "://" not in target]
    assert not [target for target in inside if not (document.parent / target).exists()]


@pytest.mark.parametrize("document", INSTRUCTIONS, ids=lambda path: path.name)
def test_every_make_target_that_is_named_exists(document) -> None:
    text = document.read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("document", INSTRUCTIONS, ids=lambda path: path.name)
def test_every_footnote_command_that_is_named_exists(document) -> None:
    text = document.read_text("utf-8")
    from bot.terminal.main import footnote

    commands = set(footnote.list_commands(None))  # type: ignore[arg-type]  # needs no context
    named = set(re.findall(r"(?:`|bin/|^)footnote ([a-z]+)\b", text, re.MULTILINE))
    assert named <= commands


def settings(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, object]]:
    for name, field in model.model_fields.items():
        if INTERNAL in field.metadata:
            continue
        if isinstance(field.default, BaseModel):
            yield from settings(type(field.default), f"{prefix}{name.upper()}__")
        else:
            default = field.get_default(call_default_factory=True)
            yield f"{prefix}{name.upper()}", default


def as_written(default: object) -> str:
    if default is None or isinstance(default, SecretStr):
        return "unset"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


SETTINGS = dict(settings(BotSettings, "FOOTNOTE_"))


def test_there_are_no_more_settings_than_somebody_reads() -> None:
    assert len(SETTINGS) <= 40


def test_the_settings_page_has_every_setting_with_its_default() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(FOOTNOTE_\w+)` \| (\S+) \|", page, re.MULTILINE))
    assert rows == {name: as_written(default) for name, default in SETTINGS.items()}


@pytest.mark.parametrize("document", INSTRUCTIONS, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(document) -> None:
    text = document.read_text("utf-8")
    assert set(_VARIABLE.findall(text)) <= set(SETTINGS)


def test_the_example_settings_are_accepted_as_they_stand(monkeypatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    example = BotSettings(_env_file=ROOT / ".env.example")
    assert example.discord.token is None


def test_the_example_settings_show_the_defaults() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    shown = dict(re.findall(r"^#?(FOOTNOTE_\w+)=(.*)$", text, re.MULTILINE))
    assert shown
    for name, value in shown.items():
        assert (f"`{value}`" if value else "unset") == as_written(SETTINGS[name])
