from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.discord.async_librarian import AsyncLibrarian
from bot.discord.errors import AnswerTimeoutError
from retrieval.errors import NotFoundError
from tests.bot.discord.factories import make_answer
from tests.bot.discord.fakes import FakeLibrarian


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


async def test_a_librarian_at_work_never_holds_up_the_event_loop(
    executor: ThreadPoolExecutor,
) -> None:
    librarian = AsyncLibrarian(
        FakeLibrarian(make_answer("x"), delay_seconds=1.0), executor, timeout_seconds=60
    )
    answering = asyncio.create_task(librarian.answer("q"))
    turns = 0
    while not answering.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert (await answering).statements
    assert turns > 5  # one, if the loop had to wait for the librarian


async def test_a_librarian_past_its_time_is_given_up(executor: ThreadPoolExecutor) -> None:
    librarian = AsyncLibrarian(
        FakeLibrarian(make_answer("x"), delay_seconds=0.3), executor, timeout_seconds=0.05
    )
    with pytest.raises(AnswerTimeoutError, match="took too long"):
        await librarian.answer("q")


async def test_a_question_that_is_given_up_while_it_waits_is_never_asked(
    executor: ThreadPoolExecutor,
) -> None:
    slow = FakeLibrarian(make_answer("x"), make_answer("y"), delay_seconds=0.2)
    librarian = AsyncLibrarian(slow, executor, timeout_seconds=0.05)
    results = await asyncio.gather(
        librarian.answer("first"), librarian.answer("second"), return_exceptions=True
    )
    assert all(isinstance(result, AnswerTimeoutError) for result in results)
    await asyncio.sleep(0.3)
    assert slow.questions == ["first"]


async def test_a_timeout_of_the_librarians_own_is_not_taken_for_ours(
    executor: ThreadPoolExecutor,
) -> None:
    librarian = AsyncLibrarian(FakeLibrarian(TimeoutError("a socket")), executor, timeout_seconds=5)
    with pytest.raises(TimeoutError, match="a socket"):
        await librarian.answer("q")


async def test_what_the_librarian_raises_arrives(executor: ThreadPoolExecutor) -> None:
    librarian = AsyncLibrarian(FakeLibrarian(), executor, timeout_seconds=5)
    with pytest.raises(NotFoundError, match="nowhere"):
        await librarian.source("nowhere")
