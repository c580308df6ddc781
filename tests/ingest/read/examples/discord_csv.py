from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ingest.read.discord import csv as discord_csv
from tests.ingest.read.conformance import Example, Keeps, Said


def table(posts: Sequence[Said]) -> bytes:
    out = io.StringIO(newline="")
    out.write("AuthorID,Author,Date,Content,Attachments,Reactions\r\n")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows(
        (said.author_id, said.author, said.at.isoformat(), said.text, "", "") for said in posts
    )
    return out.getvalue().encode("utf-8", "replace")


# Messages have no ids there, and what stands twice may have been said twice.
EXAMPLE = Example(
    discord_csv.READER,
    "Kitchen - Help - support [222222222222222222].csv",
    table,
    frozenset({Keeps.AUTHOR, Keeps.AUTHOR_ID, Keeps.TIME, Keeps.BODY, Keeps.NO_NAME}),
)
