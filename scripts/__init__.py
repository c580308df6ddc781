"""Programs for developing Footnote; nothing here is installed with it."""

import retrieval  # noqa: F401  # switches telemetry off before anything else is imported
