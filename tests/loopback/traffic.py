"""What travels between the bot and the REST API, and what a test may do to it."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.loopback.errors import FieldProblem, JsonObject
from tests.loopback.world import Upload

_SNOWFLAKE = re.compile(r"\d{15,}")


@dataclass(eq=False)
class RestRequest:
    """One REST call as received, and how it was answered (``status`` 0: cut off)."""

    method: str
    path: str
    query: Mapping[str, str]
    content_type: str
    authorization: str | None
    body: Any = None
    uploads: tuple[Upload, ...] = ()
    status: int = 0
    reply: Any = None
    reply_problems: list[FieldProblem] = field(default_factory=list)
    was_rate_limited: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Violation:
    """A request that breaks Discord's rules, or (``rejected`` False) only the project's."""

    method: str
    path: str
    problems: tuple[FieldProblem, ...]
    rejected: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path}: " + "; ".join(map(str, self.problems))


@dataclass(frozen=True)
class Reply:
    """A status, and a body (None: no content)."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_response(self) -> web.Response:
        # discord.py takes a 429 without Via for a ban by Cloudflare, and compares the
        # content type with ==, so that a charset would make it read the body as text.
        headers = {"Via": "1.1 loopback", **self.headers}
        if self.body is None:
            return web.Response(status=self.status, headers=headers)
        headers["Content-Type"] = "application/json"
        return web.Response(
            status=self.status, body=json.dumps(self.body).encode(), headers=headers
        )


@dataclass
class Fault:
    """Something that goes wrong with the next ``times`` requests that match.

    ``path`` is a regular expression over the whole path.  ``commit`` performs the request and
    loses the answer; ``abort`` cuts the connection instead of answering with ``status``; with
    neither a status nor an abort, the request is only delayed.
    """

    method: str
    path: str
    status: int | None = None
    body: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    commit: bool = False
    abort: bool = False
    delay_seconds: float = 0.0

    def matches(self, request: RestRequest) -> bool:
        fits = self.method == request.method and re.fullmatch(self.path, request.path)
        return self.times > 0 and bool(fits)

    @property
    def reply(self) -> Reply:
        body = self.body or {"message": "injected by the test", "code": 0}
        return Reply(self.status or 500, body, self.headers)

    @classmethod
    def rate_limit(
        cls, method: str, path: str, retry_after_seconds: float, *, is_global: bool = False
    ) -> "Fault":
        """A single 429 that asks the bot to wait."""
        body = {
            "message": "You are being rate limited.",
            "retry_after": retry_after_seconds,
            "global": is_global,
            "code": 0,
        }
        scope = "global" if is_global else "user"
        headers = {"Retry-After": "1", "X-RateLimit-Scope": scope}
        if is_global:
            headers["X-RateLimit-Global"] = "true"
        return cls(method, path, status=429, body=body, headers=headers)


@dataclass(frozen=True)
class RouteLimit:
    """A narrower bucket for some routes; ``path`` is a regular expression over the whole path."""

    method: str
    path: str
    limit: int
    window_seconds: float

    def matches(self, request: RestRequest) -> bool:
        return self.method == request.method and bool(re.fullmatch(self.path, request.path))


@dataclass
class RateLimits:
    """Buckets per route and channel, guild or webhook: ``limit`` requests a window.

    Wide by default, so that tests do not wait; Discord's message bucket is 5 per 5 seconds, its
    global limit 50 a second, from which interaction callbacks and webhooks are free.
    """

    limit: int = 1000
    window_seconds: float = 1.0
    global_limit_per_second: int = 1000
    routes: list[RouteLimit] = field(default_factory=list)
    _windows: dict[tuple[str, str, str], tuple[float, int]] = field(default_factory=dict)

    def forget_the_past(self) -> None:
        """Empty all buckets."""
        self._windows.clear()

    def spend(self, request: RestRequest) -> tuple[Mapping[str, str], Fault | None]:
        """Count a request: its rate-limit headers, and the 429 to answer if it is over."""
        if request.path.startswith("/interactions/"):
            return {}, None
        over = self._spend_global(request)
        if over is not None:
            return over.headers, over
        narrow = next((route for route in self.routes if route.matches(request)), None)
        limit = narrow.limit if narrow else self.limit
        window_seconds = narrow.window_seconds if narrow else self.window_seconds
        major = re.match(r"/(?:channels|guilds)/(\d+)|/webhooks/(\d+/[^/]+)", request.path)
        owner = next(filter(None, major.groups()), "") if major else ""
        route = _SNOWFLAKE.sub("{id}", request.path.replace(owner, "{major}", 1))
        used, reset_after = self._count((request.method, route, owner), window_seconds)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - used)),
            "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Bucket": f"{hash((request.method, route)) & 0xFFFFFFFFFFFF:012x}",
        }
        if used <= limit:
            return headers, None
        fault = Fault.rate_limit(request.method, request.path, reset_after)
        return {**headers, **fault.headers, "Retry-After": str(int(reset_after) + 1)}, fault

    def _spend_global(self, request: RestRequest) -> Fault | None:
        if request.path.startswith("/webhooks/"):
            return None
        used, reset_after = self._count(("", "", "global"), 1.0)
        if used <= self.global_limit_per_second:
            return None
        return Fault.rate_limit(request.method, request.path, reset_after, is_global=True)

    def _count(self, key: tuple[str, str, str], window_seconds: float) -> tuple[int, float]:
        """Count one more in a window: how many there are now, and the seconds it still lasts."""
        now = time.monotonic()
        start, used = self._windows.get(key, (now, 0))
        if now - start >= window_seconds:
            start, used = now, 0
        self._windows[key] = (start, used + 1)
        return used + 1, start + window_seconds - now


async def read_request(request: web.Request) -> RestRequest:
    """Read a call off the wire, JSON or multipart with its ``payload_json``."""
    content_type = request.headers.get("Content-Type", "")
    body: Any = None
    uploads: list[Upload] = []
    if content_type.startswith("application/json"):
        body = await request.json()
    elif content_type.startswith("multipart/"):
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            content = bytes(await part.read())
            if part.name == "payload_json":
                body = json.loads(content)
            else:
                uploads.append(Upload(part.name or "", part.filename or "", content))
    return RestRequest(
        method=request.method,
        path="/" + request.match_info["tail"],
        query=dict(request.query),
        content_type=content_type,
        authorization=request.headers.get("Authorization"),
        body=body,
        uploads=tuple(uploads),
    )
