"""Who may not read a live channel learns nothing of it, by whatever call."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from retrieval.errors import NotFoundError
from retrieval.knowledge import KnowledgeBase
from retrieval.sight import Sight, current_sight, seeing
from retrieval.store.catalogue.contents import FileContents
from tests.bot.discord.shelves import Shelves, shelves
from tests.retrieval.store.builders import Said, file_of

SHARED = "Flour and water make a paste that seals a lock gate for one night."
SECRETS = {"1/10": "zyzzogeton", "1/20": "quockerwodger", "2/30": "snollygoster"}
"""By room, a word that stands nowhere else."""


def talk(room: str) -> FileContents:
    word = SECRETS[room]
    return file_of(
        f"{room.replace('/', '-')}.jsonl",
        Said(f"Ann {word}", f"How long does the {word} gate take to open in winter?", key="a"),
        Said(
            f"Bob {word}",
            f"The {word} gate opens at six.\n\n{SHARED}",
            answers="a",
            key="b",
        ),
        Said(f"Cid {word}", f"> The gate opens at six.\n\nToo late for {word}.", "b", "c"),
        title=f"Winter {word} gate",
        room=room,
    )


OPEN = file_of(
    "open.txt",
    Said("Dan", "When does the old gate open in winter?", key="d"),
    Said("Eve", f"The old gate opens at eight.\n\n{SHARED}", answers="d", key="e"),
    title="Old gate",
)
FILES = {room: talk(room) for room in SECRETS}
EVERY_SIGHT = [
    Sight(frozenset(rooms))
    for count in range(len(SECRETS) + 1)
    for rooms in itertools.combinations(SECRETS, count)
]


def ids_of(contents: FileContents) -> tuple[str, list[str], list[str]]:
    [thread] = contents.threads
    return (
        thread.thread.id,
        [passage.id for passage in thread.passages],
        [post.id for post in thread.posts],
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelves]:
    path: Path = tmp_path_factory.mktemp("stores")
    with shelves(path, {"default": [OPEN, *FILES.values()]}) as opened:
        yield opened


@pytest.fixture
def base(library: Shelves) -> KnowledgeBase:
    return library.of("default")


def or_nothing(call: Callable[[], object]) -> object:
    try:
        return call()
    except NotFoundError:
        return None


def everything_about(base: KnowledgeBase, room: str) -> dict[str, str]:
    """What each call says of a room, to who asks for it by word, by name and by id."""
    word, (thread, passages, _) = SECRETS[room], ids_of(FILES[room])
    calls: dict[str, Callable[[], object]] = {
        "answer": lambda: base.answer(f"When does the {word} gate open?"),
        "answer in general": lambda: base.answer("When does the gate open in winter?"),
        "answer of one": lambda: base.answer(f'from:"Bob {word}" gate'),
        "search": lambda: base.search(f"{word} gate opens at six"),
        "search for what is shared": lambda: base.search(SHARED),
        "threads": lambda: base.search_threads(f"winter {word} gate"),
        "sources": lambda: [or_nothing(partial(base.source, id_)) for id_ in passages],
        "thread": lambda: base.thread(thread),
        "file": lambda: base.thread(f"{room.replace('/', '-')}.jsonl"),
        "typed": lambda: base.suggest(word),
        "typed id": lambda: base.suggest(passages[0][:8]),
        "nothing typed": lambda: base.suggest(""),
        "news": lambda: base.news(datetime(2020, 1, 1, tzinfo=UTC)),
        "topics": base.topics,
        "open source": lambda: [base.source(id_) for id_ in ids_of(OPEN)[1]],
        "threads alike": lambda: base.search_threads("winter gate"),
    }
    return {name: repr(or_nothing(call)) for name, call in calls.items()}


def said_of_its_own(name: str, said: str) -> str:
    """What was said beside the question and the trace, which repeat what was asked."""
    if "answer" not in name:
        return said
    return said.partition("outcome=")[2].partition("trace=")[0]


@pytest.mark.parametrize(
    "sight", EVERY_SIGHT, ids=lambda sight: "+".join(sorted(sight.rooms or ()))
)
@pytest.mark.parametrize("room", SECRETS)
def test_what_may_not_be_read_is_said_nowhere(base: KnowledgeBase, sight: Sight, room: str) -> None:
    with seeing(sight):
        said = everything_about(base, room)
    for other, word in SECRETS.items():
        if other in (sight.rooms or ()):
            continue
        for name, text in said.items():
            shown = said_of_its_own(name, text)
            assert word not in shown, f"{name} tells of {other}"
            if "answer" not in name:
                assert not [id_ for id_ in ids_of(FILES[other])[1] if id_ in text], name


@pytest.mark.parametrize("room", SECRETS)
def test_who_may_read_it_is_answered_from_it(base: KnowledgeBase, room: str) -> None:
    with seeing(Sight(frozenset({room}))):
        said = everything_about(base, room)
        assert base.missing(ids_of(FILES[room])[1]) == frozenset()
    word = SECRETS[room]
    for name in ("answer of one", "search", "threads", "sources", "thread", "typed", "news"):
        assert word in said[name], name


def test_the_counts_of_news_leave_out_what_may_not_be_read(base: KnowledgeBase) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert base.news(long_ago).new_threads == 4
    with seeing(Sight(frozenset({"1/10"}))):
        assert base.news(long_ago).new_threads == 2


def test_what_may_not_be_read_is_missing_for_the_buttons_of_old_answers(
    base: KnowledgeBase,
) -> None:
    passages = ids_of(FILES["1/20"])[1]
    with seeing(Sight(frozenset({"1/10"}))):
        assert base.missing(passages) == frozenset(passages)
    assert not base.missing(passages)


def test_a_deleted_post_is_out_before_any_ingest_knows(base: KnowledgeBase) -> None:
    thread, passages, posts = ids_of(FILES["1/10"])
    sight = Sight(frozenset(SECRETS), gone=frozenset({posts[1]}))
    with seeing(sight):
        hits, _ = base.search("zyzzogeton gate opens at six")
        assert posts[1] not in {hit.post.id for hit in hits}
        [view] = base.thread(thread)
        assert [each.post.id for each in view.posts] == [posts[0], posts[2]]
        gone = [id_ for id_ in passages if id_ in base.missing(passages)]
        assert gone
    assert not base.missing(passages)


def test_the_words_that_rooms_share_are_shown_from_the_room_that_may_be_read(
    base: KnowledgeBase,
) -> None:
    for room in SECRETS:
        with seeing(Sight(frozenset({room}))):
            hits, _ = base.search(SHARED)
        rooms = {hit.thread.room for hit in hits if SHARED in hit.passage.text}
        assert rooms
        assert rooms <= {None, room}


def test_a_sight_ends_with_its_call_even_if_that_fails() -> None:
    def fail() -> None:
        with seeing(Sight()):
            assert current_sight() == Sight()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert current_sight() is None
