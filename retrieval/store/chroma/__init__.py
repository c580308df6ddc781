"""Vectors in Chroma, and the server that keeps them."""
