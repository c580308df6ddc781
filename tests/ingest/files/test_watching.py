from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.files.watching import Pace, Settling, Signature, Watch

PACE = Pace(quiet_seconds=0.2, longest_seconds=0.8, whole_seconds=0.1, look_seconds=0.05)
SOON_SECONDS = 60.0
"""Long enough for what must happen, on a busy machine."""
A, B = Path("a.txt"), Path("b.txt")


class Files:
    """Sizes of files that a test changes at will."""

    def __init__(self) -> None:
        self.sizes = {A: 1, B: 1}

    def signature(self, path: Path) -> Signature | None:
        return (self.sizes[path],) if path in self.sizes else None


def test_a_change_is_passed_on_once_when_it_has_been_quiet() -> None:
    files, settling = Files(), Settling(Pace())
    settling.changed(A, (1,), 10.0)
    settling.changed(B, (1,), 10.7)
    assert [settling.look(now, files.signature) for now in (10.9, 11.5, 11.75, 13.0)] == [
        False,
        False,
        True,
        False,
    ]


def test_a_change_waits_no_longer_than_four_seconds_for_others() -> None:
    files, settling = Files(), Settling(Pace())
    passed_on = []
    for tick in range(40):  # b.txt changes every quarter of a second
        files.sizes[B] += 1
        if tick == 0:
            settling.changed(A, (1,), 0.0)
        settling.changed(B, (files.sizes[B],), tick / 4)
        if settling.look(tick / 4, files.signature):
            passed_on.append(tick / 4)
    assert passed_on == [4.0]  # a.txt; b.txt is never whole


def test_a_file_that_still_grows_waits_although_nobody_told_of_it() -> None:
    files, settling = Files(), Settling(Pace(quiet_seconds=0.3))
    settling.changed(A, (1,), 0.0)
    for tick in range(1, 30):
        files.sizes[A] += 1
        assert not settling.look(tick / 5, files.signature)
    assert not settling.look(6.2, files.signature)
    assert settling.look(6.4, files.signature)


def test_a_removal_is_a_change_too() -> None:
    files, settling = Files(), Settling(Pace())
    del files.sizes[A]
    settling.changed(A, None, 0.0)
    assert settling.look(1.0, files.signature)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "threads"
    folder.mkdir()
    (folder / "old.txt").write_text("old", encoding="utf-8")
    return folder


@pytest.fixture
def watch(folder: Path) -> Iterator[Watch]:
    with Watch([folder], threading.Event(), pace=PACE) as watch:
        yield watch


def passes_on(watch: Watch, within_seconds: float = SOON_SECONDS) -> bool:
    """Whether a change is passed on before the time is over."""
    began = time.monotonic()
    assert watch.wait(within_seconds)
    return time.monotonic() - began < within_seconds


def stays_quiet(watch: Watch) -> bool:
    return not passes_on(watch, 0.6)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "new.txt").write_text("new", encoding="utf-8"),
        lambda folder: (folder / "old.txt").write_text("other", encoding="utf-8"),
        lambda folder: (folder / "old.txt").unlink(),
        lambda folder: (folder / "old.txt").rename(folder / "renamed.txt"),
        lambda folder: (folder / "old.txt").rename(folder / "old.txt.tmp"),
    ],
    ids=["new", "changed", "removed", "renamed", "made temporary"],
)
def test_a_change_is_noticed_once(
    watch: Watch, folder: Path, change: Callable[[Path], object]
) -> None:
    assert stays_quiet(watch)
    change(folder)
    assert passes_on(watch)
    assert stays_quiet(watch)


def test_what_happens_between_two_waits_is_not_missed(watch: Watch, folder: Path) -> None:
    (folder / "new.txt").write_text("new", encoding="utf-8")
    time.sleep(0.5)
    assert passes_on(watch)


def test_a_file_in_a_new_folder_is_noticed(watch: Watch, folder: Path) -> None:
    below = folder / "2024" / "may"
    below.mkdir(parents=True)
    assert passes_on(watch)
    (below / "new.txt").write_text("new", encoding="utf-8")
    assert passes_on(watch)


