"""Who asks does not wait for who ingests: real searches beside a real ingest of 10,000 passages."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks.responsiveness import Comparison, Figures, measure

_PASSAGES = 2_000
_MORE = 10_000


def test_figures_are_those_of_whoever_waits_longest() -> None:
    figures = Figures(search_ms=[float(n) for n in range(101)], lags_ms=[1.0, 7.0, 2.0])
    assert figures.p95_ms() == pytest.approx(95.0)
    assert figures.longest_lag_ms() == 7.0
    busy = Figures(search_ms=[190.0], lags_ms=[0.0])
    assert Comparison(figures, busy, 1, 1.0).times_slower() == pytest.approx(2.0)


@pytest.mark.soak
def test_searches_stay_quick_and_the_event_loop_free_while_ten_thousand_passages_come(
    tmp_path: Path,
) -> None:
    found = asyncio.run(measure(tmp_path, _PASSAGES, _MORE))
    assert found.added > 0.9 * _MORE
    assert len(found.beside.search_ms) > 100
    assert found.times_slower() <= 3
    assert found.beside.longest_lag_ms() <= 50
