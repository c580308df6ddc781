"""What is offered while somebody types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval.store.index import PassageIndex
from retrieval.store.lexical.suggesting import Suggester
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of

BREAD = file_of(
    "bread.txt",
    Said("Ann Miller", "How long must it rise?"),
    Said("Bob", "Twelve hours in a cold kitchen."),
    Said("Cid", "Ann is right to ask, mine took a day."),
    title="Sourdough at home",
)
PIZZA = file_of(
    "pizza.txt",
    Said("Bob", "Use strong flour for pizza."),
    Said("Ann Miller", "A hot kitchen spoils sourdough."),
    title="Pizza",
)
SECRET = file_of("staff.txt", Said("Bob", "The kitchen closes in May."), title="Sourdough secrets")

Suggest = Callable[[str], list[str]]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PassageIndex]:
    folder = Folder(tmp_path, client_at(tmp_path))
    with folder.index("other") as other:
        other.write([SECRET])
    with folder.index() as opened:
        opened.write([BREAD, PIZZA])
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def suggest(index: PassageIndex, clock: Clock) -> Suggest:
    suggester = Suggester(index.catalogue, index.library, KB, clock)

    def texts(typed: str) -> list[str]:
        found = suggester.suggest(typed, 25, lambda: (index.passages, index.exchanges))
        return [entry.passage.text for entry in found]

    return texts


def test_an_authors_posts_are_offered_by_any_word_of_the_name(suggest: Suggest) -> None:
    own = {"How long must it rise?", "A hot kitchen spoils sourdough."}
    for typed in ("ann", "Ann M", "ann miller", "mill"):
        assert set(suggest(typed)[:2]) == own


def test_a_thread_is_offered_by_its_title_with_its_opening(suggest: Suggest) -> None:
    assert suggest("Sourdough at")[0] == "How long must it rise?"
    assert suggest("pizz")[0] == "Use strong flour for pizza."


def test_words_are_found_and_those_of_the_named_author_first(suggest: Suggest) -> None:
    assert suggest("twelve hou")[0] == "Twelve hours in a cold kitchen."
    assert suggest("kitchen miller")[0] == "A hot kitchen spoils sourdough."
    assert set(suggest("kitch")) >= {
        "Twelve hours in a cold kitchen.",
        "A hot kitchen spoils sourdough.",
    }


def test_an_id_is_offered_before_anything_else(suggest: Suggest) -> None:
    passage = BREAD.threads[0].passages[1]
    assert suggest(passage.id[:6])[0] == passage.text


def test_before_anything_is_typed_the_newest_are_offered(suggest: Suggest) -> None:
    assert len(suggest("")) == 5


def test_another_knowledge_base_is_never_offered(suggest: Suggest) -> None:
    [secret] = SECRET.threads[0].passages
    for typed in ("", "kitchen", "bob", "Sourdough secrets", secret.id, secret.id[:4], "closes"):
        assert secret.text not in suggest(typed)


def test_a_new_author_is_known_after_a_minute_at_the_latest(
    index: PassageIndex, suggest: Suggest, clock: Clock
) -> None:
    assert suggest("zoe") == []
    index.write([file_of("new.txt", Said("Zoe", "Rye needs more water."), title="Rye")])
    clock.now += 61
    assert suggest("zoe") == ["Rye needs more water."]


def test_what_was_removed_is_not_offered(index: PassageIndex, suggest: Suggest) -> None:
    assert "Use strong flour for pizza." in suggest("bob")
    index.write([], ["/threads/pizza.txt"])
    assert suggest("bob") == ["Twelve hours in a cold kitchen."]


@pytest.mark.parametrize(
    "typed", ["x" * 6_000, "\U0001f600" * 3_000, "漢" * 101, "\\", "zz.*", "(", "\x00"]
)
def test_anything_may_be_typed(suggest: Suggest, typed: str) -> None:
    assert suggest(typed) == []
