"""Plots as SVG text, to stand inside an HTML page; colours come from its style sheet.

Classes: ``axis``, ``grid``, ``label``, ``line``, ``dot`` and ``series-0`` … ``series-3``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

WIDTH: Final = 560
HEIGHT: Final = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 26, 14, 46
_TICKS: Final = 5
_ENOUGH_DIGITS: Final = 10
_LABEL_CHARACTERS: Final = 16
_LEGEND_STEP: Final = 92
Point = tuple[float, float]


def line_plot(
    title: str, points: Sequence[Point], x_name: str, y_name: str, *, diagonal: bool = False
) -> str:
    """Return a line through points in the unit square, for shares against shares.

    ``diagonal`` adds the line on which both are equal.
    """
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    dots = (
        f'<circle class="dot" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="2.5">'
        f"<title>{x:.2f}, {y:.2f}</title></circle>"
        for x, y in points
    )
    parts = [
        *_frame(x_name, y_name, lambda tick: f"{tick:.0%}"),
        *_x_ticks(lambda tick: f"{tick:.0%}"),
    ]
    if diagonal:
        parts.append(f'<path class="grid" d="M{_x(0)},{_y(0)} L{_x(1)},{_y(1)}"/>')
    return _svg(title, [*parts, f'<polyline class="line" points="{path}"/>', *dots])


def bar_plot(
    title: str, groups: Mapping[str, Sequence[float]], series: Sequence[str], y_name: str
) -> str:
    """Return groups of bars of heights from 0 to 1, a bar for each of ``series``."""
    slot = 1 / max(len(groups), 1)
    width = slot * 0.8 / max(len(series), 1)
    bars = (
        _bar(
            place * slot + slot * 0.1 + number * width, width, value, number, f"{name}: {value:.2f}"
        )
        for place, values in enumerate(groups.values())
        for number, (name, value) in enumerate(zip(series, values, strict=True))
    )
    names = (
        _text(_x((place + 0.5) * slot), HEIGHT - _BOTTOM + 16, _shortened(name), "middle")
        for place, name in enumerate(groups)
    )
    frame = _frame("", y_name, lambda tick: f"{tick:.0%}")
    return _svg(title, [*frame, *bars, *names, *_legend(series)])


def histogram(title: str, values: Sequence[float], x_name: str, bins: int = 24) -> str:
    """Return how many values, none of them negative, lie in each of ``bins`` equal steps."""
    top = max(values, default=0.0) or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(int(bins * value / top), bins - 1)] += 1
    most = max(counts) or 1
    bars = (
        _bar(place / bins, 0.9 / bins, count / most, 0, f"{count}")
        for place, count in enumerate(counts)
    )
    frame = _frame(x_name, "questions", lambda tick: _figure(tick * most))
    ticks = _x_ticks(lambda tick: _figure(tick * top))
    return _svg(title, [*frame, *ticks, *bars])


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _frame(x_name: str, y_name: str, tick_text: Callable[[float], str]) -> Iterator[str]:
    for number in range(_TICKS + 1):
        tick = number / _TICKS
        style = "grid" if number else "axis"
        yield f'<path class="{style}" d="M{_x(0)},{_y(tick):.1f} H{_x(1)}"/>'
        yield _text(_x(0) - 6, _y(tick) + 4, tick_text(tick), "end")
    yield _text((_x(0) + _x(1)) / 2, HEIGHT - 8, x_name, "middle")
    middle = (_y(0) + _y(1)) / 2
    yield (
        f'<text class="label" text-anchor="middle" '
        f'transform="translate(12 {middle:.1f}) rotate(-90)">{escape(y_name)}</text>'
    )


def _x_ticks(tick_text: Callable[[float], str]) -> Iterator[str]:
    for number in range(_TICKS + 1):
        tick = number / _TICKS
        yield _text(_x(tick), HEIGHT - _BOTTOM + 16, tick_text(tick), "middle")


def _bar(left: float, width: float, height: float, series: int, note: str) -> str:
    share = min(max(height, 0.0), 1.0)
    return (
        f'<rect class="series-{series % 4}" x="{_x(left):.1f}" y="{_y(share):.1f}" '
        f'width="{width * (_x(1) - _x(0)):.1f}" height="{_y(0) - _y(share):.1f}">'
        f"<title>{escape(note)}</title></rect>"
    )


def _legend(series: Sequence[str]) -> Iterator[str]:
    if len(series) > 1:
        for number, name in enumerate(series):
            x = _LEFT + number * _LEGEND_STEP
            yield (
                f'<rect class="series-{number % 4}" x="{x}" y="{HEIGHT - 16}" '
                'width="10" height="10"/>'
            )
            yield _text(x + 15, HEIGHT - 7, name, "start")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= _ENOUGH_DIGITS else f"{value:.2g}"


def _shortened(name: str) -> str:
    return name if len(name) <= _LABEL_CHARACTERS else name[: _LABEL_CHARACTERS - 1] + "…"


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)
