"""Taking out what was edited, deleted or is to be forgotten."""

__all__ = ["expelling", "forgotten", "superseding", "withdrawing"]
