"""Models that others serve, through the real client libraries and servers on loopback."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.embedding import Embedder
from retrieval.embedding.foreign import ForeignEmbedder
from retrieval.embedding.providers import open_embedder
from retrieval.errors import ConfigurationError, ModelUnavailableError
from retrieval.provider_settings import EmbeddingSettings
from tests.llm_servers.script import HTML, Body, Fails, Line
from tests.llm_servers.server import ModelServer, model_server
from tests.retrieval.embedding.embedder_contract import EmbedderContract

KEY = "sk-embedding-0123456789-secret"
PROVIDERS = ("openai-like", "ollama", "tei")
Open = Callable[..., ForeignEmbedder]


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def server(shared_server: ModelServer) -> ModelServer:
    shared_server.script.clear()
    shared_server.seen.clear()
    shared_server.key = KEY
    return shared_server


@pytest.fixture
def open_one(server: ModelServer, provider: str, tmp_path: Path) -> Open:
    def opened(**settings: Any) -> ForeignEmbedder:
        url = f"{server.url}/v1" if provider == "openai-like" else server.url
        given = {"provider": provider, "model": "embedding-model", "url": url, "api_key": KEY}
        embedder = open_embedder(EmbeddingSettings(**{**given, **settings}), tmp_path)
        embedder._sleep = lambda _seconds: None
        return embedder

    return opened


class TestForeignEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, open_one: Open) -> Embedder:
        return open_one(batch_size=3)


def test_texts_go_in_batches_with_their_prefixes(server, provider, open_one: Open) -> None:
    embedder = open_one(batch_size=2, query_prefix="query: ", passage_prefix="passage: ")
    vectors = embedder.embed_passages(["one", "two", "three"])
    embedder.embed_question("four")
    field = "inputs" if provider == "tei" else "input"
    asked = [seen.body[field] for seen in server.seen]
    assert asked[:2] == [["passage: one", "passage: two"], ["passage: three"]]
    assert "query: four" in asked[2]
    np.testing.assert_allclose(
        vectors,
        server.embedder.embed_passages(["passage: one", "passage: two", "passage: three"]),
        atol=1e-6,
    )


def test_its_fingerprint_names_what_decides_the_vectors_and_not_where_they_come_from(
    server, open_one: Open
) -> None:
    plain = open_one()
    assert plain.fingerprint == open_one(url="http://127.0.0.1:9", api_key=None).fingerprint
    others = [
        open_one(model="small-model"),
        open_one(query_prefix="query: "),
        open_one(passage_prefix="query: "),
    ]
    assert len({plain.fingerprint, *(other.fingerprint for other in others)}) == 4
    assert not server.seen


FAULTS: dict[str, tuple[Line, str]] = {
    "wrong key": (Fails(401, f"Incorrect API key: {KEY}"), "refuses the key. See that FOOTNOTE_EM"),
    "unknown model": (Fails(404, "no model"), "does not know this model"),
    "too often": (Fails(429, "slow down"), "asked too often"),
    "server error": (Fails(500, KEY), "failure of its own"),
    "HTML": (HTML, "does not speak the API"),
    "bad JSON": (Body(b"[[1, 2", "application/json"), "does not speak the API"),
    "an error for vectors": (Body(b'{"error": "busy"}', "application/json"), "does not speak"),
    "no vectors": (Body(b"[]", "application/json"), "does not speak the API"),
    "words for numbers": (Body(b'[["a"], ["b"]]', "application/json"), "does not speak the API"),
    "not a number": (Body(b"[[NaN, 1], [1, 1]]", "application/json"), "does not speak the API"),
}


@pytest.mark.parametrize(("fault", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_said_in_one_line_without_the_key(
    server, open_one: Open, caplog, fault, reason
) -> None:
    caplog.set_level(logging.DEBUG)
    server.says(*[fault] * 10)
    embedder = open_one()
    asks: list[Callable[[], object]] = [
        lambda: embedder.embed_passages(["a", "b"]),
        lambda: embedder.embed_question("a"),
    ]
    for ask in asks:
        with pytest.raises(ModelUnavailableError, match=reason) as caught:
            ask()
        assert "\n" not in str(caught.value)
        assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in caplog.text
    assert KEY not in repr(embedder)


def test_fewer_vectors_than_texts_are_not_believed(open_one: Open) -> None:
    embedder = open_one()
    one: Any = embedder.embed_passages(["a"]).tolist()
    with pytest.raises(ModelUnavailableError, match="does not speak the API"):
        embedder._asked(lambda: one, 2, 1)


def test_a_server_that_is_down_is_named_as_such(open_one: Open) -> None:
    embedder = open_one(url="http://127.0.0.1:9")
    with pytest.raises(ModelUnavailableError, match="cannot be reached"):
        embedder.embed_question("anything")


def test_an_ingest_waits_for_a_server_that_is_asked_too_often(server, open_one: Open) -> None:
    embedder = open_one()
    slept: list[float] = []
    embedder._sleep = slept.append
    server.says(Fails(429, headers={"Retry-After": "2"}), Fails(503))
    assert embedder.embed_passages(["a", "b"]).shape == (2, embedder.dimensions)
    assert len(slept) == 2


def test_a_provider_that_is_not_installed_names_the_command(tmp_path: Path, monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "llama_index.embeddings.fastembed", None)
    settings = EmbeddingSettings(provider="fastembed", model="BAAI/bge-small-en-v1.5")
    with pytest.raises(ConfigurationError, match="`make models`"):
        open_embedder(settings, tmp_path)
