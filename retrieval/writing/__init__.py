"""Answers in a language model's words, of which only what the posts carry is shown."""

__all__ = ["assembling", "local_checker", "prompt", "reviewing", "writer"]
