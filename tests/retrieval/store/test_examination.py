from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import (
    EmptyIndexError,
    IndexDamagedError,
    IndexMismatchError,
    StorageError,
)
from retrieval.store.catalogue.catalogue import UnfinishedWork
from retrieval.store.chroma.findability import unfindable
from retrieval.store.examination import Examination, examine
from retrieval.store.index import PassageIndex
from retrieval.store.rebuilding import Stores, open_recovered
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Folder, Said, agree, all_ids, client_at, file_of

FILES = [
    file_of(
        f"{name}.txt",
        Said("ann", f"How is {name} made at home?\n\nMy {name} comes out dry."),
        Said("bob", f"Give {name} more water than you think.", answers="ann"),
        thread=name,
        title=name,
    )
    for name in ("bread", "soup", "rice", "beans")
]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path, client_at(tmp_path))
    with made.index() as index:
        index.write(FILES)
        index.catalogue.unmark(KB, UnfinishedWork.UNLINKED)
    return made


@contextmanager
def _stores(folder: Folder, embedder: HashingEmbedder | None = None) -> Iterator[Stores]:
    with folder.catalogue() as catalogue:
        yield Stores(
            *(catalogue, folder.client, folder.path / "lexical", embedder or HashingEmbedder()),
            chroma_folder=folder.path / "chroma",
        )


def _examine(folder: Folder, **options: Any) -> Examination:
    with _stores(folder, options.pop("embedder", None)) as stores:
        return examine(stores, KB, grace_seconds=0, **options)


def _found(examination: Examination) -> list[str]:
    return [f"{finding.what}: {finding.done}" for finding in examination.findings]


def test_a_whole_index_has_nothing_to_mend(folder: Folder) -> None:
    examination = _examine(folder)
    assert examination.is_whole
    assert _found(examination) == []
    assert (examination.passages, examination.threads, examination.searched) == (12, 4, 12)


def test_records_that_chroma_lost_come_back_without_the_model(folder: Folder) -> None:
    embedder = HashingEmbedder()
    with folder.index() as index:
        index.vectors.delete(sorted(all_ids(index))[:3])
    examination = _examine(folder, embedder=embedder)
    assert _found(examination) == [
        "3 passages missing from Chroma: put back from the embedding cache"
    ]
    assert examination.is_whole
    assert embedder.embedded == []
    with folder.index() as index:
        agree(index)
    assert _found(_examine(folder)) == []


def test_a_chroma_folder_that_is_gone_is_filled_again(folder: Folder) -> None:
    folder.client.delete_collection("kb-default-g0001")
    assert "12 passages missing from Chroma" in _found(_examine(folder))[0]
    with folder.index() as index:
        agree(index)


def test_records_beyond_the_catalogue_are_taken_out(folder: Folder) -> None:
    with folder.index() as index:
        vectors = index.embeddings.vectors(["My bread comes out dry."])
        index.vectors.upsert(["f" * 16], vectors, ["stray"], [{"file": "x"}])
        index.passages.write([("e" * 16, "stray")])
        index.exchanges.write([("d" * 16, "stray")])
    assert _found(_examine(folder)) == [
        "1 record too many in Chroma: removed",
        "1 passage too many in the lexical index: removed",
        "1 exchange too many in the lexical index: removed",
    ]
    with folder.index() as index:
        agree(index)


def test_a_vector_that_no_search_finds_is_inserted_anew(folder: Folder) -> None:
    with folder.index() as index:
        here, there = sorted(all_ids(index))[:2]
        # The record stands under its id, but where another one's vector is.
        texts = {id_: at.passage.text for id_, at in index.library.located([here, there]).items()}
        index.vectors.upsert(
            [here], index.embeddings.vectors([texts[there]]), [texts[here]], [{"file": "x"}]
        )
    assert _found(_examine(folder)) == [
        "1 vector in Chroma that no search could find: inserted anew"
    ]
    assert _found(_examine(folder)) == []


def test_what_chroma_lost_at_its_opening_is_found_again_by_who_opens_it_to_write(
    folder: Folder,
) -> None:
    with folder.index() as index:
        here, there, gone = sorted(all_ids(index))[:3]
        texts = {id_: at.passage.text for id_, at in index.library.located([here, there]).items()}
        index.vectors.upsert(  # as if a search led nowhere
            [here], index.embeddings.vectors([texts[there]]), [texts[here]], [{"file": "x"}]
        )
        assert unfindable(index, [here], lambda *_: None) == {here}
        index.vectors.upsert(
            ["x"], index.embeddings.vectors([texts[there]]), ["of no text"], [{"file": "x"}]
        )
        index.vectors.delete(["x"])
    with _stores(folder) as stores:
        live = stores.catalogue.generation(KB)
        assert live is not None
        with closing(open_recovered(stores, live)) as index:
            assert index.generation == live
            assert unfindable(index, [here, there, gone], lambda *_: None) == set()
            agree(index)


def test_what_the_lexical_indexes_lost_is_written_again(folder: Folder) -> None:
    with folder.index() as index:
        index.passages.write((), sorted(all_ids(index))[:2])
        index.exchanges.write((), sorted(index.library.exchanges())[:1])
    assert _found(_examine(folder)) == [
        "2 passages missing from the lexical index: written again",
        "1 exchange missing from the lexical index: written again",
    ]
    with folder.index() as index:
        agree(index)


