"""Many questions in one run, line for line."""

import json

import pytest

from bot.terminal.batch import MAX_LINE_BYTES
from bot.terminal.printing.json_shapes import answer_shape, hit_shape
from retrieval.errors import EmptyIndexError
from tests.bot.terminal.fakes import ANSWERED, CLOSEST, HITS, QUESTION


def lines_of(*documents: dict[str, object]) -> str:
    return "".join(json.dumps(document) + "\n" for document in documents)


def test_answers_come_in_the_order_of_their_questions(cli):
    stdin = lines_of(
        {"id": 1, "question": QUESTION},
        {"id": "two", "question": CLOSEST.question, "history": ["Before?"]},
        {"question": QUESTION},
    )
    assert cli.json_lines("ask", "--batch", "-", stdin=stdin) == [
        {"id": 1, **answer_shape(ANSWERED)},
        {"id": "two", **answer_shape(CLOSEST)},
        answer_shape(ANSWERED),
    ]
    assert cli.app.librarian.asked[1] == (CLOSEST.question, ("Before?",))
    assert cli.app.opened == ["default"]


def test_a_batch_may_come_from_a_file_with_a_byte_order_mark(cli, tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + lines_of({"id": 1, "question": QUESTION}).encode())
    result = cli.run("ask", "--batch", str(path))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["outcome"] == "answered"


@pytest.mark.parametrize(
    ("line", "echoed", "reason"),
    [
        ("not json", None, "not JSON"),
        ("[1]", None, "not a JSON object"),
        ('{"id": 7}', 7, '"question" is missing or not a string'),
        ('{"id": 7, "question": 5}', 7, '"question" is missing or not a string'),
        ('{"id": 7, "question": "x", "history": "y"}', 7, '"history" is not a list'),
        ('{"id": 7, "question": "x", "history": [1]}', 7, '"history" is not a list'),
        ('{"id": NaN, "question": "x"}', None, "NaN is not a JSON value"),
        ('{"id": 1e999, "question": "x"}', None, "out of range"),
        ('{"id": 7, "question": " "}', 7, "the question is empty"),
        ("[" * 100_000, None, "not JSON"),
        ('{"question": "' + "x" * MAX_LINE_BYTES + '"}', None, "longer than"),
        (b'{"id": 7, "question": "\xff"}', None, "not UTF-8"),
    ],
)
def test_a_bad_line_is_an_error_in_its_place_and_the_rest_goes_on(cli, line, echoed, reason):
    good = lines_of({"id": "good", "question": QUESTION}).encode()
    raw = line if isinstance(line, bytes) else line.encode()
    before, bad, after = cli.json_lines(
        "ask", "--batch", "-", stdin=good + raw + b"\n" + good, status=3
    )
    assert set(bad) == {"id", "error"}
    assert bad["id"] == echoed
    assert reason in bad["error"]
    assert before == after == {"id": "good", **answer_shape(ANSWERED)}


def test_blank_lines_are_no_questions(cli):
    stdin = "\n" + lines_of({"id": 1, "question": QUESTION}) + "  \n\n"
    assert [line["id"] for line in cli.json_lines("ask", "--batch", "-", stdin=stdin)] == [1]


def test_a_line_separator_inside_a_question_ends_no_line(cli):
    stdin = '{"id": 1, "question": "a\u2028b"}\n'
    cli.json_lines("ask", "--batch", "-", stdin=stdin)
    assert cli.app.librarian.asked == [("a\u2028b", ())]


def test_a_lone_surrogate_reaches_the_librarian_as_a_whole_character(cli):
    cli.json_lines("ask", "--batch", "-", stdin='{"id": "\\ud800", "question": "\\ud800?"}\n')
    assert cli.app.librarian.asked == [("\ufffd?", ())]


def test_what_stops_every_question_stops_the_batch(cli):
    cli.app.librarian.failure = EmptyIndexError("nothing yet; run footnote ingest")
    result = cli.run("ask", "--batch", "-", stdin=lines_of({"id": 1, "question": QUESTION}))
    assert result.exit_code == 4
    assert result.stdout == ""
    assert result.stderr == "footnote: nothing yet; run footnote ingest\n"


@pytest.mark.parametrize("key", ["query", "question"])
def test_a_search_batch_takes_queries_or_questions(cli, key):
    stdin = lines_of({"id": 1, key: "post"})
    (document,) = cli.json_lines("search", "--batch", "-", "-k", "1", stdin=stdin)
    assert list(document) == ["id", "query", "hits", "timings_ms"]
    assert document["hits"] == [hit_shape(HITS[0])]


def test_a_search_batch_lists_threads_where_it_is_told_to(cli):
    stdin = lines_of({"id": 1, "query": "post"})
    (document,) = cli.json_lines("search", "--threads", "--batch", "-", stdin=stdin)
    assert list(document) == ["id", "query", "threads", "timings_ms"]
