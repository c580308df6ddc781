"""People's own formatting: kept where it is harmless, escaped where it is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards.markdown import length
from bot.discord.cards.safe_markdown import fit_quoted, safe_markdown
from tests.bot.discord.active import dangerous_in, without_escapes

CODE = re.compile(r"```(?s:.*?)```|`[^`\n]+`")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Set **one** and *two*.", "Set **one** and *two*."),
        ("__One__ and _two_, ~~three~~", "**One** and *two*, ~~three~~"),
        ("Run `a * b` once", "Run `a * b` once"),
        ("- one\n* two\n1. three", "- one\n- two\n1. three"),
        ("```py\nx = 1\n```", "```py\nx = 1\n```"),
        ("## A title", "**A title**"),
        ("2 * 3 * 4", "2 \\* 3 \\* 4"),
        ("snake_case_name", "snake\\_case\\_name"),
        ("**never closed", "\\*\\*never closed"),
        ("||spoiler||", "\\|\\|spoiler\\|\\|"),
        ("[here](https://evil.example)", "\\[here\\](https\\://evil.example)"),
        ("**[x](https://evil.example)**", "**\\[x\\](https\\://evil.example)**"),
        ("-# small", "\\-# small"),
        ("```\nnever closed", "```\nnever closed\n```"),
    ],
)
def test_what_is_kept_and_what_is_escaped(typed, shown):
    assert safe_markdown(typed) == shown


TYPED = st.text(st.sampled_from("*_~`|#>-[](): \n@1.ab"), max_size=120)
PIECES = st.lists(
    st.sampled_from(
        [
            *("```", "``", "`", "**", "*", "_", "__", "~~", "||", "\n", " ", "- ", "# ", "-# "),
            *("> ", "@everyone", "@here", "<@1>", "<#2>", "<:a:1>", ":smile:", "1. ", "\u200b"),
            *("https://x.yz/a_b_c", "[a](https://x.yz)", "discord.gg/abc", "word", "py\n", "\\"),
        ]
    ),
    max_size=30,
).map("".join)


@given(TYPED | PIECES | st.text(max_size=200))
def test_nothing_pings_links_or_stays_open(typed):
    shown = safe_markdown(typed)
    assert shown.count("```") % 2 == 0
    assert re.search(r"@(?i:everyone|here)", shown) is None
    bare = CODE.sub("code", without_escapes(shown))
    assert dangerous_in(bare) == []
    assert re.findall(r"\|\||`", bare) == []
    for line in bare.split("\n"):
        assert re.match(r"\s*(?:#{1,3}\s|-#\s|>)", line) is None
        assert not any(line.count(mark) % 2 for mark in ("**", "~~", "__"))


@given(TYPED | PIECES | st.text(max_size=400), st.integers(30, 300), st.integers(3, 20))
def test_a_cut_text_fits_and_leaves_nothing_open(typed, limit, lines):
    shown = fit_quoted(typed, limit, max_lines=lines)
    assert length(shown) <= limit
    assert shown.count("\n") < lines
    assert shown.count("```") % 2 == 0
    assert all(line.startswith("> ") for line in shown.split("\n") if shown)


@pytest.mark.parametrize("ticks", range(3, 9))
def test_backticks_inside_a_block_do_not_end_it(ticks):
    shown = safe_markdown(f"{'`' * 9}\n1{'`' * ticks}\n{'`' * 9}")
    assert shown.count("```") == 2
    assert shown.replace("\u200b", "").count("`") == 6 + ticks


def test_a_cut_falls_between_lines_of_code():
    code = "\n".join(f"value_{n} = {n}" for n in range(60))
    shown = fit_quoted(f"```py\n{code}\n```", 300)
    assert shown.endswith("\n> …\n> ```")
    lines = shown.split("\n")[1:-2]
    assert all(re.fullmatch(r"> value_\d+ = \d+", line) for line in lines)
