"""Text from strangers does not steer a terminal, nor forge a line."""

import time

import pytest

from bot.terminal.safe_text import escaped, harmless, one_line, whole_characters
from tests.bot.terminal.fakes import HOSTILE

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
"""One emoji of three people, held together by zero-width joiners."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b2Jgone", "gone"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bcreset", "reset"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tag\U000e0041s", "tags"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("tab\tstays\nline stays", "tab\tstays\nline stays"),
        ("NUL\x00 bell\x07 back\x08 del\x7f", "NUL bell back del"),
        ("\x1b", ""),
        (FAMILY, FAMILY),
        ("“quotes” — Ünïcode 漢字", "“quotes” — Ünïcode 漢字"),
        ("half \ud800", "half \ufffd"),
    ],
)
def test_only_what_a_person_can_read_is_left(text, expected):
    assert harmless(text) == expected


def test_hostile_text_becomes_its_letters():
    assert harmless(HOSTILE) == "red x [bold]not bold[/bold] gnp"


def test_sequences_that_never_end_take_linear_time():
    text = "\x1b]" * 100_000 + "\x1b[" + "0" * 100_000
    began = time.process_time()
    harmless(text)
    assert time.process_time() - began < 2


def test_one_line_is_one_line():
    assert one_line("  a\n\tb\r\nc\u2029d  ") == "a b c d"


def test_escaped_text_shows_what_it_held():
    assert escaped("a\r\nb\x1b[0m\u202e") == r"a\r\nb\x1b[0m\u202e"
    assert escaped("Ünïcode 漢字") == "Ünïcode 漢字"


def test_lone_surrogates_become_replacement_characters():
    assert whole_characters("a\udcffb").encode() == "a\ufffdb".encode()
