"""llama-index's models for embedding, as the settings ask for them.

Heavy: each function imports its provider's packages.
"""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from retrieval.provider_settings import EmbeddingSettings

_OPENAI_URL: Final = "https://api.openai.com/v1"
_OLLAMA_URL: Final = "http://127.0.0.1:11434"
_TEI_URL: Final = "http://127.0.0.1:8080"
_NO_KEY: Final = "none"
"""Sent where no key is set, so that OPENAI_API_KEY does not go to an address set here."""


def openai_like(
    settings: EmbeddingSettings, _cache_dir: Path, _threads: int | None
) -> BaseEmbedding:
    """Return a model of OpenAI, or of a server that speaks its API."""
    import httpx
    from llama_index.embeddings.openai_like import OpenAILikeEmbedding

    client = httpx.Client(timeout=settings.timeout_seconds, follow_redirects=True)
    embedding = OpenAILikeEmbedding(
        model_name=settings.model or "",
        api_base=settings.url or _OPENAI_URL,
        api_key=_key(settings) or _NO_KEY,
        embed_batch_size=settings.batch_size,
        timeout=settings.timeout_seconds,
        max_retries=0,  # retrieval.embedding.foreign counts attempts
        http_client=client,
    )
    weakref.finalize(embedding, client.close)  # the integration never does
    return embedding


def ollama(settings: EmbeddingSettings, _cache_dir: Path, _threads: int | None) -> BaseEmbedding:
    """Return a model of an Ollama server."""
    from llama_index.embeddings.ollama import OllamaEmbedding

    key = _key(settings)
    options: dict[str, Any] = {"timeout": settings.timeout_seconds}
    if key:
        options["headers"] = {"Authorization": f"Bearer {key}"}
    embedding = OllamaEmbedding(
        model_name=settings.model or "",
        base_url=settings.url or _OLLAMA_URL,
        embed_batch_size=settings.batch_size,
        client_kwargs=options,
    )
    weakref.finalize(embedding, embedding._client.close)  # noqa: SLF001 - the integration never does
    return embedding


def tei(settings: EmbeddingSettings, _cache_dir: Path, _threads: int | None) -> BaseEmbedding:
    """Return a model of Hugging Face's Text Embeddings Inference."""
    import httpx
    from llama_index.embeddings.text_embeddings_inference import TextEmbeddingsInference

    key = _key(settings)
    client = httpx.Client(
        timeout=settings.timeout_seconds,
        headers={"Authorization": f"Bearer {key}"} if key else {},
    )

    class CheckedTextEmbeddingsInference(TextEmbeddingsInference):
        """llama-index's own takes an error for vectors, and opens a client for each request."""

        def _call_api(self, texts: list[str]) -> list[list[float]]:
            response = client.post(
                f"{self.base_url}{self.endpoint}",
                json={"inputs": texts, "truncate": self.truncate_text},
            )
            response.raise_for_status()
            vectors: list[list[float]] = response.json()
            return vectors

    embedding = CheckedTextEmbeddingsInference(
        model_name=settings.model or "",
        base_url=settings.url or _TEI_URL,
        embed_batch_size=settings.batch_size,
        # Otherwise some models' names bring prefixes that no setting shows.
        query_instruction="",
        text_instruction="",
    )
    weakref.finalize(embedding, client.close)
    return embedding


def fastembed(settings: EmbeddingSettings, cache_dir: Path, threads: int | None) -> BaseEmbedding:
    """Return a model that FastEmbed runs on this machine, downloaded at its first use."""
    from llama_index.embeddings.fastembed import FastEmbedEmbedding

    embedding: BaseEmbedding = FastEmbedEmbedding(
        model_name=settings.model or "",
        cache_dir=str(cache_dir / "fastembed"),
        threads=threads,
        embed_batch_size=settings.batch_size,
        doc_embed_type="passage",
    )
    return embedding


def _key(settings: EmbeddingSettings) -> str | None:
    return settings.api_key.get_secret_value() if settings.api_key else None
