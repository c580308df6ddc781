"""What says nothing to who reads it alone, and what does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.noise import asks_nothing, says_nothing

NOTHING = (
    "Thanks!",
    "thx, works now",
    "That fixed it, thank you so much!!",
    "Thanks in advance for any help.",
    "Thank you, Marlene!",
    "Hi all,",
    "Hello @everyone",
    "Hey Jonas,\n\nthanks again!",
    "+1",
    "👍👍",
    ":tada: <:party:123456789012345678>",
    "<@123456789012345678>",
    "@marlene",
    "^^",
    ":)",
    "...",
    "---",
    "bump",
    "Any ideas?",
    "Can anyone help me please?",
    "Edit:",
    "## What changed",
    "Marlene Vogt",
    "Best,\nMarlene",
    "Cheers,\n- Marlene",
    "Vielen Dank im Voraus!",
    "Hallo zusammen,",
    "Danke, funktioniert jetzt!",
    "Viele Grüße\nJörg",
    "-- \nMarlene Vogt\nHead of Something, Some Institute\nhttps://example.org",
    "On Tue, 3 Mar 2026 at 10:15, Jonas Hale <jonas@example.org> wrote:",
    "On Tue, 3 Mar 2026 at 10:15, Jonas Hale\n<jonas@example.org> wrote:",
    "Am 03.03.2026 um 10:15 schrieb Jonas Hale:",
    "Jonas Hale <jonas@example.org> writes:",
    "-----Original Message-----\nFrom: Jonas Hale\nSent: Tuesday\nSubject: Re: plans",
    "From: Jonas Hale <jonas@example.org>\nDate: Tue, 3 Mar 2026\nTo: someone@example.org",
    "Von: Jonas Hale\nGesendet: Dienstag\nBetreff: AW: Pläne",
    "_______________________________________________\nplans@example.org mailing list\n"
    "https://example.org/mailman/listinfo/plans",
    "Sent from my iPhone",
    "> Thanks!",
    "",
)
SOMETHING = (
    "Yes.",
    "No, it does not.",
    "42",
    "-5",
    "8080",
    "`--`",
    "`footnote ingest`",
    "https://example.org/guide",
    "@angular/core",
    "Run it as administrator once.",
    "Hello World is printed twice.",
    "Thanks to the new cache it starts in two seconds.",
    "It did not work.",
    "Best practice is to close the port.",
    "The tag is v1.2",
    "# 3.0 drops Python 3.9",
    "That is why Marlene wrote: close it first.",
    "From: the second line on, indent with tabs.",
    "On Windows, press F5.",
    "On the other hand, as Jonas wrote:",
    "```\nThanks\n```",
    "مرحبا كيف أثبت هذا",
    "端口是多少",
    "Nutze Port 8080, danke.",
    "Am Montag schrieb er mir eine Mail.",
)


@pytest.mark.parametrize("text", NOTHING)
def test_courtesies_names_and_the_lines_of_mail_programs_say_nothing(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", SOMETHING)
def test_whatever_could_be_asked_for_says_something(text: str) -> None:
    assert not says_nothing(text)


@given(st.text(alphabet="Thanks on-_=>:.,*~`#@<5 \nwrote", max_size=200))
def test_any_text_is_judged(text: str) -> None:
    assert says_nothing(text) in {True, False}


@pytest.mark.parametrize("character", "-_=>*~#@<: a1O.\n")
def test_one_character_over_and_over_is_judged(character: str) -> None:
    assert says_nothing(f"On {character * 20_000}") in {True, False}
    assert says_nothing(character * 20_000) in {True, False}


@pytest.mark.parametrize(
    "typed",
    ["help", "exit", "Hi!", "thanks", "/help", "👍", "Hallo", "What is your name?", "ok"],
)
def test_a_courtesy_or_a_command_asks_nothing(typed: str) -> None:
    assert asks_nothing(typed)


@pytest.mark.parametrize(
    "typed", ["How do I exit?", "Ammonia", "Docker", "help with tokens", "why", "端口", "seat post"]
)
def test_a_question_or_a_search_asks_something(typed: str) -> None:
    assert not asks_nothing(typed)
