from __future__ import annotations

import pytest

from retrieval.store.chroma.small_steps import STEP_SECONDS, SmallSteps


class Server:
    """A clock that runs while records are written, and keeps the pauses apart."""

    def __init__(self, seconds_a_record: float, seconds_a_step: float = 0.0) -> None:
        self.now = 0.0
        self.steps: list[float] = []
        self.pauses: list[float] = []
        self._seconds_a_record = seconds_a_record
        self._seconds_a_step = seconds_a_step

    def write(self, steps: SmallSteps, count: int) -> list[slice]:
        parts = []
        for part in steps.parts(count):
            self.steps.append(
                self._seconds_a_step + (part.stop - part.start) * self._seconds_a_record
            )
            self.now += self.steps[-1]
            parts.append(part)
        return parts

    def small_steps(self, most_records: int = 1_000) -> SmallSteps:
        return SmallSteps(most_records, clock=lambda: self.now, sleep=self.pauses.append)


@pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 2_345])
def test_every_record_is_in_one_part(count: int) -> None:
    server = Server(0.001)
    parts = server.write(server.small_steps(), count)
    assert [n for part in parts for n in range(part.start, part.stop)] == list(range(count))


@pytest.mark.parametrize(("a_record", "a_step"), [(0.001, 0.0), (0.0003, 0.01), (0.004, 0.005)])
def test_steps_come_to_take_what_a_search_may_wait(a_record: float, a_step: float) -> None:
    server = Server(a_record, a_step)
    server.write(server.small_steps(), 2_000)
    later = server.steps[20:-1]
    assert STEP_SECONDS / 2 < max(later) < STEP_SECONDS * 1.2
    assert server.pauses[20:] == pytest.approx([2 * seconds for seconds in later])


def test_a_server_that_is_slow_all_the_same_gets_few_records_and_bounded_pauses() -> None:
    server = Server(1.0)
    parts = server.write(server.small_steps(), 100)
    assert {part.stop - part.start for part in parts[5:-1]} == {5}
    assert server.pauses == pytest.approx([0.5] * (len(parts) - 1))


def test_no_step_is_larger_than_the_server_takes() -> None:
    server = Server(1e-9)
    parts = server.write(server.small_steps(most_records=40), 1_000)
    assert max(part.stop - part.start for part in parts) == 40


def test_what_was_learnt_is_kept_from_write_to_write() -> None:
    server = Server(0.001)
    steps = server.small_steps()
    server.write(steps, 500)
    assert server.write(steps, 100)[0].stop > 20


def test_a_small_write_is_not_held_up_but_the_one_after_it_is() -> None:
    server = Server(0.01)
    steps = server.small_steps()
    server.write(steps, 10)
    assert server.pauses == []
    server.write(steps, 1)
    assert server.pauses == pytest.approx([0.2])
    server.now += 60
    server.write(steps, 1)
    assert len(server.pauses) == 1
