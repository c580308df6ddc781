from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from retrieval.language_model.limits.limited_model import LimitedModel
from retrieval.language_model.providers import open_chat_model
from retrieval.provider_settings import LLMSettings
from tests.llm_servers.server import ModelServer, model_server

KEY = "sk-loopback-0123456789-secret"
PROVIDERS = ("openai-like", "ollama", "anthropic")


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        running.key = KEY
        yield running


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def address(server: ModelServer, provider: str) -> str:
    return f"{server.url}/v1" if provider == "openai-like" else server.url


OpenModel = Callable[..., LimitedModel]


@pytest.fixture
def open_model(server: ModelServer, provider: str, tmp_path: Path) -> Iterator[OpenModel]:
    opened: list[LimitedModel] = []

    def open_one(**settings: Any) -> LimitedModel:
        given = {
            "provider": provider,
            "model": "small-model",
            "url": address(server, provider),
            "api_key": KEY,
            **settings,
        }
        model = open_chat_model(LLMSettings(**given), tmp_path)
        assert model is not None
        opened.append(model)
        return model

    yield open_one
    for model in opened:
        with closing(model):
            pass
