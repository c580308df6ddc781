"""What a server says next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Says:
    """A reply, in pieces of ``size`` characters."""

    text: str
    cited: tuple[tuple[str, str, str], ...] = ()
    """Further words, each with the source and the quote of the provider's own citation."""
    thoughts: str = ""
    size: int = 12
    stop: str = "end"
    """``end``, ``length`` or ``refused``."""
    counts: bool = True
    """Whether the server tells how many tokens it took."""
    pause_seconds: float = 0.0
    """Between two pieces."""
    wait_seconds: float = 0.0
    """Before the first one."""


@dataclass(frozen=True)
class Fails:
    """A status, with a body that an API might send."""

    status: int
    message: str = "something is wrong"
    code: str = "error"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stalls:
    """Some text, and then silence on an open connection."""

    text: str = "It "


@dataclass(frozen=True)
class Cuts:
    """Some text, and then the end of the connection."""

    text: str = "It wants "
    politely: bool = False
    """Whether the stream is closed as if it were whole."""


@dataclass(frozen=True)
class Body:
    """Any bytes, with status 200."""

    content: bytes
    content_type: str = "text/html"


@dataclass(frozen=True)
class ErrorEvent:
    """Some text, and then an error as an event of the stream."""

    message: str = "overloaded"


HTML = Body(b"<!doctype html><html><title>Welcome to nginx!</title></html>")
EMPTY = Body(b"", "text/event-stream")
Line = Says | Fails | Stalls | Cuts | Body | ErrorEvent
