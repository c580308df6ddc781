"""What is known, how it is found, and how it is answered."""

from retrieval.telemetry import switch_off

switch_off()
