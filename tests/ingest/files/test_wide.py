"""Files in UTF-16 and UTF-32, as programs on Windows save them."""

from __future__ import annotations

import json
import zipfile

import pytest

from tests.ingest.conftest import Bench

EXPORT = json.dumps(
    {
        "guild": {"id": "1", "name": "Harbour"},
        "channel": {"id": "2", "name": "café"},
        "messages": [
            {
                "id": "3",
                "type": "Default",
                "timestamp": "2026-03-01T10:00:00+00:00",
                "content": "The café's crane lifts two tonnes — no more.",
                "author": {"id": "4", "name": "Runa"},
            }
        ],
    },
    ensure_ascii=False,
)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_an_export_is_read_in_whatever_unicode_it_is(bench: Bench, encoding: str) -> None:
    (bench.corpus / "harbour.json").write_bytes(EXPORT.encode(encoding))
    report = bench.ingest()
    assert not report.refused
    assert (report.posts, report.files[0].posts) == (1, 1)
    ((_, text, _),) = bench.lines("harbour.json")
    assert text == "The café's crane lifts two tonnes — no more."
    wanted = "" if encoding == "utf-8-sig" else encoding[:6].upper()
    assert report.files[0].edition.endswith(wanted)


def test_text_and_what_lies_in_archives_is_read_too(bench: Bench) -> None:
    with zipfile.ZipFile(bench.corpus / "old.zip", "w") as archive:
        archive.writestr("note.txt", "The crane lifts two tonnes.\n".encode("utf-16"))
    report = bench.ingest()
    assert (report.posts, report.refused) == (1, ())


def test_a_large_one_is_read_piece_by_piece(bench: Bench) -> None:
    document = json.loads(EXPORT)
    (message,) = document["messages"]
    document["messages"] = [
        message | {"id": str(number), "content": "x" * 900_000 + f" {number}"}
        for number in range(10)
    ]
    (bench.corpus / "large.json").write_bytes(json.dumps(document).encode("utf-16"))
    report = bench.ingest(dry_run=True)
    assert (report.files[0].posts, report.refused) == (10, ())


def test_what_only_begins_so_is_refused(bench: Bench) -> None:
    (bench.corpus / "odd.json").write_bytes(EXPORT.encode("utf-16")[:-2] + b"\x00\xdc\x00\xdc")
    report = bench.ingest()
    assert "begins as UTF-16" in {each.file: each.reason for each in report.refused}["odd.json"]
