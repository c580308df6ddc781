from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.answering import self_asking
from retrieval.answering.calibration import Calibration, is_outdated
from retrieval.answering.gate import GATE_VERSION
from retrieval.answering.reading import Reader
from retrieval.answering.self_asking import own_questions, recalibrate
from retrieval.index.calibrations import Anchors, keep_anchors, kept_anchors
from retrieval.index.store import PassageIndex
from retrieval.search import HybridSearch
from retrieval.settings import SearchSettings
from retrieval.spelling import Speller
from tests.fakes import HashingEmbedder
from tests.retrieval.index.builders import Folder, Said, client_at, file_of

THINGS = ["chain", "hub", "rim", "spoke", "pedal", "saddle", "bell", "lamp", "tyre", "fork"]
PARTS = ["grease", "bearing", "thread", "washer", "bolt", "spring", "seal"]


def thread(number: int, things: list[str] = THINGS):
    thing, part = things[number % len(things)], PARTS[number % len(PARTS)]
    claim = f"The {part} of my {thing} number {number} rattles loudly on every cobbled street."
    return file_of(
        f"{number}.json",
        Said("Ida", claim),
        *(
            Said(
                "Tom",
                f"Turn the {part} {count} times and oil the {thing} a little afterwards.",
                key=f"Tom {count}",
            )
            for count in range(4)
        ),
        Said(
            "Mia", f"> {claim}\n\nThen the {thing} wants a new {part} from the shop.", answers="Ida"
        ),
        title=f"Rattling {part} of {thing} {number}",
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PassageIndex]:
    path: Path = tmp_path_factory.mktemp("rattling")
    with Folder(path, client_at(path)).index() as index:
        index.write([thread(number) for number in range(14)])
        yield index


class CountingSearch(HybridSearch):
    """Counts its searches."""

    searches = 0

    def search(self, question: str, limit: int, *, context: str = "", strict: bool = False):
        self.searches += 1
        return super().search(question, limit, context=context, strict=strict)


def search_on(index: PassageIndex) -> CountingSearch:
    speller = Speller(index.passages, index.library, lambda _: True)
    return CountingSearch(index, HashingEmbedder(), SearchSettings(), speller)


def test_questions_are_made_of_titles_replies_and_sentences(index):
    questions = own_questions(index)
    texts = [question.text for question in questions]
    assert any(text.startswith("Rattling ") for text in texts)
    assert any(text.startswith("Then the ") for text in texts)
    replies = [question for question in questions if question.post_id]
    assert all(question.text.startswith("Then the ") for question in replies)
    assert len(questions) <= self_asking.MOST_QUESTIONS
    assert questions == own_questions(index)


def test_a_remembered_sentence_lacks_its_rarest_words(index):
    remembered = [q.text for q in own_questions(index) if "times" in q.text]
    assert remembered
    words_of_the_sentence = 12
    assert all(len(text.split()) < words_of_the_sentence - 1 for text in remembered)
    assert all("the" in text and "and" in text for text in remembered)


def test_held_out_threads_look_less_like_an_answer(index):
    search = search_on(index)
    line = recalibrate(index, search, Reader(index, HashingEmbedder()))
    anchors = kept_anchors(index.catalogue, index.generation)
    assert anchors is not None
    assert anchors.answered > anchors.unanswered
    assert anchors.questions == line.questions > 0
    assert anchors.passages == index.passages.count()
    assert 0 < search.searches <= self_asking.MOST_QUESTIONS


def test_nothing_is_asked_while_little_has_changed(index):
    reader = Reader(index, HashingEmbedder())
    recalibrate(index, search_on(index), reader)
    again = search_on(index)
    line = recalibrate(index, again, reader)
    assert again.searches == 0
    assert line.questions > 0
    index.write([thread(99)])
    recalibrate(index, again, reader)
    assert again.searches == 0
    index.write([thread(number, ["wheel", "axle", "crank"]) for number in range(100, 106)])
    recalibrate(index, again, reader)
    assert again.searches > 0


def test_a_handful_of_threads_keeps_the_shipped_line(workshop):
    search = search_on(workshop)
    reader = Reader(workshop, HashingEmbedder())
    assert recalibrate(workshop, search, reader) == Calibration()
    assert search.searches == 0
    assert kept_anchors(workshop.catalogue, workshop.generation) is None


@pytest.mark.parametrize(("version", "outdated"), [(GATE_VERSION, False), (GATE_VERSION - 1, True)])
def test_what_an_earlier_gate_measured_is_outdated(tmp_path, version, outdated):
    folder = Folder(tmp_path, client_at(tmp_path))
    with folder.index() as index:
        name = index.generation.knowledge_base
        assert not is_outdated(index.catalogue, name)  # never measured: nothing to mend
        keep_anchors(index.catalogue, index.generation, Anchors(version, 2.0, 0.4, 40, 300))
        assert is_outdated(index.catalogue, name) is outdated
