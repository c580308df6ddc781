"""Small knowledge bases that the tests of search and answers share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.answering.answerer import Answerer
from retrieval.knowledge import Engine
from retrieval.ranking.hybrid import HybridSearch
from retrieval.ranking.spelling import Speller
from retrieval.settings import SearchSettings
from retrieval.store.index import PassageIndex
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import Folder, Said, client_at, file_of

REAL_WORDS = frozenset({"loaf", "weather", "bread", "hydration", "sourdough", "want"})


def engine_on(index: PassageIndex) -> Engine:
    embedder = HashingEmbedder()
    speller = Speller(index.passages, index.library, REAL_WORDS.__contains__)
    search = HybridSearch(index, embedder, SearchSettings(), speller)
    return Engine(index, search, Answerer(index, search, embedder))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PassageIndex]:
    """Four threads of a bicycle workshop."""
    path: Path = tmp_path_factory.mktemp("workshop")
    folder = Folder(path, client_at(path))
    with folder.index() as index:
        index.write(
            [
                file_of(
                    "seatpost.json",
                    Said("Ida", "My aluminium seatpost is stuck in the steel frame. What now?"),
                    Said(
                        "Tom",
                        "Pour ammonia around the seatpost and wait a night. It dissolves the "
                        "corrosion between aluminium and steel.\n\nThen clamp the seatpost in a "
                        "vice and turn the frame.",
                        answers="Ida",
                    ),
                    Said(
                        "Vera",
                        "> Pour ammonia around the seatpost and wait a night.\n\nThat is "
                        "dangerous without gloves, please open a window as well.",
                        answers="Tom",
                    ),
                    title="Seatpost stuck",
                ),
                file_of(
                    "chain.json",
                    Said("Olaf", "How often should I replace the chain?"),
                    Said("Tom", "Replace the chain at 0.75 % wear, measured with a chain gauge."),
                    Said("Mia", "In winter that is every 2,000 km for me, in summer twice that."),
                    title="Chain wear",
                ),
                file_of(
                    "tubeless.json",
                    Said("Nils", "Sealant dries out after about four months; top it up then."),
                    title="Tubeless sealant",
                ),
                file_of(
                    "untitled.txt",
                    Said("", "The brake squeals in the rain.\n\nSand the brake pads lightly."),
                    title=None,
                ),
            ]
        )
        yield index


@pytest.fixture(scope="module")
def engine(workshop: PassageIndex) -> Engine:
    return engine_on(workshop)
