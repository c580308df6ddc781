from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.errors import IndexDamagedError, IndexMismatchError, StorageError
from retrieval.store.catalogue import stored_files
from retrieval.store.catalogue.catalogue import Catalogue, Generation, Pending
from retrieval.store.catalogue.contents import Counts
from tests.retrieval.store.builders import KB, Said, file_of

SAID = file_of("a.txt", Said("ann", "One.\n\nTwo."), Said("bob", "> One.\n\nThree."))
IDS = frozenset(passage.id for passage in SAID.indexed())


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "deep" / "catalogue.sqlite3")) as opened:
        yield opened


@pytest.fixture
def generation(catalogue: Catalogue) -> Generation:
    return catalogue.begin_generation(KB, "model-1")


def test_a_knowledge_base_has_no_generation_before_its_first(catalogue: Catalogue) -> None:
    assert catalogue.generation(KB) is None
    assert catalogue.counts(KB) == Counts()


def test_a_generation_names_its_collection(generation: Generation) -> None:
    assert generation.collection == "kb-default-g0001"


def test_beginning_twice_keeps_the_first(catalogue: Catalogue, generation: Generation) -> None:
    catalogue.begin_generation(KB, "model-2")
    assert catalogue.generation(KB) == generation


def test_what_was_written_is_counted(catalogue: Catalogue, generation: Generation) -> None:
    catalogue.write(generation, [SAID])
    assert catalogue.counts(KB) == Counts(
        files=1, threads=1, posts=2, quotes_linked=1, passages=len(IDS)
    )
    assert catalogue.indexed_ids(KB) == IDS
    live = catalogue.generation(KB)
    assert live is not None
    assert live.updated_at is not None


def test_a_write_names_what_has_to_follow_it(catalogue: Catalogue, generation: Generation) -> None:
    ids = frozenset(exchange.id for exchange in SAID.exchanges())
    assert ids
    assert catalogue.write(generation, [SAID]) == Pending(exchanges=ids)
    gone = catalogue.write(generation, [], [SAID.stamp.path])
    assert gone == Pending(IDS, ids)
    assert catalogue.pending(generation) == gone
    later = Pending(frozenset({"0123456789abcdef"}))
    catalogue.announce(generation, later.passages)
    catalogue.settle(generation, gone)
    assert catalogue.pending(generation) == later


def test_a_quote_waits_again_when_its_origin_goes(
    catalogue: Catalogue, generation: Generation
) -> None:
    quoting = file_of("b.txt", Said("cid", "> Whose words are these?\n\nMine."))
    (quote,) = (p for p in quoting.threads[0].passages if p.origin_id is None and ">" in p.text)
    catalogue.write(generation, [SAID, quoting])
    origin = sorted(IDS)[0]
    catalogue.link_quotes("other", {quote.id: origin})
    assert catalogue.counts(KB).quotes_linked == 1
    catalogue.link_quotes(KB, {quote.id: origin})
    assert catalogue.counts(KB).quotes_linked == 2
    catalogue.write(generation, [], [SAID.stamp.path])
    assert catalogue.counts(KB).quotes_linked == 0


def test_a_file_that_cannot_be_stored_leaves_the_one_before_it(
    catalogue: Catalogue, generation: Generation
) -> None:
    catalogue.write(generation, [SAID])
    twice = replace(SAID, threads=SAID.threads * 2)
    with pytest.raises(StorageError, match="cannot be written"):
        catalogue.write(generation, [twice])
    assert catalogue.indexed_ids(KB) == IDS


def test_a_flip_makes_another_generation_live_and_forgets_what_was_pending(
    catalogue: Catalogue, generation: Generation
) -> None:
    catalogue.announce(generation, ["a" * 16])
    catalogue.flip(Generation(KB, 2, "model-2"))
    live = catalogue.generation(KB)
    assert live is not None
    assert (live.number, live.embedding) == (2, "model-2")
    assert not catalogue.pending(generation)


def test_a_restamp_changes_times_and_nothing_else(
    catalogue: Catalogue, generation: Generation
) -> None:
    catalogue.write(generation, [SAID])
    catalogue.restamp(KB, [replace(SAID.stamp, mtime_ns=99)])
    assert catalogue.stamps(KB) == {SAID.stamp.path: replace(SAID.stamp, mtime_ns=99)}


def test_threads_have_connections_of_their_own(catalogue: Catalogue) -> None:
    seen: list[int] = []
    with catalogue.writing():
        reader = threading.Thread(target=lambda: seen.append(catalogue.counts(KB).files))
        reader.start()
        reader.join()
    assert seen == [0]


def test_a_reader_sees_the_state_before_a_transaction_until_it_is_committed(
    catalogue: Catalogue, generation: Generation
) -> None:
    with closing(Catalogue(catalogue.path)) as other:
        with catalogue.writing() as connection:
            connection.execute("UPDATE knowledge_bases SET generation = 7")
            assert other.generation(KB) == generation
        after = other.generation(KB)
    assert after is not None
    assert after.number == 7


def test_a_transaction_that_fails_is_rolled_back(
    catalogue: Catalogue, generation: Generation
) -> None:
    def interrupted() -> None:
        with catalogue.writing() as connection:
            connection.execute("DELETE FROM knowledge_bases")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert catalogue.generation(KB) == generation


