from __future__ import annotations

from collections.abc import Sequence

from ingest.read.pages import plain_text
from tests.ingest.read.conformance import Example, Said


def write(posts: Sequence[Said]) -> bytes:
    return "".join(f"{said.text}\n" for said in posts).encode()


# Nothing in it says who wrote what.
EXAMPLE = Example(plain_text.READER, "thread.txt", write, frozenset())
