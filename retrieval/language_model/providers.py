"""The language model that is set, opened."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from retrieval.errors import ConfigurationError
from retrieval.language_model.limits.budget import limits_of, price_of
from retrieval.language_model.limits.limited_model import CallPolicy, LimitedModel, Room
from retrieval.language_model.limits.spending import FILE, Spending
from retrieval.language_model.loop_thread import LoopThread

if TYPE_CHECKING:
    from retrieval.language_model.wires.base import Wire
    from retrieval.provider_settings import LLMSettings

_WIRES: Final = {
    "openai-like": ("retrieval.language_model.wires.openai_like", "OpenAILikeWire"),
    "ollama": ("retrieval.language_model.wires.ollama", "OllamaWire"),
    "anthropic": ("retrieval.language_model.wires.anthropic", "AnthropicWire"),
}
"""Module and class."""


def open_chat_model(settings: LLMSettings, data_dir: Path) -> LimitedModel | None:
    """Return the model that is set, None where none is; the caller closes it.

    Nothing is asked of the provider yet: a wrong key or name shows at the first call, and in
    ``footnote doctor``.

    Args:
        settings: which model, and its limits.
        data_dir: where the account of what it costs is kept.

    Raises:
        ConfigurationError: if the provider's packages are not installed.
    """
    if settings.provider == "none":
        return None
    return LimitedModel(
        open_wire(settings),
        key=settings.api_key.get_secret_value() if settings.api_key else None,
        patience=CallPolicy(
            settings.stall_seconds, settings.retries, settings.max_concurrent_calls
        ),
        limits=limits_of(settings),
        price=price_of(settings),
        spending=Spending(data_dir / FILE),
        loop=LoopThread(),
        room=Room(_thinking_tokens(settings), settings.context_tokens),
    )


def _thinking_tokens(settings: LLMSettings) -> int:
    """Return what a reply may be longer for thoughts: Anthropic's models think when told to."""
    thinks = settings.provider != "anthropic" or "thinking" in settings.extra_body
    return settings.thinking_tokens if thinks else 0


def open_wire(settings: LLMSettings) -> Wire:
    """Return the wire of the provider that is set, without any limits.

    Raises:
        ConfigurationError: if the provider's packages are not installed.
    """
    module, name = _WIRES[settings.provider]
    try:
        wire: Callable[[LLMSettings], Wire] = getattr(import_module(module), name)
    except ImportError as error:
        raise missing_extra("FOOTNOTE_LLM__PROVIDER", settings.provider) from error
    return wire(settings)


def missing_extra(variable: str, provider: str) -> ConfigurationError:
    """Return the error of a provider whose packages are not installed."""
    return ConfigurationError(
        f"{variable}={provider} needs packages that are not installed. "
        "Run `make models` in Footnote's folder (docs/models.md)."
    )
