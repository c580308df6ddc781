"""What is known, how it is found, and how it is answered."""

from retrieval.telemetry import switch_off

__all__ = ["errors", "knowledge", "probing", "provider_settings", "records", "settings", "sight"]

switch_off()
