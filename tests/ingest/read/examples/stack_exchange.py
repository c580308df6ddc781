from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from ingest.read.forums import stack_exchange
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said
from tests.ingest.read.html import as_html

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def table(posts: Sequence[Said]) -> bytes:
    question = min(posts, key=lambda said: said.at) if posts else None
    rows = "\n".join(_row(said, question.id if question else "") for said in posts)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<posts>\n{rows}\n</posts>\n'.encode()


def _row(said: Said, question: str) -> str:
    fields = {
        "Id": said.id,
        "PostTypeId": "1" if said.id == question else "2",
        "ParentId": "" if said.id == question else question,
        "CreationDate": said.at.replace(tzinfo=None).isoformat(),
        "Score": "3",
        "Body": as_html(said.text),
        "OwnerUserId": said.author_id,
        "OwnerDisplayName": said.author,
    }
    told = (f"{name}={quoteattr(_NOT_XML.sub('', value))}" for name, value in fields.items())
    return f"  <row {' '.join(told)} />"


# Answers hang on the question alone; who has no name is shown by the number.
_KEEPS = EVERYTHING - {Keeps.PARENT, Keeps.AUTHOR}
EXAMPLE = Example(stack_exchange.READER, "Posts.xml", table, _KEEPS)
