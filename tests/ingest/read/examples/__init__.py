"""An example of each format that can be read, one module each with an ``EXAMPLE``."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from tests.ingest.read.conformance import Example


def examples() -> list[Example]:
    """Return the examples of all modules here; one with several has ``EXAMPLES``."""
    found: list[Example] = []
    for module in pkgutil.iter_modules(__path__):
        there = vars(import_module(f"{__name__}.{module.name}"))
        found += there["EXAMPLES"] if "EXAMPLES" in there else [there["EXAMPLE"]]
    return found
