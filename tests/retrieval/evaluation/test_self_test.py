"""A knowledge base asked about its own quotes."""

from datetime import UTC, datetime

import pytest

from retrieval.errors import StorageError, UsageError
from retrieval.evaluation.self_test import (
    SelfReport,
    SelfRun,
    ask_itself,
    keep_run,
    last_run,
    self_questions,
)
from tests.retrieval.evaluation.factories import self_report
from tests.retrieval.index.builders import Folder, Said, client_at, file_of


def silent(_doing: str, _done: int, _total: int) -> None:
    pass


def test_a_reply_below_a_quote_becomes_a_question_about_it(engine):
    (question,) = self_questions(engine.index)
    assert question.text.startswith("That is dangerous without gloves")
    origin = engine.index.library.source(question.origin_id)
    assert origin.post.author == "Tom"


def test_the_replys_own_post_does_not_count_as_found(engine):
    (question,) = self_questions(engine.index)
    best = engine.search.search(question.text, 1).hits[0]
    assert best.post.id == question.post_id
    ranks = ask_itself(engine.search, [question], silent)
    found = ranks[question.id]
    assert found is not None
    assert 1 <= found <= 10


def test_without_quotes_there_is_nothing_to_test_with(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.txt", Said("ann", "Salt the lentils."))])
        with pytest.raises(UsageError, match="nothing to test with"):
            self_questions(index)


def test_a_run_is_kept_for_the_next_one(tmp_path):
    path = tmp_path / "eval" / "self-default.json"
    assert last_run(path) is None
    run = SelfRun(at=datetime.now(UTC), embedding="m", passages=3, ranks={"a": 1, "b": None})
    keep_run(path, run)
    assert last_run(path) == run


def test_what_cannot_be_read_is_no_run_and_what_cannot_be_written_is_said(tmp_path):
    path = tmp_path / "self.json"
    path.write_text("{}", "utf-8")
    assert last_run(path) is None
    with pytest.raises(StorageError, match="cannot be written"):
        keep_run(path / "below-a-file.json", self_report().run)


def test_drift_is_measured_on_the_questions_of_both_runs():
    report = self_report()
    assert list(report.recall) == [0.5, 0.5, 0.5, 0.5]
    assert report.shared == ("b",)
    assert [list(recall) for recall in report.recall_of_shared] == [[0, 1, 1, 1], [0, 0, 0, 0]]
    assert report.lost == ("b",)


def test_the_first_run_has_nothing_to_be_compared_with():
    report = self_report(first=True)
    assert isinstance(report, SelfReport)
    assert report.shared == report.lost == ()
