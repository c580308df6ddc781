"""Settings: ``FOOTNOTE_*`` variables or a ``.env`` file, read once by the composition root.

Nested settings join their names with two underscores: ``FOOTNOTE_SEARCH__DENSE_WEIGHT``.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SearchSettings(BaseModel):
    """How scores become a ranking; the evidence for each number is in docs/evaluation.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dense_weight: float = Field(default=0.75, ge=0, le=1)
    """Share of the dense z-score; the rest is BM25's.  .70 to .80 are within .001 nDCG."""
    thread_weight: float = Field(default=1.0, ge=0)
    """Weight of the thread's score beside the passage's own, dense and BM25 alike."""
    candidates: int = Field(default=300, ge=10, le=2_000)
    """How many of each ranker's best are fused."""


class ChromaSettings(BaseModel):
    """Where the vectors live, if not in the data folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = None
    """A Chroma server, e.g. ``http://127.0.0.1:8000``; empty: the data folder."""


class Settings(BaseSettings):
    """Everything that can be set outside the bot's own settings."""

    model_config = SettingsConfigDict(
        env_prefix="FOOTNOTE_",
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # a token in the wrong variable stays out of messages
    )

    data_dir: Path = Path("data")
    """The index, the model and everything else that Footnote keeps."""
    corpus_dir: Path = Path("corpus")
    """The folder of threads that ``footnote ingest`` reads by default."""
    knowledge_base: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """The knowledge base that commands use unless they name one."""
    embedding_threads: int | None = Field(default=None, ge=1)
    """Processor cores the embedding model may use; empty: all of them."""
    search: SearchSettings = SearchSettings()
    chroma: ChromaSettings = ChromaSettings()
