"""Nothing leaves the machine, and nothing is written outside the data folder.

The commands run as processes of their own with a home that is empty, and what they leave there is
looked at.  In ``make soak``, where strace is installed, every connection, every look-up of a name
and every file that is made is seen, in their child processes, too; that slows them down so much
that on a busy machine it takes minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from retrieval.telemetry import SWITCHES
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import discord_errors, discord_server
from tests.test_end_to_end import THREAD, environment, running_bot

__all__ = ["discord_errors", "discord_server"]

_AT_MOST_SECONDS = 600
"""So that nothing waits for ever; what takes so long has hung, however busy the machine is."""
ROOT = Path(__file__).parents[1]
STRACE = shutil.which("strace")
SEEN_CALLS = "connect,sendto,sendmsg,sendmmsg,openat,open,creat,mkdir,mkdirat"
_ADDRESS = re.compile(r'sa_family=AF_INET6?\b.*?"([^"]+)"')
_MADE = re.compile(r'(?:open(?:at)?|creat|mkdir(?:at)?)\((?:AT_FDCWD, )?"([^"]+)"(.*)')
_LOOK_UP = re.compile(r'"(/etc/resolv\.conf|/run/systemd/resolve/[^"]*)"')


def test_the_dependencies_are_told_before_they_are_imported() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import os, bot.terminal.main; print(dict(os.environ))"],
        env={**os.environ, "ORT_DISABLE_TELEMETRY": "0", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name, value in SWITCHES.items():
        assert f"'{name}': '{value}'" in said


@pytest.mark.parametrize("package", ["bot", "ingest", "retrieval", "benchmarks", "scripts"])
def test_no_package_can_be_imported_without_that(package) -> None:
    program = f"import os, {package}; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        [sys.executable, "-c", program], env=bare, capture_output=True, text=True, check=True
    )
    assert said.stdout == "1\n"


TRACE = """\
7 connect(6, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 connect(6, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), \
inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0
7 connect(7, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.9")}, 16) = 0
7 openat(AT_FDCWD, "/etc/resolv.conf", O_RDONLY|O_CLOEXEC) = 4
7 openat(AT_FDCWD, "/home/ada/.cache/id", O_WRONLY|O_CREAT, 0600) = 5
7 openat(AT_FDCWD, "data/id", O_WRONLY|O_CREAT, 0600) = 5
7 mkdir("/home/ada/.cache", 0700) = 0
7 mkdir("/home/ada", 0700) = -1 EEXIST (File exists)
"""


def test_the_watch_would_see_it() -> None:
    assert contacts(TRACE) == {"192.0.2.9", "/etc/resolv.conf"}
    assert made(TRACE, Path("/srv")) == {
        Path("/home/ada/.cache"),
        Path("/home/ada/.cache/id"),
        Path("/srv/data/id"),
    }


def contacts(trace: str) -> set[str]:
    """The addresses outside loopback that were written to, and what was opened to look one up."""
    addresses = {address for address in _ADDRESS.findall(trace) if not _is_loopback(address)}
    return addresses | set(_LOOK_UP.findall(trace))


def _is_loopback(address: str) -> bool:
    return ip_address(address).is_loopback


def made(trace: str, folder: Path) -> set[Path]:
    """The files and folders that were made or written to; ``folder`` is where that ran."""
    found = set()
    for line in trace.splitlines():
        call = _MADE.search(line)
        if call is None or " = -1 " in line:
            continue
        path, rest = call.groups()
        if "mkdir" in call.group() or re.search(r"O_(WRONLY|RDWR|CREAT)", rest) or "creat(" in line:
            found.add(folder / path)
    return found


class Watched:
    """A home of its own, and what ran in it."""

    def __init__(self, home: Path, *, is_traced: bool) -> None:
        self.home = home
        self.strace = STRACE if is_traced else None
        self.is_traced = is_traced
        self.scratch = home / "tmp"
        self.scratch.mkdir()
        self._before = self._files()
        self._trace = home.parent / f"{home.name}.trace"

    def _files(self) -> set[Path]:
        kept = (self.home / "data", self.scratch)
        return {
            path
            for path in self.home.rglob("*")
            if path not in kept and not any(folder in path.parents for folder in kept)
        }

    def under(self) -> tuple[str, ...]:
        """The command to start a process with, in which each becomes the next."""
        clean = ("/usr/bin/env", f"TMPDIR={self.scratch}", "PYTHONDONTWRITEBYTECODE=1")
        if self.strace is None:
            return clean
        # -D: the process is the caller's child, as it would be without.
        watch = (self.strace, "-D", "-f", "-A", "-o", str(self._trace), "-s", "4096")
        return (*clean, *watch, "-e", SEEN_CALLS)

    def footnote(self, *arguments: str, stdin: Sequence[str] = (), pause_seconds: float = 0) -> str:
        """Run a command, which gets a line, and then a pause before the next or the end."""
        with subprocess.Popen(
            [*self.under(), sys.executable, "-m", "bot.terminal.main", *arguments],
            env=environment(self.home),
            cwd=self.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stdin is not None
                for line in stdin:
                    process.stdin.write(f"{line}\n")
                    process.stdin.flush()
                    time.sleep(pause_seconds)
                said, _ = process.communicate(timeout=_AT_MOST_SECONDS)
            except BaseException:
                process.kill()  # or leaving the block would wait for it for ever
                raise
        assert process.returncode == 0
        return said

    def assert_nothing_left(self) -> None:
        assert self._files() == self._before
        assert not list(self.scratch.iterdir())
        if not self.is_traced:
            return
        if self.strace is None:
            pytest.skip("strace is not installed: connections were not watched, only files")
        trace = self._complete_trace()
        assert contacts(trace) == set()
        allowed = (self.home / "data", self.scratch, Path("/dev"), Path("/proc"))
        outside = {
            path
            for path in made(trace, self.home)
            if not any(path == folder or folder in path.parents for folder in allowed)
        }
        assert not outside

    def _complete_trace(self) -> str:
        """What strace wrote, which ends a moment after the last process."""
        for _ in range(600):
            trace = self._trace.read_text("utf-8", errors="replace")
            processes = set(re.findall(r"^(\d+) ", trace, re.MULTILINE))
            if processes == set(re.findall(r"^(\d+) \+\+\+ ", trace, re.MULTILINE)):
                return trace
            time.sleep(0.1)
        raise AssertionError("strace never came to an end")


@pytest.fixture
def watched(tmp_path: Path, request: pytest.FixtureRequest) -> Watched:
    home = tmp_path / "home"
    (home / "corpus").mkdir(parents=True)
    (home / "corpus" / "lift-table.txt").write_text(THREAD, "utf-8")
    return Watched(home, is_traced=request.node.get_closest_marker("soak") is not None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "chat_seconds",
    [
        1,
        # A minute is what ONNX Runtime waits before it sends.
        pytest.param(75, marks=pytest.mark.soak),
    ],
)
def test_nothing_leaves_in_the_terminal(watched: Watched, chat_seconds: int) -> None:
    watched.footnote("ingest")
    assert "oil is too cold" in watched.footnote("ask", "What does E42 mean?")
    questions = ("What does E42 mean?", "And for how long does the pump run?")
    said = watched.footnote("chat", stdin=questions, pause_seconds=chat_seconds)
    assert "five minutes" in said
    watched.assert_nothing_left()


@pytest.mark.soak
async def test_nothing_leaves_from_the_bot(
    watched: Watched, discord_server: LoopbackDiscord
) -> None:
    ada = discord_server.add_user("ada")
    guild = discord_server.add_guild("Workshop", [ada])
    channel = discord_server.add_channel(guild, "help")
    watched.footnote("ingest")
    # The first start would grant it, but maybe not before the question comes.
    watched.footnote("kb", "grant", "default", "--guild", str(guild.id))
    async with running_bot(watched.home, discord_server, under=watched.under()):
        asked = discord_server.slash(ada, channel, "ask", question="What does E42 mean?")
        await discord_server.settled(
            asked, timeout_seconds=300, until=lambda message: "too cold" in message.text
        )
    watched.assert_nothing_left()
