"""Which lines may say whose words follow."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.text.mail_lines import attribution, may_attribute

WRAPPED = "On Tue, 3 Mar 2026 at 10:15,\nJonas Hale\n<jonas@example.org>\nwrote:"
LINES = st.sampled_from(
    [
        *("", "> ", "8080.", "He said:", "On port 8080 it ſaid", "wrote", "Jonas Hale wrote:  "),
        *("Am 3. März 2026 um 10:15 schrieb Jonas Hale:", "Jonas Hale", "<jonas@example.org>"),
        *("On Tue, 3 Mar 2026 at 10:15,", "> On Tue, 3 Mar 2026, Jonas Hale", "> WROTE:"),
        *(">>>>> Jonas Hale", "on Tue, 3 Mar 2026 10:15 writes:", "Am 3. März schrieb", ":"),
        WRAPPED,
    ]
)


@given(st.lists(LINES, max_size=8).map("\n".join))
@example(WRAPPED)
@example("On Tue, 3 Mar 2026 at 10:15,\nJonas Hale\n<jonas@example.org>\nwrote\n")
@example("\n> On Tue, 3 Mar 2026, Jonas Hale\n> wrote:\n> Which port?")
def test_no_attribution_is_passed_over(text: str) -> None:
    starts = {0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")}

    assert {at for at in starts if attribution(text, at)} <= may_attribute(text)


def test_plain_sentences_need_no_closer_look() -> None:
    assert not may_attribute("Set it in the file:\nport = 8080\n\nThen start it again.")


def test_a_wrapped_attribution_begins_where_its_first_line_does() -> None:
    assert attribution(WRAPPED)
    assert 0 in may_attribute(WRAPPED)
