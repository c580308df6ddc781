"""BM25 from memory is that of tantivy."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.store.index import PassageIndex
from retrieval.store.lexical.forward_index import ForwardIndex, read_forward_index
from retrieval.store.memory.layout import Layout, read_layout
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of, files_of

MODEL = HashingEmbedder()
LONG = "The yeast rises in warm water. " * 30
SIGNS = "Ein Löffel Hefe, d’accord? snake_case C++\u200b and the_yeast\x07 42"
POSTS = (
    Said("Ann", f"First the yeast.\n\nThen the flour, the salt and the flour.\n\n{LONG}"),
    Said("Bob", f"> Then the flour, the salt and the flour.\n\n{SIGNS}"),
    Said("Cem", "Flours and yeasts, as\tyeasty as ever; nothing but " + "w" * 120),
)
QUESTIONS = (
    "flour and yeast?",
    "hefe löffel",
    "the and of",
    "yeast water 42 snake flour yeast",
    "",
)


def read(
    index: PassageIndex, known: tuple[Layout, ForwardIndex] | None = None
) -> tuple[Layout, ForwardIndex]:
    layout = read_layout(index.catalogue, KB, MODEL.fingerprint, MODEL.dimensions)
    analyze = index.passages.analyzed
    return layout, read_forward_index(index.catalogue, KB, layout, analyze, known)


def assert_as_in_tantivy(index: PassageIndex, layout: Layout, terms: ForwardIndex) -> None:
    for question in QUESTIONS:
        theirs = index.passages.scores(question, layout.ids)
        ours = terms.scores(index.passages.counted(question), np.arange(len(layout.ids)))
        assert ours == pytest.approx([theirs.get(id_, 0.0) for id_ in layout.ids], rel=1e-5)


def test_scores_are_those_of_tantivy(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([files_of(name, {"same": POSTS}) for name in ("a.json", "b.json")])
        assert_as_in_tantivy(index, *read(index))


def test_scores_are_of_any_places_in_any_order(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", *POSTS)])
        _, terms = read(index)
        wanted = index.passages.counted("yeast")
        assert terms.scores(wanted, np.array([2, 0])) == pytest.approx(
            terms.scores(wanted, np.arange(3))[[2, 0]]
        )
        assert terms.scores(wanted, np.zeros(0, np.int64)).tolist() == []


def test_after_an_ingest_only_new_texts_are_read(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("b.json", *POSTS[:2]), file_of("c.json", *POSTS[1:])])
        first = read(index)
        index.write([file_of("a.json", Said("Dee", "A new yeast, and sugar."))])
        second = read(index, first)
        assert_as_in_tantivy(index, *second)
        assert second[1].vocabulary is first[1].vocabulary
        # What was read before knows none of the terms that came later.
        assert first[1].scores({"sugar": 1}, np.arange(2)).tolist() == [0, 0]


def test_what_is_gone_counts_no_more(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("b.json", *POSTS[:2]), file_of("c.json", *POSTS[1:])])
        first = read(index)
        index.write([], ["/threads/c.json"])
        layout, terms = read(index, first)
        everywhere, wanted = np.arange(len(layout.ids)), index.passages.counted("flour yeast")
        afresh = read(index)[1].scores(wanted, everywhere)
        assert terms.scores(wanted, everywhere).tolist() == afresh.tolist()


def test_an_empty_knowledge_base_has_no_scores(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        assert_as_in_tantivy(index, *read(index))