@pytest.mark.parametrize("part", ["passages", "exchanges"])
def test_a_lexical_index_that_cannot_be_read_is_begun_anew(folder: Folder, part: str) -> None:
    (folder.path / "lexical" / "kb-default-g0001" / part / "meta.json").write_text("{")
    assert f"a lexical index of {part} that could not be read: begun anew" in _found(
        _examine(folder)
    )
    with folder.index() as index:
        agree(index)


def test_a_lexical_index_with_a_broken_segment_is_begun_anew(folder: Folder) -> None:
    for segment in (folder.path / "lexical" / "kb-default-g0001" / "passages").glob("*.store"):
        segment.write_bytes(b"")
    assert _examine(folder).is_whole
    with folder.index() as index:
        agree(index)


def test_a_lexical_folder_that_is_gone_is_filled_again(folder: Folder) -> None:
    shutil.rmtree(folder.path / "lexical")
    assert _examine(folder).is_whole
    with folder.index() as index:
        agree(index)


def test_lost_and_malformed_vectors_are_made_again(folder: Folder) -> None:
    with folder.catalogue() as catalogue, catalogue.writing() as connection:
        connection.execute("DELETE FROM embeddings WHERE id % 4 = 0")
        connection.execute("UPDATE embeddings SET vector = x'00' WHERE id % 4 = 1")
    examination = _examine(folder)
    assert [f.what.split(" ", 1)[1] for f in examination.findings] == [
        "texts without a vector in the cache"
    ]
    assert _found(_examine(folder)) == []


def test_what_a_crash_left_is_finished(folder: Folder) -> None:
    with folder.catalogue() as catalogue:
        generation = catalogue.generation(KB)
        assert generation is not None
        catalogue.mark(KB, UnfinishedWork.WRITING)
        catalogue.announce(generation, ["a" * 16])
    assert _found(_examine(folder)) == ["1 change interrupted by a crash: finished"]
    with folder.index() as index:
        agree(index)


def test_vectors_of_texts_that_are_gone_are_cleared_away(folder: Folder) -> None:
    with folder.index() as index:
        index.write((), [FILES[0].stamp.path])
        index.catalogue.unmark(KB, UnfinishedWork.UNLINKED)
    (found,) = _found(_examine(folder))
    assert found == "4 cached vectors of no text: removed"


def test_an_empty_knowledge_base_cannot_be_examined(folder: Folder) -> None:
    with _stores(folder) as stores, pytest.raises(EmptyIndexError, match="footnote ingest"):
        examine(stores, "other")


def test_a_damaged_catalogue_is_told_from_what_can_be_mended(folder: Folder) -> None:
    path = folder.path / "catalogue.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 12] = b"\xff" * (4096 * 9)
    path.write_bytes(data)
    with pytest.raises(IndexDamagedError, match=r"catalogue .* is damaged"):
        _examine(folder)


def test_a_rebuild_makes_another_generation_and_drops_the_old(folder: Folder) -> None:
    embedder = HashingEmbedder()
    examination = _examine(folder, anew=True, embedder=embedder)
    assert (examination.generation, examination.rebuilt, examination.is_whole) == (2, True, True)
    assert embedder.embedded == []
    assert [c.name for c in folder.client.list_collections()] == ["kb-default-g0002"]
    assert [p.name for p in (folder.path / "lexical").iterdir()] == ["kb-default-g0002"]
    assert len(list((folder.path / "chroma").glob("*-*"))) == 1
    with folder.index() as index:
        agree(index)


def test_a_reader_follows_a_rebuild_at_its_next_question(folder: Folder) -> None:
    with folder.index() as reader:
        passages, vectors = reader.passages, reader.vectors
        _examine(folder, anew=True)
        reader.follow()
        assert reader.generation.number == 2
        assert (reader.passages, reader.vectors) == (passages, vectors)
        agree(reader)
        assert len(passages.best("water", 20)) == 4


def test_a_reader_of_another_model_is_told_so(folder: Folder) -> None:
    with folder.index() as reader:
        _examine(folder, anew=True, embedder=HashingEmbedder(64, "other"))
        with pytest.raises(IndexMismatchError, match="other-64, but hashing-256"):
            reader.follow()


def test_another_model_needs_a_rebuild_and_gets_by_with_it(folder: Folder) -> None:
    embedder = HashingEmbedder(64, "other")
    with pytest.raises(IndexMismatchError, match=r"hashing-256, but other-64 .*--rebuild"):
        _examine(folder, embedder=embedder)
    assert _examine(folder, anew=True, embedder=embedder).is_whole
    with folder.index(embedder=embedder) as index:
        agree(index)
        rows = index.catalogue.connection.execute("SELECT DISTINCT model FROM embeddings")
        assert [row[0] for row in rows] == ["other-64"]


def test_what_an_interrupted_rebuild_left_is_cleared_away(folder: Folder) -> None:
    folder.client.create_collection("kb-default-g0002", embedding_function=None)
    (folder.path / "lexical" / "kb-default-g0002").mkdir()
    (folder.path / "lexical" / "kb-other-g0002").mkdir()
    assert "the left-over generation kb-default-g0002: removed" in _found(_examine(folder))
    assert {p.name for p in (folder.path / "lexical").iterdir()} == {
        *("kb-default-g0001", "kb-other-g0002")
    }


def test_a_rebuild_that_cannot_be_written_leaves_the_old_generation(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(PassageIndex, "insert", full)
    with pytest.raises(StorageError, match="the disk is full"):
        _examine(folder, anew=True)
    monkeypatch.undo()
    with folder.index() as index:
        assert index.generation.number == 1
        agree(index)
    assert _examine(folder).is_whole
