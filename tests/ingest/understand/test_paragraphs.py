from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.understand.paragraphs import split_paragraphs
from retrieval.records import TextKind
from retrieval.text.wording import unquoted

OWN, QUOTE = TextKind.OWN, TextKind.QUOTE
MARKS = re.compile(r"[\s>|]*")
"""What quotes begin with, in mail and in Markdown, and white space."""


def paragraphs(text: str) -> list[tuple[TextKind, str]]:
    return [(paragraph.kind, paragraph.text) for paragraph in split_paragraphs(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One line.", [(OWN, "One line.")]),
        ("One\nparagraph.", [(OWN, "One\nparagraph.")]),
        ("One.\n\nTwo.", [(OWN, "One."), (OWN, "Two.")]),
        ("One.\r\n\r\nTwo.\r\n", [(OWN, "One."), (OWN, "Two.")]),
        ("One.\n \t\n\n\nTwo.\n", [(OWN, "One."), (OWN, "Two.")]),
        ("", []),
        (" \n\n\t", []),
        ("> Quoted.\n> Still.\nMine.", [(QUOTE, "> Quoted.\n> Still."), (OWN, "Mine.")]),
        ("Mine.\n> Quoted.", [(OWN, "Mine."), (QUOTE, "> Quoted.")]),
        ("> One.\n>\n> Two.", [(QUOTE, "> One."), (QUOTE, "> Two.")]),
        ("> One.\n\n> Two.", [(QUOTE, "> One."), (QUOTE, "> Two.")]),
        (">> Deeper.\n> Back.", [(QUOTE, ">> Deeper."), (QUOTE, "> Back.")]),
        (">.< and >_> and >:(", [(OWN, ">.< and >_> and >:(")]),
        (">= 5 is enough.", [(OWN, ">= 5 is enough.")]),
        ("It is > 5 and < 7.", [(OWN, "It is > 5 and < 7.")]),
        ("```\na = 1\n\nb = 2\n```", [(OWN, "```\na = 1\n\nb = 2\n```")]),
        (
            "Run:\n```sh\na\n\n> b\n```\n\nDone.",
            [
                (OWN, "Run:\n```sh\na\n\n> b\n```"),
                (OWN, "Done."),
            ],
        ),
        ("~~~\na\n\n```\n\nb\n~~~", [(OWN, "~~~\na\n\n```\n\nb\n~~~")]),
        ("````\na\n\n```\n\nb\n````\n\nc", [(OWN, "````\na\n\n```\n\nb\n````"), (OWN, "c")]),
        ("```one line```\n\nTwo.", [(OWN, "```one line```"), (OWN, "Two.")]),
        ("See ```a\n\nb``` there.\n\nTwo.", [(OWN, "See ```a\n\nb``` there."), (OWN, "Two.")]),
        ("```\na\n\nb```\n\nTwo.", [(OWN, "```\na\n\nb```"), (OWN, "Two.")]),
        ("```\nnever closed\n\nTwo.", [(OWN, "```\nnever closed"), (OWN, "Two.")]),
        (
            "> ```\n> a\n>\n> b\n> ```\nMine.",
            [(QUOTE, "> ```\n> a\n>\n> b\n> ```"), (OWN, "Mine.")],
        ),
        ("> ```\n> open\n\nMine. ```x```", [(QUOTE, "> ```\n> open"), (OWN, "Mine. ```x```")]),
    ],
)
def test_a_post_falls_into_paragraphs(text, wanted):
    assert paragraphs(text) == wanted


def test_a_discord_quote_of_many_lines_goes_to_the_end_of_the_message():
    text = "Look:\n>>> One.\n\nTwo.\n> Three."
    assert [
        (paragraph.kind, paragraph.text)
        for paragraph in split_paragraphs(text, quote_to_the_end=True)
    ] == [(OWN, "Look:"), (QUOTE, ">>> One."), (QUOTE, "Two.\n> Three.")]
    assert paragraphs(">>> One.\nMine.") == [(QUOTE, ">>> One."), (OWN, "Mine.")]


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("> One.\n> Two.", "One.\nTwo."),
        ("> > One.\n>\n>> Two.", "One.\n\nTwo."),
        (">>> One.\nTwo.", "One.\nTwo."),
        ("One > two.", "One > two."),
        ("> >.< he wrote", ">.< he wrote"),
    ],
)
def test_a_quote_without_its_marks_is_what_was_quoted(quote, words):
    assert unquoted(quote) == words


TYPED = st.text(st.sampled_from("ab>> \n\n`~\t\r\x0c\u3000") | st.characters(), max_size=120)


@given(TYPED, st.booleans())
@example("```\n```", False)
@example("\n> \n>", False)
@example("|", False)
def test_paragraphs_keep_their_exact_place_and_leave_out_only_white_space_and_marks(
    text, to_the_end
):
    at = 0
    for paragraph in split_paragraphs(text, quote_to_the_end=to_the_end):
        end = paragraph.start + len(paragraph.text)
        assert text[paragraph.start : end] == paragraph.text == paragraph.text.strip() != ""
        assert MARKS.fullmatch(text[at : paragraph.start])
        at = end
    assert MARKS.fullmatch(text[at:])


@pytest.mark.parametrize(
    "piece",
    [
        "```",
        "``` \n",
        "````\n```\n",
        "> ",
        ">\n",
        "\n",
        " ",
        "~~~\n",
        "a",
        "On 1 wrote:\n> ",
        "From: a@b\nTo: c\n",
        "-- \n",
        "[quote]\n",
        "wrote: ____________________\n",
    ],
)
def test_no_text_takes_more_than_linear_time(piece):
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    split_paragraphs(text)
    assert time.process_time() - started < 10
