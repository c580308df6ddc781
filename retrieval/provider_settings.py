"""Settings of models that run elsewhere: the one that writes, and the one that embeds."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic import model_validator as validator


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def plain_address(value: str) -> str:
    """Return an ``http(s)`` address as it stands, without what could hold a secret.

    Raises:
        ValueError: if it is none, or has a user, a query or a fragment.
    """
    try:
        parts = urlsplit(value.strip())
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_plain = not (parts.query or parts.fragment or parts.username) and parts.port != 0
    except ValueError:  # a port that is no number
        is_address = is_plain = False
    if not (is_address and is_plain):
        raise ValueError("it must look like http://127.0.0.1:8000; secrets have their own setting")
    return value.strip().rstrip("/")


def _sendable_key(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if not (text.isascii() and text.isprintable()) or any(map(str.isspace, text)):
        raise ValueError("a key is plain letters, digits and signs without blanks")
    return SecretStr(text)


class Internal:
    """Marks a field that code and tests may give, and no variable: nobody needs to set it."""


INTERNAL: Final = Internal()
Unset = BeforeValidator(_none_if_blank)
Address = Annotated[str, AfterValidator(plain_address)]
ApiKey = Annotated[SecretStr, AfterValidator(_sendable_key)]
_CONFIG = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class LLMSettings(BaseModel):
    """The language model that may write answers, and what it may cost; docs/models.md."""

    model_config = _CONFIG

    provider: Literal["none", "openai-like", "ollama", "anthropic"] = "none"
    """``none``: answers are excerpts of the posts."""
    model: Annotated[str | None, Unset] = None
    """The model's name as the provider spells it."""
    url: Annotated[Address | None, Unset] = None
    """The API's address; unset: the provider's own, for Ollama this machine."""
    api_key: Annotated[ApiKey | None, Unset] = None
    temperature: Annotated[float, INTERNAL] = Field(default=0.0, ge=0, le=2)
    """Not sent to a model that refuses it."""
    max_output_tokens: Annotated[int, INTERNAL] = Field(default=800, ge=50, le=32_000)
    """The longest reply, thoughts apart."""
    thinking_tokens: Annotated[int, INTERNAL] = Field(default=2_000, ge=0, le=100_000)
    """How much a model may think before it replies; one that does not think spends none of it."""
    context_tokens: int = Field(default=8_192, ge=1_024, le=2_000_000)
    """How much the model can read at once, its reply included."""
    structured: Annotated[Literal["auto", "on", "off"], INTERNAL] = "auto"
    """Whether replies are held to a JSON schema; ``auto``: unless the endpoint refuses."""
    native_citations: Annotated[bool, INTERNAL] = True
    """Whether a provider that cites by itself (Anthropic) may; what it cites is checked, too."""
    review: bool = True
    """Whether a second call compares the sentences of an answer with their quotes."""
    deadline_seconds: float = Field(default=300.0, gt=0, le=600)
    """For all calls that one answer takes; people see the quoting answer meanwhile."""
    stall_seconds: Annotated[float, INTERNAL] = Field(default=20.0, gt=0, le=600)
    """A reply that has begun and then says nothing for so long is given up."""
    retries: Annotated[int, INTERNAL] = Field(default=2, ge=0, le=10)
    """Further attempts after one that may go better the next time."""
    max_concurrent_calls: Annotated[int, INTERNAL] = Field(default=2, ge=1, le=100)
    price_per_million_input: float | None = Field(default=None, ge=0)
    """US dollars per million tokens read; unset: unknown."""
    price_per_million_output: float | None = Field(default=None, ge=0)
    """US dollars per million tokens written."""
    daily_budget_usd: float | None = Field(default=None, ge=0)
    """Money for one day (UTC), over all knowledge bases; unset: no limit."""
    daily_budget_tokens: int | None = Field(default=None, ge=0)
    """Tokens for one day, read and written together."""
    daily_answers_per_user: int | None = Field(default=None, ge=0)
    """Answers that the model writes for one person a day; beyond, extractive ones."""
    cached_answers: Annotated[int, INTERNAL] = Field(default=500, ge=0, le=100_000)
    """How many written answers are kept, to be given again while the threads stay the same."""
    extra_body: dict[str, Any] = Field(default={}, examples=['{"reasoning_effort": "low"}'])
    """Further fields of each request, as JSON: ``{"reasoning_effort": "low"}``."""

    @validator(mode="after")
    def _is_complete(self) -> LLMSettings:
        if self.provider != "none" and not self.model:
            raise ValueError(f"FOOTNOTE_LLM__MODEL must name a model of {self.provider}")
        is_priced = None not in {self.price_per_million_input, self.price_per_million_output}
        if self.daily_budget_usd is not None and not is_priced:
            raise ValueError(
                "FOOTNOTE_LLM__DAILY_BUDGET_USD needs both prices, "
                "FOOTNOTE_LLM__PRICE_PER_MILLION_INPUT and …_OUTPUT"
            )
        return self


class EmbeddingSettings(BaseModel):
    """The model that turns texts into vectors; another one needs an index of its own."""

    model_config = _CONFIG

    provider: Literal["minilm", "openai-like", "ollama", "tei", "fastembed"] = "minilm"
    """``minilm`` comes with Footnote and runs on this machine."""
    model: Annotated[str | None, Unset] = None
    """The model's name as the provider spells it."""
    url: Annotated[Address | None, Unset] = None
    """The API's address; unset: the provider's own, for Ollama and TEI this machine."""
    api_key: Annotated[ApiKey | None, Unset] = None
    batch_size: Annotated[int, INTERNAL] = Field(default=32, ge=1, le=2_048)
    """How many texts one request holds."""
    query_prefix: str | None = None
    """Put before each question, e.g. ``"query: "``, where the model asks for it."""
    passage_prefix: str | None = None
    """Put before each passage, e.g. ``"passage: "``."""
    timeout_seconds: Annotated[float, INTERNAL] = Field(default=60.0, gt=0, le=3_600)
    """How long one request may take."""

    @validator(mode="after")
    def _is_complete(self) -> EmbeddingSettings:
        if self.provider != "minilm" and not self.model:
            raise ValueError(f"FOOTNOTE_EMBEDDING__MODEL must name a model of {self.provider}")
        return self
