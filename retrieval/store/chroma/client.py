"""A Chroma client whose every request ends in bounded time, with an answer or a plain error.

chromadb's own HTTP client waits for ever, tries once, and lets whatever a server answers
surface as whatever exception that causes.  Importing this module imports chromadb (about 1 s).
"""

from __future__ import annotations

import contextlib
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

import httpx
from chromadb.api import ServerAPI
from chromadb.api.client import Client
from chromadb.api.fastapi import FastAPI
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings
from chromadb.errors import ChromaError
from pydantic import SecretStr

from retrieval.errors import ConfigurationError, FootnoteError, UnavailableError
from retrieval.store.chroma.collections import Collections

RETRY_PAUSES_SECONDS: Final = (0.3, 0.9, 2.0)
_CONNECT_SECONDS: Final = 5.0
_OPENING_SECONDS: Final = 10.0
_LONGEST_ANSWER_BYTES: Final = 512 * 1024 * 1024
_OVERLOADED: Final = frozenset({429, 500, 502, 503, 504})
_REPEATABLE: Final = frozenset({"upsert", "query", "get", "delete", "count"})
"""Operations on records; done twice they come to the same, since ids are never updated."""
_PARSED_BYTES: Final = 64 * 1024
_MOST_RECORDS: Final = 5_000
"""Also a page: ``get`` fails above some 32,000 ids at once."""
_FAR_SECONDS: Final = 0.02
_ROUND_TRIPS: Final = 3
_SMALLEST_BATCH: Final = 100
"""Used where a server does not say how many records it takes at once."""


class Address(Protocol):
    """Where a Chroma server is; it may move."""

    @property
    def hint(self) -> str:
        """What somebody can do when it does not work."""
        ...

    def url(self) -> str:
        """Return where the server is now."""
        ...

    def suspect(self, url: str) -> None:
        """Hear that nobody answered at ``url``."""
        ...

    def is_shared(self) -> bool:
        """Tell whether others are likely to use the server while this process does."""
        ...


class ServerClient(Client):
    """chromadb's client, with a connection that keeps its word (see the module)."""

    def __init__(
        self,
        address: Address,
        *,
        tenant: str | None = None,
        database: str | None = None,
        headers: Mapping[str, SecretStr] | None = None,
        timeout_seconds: float = 60.0,
    ) -> None:
        """Talk to the server at ``address``, which need not answer yet.

        chromadb's own constructor is passed over: it talks to the server, unbounded.
        """
        parts = urlsplit(address.url())
        SharedSystemClient.__init__(
            self,
            Settings(
                _env_file=None,  # the .env file here is Footnote's
                chroma_api_impl="chromadb.api.fastapi.FastAPI",
                chroma_server_host=f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}",
                chroma_server_http_port=parts.port or 0,
                chroma_server_ssl_enabled=parts.scheme == "https",
                chroma_server_headers=None,
                # Of a session that is closed below before it was used; ours verifies.
                chroma_server_ssl_verify=False,  # to read the certificates takes 50 ms
                anonymized_telemetry=False,
            ),
        )
        self.tenant = tenant or DEFAULT_TENANT
        self.database = database or DEFAULT_DATABASE
        server = self._system.instance(ServerAPI)  # type: ignore[type-abstract]  # looked up
        if not isinstance(server, FastAPI):
            raise TypeError("the settings name this class")
        own = server._session  # noqa: SLF001  # chromadb has no setting for any of this
        secrets = {name: value.get_secret_value() for name, value in (headers or {}).items()}
        self._session = httpx.Client(
            transport=_PatientTransport(address, timeout_seconds),
            headers={**own.headers, **secrets},
            timeout=httpx.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds)),
        )
        own.close()
        server._session = self._session  # noqa: SLF001  # the same
        self._server = server
        self._address = address
        self.is_far = False
        """Whether each request takes long to get there."""
        self.most_at_once = _MOST_RECORDS
        """How many records a request may have, or may ask for."""
        self.collections: Collections | None = None
        """Those that are ours, where others are likely to have some, too."""

    @property
    def is_shared(self) -> bool:
        """Whether others are likely to be waiting for this server."""
        return self._address.is_shared()

    def __enter__(self) -> Self:
        return self

    def close(self) -> None:
        """Give the connections back."""
        super().close()
        self._session.close()

    def get_max_batch_size(self) -> int:
        """Return how many records the server takes in one request."""
        size = super().get_max_batch_size()
        return size if size > 0 else _SMALLEST_BATCH

    def keep_to(self, most_at_once: int) -> None:
        """Talk to a server that is not ours: in small requests, several at once if it is far."""
        self.most_at_once = most_at_once
        self.is_far = min(self._round_trip() for _ in range(_ROUND_TRIPS)) > _FAR_SECONDS

    def _round_trip(self) -> float:
        began = time.monotonic()
        self.heartbeat()
        return time.monotonic() - began

    def check(self, name: str) -> None:
        """Make sure that a Chroma server answers, and has our tenant and database.

        Raises:
            ConfigurationError: if ``name``, so called in the message, is none or lacks them.
            UnavailableError: if it does not answer.
        """
        with self._asked_briefly():
            try:
                self.heartbeat()
                self.get_max_batch_size()
            except FootnoteError:
                raise
            except ChromaError as error:
                raise UnavailableError(
                    f"The Chroma server at {name} answers with an error ({error})."
                ) from error
            except Exception as error:
                raise ConfigurationError(
                    f"What answers at {name} is not a Chroma server (version 1 or later). "
                    "Check FOOTNOTE_CHROMA__URL."
                ) from error
            try:
                self._server.get_tenant(self.tenant)
                self._server.get_database(self.database, self.tenant)
            except FootnoteError:
                raise
            except Exception as error:
                raise ConfigurationError(
                    f"The Chroma server at {name} has no database “{self.database}” of tenant "
                    f"“{self.tenant}” for us ({error}). Check FOOTNOTE_CHROMA__TENANT, "
                    "FOOTNOTE_CHROMA__DATABASE and FOOTNOTE_CHROMA__HEADERS."
                ) from error

    @contextlib.contextmanager
    def _asked_briefly(self) -> Iterator[None]:
        usual = self._session.timeout
        brief = min(_OPENING_SECONDS, usual.read or _OPENING_SECONDS)
        self._session.timeout = httpx.Timeout(brief, connect=min(_CONNECT_SECONDS, brief))
        try:
            yield
        finally:
            self._session.timeout = usual