def test_a_catalogue_of_another_version_is_refused_by_name(catalogue: Catalogue) -> None:
    catalogue.connection.execute("PRAGMA user_version = 99")
    catalogue.close()
    with pytest.raises(IndexMismatchError, match=r"another version .*layout 99.*new data folder"):
        Catalogue(catalogue.path)


def test_an_earlier_catalogue_gets_the_columns_that_it_lacks(catalogue: Catalogue) -> None:
    added = {"threads": "is_solved", "posts": "author_id", "passages": "quoted_author"}
    catalogue.connection.execute("DROP INDEX posts_by_author")
    for table, column in added.items():
        catalogue.connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for column in ("summary", "summary_key"):
        statement = f"ALTER TABLE threads ADD COLUMN {column} TEXT NOT NULL DEFAULT 'Bread'"
        catalogue.connection.execute(statement)
    catalogue.connection.execute("PRAGMA user_version = 5")
    catalogue.close()
    with closing(Catalogue(catalogue.path)) as reopened:
        for table, column in added.items():
            rows = reopened.connection.execute(f"PRAGMA table_info({table})").fetchall()
            assert column in {row["name"] for row in rows}


def test_a_thread_of_an_earlier_catalogue_is_one_exchange(
    catalogue: Catalogue, generation: Generation
) -> None:
    catalogue.write(generation, [SAID])
    connection = catalogue.connection
    for column in ("summary", "summary_key"):
        connection.execute(f"ALTER TABLE threads ADD COLUMN {column} TEXT NOT NULL DEFAULT 'Bread'")
    connection.execute("DROP TABLE exchanges")
    connection.execute("UPDATE posts SET exchange_id = NULL")
    connection.execute("PRAGMA user_version = 8")
    catalogue.close()
    with closing(Catalogue(catalogue.path)) as reopened:
        thread = SAID.threads[0].thread.id
        told = reopened.connection.execute("SELECT id, text FROM exchanges").fetchall()
        assert [tuple(row) for row in told] == [(thread, "Bread")]
        posts = reopened.connection.execute("SELECT DISTINCT exchange_id FROM posts").fetchall()
        assert [row[0] for row in posts] == [thread]
        reopened.write(generation, [SAID])


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite3"
    path.write_bytes(b"these are not the bytes of a database" * 100)
    with pytest.raises(IndexDamagedError, match="is damaged"):
        Catalogue(path)


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be opened"):
        Catalogue(tmp_path / "file" / "catalogue.sqlite3")


def test_a_catalogue_deleted_while_in_use_is_not_written_into_the_void(
    catalogue: Catalogue, generation: Generation
) -> None:
    catalogue.path.unlink()
    with pytest.raises(StorageError, match="was deleted while it was in use"):
        catalogue.write(generation, [SAID])


def test_a_full_disk_rolls_back_and_says_so(catalogue: Catalogue, generation: Generation) -> None:
    catalogue.write(generation, [SAID])
    pages = catalogue.connection.execute("PRAGMA page_count").fetchone()[0]
    catalogue.connection.execute(f"PRAGMA max_page_count = {pages}")
    large = file_of("b.txt", Said("ann", "\n\n".join(f"Line {n}." for n in range(2_000))))
    with pytest.raises(StorageError, match=r"full.*Nothing that was committed is lost"):
        catalogue.write(generation, [large])
    assert catalogue.indexed_ids(KB) == IDS
    catalogue.connection.execute("PRAGMA max_page_count = 1000000")
    catalogue.write(generation, [large])
    assert catalogue.counts(KB).files == 2


def test_deleted_pages_can_be_given_back_to_the_disk(catalogue: Catalogue) -> None:
    assert catalogue.connection.execute("PRAGMA auto_vacuum").fetchone()[0] == 2


def test_what_removed_files_took_goes_back_to_the_disk(
    catalogue: Catalogue, generation: Generation
) -> None:
    large = file_of("b.txt", *(Said("ann", f"{n} " * 500, key=str(n)) for n in range(300)))
    catalogue.write(generation, [SAID, large])
    catalogue.compact()
    full = catalogue.path.stat().st_size
    catalogue.write(generation, (), [large.stamp.path])
    catalogue.compact()
    assert catalogue.path.stat().st_size < full / 3
    assert catalogue.indexed_ids(KB) == IDS


def test_removed_vectors_are_counted_until_another_generation_lives(
    catalogue: Catalogue, generation: Generation
) -> None:
    assert catalogue.removed_vectors(generation) == 0
    catalogue.write(generation, [SAID])
    catalogue.write(generation, (), [SAID.stamp.path])
    catalogue.write(generation, [SAID])
    assert catalogue.removed_vectors(generation) == len(IDS)
    catalogue.write(generation, (), [SAID.stamp.path])
    assert catalogue.removed_vectors(generation) == 2 * len(IDS)
    catalogue.flip(replace(generation, number=2))
    assert catalogue.removed_vectors(generation) == 0


def test_posts_of_an_author_are_looked_up_by_an_index(catalogue: Catalogue) -> None:
    plan = catalogue.connection.execute(
        f"EXPLAIN QUERY PLAN {stored_files.WITH_POSTS_OF}", ("[]", "default")
    )
    assert any("INDEX posts_by_author (author_id=?)" in row["detail"] for row in plan)
