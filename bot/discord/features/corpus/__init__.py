"""Adding to the threads: ``/reingest``, ``/upload``, and the watch on the folder."""

__all__ = ["reingest", "upload", "watch"]