class _PatientTransport(httpx.BaseTransport):
    """Tries again where that helps, and turns what is no answer of Chroma's into our errors."""

    def __init__(self, address: Address, timeout_seconds: float) -> None:
        self._address = address
        self._timeout_seconds = timeout_seconds
        # To read the authorities' certificates takes 50 ms, which plain HTTP need not spend.
        without = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody
        is_plain = urlsplit(address.url()).scheme == "http"
        self._inner = httpx.HTTPTransport(verify=without if is_plain else True)

    def close(self) -> None:
        self._inner.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for pause in RETRY_PAUSES_SECONDS:
            response = self._attempt(request, is_last=False)
            if response is not None:
                return response
            time.sleep(pause)
        response = self._attempt(request, is_last=True)
        if response is None:
            raise AssertionError("the last attempt answers or raises")
        return response

    def _attempt(self, request: httpx.Request, *, is_last: bool) -> httpx.Response | None:
        """Return the answer; None if another attempt may do better."""
        url = self._address.url()
        parts = urlsplit(url)
        request.url = request.url.copy_with(host=parts.hostname or "", port=parts.port)
        try:
            response = _read(self._inner.handle_request(request), self._deadline(request))
        except httpx.TimeoutException as error:
            self._address.suspect(url)
            raise self._error(url, "does not answer in time") from error
        except httpx.RequestError as error:
            self._address.suspect(url)
            was_sent = not isinstance(error, httpx.ConnectError)
            if is_last or (was_sent and not _may_be_repeated(request)):
                what = "breaks off its answer" if was_sent else "cannot be reached"
                raise self._error(url, f"{what} ({error})") from error
            return None
        return self._judged(request, response, url, is_last=is_last)

    def _judged(
        self, request: httpx.Request, response: httpx.Response, url: str, *, is_last: bool
    ) -> httpx.Response | None:
        status = response.status_code
        if _is_json(response) and status not in (401, 403):
            if status != 429 and status < 502:  # noqa: PLR2004  # HTTP's own numbers
                return response
        elif status in (401, 403):
            raise ConfigurationError(
                f"The Chroma server at {shown(url)} refuses us (status {status}). "
                "Check FOOTNOTE_CHROMA__HEADERS."
            )
        elif status not in _OVERLOADED:
            raise ConfigurationError(
                f"What answers at {shown(url)} is not a Chroma server (status {status}, "
                f"{response.headers.get('content-type', 'no type')}). {self._address.hint}"
            )
        if is_last or not _may_be_repeated(request):
            raise self._error(url, f"answers with status {status}")
        return None

    def _error(self, url: str, what: str) -> UnavailableError:
        return UnavailableError(f"The Chroma server at {shown(url)} {what}. {self._address.hint}")

    def _deadline(self, request: httpx.Request) -> float:
        read_seconds = request.extensions.get("timeout", {}).get("read") or self._timeout_seconds
        return time.monotonic() + float(read_seconds)


def shown(url: str) -> str:
    """Return ``url`` without what may be secret in it."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def _read(response: httpx.Response, deadline: float) -> httpx.Response:
    """Read an answer to its end, but not for ever: a server may send one byte at a time."""
    body = bytearray()
    try:
        if not isinstance(response.stream, httpx.SyncByteStream):
            raise TypeError("a synchronous transport streams synchronously")
        for chunk in response.stream:
            body += chunk
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the answer goes on and on")
            if len(body) > _LONGEST_ANSWER_BYTES:
                raise httpx.RemoteProtocolError("the answer is too long")
        return httpx.Response(response.status_code, headers=response.headers, content=bytes(body))
    finally:
        response.close()


def _is_json(response: httpx.Response) -> bool:
    if not response.headers.get("content-type", "").startswith("application/json"):
        return False
    if len(response.content) > _PARSED_BYTES:
        return True  # too long to read twice
    try:
        json.loads(response.content)
    except ValueError:
        return False
    return True


def _may_be_repeated(request: httpx.Request) -> bool:
    return (
        request.method in {"GET", "PUT"}
        or request.url.path.rpartition("/")[2] in _REPEATABLE
        or b'"get_or_create":true' in request.content
    )
