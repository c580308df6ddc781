"""Where passages are kept and found again: catalogue, vectors, lexical index."""

__all__ = [
    "embedding_cache",
    "examination",
    "index",
    "live_generation",
    "rebuilding",
    "sentence_vectors",
]
