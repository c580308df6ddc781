"""Where passages stand, as a search keeps it in memory."""

from __future__ import annotations

import numpy as np

from retrieval.ranking.memory import LiveHeld
from retrieval.store.index import PassageIndex
from retrieval.store.memory.layout import read_layout, widened
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of, files_of

MODEL = HashingEmbedder()
POST = "First the yeast.\n\nThen the flour.\n\nLast the salt."


def found_in(index: PassageIndex, *texts: str):
    located = index.library.located(index.catalogue.indexed_ids(KB))
    ids = [id_ for id_, entry in located.items() if entry.passage.text in texts]
    layout = read_layout(index.catalogue, KB, MODEL.fingerprint, MODEL.dimensions)
    found = layout.candidates(index.catalogue, ids, MODEL.dimensions)
    return found, [located[id_].passage.text for id_ in found.ids]


def test_candidates_come_with_their_neighbours_and_own_vectors(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", Said("Ann", POST), Said("Bob", "Rest it."))])
        found, said = found_in(index, "Then the flour.")
        assert said == ["First the yeast.", "Then the flour.", "Last the salt."]
        assert found.wanted.tolist() == [False, True, False]
        assert (found.before.tolist(), found.after.tolist()) == ([0, 0, 1], [1, 2, 2])
        assert found.lengths.tolist() == [16, 15, 14]
        cosines = found.vectors @ MODEL.embed_passages(said).T
        assert np.diag(cosines).round(2).tolist() == [1, 1, 1]
        assert found_in(index, "Rest it.")[1] == ["Rest it."]  # another post


def test_a_passage_of_several_files_is_wanted_once(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        posts = {"same": (Said("Ann", POST),)}
        index.write([files_of("a.json", posts), files_of("b.json", posts)])
        found, said = found_in(index, "Then the flour.")
        assert said.count("Then the flour.") == 2
        assert found.wanted_ids() == [found.ids[1]]


def test_what_has_no_vector_any_more_is_no_candidate(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", Said("Ann", POST))])
        layout = read_layout(index.catalogue, KB, MODEL.fingerprint, MODEL.dimensions, held=0)
        assert layout.vectors is None
        lost = int(layout.vector_rows[0])
        with index.catalogue.writing() as connection:
            connection.execute("DELETE FROM embeddings WHERE id = ?", (lost,))
        found = layout.candidates(index.catalogue, layout.ids, MODEL.dimensions)
        assert found.ids == layout.ids[1:]
        assert found.before.tolist() == [0, 0]
        assert len(found.vectors) == 2


def test_an_empty_knowledge_base_has_no_candidates(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        found, said = found_in(index, "anything")
        assert said == []
        assert found.vectors.shape == (0, MODEL.dimensions)


def test_it_is_read_again_only_when_the_threads_have_changed(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", Said("Ann", "First."))])
        held = LiveHeld(index)
        first = held.now()
        assert held.now() is first
        index.write([file_of("b.json", Said("Bob", "Second."))])
        assert len(held.now().layout.ids) == 2


def test_vectors_in_memory_are_those_of_the_cache(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", Said("Ann", POST), Said("Bob", "Rest it."))])
        sizes = MODEL.fingerprint, MODEL.dimensions
        layouts = [read_layout(index.catalogue, KB, *sizes, held=held) for held in (0, 4)]
        assert [layout.vectors is None for layout in layouts] == [True, False]
        read, kept = (one.candidates(index.catalogue, one.ids, MODEL.dimensions) for one in layouts)
        assert np.array_equal(read.vectors, kept.vectors)


def test_in_a_large_knowledge_base_the_old_serves_until_the_new_is_read(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", Said("Ann", "First."))])
        held = LiveHeld(index, at_once=0)
        first = held.now()
        index.write([file_of("b.json", Said("Bob", "Second."))])
        assert held.now() is first
        assert held._soon is not None
        assert len(held._soon.result(10).layout.ids) == 2
        assert len(held.now().layout.ids) == 2


def test_nothing_is_read_of_a_catalogue_that_is_closed(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", Said("Ann", "First."))])
        held = LiveHeld(index, at_once=0)
        held.now()
        index.write([file_of("b.json", Said("Bob", "Second."))])
        held.now()
        assert held._soon is not None
        held.close()
        assert held._soon.done()


def test_of_a_large_knowledge_base_terms_are_read_after_the_first_question(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", Said("Ann", "First."))])
        assert LiveHeld(index).now().terms is not None
        held = LiveHeld(index, at_once=0)
        assert [held.now().terms for _ in range(2)] == [None, None]
        assert held._soon is not None
        whole = held._soon.result(10)
        assert whole.terms is not None
        assert held.now() is whole


def test_exchanges_give_their_indexed_passages(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        quoting = Said("Bob", "> First the yeast.\n\nWhich one?")
        index.write([files_of("a.json", {"a": [Said("Ann", POST)], "b": [quoting]})])
        layout = read_layout(index.catalogue, KB, MODEL.fingerprint, MODEL.dimensions)
        found = layout.in_exchanges([*layout.exchanges, "unknown"])
        assert len(layout.ids) == 5
        assert sorted(found) == sorted(index.catalogue.indexed_ids(KB))
        first, second = layout.exchanges
        spread = layout.of_exchanges({second: 2.0, "unknown": 3.0})
        assert [
            spread[at].tolist() for at in (layout.exchanges[first], layout.exchanges[second])
        ] in (
            [[0.0] * 3, [2.0] * 2],
            [[0.0] * 2, [2.0] * 3],
        )


def test_halves_are_widened_exactly():
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)]
    assert widened(finite).tobytes() == finite.astype(np.float32).tobytes()
