from __future__ import annotations

import pytest

from retrieval.embedding import Embedder
from tests.fakes import HashingEmbedder
from tests.retrieval.embedding.embedder_contract import EmbedderContract


class TestHashingEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder()

    def test_words_of_one_stem_are_close(self) -> None:
        embedder = HashingEmbedder()
        question = embedder.embed_question("moderators")
        near, far = embedder.embed_passages(["moderation", "sourdough"])
        assert question @ near > question @ far + 0.2

    def test_remembers_which_passages_it_was_asked_for(self) -> None:
        embedder = HashingEmbedder()
        embedder.embed_passages(["one", "two"])
        embedder.embed_question("three")
        assert embedder.embedded == ["one", "two"]
