"""A small collection through the real index and search, and through simpler rankers."""

from __future__ import annotations

import json

import pytest

from ingest.beir import beir_contents
from retrieval.evaluation.collections.baselines import Baselines, reciprocal_rank_fusion
from retrieval.evaluation.collections.beir import read_collection
from retrieval.evaluation.collections.cached_embedder import CachedEmbedder
from retrieval.evaluation.collections.collection import (
    FOOTNOTE,
    DocumentSearch,
    Size,
    evaluate_collection,
    index_collection,
)
from retrieval.store.catalogue.catalogue import Catalogue
from tests.fakes import HashingEmbedder
from tests.retrieval.conftest import engine_on
from tests.retrieval.store.builders import Folder, agree, client_at

LONG = "Chains wear in the rain. " * 80
ROWS = [
    {"_id": "oil", "title": "Chain oil", "text": "Sewing machine oil is thin and does not gum."},
    {"_id": "long", "title": "Chain wear", "text": f"{LONG} A gauge measures elongation. {LONG}"},
    {"_id": "soup", "title": "Soup", "text": "Salt the lentils when they are soft."},
    {
        "_id": "reply",
        "title": "Squealing brakes. What helps?",
        "text": "Sand the pads lightly.",
        "thread_id": "brakes",
    },
    {
        "_id": "chat",
        "title": "Squealing brakes. What helps?",
        "text": "Mine went quiet with softer pads.",
        "thread_id": "brakes",
    },
]
QUERIES = [
    {"_id": "1", "text": "which oil does not gum"},
    {"_id": "2", "text": "what measures elongation"},
    {"_id": "3", "text": "squealing brakes sand"},
]
QRELS = "query-id\tcorpus-id\tscore\n1\toil\t1\n2\tlong\t1\n3\treply\t2\n"


def silent(_doing: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    for name, rows in (("corpus", ROWS), ("queries", QUERIES)):
        lines = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, "utf-8")
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text(QRELS, "utf-8")
    return read_collection(folder)


@pytest.fixture
def index(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as opened:
        yield opened


@pytest.fixture
def contents(collection):
    return beir_contents(collection.documents, lambda text: range(1, len(text) + 1))


def test_a_collection_is_indexed_as_threads_are(index, contents):
    steps = []
    size = index_collection(index, contents.files, lambda *step: steps.append(step))
    agree(index)
    assert size.threads == 1
    assert size.passages > len(ROWS)  # the long one was cut
    assert steps[-1][1] == steps[-1][2]


def test_the_real_search_ranks_documents_not_passages(index, contents, collection):
    size = index_collection(index, contents.files, silent)
    search = DocumentSearch(engine_on(index).search, index.library, contents.document_of_post)
    ranking = search("what measures elongation of chains")
    assert sorted(ranking) == sorted(str(row["_id"]) for row in ROWS)
    assert ranking[0] == "long"
    report = evaluate_collection(collection, {FOOTNOTE: search}, size, silent)
    (figures,) = report.figures
    assert figures.recall_at_10 == 1.0
    assert 0.5 < figures.mrr_at_10 <= figures.ndcg_at_10 <= 1.0
    assert figures.p95_ms >= figures.p50_ms > 0
    assert not report.missed


def test_a_passage_found_stands_for_the_documents_that_say_the_same(index, collection):
    """A search shows one of them and names the others; nobody should count those as missed."""
    first = next(d for d in collection.documents if d.id == "oil")
    again = [first.model_copy(update={"id": name}) for name in ("again", "and again")]
    contents = beir_contents([*collection.documents, *again], lambda text: range(1, len(text) + 1))
    index_collection(index, contents.files, silent)
    engine = engine_on(index)
    search = DocumentSearch(engine.search, index.library, contents.document_of_post)
    ranking = search("which oil for a chain")
    together = [ranking.index(name) for name in ("oil", "again", "and again")]
    assert max(together) - min(together) == 2
    assert len(ranking) == len(set(ranking))


def test_figures_and_misses_follow_the_rankings(collection):
    rankings = {
        QUERIES[0]["text"]: ["soup", "oil"],
        QUERIES[1]["text"]: ["soup"],
        QUERIES[2]["text"]: ["reply"],
    }
    report = evaluate_collection(
        collection,
        {FOOTNOTE: rankings.__getitem__, "same": rankings.__getitem__},
        Size(1, 5, 2.0),
        silent,
    )
    ours, same = report.figures
    assert ours.mrr_at_10 == same.mrr_at_10 == pytest.approx((1 / 2 + 0 + 1) / 3)
    assert ours.recall_at_100 == pytest.approx(2 / 3)
    (missed,) = report.missed
    assert (missed.id, missed.rank) == ("2", None)
    assert missed.first.startswith("Soup")
    assert "gauge" in missed.expected[0]


def test_the_simpler_rankers_rank_whole_documents(collection, tmp_path):
    texts = {document.id: document.whole_text for document in collection.documents}
    baselines = Baselines(texts, tmp_path / "lexical", HashingEmbedder(), silent)
    try:
        assert baselines.bm25("elongation") == ["long"]
        assert len(baselines.dense("elongation")) == len(ROWS)
        assert baselines.dense("Salt the lentils when soft")[0] == "soup"
        assert baselines.rrf("elongation")[0] == "long"
    finally:
        baselines.close()


def test_reciprocal_rank_fusion_adds_what_both_rankings_give():
    # b: 1/62 + 1/61; a: 1/61; c: 1/62 — with k = 60.
    assert reciprocal_rank_fusion([["a", "b"], ["b", "c"]]) == ["b", "a", "c"]


def test_a_second_run_embeds_questions_only(tmp_path):
    for expected in (["one", "two"], []):
        catalogue = Catalogue(tmp_path / "eval.sqlite3")
        model = HashingEmbedder()
        embedder = CachedEmbedder(model, catalogue)
        vectors = embedder.embed_passages(["one", "two"])
        catalogue.close()
        assert sorted(model.embedded) == expected
        assert vectors.shape == (2, embedder.dimensions)
        assert vectors[0] @ model.embed_question("one") == pytest.approx(1.0, abs=1e-3)
