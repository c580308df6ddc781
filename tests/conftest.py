"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

import retrieval  # noqa: F401  # switches telemetry off before anything else is imported

# An example that takes long says something about the machine, not about the code.
settings.register_profile("footnote", deadline=None)
settings.load_profile("footnote")
