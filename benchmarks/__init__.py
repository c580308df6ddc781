"""Measurements that anyone can repeat: ``python -m benchmarks.NAME --help``."""

import retrieval  # noqa: F401  # switches telemetry off before anything else is imported
