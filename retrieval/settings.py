"""Settings: ``FOOTNOTE_*`` variables or a ``.env`` file, read once by the composition root.

Nested settings join their names with two underscores: ``FOOTNOTE_CHROMA__URL``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from retrieval.provider_settings import INTERNAL, EmbeddingSettings, LLMSettings, plain_address

__all__ = [
    "ChromaSettings",
    "EmbeddingSettings",
    "IngestSettings",
    "LLMSettings",
    "SearchSettings",
    "Settings",
]

DOTENV: Final = Path(".env")
"""Read from the folder in which the process starts."""
_KNOWLEDGE_BASE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class SearchSettings(BaseModel):
    """How scores become a ranking; the evidence for each number is in docs/evaluation.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dense_weight: float = Field(default=0.75, ge=0, le=1)
    """Share of the dense z-score; the rest is BM25's.  .70 to .80 are within .001 nDCG."""
    exchange_weight: Annotated[float, INTERNAL] = Field(default=1.5, ge=0)
    """Weight of the exchange's score beside the passage's own, dense and BM25 alike."""
    pointing: Annotated[float, INTERNAL] = Field(default=0.7, ge=0, le=1)
    """How far each passage of an exchange is drawn up to the best of its asker's words."""
    worth_weight: Annotated[float, INTERNAL] = Field(default=0.25, ge=0)
    """Weight of what speaks for a reply by its place in the exchange."""
    asker_penalty: Annotated[float, INTERNAL] = Field(default=2.0, ge=0)
    """Taken from what the asker says who solved nothing, in standard deviations."""
    same_post_penalty: Annotated[float, INTERNAL] = Field(default=2.0, ge=0)
    """Taken from what is not the best passage of its post, likewise."""
    neighbour_weight: Annotated[float, INTERNAL] = Field(default=1.05, ge=0)
    """Weight of the better of the paragraphs beside a passage that is part of no exchange, halved
    at 300 characters of passage.  Cranfield nDCG@10 .482 against .468 with a weight that does not
    know the length."""
    focus_weight: Annotated[float, INTERNAL] = Field(default=1.0, ge=0)
    """Weight, beside a whole question of several sentences, of its first and those that ask.
    Forum questions: nDCG@10 .283 against .270 without; .5 .278, 2 .281.  Mean reciprocal rank of
    the reply in a chat it was not fitted on: .846 against .836."""
    feedback_weight: Annotated[float, INTERNAL] = Field(default=0.3, ge=0)
    """How far the best five passages draw the question's vector towards their mean before the
    final ranking, half as far at 1,000 passages in all.  Cranfield nDCG@10 .481 against .471
    without, scifact .739 against .738; .2 to .4 alike."""
    candidates: Annotated[int, INTERNAL] = Field(default=300, ge=10, le=2_000)
    """How many of each ranker's best are fused."""


class ChromaSettings(BaseModel):
    """Where the vectors live, if not in the data folder."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str | None = None
    """A Chroma server, e.g. ``http://127.0.0.1:8000``, TLS with https; empty: the data folder."""
    headers: dict[str, SecretStr] = Field(default={}, examples=['{"X-Chroma-Token": "…"}'])
    """Sent with each request, as JSON: ``{"X-Chroma-Token": "…"}``."""
    tenant: str | None = None
    """The tenant on that server; empty: its default one."""
    database: str | None = None
    """The database of that tenant; empty: its default one."""
    timeout_seconds: Annotated[float, INTERNAL] = Field(default=60.0, gt=0, le=3_600)
    """How long one request may take; writing 5,000 passages takes 5 seconds or so."""

    @field_validator("url", "tenant", "database", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        return None if value is None else plain_address(value)

    @field_validator("headers")
    @classmethod
    def _can_be_sent(cls, headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, value in headers.items():
            text = value.get_secret_value()
            if not _HEADER_NAME.fullmatch(name) or not (text.isascii() and text.isprintable()):
                raise ValueError("a header needs a name like X-Chroma-Token and a plain value")
        return headers


class IngestSettings(BaseModel):
    """Whose posts are read from the files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bots: str = "none"
    """Which programs, webhooks included, may be quoted: none, all, or their ids with commas."""

    @field_validator("bots")
    @classmethod
    def _are_ids(cls, value: str) -> str:
        if any(len(part.split()) > 1 for part in value.split(",")):
            raise ValueError("it must be ids with commas between them")
        return value

    def admitted_bots(self) -> frozenset[str]:
        """Return the ids of the programs that are let in; ``all`` stands for all."""
        ids = frozenset(part.strip() for part in self.bots.split(",") if part.strip())
        return frozenset() if ids == {"none"} else ids


class WritingSettings(BaseModel):
    """What a language model that writes answers is given and asked for; docs/proof.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    passages: Annotated[int, INTERNAL] = Field(default=8, ge=1, le=10)
    """How many passages the model is given at most."""
    prompt_tokens: Annotated[int, INTERNAL] = Field(default=2_600, ge=1_200, le=100_000)
    """How many tokens the prompt may have, passages and all, estimated."""
    max_sentences: Annotated[int, INTERNAL] = Field(default=6, ge=1, le=12)
    """How many sentences the model is asked for at most."""
    repair: Annotated[bool, INTERNAL] = True
    """Whether the model is asked once more for sentences that could not be shown."""
    checker: Path | None = None
    """An ONNX encoder on this machine that confirms sentences, in the place of a second call."""
    checker_hash: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{64}$")
    """The SHA-256 of that file; another file is not used."""
    checker_threshold: float = Field(default=0.9, gt=0, lt=1)
    """From which score on a sentence counts as confirmed."""

    @model_validator(mode="after")
    def _is_complete(self) -> WritingSettings:
        if self.checker is not None and not self.checker_hash:
            raise ValueError(
                "FOOTNOTE_WRITING__CHECKER needs FOOTNOTE_WRITING__CHECKER_HASH, as "
                "`sha256sum FILE` prints it"
            )
        return self


class Settings(BaseSettings):
    """Everything that can be set outside the bot's own settings."""

    model_config = SettingsConfigDict(
        env_prefix="FOOTNOTE_",
        env_nested_delimiter="__",
        env_ignore_empty=True,  # a copied .env file has empty ones
        env_file=DOTENV,
        env_file_encoding="utf-8-sig",  # as some editors on Windows save it
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # a token in the wrong variable stays out of messages
    )

    data_dir: Path = Path("data")
    """The index, the model and everything else that Footnote keeps."""
    corpus_dir: Path = Path("corpus")
    """The folder of threads that ``footnote ingest`` reads by default."""
    knowledge_base: str = "default"
    """The knowledge base that commands use unless they name one."""
    embedding_threads: int | None = Field(default=None, ge=1)
    """Processor cores the embedding model may use; empty: all of them."""
    embedding: EmbeddingSettings = EmbeddingSettings()
    ingest: IngestSettings = IngestSettings()
    llm: LLMSettings = LLMSettings()
    search: SearchSettings = SearchSettings()
    writing: WritingSettings = WritingSettings()
    chroma: ChromaSettings = ChromaSettings()

    @field_validator("data_dir", "corpus_dir")
    @classmethod
    def _home_is_found(cls, path: Path) -> Path:
        try:
            return path.expanduser()
        except RuntimeError:
            raise ValueError("there is no such user's home; write the path without ~") from None

    @field_validator("knowledge_base")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not _KNOWLEDGE_BASE.fullmatch(name):
            raise ValueError("it must be lower-case letters, digits and hyphens, 40 at most")
        return name
