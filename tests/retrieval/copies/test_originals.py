from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from benchmarks.corpora import language
from retrieval.copies.duplicates import Age, Text
from retrieval.copies.fingerprints import Sketch, sketches
from retrieval.copies.originals import MAX_TEXTS, key_of, likely, links, worth_keeping

SPOKEN = language(9)
NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64))


def made_up(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(SPOKEN.words, cum_weights=SPOKEN.weights, k=length))


def batch_of(*texts: str, years: Sequence[int] = ()) -> list[Text]:
    ages = [Age(f"t{n}", 0, datetime(year, 1, 1, tzinfo=UTC)) for n, year in enumerate(years)]
    ages = ages or [Age(f"t{n}", 0) for n in range(len(texts))]
    return [Text(*each) for each in zip(texts, sketches(texts), ages, strict=True)]


def found(batch: Sequence[Text], stored: Sequence[Text] = ()) -> dict[int, int]:
    """Link a batch to what is stored under the numbers 1, 2, …"""
    known = dict(enumerate(stored, 1))
    hashes = np.concatenate([NOTHING[0], *(text.sketch.fingerprints for text in stored)])
    keys = np.repeat(sorted(known), [len(text.sketch.fingerprints) for text in stored])
    others = likely(
        [text.sketch for text in batch],
        (hashes, keys.astype(np.int64)),
        lambda wanted: {key: len(known[key].sketch.fingerprints) for key in wanted},
    )
    return links(batch, others, known, lambda _: False)


CHANCE = random.Random(4)
WHOLE = made_up(CHANCE, 40)
HALF = " ".join(WHOLE.split()[:20])
OTHER = made_up(CHANCE, 40)


def test_what_comes_later_copies_what_was_there() -> None:
    assert found(batch_of(WHOLE, OTHER, HALF)) == {key_of(2): key_of(0)}
    assert found(batch_of(OTHER, HALF), batch_of(WHOLE)) == {key_of(1): 1}


def test_a_text_that_holds_an_elder_one_and_more_is_no_copy() -> None:
    assert found(batch_of(WHOLE), batch_of(HALF)) == {}
    assert found(batch_of(HALF, WHOLE)) == {}


def test_of_two_dated_texts_the_younger_is_the_copy_whichever_came_first() -> None:
    assert found(batch_of(HALF, WHOLE, years=(2025, 2024))) == {key_of(0): key_of(1)}
    assert found(batch_of(WHOLE, years=[2024]), batch_of(WHOLE, years=[2025])) == {1: key_of(0)}
    assert found(batch_of(HALF, years=[2024]), batch_of(WHOLE, years=[2025])) == {}


def test_within_a_thread_the_earlier_post_is_the_elder() -> None:
    (half,), (whole,) = sketches([HALF]), sketches([WHOLE])
    batch = [Text(HALF, half, Age("t", 5)), Text(WHOLE, whole, Age("t", 2))]
    assert found(batch) == {key_of(0): key_of(1)}


def test_a_copy_of_a_copy_is_linked_to_the_original() -> None:
    assert found(batch_of(WHOLE, WHOLE.upper(), HALF)) == {
        key_of(1): key_of(0),
        key_of(2): key_of(0),
    }


def test_a_text_that_stands_a_thousand_times_in_a_batch_is_one_and_its_copies() -> None:
    assert found(batch_of(*[WHOLE] * 1_000)) == {key_of(n): key_of(0) for n in range(1, 1_000)}


def test_a_word_for_word_copy_of_a_text_all_made_of_boilerplate_is_found() -> None:
    stored = batch_of(*(f"{WHOLE} {n} of many others in this {n}" for n in range(MAX_TEXTS + 5)))
    again = batch_of(stored[20].text, f"{WHOLE} and then something of my very own to say here")
    assert found(again, stored) == {key_of(0): 21}


def test_boilerplate_is_not_kept() -> None:
    signed: list[Sketch] = sketches([f"{WHOLE} {n} {n}" for n in range(MAX_TEXTS + 50)])
    kept = worth_keeping([sketch.fingerprints for sketch in signed], NOTHING[0])
    assert [len(hashes) for hashes in kept[:3]] == [len(s.fingerprints) for s in signed[:3]]
    assert len(kept[-1]) <= 3
    stored = np.concatenate(kept)
    (more,) = worth_keeping([sketches([f"{WHOLE} and more"])[0].fingerprints], stored)
    assert len(more) <= 3
    assert worth_keeping([], stored) == []


def test_nothing_is_likely_in_an_empty_batch() -> None:
    assert likely([], NOTHING, lambda _: {}) == {}
    assert likely(sketches(["short", ""]), NOTHING, lambda _: {}) == {}
