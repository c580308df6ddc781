"""What the Dockerfile copies is there, and no line of ``.dockerignore`` leaves it out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
IGNORE = (ROOT / ".dockerignore").read_text("utf-8")


def copied(dockerfile: str) -> list[str]:
    """The files and folders that COPY takes from the checkout."""
    lines = re.findall(r"^COPY +(?!--from)(.+)$", dockerfile, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def is_left_out(path: str, ignore: str) -> bool:
    """Whether a ``.dockerignore`` leaves a path out: the last line that fits decides."""
    left_out = False
    for line in filter(None, map(str.strip, ignore.splitlines())):
        if line.startswith("#"):
            continue
        if _fits(path, line.removeprefix("!")):
            left_out = not line.startswith("!")
    return left_out


def _fits(path: str, pattern: str) -> bool:
    """Whether a pattern is that of the path, or of a folder that it is in."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/"))
    words = "".join(parts.get(token, re.escape(token)) for token in tokens)
    return re.fullmatch(f"{words}(?:/.*)?", path) is not None


@pytest.mark.parametrize("source", copied(DOCKERFILE))
def test_what_is_copied_is_there_and_not_left_out(source) -> None:
    assert (ROOT / source).exists()
    assert not is_left_out(source, IGNORE)


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "data/catalogue.sqlite3", "corpus/help.json", "tests/conftest.py", ".git/HEAD"),
        *("bot/__pycache__/events.cpython-312.pyc", "scripts/bench.sh"),
    ],
)
def test_no_secret_and_nothing_needless_gets_into_the_image(path) -> None:
    assert is_left_out(path, IGNORE)


def test_the_check_sees_what_once_failed() -> None:
    assert copied("COPY a.lock b.lock ./\nCOPY --from=build /opt /opt\n") == ["a.lock", "b.lock"]
    assert is_left_out("b.lock", "*\n!a.lock\n")
    assert not is_left_out("a.lock", "*\n!a.lock\n")


def test_the_locks_for_models_can_be_had_in_the_image() -> None:
    script = (ROOT / "scripts" / "container-packages.sh").read_text("utf-8")
    named = set(re.findall(r"\$source/(\S+\.lock)", script))
    assert named == set(copied(DOCKERFILE)) & {path.name for path in ROOT.glob("*.lock")}


def test_a_bot_that_cannot_work_is_not_started_for_ever() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "RestartPreventExitStatus=4" in readme
    compose = (ROOT / "compose.yaml").read_text("utf-8")
    assert "ON_FINAL_ERROR: wait" in compose
