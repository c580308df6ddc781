"""A Chroma server named in the settings: real ones, and what else may answer there."""

from __future__ import annotations

import gzip
import itertools
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.api import ClientAPI
from pydantic import SecretStr, ValidationError

from retrieval.errors import ConfigurationError, UnavailableError
from retrieval.settings import ChromaSettings
from retrieval.store.chroma import client as chroma_client
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.chroma.process import ChromaProcess
from retrieval.store.chroma.vectors import VectorIndex
from retrieval.store.data_folder.ownership import INDEX, FolderLock
from tests.retrieval.store.chroma_user import found, store
from tests.retrieval.store.fake_server import Reply, Request, forwarded, json_reply, serving

HEARTBEAT = json_reply({"nanosecond heartbeat": 1})
GZIP = {"content-encoding": "gzip"}
Opened = AbstractContextManager[ClientAPI]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma_client, "RETRY_PAUSES_SECONDS", (0.01, 0.02, 0.03))


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Chroma server's address."""
    process = ChromaProcess(tmp_path_factory.mktemp("server"))
    process.start()
    yield process.url
    process.stop()


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Opened]:
    def open_at(url: str, **settings: Any) -> Opened:
        values = ChromaSettings(**{"url": url, "timeout_seconds": 60.0, **settings})
        return open_chroma(tmp_path / "data", values, doing="asking")

    return open_at


def refused(opened: Opened, error: type[Exception], match: str) -> str:
    """Open, expect the error, and return its line."""
    with pytest.raises(error, match=match) as caught, opened:
        pytest.fail("that is no server to work with")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_server_of_the_settings_is_used_and_the_data_folder_is_not(
    opened: Callable[..., Opened], chroma: str, tmp_path: Path
) -> None:
    owner = FolderLock(tmp_path, INDEX)
    assert owner.try_acquire("ingesting")
    with opened(chroma) as first, opened(chroma + "/") as second:
        assert store(VectorIndex(first, "kb-shared"), ["a", "b"]) == 2
        assert found(VectorIndex(second, "kb-shared"), ["a", "b"]) == ["a", "b"]
    assert not (tmp_path / "data" / "chroma").exists()
    owner.release()


def test_tenant_and_database_are_the_settings_own(
    opened: Callable[..., Opened], chroma: str
) -> None:
    with opened(chroma) as client:
        api = client._server  # type: ignore[attr-defined]  # the quickest way to make one
        api.create_tenant("club")
        api.create_database("archive", "club")
        assert store(VectorIndex(client, "kb-tenants"), ["default"]) == 1
    with opened(chroma, tenant="club", database="archive") as client:
        index = VectorIndex(client, "kb-tenants")
        assert index.count() == 0
        assert store(index, ["ours"]) == 1
    line = refused(opened(chroma, database="nowhere"), ConfigurationError, "nowhere")
    assert "FOOTNOTE_CHROMA__DATABASE" in line
    refused(opened(chroma, tenant="nobody"), ConfigurationError, "tenant “nobody”")


def test_headers_go_with_each_request_and_stay_out_of_sight(
    opened: Callable[..., Opened], chroma: str
) -> None:
    seen: list[str | None] = []

    def answer(request: Request) -> Reply:
        seen.append({name.lower(): v for name, v in request.headers.items()}.get("x-chroma-token"))
        return forwarded(request, chroma)

    settings = {"headers": {"X-Chroma-Token": "very-secret"}}
    with serving(answer) as url, opened(url, **settings) as client:
        store(VectorIndex(client, "kb-headers"), ["a"])
    assert len(seen) >= 5
    assert set(seen) == {"very-secret"}
    values = ChromaSettings.model_validate(settings)
    assert "very-secret" not in f"{values!r} {values} {values.model_dump()}"
    assert values.headers == {"X-Chroma-Token": SecretStr("very-secret")}


def test_batches_and_pages_keep_to_the_servers_limit(
    opened: Callable[..., Opened], chroma: str
) -> None:
    sizes: list[int] = []

    def answer(request: Request) -> Reply:
        if request.path.endswith("/pre-flight-checks"):
            return json_reply({"max_batch_size": 7, "supports_base64_encoding": True})
        if request.path.endswith("/upsert"):
            sizes.append(len(request.json()["ids"]))
        return forwarded(request, chroma)

    ids = [f"id-{n}" for n in range(20)]
    with serving(answer) as url, opened(url) as client:
        index = VectorIndex(client, "kb-batches")
        assert store(index, ids) == 20
        assert sum(sizes) == 20
        assert max(sizes) == 7
        assert sorted(itertools.chain(*index.ids())) == sorted(ids)
        index.delete(ids)
        assert index.count() == 0


