from __future__ import annotations

from bot.discord.features.corpus.reingest import EditPace


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_edits_are_at_least_a_second_and_a_half_apart_and_grow_rare() -> None:
    clock = Clock()
    pace = EditPace(clock)
    edits = []
    for _ in range(10 * 600):  # ten minutes of progress, ten times a second
        clock.now += 0.1
        if pace.is_due():
            edits.append(clock.now)
    gaps = [later - earlier for earlier, later in zip([100.0, *edits], edits, strict=False)]
    assert min(gaps) >= 1.5
    assert len(edits) <= 16
