"""pytest fixtures around the loopback Discord; a conftest.py imports them by name."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.loopback.client_target import client_target
from tests.loopback.discord_server import LoopbackDiscord


class ErrorLog(logging.Handler):
    """Collects what discord.py only logs: errors in handlers, views, tasks and autocomplete."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def take(self) -> list[BaseException]:
        """Remove and return the exceptions that a test provoked on purpose."""
        taken, self.records = self.records, []
        return [record.exc_info[1] for record in taken if record.exc_info and record.exc_info[1]]


@pytest.fixture
async def discord_server() -> AsyncIterator[LoopbackDiscord]:
    """A loopback Discord that discord.py talks to; it must be clean when the test ends."""
    async with LoopbackDiscord() as server:
        with client_target(server):
            yield server
        server.assert_clean()


@pytest.fixture
def discord_errors() -> Iterator[ErrorLog]:
    """Fails the test if discord.py logged an error that the test did not take."""
    log = ErrorLog()
    logger = logging.getLogger("discord")
    logger.addHandler(log)
    yield log
    logger.removeHandler(log)
    formatter = logging.Formatter()
    assert not log.records, "\n".join(formatter.format(record) for record in log.records)
