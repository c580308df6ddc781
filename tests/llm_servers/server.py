"""The server, in a thread of its own, for clients that block."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes import HashingEmbedder
from tests.llm_servers.embedding import ollama_embeddings, openai_embeddings, tei_embeddings
from tests.llm_servers.script import Body, Cuts, ErrorEvent, Fails, Line, Says, Stalls
from tests.llm_servers.wires import AnthropicFormat, OllamaFormat, OpenAIFormat, WireFormat

DEFAULT_MODELS = ("small-model", "large-model", "embedding-model")


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class ModelServer:
    """Speaks all wires at one address; what it says next is in ``script``.

    When the script is at its end, it says ``otherwise``.
    """

    url: str = ""
    script: deque[Line] = field(default_factory=deque)
    otherwise: Line = field(default_factory=lambda: Says("Nothing is scripted."))
    reply_to: Callable[[Any], Line] | None = None
    """Makes the reply of the request's body, in the place of the script."""
    key: str | None = None
    """The only key that is taken, if any."""
    models: tuple[str, ...] = DEFAULT_MODELS
    seen: list[Seen] = field(default_factory=list)
    is_web_site: bool = False
    """Whether lists of models are web pages."""
    hung_up: int = 0
    """How many streams their clients left before the end."""
    embedder: HashingEmbedder = field(default_factory=HashingEmbedder)

    def says(self, *lines: Line) -> None:
        """Put lines at the end of the script."""
        self.script.extend(lines)

    def asked(self, ending: str = "") -> list[Seen]:
        """Return the requests whose path ends so."""
        return [seen for seen in self.seen if seen.path.endswith(ending)]

    def application(self) -> web.Application:
        application = web.Application(client_max_size=2**26)
        chat: dict[str, Callable[[dict[str, Any]], WireFormat]] = {
            "/v1/chat/completions": OpenAIFormat,
            "/api/chat": OllamaFormat,
            "/v1/messages": AnthropicFormat,
        }
        for path, wire in chat.items():
            application.router.add_post(path, self._chat(wire))
        embed = {
            "/v1/embeddings": openai_embeddings,
            "/api/embed": ollama_embeddings,
            "/embed": tei_embeddings,
        }
        for path, vectors in embed.items():
            application.router.add_post(path, self._embed(vectors))
        application.router.add_get("/v1/models", self._list_models)
        application.router.add_get("/api/tags", self._list_models)
        application.router.add_get("/info", self._list_models)
        return application

    def _chat(self, wire: Callable[[dict[str, Any]], WireFormat]) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await self._see(request)
            form = wire(body)
            if refusal := self._refused(request, body):
                return web.json_response(form.failure(refusal), status=refusal.status)
            line = self._next(body)
            if isinstance(line, Fails):
                return web.json_response(
                    form.failure(line), status=line.status, headers=line.headers
                )
            if isinstance(line, Body):
                return web.Response(body=line.content, content_type=line.content_type)
            return await self._stream(request, form, line)

        return handle

    async def _stream(
        self, request: web.Request, form: WireFormat, line: Says | Stalls | Cuts | ErrorEvent
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": form.content_type})
        try:
            await response.prepare(request)
            if isinstance(line, Says):
                await asyncio.sleep(line.wait_seconds)
            for chunk, pause in _chunks(form, line):
                await response.write(chunk)
                await asyncio.sleep(pause)
            if isinstance(line, Stalls):
                await asyncio.sleep(60)
            if isinstance(line, Cuts) and not line.politely and request.transport is not None:
                request.transport.abort()
            await response.write_eof()
        except (ConnectionError, asyncio.CancelledError):
            self.hung_up += 1
            raise
        return response

    def _embed(self, vectors: Callable[[HashingEmbedder, Any], Any]) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await self._see(request)
            if refusal := self._refused(request, body):
                return web.json_response({"error": refusal.message}, status=refusal.status)
            line = self.script.popleft() if self.script else None
            if isinstance(line, Fails):
                error = {"error": {"message": line.message}}
                return web.json_response(error, status=line.status, headers=line.headers)
            if isinstance(line, Body):
                return web.Response(body=line.content, content_type=line.content_type)
            return web.json_response(vectors(self.embedder, body))

        return handle

    async def _list_models(self, request: web.Request) -> web.StreamResponse:
        await self._see(request)
        if self.is_web_site:
            return web.Response(text="<html></html>", content_type="text/html")
        if refusal := self._refused(request, {}):
            return web.json_response({"error": refusal.message}, status=refusal.status)
        if request.path == "/info":
            return web.json_response({"model_id": self.models[0]})
        if request.path == "/api/tags":
            tags = [{"name": name, "model": name} for name in self.models]
            return web.json_response({"models": tags})
        data = [{"id": name, "object": "model"} for name in self.models]
        return web.json_response({"object": "list", "data": data, "has_more": False})

    async def _see(self, request: web.Request) -> Any:
        body = await request.json() if request.can_read_body else {}
        self.seen.append(Seen(request.path, dict(request.headers), body))
        return body

    def _refused(self, request: web.Request, body: Any) -> Fails | None:
        given = request.headers.get("x-api-key") or request.headers.get(
            "Authorization", ""
        ).removeprefix("Bearer ")
        if self.key is not None and given != self.key:
            # Some servers do say the key that they were given.
            return Fails(401, f"Incorrect API key provided: {given}", "invalid_api_key")
        model = body.get("model")
        if model is not None and model not in self.models:
            return Fails(404, f"model {model!r} not found", "model_not_found")
        return None

    def _next(self, body: Any) -> Line:
        if self.reply_to is not None:
            return self.reply_to(body)
        return self.script.popleft() if self.script else self.otherwise


def _chunks(
    form: WireFormat, line: Says | Stalls | Cuts | ErrorEvent
) -> Iterable[tuple[bytes, float]]:
    yield form.opening(), 0
    if not isinstance(line, Says):
        text = "" if isinstance(line, ErrorEvent) else line.text
        yield form.piece(text), 0
        if isinstance(line, ErrorEvent):
            yield form.error_event(line.message), 0
        return
    if line.thoughts:
        yield form.thought(line.thoughts), line.pause_seconds
    for start in range(0, len(line.text), line.size):
        yield form.piece(line.text[start : start + line.size]), line.pause_seconds
    for text, source, quote in line.cited:
        assert isinstance(form, AnthropicFormat)  # no other provider has such citations
        yield form.citing(text, source, quote), line.pause_seconds
    yield form.ending(line), 0


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Yield a server that runs until the context is left."""
    server = ModelServer()
    ready, done = threading.Event(), threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(_serve(server, ready, done),))
    thread.start()
    try:
        assert ready.wait(10)
        yield server
    finally:
        done.set()
        thread.join(10)
        assert not thread.is_alive()


async def _serve(server: ModelServer, ready: threading.Event, done: threading.Event) -> None:
    runner = web.AppRunner(server.application(), shutdown_timeout=0.05, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}"
        ready.set()
        while not done.is_set():  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.01)
    finally:
        await runner.cleanup()
