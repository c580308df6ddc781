"""E-mail addresses in what people wrote, whatever they wrote it in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.drafts import PostDraft, ThreadDraft
from ingest.understand.addresses import without_addresses
from ingest.understand.paragraphs import split_paragraphs


def scrubbed(text: str, author: str | None = "Ann") -> PostDraft:
    post = PostDraft("1", text, split_paragraphs(text), author)
    found = without_addresses(ThreadDraft("t", (post,)))
    assert isinstance(found, ThreadDraft)
    return found.posts[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Write to ann@lift-works.org, or mailto:b.lee+x@mail.lift-works.co.uk.", 2),
        ("git clone git@host.example.org:crane/lift.git", 0),
        ("@app.route('/lift') and @runa@social.example.org", 0),
        ("pip install crane @ https://example.org/crane.whl", 0),
        ("scale@2.0 and lift@latest", 0),
        ("git config user.email you@example.com, ann@mail.example.org", 0),
    ],
)
def test_addresses_are_told_from_what_only_looks_like_one(text: str, wanted: int) -> None:
    post = scrubbed(text)
    assert post.text.count("[address]") == wanted
    assert wanted or post.text == text


def test_who_is_called_by_an_address_goes_by_its_first_half() -> None:
    assert scrubbed("Lift slowly.", "ann.lee@lift-works.org").author == "ann.lee"


def test_a_page_keeps_the_address_that_it_gives() -> None:
    assert scrubbed("Write to ann@lift-works.org.", None).text == "Write to ann@lift-works.org."


WORDS = st.sampled_from(
    ["ann@lift-works.org", "> b@lift-works.com", "lift", "\n\n", "\n", " ", ". ", "(", "@"]
)


@given(st.lists(WORDS, max_size=20).map("".join))
def test_every_paragraph_stands_where_it_says(text: str) -> None:
    post = scrubbed(text)
    for paragraph in post.paragraphs:
        assert post.text[paragraph.start :].startswith(paragraph.text)
