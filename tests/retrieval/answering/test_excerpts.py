"""What is shown of a post: whole if it is short, else a run that nothing in it is cut in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.understand.paragraphs import split_paragraphs
from retrieval.answering.excerpts import excerpt, own_words, without_courtesies
from retrieval.records import TextKind


def shown(text: str, around: str = "", most: int = 600) -> list[str]:
    """Return what is shown of a post around a sentence of it, by the words it shares with it."""
    own = own_words(
        text,
        [
            (part.start, part.start + len(part.text))
            for part in split_paragraphs(text)
            if part.kind is TextKind.OWN
        ],
    )
    at = text.index(around)
    within = next((span for span in own if span[0] <= at < span[1]), own[0])
    asked = set(around.lower().split())
    spans = excerpt(
        text,
        within,
        (at, at + len(around)),
        lambda line: float(len(asked & set(line.lower().split()))),
        most,
    )
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Run it once as administrator.", "Run it once as administrator."),
        ("Hi Jonas,\n\nrun it as administrator.\n\nBest,\nMila", "run it as administrator."),
        ("Hi Jonas,\nrun it once.\nCheers\nMila", "run it once."),
        ("Thanks! Run it once. Hope that helps.", "Run it once."),
        ("Hallo,\n\neinmal als Administrator starten.\n\nViele Grüße\nMila",
         "einmal als Administrator starten."),
        ("Try this:\n```\nrun --once\n```\nThanks!", "Try this:\n```\nrun --once\n```"),
        ("Hi,\n\n```\nrun\n```", "```\nrun\n```"),
    ],
)  # fmt: skip
def test_a_short_post_is_shown_without_greeting_and_name(text, left):
    assert shown(text) == [left]


def test_quotes_of_others_are_no_part_of_it():
    text = "> Which port?\n\n8080, behind a proxy.\n\n> Which host?\n\nAny host."
    assert shown(text, "8080, behind a proxy.") == ["8080, behind a proxy."]
    assert shown(text, "Any host.") == ["Any host."]


LONG = " ".join(f"Sentence number {n} tells of gear {n} and its chain." for n in range(60))


def test_of_a_long_post_the_run_around_the_best_sentence_is_shown():
    (run,) = shown(LONG, "Sentence number 40 tells of gear 40 and its chain.")
    assert "number 40" in run
    assert 300 < len(run) <= 600
    assert run.startswith("Sentence number")
    assert run.endswith("chain.")


def test_a_question_put_again_does_not_open_it():
    asked = "So you ask how the chain is cleaned? "
    (run,) = shown(asked + LONG, "Sentence number 0 tells of gear 0 and its chain.")
    assert run.startswith("Sentence number 0")


NAMES = (
    *("GameObject.Find", "File.ReadAllText", "Math.Floor", "fmt.Println", "v1.2", "e.g. Debian"),
    *("https://example.org/a.b?c=d.e", "/etc/footnote/main.conf", "System.IO.File", "config.yaml"),
)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_within_a_name(name):
    sentence = f"Call {name} once and keep what it gives, for it is slow."
    text = f"{LONG} {sentence} {LONG}"
    (run,) = shown(text, sentence, most=120)
    assert sentence in run


TABLE = "Settings:\n\n| knob | default |\n|------|---------|\n" + "\n".join(
    f"| knob_{n} | {n * 7} |" for n in range(80)
)


def test_of_a_long_table_the_row_is_shown_with_its_header():
    assert shown(TABLE, "| knob_44 | 308 |") == [
        "| knob | default |\n|------|---------|",
        "| knob_44 | 308 |",
    ]


def test_what_a_long_block_holds_is_shown_and_not_its_announcement():
    (rows,) = shown(TABLE, "Settings:")
    assert rows.startswith("| knob | default |")
    assert 300 < len(rows) <= 600


def test_a_blob_of_data_is_not_shown():
    assert shown("blob: " + "QUJD" * 500, "blob:") == []
    (run,) = shown(
        "blob: " + "QUJD" * 500 + "\n\nThat is the licence, paste it.", "That is the licence"
    )
    assert run == "That is the licence, paste it."


def test_of_long_code_whole_lines_are_shown():
    code = "\n".join(f"value_{n} = compute({n})" for n in range(90))
    (run,) = shown(f"This way:\n```python\n{code}\n```", "value_50 = compute(50)")
    assert "value_50 = compute(50)" in run
    assert set(run.split("\n")) <= set(code.split("\n"))
    assert len(run) <= 600


def test_short_code_is_shown_whole_with_what_introduces_it():
    code = "```sh\nfootnote ingest threads\nfootnote ask\n```"
    text = f"{LONG}\n\nThen run this:\n\n{code}\n\n{LONG}"
    (run,) = shown(text, "footnote ingest threads")
    assert f"Then run this:\n\n{code}" in run


TYPED = st.text(st.sampled_from("ab. \n`|>-?#:Hi,Thanks!") | st.characters(), max_size=900)


@given(TYPED, st.integers(0, 900), st.integers(20, 200))
def test_whatever_is_shown_stands_in_the_post(text, at, most):
    spans = [(p.start, p.start + len(p.text)) for p in split_paragraphs(text)]
    for within in own_words(text, spans):
        around = (min(at, within[1]), within[1])
        found = excerpt(text, within, around, lambda line: float(len(line)), most)
        assert len(found) <= 2
        for start, end in found:
            assert within[0] <= start < end <= within[1]
            assert text[start:end] == text[start:end].strip()


@pytest.mark.parametrize("piece", ["Hi,\n", "Thanks! ", "a. ", "|a|b|\n|-|-|\n", "```\n", "\n"])
def test_long_texts_are_stripped(piece):
    text = piece * 2_000
    start, end = without_courtesies(text, 0, len(text))
    assert 0 <= start <= end <= len(text)
