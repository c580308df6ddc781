"""Models that know the answer and not the form: what is safe to understand is understood."""

from __future__ import annotations

import json

import pytest

from retrieval.writing.check import check
from retrieval.writing.parsing import parse_reply
from tests.retrieval.writing.samples import hit_with, material_of

HELD = "The lock is held by the operating system and is released when the process ends"
TRUE = "The operating system holds the lock and releases it when the process ends."
FOREIGN = "Chroma holds the lock and releases it after 7 minutes."
ID = "K7Q2MD"
MATERIAL = [material_of(hit_with(HELD), ID)]
CITE = {"id": ID, "quote": HELD}


def made(sentence: str) -> dict[str, str]:
    """One sentence in the forms that models of today are known to hand in."""
    item = {"cites": [CITE], "text": sentence}
    whole = json.dumps({"answerable": True, "items": [item]}, indent=1)
    return {
        "as asked": whole,
        "code fence": f"Here is the answer:\n```json\n{whole}\n```\nI hope this helps!",
        "reasoning": f"<think>\nThe passage {ID} says so: {{}}\n</think>\n{whole}",
        "closing tag only": f"Well.</think>{whole}",
        "list alone": json.dumps([item]),
        "item alone": json.dumps(item),
        "items as an object": json.dumps({"answerable": "yes", "items": item}),
        "answer around items": json.dumps({"answer": {"answerable": True, "items": [item]}}),
        "answerable in words": whole.replace("true", '"Yes, fully."'),
        "other names": json.dumps(
            {"sentences": [{"sentence": sentence, "citations": [{"passage_id": ID, **CITE}]}]}
        ),
        "id in brackets": whole.replace(f'"{ID}"', f'"[{ID}]"'),
        "id in lower case": whole.replace(f'"{ID}"', f'"{ID.lower()}"'),
        "cites an object": json.dumps({"items": [{"text": sentence, "cites": CITE}]}),
        "cites a string": json.dumps({"items": [{"text": sentence, "cites": f"{ID}: {HELD}"}]}),
        "ids without quotes": json.dumps({"items": [{"text": sentence, "cites": [ID]}]}),
        "quote left empty": json.dumps(
            {"items": [{"text": sentence, "cites": [{"id": ID, "quote": ""}]}]}
        ),
        "cut off": whole[: whole.rindex("]")] + ', {"cites": [{"id": "',
        "lines": f"ANSWERABLE: yes\nQUOTE {ID}: {HELD}\nSENTENCE: {sentence}",
        "dressed lines": f'**ANSWERABLE:** yes\n- QUOTE [{ID}]: "{HELD}"\n- SENTENCE: {sentence}',
        "an essay": f"According to the passages:\n\n{sentence} [{ID}]\n\nThat is all.",
        "quotation marks": whole.replace(f'"{HELD}"', f'"“{HELD}”"'),
        "marker in the text": whole.replace(sentence, f"{sentence} [{ID}]"),
        "single quotation marks": repr({"answerable": True, "items": [item]}),
        "marks in one text": json.dumps(
            {"answerable": True, "answer": f"{sentence[:-1]} [1].", "citations": [CITE]}
        ),
        "ids in one text": json.dumps({"answerable": True, "answer": f"{sentence} [{ID}]"}),
        "arguments of a call": json.dumps(
            {"name": "cited_answer", "arguments": json.dumps(whole and json.loads(whole))}
        ),
        "arguments of a function": json.dumps(
            {"tool_calls": 1, "function": {"name": "f", "arguments": whole}}
        ),
        "calls in a list": json.dumps(
            {"tool_calls": [{"type": "function", "function": {"name": "f", "arguments": whole}}]}
        ),
        "a string in another field": json.dumps({"response": whole}),
        "ids in the text alone": json.dumps({"items": [{"text": f"{sentence} [{ID}]"}]}),
        "a list of strings": json.dumps({"answerable": True, "items": [f"{sentence} [{ID}]"]}),
        "an id in round brackets": f"{sentence[:-1]} ({ID}).",
        "keys without marks": whole.replace('"items"', "items"),
        "marks within marks": whole.replace(sentence, f'{sentence}", "note": "so "he" says'),
        "tags of a call": f'<tool_call>{{"name": "f", "arguments": {whole}}}</tool_call>',
        "unclosed reasoning": f"<think>It is in {ID}, I think.\n{whole}",
        "weighing without end": f'<think>{{"answerable": false, "items": []}}? No:\n{whole}',
        "cut inside its only item": whole[: whole.rindex("}", 0, whole.rindex("]"))],
        "cut inside its only cite": json.dumps(
            {"answerable": True, "items": [{"text": sentence, "cites": [CITE]}]}
        )[:-9],
        "a comma too many": whole.replace("]", ",]"),
        "quotes as strings": json.dumps({"items": [{"text": sentence, "quotes": [HELD]}]}),
        "a quote under a wrong id": whole.replace(ID, "ZZ99ZZ"),
        "two quotes of one passage": json.dumps(
            {"items": [{"text": sentence, "cites": [CITE, {"id": ID, "quote": HELD[:40]}]}]}
        ),
        "Markdown": whole.replace(sentence, f"## Answer\\n\\n- **{sentence}**"),
        "a nested list": whole.replace(sentence, f"- 1. {sentence}"),
        "a footnote": whole.replace(sentence, f"{sentence}[^1]"),
    }


@pytest.mark.parametrize("form", made(TRUE).values(), ids=made(TRUE))
def test_a_true_sentence_survives_its_form(form: str) -> None:
    (kept,) = check(parse_reply(form), MATERIAL, "").kept
    assert kept.text == TRUE
    assert [HELD in span.quote for span in kept.citations] == [True]


@pytest.mark.parametrize("form", made(FOREIGN).values(), ids=made(FOREIGN))
def test_a_foreign_name_and_number_survive_in_no_form(form: str) -> None:
    assert not check(parse_reply(form), MATERIAL, "").kept


def test_a_passage_that_is_named_without_a_quote_must_have_a_sentence_that_says_most_of_it() -> (
    None
):
    item = {"text": "Locks of this kind last for an hour and then vanish.", "cites": [ID]}
    verdict = check(parse_reply(json.dumps({"items": [item]})), MATERIAL, "")
    assert [one.reason for one in verdict.dropped] == ["none of its quotes stands in a passage"]