@pytest.mark.parametrize("limits", [{"max_batch_size": -1}, {}])
def test_a_server_that_names_no_limit_gets_small_batches(
    opened: Callable[..., Opened], chroma: str, limits: dict[str, int]
) -> None:
    def answer(request: Request) -> Reply:
        return json_reply(limits) if "pre-flight" in request.path else forwarded(request, chroma)

    with serving(answer) as url, opened(url) as client:
        assert 1 <= client.get_max_batch_size() <= 300


def test_a_server_that_stumbles_gets_another_chance_and_nothing_is_lost(
    opened: Callable[..., Opened], chroma: str
) -> None:
    count = itertools.count()

    def answer(request: Request) -> Reply | None:
        n = next(count)
        if n % 4 == 1:
            return Reply(b"<html>busy</html>", 503, "text/html")
        if n % 4 == 2:
            return json_reply({"error": "RateLimit", "message": "slow down"}, 429)
        reply = forwarded(request, chroma)
        return None if n % 4 == 3 else reply  # done, but nobody hears of it

    ids = [f"id-{n}" for n in range(12)]
    with serving(answer) as url, opened(url) as client:
        index = VectorIndex(client, "kb-stumbles")
        assert store(index, ids) == 12
        assert found(index, ids) == ids
        index.delete(ids[:10])
        assert index.count() == 2


def test_what_must_not_happen_twice_is_not_tried_twice(
    opened: Callable[..., Opened], chroma: str
) -> None:
    tried: list[str] = []

    def answer(request: Request) -> Reply | None:
        if request.method == "DELETE":
            tried.append(request.path)
            return None
        return forwarded(request, chroma)

    with serving(answer) as url, opened(url) as client:
        client.get_or_create_collection("kb-once", embedding_function=None)
        with pytest.raises(UnavailableError, match="breaks off"):
            client.delete_collection("kb-once")
    assert len(tried) == 1


