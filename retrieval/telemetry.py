"""The telemetry of dependencies, switched off before any of them is imported.

The package imports this first of all, and the other packages import the package first, so that
there is no way to a dependency but past here.  Child processes inherit the variables.
"""

from __future__ import annotations

import os
from typing import Final

SWITCHES: Final = {
    # Its wheels send events to Microsoft after a minute, and keep a device id in ~/.cache.
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "OTEL_SDK_DISABLED": "true",  # OpenTelemetry, which Chroma brings
    "HF_HUB_DISABLE_TELEMETRY": "1",  # Hugging Face, which FastEmbed and llama-index bring
    "DO_NOT_TRACK": "1",  # whoever keeps to https://donottrack.sh
}


def switch_off() -> None:
    """Set the variables, whatever they were."""
    os.environ.update(SWITCHES)
