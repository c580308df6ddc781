"""Forgotten people, from exports to all three stores and back."""

from __future__ import annotations

import json

import pytest

from ingest.admission import AdmissionRules
from retrieval.store.removal.expelling import expel, traces
from retrieval.store.removal.forgotten import ForgottenPeople
from tests.ingest.conftest import KB, Bench
from tests.ingest.sources import Fields, export, message, reply

SECRET = "Ring me on 555 0199 after six, the workshop is behind the old mill."
QUOTED = "> Ring me on 555 0199 after six, the workshop is behind the old mill."
PASTED = "Ring me on 555 0199 after six, the workshop is behind the old mill!"
QUESTION = "Who can true a wheel this week?"


def by(fields: Fields, author_id: str, name: str) -> Fields:
    author = fields["author"]
    assert isinstance(author, dict)
    return fields | {"author": {**author, "id": author_id, "name": name, "nickname": name}}


def workshop(*more: Fields) -> str:
    return export(
        message(1, QUESTION),
        by(reply(2, SECRET, to=1), "8", "Mira"),
        by(reply(3, f"{QUOTED}\n\nCalled her, and it was done in an hour.", to=2), "9", "Bo"),
        *more,
    )


def fill(bench: Bench) -> None:
    bench.write("workshop.json", workshop())
    pasted = by(message(40, PASTED), "9", "Bo")
    bench.write("elsewhere.json", export(pasted, channel="23", name="elsewhere"))
    lines = [
        {
            "post_id": "a",
            "thread_id": "t",
            "author": "Mira",
            "text": "A spoke key costs four euros.",
        },
        {
            "post_id": "b",
            "thread_id": "t",
            "author": "Cy",
            "text": "Eight in the shop by the station.",
        },
    ]
    bench.write("prices.jsonl", *map(json.dumps, lines))


@pytest.fixture
def people(bench: Bench) -> ForgottenPeople:
    return ForgottenPeople(bench.data)


def forget(bench: Bench, people: ForgottenPeople, author_id: str, name: str | None = None) -> int:
    people.remember(author_id, name=name)
    found = traces(bench.catalogue, KB, people.read(author_id))
    if found is None:
        return 0
    people.remember_traces(author_id, found.names, found.passages)
    index = bench.open_index()
    try:
        return expel(index, found)
    finally:
        index.close()


def ingest(bench: Bench, people: ForgottenPeople) -> None:
    bench.ingest(admission=AdmissionRules(forgotten=people.read()))


def everything(bench: Bench) -> str:
    """All text that any store holds."""
    ids = bench.ids()
    rows = bench.catalogue.connection
    texts = [row[0] for row in rows.execute("SELECT text FROM posts")]
    texts += [row[0] for row in rows.execute("SELECT text FROM exchanges")]
    texts += [at.passage.text for at in bench.library.located(ids).values()]
    generation = bench.catalogue.generation(KB)
    assert generation is not None
    collection = bench.client.get_collection(generation.collection, embedding_function=None)
    records = collection.get(include=["documents", "metadatas"])
    return json.dumps([texts, records["documents"], records["metadatas"]])


def test_posts_quotes_and_copies_leave_all_stores(bench, people):
    fill(bench)
    ingest(bench, people)
    assert everything(bench).count("555 0199") > 4
    assert forget(bench, people, "8") == 1
    left = everything(bench)
    assert "555 0199" not in left
    assert "Called her, and it was done in an hour." in left
    assert "A spoke key costs four euros." in left, "a name alone is not the id"
    index = bench.open_index()
    assert list(index.passages.best("555 0199 workshop mill", 5)) == []
    index.close()


def test_what_is_read_again_later_stays_out(bench, people):
    fill(bench)
    ingest(bench, people)
    forget(bench, people, "8")
    ingest(bench, people)
    assert "555 0199" not in everything(bench)
    later = by(message(4, "Still here, and still truing wheels for everybody."), "8", "Mira B.")
    bench.write("workshop.json", workshop(later, message(5, "Good to know, thank you both.")))
    bench.write("again.json", workshop(later))
    (bench.corpus / "elsewhere.json").touch()
    bench.catalogue.read_all_again()
    ingest(bench, people)
    left = everything(bench)
    assert "555 0199" not in left
    assert "truing" not in left
    assert "Good to know" in left


def test_a_knowledge_base_restored_from_before_is_put_right_by_the_next_ingest(bench, people):
    fill(bench)
    ingest(bench, people)
    people.remember("8")
    bench.ingest(admission=AdmissionRules(forgotten=people.read()))
    assert "555 0199" not in everything(bench)
    bench.ingest(admission=AdmissionRules(forgotten=people.read()))
    assert bench.opened == 0, "there is nothing left to do"


def test_who_is_allowed_again_is_read_again(bench, people):
    fill(bench)
    ingest(bench, people)
    before = everything(bench), bench.ids()
    forget(bench, people, "8")
    assert people.allow("8")
    bench.catalogue.read_all_again()
    ingest(bench, people)
    assert bench.ids() == before[1]
    assert sorted(everything(bench)) == sorted(before[0])


def test_a_source_without_ids_knows_people_by_name(bench, people):
    fill(bench)
    ingest(bench, people)
    assert forget(bench, people, "jsonl:mira") == 1
    left = everything(bench)
    assert "spoke key" not in left
    assert "555 0199" in left
    assert forget(bench, people, "8", name="Mira") == 1


def test_one_id_in_three_sources_goes_from_all_and_is_counted_by_kind(bench, people):
    fill(bench)
    line = {"thread_id": "u", "post_id": "c", "author_id": "8", "text": "Bring tape."}
    bench.write("tape.jsonl", json.dumps(line))
    bench.write("again.json", export(by(message(50, "Bring oil."), "8", "x"), channel="24"))
    ingest(bench, people)
    people.remember("8")
    found = traces(bench.catalogue, KB, people.read())
    assert found is not None
    assert found.posts_by_kind == {"discord-chat-exporter": 2, "jsonl": 1}
    assert forget(bench, people, "8") == 3


def test_forgetting_the_opener_makes_nobody_else_the_opener(bench, people):
    fill(bench)
    ingest(bench, people)
    forget(bench, people, "7")
    view = bench.thread("workshop.json")
    assert [post.post.ordinal for post in view.posts] == [1, 2]
    assert view.posts[0].post.parent_id is not None


def test_after_a_crash_between_two_files_the_rest_is_found(bench, people):
    fill(bench)
    ingest(bench, people)
    people.remember("8")
    found = traces(bench.catalogue, KB, people.read())
    assert found is not None
    assert len(found.files) > 1
    index = bench.open_index()
    one = type(found)(found.posts, found.passages, found.files[:1])
    expel(index, one)
    index.close()
    ingest(bench, people)
    assert "555 0199" not in everything(bench)
