"""From files to threads, posts, quotes and passages in the index."""

import retrieval  # noqa: F401  # switches telemetry off before anything else is imported

__all__ = ["admission", "beir", "drafts", "pipeline", "report", "request"]
