from __future__ import annotations

import pytest

from bot.discord.cards.cards import (
    CARD_LIMIT,
    COMPONENT_LIMIT,
    Card,
    Divider,
    LinkButton,
    Section,
    TextBlock,
    Tone,
    assemble,
    plain_text,
    safe_url,
)
from bot.discord.cards.markdown import length
from bot.discord.cards.views import card_view
from tests.bot.discord.strategies import BAD_URLS, GOOD_URLS

BUTTON = LinkButton("Jump", GOOD_URLS[0])


def test_a_card_takes_exactly_4000_characters() -> None:
    full = (TextBlock("a" * 3000), Section("b" * 1000, BUTTON))
    assert assemble(Tone.SOURCE, full).blocks == full
    over = assemble(Tone.SOURCE, (*full, TextBlock("c")))
    assert over.blocks == full
    assert over.length == CARD_LIMIT


def test_a_character_too_many_leaves_out_its_block_and_keeps_smaller_ones() -> None:
    blocks = (TextBlock("a" * 3999), TextBlock("bb"), TextBlock("c"))
    assert assemble(Tone.SOURCE, blocks).blocks == (blocks[0], blocks[2])


def test_a_card_takes_exactly_40_components_as_discord_counts_them() -> None:
    sections = tuple(Section(f"s{n}", BUTTON) for n in range(13))
    card = assemble(Tone.SOURCE, (*sections, TextBlock("too much")))
    assert card.blocks == sections
    assert card.components == COMPONENT_LIMIT
    assert card_view(card).total_children_count == COMPONENT_LIMIT


def test_blank_blocks_and_dividers_at_the_end_are_left_out() -> None:
    card = assemble(Tone.SOURCE, (TextBlock("a"), TextBlock(" \n"), Divider(), TextBlock("")))
    assert card.blocks == (TextBlock("a"),)


def test_plain_text_holds_whole_blocks_and_addresses_that_do_not_unfold() -> None:
    card = assemble(
        Tone.ANSWERED, (TextBlock("a" * 1500), Section("b" * 600, BUTTON), Section("c", BUTTON))
    )
    assert plain_text(card) == f"{'a' * 1500}\nc\n<{GOOD_URLS[0]}>"


@pytest.mark.parametrize("url", GOOD_URLS)
def test_a_complete_web_address_may_be_opened(url: str) -> None:
    assert safe_url(None, url) == url


@pytest.mark.parametrize("url", BAD_URLS)
def test_other_addresses_may_not(url: str) -> None:
    assert safe_url(url) is None


def test_the_first_safe_address_is_taken() -> None:
    assert safe_url("javascript:x", None, GOOD_URLS[1], GOOD_URLS[0]) == GOOD_URLS[1]


def test_the_longest_address_has_512_characters() -> None:
    start = "https://forum.example/"
    assert safe_url(start + "x" * (512 - len(start))) is not None
    assert safe_url(start + "x" * (513 - len(start))) is None


def test_a_block_that_is_too_long_for_a_plain_message_is_cut_between_words() -> None:
    text = plain_text(Card(Tone.ANSWERED, (TextBlock("seven words " * 300), TextBlock("more"))))
    assert text.endswith(("words…", "seven…"))
    assert 1_950 < length(text) <= 2_000


def test_a_cut_never_leaves_half_an_escape() -> None:
    text = plain_text(Card(Tone.ANSWERED, (TextBlock("\\*" * 2_000),)))
    assert text.count("\\") == text.count("*")
