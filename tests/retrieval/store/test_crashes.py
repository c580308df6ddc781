"""kill -9 at random moments: every file is then in its old state or its new one, and found."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[3]
_FILES = 14
_WORDS = [a + b for a in ("ba", "do", "ki", "lu", "me", "ra") for b in ("", "na", "sto", "vik")]


class Host:
    """Lets a process of ours do tasks, some of them not to their end."""

    def __init__(self, folder: Path) -> None:
        self._answer = folder / "answer"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.retrieval.store.crash_host"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def close(self) -> None:
        with self._process:
            pass

    def run(self, task: dict[str, Any], *, kill_after_seconds: float | None = None) -> bool:
        """Do a task, perhaps only its beginning; tell whether it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._answer.unlink(missing_ok=True)
        print(json.dumps({**task, "answer": str(self._answer)}), file=self._process.stdin)
        child = int(self._process.stdout.readline())
        if kill_after_seconds is not None:
            time.sleep(kill_after_seconds)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        status = int(self._process.stdout.readline())
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return True
        answer = self._answer.read_text("utf-8")
        if "largest_file_bytes" in task and answer.startswith("StorageError: "):
            assert "Nothing that was committed is lost" in answer or "cannot be" in answer
            return True
        assert answer == ""
        return False


class Corpus:
    """Files that change from round to round, and every state in which each may now stand."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        folder.mkdir()
        self.folder = folder
        self._chance = chance
        self._now: dict[str, str] = {}
        self._said: list[str] = []
        """In any thread, to be said again in others."""
        self._made = 0
        self.allowed: dict[str, set[str | None]] = {}
        for _ in range(_FILES):
            self._put(self._new_name())

    def change(self) -> None:
        """Edit some files, add and remove some."""
        names = list(self._now)
        self._chance.shuffle(names)
        for name in names[:3]:
            self._put(name)
        if len(names) > _FILES // 2:
            for name in names[3 : 3 + self._chance.randint(0, 3)]:
                self._remove(name)
        for _ in range(self._chance.randint(0, 3)):
            self._put(self._new_name())

    def settled(self) -> None:
        """Hear that an ingest came to its end: no file may be in an older state any more."""
        self.allowed = {name: {text} for name, text in self._now.items()}

    def states(self) -> dict[str, list[str | None]]:
        return {str(self.folder / name): list(texts) for name, texts in self.allowed.items()}

    def _put(self, name: str) -> None:
        text = _thread(name, self._now.get(name), self._chance, self._said)
        self.allowed.setdefault(name, {None}).add(text)
        self._now[name] = text
        (self.folder / name).write_text(text, "utf-8")

    def _remove(self, name: str) -> None:
        self.allowed[name].add(None)
        del self._now[name]
        (self.folder / name).unlink()

    def _new_name(self) -> str:
        self._made += 1
        return f"thread-{self._made:03d}.jsonl"


def _thread(name: str, before: str | None, chance: random.Random, said: list[str]) -> str:
    """Return a thread, or that of before with a post changed."""
    if before is not None:
        rows = before.splitlines()
        row = json.loads(chance.choice(rows))
        place = next(n for n, line in enumerate(rows) if json.loads(line) == row)
        rows[place] = json.dumps({**row, "text": _sentence(chance)})
        return "\n".join(rows)
    posts, last = [], ""
    for number in range(chance.randint(3, 8)):
        quote = f"> {last}\n\n" if last and chance.random() < 0.3 else ""
        if said and chance.random() < 0.2:
            quote += f"{chance.choice(said)}\n\n"
        last = _sentence(chance)
        said.append(last)
        text = f"{quote}{last}\n\n{_sentence(chance)}"
        posts.append(json.dumps({"thread_id": name, "post_id": str(number), "text": text}))
    return "\n".join(posts)


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(8, 20))).capitalize() + "."


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    opened = Host(tmp_path_factory.mktemp("host"))
    yield opened
    opened.close()


def _survive(host: Host, folder: Path, rounds: int, seed: int) -> int:
    """Kill an ingest or a rebuild in each round; return how many were killed in time."""
    chance = random.Random(seed)
    corpus = Corpus(folder / "corpus", chance)
    task = {"data": str(folder / "data"), "corpus": str(corpus.folder), "passages_at_once": 25}
    killed, longest = 0, 0.8
    for number in range(rounds):
        what = "rebuild" if number % 4 == 3 else "ingest"
        moment = chance.uniform(0.0, longest)
        started = time.monotonic()
        if host.run({**task, "do": what}, kill_after_seconds=moment):
            killed += 1
        else:
            # It was done before the blow fell: aim earlier.
            longest = max(0.1, min(longest, time.monotonic() - started))
            if what == "ingest":
                corpus.settled()
        host.run({**task, "do": "check", "allowed": corpus.states()})
        corpus.change()
    host.run({**task, "do": "ingest"})
    corpus.settled()
    host.run({**task, "do": "check", "allowed": corpus.states()})
    return killed


@pytest.mark.slow
def test_twenty_kills_leave_every_file_whole_and_every_vector_findable(
    host: Host, tmp_path: Path
) -> None:
    assert _survive(host, tmp_path, rounds=20, seed=1) >= 10


@pytest.mark.slow
def test_a_disk_that_fills_up_loses_nothing_and_mends_by_itself(host: Host, tmp_path: Path) -> None:
    corpus = Corpus(tmp_path / "corpus", random.Random(3))
    task = {"data": str(tmp_path / "data"), "corpus": str(corpus.folder), "passages_at_once": 50}
    host.run({**task, "do": "ingest"})
    corpus.settled()
    full = 0
    for largest in range(100_000, 500_000, 50_000):
        corpus.change()
        if host.run({**task, "do": "ingest", "largest_file_bytes": largest}):
            full += 1
        else:
            corpus.settled()
        check = {"do": "check", "may_need_rebuild": True, "allowed": corpus.states()}
        host.run({**task, **check})
    assert full >= 2
    host.run({**task, "do": "ingest"})
    corpus.settled()
    host.run({**task, "do": "check", "allowed": corpus.states()})


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
def test_two_hundred_kills_leave_every_file_whole_and_every_vector_findable(
    host: Host, tmp_path: Path, seed: int
) -> None:
    assert _survive(host, tmp_path, rounds=20, seed=seed) >= 10
