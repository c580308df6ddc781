"""Collections in BEIR layout, read and made into threads."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.beir import beir_contents
from retrieval.errors import UsageError
from retrieval.evaluation.collections.beir import is_collection, read_collection
from retrieval.records import Standing

ROWS: list[dict[str, object]] = [
    {"_id": "1", "title": "Oil", "text": "Use a little."},
    {"_id": 2, "title": "", "text": "Grease is thicker."},
]
QUERIES = [{"_id": "q1", "text": "which oil"}, {"_id": "q2", "text": "which grease"}]
THREADS = [
    {
        "_id": "r2",
        "title": "T  open",
        "text": "Late.",
        "thread_id": "t",
        "created_at": "2024-02-01",
    },
    {"_id": "x", "title": "Alone", "text": "One."},
    {
        "_id": "r1",
        "title": "T  open",
        "text": "Early.\n\n> Quoted.\n\nReply.",
        "thread_id": "t",
        "author": "mo",
        "created_at": "2013-05-03 07:23:20",
    },
]


def each_character(text):
    return range(1, len(text) + 1)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, ROWS)
    return tmp_path


Rows = Sequence[Mapping[str, object]]


def write(
    folder: Path,
    documents: Rows,
    queries: Rows = QUERIES,
    qrels: str = "q1\t1\t1\nq2\t2\t2\nq2\t1\t0\n",
) -> None:
    for name, rows in (("corpus", documents), ("queries", queries)):
        text = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
    (folder / "qrels").mkdir(exist_ok=True)
    heading = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "test.tsv").write_text(heading + qrels, "utf-8")


def test_documents_queries_and_relevance_are_read(folder):
    collection = read_collection(folder)
    assert is_collection(folder)
    assert [document.id for document in collection.documents] == ["1", "2"]
    assert [document.whole_text for document in collection.documents] == [
        "Oil\nUse a little.",
        "Grease is thicker.",
    ]
    assert collection.relevance == {"q1": {"1": 1}, "q2": {"2": 2, "1": 0}}


def test_queries_that_nothing_answers_are_not_asked(folder):
    write(folder, ROWS, qrels="q1\t1\t0\nq2\t2\t1\n")
    assert [query.id for query in read_collection(folder).queries] == ["q2"]
    assert [query.id for query in read_collection(folder, limit=1).queries] == ["q2"]


def test_the_test_split_is_preferred_and_else_all_are_taken(folder):
    train = folder / "qrels" / "train.tsv"
    train.write_text("q1\t2\t1\n", "utf-8")  # without the line of headings
    assert "2" not in read_collection(folder).relevance["q1"]
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "dev.tsv")
    assert read_collection(folder).relevance["q1"] == {"1": 1, "2": 1}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"documents": []}, "holds no document"),
        ({"documents": [{"_id": "1"}]}, r"corpus\.jsonl, line 1: text"),
        ({"queries": [{"text": "no id"}]}, r"queries\.jsonl, line 1: _id"),
        ({"qrels": "q1\t1\tyes\n"}, "line 2 is not query-id"),
        ({"qrels": "q1 1 1\n"}, "line 2 is not query-id"),
        ({"qrels": "other\t1\t1\n"}, "names no document for any query"),
    ],
)
def test_what_is_not_right_is_named(folder, change, complaint):
    write(folder, **{"documents": ROWS, **change})
    with pytest.raises(UsageError, match=complaint):
        read_collection(folder)


def test_missing_files_are_named(folder):
    (folder / "qrels" / "test.tsv").unlink()
    with pytest.raises(UsageError, match=r"holds no \.tsv"):
        read_collection(folder)
    (folder / "queries.jsonl").unlink()
    (folder / "qrels" / "test.tsv").touch()
    with pytest.raises(UsageError, match=r"queries\.jsonl is missing"):
        read_collection(folder)


def test_documents_of_one_thread_become_its_posts_in_the_order_of_time(tmp_path):
    write(tmp_path, THREADS, qrels="q1\tr1\t1\n")
    contents = beir_contents(read_collection(tmp_path).documents, each_character)
    (file,) = contents.files
    by_title = {thread.thread.title: thread for thread in file.threads}
    thread = by_title["T open"]
    assert [exchange.text for exchange in thread.exchanges] == ["T open"]
    assert {post.standing for post in thread.posts} == {Standing.REPLY}
    assert [contents.document_of_post[post.id] for post in thread.posts] == ["r1", "r2"]
    assert [passage.text for passage in thread.passages] == [
        "Early.",
        "> Quoted.",
        "Reply.",
        "Late.",
    ]
    assert thread.posts[0].created_at == datetime(2013, 5, 3, 7, 23, 20, tzinfo=UTC)
    assert thread.posts[0].author == "mo"


def test_a_document_without_a_thread_is_one_with_its_title_above_its_text(tmp_path):
    write(tmp_path, THREADS, qrels="q1\tr1\t1\n")
    contents = beir_contents(read_collection(tmp_path).documents, each_character)
    alone = next(thread for thread in contents.files[0].threads if not thread.thread.title)
    assert [post.text for post in alone.posts] == ["Alone\nOne."]
    assert alone.exchanges == ()
    assert contents.document_of_post[alone.posts[0].id] == "x"


def test_a_long_document_is_cut_into_passages(tmp_path):
    write(tmp_path, [{"_id": "1", "title": "Long", "text": "A sentence of words. " * 60}])
    contents = beir_contents(read_collection(tmp_path).documents, each_character)
    (thread,) = contents.files[0].threads
    assert len({passage.text for passage in thread.passages}) > 1
    assert {passage.post_id for passage in thread.passages} == {thread.posts[0].id}


def test_a_reply_that_only_asks_is_worth_less_than_one_that_tells(tmp_path):
    rows = [
        {"_id": name, "title": "Oil for the chain", "thread_id": "t", "text": text}
        for name, text in (
            ("r1", "Take a light one and wipe off what is left."),
            ("r2", "Which chain is it that you have?"),
            ("r3", "Take a heavy one where it rains a lot."),
        )
    ]
    write(tmp_path, rows, qrels="q1\tr1\t1\n")
    contents = beir_contents(read_collection(tmp_path).documents, each_character)
    (thread,) = contents.files[0].threads
    worth = {contents.document_of_post[post.id]: post.worth for post in thread.posts}
    assert worth["r2"] < min(worth["r1"], worth["r3"])
