"""The formats that can be read, as the readers declare them."""

from __future__ import annotations

from bot.librarian import Format


def formats() -> tuple[Format, ...]:
    """Return them in the order in which a person would look for one."""
    from ingest.read import READERS

    return tuple(
        Format(reader.kind, reader.label, reader.suffixes, reader.example, reader.export)
        for reader in READERS
        if reader.suffixes
    )
