from __future__ import annotations

import contextlib
import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import wiring
from bot.librarian import IngestRequest
from bot.settings import BotSettings
from bot.wiring.reading_copy import readable, why_not_writable
from retrieval.errors import IndexMismatchError, UnavailableError
from retrieval.provider_settings import EmbeddingSettings
from retrieval.records import Outcome
from retrieval.settings import ChromaSettings
from tests.llm_servers.server import model_server


@pytest.fixture
def settings(tmp_path: Path) -> BotSettings:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "oil.txt").write_text("Which oil?\nOil of grade 32 will do.\n", "utf-8")
    (tmp_path / "data").mkdir()
    return BotSettings(_env_file=None, data_dir=tmp_path / "data", corpus_dir=tmp_path / "corpus")


def ingest(settings: BotSettings) -> None:
    wiring.ingest(settings, IngestRequest("default", ()), lambda _: None)


def mount(folder: Path, options: str) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("only who may mount a file system can have a read-only or a full one")


@pytest.fixture
def small_disk(settings: BotSettings) -> Iterator[Path]:
    mount(settings.data_dir, "size=300m")
    yield settings.data_dir
    # Lazily: the model's weights are mapped into memory as long as this process lives.
    subprocess.run(["umount", "--lazy", settings.data_dir], check=True)


def make_read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)


def fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(os.urandom(2**20))


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [make_read_only, fill])
def test_a_folder_that_cannot_be_written_is_asked_all_the_same(
    settings: BotSettings, small_disk: Path, spoil, caplog: pytest.LogCaptureFixture
) -> None:
    ingest(settings)
    spoil(small_disk)
    before = sorted(small_disk.rglob("*"))
    caplog.set_level(logging.WARNING)
    with wiring.open_librarian(settings, "default") as librarian:
        assert librarian.answer("Which oil will do?").outcome is Outcome.ANSWERED
        assert librarian.status().files == 1
    assert "cannot be written" in caplog.text
    assert sorted(small_disk.rglob("*")) == before


def test_a_folder_that_can_be_written_is_used_itself(tmp_path: Path) -> None:
    assert why_not_writable(tmp_path) is None
    with readable(tmp_path) as folder:
        assert folder == tmp_path
    with readable(tmp_path / "nowhere") as folder:
        assert folder == tmp_path / "nowhere"
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_index_that_nobody_can_ask_is_not_up_to_date(settings: BotSettings) -> None:
    ingest(settings)
    with model_server() as server:
        other = EmbeddingSettings(provider="ollama", model="embedding-model", url=server.url)
        with pytest.raises(IndexMismatchError, match="doctor --rebuild"):
            ingest(settings.model_copy(update={"embedding": other}))
    away = ChromaSettings(url="http://127.0.0.1:9", timeout_seconds=5)
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:9 cannot be reached"):
        ingest(settings.model_copy(update={"chroma": away}))
    ingest(settings)


@pytest.mark.slow
def test_a_chroma_folder_that_is_gone_is_filled_by_the_next_ingest(settings: BotSettings) -> None:
    ingest(settings)
    (settings.data_dir / "chroma").rename(settings.data_dir.parent / "gone")
    ingest(settings)
    with wiring.open_librarian(settings, "default") as librarian:
        assert librarian.answer("Which oil will do?").outcome is Outcome.ANSWERED
