from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.errors import ConfigurationError
from retrieval.language_model.providers import open_chat_model
from retrieval.provider_settings import LLMSettings


def test_none_is_opened_where_none_is_set(tmp_path: Path) -> None:
    assert open_chat_model(LLMSettings(), tmp_path) is None


@pytest.mark.parametrize("provider", ["openai-like", "ollama", "anthropic"])
def test_a_provider_that_is_not_installed_names_the_command(
    provider, tmp_path: Path, monkeypatch
) -> None:
    module = provider.replace("-", "_")
    monkeypatch.delitem(sys.modules, f"retrieval.language_model.wires.{module}", raising=False)
    monkeypatch.setitem(sys.modules, f"llama_index.llms.{module}", None)
    with pytest.raises(ConfigurationError) as caught:
        open_chat_model(LLMSettings(provider=provider, model="m"), tmp_path)
    assert "`make models`" in str(caught.value)


def test_naming_the_settings_imports_no_client() -> None:
    code = (
        "import sys, pathlib; from retrieval.language_model.providers import open_chat_model;"
        "from retrieval.settings import LLMSettings;"
        "open_chat_model(LLMSettings(), pathlib.Path('.'));"
        "heavy = {'llama_index', 'openai', 'anthropic', 'ollama', 'httpx'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
