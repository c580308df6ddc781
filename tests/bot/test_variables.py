from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.settings import BotSettings, load_settings
from bot.variables import variables
from retrieval.errors import ConfigurationError

KNOWN = variables(BotSettings)
TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


@pytest.fixture(autouse=True)
def _nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)


def refusal(dotenv: str | bytes = "") -> str:
    """What is said of a ``.env`` file."""
    Path(".env").write_bytes(dotenv if isinstance(dotenv, bytes) else dotenv.encode())
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FOOTNOTE_CORPUSDIR", "FOOTNOTE_CORPUS_DIR"),
        ("FOOTNOTE_DISCORD_GUILD_ID", "FOOTNOTE_DISCORD__GUILD_ID"),
        ("FOOTNOTE_GUILD_ID", "FOOTNOTE_DISCORD__GUILD_ID"),
        ("FOOTNOTE_KNOWLEGE_BASE", "FOOTNOTE_KNOWLEDGE_BASE"),
        ("FOOTNOTE_API_KEY", "FOOTNOTE_EMBEDDING__API_KEY or FOOTNOTE_LLM__API_KEY"),
        ("footnote_discord__tokn", "FOOTNOTE_DISCORD__TOKEN"),
    ],
)
def test_a_name_that_is_none_is_refused_with_the_one_that_was_meant(name, meant) -> None:
    said = refusal(f"{name}={TOKEN}\n")
    assert f"There is no setting {name.upper()} (in .env); did you mean {meant}?" in said
    assert TOKEN not in said


def test_a_name_that_is_like_none_is_refused_too(monkeypatch) -> None:
    monkeypatch.setenv("FOOTNOTE_COLOUR_OF_THE_BIKE_SHED", "green")
    monkeypatch.setenv("FOOTNOTE_CHROMA", '{"url": "http://127.0.0.1:8000"}')
    said = refusal()
    assert "no setting FOOTNOTE_COLOUR_OF_THE_BIKE_SHED (in the environment)." in said
    assert "no setting FOOTNOTE_CHROMA (in the environment): FOOTNOTE_CHROMA__URL and" in said


def test_what_others_set_is_no_business_of_ours(monkeypatch) -> None:
    for name in (
        "FOOTNOTE",  # scripts/container-start.sh
        "FOOTNOTE_SERVICE_HOST",
        "FOOTNOTE_SERVICE_PORT_HTTP",
        "FOOTNOTE_PORT_80_TCP_ADDR",
        "PATH_TO_FOOTNOTE_DATA",
    ):
        monkeypatch.setenv(name, "x")
    Path(".env").write_text("COMPOSE_PROJECT_NAME=bot\n# a comment\n\nexport EDITOR=vi\n", "utf-8")
    load_settings()


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("FOOTNOTE_SEARCH__DENSE_WEIGHT", "1.5", "a number from 0 to 1"),
        ("FOOTNOTE_LLM__DEADLINE_SECONDS", "0", "a number above 0 and at most 600"),
        ("FOOTNOTE_EMBEDDING_THREADS", "many", "a whole number of at least 1"),
        ("FOOTNOTE_DISCORD__UPLOAD_MIB", "501", "a whole number from 0 to 500"),
        ("FOOTNOTE_DISCORD__WATCH", "sometimes", "true or false"),
        ("FOOTNOTE_LLM__DAILY_BUDGET_TOKENS", "few", "a whole number of at least 0"),
        ("FOOTNOTE_EMBEDDING__PROVIDER", "maybe", "one of minilm, openai-like"),
        ("FOOTNOTE_KNOWLEDGE_BASE", "Our Threads", "lower-case letters, digits and hyphens"),
        ("FOOTNOTE_CHROMA__URL", "127.0.0.1:8000", "it must look like http://"),
        ("FOOTNOTE_CORPUS_DIR", "~nobody-of-that-name/corpus", "no such user's home"),
    ],
)
def test_a_value_that_will_not_do_is_shown_with_what_it_must_be(name, value, wanted) -> None:
    said = refusal(f"{name}={value}\n")
    assert said.startswith(f"{name}={value} (in .env): ")
    assert wanted in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_LLM__API_KEY", "a key with blanks"),
        ("FOOTNOTE_DISCORD__GUILD_ID", TOKEN),  # landed in the wrong variable
        ("FOOTNOTE_CHROMA__URL", "http://ada:secret@127.0.0.1"),
        ("FOOTNOTE_CHROMA__HEADERS", "{X-Chroma-Token: abc}"),
        ("FOOTNOTE_CHROMA__HEADERS", '["X-Chroma-Token"]'),
        ("FOOTNOTE_LLM__EXTRA_BODY", "reasoning_effort=low"),
    ],
)
def test_a_value_that_may_be_a_secret_is_not_shown(name, value) -> None:
    said = refusal(f"{name}={value}\n")
    assert said.startswith(f"{name}=**** (in .env): ")
    assert value not in said


def test_values_that_do_not_go_together_are_named() -> None:
    said = refusal("FOOTNOTE_LLM__PROVIDER=ollama\n")
    assert said.startswith("FOOTNOTE_LLM__MODEL must name a model of ollama.")


def takes_any_text(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("anyOf", [schema])
    return any(
        kind.get("type") == "string" and not kind.keys() & {"enum", "const"} for kind in kinds
    )


@pytest.mark.parametrize("name", [n for n in KNOWN if not takes_any_text(KNOWN[n].schema)])
def test_whatever_the_setting_pydantic_does_not_speak(name) -> None:
    said = refusal(f"{name}=½\n")
    assert said.startswith(f"{name}=")
    assert f"must be {KNOWN[name].wanted()}" in said
    assert "nput should" not in said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("FOOTNOTE_DATA_DIR=größe\n".encode("latin-1"), ".env is not UTF-8 (byte 21)."),
        ("FOOTNOTE_DATA_DIR=x\n".encode("utf-16"), ".env is UTF-16. Save it as UTF-8"),
        (b"# mine\nFOOTNOTE_DATA_DIR is x\n", "Line 2 of .env cannot be understood."),
    ],
)
def test_a_file_that_cannot_be_read_is_named(data, said) -> None:
    assert said in refusal(data)


def test_an_empty_value_sets_nothing(monkeypatch) -> None:
    for name in KNOWN:
        monkeypatch.setenv(name, "")
    assert load_settings() == BotSettings(_env_file=None)
    assert load_settings().data_dir == Path("data")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    Path(".env").write_bytes(b"\xef\xbb\xbfFOOTNOTE_DATA_DIR=x\r\n")
    assert load_settings().data_dir == Path("x")


def test_the_home_is_found(monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("FOOTNOTE_DATA_DIR", "~/footnote")
    assert load_settings().data_dir == Path("/home/ada/footnote")
    assert load_settings(corpus_dir=Path("~/corpus")).corpus_dir == Path("/home/ada/corpus")
