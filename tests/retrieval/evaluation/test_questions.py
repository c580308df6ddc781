"""Files of questions as people write them, and what is said of those that are not right."""

import json
from pathlib import Path

import pytest

from retrieval.errors import UsageError
from retrieval.evaluation.questions import FOLLOW_UP, read_questions

ROOT = Path(__file__).parents[3]
GOLD = [{"file": "a.txt", "quote": "Use oil."}, {"quote": "A little."}]


@pytest.fixture
def read(tmp_path):
    def read_rows(*rows, limit=None):
        path = tmp_path / "questions.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines), "utf-8")
        return read_questions(path, limit)

    return read_rows


def test_a_question_needs_its_text_and_a_quote_only(read):
    (question,) = read({"question": " Which\noil? ", "gold": [{"quote": "Use oil."}]})
    assert (question.id, question.text, question.gold) == ("line 1", "Which oil?", ("Use oil.",))
    assert question.answerable
    assert not question.needs_all


def test_every_field_is_understood(read):
    row = {
        "id": 7,
        "question": "Which oil?",
        "kind": "multi",
        "gold": GOLD,
        "gold_mode": "all",
        "also_ok": [{"quote": "Any."}],
        "notes": "left alone",
    }
    (question,) = read(row)
    assert (question.id, question.kind, question.needs_all) == ("7", "multi", True)
    assert question.acceptable == ("Use oil.", "A little.", "Any.")


def test_an_unanswerable_question_needs_no_quote(read):
    (question,) = read({"question": "Who?", "answerable": False, "subkind": "off-topic"})
    assert (question.answerable, question.subkind) == (False, "off-topic")


def test_each_turn_after_the_first_is_a_question_with_those_before_it(read):
    turns = [{"question": text, "gold": GOLD} for text in ("Which oil?", "And then?", "Why?")]
    second, third = read({"id": "f", "turns": turns})
    assert (second.id, second.text, second.history) == ("f/2", "And then?", ("Which oil?",))
    assert third.history == ("Which oil?", "And then?")
    assert second.kind == third.kind == FOLLOW_UP


def test_only_the_first_questions_are_read_when_told_so(read):
    rows = [{"question": f"Number {n}?", "answerable": False} for n in range(5)]
    assert [question.text for question in read(*rows, limit=2)] == ["Number 0?", "Number 1?"]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ('{"question": ', "line 2 is not JSON"),
        ("[1]", "line 2 is not a JSON object"),
        ({"gold": GOLD}, "line 2: question: Field required"),
        ({"question": "Which?"}, 'line 2: the question: Value error, no "gold" quote'),
        ({"question": "Which?", "gold": [{"quote": ""}]}, "line 2: gold.0.quote"),
        ({"question": "Which?", "gold": GOLD, "gold_mode": "some"}, "line 2: gold_mode"),
        ({"question": "  ", "gold": GOLD}, "line 2: The question is empty"),
        ({"turns": [{"question": "Which?"}]}, "line 2: turns"),
        ("[" * 100_000, "line 2 is not JSON"),
    ],
)
def test_a_line_that_is_not_right_is_named(read, row, complaint):
    with pytest.raises(UsageError) as raised:
        read({"question": "Fine?", "answerable": False}, row)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_without_questions_is_wrong_usage(read, tmp_path):
    with pytest.raises(UsageError, match="holds no question"):
        read("", "  ")
    with pytest.raises(UsageError, match=r"folder without corpus\.jsonl"):
        read_questions(tmp_path)
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UsageError, match="cannot be read"):
        read_questions(tmp_path / "latin.jsonl")


@pytest.mark.parametrize(("name", "count"), [("questions", 30), ("followups", 6)])
def test_the_sample_files_can_be_read(name, count):
    questions = read_questions(ROOT / "sample" / f"{name}.jsonl")
    assert len(questions) == count
    assert all(question.history for question in questions) == (name == "followups")
