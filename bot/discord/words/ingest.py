"""What the bot says while it ingests, and of files that are sent to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


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


ENGLISH: Final = IngestWords(
    stages={
        "scan": "Looking for files",
        "read": "Reading files",
        "embed": "Embedding passages",
        "write": "Writing the index",
    },
    progress="**{doing}** · {done} of {total}",
    finished="**Re-ingest finished** · {seconds} s",
    dry_run="**Dry run finished; nothing was changed** · {seconds} s",
    files="Files: {read} read, {unchanged} unchanged, {removed} removed, {refused} refused",
    passages=("Passages: {added} added, {removed} removed, {unchanged} unchanged, {total} in all"),
    known="Now known: {threads} threads, {posts} posts, {quotes} quotes linked",
    duplicates="Duplicates: {repeats} repeated lines, {near} near-duplicates",
    taken_out="Posts taken out: {each}",
    reasons={
        "file-gone": "{n} whose file is gone",
        "emptied": "{n} whose file is empty now",
        "gone": "{n} no longer in their file",
        "newer": "{n} replaced by a newer version in another file",
        "deleted": "{n} missing from a newer export",
        "bot": "{n} by bots",
        "forgotten": "{n} by people who want to be forgotten",
    },
    refused="**Refused**",
    more_refused="-# and {n} more; see the log",
    busy="A re-ingest is running already; its report goes to whoever started it.",
    no_report="The ingest ended without a report; see the log.",
    refused_file="**Refused** · {file}",
    too_large="is larger than the {limit} MiB that may be uploaded",
    larger_than_said="is larger than it said",
    other_kind="only files that end in {suffixes} are read",
    nothing_in_it="holds nothing that could be read",
    not_handed_over="Discord did not hand over the file; please send it again.",
)
GERMAN: Final = IngestWords(
    stages={
        "scan": "Ich suche Dateien",
        "read": "Ich lese Dateien",
        "embed": "Ich berechne Vektoren",
        "write": "Ich schreibe den Index",
    },
    progress="**{doing}** · {done} von {total}",
    finished="**Neu eingelesen** · {seconds} s",
    dry_run="**Probelauf beendet; nichts wurde geändert** · {seconds} s",
    files=(
        "Dateien: {read} gelesen, {unchanged} unverändert, {removed} entfernt, {refused} abgelehnt"
    ),
    passages=(
        "Stellen: {added} neu, {removed} entfernt, {unchanged} unverändert, {total} insgesamt"
    ),
    known="Jetzt bekannt: {threads} Threads, {posts} Beiträge, {quotes} verknüpfte Zitate",
    duplicates="Doppeltes: {repeats} wiederholte Zeilen, {near} fast gleiche Stellen",
    taken_out="Entfernte Beiträge: {each}",
    reasons={
        "file-gone": "{n}, deren Datei weg ist",
        "emptied": "{n}, deren Datei jetzt leer ist",
        "gone": "{n}, die nicht mehr in ihrer Datei stehen",
        "newer": "{n} ältere Fassungen von dem, was eine andere Datei hat",
        "deleted": "{n}, die in einem neueren Export fehlen",
        "bot": "{n} von Programmen",
        "forgotten": "{n} von Leuten, die vergessen werden wollen",
    },
    refused="**Abgelehnt**",
    more_refused="-# und {n} weitere; sie stehen im Protokoll",
    busy="Es wird schon neu eingelesen; den Bericht bekommt, wer damit angefangen hat.",
    no_report="Das Einlesen endete ohne Bericht; mehr steht im Protokoll.",
    refused_file="**Abgelehnt** · {file}",
    too_large="ist größer als die {limit} MiB, die man hochladen darf",
    larger_than_said="ist größer als angegeben",
    other_kind="nur Dateien, die auf {suffixes} enden, werden gelesen",
    nothing_in_it="enthält nichts, was man lesen könnte",
    not_handed_over="Discord hat die Datei nicht herausgegeben; bitte schick sie noch einmal.",
)
