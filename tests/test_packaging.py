"""The project installs as it says, with nothing that it does not say."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "ingest", "retrieval")
LOCKS = ("requirements.lock", "requirements-dev.lock")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def imported_by(folder: str) -> set[str]:
    names: set[str] = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    ours = {path.name for path in ROOT.iterdir() if path.is_dir()}
    return names - sys.stdlib_module_names - ours


def requirements(*groups: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for group in groups for line in group}


RUNTIME = (
    PYPROJECT["project"]["dependencies"],
    PYPROJECT["dependency-groups"]["model"],
)
EXTRAS = PYPROJECT["project"]["optional-dependencies"].values()

LENT = {
    "aiohttp",  # discord.py's errors are those of its client
    "typing-extensions",  # types, inside pydantic
    "python-dotenv",  # the reader of .env files inside pydantic-settings
    "httpx",  # the client inside chromadb's
    "ollama",  # the client inside llama-index-llms-ollama
    "openai",  # the client inside llama-index-llms-openai-like
}


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_imports_is_a_dependency_of_the_project(package) -> None:
    providers = importlib.metadata.packages_distributions()
    declared = requirements(*RUNTIME, *EXTRAS) | LENT
    undeclared = {
        module
        for module in imported_by(package)
        if not {canonicalize_name(name) for name in providers.get(module, [])} & declared
    }
    assert not undeclared


def locked(name: str) -> dict[str, tuple[Version, str]]:
    """The packages of a lock: their version and the lines that pin them."""
    text = (ROOT / name).read_text("utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    found: dict[str, tuple[Version, str]] = {}
    for block in blocks:
        if match := re.match(r"([a-z0-9._-]+)==(\S+)", block):
            found[canonicalize_name(match[1])] = (Version(match[2]), block)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_with_hashes(lock) -> None:
    packages = locked(lock)
    assert packages
    assert not [name for name, (_, block) in packages.items() if "--hash=sha256:" not in block]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_packages_and_never_an_address(lock) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert not [line for line in lines if "://" in line or "@" in line]
    options = [line for line in lines if line.lstrip().startswith("-")]
    assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in options)


def test_the_lock_leaves_out_pytorch_and_kubernetes() -> None:
    assert not {"torch", "sentence-transformers", "kubernetes"} & set(locked("requirements.lock"))


def test_the_locks_do_not_overlap() -> None:
    assert not set(locked("requirements.lock")) & set(locked("requirements-dev.lock"))


@pytest.mark.parametrize("line", [line for group in RUNTIME for line in group])
def test_a_dependency_is_locked_at_a_version_that_the_project_accepts(line) -> None:
    requirement = Requirement(line)
    version, _ = locked("requirements.lock")[canonicalize_name(requirement.name)]
    assert version in requirement.specifier


@pytest.mark.parametrize("line", PYPROJECT["dependency-groups"]["dev"])
def test_a_tool_is_locked_at_a_version_that_the_project_accepts(line) -> None:
    requirement = Requirement(line)
    both = locked("requirements.lock") | locked("requirements-dev.lock")
    assert both[canonicalize_name(requirement.name)][0] in requirement.specifier


def test_the_makefile_explains_every_target_that_a_person_would_use() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    explained = set(re.findall(r"^  make ([a-z]+) +\S", shown.stdout, re.MULTILINE))
    assert {"demo", "test", "check", "bench", "soak", "lock", "clean", "help"} <= explained


def test_make_says_in_one_line_which_python_it_needs(tmp_path) -> None:
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.1" && exit 0\nexit 1\n')
    old.chmod(0o755)
    command = ["make", "-s", "install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"]
    run = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert run.returncode != 0
    assert run.stdout.splitlines() == [
        "Footnote needs Python 3.11, 3.12 or 3.13, and this is Python 3.9.1: "
        "make PYTHON=python3.12, say"
    ]


@pytest.mark.slow
def test_the_wheel_holds_the_three_packages_whole_and_nothing_else(tmp_path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in (*PACKAGES, "tests", "scripts"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-qq"]
    command += ["--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PIP_NO_INDEX": "1"})
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    ours = {
        file.relative_to(source).as_posix()
        for package in PACKAGES
        for file in (source / package).rglob("*")
        if file.is_file()
    }
    assert packed == ours
