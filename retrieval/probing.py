"""Whether the models that are set can be used: one tiny call each, for ``footnote doctor``."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from retrieval.errors import ConfigurationError, UnavailableError
from retrieval.language_model.chat import ChatRequest
from retrieval.language_model.failures import CallFailedError, clean_complaint, explain
from retrieval.language_model.loop_thread import LoopThread
from retrieval.language_model.providers import open_wire
from retrieval.language_model.wires.receiving import Received, receive

if TYPE_CHECKING:
    import httpx

    from retrieval.embedding import Embedder
    from retrieval.language_model.wires.base import Wire
    from retrieval.provider_settings import EmbeddingSettings, LLMSettings

_SCHEMA: Final = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}
_CONCESSIONS: Final = 6
_LIST_SECONDS: Final = 5.0
_NAMES: Final = 5
_NAME_CHARACTERS: Final = 80
_LISTS: Final = {
    "openai-like": ("https://api.openai.com/v1", "/models"),
    "ollama": ("http://127.0.0.1:11434", "/api/tags"),
    "anthropic": ("https://api.anthropic.com", "/v1/models"),
}
"""The provider's own address, and where below it the models are listed."""


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What became of trying a model."""

    role: str
    """``language model`` or ``embedding model``."""
    name: str
    provider: str
    problem: str | None
    """What is wrong and what to do, for a person who runs Footnote; None if nothing is."""
    known: tuple[str, ...] = ()
    """Some models that the server has, where the one that is set is not among them."""
    structured: bool | None = None
    """Whether replies are held to a schema; None where that is not known."""
    seconds: float = 0.0


def check_chat_model(settings: LLMSettings) -> ModelCheck | None:
    """Ask the language model that is set for one word; None where none is set."""
    if settings.provider == "none":
        return None
    started = time.monotonic()
    role, name = "language model", settings.model or ""
    try:
        wire = open_wire(settings)
    except ConfigurationError as error:
        return ModelCheck(role, name, settings.provider, str(error))
    loop = LoopThread()
    try:
        failure = _try(wire, settings, loop)
        held = wire.follows_schemas
    finally:
        loop.run(wire.aclose(), limit_seconds=2)
        loop.close()
    seconds = time.monotonic() - started
    if failure is None:
        return ModelCheck(role, name, settings.provider, None, structured=held, seconds=seconds)
    listed = _listed_models(settings)
    problem = _sentence(failure, listed)
    known = _nearest(name, listed) if isinstance(listed, list) and name not in listed else ()
    return ModelCheck(role, name, settings.provider, problem, known, seconds=seconds)


def check_embedder(settings: EmbeddingSettings, load: Callable[[], Embedder]) -> ModelCheck | None:
    """Embed one word with the model that is set; None where it is the one that comes along."""
    if settings.provider == "minilm":
        return None
    started = time.monotonic()
    problem = None
    try:
        load().embed_question("ready")
    except UnavailableError as error:
        problem = str(error)
    seconds = time.monotonic() - started
    name = settings.model or ""
    return ModelCheck("embedding model", name, settings.provider, problem, seconds=seconds)


def _try(wire: Wire, settings: LLMSettings, loop: LoopThread) -> CallFailedError | None:
    """Return why the model does not reply, None if it does."""
    key = settings.api_key.get_secret_value() if settings.api_key else None
    request = ChatRequest(
        system="You are being tried out.",
        user='Reply with {"ready": true} and nothing else.',
        max_output_tokens=settings.max_output_tokens + settings.thinking_tokens,
        deadline_seconds=settings.deadline_seconds,
        schema=_SCHEMA,
    )
    for _ in range(_CONCESSIONS):
        reading = receive(
            *(wire, request, Received()),
            limit_seconds=settings.deadline_seconds,
            stall=settings.stall_seconds,
        )
        try:
            loop.run(reading, limit_seconds=settings.deadline_seconds)
        except Exception as error:  # noqa: BLE001 - the libraries have no common base
            failure = explain(error, key)
        else:
            return None
        if not (failure.is_refused_request and wire.concede(failure.complaint)):
            break
    return failure


def _sentence(failure: CallFailedError, listed: list[str] | str) -> str:
    reason = failure.reason[0].upper() + failure.reason[1:]
    parts = [f"{reason}."]
    if isinstance(listed, str):
        parts.append(listed)
    parts += [failure.advice] if failure.advice else []
    parts += [f"It says: {failure.complaint}"] if failure.complaint else []
    return " ".join(parts)


def _listed_models(settings: LLMSettings) -> list[str] | str:
    """Return the names of the server's models, or what is odd about its address."""
    import httpx

    own, path = _LISTS[settings.provider]
    base = settings.url or own
    key = settings.api_key.get_secret_value() if settings.api_key else "none"
    headers = {"Authorization": f"Bearer {key}"}
    if settings.provider == "anthropic":
        headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    try:
        with httpx.Client(timeout=_LIST_SECONDS, headers=headers) as client:
            response = client.get(base + path)
            if "text/html" in response.headers.get("content-type", ""):
                return "That address answers with a web page, not with an API."
            if response.is_success:
                return _names(response)
            if settings.provider == "openai-like" and client.get(f"{base}/v1{path}").is_success:
                return f"The API is below that address: set FOOTNOTE_LLM__URL={base}/v1."
    except (httpx.HTTPError, ValueError):
        pass
    return []


def _names(response: httpx.Response) -> list[str]:
    document: Any = response.json()
    entries = document.get("data") or document.get("models") if isinstance(document, dict) else ()
    names = [
        entry.get("id") or entry.get("name") for entry in entries or () if isinstance(entry, dict)
    ]
    return [clean_complaint(name, None)[:_NAME_CHARACTERS] for name in names if name]


def _nearest(name: str, known: list[str]) -> tuple[str, ...]:
    from rapidfuzz import process

    return tuple(match[0] for match in process.extract(name, known, limit=_NAMES))
