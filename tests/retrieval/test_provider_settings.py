from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import BotSettings, load_settings
from retrieval.errors import ConfigurationError
from retrieval.provider_settings import EmbeddingSettings, LLMSettings

SECRET = "sk-a-key-that-nobody-may-see"


def test_without_settings_no_model_is_asked_and_minilm_embeds() -> None:
    assert LLMSettings().provider == "none"
    assert EmbeddingSettings().provider == "minilm"


@pytest.mark.parametrize("provider", ["openai-like", "ollama", "anthropic"])
def test_a_provider_needs_a_model(provider) -> None:
    with pytest.raises(ValidationError, match="FOOTNOTE_LLM__MODEL must name a model"):
        LLMSettings(provider=provider)


@pytest.mark.parametrize("provider", ["openai-like", "ollama", "tei", "fastembed"])
def test_an_embedder_needs_a_model(provider) -> None:
    with pytest.raises(ValidationError, match="FOOTNOTE_EMBEDDING__MODEL must name a model"):
        EmbeddingSettings(provider=provider)


def test_a_budget_in_money_needs_prices() -> None:
    with pytest.raises(ValidationError, match="needs both prices"):
        LLMSettings(daily_budget_usd=5, price_per_million_input=1)
    priced = LLMSettings(daily_budget_usd=5, price_per_million_input=0, price_per_million_output=0)
    assert priced.daily_budget_usd == 5


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "http://key@host/v1",
        "http://host/v1?key=1",
        "ftp://host",
        "http://host:0",
    ],
)
def test_an_address_is_plain(url) -> None:
    with pytest.raises(ValidationError, match="must look like"):
        LLMSettings(url=url)


def test_variables_of_the_environment_are_read(monkeypatch) -> None:
    for name, value in {
        "PROVIDER": "openai-like",
        "MODEL": "m",
        "URL": "http://127.0.0.1:8000/v1/",
        "API_KEY": f" {SECRET}\n",
        "EXTRA_BODY": '{"reasoning_effort": "low"}',
        "DAILY_BUDGET_USD": "0.5",
        "PRICE_PER_MILLION_INPUT": "0.25",
        "PRICE_PER_MILLION_OUTPUT": "2",
    }.items():
        monkeypatch.setenv(f"FOOTNOTE_LLM__{name}", value)
    llm = BotSettings().llm
    assert llm.url == "http://127.0.0.1:8000/v1"
    assert llm.api_key == SecretStr(SECRET)
    assert llm.extra_body == {"reasoning_effort": "low"}


def test_a_blank_variable_is_one_that_is_not_set(monkeypatch) -> None:
    for name in ("MODEL", "URL", "API_KEY"):
        monkeypatch.setenv(f"FOOTNOTE_LLM__{name}", "")
    assert BotSettings().llm == LLMSettings()


def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(monkeypatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM__API_KEY", f"{SECRET} and more")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert "FOOTNOTE_LLM__API_KEY" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_keys_stay_out_of_what_settings_print() -> None:
    settings = LLMSettings(provider="ollama", model="m", api_key=SecretStr(SECRET))
    assert SECRET not in f"{settings!r} {settings}"
