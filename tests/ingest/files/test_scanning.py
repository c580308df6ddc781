from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.files.archives import MAX_FILE_BYTES
from ingest.files.opening import open_found
from ingest.files.scanning import FoundFile, path_key, scan, shown
from ingest.sources import SourceFile
from retrieval.errors import FileRefusedError, UsageError

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NOT_AS_ROOT = pytest.mark.skipif(AS_ROOT, reason="root may read everything")
ODD_BYTES = b"caf\xe9.txt"


def read_bytes(found: FoundFile) -> bytes:
    source = open_found(found, None, lambda _: None).source
    assert isinstance(source, SourceFile)
    return source.data


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def write(path: Path, text: str = "words\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def names(folder: Path, *paths: Path) -> list[str]:
    return [file.name for file in scan(paths or (folder,), folder).files]


def test_a_folder_is_looked_through_in_the_order_of_names(corpus):
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", "c"):
        write(corpus / name)
    assert names(corpus) == ["a/b/c.txt", "a/z.txt", "b.txt", "c"]


def test_a_file_comes_with_its_size_time_and_absolute_path(corpus, monkeypatch):
    path = write(corpus / "a.txt", "four")
    monkeypatch.chdir(corpus)
    [found] = scan((Path("a.txt"),), corpus).files
    assert found.path == path.resolve()
    assert (found.size, found.mtime_ns) == (4, path.stat().st_mtime_ns)


def test_hidden_files_and_folders_are_passed_over(corpus):
    for name in (".hidden.txt", ".git/config", "a/.b/c.txt", "seen.txt"):
        write(corpus / name)
    assert names(corpus) == ["seen.txt"]


@pytest.mark.parametrize(
    "name",
    [
        *("a.txt~", "~$a.txt", "#a.txt#", "4913", ".a.txt.swp", ".~lock.a.txt#", ".a.txt.Xy12Zq"),
        *("a.txt.part", "a.txt.crdownload", "a.TMP", "a.txt.filepart", "Unconfirmed 1.crdownload"),
    ],
)
def test_temporary_files_of_editors_and_downloads_are_passed_over(corpus, name):
    write(corpus / "a" / name)
    write(corpus / "a.txt")
    assert names(corpus) == ["a.txt"]


def test_the_data_folder_is_no_part_of_the_corpus_around_it(corpus):
    data = corpus / "team" / "data"
    write(data / "index.owner.json")
    write(corpus / "team" / "a.txt")
    write(corpus / "database" / "b.txt")
    found = scan((corpus,), corpus, ignored=(data,))
    assert [file.name for file in found.files] == ["database/b.txt", "team/a.txt"]


def test_a_corpus_inside_the_data_folder_is_read(corpus):
    write(corpus / "a.txt")
    assert scan((corpus,), corpus, ignored=(corpus.parent,)).files


def test_the_data_folder_itself_is_no_corpus(corpus):
    write(corpus / "a.txt")
    with pytest.raises(UsageError, match="own data folder"):
        scan((corpus,), corpus, ignored=(corpus,))


def test_a_file_that_was_written_just_now_is_whole_if_it_stays_the_same(corpus):
    write(corpus / "new.txt")
    before = time.monotonic()
    assert scan((corpus,), corpus, settled_seconds=0.4).files
    assert time.monotonic() - before > 0.2


def test_files_that_are_settled_wait_for_nobody(corpus):
    old, future = write(corpus / "old.txt"), write(corpus / "future.txt")
    os.utime(old, (1_000_000_000, 1_000_000_000))
    os.utime(future, (4_000_000_000, 4_000_000_000))
    # It would wait an hour.
    assert len(scan((corpus,), corpus, settled_seconds=3_600).files) == 2


def test_a_file_that_is_still_being_written_is_held_back_and_the_others_are_read(corpus):
    write(corpus / "whole.txt")
    growing = write(corpus / "team" / "growing.txt")
    stop = threading.Event()

    def grow() -> None:
        with growing.open("a", encoding="utf-8") as file:
            while not stop.wait(0.05):
                file.write("more\n")
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        found = scan((corpus,), corpus, settled_seconds=0.3)
    finally:
        stop.set()
        writer.join()
    assert [file.name for file in found.files] == ["whole.txt"]
    [refusal] = found.refused
    assert (refusal.file, refusal.reason.partition(";")[0]) == (
        "team/growing.txt",
        "is still being written",
    )
    assert found.unseen == (growing.resolve(),)
    time.sleep(0.3)
    assert len(scan((corpus,), corpus, settled_seconds=0.3).files) == 2


def test_a_hidden_file_that_somebody_names_is_read(corpus):
    assert names(corpus, write(corpus / ".hidden.txt")) == [".hidden.txt"]


def test_what_is_asked_for_by_itself_has_the_name_that_it_has_in_the_corpus(corpus, tmp_path):
    inside, outside = write(corpus / "a/b.txt"), write(tmp_path / "elsewhere/c.txt")
    assert names(corpus, inside, outside) == ["a/b.txt", "c.txt"]
    assert names(corpus, corpus / "a") == ["a/b.txt"]
    assert names(corpus, outside.parent) == ["c.txt"]
    assert scan((inside,), corpus).folders == ()


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_named_twice_is_found_once_by_its_longer_name(tmp_path, order):
    folder = tmp_path / "threads"
    path = write(folder / "a/b.txt")
    asked = [folder, path, folder, folder / "a" / ".." / "a" / "b.txt"][::order]
    found = scan(asked, tmp_path / "corpus")
    assert [file.name for file in found.files] == ["a/b.txt"]
    assert found.folders == (folder.resolve(),)


def test_where_nothing_exists_the_request_is_wrong(tmp_path):
    missing = tmp_path / "missing"
    with pytest.raises(UsageError, match=r"There is no file or folder .*missing"):
        scan((missing,), tmp_path)
    with pytest.raises(UsageError, match="None of these exists"):
        scan((missing, tmp_path / "gone"), tmp_path)


def test_one_missing_path_does_not_keep_the_others_out(corpus, tmp_path):
    write(corpus / "a.txt")
    found = scan((tmp_path / "missing", corpus), corpus)
    assert [file.name for file in found.files] == ["a.txt"]
    assert [(r.file, r.reason) for r in found.refused] == [
        (str(tmp_path / "missing"), "does not exist")
    ]


def test_an_empty_folder_is_looked_through_all_the_same(corpus):
    found = scan((corpus,), corpus)
    assert (found.files, found.refused, found.folders) == ((), (), (corpus.resolve(),))


@POSIX
def test_links_to_files_are_followed_and_links_to_folders_are_not(corpus, tmp_path):
    write(tmp_path / "elsewhere/a.txt")
    (corpus / "file.txt").symlink_to(tmp_path / "elsewhere/a.txt")
    (corpus / "folder").symlink_to(tmp_path / "elsewhere")
    (corpus / "me").symlink_to(corpus)
    assert names(corpus) == ["file.txt"]


@POSIX
def test_links_that_lead_nowhere_are_refused_and_remembered_as_unseen(corpus):
    write(corpus / "a.txt")
    (corpus / "loop.txt").symlink_to(corpus / "loop.txt")
    (corpus / "broken.txt").symlink_to(corpus / "missing")
    found = scan((corpus,), corpus)
    assert [file.name for file in found.files] == ["a.txt"]
    assert {refusal.file for refusal in found.refused} == {"loop.txt", "broken.txt"}
    assert all(refusal.reason.startswith("cannot be read: ") for refusal in found.refused)
    assert set(found.unseen) == {corpus / "loop.txt", corpus / "broken.txt"}


@POSIX
def test_a_pipe_is_refused_and_nobody_waits_for_it(corpus):
    os.mkfifo(corpus / "pipe.txt")
    found = scan((corpus,), corpus)
    assert [(r.file, r.reason) for r in found.refused] == [("pipe.txt", "is no ordinary file")]
    assert scan((corpus / "pipe.txt",), corpus).files == ()


@POSIX
def test_a_file_that_becomes_a_pipe_is_refused_and_nobody_waits_for_it(corpus):
    [found] = scan((write(corpus / "a.txt"),), corpus).files
    found.path.unlink()
    os.mkfifo(found.path)
    reasons: list[str] = []

    def read() -> None:
        with pytest.raises(FileRefusedError) as error:
            read_bytes(found)
        reasons.append(error.value.reason)

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    reading.join(timeout=5)
    assert reasons == ["changed while it was being read; ingest it again"]


@NOT_AS_ROOT
def test_what_may_not_be_read_is_refused_and_unseen(corpus):
    write(corpus / "a.txt")
    secret = write(corpus / "closed/b.txt")
    secret.parent.chmod(0)
    try:
        found = scan((corpus,), corpus)
        assert [file.name for file in found.files] == ["a.txt"]
        assert "cannot be read" in found.refused[0].reason
        assert found.unseen == (secret.parent.resolve(),)
        assert scan((secret, corpus / "a.txt"), corpus).refused
    finally:
        secret.parent.chmod(0o700)


@NOT_AS_ROOT
def test_a_file_without_permission_is_refused_when_it_is_read(corpus):
    path = write(corpus / "a.txt")
    path.chmod(0)
    [found] = scan((corpus,), corpus).files
    with pytest.raises(FileRefusedError, match="cannot be read: Permission denied"):
        read_bytes(found)


def test_a_file_that_is_gone_before_it_is_read_is_refused(corpus):
    [found] = scan((write(corpus / "a.txt"),), corpus).files
    found.path.unlink()
    with pytest.raises(FileRefusedError, match="cannot be read"):
        read_bytes(found)


def test_a_file_that_changes_while_it_is_read_is_refused(corpus):
    [found] = scan((write(corpus / "a.txt"),), corpus).files
    write(found.path, "other words\n")
    with pytest.raises(FileRefusedError, match="changed while it was being read"):
        read_bytes(found)


def test_a_file_is_read_whole(corpus):
    data = bytes(range(256)) * 1_000
    (corpus / "a.bin").write_bytes(data)
    [found] = scan((corpus,), corpus).files
    assert read_bytes(found) == data


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    found = FoundFile(str(tmp_path / "missing"), "big.json", MAX_FILE_BYTES + 1, 0)
    with pytest.raises(FileRefusedError, match="too large: 4,096 MB of at most 4,096 MB"):
        read_bytes(found)


@POSIX
@pytest.mark.parametrize(
    "name", ["new\nline.txt", "\u202egpj.txt", "tab\t.txt", "'\"$`;.txt", "é👍.txt", " .txt"]
)
def test_odd_names_are_names(corpus, name):
    write(corpus / name)
    assert names(corpus) == [name]


@POSIX
def test_a_name_that_is_no_utf_8_can_be_shown_and_kept(corpus):
    path = corpus / os.fsdecode(ODD_BYTES)
    try:
        path.write_text("words")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    [found] = scan((corpus,), corpus).files
    assert found.name == "caf\ufffd.txt"
    assert found.key == f"{corpus.resolve()}/caf\\udce9.txt"
    assert read_bytes(found) == b"words"
    path.unlink()
    path.symlink_to(corpus / "missing")
    assert scan((corpus,), corpus).refused[0].file == "caf\ufffd.txt"


@POSIX
def test_names_as_text_can_be_encoded():
    odd = os.fsdecode(b"/a/\xff\xfe\n.txt")
    assert path_key(odd) == "/a/\\udcff\\udcfe\n.txt"
    assert shown(odd) == "/a/\ufffd\ufffd\n.txt"
    assert path_key("/a/é.txt") == shown("/a/é.txt") == "/a/é.txt"
