from __future__ import annotations

from pathlib import Path

import pytest

from bot import wiring
from bot.librarian import IngestRequest
from bot.settings import BotSettings
from retrieval.errors import EmptyIndexError


@pytest.fixture
def settings(tmp_path: Path) -> BotSettings:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "oil.txt").write_text("Which oil?\nOil of grade 32 will do.\n", "utf-8")
    return BotSettings(
        _env_file=None, data_dir=tmp_path / "dtaa" / "here", corpus_dir=tmp_path / "corpus"
    )


@pytest.mark.parametrize("serve", [False, True])
def test_who_asks_makes_no_folder(settings, serve) -> None:
    opened = wiring.open_librarian(settings, "default", serve=serve)
    with pytest.raises(EmptyIndexError, match=r"There is no data folder .*dtaa"), opened:
        pass
    assert not settings.data_dir.parent.exists()


def test_who_examines_makes_no_folder(settings) -> None:
    with pytest.raises(EmptyIndexError, match="There is no data folder"):
        wiring.examine(settings, "default", lambda *_: None, anew=False)
    assert not settings.data_dir.parent.exists()


@pytest.mark.slow
def test_a_dry_run_makes_no_folder(settings) -> None:
    report = wiring.ingest(settings, IngestRequest("default", (), dry_run=True), lambda _: None)
    assert report.passages_added
    assert not settings.data_dir.parent.exists()
