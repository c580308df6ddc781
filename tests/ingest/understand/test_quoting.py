"""Whose words a mail or a Markdown post holds, level by level."""

from __future__ import annotations

import pytest

from ingest.understand.paragraphs import split_paragraphs
from retrieval.records import TextKind

OWN = None
NOBODY = ""


def read(text: str) -> list[tuple[str | None, str]]:
    """Return each paragraph with whose words it is: nobody's name where that is not said."""
    return [
        (OWN if part.kind is TextKind.OWN else part.quoted_author or NOBODY, part.text)
        for part in split_paragraphs(text)
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "On Tue, 3 Mar 2026 at 10:15, Jonas Hale <jonas@example.org> wrote:\n"
            "> Which port?\n\n8080.",
            [("Jonas Hale", "> Which port?"), (OWN, "8080.")],
            id="bottom posting",
        ),
        pytest.param(
            "8080.\n\nOn 03.03.2026 10:15, Jonas Hale wrote:\n> Which port?\n>\n> And which host?",
            [(OWN, "8080."), ("Jonas Hale", "> Which port?"), ("Jonas Hale", "> And which host?")],
            id="top posting, with a blank mark between two paragraphs",
        ),
        pytest.param(
            "On 3/3/26 10:15 AM, Jonas Hale wrote:\n> On 3/2/26 9:00 AM, Mila Sand wrote:\n"
            ">> Does it start?\n> Yes, on 8080.\n\nGood to know, mine does too.",
            [
                ("Mila Sand", ">> Does it start?"),
                ("Jonas Hale", "> Yes, on 8080."),
                (OWN, "Good to know, mine does too."),
            ],
            id="two levels",
        ),
        pytest.param(
            "On 3/3/26, Jonas Hale wrote:\n> One?\n\nFirst.\n\n> Two?\n\nSecond.",
            [
                ("Jonas Hale", "> One?"),
                (OWN, "First."),
                ("Jonas Hale", "> Two?"),
                (OWN, "Second."),
            ],
            id="answers between the quotes",
        ),
        *(
            pytest.param(
                f"{said}\n> Which port?\n\n8080.",
                [("Jonas Hale", "> Which port?"), (OWN, "8080.")],
                id=said,
            )
            for said in (
                "On Tuesday, 3 March 2026, Jonas Hale <[address]> wrote:",
                "On 3 March 2026 at 10:15, Jonas Hale <[address]\n<[address]>> wrote:",
                "On 3 March 2026 at 10:15, Jonas Hale <\n[address]> wrote:",
                "On Tue, Mar 3, 2026 at 10:15 AM, Jonas Hale <jonas at exam\nple.org> wrote:",
                "On Tuesday, March 3, 2026, Jonas Hale wrote:",
                'Op di 3 mrt. 2026 om 10:15 schreef "Jonas Hale" <jonas@example.org>:',
                "Den 3. mars 2026 kl. 10:15 skrev Jonas Hale:",
            )
        ),
        pytest.param(
            "On Tue, 3 Mar 2026, Jonas Hale <[address]> wrote:\nWhich port?",
            [("Jonas Hale", "Which port?")],
            id="no marks, the address left out",
        ),
        pytest.param(
            "Am 03.03.2026 um 10:15 schrieb Jonas Hale:\n> Welcher Port?\n\nDer 8080.",
            [("Jonas Hale", "> Welcher Port?"), (OWN, "Der 8080.")],
            id="German",
        ),
        pytest.param(
            "On Tue, 3 Mar 2026 at 10:15, Jonas Hale\n<jonas@example.org> wrote:\n> Which?\n\nIt.",
            [("Jonas Hale", "> Which?"), (OWN, "It.")],
            id="an attribution that was broken in two",
        ),
        pytest.param(
            "Use 8080.\n\n-----Original Message-----\nFrom: Jonas Hale <jonas@example.org>\n"
            "Sent: Tuesday, March 3, 2026 10:15\nTo: plans@example.org\nSubject: Port\n\n"
            "Which port do you use?",
            [(OWN, "Use 8080."), ("Jonas Hale", "Which port do you use?")],
            id="an original message without marks",
        ),
        pytest.param(
            "FYI.\n\n---------- Forwarded message ---------\nFrom: Mila Sand <mila@example.org>\n"
            "Date: Mon, 2 Mar 2026\nSubject: News\n\nThe port changes tomorrow.",
            [(OWN, "FYI."), ("Mila Sand", "The port changes tomorrow.")],
            id="a forward",
        ),
        pytest.param(
            "Use 8080.\n\nFrom: Jonas Hale <jonas@example.org>\nDate: Tuesday\nSubject: Port\n"
            "Which port?\n\nFrom: Mila Sand <mila@example.org>\nDate: Monday\nSubject: Port\nNews!",
            [(OWN, "Use 8080."), ("Jonas Hale", "Which port?"), ("Mila Sand", "News!")],
            id="headers within headers",
        ),
        pytest.param(
            "Use 8080.\n\n-- \nJonas Hale\nPort authority\n\nOn 3/3/26, Mila Sand wrote:\n> Which?",
            [(OWN, "Use 8080."), ("Mila Sand", "> Which?")],
            id="a signature above what is quoted",
        ),
        pytest.param(
            "Use 8080.\n\n_______________________________________________\n"
            "plans@example.org mailing list\nhttps://example.org/mailman/listinfo/plans",
            [(OWN, "Use 8080.")],
            id="the footer of a list",
        ),
        pytest.param(
            '[quote="mila, post:3, topic:125"]\nWhich port?\n[/quote]\n\n8080.',
            [("mila", "Which port?"), (OWN, "8080.")],
            id="Discourse",
        ),
        pytest.param(
            "On 3/3/26, Jonas Hale wrote:\n| Which port?\n|\n| And which host?\n\n8080.",
            [
                ("Jonas Hale", "| Which port?"),
                ("Jonas Hale", "| And which host?"),
                (OWN, "8080."),
            ],
            id="bars for marks",
        ),
    ],
)
def test_each_paragraph_is_who_wrote_it(text, wanted):
    assert read(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "What Jonas wrote: use 8080.",
        "On port 8080 it works, as Jonas wrote:",
        "From: the second line on, indent by two.",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "Options\n--\nare listed there.",
    ],
)
def test_what_only_looks_like_mail_stays_ones_own(text):
    assert all(whose is OWN for whose, _ in read(text))
    assert "\n".join(words for _, words in read(text)) == text


def test_discourse_names_the_post_and_the_topic():
    (quote, _) = split_paragraphs('[quote="mila, post:3, topic:125"]\nWhich?\n[/quote]\n\nThis.')
    assert (quote.quoted_key, quote.quoted_thread_key) == ("3", "125")
