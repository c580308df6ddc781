"""Vectors in Chroma, and the server that keeps them."""

__all__ = ["collections", "findability", "folder", "graph_copy", "opening", "vectors"]
