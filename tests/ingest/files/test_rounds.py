from __future__ import annotations

from ingest.files.rounds import RoundNews
from ingest.report import IngestReport, Refusal

REFUSAL = Refusal("photo.png", "is of no kind that can be read")


def report(read: int = 0, added: int = 0, *refused: Refusal) -> IngestReport:
    return IngestReport(read, 9, 0, refused, 1, 1, 0, 0, 0, 9, added, 0, 9, 0.1)


def test_a_round_says_what_it_did_in_a_line() -> None:
    news = RoundNews()
    assert news.of_report(report(3, 1200)) == ("3 files read, 1,200 passages added", ())
    assert news.of_report(report(1, 1)) == ("1 file read, 1 passage added", ())
    assert news.of_report(report()) == (None, ())


def test_a_refused_file_is_told_once_and_again_when_it_comes_back() -> None:
    news = RoundNews()
    rounds = [report(0, 0, REFUSAL), report(1, 1, REFUSAL), report(), report(0, 0, REFUSAL)]
    assert [news.of_report(one)[1] for one in rounds] == [(REFUSAL,), (), (), (REFUSAL,)]


def test_an_error_is_told_once_until_a_round_goes_well() -> None:
    news = RoundNews()
    disk = OSError("the disk is full")
    assert [news.of_error(disk), news.of_error(disk)] == ["the disk is full", None]
    news.of_report(report())
    assert news.of_error(disk) == "the disk is full"