def test_a_server_that_is_down_is_said_at_once(opened: Callable[..., Opened]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = refused(opened(f"http://127.0.0.1:{port}"), UnavailableError, "cannot be reached")
    assert f"http://127.0.0.1:{port}" in line
    assert "unset FOOTNOTE_CHROMA__URL" in line


def test_a_name_that_does_not_exist_is_said(opened: Callable[..., Opened]) -> None:
    refused(opened("http://chroma.invalid:8000"), UnavailableError, "chroma.invalid:8000 cannot")


def test_a_server_that_says_nothing_costs_the_timeout_once(opened: Callable[..., Opened]) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        refused(opened(url, timeout_seconds=0.5), UnavailableError, "in time")


def test_a_server_that_drips_is_no_way_round_the_timeout(opened: Callable[..., Opened]) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        drips = DripServer(listener)
        refused(opened(url, timeout_seconds=0.5), UnavailableError, "in time")
        drips.join()


class DripServer:
    """Answers with one byte each 0.1 s, until nobody listens any more."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._thread = threading.Thread(target=self._drip, daemon=True)
        self._thread.start()

    def _drip(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(65536)
            head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
            connection.sendall(f"{head}content-length: 100000\r\n\r\n".encode())
            try:
                for _ in range(100):
                    connection.sendall(b" ")
                    time.sleep(0.1)
            except OSError:
                pass

    def join(self) -> None:
        self._thread.join()


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply(b"<html>Welcome to nginx</html>", 200, "text/html"), ConfigurationError, "not a C"),
        (Reply(b"{broken", 200), ConfigurationError, "is not a Chroma server"),
        (Reply(b"\xff\xfe\x00", 200), ConfigurationError, "is not a Chroma server"),
        (Reply(b"", 200), ConfigurationError, "is not a Chroma server"),
        (json_reply({"hello": "world"}), ConfigurationError, "is not a Chroma server"),
        (json_reply([1, 2]), ConfigurationError, "is not a Chroma server"),
        (json_reply(None), ConfigurationError, "is not a Chroma server"),
        (Reply(gzip.compress(b"{}"), headers=GZIP), ConfigurationError, "is not a Chroma server"),
        (Reply(b"no gzip", headers=GZIP), UnavailableError, "breaks off"),
        (Reply(b"Not Found", 404, "text/plain"), ConfigurationError, "status 404"),
        (json_reply({"detail": "Not Found"}, 404), ConfigurationError, "is not a Chroma server"),
        (Reply(b"", 301, headers={"location": "/"}), ConfigurationError, "status 301"),
        (Reply(b"no", 401, "text/plain"), ConfigurationError, "refuses us .*__HEADERS"),
        (json_reply({"error": "Forbidden"}, 403), ConfigurationError, "refuses us .*__HEADERS"),
        (Reply(b"<h1>Oops</h1>", 500, "text/html"), UnavailableError, "status 500"),
        (Reply(b"", 502, "text/html"), UnavailableError, "status 502"),
        (json_reply({"error": "X", "message": "later"}, 503), UnavailableError, "status 503"),
        (json_reply({"error": "InternalError", "message": "x"}, 500), UnavailableError, "error"),
        (None, UnavailableError, "breaks off"),
    ],
)
def test_whatever_answers_is_told_in_one_line_and_in_bounded_time(
    opened: Callable[..., Opened], reply: Reply | None, error: type[Exception], says: str
) -> None:
    with serving(lambda _: reply) as url:
        line = refused(opened(url), error, says)
        assert url in line


def test_a_server_that_goes_bad_later_is_no_damaged_index(
    opened: Callable[..., Opened], chroma: str
) -> None:
    is_bad = False

    def answer(request: Request) -> Reply:
        if is_bad:
            return Reply(b"<html>maintenance</html>", 503, "text/html")
        return forwarded(request, chroma)

    with serving(answer) as url, opened(url) as client:
        index = VectorIndex(client, "kb-later")
        store(index, ["a"])
        is_bad = True
        with pytest.raises(UnavailableError, match=r"answers with status 503\. Start it"):
            index.nearest(np.ones(16, np.float32), 1)
        with pytest.raises(UnavailableError, match=r"answers with status 503\. Start it"):
            store(index, ["b"])
        is_bad = False
        assert store(index, ["b"]) == 2


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody has signed, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def test_tls_is_used_and_the_certificate_is_checked(
    opened: Callable[..., Opened],
    chroma: str,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(lambda request: forwarded(request, chroma), certificate) as url:
        assert url.startswith("https://")
        refused(opened(url), UnavailableError, "CERTIFICATE_VERIFY_FAILED")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        with opened(url) as client:
            assert store(VectorIndex(client, "kb-tls"), ["a"]) == 1


def test_a_path_before_the_api_is_kept(opened: Callable[..., Opened], chroma: str) -> None:
    def answer(request: Request) -> Reply:
        assert request.path.startswith("/stores/chroma/api/v2/")
        path = request.path.removeprefix("/stores/chroma")
        return forwarded(Request(request.method, path, request.headers, request.body), chroma)

    with serving(answer) as url, opened(url + "/stores/chroma") as client:
        assert store(VectorIndex(client, "kb-path"), ["a"]) == 1


def test_no_proxy_of_the_environment_stands_before_our_own_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with open_chroma(tmp_path, ChromaSettings(), doing="answering", serve=True) as client:
        assert store(VectorIndex(client, "kb-test"), ["a"]) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"url": "127.0.0.1:8000"},
        {"url": "ftp://127.0.0.1"},
        {"url": "http://"},
        {"url": "http://127.0.0.1:port"},
        {"url": "http://127.0.0.1:99999"},
        {"url": "http://[::1"},
        {"url": "http://user:very-secret@127.0.0.1"},
        {"url": "http://127.0.0.1/?token=very-secret"},
        {"headers": {"two words": "very-secret"}},
        {"headers": {"X-Token": "very-secret\r\nX-Other: 1"}},
        {"headers": {"X-Token": "very-secret “"}},
        {"timeout_seconds": 0},
        {"timeout_seconds": float("inf")},
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_secrets(
    values: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError) as caught:
        ChromaSettings.model_validate(values)
    assert "very-secret" not in str(caught.value)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert ChromaSettings(url=" ", tenant="", database="") == ChromaSettings()
