"""The faces of Footnote: Discord and the terminal."""

import retrieval  # noqa: F401  # switches telemetry off before anything else is imported

__all__ = []
