from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards.cards import MESSAGE_LIMIT
from bot.discord.cards.markdown import length
from bot.discord.features.corpus.report import render_progress, render_report
from bot.discord.words import GERMAN, LANGUAGES, Words
from ingest.report import Progress, Refusal, Removal, Stage, Why
from tests.bot.discord.active import active_in
from tests.bot.discord.factories import make_report
from tests.bot.discord.strategies import texts

refusals = st.lists(st.builds(Refusal, texts, texts), max_size=40).map(tuple)


def foreign_activity(text: str) -> list[str]:
    return [found for found in active_in(text) if found != "**"]


languages = st.sampled_from(sorted(LANGUAGES)).map(LANGUAGES.__getitem__)


@given(refusals, languages)
def test_a_report_fits_a_message_and_nothing_in_it_is_active(
    refused: tuple[Refusal, ...], words: Words
) -> None:
    text = render_report(make_report(*refused), words)
    assert length(text) <= MESSAGE_LIMIT
    assert foreign_activity(text) == []


def test_a_report_names_the_figures_and_every_refused_file() -> None:
    text = render_report(make_report(Refusal("a_b.txt", "not text"), Refusal("c.json", "cut off")))
    assert "3 read, 40 unchanged, 1 removed, 2 refused" in text
    assert "90 added, 10 removed, 4,910 unchanged, 5,000 in all" in text
    assert "44 threads, 1,234 posts, 56 quotes linked" in text
    assert text.endswith("**Refused**\n- a\\_b.txt: not text\n- c.json: cut off")


@given(refusals, languages)
def test_why_posts_were_taken_out_fits_as_well(refused: tuple[Refusal, ...], words: Words) -> None:
    removals = tuple(Removal("a.json", 10**6 + n, why) for n, why in enumerate(Why))
    text = render_report(replace(make_report(*refused), removals=removals), words)
    assert length(text) <= MESSAGE_LIMIT
    assert foreign_activity(text) == []


def test_posts_that_were_taken_out_are_counted_by_reason() -> None:
    removals = [Removal("a", 2, Why.FILE_GONE), Removal("b", 1, Why.NEWER, ("c",))]
    removals.append(Removal("d", 3, Why.FILE_GONE))
    text = render_report(replace(make_report(), removals=tuple(removals)))
    assert "Posts taken out: 5 whose file is gone; 1 replaced by a newer version in" in text


def test_a_report_is_given_in_german() -> None:
    refused = [Refusal("a_b.txt", "not text")]
    text = render_report(make_report(*refused), GERMAN)
    assert text.startswith("**Neu eingelesen** · 12,3 s\nDateien: 3 gelesen, 40 unverändert")
    assert "Stellen: 90 neu, 10 entfernt, 4.910 unverändert, 5.000 insgesamt" in text
    assert text.endswith("**Abgelehnt**\n- a\\_b.txt: not text")


def test_refused_files_that_do_not_fit_are_counted() -> None:
    text = render_report(make_report(*(Refusal(f"{n}.txt", "why " * 100) for n in range(30))))
    listed = text.count("\n- ")
    assert 0 < listed < 30
    assert text.endswith(f"and {30 - listed} more; see the log")


@given(st.sampled_from(Stage), st.integers(0, 10**9), st.integers(0, 10**9), texts, languages)
def test_progress_is_short_and_not_active(
    stage: Stage, done: int, total: int, file: str, words: Words
) -> None:
    text = render_progress(Progress(stage, done, total, file), words)
    assert length(text) <= 200
    assert foreign_activity(text) == []


def test_progress_says_what_and_how_far() -> None:
    text = render_progress(Progress(Stage.READ, 12, 4000, "talk/tides.txt"))
    assert text == "**Reading files** · 12 of 4,000\n-# talk/tides.txt"
    unknown = render_progress(Progress(Stage.SCAN, 0, 0), GERMAN)
    assert unknown == "**Ich suche Dateien**"
