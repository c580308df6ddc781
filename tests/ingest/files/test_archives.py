"""Archives and bundles through a whole ingest."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from ingest.bundling import bundled
from ingest.drafts import Reader
from ingest.files.scanning import scan
from ingest.sources import Folder, Group

GOOD = b"Is there a list of what the workshop lends out?\nYes, it hangs beside the till.\n"


def zip_of(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def tar_of(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # the mode is a text here
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def reasons(report) -> dict[str, str]:
    return {refusal.file: refusal.reason for refusal in report.refused}


def test_files_in_archives_are_read_as_if_they_lay_in_folders(bench):
    zip_of(bench.corpus / "a.zip", **{"in__one.txt": GOOD})
    tar_of(bench.corpus / "b.tar.gz", {"deep/er/two.txt": GOOD + b"Another line of it.\n"})
    (bench.corpus / "c.txt.gz").write_bytes(gzip.compress(b"A packed file is a file too.\n"))
    (bench.corpus / "d.txt.zst").write_bytes(zstandard.compress(b"And so is this one here.\n"))
    report = bench.ingest()
    assert (report.files_read, report.refused) == (4, ())
    assert [file.file for file in report.files] == [
        "a.zip/in/one.txt",
        "b.tar.gz/deep/er/two.txt",
        "c.txt.gz/c.txt",
        "d.txt.zst/d.txt",
    ]
    assert bench.thread("one.txt").posts
    again = bench.ingest()
    assert (again.files_read, again.files_unchanged, again.files_removed) == (0, 4, 0)


def test_what_leaves_an_archive_or_goes_with_it_is_removed(bench):
    path = zip_of(bench.corpus / "a.zip", **{"one.txt": GOOD, "two.txt": b"Other words.\n"})
    bench.write("beside.txt", "A file that stays where it is.")
    bench.ingest()
    zip_of(path, **{"one.txt": GOOD})
    report = bench.ingest()
    assert (report.files_removed, report.files_read, report.files_unchanged) == (1, 0, 2)
    path.unlink()
    assert bench.ingest().files_removed == 1


def test_an_archive_that_breaks_keeps_what_was_read_of_it(bench):
    path = zip_of(bench.corpus / "a.zip", **{"one.txt": GOOD})
    bench.write("beside.txt", "A file that stays where it is.")
    bench.ingest()
    before = bench.ids()
    path.write_bytes(path.read_bytes()[:-30])
    report = bench.ingest()
    assert "cannot be unpacked" in reasons(report)["a.zip"]
    assert bench.ids() == before


@pytest.mark.parametrize(
    "name", ["a.zip", "a.tar", "a.tar.gz", "a.txt.gz", "a.txt.zst", "a.tar.xz"]
)
@pytest.mark.parametrize("data", [b"", b"no archive at all", b"PK\x03\x04" + bytes(200)])
def test_what_is_no_archive_is_refused_in_one_line(bench, name, data):
    (bench.corpus / name).write_bytes(data)
    bench.write("good.txt", "The others are read all the same.")
    report = bench.ingest()
    assert report.files_read == 1
    [reason] = reasons(report).values()
    assert "\n" not in reason


def test_names_that_lead_out_of_an_archive_are_refused_and_the_rest_is_read(bench, tmp_path):
    tar_of(
        bench.corpus / "t.tar",
        {"../../evil.txt": GOOD, "/etc/evil.txt": GOOD, "good.txt": GOOD},
        "w",
    )
    zip_of(bench.corpus / "z.zip", **{"..__..__evil.txt": GOOD, "fine.txt": b"Words of its own.\n"})
    report = bench.ingest()
    assert {file.file for file in report.files} == {"t.tar/good.txt", "z.zip/fine.txt"}
    outside = {file for file, reason in reasons(report).items() if "leads out" in reason}
    assert outside == {"t.tar/../../evil.txt", "t.tar//etc/evil.txt", "z.zip/../../evil.txt"}
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_bomb_is_refused_before_it_is_unpacked(bench):
    zip_of(bench.corpus / "bomb.zip", **{"zeros.txt": bytes(64 * 2**20), "good.txt": GOOD})
    zip_of(bench.corpus / "nested.zip", **{"inner.zip": b"PK", "inner.tar.gz": b""})
    report = bench.ingest()
    assert [file.file for file in report.files] == ["bomb.zip/good.txt"]
    assert "as no text does" in reasons(report)["bomb.zip/zeros.txt"]
    assert "archive inside an archive" in reasons(report)["nested.zip/inner.zip"]


def test_a_member_with_a_password_is_refused_by_saying_so(bench):
    path = zip_of(bench.corpus / "locked.zip", **{"secret.txt": GOOD})
    data = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1
    path.write_bytes(data)
    assert "password" in reasons(bench.ingest())["locked.zip/secret.txt"]


def test_an_exporters_folder_of_pictures_is_passed_over(bench):
    bench.write("support.txt", "The words of an export.")
    bench.write("support.txt_Files/log-1A2B.txt", "The password is hunter2.")
    bench.write("other_Files/mine.txt", "A folder that only looks like one.")
    zip_of(bench.corpus / "a.zip", **{"x__y.txt": GOOD, "x__y.txt_Files__z.txt": b"hunter2\n"})
    bench.write("sub/moved.json_Files/log.txt", "Its export is not beside it.")
    report = bench.ingest()
    read = {file.file for file in report.files}
    assert read == {"support.txt", "other_Files/mine.txt", "a.zip/x/y.txt"}
    assert report.passed_over == ("support.txt_Files", "sub/moved.json_Files")


def _pairs(folder: Folder) -> list[Group]:
    if {"users.list", "posts.list"} <= folder.files:
        return [Group(("posts.list", "users.list"))]
    parts = sorted(name for name in folder.files if name.startswith("part"))
    return [Group(tuple(parts), "parts")] if parts else []


PAIRS = Reader("pairs", "Pairs", (), lambda *_: 0.0, lambda _: iter(()), bundles=_pairs)


def test_files_that_belong_together_are_found_in_folders_and_archives(bench):
    for name in ("x/users.list", "x/posts.list", "x/lone.txt", "y/part1", "y/part2"):
        bench.write(name, name)
    zip_of(bench.corpus / "z.zip", **{"users.list": b"u", "posts.list": b"p"})
    found = scan((bench.corpus,), bench.corpus)
    files = bundled(found.files, found.folders, [PAIRS])
    assert [(file.name, [m.name for m in file.members]) for file in files] == [
        ("x", ["x/posts.list", "x/users.list"]),
        ("x/lone.txt", []),
        ("y/parts", ["y/part1", "y/part2"]),
        ("z.zip", ["z.zip/posts.list", "z.zip/users.list"]),
    ]
    assert {file.kind for file in files if file.members} == {"pairs"}
    found.close()


def test_a_broken_member_is_named_by_archive_and_place(bench):
    path = zip_of(bench.corpus / "a.zip", **{"one.txt": GOOD * 50})
    data = bytearray(path.read_bytes())
    data[60:70] = bytes(10)
    path.write_bytes(data)
    [(file, reason)] = reasons(bench.ingest()).items()
    assert file == "a.zip/one.txt"
    assert "cannot be unpacked" in reason


def test_progress_moves_inside_a_large_file(bench):
    (bench.corpus / "large.bin").write_bytes(bytes(40 * 2**20))
    bench.write("small.txt", "A few words.")
    bench.ingest()
    told = [progress.detail for progress in bench.progress if progress.detail.endswith("%")]
    assert len(set(told)) >= 3
    assert all(detail.startswith("large.bin, ") for detail in told)
