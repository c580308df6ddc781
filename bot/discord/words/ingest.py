"""What the bot says while it ingests, and of files that are sent to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IngestWords:
    """Braces are filled in by ``str.format``."""

    stages: Mapping[str, str]
    """By ``Stage``'s values."""
    progress: str
    """``{doing}``, ``{done}``, ``{total}``"""
    finished: str
    """``{seconds}``, and so has the next."""
    dry_run: str
    files: str
    """``{read}``, ``{unchanged}``, ``{removed}``, ``{refused}``"""
    passages: str
    """``{added}``, ``{removed}``, ``{unchanged}``, ``{total}``"""
    known: str
    """``{threads}``, ``{posts}``, ``{quotes}``"""
    duplicates: str
    """``{repeats}``, ``{near}``"""
    taken_out: str
    """``{each}``: of the next, those that there are."""
    reasons: Mapping[str, str]
    """By ``Why``'s values, ``{n}`` posts."""
    refused: str
    """Over the files that were not read."""
    more_refused: str
    """``{n}``"""
    busy: str
    no_report: str
    refused_file: str
    """``{file}``: over why it was not taken; the next four say that."""
    too_large: str
    """``{limit}`` in MiB"""
    larger_than_said: str
    other_kind: str
    """``{suffixes}``"""
    nothing_in_it: str
    not_handed_over: str
