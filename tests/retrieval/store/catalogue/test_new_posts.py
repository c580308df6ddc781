"""What is new: posts count when they come, and not when they are read again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.store.catalogue.catalogue import Catalogue, Generation
from retrieval.store.catalogue.new_posts import news_since
from tests.retrieval.store.builders import KB, Said, file_of, files_of

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
PUMP = (Said("ann", "My pump is loud."), Said("bob", "Check the bearing."))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "catalogue.sqlite3")) as opened:
        yield opened


@pytest.fixture
def generation(catalogue: Catalogue) -> Generation:
    return catalogue.begin_generation(KB, "model-1")


def test_a_thread_that_comes_is_new_with_all_its_posts(catalogue, generation):
    catalogue.write(generation, [file_of("a.txt", *PUMP, title="Pumps")])
    news = news_since(catalogue, KB, BEGINNING, 10)
    (thread,) = news.threads
    assert (thread.thread.title, thread.new_posts, thread.is_new) == ("Pumps", 2, True)
    assert thread.first.text == "My pump is loud."
    assert (news.new_threads, news.grown_threads, news.new_posts) == (1, 0, 2)


def test_a_reply_that_comes_later_is_news_of_its_thread_and_shown(catalogue, generation):
    catalogue.write(generation, [file_of("a.txt", *PUMP)])
    between = datetime.now(UTC)
    catalogue.write(generation, [file_of("a.txt", *PUMP, Said("cy", "It was the bearing."))])
    news = news_since(catalogue, KB, between, 10)
    (thread,) = news.threads
    assert (thread.new_posts, thread.is_new) == (1, False)
    assert thread.first.author == "cy"
    assert news_since(catalogue, KB, BEGINNING, 10).new_posts == 3


def test_what_is_read_again_edited_or_moved_is_not_news(catalogue, generation):
    catalogue.write(generation, [file_of("a.txt", *PUMP, thread="t")])
    between = datetime.now(UTC)
    edited = (Said("ann", "My pump is very loud."), PUMP[1])
    catalogue.write(generation, [file_of("a.txt", *edited, thread="t")])
    catalogue.write(generation, [file_of("b.txt", *edited, thread="t")])
    catalogue.write(generation, [], ["/threads/a.txt"])
    assert news_since(catalogue, KB, between, 10).threads == ()
    assert news_since(catalogue, KB, BEGINNING, 10).new_posts == 2


def test_a_thread_that_went_again_is_no_news(catalogue, generation):
    catalogue.write(generation, [file_of("a.txt", *PUMP)])
    catalogue.write(generation, [], ["/threads/a.txt"])
    assert news_since(catalogue, KB, BEGINNING, 10).threads == ()


def test_new_threads_come_first_and_the_rest_is_counted(catalogue, generation):
    catalogue.write(generation, [file_of("old.txt", *PUMP, thread="old")])
    between = datetime.now(UTC)
    replies = [Said(f"r{n}", f"Reply {n}.") for n in range(9)]
    fresh = files_of("new.txt", {f"t{n}": [Said(f"p{n}", "Hello there.")] for n in range(3)})
    catalogue.write(generation, [file_of("old.txt", *PUMP, *replies, thread="old"), fresh])
    news = news_since(catalogue, KB, between, 2)
    assert [thread.is_new for thread in news.threads] == [True, True]
    assert (news.new_threads, news.grown_threads, news.new_posts) == (3, 1, 12)


def test_each_knowledge_base_has_its_own_news(catalogue, generation):
    other = catalogue.begin_generation("other", "model-1")
    catalogue.write(generation, [file_of("a.txt", *PUMP, thread="t")])
    between = datetime.now(UTC)
    catalogue.write(other, [file_of("a.txt", *PUMP, thread="t")])
    assert news_since(catalogue, KB, between, 10).threads == ()
    assert news_since(catalogue, "other", between, 10).new_threads == 1
