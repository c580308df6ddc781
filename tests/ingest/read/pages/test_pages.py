from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from ingest.read.pages import docx_page, html_page, markdown_page, pdf_page
from retrieval.errors import FileRefusedError
from tests.ingest.read.documents import docx, pdf
from tests.ingest.read.findings import find

MARKDOWN = """---
title: "Opening hours"
author: Ann
date: 2024-05-01
---
<!-- keep in step with the door -->
# Hours

We close at ten.

```
# not a heading
```
"""


def test_a_markdown_file_is_a_page_that_nobody_asked():
    thread = find(markdown_page.READER, MARKDOWN, "help/hours.md").thread
    [post] = thread.posts
    assert (thread.title, thread.key, thread.is_channel) == ("Opening hours", "help/hours.md", True)
    assert post.text.startswith("# Hours\n\nWe close at ten.")
    assert "door" not in post.text
    assert (post.author, post.created_at) == ("Ann", datetime(2024, 5, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Intro.\n\n## Wheels ##\n\nText.", "Wheels"),
        ("Wheels\n======\n\nText.", "Wheels"),
        ("```\n# no\n```\n\nText.", "wheels"),
        ("---\nnonsense\n\nText.", "wheels"),
    ],
)
def test_a_page_is_called_by_its_first_heading_or_its_file(text, title):
    assert find(markdown_page.READER, text, "wheels.md").thread.title == title


def test_an_html_page_comes_without_its_menus():
    html = (
        "<!doctype html><title>Opening  hours</title><nav>Home</nav><main><h1>Hours</h1>"
        "<p>We close at <b>ten</b>.</p><aside>Ads</aside><p hidden>x</p>"
        '<p style="display: none">y</p></main><footer>Imprint</footer>'
    )
    thread = find(html_page.READER, html, "hours.html").thread
    assert thread.title == "Opening hours"
    assert thread.posts[0].text == "# Hours\n\nWe close at **ten**."


@pytest.mark.parametrize(
    ("sign", "product"),
    [
        ('<meta name="generator" content="Discourse 3.3">', "Discourse"),
        ('<div class="chatlog__message">', "DiscordChatExporter"),
        ('<meta property="og:site_name" content="GitHub">', "GitHub"),
    ],
)
def test_a_forums_page_is_refused_by_its_name_with_what_to_export(sign, product):
    with pytest.raises(FileRefusedError, match=f"page of {product}.*: "):
        find(html_page.READER, f"<!doctype html><html>{sign}<p>Hi</p>", "a.html")


def test_a_word_document_keeps_its_headings():
    thread = find(docx_page.READER, docx(["We close at ten.", "Tea & cake."], "Hours")).thread
    assert thread.title == "Hours"
    assert thread.posts[0].text == "# Hours\n\nWe close at ten.\n\nTea & cake."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
        (b"PK\x03\x04 word/ rubbish", "no whole Word document"),
        (docx(["x"], declared='<!DOCTYPE a [<!ENTITY l "lol">]>'), "declares entities"),
    ],
)
def test_a_word_document_that_cannot_be_read_is_refused(data, words):
    with pytest.raises(FileRefusedError, match=words):
        find(docx_page.READER, data, "hours.docx")


def test_a_word_document_that_unpacks_without_end_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (65 * 2**20))
    with pytest.raises(FileRefusedError, match="more than a document can hold"):
        find(docx_page.READER, packed.getvalue(), "hours.docx")


def test_the_lines_of_a_pdf_make_paragraphs():
    first, second = "We close at ten on all days of the sum-", "mer, and at nine when it is dark."
    thread = find(pdf_page.READER, pdf(["Hours", first, second])).thread
    assert thread.title == "Hours"
    assert thread.posts[0].text == (
        "Hours\n\nWe close at ten on all days of the summer, and at nine when it is dark."
    )


def test_pages_without_text_are_told():
    found = find(pdf_page.READER, pdf(["Hours"], []))
    assert "1 of its 2 pages hold no text" in found.shortfalls[0]
    found = find(pdf_page.READER, pdf([]))
    assert (found.threads, found.left_out) == ((), {"empty": 1})


def test_a_pdf_that_is_damaged_or_protected_is_refused():
    with pytest.raises(FileRefusedError, match="no whole PDF"):
        find(pdf_page.READER, b"%PDF-1.4 rubbish")
    with pytest.raises(FileRefusedError, match="password"):
        find(pdf_page.READER, _protected())


def _protected() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(pdf(["Hours"]))))
    writer.encrypt("secret", algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
