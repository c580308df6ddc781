"""One file for each way to speak to a model."""

__all__ = ["base", "receiving"]
