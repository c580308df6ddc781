"""A new reader is one file and one line in ``ingest.read``: nothing else knows any of them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import ingest.read
from ingest.drafts import Reader
from ingest.read import READERS

ROOT = Path(ingest.read.__file__).parents[2]
LIVE = "discord-chat-exporter"
"""What the bot hears itself makes threads of this kind (``bot.discord.live``)."""


def modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(ingest.read.__path__, "ingest.read."):
        yield found.name


def test_every_reader_that_there_is_is_registered():
    there = {
        reader.kind
        for name in modules()
        if isinstance(reader := getattr(importlib.import_module(name), "READER", None), Reader)
    }
    assert there == {reader.kind for reader in READERS}
    assert len(there) == len(READERS)


def test_nothing_outside_names_a_reader():
    kinds = {reader.kind for reader in READERS} - {LIVE, "html"}  # a tag is called so, too
    named = []
    for room in ("bot", "ingest", "retrieval"):
        for path in (ROOT / room).rglob("*.py"):
            if (ROOT / "ingest/read") in path.parents:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and node.value in kinds:
                    named.append((path.relative_to(ROOT).as_posix(), node.value))
                module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
                if module.startswith("ingest.read."):
                    named.append((path.relative_to(ROOT).as_posix(), module))
    assert named == []