@pytest.mark.parametrize(
    "name", [".new.txt.swp", ".git/index", "new.txt~", "#new.txt#", "4913", "new.txt.part"]
)
def test_hidden_and_temporary_files_are_passed_over(watch: Watch, folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x", encoding="utf-8")
    assert stays_quiet(watch)
    (folder / name).rename(folder / "new.txt")
    assert passes_on(watch)


def test_an_ignored_folder_may_change_as_it_likes(folder: Path) -> None:
    data = folder / "data"
    data.mkdir()
    with Watch([folder], threading.Event(), ignored=[data], pace=PACE) as watch:
        (data / "catalogue.sqlite3").write_text("x", encoding="utf-8")
        assert stays_quiet(watch)
        (folder / "new.txt").write_text("new", encoding="utf-8")
        assert passes_on(watch)


def test_a_corpus_inside_an_ignored_folder_is_watched(folder: Path) -> None:
    with Watch([folder], threading.Event(), ignored=[folder.parent], pace=PACE) as watch:
        (folder / "new.txt").write_text("new", encoding="utf-8")
        assert passes_on(watch)


def test_reading_files_is_no_change(watch: Watch, folder: Path) -> None:
    for path in folder.iterdir():
        path.read_text(encoding="utf-8")
    assert stays_quiet(watch)


def test_a_file_that_is_being_written_is_waited_for(watch: Watch, folder: Path) -> None:
    def write() -> None:
        with (folder / "long.txt").open("w", encoding="utf-8") as file:
            for _ in range(30):
                file.write("words ")
                file.flush()
                time.sleep(0.04)

    writer = threading.Thread(target=write)
    writer.start()
    assert passes_on(watch)
    was_whole = not writer.is_alive()
    writer.join()
    assert was_whole


def test_a_folder_that_comes_goes_and_comes_again_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    with Watch([folder], threading.Event(), pace=PACE) as watch:
        assert not watch.is_anything_there()
        assert stays_quiet(watch)
        for text in ("first", "second"):
            folder.mkdir()
            assert passes_on(watch)
            assert watch.is_anything_there()
            (folder / "new.txt").write_text(text, encoding="utf-8")
            assert passes_on(watch)
            shutil.rmtree(folder)
            assert passes_on(watch)
            assert not watch.is_anything_there()


def test_a_folder_that_is_exchanged_is_followed(tmp_path: Path, folder: Path, watch: Watch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    folder.rename(tmp_path / "away")
    other.rename(folder)
    assert passes_on(watch)
    (folder / "new.txt").write_text("new", encoding="utf-8")
    assert passes_on(watch)
    (tmp_path / "away" / "old.txt").write_text("nobody asks", encoding="utf-8")
    assert stays_quiet(watch)


def test_a_single_file_is_followed_when_an_editor_replaces_it(folder: Path) -> None:
    with Watch([folder / "old.txt"], threading.Event(), pace=PACE) as watch:
        (folder / "beside.txt").write_text("x", encoding="utf-8")
        assert stays_quiet(watch)
        for text in ("one", "two, longer"):
            (folder / "edited").write_text(text, encoding="utf-8")
            (folder / "edited").replace(folder / "old.txt")
            assert passes_on(watch)


@pytest.mark.parametrize("name", ["threads", "nowhere"])
def test_a_stop_ends_the_wait_promptly(folder: Path, name: str) -> None:
    stop = threading.Event()
    with Watch([folder.parent / name], stop, pace=Pace()) as watch:
        timer = threading.Timer(0.2, stop.set)
        timer.start()
        assert not watch.wait()
        timer.join()


def test_without_notices_from_the_system_files_are_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "true")
    with Watch([folder], threading.Event(), pace=PACE) as watch:
        (folder / "new.txt").write_text("new", encoding="utf-8")
        assert passes_on(watch)
