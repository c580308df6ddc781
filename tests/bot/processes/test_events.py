from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.processes.events import decode_event, encode_event
from ingest.report import IngestReport, Progress, Refusal, Stage
from retrieval import errors
from retrieval.errors import FileRefusedError, FootnoteError

any_text = st.text(st.characters(exclude_categories=["Cs"]))
counts = st.integers(0, 10**12)
progress = st.builds(Progress, st.sampled_from(Stage), counts, counts, any_text)
reports = st.builds(
    IngestReport,
    *[counts] * 3,
    st.lists(st.builds(Refusal, any_text, any_text), max_size=3).map(tuple),
    *[counts] * 9,
    st.floats(0, 1e9),
    st.booleans(),
)
kinds = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, FootnoteError) and kind is not FileRefusedError
]


@given(progress | reports)
def test_an_event_comes_back_as_it_went(event: Progress | IngestReport) -> None:
    line = encode_event(event)
    assert "\n" not in line
    assert line.isascii()
    assert decode_event(line) == event


@pytest.mark.parametrize("kind", kinds)
def test_an_error_comes_back_as_its_own_kind(kind: type[FootnoteError]) -> None:
    with pytest.raises(FootnoteError) as caught:
        decode_event(encode_event(kind("the disk is full")))
    assert type(caught.value) is kind
    assert str(caught.value) == "the disk is full"


def test_a_refused_file_keeps_its_name_and_reason() -> None:
    with pytest.raises(FileRefusedError) as caught:
        decode_event(encode_event(FileRefusedError("a.txt", "not text")))
    assert (caught.value.file, caught.value.reason) == ("a.txt", "not text")


def test_an_error_kind_unknown_here_is_still_a_footnote_error() -> None:
    line = '{"event": "error", "error": "Popen", "message": "odd"}'
    with pytest.raises(FootnoteError, match="odd"):
        decode_event(line)


@pytest.mark.parametrize(
    "line",
    ["", "Loading weights…", "{}", "[]", '{"event": "progress"}', '{"event": "other", "data": {}}'],
)
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not an event"):
        decode_event(line)
