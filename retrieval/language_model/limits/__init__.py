"""What a call may cost, in time and in money."""

__all__ = ["budget", "limited_model", "retrying", "spending"]
