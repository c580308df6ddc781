from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.understand.probes import probe, runs
from ingest.understand.quotes import quoted_parts, repeats

TEXT = "Twelve hours at least, and keep the bowl covered; in winter it takes a whole day."


@pytest.mark.parametrize(
    "quote",
    [
        TEXT,
        "twelve HOURS at least and keep the bowl covered",
        "Twelve hours at least, and keep […] in winter it takes a whole day",
        "at least, and keep the ... bowl covered in winter",
    ],
)
def test_a_text_that_holds_a_quote_has_its_probe_among_its_runs(quote: str) -> None:
    assert repeats(TEXT, quote)
    assert probe(quote) in set(runs(TEXT))


@pytest.mark.parametrize("text", ["", "Yes.", "Thanks, both.", "!!!"])
def test_a_text_of_a_word_or_two_is_its_own_probe(text: str) -> None:
    assert [probe(text)] == list(runs(text))


@given(
    st.lists(st.sampled_from(["a", "bb", "ccc", "dd", "…", "[...]", "."]), max_size=14),
    st.lists(st.sampled_from(["a", "bb", "ccc", "dd"]), max_size=14),
)
def test_no_quote_that_repeats_a_text_is_missed(quote: list[str], text: list[str]) -> None:
    whole, held = " ".join(quote), " ".join(text)
    parts = quoted_parts(whole)
    # Pieces of one or two words between cuts are no run of three: such a quote may wait.
    is_in_pieces = len(parts) > 1 and all(len(part) < 3 for part in parts)
    if repeats(held, whole) and not is_in_pieces:
        assert probe(whole) in set(runs(held))


def test_probes_are_the_same_in_every_process() -> None:
    code = f"from ingest.understand.probes import probe; print(probe({TEXT!r}))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert printed == {str(probe(TEXT))}
