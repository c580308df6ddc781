"""Topics: passages that belong together, named by their own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from retrieval.ranking.topics import cluster, find_topics, typical_words
from retrieval.store.catalogue.contents import Located
from retrieval.store.memory.sampling import sample
from retrieval.text.wording import content_words
from tests.retrieval.store.builders import KB, Folder, Said, client_at, files_of

SUBJECTS = {
    "pump": "The pump in the cellar needs a new bearing and some grease, says post {}.",
    "bread": "Sourdough bread wants a hot oven and a patient baker, says post {}.",
    "tax": "Tax forms go to the office before the deadline in May, says post {}.",
}


@contextmanager
def drawn(path: Path, posts_each: int) -> Iterator[tuple[list[Located], np.ndarray]]:
    folder = Folder(path, client_at(path))
    threads = {
        name: [Said(f"{name}{n}", text.format(n)) for n in range(posts_each)]
        for name, text in SUBJECTS.items()
    }
    with folder.index() as index:
        index.write([files_of("a.txt", threads)])
        yield sample(index.catalogue, index.library, index.generation, 100)


def test_each_subject_is_a_topic_with_its_own_words_and_passages(tmp_path):
    with drawn(tmp_path, 12) as (passages, vectors):
        assert len(passages) == len(vectors) == 36
        topics = find_topics(passages, vectors, 8)
    texts = {name: set(content_words(text)) for name, text in SUBJECTS.items()}
    named = [name for topic in topics for name, text in texts.items() if text >= {*topic.words}]
    assert len(named) == len(topics)
    assert set(named) == set(SUBJECTS)
    for topic in topics:
        assert len({citation.thread.id for citation in topic.central}) == 1
        for citation in topic.central:
            assert citation.post.text[citation.start : citation.end] == citation.quote
    assert sum(topic.share for topic in topics) <= 1.0


def test_the_same_threads_have_the_same_topics_each_time(tmp_path):
    with drawn(tmp_path, 12) as (passages, vectors):
        assert find_topics(passages, vectors, 8) == find_topics(passages, vectors, 8)


def test_a_few_passages_are_no_topics(tmp_path):
    with drawn(tmp_path, 1) as (passages, vectors):
        assert find_topics(passages, vectors, 8) == ()


def test_an_empty_knowledge_base_has_no_sample(tmp_path):
    folder = Folder(tmp_path, client_at(tmp_path))
    with folder.index() as index:
        passages, vectors = sample(index.catalogue, index.library, index.generation, 100)
    assert passages == []
    assert find_topics(passages, vectors, 8) == ()
    assert index.catalogue.generation(KB) is not None


def test_vectors_that_are_all_the_same_make_one_cluster():
    vectors = np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (5, 1))
    labels, centres = cluster(vectors, 3)
    assert len(set(labels.tolist())) == 1
    assert np.isfinite(centres).all()


@pytest.mark.parametrize("k", [2, 3, 5])
def test_a_row_belongs_to_the_centre_nearest_to_it(k):
    chance = np.random.default_rng(7)
    vectors = chance.normal(size=(60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels, centres = cluster(vectors, k)
    assert (labels == np.argmax(vectors @ centres.T, axis=1)).all()


def test_a_word_of_every_text_names_no_cluster_and_endings_name_it_once():
    pumps = ["the pump hums here", "many pumps hum here", "a pump stopped here"]
    ovens = ["an oven glows here", "the oven is hot here", "one oven more here"]
    first, second = typical_words([pumps, ovens])
    assert first[0] == "pump"
    assert "pumps" not in first
    assert second[0] == "oven"
    assert "here" not in first + second


def test_neither_addresses_nor_years_name_a_topic():
    pumps = ["a pump, see https://pumpworld.example/guide 2024"] * 3
    ovens = ["an oven, see www.ovens.example/guide 2025"] * 3
    assert typical_words([pumps, ovens]) == [("pump",), ("oven",)]
