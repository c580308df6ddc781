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
    return made(since(export(*messages), "2024-05-01T10:01:30"), "2024-07-01T00:00:00+00:00")


def since(text: str, after: str) -> str:
    return text.replace('"after": null', f'"after": "{after}+00:00"')


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
    third = export(message(2, NEWEST), message(3, MORE), message(4, "Closing this."))
    third = made(since(third, "2024-05-01T10:01:30"), "2024-08-01T00:00:00Z")
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


def kept(bench: Bench, *numbers: int) -> None:
    """Assert that exactly these messages of an export are known, and found."""
    assert texts(bench) == stored(bench) == {SAID[number] for number in numbers}


SAID = {number: f"Lamp number {number} belongs to shelf {number * 7}." for number in range(1, 7)}


def channel(*numbers: int, at: str, **replaced: str) -> str:
    """An export of some of these messages, of the 1st of May from 10:01 to 10:06."""
    text = made(export(*(message(n, SAID[n]) for n in numbers)), f"2024-{at}:00+00:00")
    for old, new in replaced.items():
        text = text.replace(f'"{old}": null', f'"{old}": "2024-{new}:00+00:00"')
    return text


@pytest.mark.parametrize("names", [("a.json", "b.json"), ("b.json", "a.json")])
@pytest.mark.parametrize("one_by_one", [False, True])
def test_what_a_newer_export_of_the_channel_lacks_is_deleted(bench, names, one_by_one):
    for name, text in zip(
        names,
        (channel(2, 4, 5, at="07-01T00:00"), channel(1, 2, 3, 4, at="06-01T00:00")),
        strict=True,
    ):
        bench.write(name, text)
        if one_by_one:
            bench.ingest()
    report = bench.ingest() if not one_by_one else None
    kept(bench, 2, 4, 5)
    if report:
        assert report.removals == (Removal(names[1], 2, Why.DELETED, (names[0],)),)
        assert report.passages_added == 3
    assert bench.ingest().files_unchanged == 2
    assert bench.opened == 0
    (bench.corpus / names[0]).unlink()
    bench.ingest()
    kept(bench, 1, 2, 3, 4)


def test_an_empty_newer_export_of_the_channel_leaves_nothing(bench):
    bench.write("a.json", channel(1, 2, at="06-01T00:00"))
    bench.write("b.json", channel(at="07-01T00:00"))
    bench.ingest()
    kept(bench)


def test_an_export_decides_only_for_the_time_that_it_was_asked_for(bench):
    bench.write("a.json", channel(1, 2, 3, 4, 5, 6, at="06-01T00:00"))
    part = channel(3, at="07-01T00:00", after="05-01T10:01", before="05-01T10:05")
    bench.write("b.json", part)
    bench.ingest()
    kept(bench, 1, 3, 5, 6)


def test_what_was_written_while_an_export_began_is_not_deleted(bench):
    bench.write("a.json", channel(1, 2, 3, 4, at="05-01T10:07"))
    bench.write("b.json", channel(5, 6, at="05-01T10:08"))
    bench.ingest()
    kept(bench, 3, 4, 5, 6)


def test_the_parts_of_an_export_decide_together(bench):
    bench.write("all.json", channel(1, 2, 3, 4, 5, 6, at="06-01T00:00"))
    bench.write("new.json", channel(1, 2, at="07-01T00:00"))
    bench.write("new [part 2].json", channel(4, at="07-01T00:30"))
    bench.write("new [part 3].json", channel(6, at="07-01T01:00"))
    bench.ingest()
    kept(bench, 1, 2, 4, 6)


@pytest.mark.parametrize(
    ("parts", "left"),
    [
        ({"new [part 2].json": (4, 6)}, (1, 2, 3, 4, 6)),  # only from its first post on
        ({"new.json": (1,), "new [part 3].json": (6,)}, (1, 2, 3, 4, 5, 6)),  # one is missing
    ],
)
def test_parts_without_the_others_decide_for_no_more_than_they_hold(bench, parts, left):
    bench.write("all.json", channel(1, 2, 3, 4, 5, 6, at="06-01T00:00"))
    for name, numbers in parts.items():
        bench.write(name, channel(*numbers, at="07-01T00:00"))
    bench.ingest()
    kept(bench, *left)


def test_an_export_that_breaks_off_deletes_nothing(bench):
    bench.write("a.json", channel(1, 2, 3, at="06-01T00:00"))
    whole = channel(1, 2, 4, at="07-01T00:00")
    bench.write("b.json", whole.replace('"messageCount": 3', '"messageCount": 9'))
    bench.ingest()
    kept(bench, 1, 2, 3, 4)


def test_without_a_date_an_export_is_as_old_as_its_last_post(bench):
    undated = '"exportedAt": "2024-06-01T00:00:00+00:00"'
    for name, numbers in (("b.json", (1, 2, 3, 4)), ("a.json", (2, 5))):
        text = channel(*numbers, at="06-01T00:00").replace(undated, '"exportedAt": null')
        bench.write(name, text)
    bench.ingest()
    kept(bench, 2, 5)


def test_another_channel_is_another_matter(bench):
    bench.write("a.json", channel(1, 2, at="06-01T00:00"))
    bench.write("b.json", made(export(channel="99"), "2024-07-01T00:00:00+00:00"))
    bench.ingest()
    kept(bench, 1, 2)
