"""Why posts were taken out, in words."""

from __future__ import annotations

from dataclasses import replace

from bot.terminal.printing.removals import passed_over_line, removal_lines
from ingest.report import Removal, Why
from tests.bot.terminal.fakes import REPORT


def lines(*removals: Removal, dry_run: bool = False) -> list[str]:
    return list(removal_lines(replace(REPORT, removals=removals, dry_run=dry_run)))


def test_each_file_says_how_many_posts_and_why():
    assert lines(Removal("a.json", 1, Why.EMPTIED), Removal("b.json", 1_200, Why.FILE_GONE)) == [
        "a.json: 1 post taken out, since there are none in it any more",
        "b.json: 1,200 posts taken out, since the file is gone",
    ]
    assert lines(Removal("a.json", 2, Why.BOT), dry_run=True) == [
        "a.json: 2 posts would go, since a program wrote them (FOOTNOTE_INGEST__BOTS lets it in)"
    ]


def test_every_reason_has_words():
    told = lines(*(Removal("a.json", 1, why) for why in Why))
    assert len(set(told)) == len(Why)


def test_newer_files_are_named_and_forged_names_are_harmless():
    [line] = lines(Removal("a\n\x1b[2J.json", 1, Why.NEWER, ("b", "c", "d", "e")))
    assert line.endswith("since newer texts of them are in b, c, d …")
    assert "\x1b" not in line
    assert "\n" not in line


def test_of_many_files_the_first_ten_are_named():
    told = lines(*(Removal(f"{n}.json", 1, Why.GONE) for n in range(12)))
    assert len(told) == 11
    assert told[-1] == "and posts of 2 other files; --json names them all"


def test_folders_that_were_passed_over_are_named_up_to_three():
    folders = tuple(f"{n}.json_Files" for n in range(4))
    told = passed_over_line(replace(REPORT, passed_over=folders[:1]))
    assert told.endswith("no posts are in there: 0.json_Files")
    told = passed_over_line(replace(REPORT, passed_over=folders))
    assert told.endswith("0.json_Files, 1.json_Files, 2.json_Files and 1 other")
