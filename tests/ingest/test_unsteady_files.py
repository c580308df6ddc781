"""Files that vanish, change or grow while an ingest is under way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.pipeline import Ingest
from ingest.report import IngestReport, Progress, Stage
from ingest.request import Request
from retrieval.errors import UsageError
from tests.ingest.conftest import KB, Bench, token_ends

FILES = 6


@pytest.fixture(autouse=True)
def threads(bench: Bench) -> list[Path]:
    return [
        bench.write(f"{number}.txt", f"The first words of the thread of number {number}.")
        for number in range(FILES)
    ]


def ingest_while(bench: Bench, happens: Callable[[], object], *, at_file: int) -> IngestReport:
    """Ingest, and let something happen just before a file is read."""

    def listener(progress: Progress) -> None:
        if progress.stage is Stage.READ and progress.done == at_file:
            happens()

    request = Request(KB, (bench.corpus,), bench.corpus, passages_at_once=1)
    return Ingest(request, bench.catalogue, bench.open_index, token_ends, listener).run()


def test_a_corpus_folder_that_vanishes_in_the_middle_takes_nothing_with_it(bench, threads):
    bench.ingest()
    before = bench.ids()
    for path in threads:
        bench.write(path.name, f"Other words of {path.name}, of which some will never be read.")
    report = ingest_while(bench, lambda: shutil.rmtree(bench.corpus), at_file=4)
    assert report.files_read == 3
    assert report.files_removed == 0
    assert [(r.file, r.reason.partition(";")[0]) for r in report.refused] == [
        (path.name, "cannot be read: No such file or directory") for path in threads[3:]
    ]
    after = bench.ids()
    assert len(after) == FILES
    assert len(after & before) == 3
    with pytest.raises(UsageError, match="There is no file or folder"):
        bench.ingest()
    assert bench.ids() == after


def test_a_file_that_changes_between_being_found_and_being_read_keeps_its_old_text(bench):
    bench.ingest()
    before = bench.ids()
    bench.write("3.txt", "Words that are replaced at once.")
    report = ingest_while(
        bench, lambda: bench.write("3.txt", "Words that came while it was being read."), at_file=1
    )
    [refusal] = report.refused
    assert refusal.file == "3.txt"
    assert "changed while it was being read" in refusal.reason
    assert "stays in the index" in refusal.reason
    assert bench.ids() == before
    assert bench.ingest().files_read == 1
    assert "came while" in bench.lines("3.txt")[0][1]


def test_a_file_that_goes_between_being_found_and_being_read_is_removed_by_the_next_run(
    bench, threads
):
    bench.ingest()
    bench.write("3.txt", "Words that nobody will read.")
    report = ingest_while(bench, threads[3].unlink, at_file=1)
    assert [refusal.file for refusal in report.refused] == ["3.txt"]
    assert len(bench.ids()) == FILES
    assert bench.ingest().files_removed == 1
    assert len(bench.ids()) == FILES - 1


def test_the_data_folder_inside_the_corpus_is_not_read(bench):
    inside = bench.corpus / "data"
    shutil.copytree(bench.data, inside)
    (inside / "eval").mkdir()
    (inside / "eval" / "questions.jsonl").write_text('{"text": "no thread"}\n', "utf-8")
    report = bench.ingest(ignored=(inside,))
    assert (report.files_read, report.refused) == (FILES, ())
