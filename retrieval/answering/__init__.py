"""From ranked passages to a cited answer, or to saying that there is none."""

__all__ = ["answerer", "official"]
