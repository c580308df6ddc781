"""The page: whole, harmless, and drawn to scale."""

from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from retrieval.evaluation.html import page
from retrieval.evaluation.plots import HEIGHT, WIDTH, bar_plot, histogram, line_plot
from tests.retrieval.evaluation.factories import (
    HOSTILE,
    collection_report,
    mixed_report,
    own_report_of,
)

VOID = {"meta"}
SVG = "{http://www.w3.org/2000/svg}"


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader


@pytest.mark.parametrize("make", [mixed_report, collection_report, own_report_of])
def test_text_from_threads_and_questions_cannot_leave_its_place(make):
    reader = read(page(make(HOSTILE)))
    assert "script" not in reader.tags
    assert '<script>alert(1)</script> & "quoted"' in reader.text
    assert "\x00" not in reader.text
    assert "\u202e" not in reader.text


@pytest.mark.parametrize("make", [mixed_report, collection_report, own_report_of])
def test_the_page_needs_nothing_beside_it(make):
    html = page(make())
    reader = read(html)
    assert not {"link", "img", "iframe"} & set(reader.tags)
    assert not [value for name, value in reader.attributes if name in {"src", "href"}]
    assert "url(" not in html
    assert reader.tags.count("svg") >= 1


def test_every_failure_is_readable():
    text = read(page(mixed_report())).text
    for words in ("answered without a passage", "Ask someone else.", "Use sewing machine oil."):
        assert words in text
    assert text.count("confidence 0.") == 5


def test_the_figures_are_those_of_the_report():
    text = read(page(collection_report())).text
    assert "0.7500" in text
    assert "0.8125" in text
    assert "first relevant document at 17" in text


def elements(svg: str, tag: str) -> list[ET.Element]:
    root = ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    return root.findall(f".//{SVG}{tag}")


def test_a_line_runs_from_corner_to_corner():
    (line,) = elements(line_plot("t", [(0, 0), (1, 1)], "x", "y"), "polyline")
    (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in line.get("points", "").split())
    assert 0 < x0 < x1 < WIDTH
    assert 0 < y1 < y0 < HEIGHT


def test_bars_are_as_high_as_their_values():
    bars = elements(bar_plot("t", {"a": [0.5, 1.0], "b": [0.0, 2.0]}, ["p", "q"], "y"), "rect")[:4]
    half, whole, none, capped = (float(bar.get("height", "")) for bar in bars)
    assert half == pytest.approx(whole / 2, abs=0.1)
    assert none == 0
    assert capped == whole


def test_a_histogram_counts_every_value_once():
    svg = histogram("t", [1.0, 1.0, 5.0, 10.0], "ms", bins=10)
    counts = [int(bar[0].text or "") for bar in elements(svg, "rect")]
    assert sum(counts) == 4
    assert counts[1] == 2
    assert counts[-1] == 1


def test_empty_plots_are_still_plots():
    for svg in (
        line_plot("t", [], "x", "y"),
        bar_plot("t", {}, [], "y"),
        histogram("t", [], "x"),
        histogram("t", [0.0], "x"),
    ):
        assert elements(svg, "title")


def test_names_in_plots_are_escaped():
    svg = bar_plot(HOSTILE.replace("\x00", ""), {"<b>&": [0.5]}, ["<i>"], "y")
    assert elements(svg, "rect")
    assert "<b>" not in svg
