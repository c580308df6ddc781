"""The embedding model that is set, opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.embedding.foreign import ForeignEmbedder, Wording
from retrieval.errors import ConfigurationError, ModelUnavailableError
from retrieval.language_model.failures import clean_complaint

if TYPE_CHECKING:
    from collections.abc import Callable

    from llama_index.core.base.embeddings.base import BaseEmbedding

    from retrieval.provider_settings import EmbeddingSettings


def open_embedder(
    settings: EmbeddingSettings, cache_dir: Path, *, threads: int | None = None
) -> ForeignEmbedder:
    """Return the embedder that is set; for ``minilm`` see ``retrieval.embedding.minilm``.

    Args:
        settings: which model.
        cache_dir: where a model that runs on this machine is kept.
        threads: processor cores that such a model may use.

    Raises:
        ConfigurationError: if the provider's packages are not installed.
        ModelUnavailableError: if a model that runs on this machine cannot be had.
    """
    key = settings.api_key.get_secret_value() if settings.api_key else None
    return ForeignEmbedder(
        _opened(settings, cache_dir, threads),
        provider=settings.provider,
        model=settings.model or "",
        wording=Wording(settings.query_prefix or "", settings.passage_prefix or ""),
        batch_size=settings.batch_size,
        key=key,
    )


def _opened(settings: EmbeddingSettings, cache_dir: Path, threads: int | None) -> BaseEmbedding:
    from retrieval.embedding import foreign_models

    openers: dict[str, Callable[[EmbeddingSettings, Path, int | None], BaseEmbedding]] = {
        "openai-like": foreign_models.openai_like,
        "ollama": foreign_models.ollama,
        "tei": foreign_models.tei,
        "fastembed": foreign_models.fastembed,
    }
    try:
        return openers[settings.provider](settings, cache_dir, threads)
    except ImportError as error:
        raise ConfigurationError(
            f"FOOTNOTE_EMBEDDING__PROVIDER={settings.provider} needs packages that are not "
            "installed. Run `make models` in Footnote's folder (docs/models.md)."
        ) from error
    except Exception as error:  # noqa: BLE001 - FastEmbed raises what its download raises
        raise ModelUnavailableError(
            f"The embedding model {settings.model} ({settings.provider}) cannot be opened: "
            f"{clean_complaint(str(error), None)}"
        ) from None
