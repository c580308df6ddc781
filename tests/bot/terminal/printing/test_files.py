from __future__ import annotations

from dataclasses import replace

from bot.terminal.printing.files import all_left_out, file_lines
from bot.terminal.printing.json_shapes import ingest_shape
from ingest.drafts import LeftOut, LeftOutReason
from ingest.report import FileReport
from tests.bot.terminal.fakes import FORMAT, REPORT

WHOLE = FileReport("a.json", "post-cards", "Post cards", "1912", 2, 7, (), ())
LACKING = replace(
    WHOLE,
    file="b\nc.json",
    left_out=(LeftOut(LeftOutReason.SYSTEM, 1_200), LeftOut(LeftOutReason.EMPTY, 3)),
    shortfalls=("holds 7 of 9 cards",),
)
EMPTY = replace(
    WHOLE, file="d.json", posts=0, threads=0, left_out=(LeftOut(LeftOutReason.EMPTY, 1),)
)


def test_formats_are_listed_with_how_to_get_them(cli):
    shown = cli.run("formats").stdout
    assert shown == ("Post cards  .card\n  Turn them over.\n  Dear all, [wish] you were here.\n")
    assert cli.json("formats") == {
        "formats": [
            {
                "kind": FORMAT.kind,
                "label": FORMAT.label,
                "suffixes": [".card"],
                "export": FORMAT.export,
                "example": FORMAT.example,
            }
        ]
    }


def test_a_file_has_a_line_only_where_there_is_something_to_say():
    report = replace(REPORT, files=(WHOLE, LACKING, EMPTY))
    assert list(file_lines(report)) == [
        "b c.json: left out: 1,200 written by the system, 3 without words · holds 7 of 9 cards",
        "d.json: nothing to read in it · left out: 1 without words",
    ]
    assert all_left_out(report) == "1,200 written by the system, 4 without words"


def test_a_rehearsal_says_of_every_file_what_it_would_become():
    report = replace(REPORT, files=(WHOLE, LACKING), dry_run=True)
    first, second = file_lines(report)
    assert first == "a.json: Post cards (1912) · 2 threads, 7 posts"
    assert second.endswith(
        "left out: 1,200 written by the system, 3 without words · holds 7 of 9 cards"
    )


def test_the_report_of_a_file_is_there_for_programs():
    assert ingest_shape(replace(REPORT, files=(LACKING,)))["reports"] == [
        {
            "file": "b\nc.json",
            "kind": "post-cards",
            "edition": "1912",
            "threads": 2,
            "posts": 7,
            "left_out": {"system": 1_200, "empty": 3},
            "shortfalls": ["holds 7 of 9 cards"],
        }
    ]
