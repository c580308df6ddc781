"""Vectors, as each API of embedding models returns them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from tests.fakes import HashingEmbedder


def openai_embeddings(embedder: HashingEmbedder, request: dict[str, Any]) -> dict[str, Any]:
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    vectors = embedder.embed_passages(texts)

    def written(vector: Any) -> Any:
        if request.get("encoding_format") == "base64":
            return base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode()
        return vector.tolist()

    data = [
        {"object": "embedding", "index": n, "embedding": written(vector)}
        for n, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"object": "list", "data": data, "model": request["model"], "usage": usage}


def ollama_embeddings(embedder: HashingEmbedder, request: dict[str, Any]) -> dict[str, Any]:
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    vectors = embedder.embed_passages(texts).tolist()
    return {"model": request["model"], "embeddings": vectors, "prompt_eval_count": len(texts)}


def tei_embeddings(embedder: HashingEmbedder, request: dict[str, Any]) -> list[list[float]]:
    texts = request["inputs"] if isinstance(request["inputs"], list) else [request["inputs"]]
    vectors: list[list[float]] = embedder.embed_passages(texts).tolist()
    return vectors
