"""An ingest from the files to all three stores, with only the model replaced."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from ingest.report import IngestReport, Stage
from retrieval.errors import UnavailableError, UsageError
from retrieval.records import TextKind
from retrieval.store.catalogue.catalogue import Catalogue
from tests.ingest.conftest import KB, Bench
from tests.ingest.sources import export, message, reply

OWN, QUOTE = TextKind.OWN, TextKind.QUOTE

CHAIN = [
    "How do I keep the chain clean in winter, when there is salt on every road?",
    "Rinse it with warm water after each ride. Then dry it, and oil it again.",
    "Rinse it with warm water after each ride.",
    "That is what I do, and it still rusts within a week, whatever I put on it.",
    "Then the oil is too thin for the season; take one that is made for wet roads.",
]
HUB = [
    "My rear hub makes a noise like a coffee grinder whenever I stop pedalling.",
    "That is the freewheel, and most likely it only wants a drop of grease.",
    "Do not put grease into a freewheel. It takes light oil, or the pawls will stick.",
    "The old shop manual says the same about pawls and grease, on its last page.",
]
LIGHTS = [
    "The dynamo light flickers on cobbles, and on smooth asphalt it never does.",
    "A loose plug at the back of the lamp; push it in until it clicks.",
    "It was the plug indeed, and ten seconds of work after two months of anger.",
]
FORWARD = "The old shop manual says the same about pawls and grease, on its last page."


def fill(bench: Bench) -> None:
    bench.write("chain.txt", *CHAIN, *CHAIN[:2], *CHAIN[3:])
    bench.write("hub.txt", *HUB)
    bench.write("sub/lights.txt", *LIGHTS)


def figures(report: IngestReport) -> IngestReport:
    return replace(report, seconds=0.0)


def test_the_first_ingest_reads_everything(bench):
    fill(bench)
    report = bench.ingest()
    assert (report.files_read, report.files_unchanged, report.files_removed) == (3, 0, 0)
    assert report.refused == ()
    assert (report.threads, report.posts) == (3, 4)
    assert report.quotes_linked == 1
    assert report.repeats == 4
    # The quoted part of a sentence is a text of its own, findable and credited to its origin.
    assert report.passages_total == report.passages_added == 12
    assert bench.opened == 1
    assert len(bench.ids()) == 12


def test_a_thread_is_understood_as_its_file_tells_it(bench):
    fill(bench)
    bench.ingest()
    lines = bench.lines("chain.txt")
    assert [(kind, text) for kind, text, _ in lines] == [
        (QUOTE if number == 2 else OWN, text) for number, text in enumerate(CHAIN)
    ]
    assert lines[2][2] == bench.id_of(CHAIN[1])
    assert bench.thread("sub/lights.txt").thread.file == "sub/lights.txt"


def test_every_distinct_line_can_be_found_and_stands_where_it_says(bench):
    fill(bench)
    bench.ingest()
    located = bench.library.located(bench.ids())
    for line in {*CHAIN, *HUB, *LIGHTS}:
        assert sum(entry.passage.text == line for entry in located.values()) == 1
    for entry in located.values():
        span = entry.post.text[entry.passage.start : entry.passage.end]
        assert span == entry.passage.text
        assert entry.passage.text in (bench.corpus / entry.thread.file).read_text("utf-8")
    index = bench.open_index()
    for line in {*CHAIN, *HUB, *LIGHTS}:
        assert bench.id_of(line) in list(index.passages.best(line, 2))
    index.close()


def test_chroma_holds_what_anybody_needs_to_read_it(bench):
    fill(bench)
    bench.ingest()
    generation = bench.catalogue.generation(KB)
    collection = bench.client.get_collection(generation.collection, embedding_function=None)
    records = collection.get(include=["documents", "metadatas"])
    assert set(records["documents"]) == {*CHAIN, *HUB, *LIGHTS}
    assert {fields["file"] for fields in records["metadatas"]} == {
        "chain.txt",
        "hub.txt",
        "sub/lights.txt",
    }


def test_with_nothing_changed_nothing_is_embedded_and_the_index_stays_shut(bench):
    fill(bench)
    first = bench.ingest()
    again = bench.ingest()
    assert (again.files_read, again.files_unchanged) == (0, 3)
    assert (again.passages_added, again.passages_removed) == (0, 0)
    assert again.passages_unchanged == again.passages_total == first.passages_total
    assert bench.embedder.embedded == []
    assert bench.opened == 0


def test_a_file_that_was_only_touched_is_unchanged(bench):
    fill(bench)
    bench.ingest()
    os.utime(bench.corpus / "hub.txt", (1, 1))
    again = bench.ingest()
    assert (again.files_read, again.files_unchanged, bench.opened) == (0, 3, 0)
    assert bench.ingest().files_unchanged == 3


def test_one_edited_paragraph_in_many_files_is_all_that_is_embedded(bench):
    fill(bench)
    for number in range(20):
        bench.write(f"more/{number}.txt", *(f"Bike {number}: {line}" for line in LIGHTS))
    bench.ingest()
    before = bench.ids()
    edited = "It was the plug indeed, and five seconds of work."
    bench.write("more/7.txt", *(f"Bike 7: {line}" for line in LIGHTS[:2]), edited)
    report = bench.ingest()
    # The thread's opening is embedded once more: it is as short as the thread is.
    assert [text for text in bench.embedder.embedded if "\n" not in text] == [edited]
    assert (report.files_read, report.files_unchanged) == (1, 22)
    assert (report.passages_added, report.passages_removed) == (1, 1)
    assert len(before - bench.ids()) == len(bench.ids() - before) == 1


def test_a_file_that_is_gone_is_removed_and_nothing_else(bench):
    fill(bench)
    bench.ingest()
    gone = {bench.id_of(line) for line in HUB}
    before = bench.ids()
    (bench.corpus / "hub.txt").unlink()
    report = bench.ingest()
    assert (report.files_removed, report.passages_removed, report.threads) == (1, 4, 2)
    assert bench.ids() == before - gone
    assert bench.embedder.embedded == []


def test_a_renamed_file_keeps_its_ids_and_is_not_embedded_again(bench):
    fill(bench)
    bench.ingest()
    before = bench.ids()
    (bench.corpus / "hub.txt").rename(bench.corpus / "renamed.txt")
    report = bench.ingest()
    assert (report.files_read, report.files_removed) == (1, 1)
    assert (report.passages_added, report.passages_removed) == (0, 0)
    assert bench.ids() == before
    assert bench.embedder.embedded == []
    assert bench.thread("renamed.txt").thread.file == "renamed.txt"


def test_a_thread_in_two_files_outlives_one_of_them(bench):
    bench.write("one.txt", *HUB)
    bench.write("two.txt", *HUB)
    report = bench.ingest()
    assert (report.threads, report.passages_total) == (1, 4)
    assert sorted(bench.embedder.embedded) == sorted({*bench.embedder.embedded})
    before = bench.ids()
    (bench.corpus / "one.txt").unlink()
    report = bench.ingest()
    assert (report.files_removed, report.passages_removed, report.threads) == (1, 0, 1)
    assert bench.ids() == before
    [entry] = bench.library.located([bench.id_of(HUB[0])]).values()
    assert entry.thread.file == "two.txt"


def test_a_run_over_a_part_removes_nothing_elsewhere(bench):
    fill(bench)
    bench.ingest()
    before = bench.ids()
    (bench.corpus / "hub.txt").unlink()
    report = bench.ingest(bench.corpus / "sub")
    assert (report.files_unchanged, report.files_removed) == (1, 0)
    report = bench.ingest(bench.corpus / "chain.txt")
    assert (report.files_unchanged, report.files_removed) == (1, 0)
    assert bench.ids() == before


def test_an_empty_folder_wipes_no_index_unless_told_to(bench):
    fill(bench)
    bench.ingest()
    before = bench.ids()
    for path in (*bench.corpus.glob("*.txt"), *bench.corpus.glob("sub/*")):
        path.unlink()
    with pytest.raises(UnavailableError, match="--allow-empty"):
        bench.ingest()
    assert bench.ids() == before
    report = bench.ingest(allow_empty=True)
    assert (report.files_removed, report.passages_total) == (3, 0)
    assert bench.ids() == set()


def test_an_empty_folder_without_an_index_is_a_mistake(bench):
    with pytest.raises(UnavailableError, match="There are no files in"):
        bench.ingest()
    with pytest.raises(UsageError, match="There is no file or folder"):
        bench.ingest(bench.corpus / "missing")


BAD = {
    "empty.txt": b"",
    "bom.txt": b"\xef\xbb\xbf",
    "picture.txt": b"\x89PNG\r\n\x1a\n\x00\x00",
    "latin.txt": b"caf\xe9\n",
    "cut.json": b'{"guild": {"id": "1"}, "channel": {"id"',
    "rows.jsonl": b'{"thread_id": 1}\n',
    "sheet.csv": b"length,width\n30,20\n",
}


def test_bad_files_are_refused_one_by_one_and_the_others_are_ingested(bench):
    fill(bench)
    for name, data in BAD.items():
        (bench.corpus / name).write_bytes(data)
    report = bench.ingest()
    assert report.files_read == 3
    assert {refusal.file for refusal in report.refused} == set(BAD)
    assert all("\n" not in refusal.reason and refusal.reason for refusal in report.refused)
    assert report.passages_total == 12


def test_a_folder_with_nothing_readable_is_no_disaster(bench):
    for name, data in BAD.items():
        (bench.corpus / name).write_bytes(data)
    report = bench.ingest()
    assert (report.files_read, len(report.refused), report.passages_total) == (0, len(BAD), 0)
    assert bench.opened == 0


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_a_refused_file_keeps_its_earlier_text(bench, data):
    fill(bench)
    bench.ingest()
    before = bench.ids()
    (bench.corpus / "hub.txt").write_bytes(data)
    report = bench.ingest()
    if report.refused:
        assert "what was read of it before stays in the index" in report.refused[0].reason
        assert bench.ids() == before
    assert report.files_removed == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_file_that_cannot_be_looked_at_keeps_its_earlier_text(bench):
    fill(bench)
    bench.ingest()
    before = bench.ids()
    (bench.corpus / "hub.txt").unlink()
    (bench.corpus / "hub.txt").symlink_to(bench.corpus / "unplugged")
    report = bench.ingest()
    assert (len(report.refused), report.files_removed) == (1, 0)
    assert bench.ids() == before


def change_everything(bench: Bench) -> None:
    bench.write("chain.txt", *CHAIN[:2], "A new line about wax, which nobody has tried yet.")
    (bench.corpus / "hub.txt").rename(bench.corpus / "moved.txt")
    (bench.corpus / "copy.txt").unlink()
    (bench.corpus / "sub/lights.txt").unlink()
    os.utime(bench.corpus / "touched.txt", (1, 1))
    (bench.corpus / "kept.txt").write_bytes(b"\x00")
    bench.write("new.txt", "A thread that has just begun, about tubeless tyres.")


def test_a_dry_run_says_what_then_happens_and_changes_nothing(bench):
    fill(bench)
    bench.write("copy.txt", *HUB)
    bench.write("touched.txt", "Pumps: the red one at the door has a broken gauge.")
    bench.write("kept.txt", "Tools: the good wrench hangs behind the mirror.")
    rehearsed = bench.ingest(dry_run=True)
    assert bench.catalogue.stamps(KB) == {}
    assert (bench.opened, bench.embedder.embedded, bench.ids()) == (0, [], set())
    performed = bench.ingest()
    assert_same_outcome(rehearsed, performed)

    change_everything(bench)
    before, stamps = bench.ids(), bench.catalogue.stamps(KB)
    rehearsed = bench.ingest(dry_run=True)
    assert rehearsed.dry_run
    assert (bench.opened, bench.embedder.embedded) == (0, [])
    assert (bench.ids(), bench.catalogue.stamps(KB)) == (before, stamps)
    performed = bench.ingest()
    assert not performed.dry_run
    assert_same_outcome(rehearsed, performed)


def assert_same_outcome(rehearsed: IngestReport, performed: IngestReport) -> None:
    after_the_fact = {"threads", "posts", "quotes_linked", "seconds", "dry_run"}
    for name in IngestReport.__dataclass_fields__:
        if name not in after_the_fact:
            assert (name, getattr(rehearsed, name)) == (name, getattr(performed, name))


def test_the_encoding_that_a_file_was_read_in_is_remembered(bench):
    path = bench.corpus / "latin.txt"
    path.write_bytes("Das Café am Fluss schließt um fünf.\n".encode("cp1252"))
    assert "offset 7" in bench.ingest().refused[0].reason
    assert bench.ingest(encoding="cp1252").files_read == 1
    assert bench.lines("latin.txt")[0][1] == "Das Café am Fluss schließt um fünf."
    assert bench.ingest().files_unchanged == 1
    path.write_bytes("Das Café am Fluss schließt um sechs.\n".encode("cp1252"))
    assert bench.ingest().refused == ()
    assert bench.lines("latin.txt")[0][1] == "Das Café am Fluss schließt um sechs."


def test_another_encoding_reads_a_file_again(bench):
    (bench.corpus / "latin.txt").write_bytes("Es heißt „Café“.\n".encode("cp1252"))
    bench.ingest(encoding="latin-1")
    assert bench.ingest(encoding="cp1252").files_read == 1
    assert bench.lines("latin.txt")[0][1] == "Es heißt „Café“."


QUOTING = [
    {"thread_id": "q", "post_id": "1", "text": f"> {HUB[2]}\n\nSo how much oil is that?"},
    {"thread_id": "q", "post_id": "2", "text": "> Nobody ever wrote these words anywhere.\n\nNo."},
]


def write_quoting(bench: Bench) -> None:
    bench.write("a-quoting.jsonl", *map(json.dumps, QUOTING))


def quote_origins(bench: Bench) -> list[str | None]:
    return [origin for kind, _, origin in bench.lines("a-quoting.jsonl") if kind is QUOTE]


@pytest.mark.parametrize("order", ["together", "quote first", "origin first"])
def test_quotes_of_other_files_are_linked_whichever_comes_first(bench, order):
    if order == "quote first":
        write_quoting(bench)
        bench.ingest()
        assert quote_origins(bench) == [None, None]
    bench.write("hub.txt", *HUB)
    if order == "origin first":
        bench.ingest()
    write_quoting(bench)
    report = bench.ingest()
    assert quote_origins(bench) == [bench.id_of(HUB[2]), None]
    assert report.quotes_linked == 1


def test_a_quote_whose_origin_goes_has_none_until_it_comes_back(bench):
    write_quoting(bench)
    bench.write("hub.txt", *HUB)
    bench.ingest()
    (bench.corpus / "hub.txt").unlink()
    assert bench.ingest().quotes_linked == 0
    assert quote_origins(bench) == [None, None]
    bench.write("hub.txt", *HUB)
    assert bench.ingest().quotes_linked == 1
    assert quote_origins(bench) == [bench.id_of(HUB[2]), None]


def test_copies_are_counted_and_linked_across_runs(bench):
    fill(bench)
    assert bench.ingest().near == 0
    bench.write("again.txt", HUB[2].upper(), LIGHTS[0].replace("never", "always"))
    rehearsed = bench.ingest(dry_run=True)
    report = bench.ingest()
    assert rehearsed.near == report.near == 1
    assert bench.catalogue.counts(KB).copies == 1
    copy = bench.library.source(bench.id_of(HUB[2].upper()))
    assert copy.passage.duplicate_of == bench.id_of(HUB[2])
    assert [place.thread.file for place in copy.also_in] == ["hub.txt"]
    assert bench.ingest().near == 0
    (bench.corpus / "hub.txt").unlink()
    bench.ingest()
    assert bench.library.source(copy.passage.id).passage.duplicate_of is None


def test_a_run_over_a_part_unlinks_nothing_elsewhere(bench):
    fill(bench)
    bench.write("sub/again.txt", HUB[2].upper())
    bench.ingest()
    (bench.corpus / "hub.txt").unlink()
    bench.write("sub/lights.txt", LIGHTS[0])
    bench.ingest(bench.corpus / "sub")
    assert bench.catalogue.counts(KB).copies == 1


def test_copies_that_an_ended_ingest_left_unlinked_are_linked_by_the_next(bench):
    fill(bench)
    bench.write("sub/again.txt", HUB[2].upper())
    bench.ingest()
    with bench.catalogue.writing() as connection:
        connection.execute("UPDATE sketches SET original = NULL, fingerprints = NULL")
        connection.execute("DELETE FROM fingerprints")
    assert bench.ingest().files_read == 0
    assert bench.catalogue.counts(KB).copies == 1
    assert bench.catalogue.is_settled(KB)


def test_both_parts_of_a_partitioned_export_are_findable(bench):
    bench.write("s [part 1].json", export(message(1, "The gauge is off."), message(2, "By much?")))
    bench.write("s [part 2].json", export(reply(3, "By half a bar, I think.", to=2)))
    report = bench.ingest()
    assert (report.threads, report.posts, report.passages_total) == (1, 3, 3)
    view = bench.library.source(bench.id_of("By half a bar, I think."))
    assert view.in_reply_to is not None
    assert view.in_reply_to.text == "By much?"
    assert view.thread.file == "s [part 1].json"
    assert bench.ingest().files_unchanged == 1
    asked = bench.library.source(bench.id_of("By much?"))
    assert [post.text for post in asked.replies] == ["By half a bar, I think."]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX names")
@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"new\nline.txt", "\u202egpj.txt".encode()])
def test_files_of_any_name_are_ingested(bench, name):
    path = bench.corpus / os.fsdecode(name)
    try:
        path.write_text("A thread in a file with an odd name.\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert bench.ingest().files_read == 1
    assert bench.ingest().files_unchanged == 1
    [entry] = bench.library.located(bench.ids()).values()
    assert entry.thread.file == name.decode("utf-8", "replace")
    json.dumps(entry.thread.file).encode()
    path.unlink()
    assert bench.ingest(allow_empty=True).files_removed == 1


def test_progress_goes_through_its_stages_to_the_end(bench):
    fill(bench)
    bench.ingest()
    assert {step.stage for step in bench.progress} == set(Stage)
    for stage in Stage:
        steps = [step for step in bench.progress if step.stage is stage]
        assert [step.done for step in steps] == sorted(step.done for step in steps)
        assert steps[-1].done == steps[-1].total


def test_knowledge_bases_do_not_mix(bench, tmp_path):
    fill(bench)
    bench.ingest()
    assert bench.catalogue.indexed_ids("another") == set()
    with closing(Catalogue(tmp_path / "new.sqlite3")) as catalogue:
        assert catalogue.counts(KB).passages == 0


def test_a_paragraph_that_repeats_itself_is_indexed_once_and_kept_whole(bench):
    long = "lorem ipsum alignment agent " * 40_000
    bench.write("long.txt", long, "A short line after it.")
    report = bench.ingest()
    assert report.passages_total < 1_000
    assert all(
        len(entry.passage.text) <= 1_500 for entry in bench.library.located(bench.ids()).values()
    )
    # Not a megabyte for each of its passages.
    assert len({id(entry.post.text) for entry in bench.library.located(bench.ids()).values()}) == 1
    posts = bench.thread("long.txt").posts
    assert sum(len(post.post.text) for post in posts) > len(long)


@pytest.mark.parametrize("name", ["users.json", "stream_index.json", "archive/users.json"])
def test_a_file_of_an_export_without_posts_is_passed_over(bench, name):
    bench.write("said.txt", "The crane lifts two tonnes.")
    bench.write(name, '[{"id": "U1", "name": "ann", "deleted": false}]')
    report = bench.ingest()
    assert (report.files_read, report.refused, report.passed_over) == (1, (), (name,))


def test_one_that_is_only_called_so_is_read(bench):
    bench.write(
        "users.json",
        '{"guild": {"id": "1", "name": "G"}, "channel": {"id": "2", "name": "c"},',
        '"messages": [{"id": "3", "type": "Default", "timestamp": "2026-01-01T00:00:00+00:00",',
        '"content": "Lift slowly.", "author": {"id": "4", "name": "Ann"}}]}',
    )
    report = bench.ingest()
    assert (report.posts, report.passed_over) == (1, ())
