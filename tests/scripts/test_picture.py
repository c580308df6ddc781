"""The picture of an answer shows what the payload says, and nothing of it is active."""

from __future__ import annotations

import pytest

from bot.discord.cards.cards import Divider, LinkButton, Section, TextBlock, Tone, assemble
from bot.discord.cards.markdown import escape_markdown
from bot.discord.cards.safe_markdown import quoted
from bot.discord.cards.views import card_view
from scripts.picture.markdown import inline, to_html
from scripts.picture.page import component_html, page


def test_a_page_shows_every_block_of_a_card() -> None:
    card = assemble(
        Tone.ANSWERED,
        [
            TextBlock("Press *Reset*. [1]"),
            Divider(),
            Section("> quoted\n-# [1] mira", LinkButton("Jump", "https://forum.example/1")),
        ],
    )
    components = card_view(card).to_components()  # type: ignore[no-untyped-call]  # discord.py's gap
    html = page(components)
    assert "#3ba55d" in html
    assert "Press <em>Reset</em>. [1]" in html
    assert "<hr>" in html
    assert '<div class="quote"><div class="text">quoted</div></div>' in html
    assert '<div class="small">[1] mira</div>' in html
    assert ">Jump<svg" in html


@pytest.mark.parametrize("text", ["a_b*c*", "<b>", "`x`", "**y**", "1. z", "> q", "C:\\temp", "$x"])
def test_words_that_the_bot_escaped_look_as_they_were_written(text) -> None:
    shown = inline(escape_markdown(text))
    assert shown == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_a_block_of_code_in_a_quote_looks_like_one() -> None:
    shown = to_html(quoted("Copy it:\n\n```\nA*B*=<c>\n```\nThen start."))
    assert shown == (
        '<div class="quote"><div class="text">Copy it:<br></div>'
        '<pre>A*B*=&lt;c&gt;</pre><div class="text">Then start.</div></div>'
    )


def test_lists_and_struck_out_words_look_as_discord_shows_them() -> None:
    shown = to_html(quoted("Do:\n- *this*\n2. ~~that~~"))
    assert '<div class="list">• <em>this</em><br>2. <s>that</s></div>' in shown


def test_markup_in_a_payload_becomes_text() -> None:
    shown = to_html("<script>alert(1)</script>")
    assert shown == '<div class="text">&lt;script&gt;alert(1)&lt;/script&gt;</div>'


def test_a_component_that_is_not_known_is_not_left_out_in_silence() -> None:
    with pytest.raises(ValueError, match="type 99"):
        component_html({"type": 99})
