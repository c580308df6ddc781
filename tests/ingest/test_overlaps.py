"""One message in several exports: the newest edit or export counts, whatever came first."""

from __future__ import annotations

import itertools
import json
import os

import pytest

from ingest.pipeline import Ingest
from ingest.report import Progress, Removal, Stage, Why
from ingest.request import Request
from tests.ingest.conftest import KB, Bench, token_ends
from tests.ingest.sources import Fields, export, message

ASKS = "Which port does the lamp server listen on?"
OLD = "The lamp server listens on port 4100, as it always has."
NEW = "The lamp server listens on port 5200 since the last release."
NEWEST = "The lamp server listens on whatever port you give it."
MORE = "The firewall in the cellar lets that port through."


def made(text: str, at: str) -> str:
    return text.replace("2024-06-01T00:00:00+00:00", at)


def older(**more: object) -> str:
    return made(export(message(1, ASKS), message(2, OLD, **more)), "2024-06-01T00:00:00+00:00")


def newer(text: str = NEW, **more: object) -> str:
    messages: list[Fields] = [message(2, text, **more), message(3, MORE)]
    return made(export(*messages), "2024-07-01T00:00:00+00:00")


def texts(bench: Bench) -> set[str]:
    located = bench.library.located(bench.ids())
    for entry in located.values():
        assert entry.passage.text in entry.post.text
    return {entry.passage.text for entry in located.values()}


def stored(bench: Bench) -> set[str]:
    return {row[0] for row in bench.catalogue.connection.execute("SELECT text FROM posts")}


@pytest.mark.parametrize("names", [("a.json", "b.json"), ("b.json", "a.json")])
@pytest.mark.parametrize("one_by_one", [False, True])
def test_the_newest_export_counts_whatever_its_name_and_whenever_it_was_read(
    bench, names, one_by_one
):
    for name, text in zip(names, (newer(), older()), strict=True):
        bench.write(name, text)
        if one_by_one:
            bench.ingest()
    report = bench.ingest() if not one_by_one else None
    assert texts(bench) == {ASKS, NEW, MORE}
    assert stored(bench) == {ASKS, NEW, MORE}
    if report:
        assert (report.passages_added, report.passages_unchanged) == (3, 0)
        assert report.removals == (Removal(names[1], 1, Why.NEWER, (names[0],)),)
    assert bench.ingest().files_unchanged == 2
    assert bench.opened == 0


def test_an_edit_counts_more_than_an_export(bench):
    edited = "2024-05-20T00:00:00+00:00"
    bench.write("a.json", older(timestampEdited=edited))
    bench.write("b.json", newer())
    bench.ingest()
    assert texts(bench) == {ASKS, OLD, MORE}


def test_when_the_newer_file_goes_the_older_text_is_back(bench):
    bench.write("a.json", older())
    bench.write("b.json", newer())
    bench.ingest()
    (bench.corpus / "b.json").unlink()
    report = bench.ingest()
    assert (report.files_read, report.files_removed) == (1, 1)
    assert (report.passages_added, report.passages_removed, report.passages_unchanged) == (1, 2, 1)
    assert texts(bench) == {ASKS, OLD}
    assert bench.ingest().files_unchanged == 1


def test_when_the_newer_file_changes_its_new_text_counts(bench):
    bench.write("a.json", older())
    bench.write("b.json", newer())
    bench.ingest()
    bench.write("b.json", newer(NEWEST))
    bench.ingest()
    assert texts(bench) == {ASKS, NEWEST, MORE}
    bench.write("b.json", newer(OLD))
    bench.ingest()
    assert texts(bench) == {ASKS, OLD, MORE}
    (bench.corpus / "b.json").unlink()
    bench.ingest()
    assert texts(bench) == {ASKS, OLD}


def test_three_files_in_any_order_come_to_the_same(tmp_path_factory):
    third = made(export(message(2, NEWEST), message(4, "Closing this.")), "2024-08-01T00:00:00Z")
    files = {"a.json": older(), "b.json": newer(), "c.json": third}
    for order in itertools.permutations(files):
        fresh = Bench(tmp_path_factory.mktemp("order"))
        for name in order:
            fresh.write(name, files[name])
            fresh.ingest()
        assert texts(fresh) == {ASKS, NEWEST, MORE, "Closing this."}
        (fresh.corpus / "c.json").unlink()
        fresh.ingest()
        assert texts(fresh) == {ASKS, NEW, MORE}
        (fresh.corpus / "b.json").unlink()
        fresh.ingest()
        assert texts(fresh) == {ASKS, OLD}
        fresh.catalogue.close()


def test_what_is_the_same_in_both_stands_in_both_and_the_newest_speaks(bench):
    author = {"id": "7", "name": "ada", "nickname": "Ada of the Lamps", "isBot": False}
    bench.write("b.json", older())
    bench.write("a.json", made(export(message(2, OLD, author=author)), "2024-05-01T00:00:00Z"))
    bench.ingest()
    located = bench.library.located([bench.id_of(OLD)])
    [entry] = located.values()
    assert (entry.thread.file, entry.post.author) == ("b.json", "Ada")
    also = bench.library.source(entry.passage.id).also_in
    assert [place.thread.file for place in also] == ["a.json"]
    bench.write("a.json", made(export(message(2, OLD, author=author)), "2024-09-01T00:00:00Z"))
    bench.ingest()
    [entry] = bench.library.located([bench.id_of(OLD)]).values()
    assert (entry.thread.file, entry.post.author) == ("a.json", "Ada of the Lamps")


def test_without_a_date_of_its_own_a_file_is_as_new_as_its_last_change(bench):
    for name, text, seconds in (("b.jsonl", OLD, 1_000), ("a.jsonl", NEW, 2_000)):
        line = {"thread_id": "t", "post_id": "1", "text": text}
        os.utime(bench.write(name, json.dumps(line)), (seconds, seconds))
    bench.ingest()
    assert texts(bench) == {NEW}


def test_what_a_crash_kept_from_being_compared_is_compared_by_the_next_ingest(bench):
    bench.write("a.json", older())
    bench.write("b.json", newer())

    def crash(progress: Progress) -> None:
        if progress.stage is Stage.WRITE:
            raise InterruptedError

    request = Request(KB, (bench.corpus,), bench.corpus)
    with pytest.raises(InterruptedError):
        Ingest(request, bench.catalogue, bench.open_index, token_ends, crash).run()
    assert {OLD, NEW} <= stored(bench)
    bench.ingest()
    assert texts(bench) == {ASKS, NEW, MORE}
    assert bench.catalogue.is_settled(KB)
