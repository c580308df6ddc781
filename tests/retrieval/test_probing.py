"""``footnote doctor`` on models: what it says, against servers on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from retrieval.embedding.providers import open_embedder
from retrieval.probing import ModelCheck, check_chat_model, check_embedder
from retrieval.provider_settings import EmbeddingSettings, LLMSettings
from tests.llm_servers.script import HTML, Fails, Says, Stalls
from tests.llm_servers.server import ModelServer
from tests.retrieval.language_model.conftest import (
    KEY,
    _nothing_from_outside,
    address,
    provider,
    server,
)

__all__ = ["_nothing_from_outside", "provider", "server"]

READY = Says('{"ready": true}')


def checked(server: ModelServer, provider: Any, **settings: Any) -> ModelCheck:
    given = {
        "provider": provider,
        "model": "small-model",
        "url": address(server, provider),
        "api_key": KEY,
        "deadline_seconds": 60,
        "stall_seconds": 60,
        **settings,
    }
    check = check_chat_model(LLMSettings(**given))
    assert check is not None
    assert KEY not in f"{check.problem} {check.known}"
    return check


def test_nothing_is_tried_where_nothing_is_set() -> None:
    assert check_chat_model(LLMSettings()) is None


def test_a_model_that_replies_has_no_problem(server, provider) -> None:
    server.otherwise = READY
    check = checked(server, provider)
    assert check.problem is None
    assert check.structured
    assert check.name == "small-model"


def test_an_endpoint_without_schemas_is_told_apart(server, provider) -> None:
    word = {"openai-like": "response_format", "ollama": "format", "anthropic": "output_config"}
    server.says(Fails(400, f"{word[provider]} is not supported"), READY)
    check = checked(server, provider)
    assert (check.problem, check.structured) == (None, False)


def test_a_refused_key_is_said(server, provider) -> None:
    server.key = "another"
    problem = checked(server, provider).problem or ""
    assert problem.startswith("The model's server refuses the key.")
    assert "FOOTNOTE_LLM__API_KEY" in problem


def test_an_unknown_model_is_said_with_some_that_there_are(server, provider) -> None:
    check = checked(server, provider, model="smal-modle")
    assert "does not know this model" in (check.problem or "")
    assert check.known[0] == "small-model"
    assert set(check.known) <= set(server.models)


def test_a_server_that_is_down_is_said(server, provider) -> None:
    check = checked(server, provider, url="http://127.0.0.1:9")
    assert "cannot be reached. See that it runs" in (check.problem or "")


def test_a_model_that_is_too_slow_is_said(server, provider) -> None:
    server.otherwise = Says("late", wait_seconds=30)
    check = checked(server, provider, deadline_seconds=0.5)
    assert "has not replied in time" in (check.problem or "")
    server.otherwise = Stalls()
    assert "fell silent" in (checked(server, provider, stall_seconds=0.2).problem or "")


def test_a_web_page_is_no_api(server, provider) -> None:
    server.otherwise = HTML
    server.is_web_site = True
    problem = checked(server, provider).problem or ""
    assert "That address answers with a web page, not with an API." in problem


def test_an_address_that_lacks_its_end_is_mended(server) -> None:
    problem = checked(server, "openai-like", url=server.url).problem or ""
    assert f"set FOOTNOTE_LLM__URL={server.url}/v1." in problem


@pytest.mark.parametrize(
    ("key", "problem"), [(KEY, None), ("another", "refuses the key. See that FOOTNOTE_EMBEDDING")]
)
def test_an_embedder_is_tried_too(server, tmp_path: Path, key, problem) -> None:
    server.key = key
    settings = EmbeddingSettings(
        provider="ollama", model="embedding-model", url=server.url, api_key=KEY
    )
    check = check_embedder(settings, lambda: open_embedder(settings, tmp_path))
    assert check is not None
    assert check.problem is None if problem is None else problem in (check.problem or "")
    assert check_embedder(EmbeddingSettings(), lambda: open_embedder(settings, tmp_path)) is None
