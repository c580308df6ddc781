"""Collections in BEIR layout: documents, queries, and which document answers which query.

::

    corpus.jsonl    {"_id": "d1", "title": "…", "text": "…"}
    queries.jsonl   {"_id": "q1", "text": "…"}
    qrels/test.tsv  query-id <tab> corpus-id <tab> score, under a line of headings

A document may also carry ``thread_id``, ``author`` and ``created_at``: documents of one
thread are posts in it, and their ``title`` is what the thread opens with.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from retrieval.errors import UsageError

_HEADING_LINES = 1
_COLUMNS = 3
RowT = TypeVar("RowT", bound=BaseModel)


def _utc(value: datetime) -> datetime:
    """Take a time without a zone for UTC."""
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


class Document(BaseModel):
    """A line of ``corpus.jsonl``."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str = Field(alias="_id", min_length=1)
    title: str | None = None
    text: str
    thread_id: str | None = None
    author: str | None = None
    created_at: Annotated[datetime, AfterValidator(_utc)] | None = None

    @property
    def whole_text(self) -> str:
        """The title above the text: what is compared with a query by those who know no threads."""
        return f"{self.title}\n{self.text}".strip() if self.title else self.text


class Query(BaseModel):
    """A line of ``queries.jsonl``."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str = Field(alias="_id", min_length=1)
    text: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as it was read."""

    name: str
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    """Those that some document answers, in the file's order."""
    relevance: Mapping[str, Mapping[str, int]]
    """By query, by document."""


def is_collection(path: Path) -> bool:
    """Say whether a path looks like a collection in BEIR layout."""
    return (path / "corpus.jsonl").is_file()


def read_collection(folder: Path, limit: int | None = None) -> Collection:
    """Read a collection, of its queries the first ``limit``.

    ``qrels/test.tsv`` says what is relevant; without it, all files in ``qrels`` together.

    Raises:
        UsageError: naming the file and line that is not as it should be.
    """
    documents = tuple(_rows(folder / "corpus.jsonl", Document))
    if not documents:
        raise UsageError(f"{folder / 'corpus.jsonl'} holds no document.")
    relevance = _relevance(folder / "qrels")
    judged = [
        query
        for query in _rows(folder / "queries.jsonl", Query)
        if any(score > 0 for score in relevance.get(query.id, {}).values())
    ]
    if not judged:
        raise UsageError(f"{folder / 'qrels'} names no document for any query of queries.jsonl.")
    return Collection(folder.resolve().name, documents, tuple(judged[:limit]), relevance)


def _rows(path: Path, row: type[RowT]) -> Iterator[RowT]:
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                yield row.model_validate(json.loads(line))
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(map(str, first["loc"])) or "the line"
                raise UsageError(f"{path}, line {number}: {field}: {first['msg']}.") from error
            except (ValueError, RecursionError) as error:
                raise UsageError(f"{path}, line {number} is not JSON: {error}.") from error


def _relevance(folder: Path) -> dict[str, dict[str, int]]:
    test = folder / "test.tsv"
    files = [test] if test.is_file() else sorted(folder.glob("*.tsv"))
    if not files:
        raise UsageError(f"{folder} holds no .tsv file that says which document is relevant.")
    relevance: dict[str, dict[str, int]] = {}
    for path in files:
        for query, document, score in _judgements(path):
            relevance.setdefault(query, {})[document] = score
    return relevance


def _judgements(path: Path) -> Iterator[tuple[str, str, int]]:
    rows = csv.reader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, 1):
        if not row or (number <= _HEADING_LINES and not row[-1].lstrip("-").isdecimal()):
            continue
        try:
            query, document, score = row[:_COLUMNS]
            yield query, document, int(score)
        except ValueError as error:
            raise UsageError(
                f"{path}, line {number} is not query-id, corpus-id and a whole number, with "
                "tabs between."
            ) from error


def _lines(path: Path) -> list[str]:
    """Return the lines of a file, which end at line feeds only.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        return path.read_text("utf-8-sig").split("\n")
    except FileNotFoundError:
        raise UsageError(f"{path} is missing.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
