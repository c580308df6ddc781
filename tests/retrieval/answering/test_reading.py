from __future__ import annotations

import numpy as np

from retrieval.answering.reading import HITS, PassageReader
from tests.fakes import HashingEmbedder

QUESTION = "At what wear on the gauge is it time to replace a chain?"


def test_what_the_same_model_found_keeps_its_cosines(workshop, engine):
    ranking = engine.search.search(QUESTION, HITS)
    reading = PassageReader(workshop, HashingEmbedder()).read(ranking, ranking.hits)
    assert [hit.cosine for hit in reading.hits] == [hit.cosine for hit in ranking.hits]


def test_what_another_model_found_is_compared_anew(workshop, engine):
    other = HashingEmbedder(dimensions=64)
    ranking = engine.search.search(QUESTION, HITS)
    reading = PassageReader(workshop, other).read(ranking, ranking.hits)
    wanted = other.embed_passages([hit.passage.text for hit in ranking.hits])
    cosines = wanted @ other.embed_question(ranking.searched)
    np.testing.assert_allclose([hit.cosine for hit in reading.hits], cosines)
    assert reading.signs.nearness >= cosines.max() - 1e-6


def test_signs_are_those_of_the_reading(workshop, engine):
    reader = PassageReader(workshop, HashingEmbedder())
    for question in (QUESTION, "What did Zacharias say about the chain?"):
        ranking = engine.search.search(question, HITS)
        assert reader.signs(ranking, ranking.hits) == reader.read(ranking, ranking.hits).signs
