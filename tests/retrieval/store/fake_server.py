"""HTTP servers on loopback that do what servers do on bad days, for tests."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Request], Reply | None]
"""None closes the connection without a word."""


def json_reply(value: object, status: int = 200) -> Reply:
    return Reply(json.dumps(value).encode(), status)


@contextmanager
def serving(answer: Answer, tls: tuple[Path, Path] | None = None) -> Iterator[str]:
    """Serve on a free port and yield the address; ``tls`` is a certificate and its key."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5
        wbufsize = -1  # head and body in one packet, or each answer takes 40 ms

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            reply = answer(Request(self.command, self.path, dict(self.headers), body))
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("content-type", reply.content_type)
            self.send_header("content-length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # the base class finds them by name

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a client that gave up is what some tests are about

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def forwarded(request: Request, url: str) -> Reply:
    """Pass a request on to the server at ``url`` and return what it says."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=120)
    try:
        headers = {"content-type": "application/json"}
        connection.request(request.method, request.path, request.body or None, headers)
        response = connection.getresponse()
        kind = response.headers.get("content-type", "")
        return Reply(response.read(), response.status, kind)
    finally:
        connection.close()
