from __future__ import annotations

from base64 import encodebytes
from collections.abc import Sequence
from datetime import timedelta
from email.header import Header
from email.utils import format_datetime

from ingest.read.mail import mail
from retrieval.text.wording import squeeze, visible
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said


def letter(said: Said, *, is_opener: bool) -> bytes:
    name = Header(squeeze(visible(said.author)), "utf-8").encode(linesep="\n")
    headers = [
        f"From: {name} <user{said.author_id}@mail.example.org>",
        f"Date: {format_datetime(said.at)}",
        f"Subject: {'' if is_opener else 'Re: '}[bikes] A wheel that rubs",
        f"Message-ID: <{said.id}@mail.example.org>",
        *([f"In-Reply-To: <{said.parent}@mail.example.org>"] if said.parent else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
    ]
    body = encodebytes(said.text.encode("utf-8", "replace")).decode()
    return ("\n".join(headers) + f"\n\n{body}\n").encode()


def mbox(posts: Sequence[Said]) -> bytes:
    letters = [
        f"From user{said.author_id}@mail.example.org {said.at:%a %b %d %H:%M:%S %Y}\n".encode()
        + letter(said, is_opener=said.parent is None)
        for said in posts
    ]
    return b"\n".join(letters)


# Nothing says where the last mail ends, and people are known by their addresses, which none sees.
KEEPS = EVERYTHING - {Keeps.END, Keeps.AUTHOR_ID, Keeps.NO_NAME}
EXAMPLE = Example(mail.READER, "bikes.mbox", mbox, KEEPS, clock=timedelta(seconds=1))
