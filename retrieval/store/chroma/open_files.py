"""The number of files that may be open: Chroma keeps four for each collection in use."""

from __future__ import annotations

import logging
from typing import Final

WANTED: Final = 4096
_log = logging.getLogger(__name__)


def raise_open_file_limit(wanted: int = WANTED) -> int:
    """Raise the soft limit of open files as far as allowed, up to ``wanted``.

    Returns the limit that holds now; says so on the log where it stays below.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    except (OSError, ValueError):
        limit = soft
    if limit < wanted:
        _log.warning(
            "at most %d files may be open; Chroma may need %d (raise it with `ulimit -Hn`)",
            limit,
            wanted,
        )
    return limit
