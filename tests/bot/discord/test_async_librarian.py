from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.discord.async_librarian import AsyncLibrarian, Threads
from bot.discord.errors import AnswerTimeoutError, RefusedError
from retrieval.errors import NotFoundError
from tests.bot.discord.factories import make_answer
from tests.bot.discord.fakes import FakeLibrarian


@pytest.fixture
def threads() -> Iterator[Threads]:
    with ThreadPoolExecutor(1) as pool:
        yield Threads(pool, pool, pool)


async def test_a_librarian_at_work_never_holds_up_the_event_loop(
    threads: Threads,
) -> None:
    librarian = AsyncLibrarian(
        FakeLibrarian(make_answer("x"), delay_seconds=1.0), threads, timeout_seconds=60
    )
    answering = asyncio.create_task(librarian.answer("q"))
    turns = 0
    while not answering.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert (await answering).statements
    assert turns > 5  # one, if the loop had to wait for the librarian


async def test_a_librarian_past_its_time_is_given_up(threads: Threads) -> None:
    librarian = AsyncLibrarian(
        FakeLibrarian(make_answer("x"), delay_seconds=0.3), threads, timeout_seconds=0.05
    )
    with pytest.raises(AnswerTimeoutError, match="took too long"):
        await librarian.answer("q")


async def test_a_question_that_is_given_up_while_it_waits_is_never_asked(
    threads: Threads,
) -> None:
    slow = FakeLibrarian(make_answer("x"), make_answer("y"), delay_seconds=0.2)
    librarian = AsyncLibrarian(slow, threads, timeout_seconds=0.05)
    results = await asyncio.gather(
        librarian.answer("first"), librarian.answer("second"), return_exceptions=True
    )
    assert all(isinstance(result, AnswerTimeoutError) for result in results)
    await asyncio.sleep(0.3)
    assert slow.questions == ["first"]


async def test_a_timeout_of_the_librarians_own_is_not_taken_for_ours(
    threads: Threads,
) -> None:
    librarian = AsyncLibrarian(FakeLibrarian(TimeoutError("a socket")), threads, timeout_seconds=5)
    with pytest.raises(TimeoutError, match="a socket"):
        await librarian.answer("q")


async def test_what_the_librarian_raises_arrives(threads: Threads) -> None:
    librarian = AsyncLibrarian(FakeLibrarian(), threads, timeout_seconds=5)
    with pytest.raises(NotFoundError, match="nowhere"):
        await librarian.look_up(lambda known: known.source("nowhere"))


class Doorkeeper:
    """Lets the first calls in, and nobody after."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise RefusedError("not here")


async def test_whoever_may_not_be_told_is_never_asked_for(threads: Threads) -> None:
    real = FakeLibrarian(make_answer("x"))
    librarian = AsyncLibrarian(real, threads, timeout_seconds=5, check=Doorkeeper(0))
    with pytest.raises(RefusedError):
        await librarian.answer("q")
    assert real.questions == []


async def test_what_was_found_is_kept_back_where_a_grant_ended_meanwhile(threads: Threads) -> None:
    real = FakeLibrarian(make_answer("x"))
    librarian = AsyncLibrarian(real, threads, timeout_seconds=5, check=Doorkeeper(1))
    with pytest.raises(RefusedError):
        await librarian.look_up(lambda known: known.status())


async def test_what_a_model_writes_is_let_out_once_more(threads: Threads) -> None:
    real = FakeLibrarian(make_answer("written"))
    real.first.append(make_answer("first"))
    librarian = AsyncLibrarian(real, threads, timeout_seconds=5, check=Doorkeeper(3), asker="7")
    coming = await librarian.first_answer("q")
    assert real.askers == ["7"]
    with pytest.raises(RefusedError):
        await coming.finished()
