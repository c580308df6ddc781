from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import EmptyIndexError, IndexMismatchError, StorageError
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.chroma.findability import unfindable
from retrieval.store.index import PassageIndex
from retrieval.store.live_generation import live_generation
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Folder, Said, agree, all_ids, client_at, file_of

BREAD = file_of(
    "bread.txt",
    Said("ann", "How long must a sourdough rise in a cold kitchen?\n\nMine stays flat."),
    Said("bob", "Twelve hours at least, and keep the bowl covered.", answers="ann"),
    thread="bread",
)
SOUP = file_of("soup.txt", Said("cid", "Salt the lentils only when they are soft."), thread="soup")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, client_at(tmp_path))


@pytest.fixture
def index(folder: Folder) -> Iterator[PassageIndex]:
    with folder.index() as opened:
        yield opened


class Failing:
    """Stands before a store and fails at one method; remembers what was called on it."""

    def __init__(self, real: Any, method: str, calls: list[str] | None = None) -> None:
        self._real, self._method = real, method
        self.calls = calls if calls is not None else []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        if name == self._method:
            raise StorageError("the disk is full")
        return getattr(self._real, name)


class Misplacing:
    """Stands before Chroma and turns the vectors of the first write round."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self._is_first = True

    def upsert(self, ids: Any, vectors: Any, texts: Any, metadata: Any) -> None:
        self._real.upsert(ids, -vectors if self._is_first else vectors, texts, metadata)
        self._is_first = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_what_was_written_is_in_all_three_stores(index: PassageIndex) -> None:
    written = index.write([BREAD, SOUP])
    assert (written.added, written.removed) == (4, 0)
    agree(index)
    assert len(all_ids(index)) == 4


def test_writing_the_same_again_changes_and_embeds_nothing(index: PassageIndex) -> None:
    index.write([BREAD, SOUP])
    written = index.write([BREAD, SOUP])
    assert (written.added, written.removed, written.embedded) == (0, 0, 0)
    agree(index)


def test_an_edited_post_costs_its_own_passages_alone(folder: Folder) -> None:
    embedder = HashingEmbedder()
    edited = file_of(
        "bread.txt",
        Said("ann", "How long must a sourdough rise in a cold kitchen?\n\nMine stays flat."),
        Said("bob", "A whole day, and keep the bowl covered.", answers="ann"),
        thread="bread",
    )
    with folder.index(embedder=embedder) as index:
        index.write([BREAD, SOUP])
        embedder.embedded.clear()
        written = index.write([edited])
        assert (written.added, written.removed) == (1, 1)
        (exchange,) = edited.exchanges()  # it tells how its replies begin
        assert embedder.embedded == ["A whole day, and keep the bowl covered.", exchange.text]
        agree(index)


def test_a_removed_file_is_gone_from_all_three_stores(index: PassageIndex) -> None:
    index.write([BREAD, SOUP])
    written = index.write((), [BREAD.stamp.path])
    assert written.removed == 3
    agree(index)
    assert index.library.exchanges().keys() == {each.id for each in SOUP.exchanges()}
    assert index.passages.best("sourdough kitchen", 10) == {}
    assert index.exchanges.best("sourdough kitchen", 10) == {}


def test_a_thread_in_two_files_stays_until_both_are_gone(index: PassageIndex) -> None:
    copy = replace(BREAD, stamp=replace(BREAD.stamp, path="/threads/copy.txt", name="copy.txt"))
    index.write([BREAD, copy])
    assert len(all_ids(index)) == 3
    assert index.write((), [BREAD.stamp.path]).removed == 0
    agree(index)
    assert index.write((), [copy.stamp.path]).removed == 3
    agree(index)
    assert all_ids(index) == set()


def test_a_thread_with_another_title_is_found_by_it(index: PassageIndex) -> None:
    post = Said("ann", "Mine stays flat.")
    index.write([file_of("bread.txt", post, thread="bread", title="Sourdough")])
    index.write([file_of("bread.txt", post, thread="bread", title="Baguettes")])
    assert index.exchanges.best("sourdough", 5) == {}
    assert len(index.exchanges.best("baguette", 5)) == 1
    agree(index)


def test_of_a_thread_in_two_files_the_first_by_name_gives_the_exchange(
    index: PassageIndex,
) -> None:
    post = Said("ann", "Mine stays flat.")
    index.write([file_of("a.txt", post, thread="bread", title="Sourdough")])
    index.write([file_of("b.txt", post, thread="bread", title="Baguettes")])
    assert len(index.exchanges.best("sourdough", 5)) == 1
    index.write((), ["/threads/a.txt"])
    assert index.exchanges.best("sourdough", 5) == {}
    assert len(index.exchanges.best("baguette", 5)) == 1
    agree(index)


def test_the_catalogue_is_written_after_chroma_and_the_lexical_index(
    index: PassageIndex,
) -> None:
    calls: list[str] = []
    index.vectors = Failing(index.vectors, "", calls)  # type: ignore[assignment]  # a recorder
    index.passages = Failing(index.passages, "", calls)  # type: ignore[assignment]  # the same
    index.catalogue = Failing(index.catalogue, "", calls)  # type: ignore[assignment]  # the same
    index.write([BREAD])
    steps = [c for c in calls if c in {"announce", "upsert", "write", "settle"}]
    assert sorted(steps[1:3]) == ["upsert", "write"]  # both at once
    assert steps[:1] + steps[3:] == ["announce", "write", "settle"]
    calls.clear()
    index.write((), [BREAD.stamp.path])
    assert [c for c in calls if c in {"write", "delete", "settle"}] == [
        *("write", "delete", "write", "settle")
    ]


@pytest.mark.parametrize(
    ("store", "method"), [("vectors", "upsert"), ("passages", "write"), ("catalogue", "write")]
)
def test_a_store_that_fails_leaves_the_file_as_it_was(
    folder: Folder, store: str, method: str
) -> None:
    with folder.index() as index:
        index.write([SOUP])
        setattr(index, store, Failing(getattr(index, store), method))
        with pytest.raises(StorageError, match="the disk is full"):
            index.write([BREAD], [SOUP.stamp.path])
    with folder.index() as index:
        assert index.recover() > 0
        agree(index)
        assert index.catalogue.stamps(KB).keys() == {SOUP.stamp.path}
        assert index.recover() == 0


@pytest.mark.parametrize(("store", "method"), [("vectors", "delete"), ("exchanges", "write")])
def test_a_store_that_fails_after_the_commit_follows_at_the_next_start(
    folder: Folder, store: str, method: str
) -> None:
    with folder.index() as index:
        index.write([SOUP])
        setattr(index, store, Failing(getattr(index, store), method))
        with pytest.raises(StorageError, match="the disk is full"):
            index.write([BREAD], [SOUP.stamp.path])
    with folder.index() as index:
        assert index.recover() > 0
        agree(index)
        assert index.catalogue.stamps(KB).keys() == {BREAD.stamp.path}


def test_a_write_that_no_search_finds_is_inserted_anew_at_once(folder: Folder) -> None:
    with folder.index() as index:
        index.write([SOUP])
        # Chroma puts the next vectors where nobody looks for them.
        index.vectors = Misplacing(index.vectors)  # type: ignore[assignment]  # stands before it
        index.write([BREAD])
        ids = sorted(all_ids(index))
        assert unfindable(index, ids, lambda *_: None) == set()
        agree(index)


def test_a_passage_that_is_about_to_be_inserted_is_not_inserted_again(index: PassageIndex) -> None:
    index.embed([SOUP, BREAD])
    first = index.stage([SOUP])
    again = index.stage([SOUP, BREAD])
    assert {at.passage.id for at in again.fresh} == {passage.id for passage in BREAD.indexed()}
    for staged in (first, again):
        index.insert(staged.fresh)
    index.commit(first)
    assert index.catalogue.pending(index.generation), "the other is still to come"
    index.commit(again)
    agree(index)


def test_nothing_is_staged_while_something_may_go(index: PassageIndex) -> None:
    index.write([SOUP])
    salted = file_of("soup.txt", Said("cid", "Salt the lentils at once."), thread="soup")
    index.embed([salted])
    staged = index.stage([salted])
    moved = replace(SOUP, stamp=BREAD.stamp)
    with pytest.raises(AssertionError, match="committed before"):
        index.stage([moved])
    index.insert(staged.fresh)
    index.commit(staged)
    index.write([moved])
    agree(index)


def test_a_search_leaves_out_what_a_crash_left_in_chroma(folder: Folder) -> None:
    with folder.index() as index:
        index.write([SOUP])
        index.catalogue = Failing(index.catalogue, "write")  # type: ignore[assignment]  # fails
        with pytest.raises(StorageError, match="full"):
            index.write([BREAD])
    with folder.index() as index:
        assert index.vectors.count() == 4
        assert index.library.located(all_ids(index)).keys() == {
            passage.id for passage in SOUP.indexed()
        }


def test_two_knowledge_bases_share_a_folder_and_nothing_else(folder: Folder) -> None:
    with folder.index() as one, folder.index("other") as other:
        one.write([BREAD, SOUP])
        other.write([SOUP])
        agree(one)
        agree(other)
        one.write((), [SOUP.stamp.path])
        agree(one)
        agree(other)
        assert len(all_ids(other)) == 1


def test_a_text_in_two_knowledge_bases_is_embedded_once(folder: Folder) -> None:
    embedder = HashingEmbedder()
    with folder.index(embedder=embedder) as one, folder.index("other", embedder) as other:
        one.write([SOUP])
        assert other.write([SOUP]).embedded == 0


def test_an_index_of_another_model_names_both_and_the_way_out(folder: Folder) -> None:
    with folder.index() as index:
        index.write([SOUP])
        with pytest.raises(IndexMismatchError, match=r"hashing-256, but other-64 .*--rebuild"):
            live_generation(index.catalogue, KB, HashingEmbedder(64, "other"))


def test_before_the_first_ingest_the_index_is_empty_and_says_so(folder: Folder) -> None:
    with folder.catalogue() as catalogue, pytest.raises(EmptyIndexError, match="footnote ingest"):
        live_generation(catalogue, KB, folder.embedder)


def test_a_large_file_is_written_in_several_batches(index: PassageIndex) -> None:
    text = "\n\n".join(f"Paragraph number {n} of a very long post." for n in range(6_001))
    large: FileContents = file_of("large.txt", Said("ann", text), thread="large")
    assert index.write([large]).added == 6_001
    agree(index)
