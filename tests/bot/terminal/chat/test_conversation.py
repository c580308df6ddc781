"""A conversation, piped in."""

import json

from bot.terminal.chat.conversation import HISTORY_TURNS
from bot.terminal.printing.json_shapes import answer_shape, source_shape
from retrieval.errors import IndexDamagedError
from tests.bot.terminal.fakes import ANSWERED, NOT_FOUND, OIL, QUESTION, SOURCE


def test_each_answer_is_one_line_of_json(cli):
    stdin = f"{QUESTION}\nWho won the league?\n"
    assert cli.json_lines("chat", "--json", stdin=stdin) == [
        answer_shape(ANSWERED),
        answer_shape(NOT_FOUND),
    ]


def test_a_question_follows_up_a_bounded_number_before_it(cli):
    questions = [f"Question {number}?" for number in range(9)]
    cli.run("chat", stdin="\n".join(questions))
    asked = cli.app.librarian.asked
    assert asked[0] == ("Question 0?", ())
    assert asked[2] == ("Question 2?", ("Question 0?", "Question 1?"))
    assert asked[-1] == ("Question 8?", tuple(questions[8 - HISTORY_TURNS : 8]))


def test_quit_ends_it_and_closes_the_librarian(cli):
    result = cli.run("chat", stdin=f":quit\n{QUESTION}\n")
    assert result.exit_code == 0
    assert cli.app.librarian.asked == []
    assert cli.app.closed == ["default"]


def test_source_opens_a_source_of_the_last_answer(cli):
    answer, source = cli.json_lines("chat", "--json", stdin=f"{QUESTION}\n:source 1\n")
    assert answer["citations"][0]["id"] == OIL.id
    assert source == source_shape(SOURCE)
    human = cli.run("chat", stdin=f"{QUESTION}\n:source [1]\n").stdout
    assert "In reply to jonas" in human


def test_why_shows_the_steps(cli):
    human = cli.run("chat", stdin=f"{QUESTION}\n:why\n").stdout
    assert f"2. {ANSWERED.trace[1]}" in human
    _, steps = cli.json_lines("chat", "--json", stdin=f"{QUESTION}\n:why\n")
    assert steps == {"trace": list(ANSWERED.trace)}


def test_a_slip_is_answered_and_the_conversation_goes_on(cli):
    early = ":why\n:source 1\n:dance\n"
    late = f":source 9\n:source x\n:source {'9' * 5000}\n"
    result = cli.run("chat", stdin=f"{early}{QUESTION}\n{late}")
    assert result.exit_code == 0
    assert result.stderr.count("\n") == 6
    assert "there is no answer yet" in result.stderr
    assert ":dance is not a command" in result.stderr
    assert "N is 1 to 2" in result.stderr
    assert OIL.text in result.stdout


def test_a_slip_is_a_line_of_json_too(cli):
    (document,) = cli.json_lines("chat", "--json", stdin=":why\n")
    assert document == {"error": "there is no answer yet; ask something first"}


def test_blank_lines_are_silence(cli):
    result = cli.run("chat", stdin="\n   \n")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_an_index_that_breaks_ends_the_conversation(cli):
    cli.app.librarian.failure = IndexDamagedError("damaged; run footnote doctor")
    result = cli.run("chat", stdin=f"{QUESTION}\n{QUESTION}\n")
    assert result.exit_code == 4
    assert result.stderr == "footnote: damaged; run footnote doctor\n"
    assert cli.app.closed == ["default"]


def test_a_transcript_shows_the_questions(cli):
    result = cli.run("chat", stdin=f"{QUESTION}\n")
    assert result.stdout.startswith(f"› {QUESTION}\n")
    assert "\n[2] " in result.stdout


def test_bytes_that_are_no_text_do_not_end_it(cli):
    result = cli.run("chat", "--json", stdin=b"caf\xe9?\n")
    assert json.loads(result.stdout)["question"] == "caf\ufffd?"
