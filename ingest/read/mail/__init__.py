"""Mail: archives of lists, mbox files, single messages."""

__all__ = ["mail"]
