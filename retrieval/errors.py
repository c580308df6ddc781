"""Every error that Footnote raises on purpose.

::

    FootnoteError                  anything below; its text is one line for a person
    ├── UsageError                 the request itself cannot be understood (exit status 2)
    │   └── QuestionError          an empty, blank or over-long question
    ├── NotFoundError              no passage, thread or file answers to that name
    ├── FileRefusedError           one source file cannot be ingested; the others can (3)
    └── UnavailableError           nothing can be done until somebody acts (4)
        ├── EmptyIndexError        nothing has been ingested yet
        ├── IndexBusyError         another process owns the index
        ├── IndexMismatchError     the index was made by another model or version
        ├── IndexDamagedError      the index contradicts itself
        ├── ModelUnavailableError  the embedding model cannot be had or is not the right one
        ├── ModelCallError         a language model gave no reply; the extractive answer is shown
        ├── StorageError           the data folder cannot be read or written
        └── ConfigurationError     a setting is missing or wrong

Each message says what happened to what, and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from retrieval.records import Usage


class FootnoteError(Exception):
    """Something that a person can be told in one line."""

    exit_status: ClassVar[int] = 4


class UsageError(FootnoteError):
    """The request cannot be understood as it stands."""

    exit_status: ClassVar[int] = 2


class QuestionError(UsageError):
    """The question is empty, blank or too long."""


class NotFoundError(FootnoteError):
    """No passage, thread or file answers to the name given."""

    exit_status: ClassVar[int] = 2


class FileRefusedError(FootnoteError):
    """One source file cannot be ingested; the reason names what is wrong with it."""

    exit_status: ClassVar[int] = 3

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class UnavailableError(FootnoteError):
    """Nothing can be done until somebody acts; the message says how."""


class EmptyIndexError(UnavailableError):
    """The knowledge base holds nothing yet."""


class IndexBusyError(UnavailableError):
    """Another process owns the index."""


class IndexMismatchError(UnavailableError):
    """The index was written with another embedding model or by another version."""


class IndexDamagedError(UnavailableError):
    """The catalogue, Chroma and the lexical index contradict each other."""


class ModelUnavailableError(UnavailableError):
    """The embedding model cannot be found, built or trusted."""


class ModelCallError(UnavailableError):
    """A language model gave no usable reply, or may not be asked now."""

    def __init__(self, message: str, usage: Usage | None = None) -> None:
        """Say why; ``usage`` is what was spent all the same, if anything."""
        super().__init__(message)
        self.usage = usage


class StorageError(UnavailableError):
    """The data folder cannot be read or written."""


class ConfigurationError(UnavailableError):
    """A setting is missing or has a value that cannot work."""
