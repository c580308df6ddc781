"""What lines add up to, whatever comes in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.journal.lines import (
    Fields,
    Header,
    add_up,
    compacted,
    decoded,
    deleted_line,
    encoded,
    header_line,
    message_line,
    read_line,
)

HEADER = Header("1", "Keepers", "20", "GuildTextChat", "talk")


def said(id_: int, text: str, edited: str | None = None) -> Fields:
    return {"id": str(id_), "content": text, "timestampEdited": edited}


LINES = st.lists(
    st.one_of(
        st.builds(
            lambda id_, text, edited: message_line(said(id_, text, edited)),
            st.integers(1, 6),
            st.text(max_size=5),
            st.sampled_from([None, "2026-01-01", "2026-01-02"]),
        ),
        st.builds(deleted_line, st.lists(st.integers(1, 6), max_size=3)),
        st.builds(
            lambda down_to, whole: read_line(down_to, is_whole=whole),
            st.integers(1, 6),
            st.booleans(),
        ),
    ),
    max_size=30,
)


def test_the_latest_edit_counts_in_whatever_order_they_come() -> None:
    old, new = said(5, "old", "2026-01-01"), said(5, "new", "2026-01-02")
    for lines in ([old, new], [new, old]):
        assert add_up(map(message_line, lines)).messages == {5: new}


def test_what_was_deleted_stays_out_whatever_still_comes() -> None:
    state = add_up([deleted_line([5]), message_line(said(5, "late"))])
    assert state.messages == {}
    assert state.deleted == {5}


@given(LINES)
def test_compaction_changes_nothing_but_the_length(lines: list[Fields]) -> None:
    before = add_up([header_line(HEADER), *lines])
    after = add_up(compacted(before))
    assert (after.header, after.messages, after.deleted) == (
        HEADER,
        before.messages,
        before.deleted,
    )
    assert (after.down_to, after.is_whole) == (before.down_to, before.is_whole)
    assert len(compacted(before)) <= len(lines) + 3


@given(LINES, st.data())
def test_a_journal_cut_anywhere_says_what_its_whole_lines_say(
    lines: list[Fields], data: st.DataObject
) -> None:
    written = encoded([header_line(HEADER), *lines])
    cut = data.draw(st.integers(0, len(written)))
    state, full = add_up(decoded(written[:cut])), [header_line(HEADER), *lines]
    assert state == add_up(full[: written[:cut].count(b"\n")])


def test_lines_that_are_none_are_passed_over() -> None:
    junk = b'{"message": 5}\n[1]\nnonsense\n{"deleted": ["x"]}\n{"journal": 1}\n{"message": {}}\n'
    assert add_up(decoded(junk + encoded([message_line(said(7, "stays"))]))).messages.keys() == {7}
