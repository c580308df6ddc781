"""Logging to stderr: one line an event, whatever the event's text holds."""

from __future__ import annotations

import logging
import sys
import time
from typing import Final

from bot.terminal.safe_text import escaped

OUR_PACKAGES: Final = ("bot", "ingest", "retrieval")


class OneLineFormatter(logging.Formatter):
    """Formats a record, traceback included, as one line without control characters."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)sZ %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"
        )
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line, line breaks in it escaped."""
        return escaped(super().format(record))


def configure_logging(verbosity: int) -> None:
    """Log to stderr: warnings at 0; our own INFO at 1; our DEBUG and others' INFO at 2."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbosity > 1 else logging.WARNING)
    for package in OUR_PACKAGES:
        logging.getLogger(package).setLevel(_own_level(verbosity))
    logging.captureWarnings(capture=True)
    # A library's deprecation is the maintainers' business, not that of somebody who asks.
    logging.getLogger("py.warnings").setLevel(logging.WARNING if verbosity else logging.ERROR)


def _own_level(verbosity: int) -> int:
    return (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)]
