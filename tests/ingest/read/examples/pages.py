from __future__ import annotations

from collections.abc import Sequence

from ingest.read.pages import docx_page, html_page, markdown_page, pdf_page
from tests.ingest.read.conformance import Example, Said
from tests.ingest.read.documents import docx, pdf
from tests.ingest.read.html import as_html


def markdown(posts: Sequence[Said]) -> bytes:
    return "\n\n".join(("# Wheels", *(said.text for said in posts))).encode()


def html(posts: Sequence[Said]) -> bytes:
    body = "\n".join(as_html(said.text) for said in posts)
    return (
        "<!doctype html>\n<html><head><title>Wheels</title></head><body><nav>Home</nav>"
        f"<main>{body}</main></body></html>"
    ).encode()


def word(posts: Sequence[Said]) -> bytes:
    return docx([said.text for said in posts])


def printed(posts: Sequence[Said]) -> bytes:
    return pdf(["Wheels", *(said.text for said in posts)])


# One post is made of all that stands in a page.
EXAMPLES = [
    Example(markdown_page.READER, "wheels.md", markdown, frozenset()),
    Example(html_page.READER, "wheels.html", html, frozenset()),
    Example(docx_page.READER, "wheels.docx", word, frozenset()),
    Example(pdf_page.READER, "wheels.pdf", printed, frozenset()),
]
