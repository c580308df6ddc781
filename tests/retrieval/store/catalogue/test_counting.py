"""Counting by indexes says what looking at every file says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.catalogue.contents import Counts, FileContents
from retrieval.store.catalogue.counting import count
from tests.retrieval.store.builders import KB, Said, file_of

ONE = file_of("a.txt", Said("ann", "One.\n\nTwo."), Said("bob", "> One.\n\nThree."))
OTHER = file_of("b.txt", Said("cid", "> Whose?\n\nMine."))
AGAIN = file_of(
    *("c.txt", Said("ann", "One.\n\nTwo."), Said("bob", "> One.\n\nThree."), Said("cid", "Four.")),
    thread="a.txt",
)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "catalogue.sqlite3")) as opened:
        yield opened


def looked_at(files: Sequence[FileContents]) -> Counts:
    threads = [thread for file in files for thread in file.threads]
    passages = [passage for thread in threads for passage in thread.passages]
    return Counts(
        files=len(files),
        threads=len({thread.thread.id for thread in threads}),
        posts=len({post.id for thread in threads for post in thread.posts}),
        quotes_linked=len({passage.id for passage in passages if passage.origin_id}),
        passages=len({passage.id for file in files for passage in file.indexed()}),
    )


@pytest.mark.parametrize(
    "files",
    [[], [ONE], [ONE, OTHER], [ONE, AGAIN], [ONE, OTHER, AGAIN]],
    ids=["none", "a quote", "two threads", "a thread in two files", "both"],
)
@pytest.mark.parametrize("others", [[], [ONE, AGAIN]], ids=["alone", "beside another"])
def test_what_is_counted_is_what_the_files_hold(
    catalogue: Catalogue, files: list[FileContents], others: list[FileContents]
) -> None:
    for kb, contents in ((KB, files), ("other", others)):
        if contents:
            catalogue.write(catalogue.begin_generation(kb, "model"), contents)
    assert count(catalogue.connection, KB) == looked_at(files)
    assert count(catalogue.connection, "other") == looked_at(others)
