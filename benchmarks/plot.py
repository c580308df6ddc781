"""A plot with two logarithmic axes, as SVG, without a plotting library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 760, 420, 60, 40, 210, 40
_COLOURS: Final = ("#1b6ca8", "#d1495b", "#2e933c", "#e08e0b", "#6c4ab6", "#00798c", "#555555")


@dataclass(frozen=True, slots=True)
class Line:
    """A named series of points with positive coordinates."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    first: int
    last: int
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (log10(value) - self.first) / (self.last - self.first)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> Iterator[tuple[float, str]]:
        for power in range(self.first, self.last + 1):
            yield self.at(10.0**power), f"{10.0**power:,g}"


def log_log_plot(title: str, lines: Sequence[Line]) -> str:
    """Return an SVG document with a line for each series, named at its side."""
    points = [point for line in lines for point in line.points]
    across = _axis([x for x, _ in points], _LEFT, _WIDTH - _RIGHT)
    up = _axis([y for _, y in points], _HEIGHT - _BOTTOM, _TOP)
    body = [*_grid(across, up), *_series(lines, across, up)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>'
        f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>{"".join(body)}</svg>\n'
    )


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    first = floor(log10(min(values)))
    return _Axis(first, max(ceil(log10(max(values))), first + 1), start, end)


def _grid(across: _Axis, up: _Axis) -> Iterator[str]:
    for x, name in across.ticks():
        yield f'<path d="M{x:.1f} {up.start}V{up.end}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{up.start + 18}" text-anchor="middle">{name}</text>'
    for y, name in up.ticks():
        yield f'<path d="M{across.start} {y:.1f}H{across.end}" stroke="#ddd"/>'
        yield f'<text x="{across.start - 6}" y="{y + 4:.1f}" text-anchor="end">{name}</text>'


def _series(lines: Sequence[Line], across: _Axis, up: _Axis) -> Iterator[str]:
    for number, line in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(across.at(x), up.at(y)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in places:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
        height = _TOP + 20 * number + 8
        yield f'<text x="{across.end + 16}" y="{height}" fill="{colour}">{escape(line.name)}</text>'
