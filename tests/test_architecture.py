"""One question and one file go through the code as docs/architecture.md says, in its order."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

from bot.access.rules import Grant
from bot.community.community import open_community
from bot.discord.client import FootnoteBot
from bot.librarian import IngestRequest
from bot.settings import BotSettings
from bot.wiring.answering import open_librarians
from bot.wiring.ingesting import ingest
from retrieval.records import Outcome
from tests.bot.discord.fakes import FakeReingester
from tests.loopback.client_target import running
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import discord_errors, discord_server

__all__ = ["discord_errors", "discord_server"]

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("bot", "ingest", "retrieval")
QUESTION, FILE = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("## A file, ")
_STEP: Final = re.compile(r"^\| `([^`]+\.py)` \| `([^`]+)` \| (.*) \|$", re.MULTILINE)
_ELSEWHERE: Final = re.compile(r"exports: |mail and Markdown: |only where ")
"""How a step begins that other questions and other files take."""
_BESIDE: Final = "at the same time: "

MOST_FILES_IN_A_FOLDER: Final = 14
MOST_FILES_OF_AN_ANSWER: Final = 55
MOST_FILES_OF_AN_INGEST: Final = 100
"""Hardly more than there are now: one more file on the way should be worth it."""

THREAD = """\
The lift table stops halfway and the display says E42. What does E42 mean?
E42 means that the oil is too cold. Let the pump run for five minutes without a load.
> E42 means that the oil is too cold.
That helped, thank you! I would not have guessed it.
"""

Step = tuple[str, str]


class Calls:
    """What of the product is called, in order; of generators each time that they go on, too."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.files: set[str] = set()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        path = frame.f_code.co_filename
        if event != "call" or not path.startswith(f"{ROOT}/"):
            return
        file = path[len(f"{ROOT}/") :]
        if file.startswith(PACKAGES):
            self.files.add(file)
            self.steps.append((file, frame.f_code.co_qualname.removesuffix(".__init__")))

    def missing(self, steps: list[Step]) -> list[Step]:
        """The steps that were not taken, or taken only before the one that is named before."""
        calls = iter(self.steps)
        return [step for step in steps if step not in calls]

    def clear(self) -> None:
        self.steps.clear()
        self.files.clear()


@contextmanager
def recorded() -> Iterator[Calls]:
    """Record calls in this thread and in those that start meanwhile."""
    calls, before = Calls(), sys.getprofile()
    threading.setprofile(calls)
    sys.setprofile(calls)
    try:
        yield calls
    finally:
        sys.setprofile(before)
        threading.setprofile(None)


def steps_of(section: str) -> list[tuple[Step, str]]:
    steps = [((file, name), does) for file, name, does in _STEP.findall(section)]
    return [(step, does) for step, does in steps if not _ELSEWHERE.match(does)]


def check_order(section: str, calls: Calls) -> None:
    steps = steps_of(section)
    in_turn = [step for step, does in steps if not does.startswith(_BESIDE)]
    assert len(in_turn) > 20
    assert calls.missing(in_turn)[:1] == []
    assert {step for step, _ in steps} <= set(calls.steps)


@pytest.fixture
def settings(tmp_path: Path) -> BotSettings:
    (tmp_path / "corpus").mkdir()
    return BotSettings(_env_file=None, data_dir=tmp_path / "data", corpus_dir=tmp_path / "corpus")


def bring_in(settings: BotSettings) -> None:
    request = IngestRequest(settings.knowledge_base, (settings.corpus_dir,))
    ingest(settings, request, lambda _: None)


def test_a_file_takes_the_steps_of_the_architecture(settings) -> None:
    (settings.corpus_dir / "chain.txt").write_text("How often?\nOil it once a month.\n", "utf-8")
    bring_in(settings)
    (settings.corpus_dir / "lift-table.txt").write_text(THREAD + THREAD, "utf-16")
    with recorded() as calls:
        bring_in(settings)
    check_order(FILE, calls)
    assert len(calls.files) <= MOST_FILES_OF_AN_INGEST, sorted(calls.files)


async def test_a_question_takes_the_steps_of_the_architecture(
    settings, discord_server: LoopbackDiscord
) -> None:
    (settings.corpus_dir / "lift-table.txt").write_text(THREAD + THREAD, "utf-8")
    bring_in(settings)
    ada = discord_server.add_user("ada")
    guild = discord_server.add_guild("Workshop", [ada])
    channel = discord_server.add_channel(guild, "talk")
    with (
        recorded() as calls,
        ThreadPoolExecutor(1) as executor,
        open_community(settings.data_dir) as community,
        open_librarians(settings) as librarians,
    ):
        librarian = librarians.of("default")
        librarian.answer("What did you not guess?")
        calls.clear()
        assert librarian.answer("What does E42 mean?").outcome is Outcome.ANSWERED
        answering = set(calls.files)
        community.grants.grant(Grant("default"))
        reingester, patience = FakeReingester(), 0.01
        bot = FootnoteBot(
            *(librarians, reingester, executor, settings.discord, community),
            guild_ready_timeout=patience,
        )
        async with running(bot, discord_server.token):
            calls.clear()
            asked = discord_server.slash(ada, channel, "ask", question="What does E42 mean?")
            await discord_server.settled(asked)
    check_order(QUESTION, calls)
    assert len(answering) <= MOST_FILES_OF_AN_ANSWER, sorted(answering)


def test_no_folder_holds_more_than_somebody_looks_through() -> None:
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    files = [Path(name) for name in listed] or [
        path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    ]
    modules = [path for path in files if path.suffix == ".py" and path.name != "__init__.py"]
    folders = Counter(path.parent.as_posix() for path in modules)
    assert not {name: count for name, count in folders.items() if count > MOST_FILES_IN_A_FOLDER}


MODULES: Final = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
TREES: Final = {name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items()}


def door_of(package: str) -> set[str] | None:
    """What a package lets be used from outside; None: all of it."""
    for node in TREES[package].body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return None


DOORS: Final = {
    name: door
    for name, path in MODULES.items()
    if path.name == "__init__.py" and (door := door_of(name)) is not None
}


def imported_by(module: str) -> Iterator[tuple[str, str]]:
    """Pairs of a package and what a module takes from it."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.rpartition(".")[0], node.module.rpartition(".")[2]
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.rpartition(".")[0], alias.name.rpartition(".")[2]


def test_rooms_are_entered_by_their_doors() -> None:
    """What a package keeps to itself is named in no other; its ``__all__`` says what it gives."""
    assert len(DOORS) > 30
    past_the_door = {
        f"{module} uses {package}.{name}, which {package}.__all__ does not name"
        for module in MODULES
        for package, name in imported_by(module)
        if package in DOORS and not f"{module}.".startswith(f"{package}.")
        if name not in DOORS[package] and f"{package}.{name}" not in DOORS
    }
    assert past_the_door == set()


def named_in(package: str) -> set[str]:
    """The names that a package's own file defines or takes from elsewhere."""
    own = TREES[package]
    names = {node.id for node in ast.walk(own) if isinstance(node, ast.Name)}
    names |= {node.name for node in own.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    taken = [node for node in ast.walk(own) if isinstance(node, ast.ImportFrom)]
    return names | {alias.asname or alias.name for node in taken for alias in node.names}


def test_a_door_names_what_is_there() -> None:
    for package, names in DOORS.items():
        inside = {name.rpartition(".")[2] for name in MODULES if name.rpartition(".")[0] == package}
        assert names <= inside | named_in(package), package
