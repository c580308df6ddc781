from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.writing.drafts import Cite, Item
from retrieval.writing.parsing import MAX_CITES, MAX_ITEMS, MAX_TEXT, parse_reply

ITEM = {"cites": [{"id": "K7Q2MD", "quote": "Wait an hour."}], "text": "You wait an hour."}
ANSWER = json.dumps({"answerable": True, "items": [ITEM]})
READ = Item("You wait an hour.", (Cite("K7Q2MD", "Wait an hour."),))
LINES = "ANSWERABLE: yes\nQUOTE K7Q2MD: Wait an hour.\nSENTENCE: You wait an hour."

json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["answerable", "items", "text", "cites", "id", "quote", "x"]), inner
        )
    ),
    max_leaves=15,
)


@pytest.mark.parametrize(
    "reply",
    [
        ANSWER,
        f"```json\n{ANSWER}\n```",
        f"Here you are:\n{ANSWER}\nI hope this helps!",
        f'<think>maybe {{"answerable": false, "items": []}}</think>{ANSWER}',
        f"so I reason on\n</think>\n{ANSWER}",
        f'{{"note": 1}} {ANSWER}',
        ANSWER[:-2] + ', {"cites": [{"id": "K7Q2MD", "quote": "Wai',
        LINES,
        LINES.replace("QUOTE K7Q2MD", "**QUOTE [K7Q2MD]**"),
        LINES.replace("Wait an hour.", "“Wait an hour.”"),
        json.dumps({"answerable": "yes", "items": [3, None, ITEM, {"text": 5}]}),
        ANSWER[: ANSWER.rindex("}")],
        f"<think>Well: {ANSWER}",
    ],
)
def test_an_answer_is_read_whatever_is_around_it(reply):
    draft = parse_reply(reply)
    assert draft.answerable
    assert draft.well_formed
    assert draft.items == (READ,)


@pytest.mark.parametrize(
    "reply",
    ['{"answerable": false, "items": []}', "ANSWERABLE: no", '{"answerable": "no", "items": []}'],
)
def test_saying_that_nothing_answers_is_an_answer_of_its_own(reply):
    draft = parse_reply(reply)
    assert draft.well_formed
    assert not draft.answerable


@pytest.mark.parametrize(
    "reply",
    ["", "I cannot help with that.", "<html>502</html>", "{", '{"answerable": true}', "[1]"],
)
def test_what_follows_no_form_is_not_well_formed(reply):
    assert not parse_reply(reply).well_formed


@given(st.text(max_size=400) | json_values.map(json.dumps))
def test_no_reply_is_too_strange_to_be_read(reply):
    draft = parse_reply(reply)
    assert len(draft.items) <= MAX_ITEMS
    for item in draft.items:
        assert 0 < len(item.text) <= MAX_TEXT
        assert len(item.cites) <= MAX_CITES


@given(st.integers(0, len(ANSWER)))
def test_a_reply_cut_anywhere_yields_whole_sentences_or_none(end):
    assert all(item.text == READ.text for item in parse_reply(ANSWER[:end]).items)


@given(st.integers(0, len(ANSWER)))
def test_a_dict_of_python_cut_anywhere_yields_whole_sentences_or_none(end):
    cut = repr(json.loads(ANSWER))[:end]
    assert all(item.text == READ.text for item in parse_reply(cut).items)


def test_braces_without_end_are_not_mended_for_long():
    draft = parse_reply('{"answerable": true, "items": [' + "{" * 40_000)
    assert not draft.well_formed


def test_fifty_thousand_characters_and_more_are_bounded():
    many = json.dumps({"answerable": True, "items": [ITEM] * 5_000})
    assert len(parse_reply(many).items) <= MAX_ITEMS
    assert parse_reply("{" * 1_000_000).items == ()
