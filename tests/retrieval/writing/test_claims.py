"""How much of what a model could write is rightly shown, over claims labelled by construction."""

from __future__ import annotations

import random

import pytest

from retrieval.writing.check import check
from retrieval.writing.drafts import Cite, Draft, Item
from retrieval.writing.material import Material
from tests.retrieval.writing.held_out import HELD_OUT, LAST, held_out, verdict_on
from tests.retrieval.writing.samples import FRESH, Claim, claims, sample_hits

MARK = "K7Q2MD"


def is_shown(text: str, hit, quote: str, mark: str = MARK) -> bool:
    draft = Draft(answerable=True, items=(Item(text, (Cite(mark, quote),)),))
    return bool(check(draft, [Material(MARK, hit)], "").kept)


def share_shown(found: list[Claim], *, is_true: bool) -> float:
    chosen = [claim for claim in found if claim.is_true is is_true]
    assert chosen
    return sum(is_shown(c.text, c.hit, c.quote) for c in chosen) / len(chosen)


def test_of_what_its_quote_carries_nine_tenths_are_kept():
    assert share_shown(list(claims()), is_true=True) >= 0.9


def test_of_what_its_quote_does_not_carry_hardly_anything_is_shown():
    # 2.3 % of the hand-written ones when this was set; with those below it is less than 2 %.
    assert share_shown(list(claims()), is_true=False) <= 0.025


def test_claims_that_the_check_was_not_made_on_are_told_apart_too():
    # A floor against getting worse, not the aim: docs/proof.md has the figures.
    fresh = list(claims(FRESH))
    assert share_shown(fresh, is_true=True) >= 0.75
    assert share_shown(fresh, is_true=False) <= 0.15


@pytest.mark.parametrize(
    ("path", "kept", "shown"), [(HELD_OUT, 0.8, 0.05), (LAST, 0.85, 0.12)], ids=["held", "last"]
)
def test_claims_about_posts_of_other_communities_are_told_apart_too(path, kept, shown):
    # Floors, too: 84 % and 2.8 % of the first file, 89 % and 10 % of the second.
    found = held_out(path)
    true = [bool(verdict_on(claim).kept) for claim in found if claim.is_true]
    false = [bool(verdict_on(claim).kept) for claim in found if not claim.is_true]
    assert len(true) > 20
    assert len(false) > 40
    assert sum(true) / len(true) >= kept
    assert sum(false) / len(false) <= shown


def test_what_an_author_says_of_themselves_is_said_of_nobody_else():
    shown = {claim.text for claim in held_out() if verdict_on(claim).kept}
    assert "Yusuf goes up to 95 degrees only after that." in shown
    assert "Callum suspects ants." not in shown
    assert "Mehmet moved the videos to a bucket." not in shown


def test_over_the_whole_adversarial_set_at_most_a_fiftieth_is_shown():
    """Hand-written claims, and each faithful one put to what does not carry it."""
    shown, total = 0, 0
    chance = random.Random(18)
    faithful = [claim for claim in claims() if claim.is_true]
    for claim in claims():
        if not claim.is_true:
            total += 1
            shown += is_shown(claim.text, claim.hit, claim.quote)
    for claim in faithful:
        other = chance.choice([c for c in faithful if c.hit.thread.id != claim.hit.thread.id])
        attempts = [
            (other.hit, other.quote, MARK),  # the wrong passage
            (claim.hit, f"{other.quote} {claim.text}", MARK),  # an invented quote
            (claim.hit, claim.quote, "ZZ99ZZ"),  # an unknown passage
        ]
        for hit, quote, mark in attempts:
            total += 1
            shown += is_shown(claim.text, hit, quote, mark)
    assert total >= 300
    assert shown / total <= 0.02


@pytest.mark.parametrize("claim", [c for c in claims() if c.is_true][::9], ids=lambda c: c.text)
@pytest.mark.parametrize(
    "smuggled",
    [
        " See https://evil.example/x for more.",
        " Ask @everyone.",
        " Write to <@123456789012345678>.",
        " Join discord.gg/abcdef now.",
    ],
)
def test_what_is_smuggled_in_beside_a_true_sentence_is_not_shown(claim, smuggled):
    draft = Draft(answerable=True, items=(Item(claim.text + smuggled, (Cite(MARK, claim.quote),)),))
    verdict = check(draft, [Material(MARK, claim.hit)], "")
    shown = " ".join(kept.text for kept in verdict.kept)
    for forbidden in ("evil", "@", "http", "discord.gg", "<"):
        assert forbidden not in shown
    assert verdict.dropped


def test_hidden_characters_and_colours_never_reach_a_reader():
    claim = next(c for c in claims() if c.is_true)
    dressed = f"\x1b[31m\u202e{claim.text[:5]}\u200b{claim.text[5:]}\U000e0041\x1b[0m"
    draft = Draft(answerable=True, items=(Item(dressed, (Cite(MARK, claim.quote),)),))
    (kept,) = check(draft, [Material(MARK, claim.hit)], "").kept
    assert kept.text == claim.text


def test_every_citation_is_a_verbatim_span_of_its_post():
    for claim in claims():
        draft = Draft(answerable=True, items=(Item(claim.text, (Cite(MARK, claim.quote),)),))
        for kept in check(draft, [Material(MARK, claim.hit)], "").kept:
            assert kept.spans
            for span in kept.spans:
                assert span.hit.post.text[span.start : span.end] == span.quote
                assert span.hit.passage.start <= span.start < span.end <= span.hit.passage.end


def test_the_sample_threads_are_there():
    assert len(sample_hits()) > 150
