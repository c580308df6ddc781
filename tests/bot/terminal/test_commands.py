"""Each command, for a person and for a program."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.librarian import IngestRequest
from bot.processes.events import decode_event
from bot.terminal.printing.json_shapes import (
    answer_shape,
    hit_shape,
    ingest_shape,
    source_shape,
    status_shape,
    thread_search_shape,
    thread_shape,
)
from ingest.report import IngestReport, Progress, Stage
from retrieval.errors import IndexBusyError
from retrieval.records import Timings
from tests.bot.terminal.fakes import (
    AMMONIA,
    ANSWERED,
    HITS,
    OIL,
    QUESTION,
    REFUSAL,
    REPORT,
    SOURCE,
    STATUS,
    THREAD,
    THREAD_HITS,
    WHOLE_NOTES,
    WHOLE_THREAD,
)


def test_ask_prints_one_document(cli):
    assert cli.json("ask", QUESTION) == answer_shape(ANSWERED)


def test_ask_takes_words_without_quotation_marks(cli):
    assert cli.json("ask", *QUESTION.split()) == answer_shape(ANSWERED)


def test_ask_passes_the_history_oldest_first_and_the_knowledge_base(cli):
    cli.json("ask", "And then?", "--history", "First?", "--history", "Second?", "--kb", "archive")
    assert cli.app.librarian.asked == [("And then?", ("First?", "Second?"))]
    assert cli.app.opened == cli.app.closed == ["archive"]


def test_nothing_found_is_no_failure(cli):
    assert cli.json("ask", "Who won the league?")["outcome"] == "not_found"


@pytest.mark.parametrize("question", ["", "   "])
def test_an_empty_question_is_wrong_usage(cli, question):
    result = cli.run("ask", question)
    assert result.exit_code == 2
    assert result.stderr == "footnote: the question is empty; ask something\n"


def test_ask_shows_the_trace_when_told_to(cli):
    assert ANSWERED.trace[1] not in cli.run("ask", QUESTION).stdout
    assert ANSWERED.trace[1] in cli.run("ask", QUESTION, "--trace").stdout


def test_a_question_with_broken_bytes_arrives_whole(cli):
    cli.run("ask", "caf\udce9?")
    assert cli.app.librarian.asked == [("caf\ufffd?", ())]


def test_search_prints_its_hits(cli):
    document = cli.json("search", "free", "post")
    assert document["query"] == "free post"
    assert document["hits"] == [hit_shape(hit) for hit in HITS]
    assert cli.app.librarian.limits == [10]


def test_search_stops_at_k(cli):
    assert len(cli.json("search", "post", "-k", "1")["hits"]) == 1


def test_search_lists_threads_where_it_is_told_to(cli):
    document = cli.json("search", "--threads", "free", "post", "-k", "1")
    assert document == thread_search_shape(
        "free post", THREAD_HITS[:1], Timings(1.0, 2.0, 0.0, 3.0)
    )
    assert cli.app.librarian.limits == [1]
    shown = cli.run("search", "--threads", "free post").stdout
    assert "opened by jonas · 2024-05-02 · 2 posts" in shown
    assert shown.endswith("2 threads · 3 ms\n")


def test_a_search_for_threads_that_finds_nothing_says_so(cli):
    cli.app.librarian.thread_hits = ()
    assert "Nothing was found for zeppelin." in cli.run("search", "--threads", "zeppelin").stdout


def test_search_that_finds_nothing_says_so(cli):
    cli.app.librarian.hits = ()
    result = cli.run("search", "zeppelin")
    assert result.exit_code == 0
    assert "Nothing was found for zeppelin." in result.stdout


def test_source_takes_a_prefix(cli):
    assert cli.json("source", OIL.id[:6]) == source_shape(SOURCE)


def test_an_unknown_source_is_status_2(cli):
    result = cli.run("source", "ffff")
    assert result.exit_code == 2
    assert result.stderr == "footnote: no passage begins with ffff\n"


def test_thread_prints_a_thread(cli):
    assert cli.json("thread", THREAD.file) == thread_shape(WHOLE_THREAD)


def test_thread_of_a_file_with_several_lists_them(cli):
    assert cli.json("thread", "both") == {
        "file": THREAD.file,
        "threads": [thread_shape(WHOLE_THREAD), thread_shape(WHOLE_NOTES)],
    }


def test_an_unknown_thread_is_status_2(cli):
    result = cli.run("thread", "lost.txt")
    assert result.exit_code == 2
    assert "'lost.txt'" in result.stderr


def test_status_prints_what_is_indexed(cli):
    assert cli.json("status") == status_shape(STATUS)
    assert "1.5 MiB" in cli.run("status").stdout


def test_topics_prints_one_document(cli):
    (topic,) = cli.json("topics")["topics"]
    assert topic["words"] == ["pump", "noise"]
    assert topic["central"][0]["quote"]


def test_news_counts_from_a_date_or_from_so_long_ago(cli):
    since = cli.json("news", "--since", "2026-03-01T00:00:00Z")["since"]
    assert since == "2026-03-01T00:00:00+00:00"
    ago = datetime.now(UTC) - datetime.fromisoformat(cli.json("news", "--since", "2w")["since"])
    assert timedelta(days=13, hours=23) <= ago < timedelta(days=14, minutes=5)
    assert cli.run("news", "--since", "yesterday").exit_code == 2


def test_news_and_topics_read_well_at_a_terminal(cli):
    assert "1 thread is new, 2 new posts in all" in cli.run("news").output
    assert "pump, noise" in cli.run("topics").output


def test_bot_runs_the_bot_and_opens_no_librarian(cli):
    result = cli.run("bot")
    assert result.exit_code == 0
    assert cli.app.bots == 1
    assert cli.app.opened == []


def test_ingest_prints_its_figures(cli, tmp_path):
    assert cli.json("ingest", str(tmp_path)) == ingest_shape(REPORT)
    assert cli.app.requests == [IngestRequest("default", (tmp_path,))]


def test_ingest_passes_on_what_it_was_told(cli, tmp_path):
    flags = ["--kb", "archive", "--dry-run", "--encoding", "latin-1", "--allow-empty"]
    assert cli.run("ingest", str(tmp_path), *flags).exit_code == 0
    assert cli.app.requests == [
        IngestRequest("archive", (tmp_path,), dry_run=True, encoding="latin-1", allow_empty=True)
    ]


def test_ingest_waits_for_others_unless_it_must_not(cli, tmp_path):
    assert cli.run("ingest", str(tmp_path)).exit_code == 0
    assert cli.run("ingest", str(tmp_path), "--no-wait").exit_code == 0
    assert [request.wait for request in cli.app.requests] == [True, False]


def test_only_a_conversation_lets_others_in_beside_it(cli):
    assert cli.run("chat", stdin="").exit_code == 0
    assert cli.run("ask", "x").exit_code == 0
    assert cli.app.serving == [True, False]


def test_ingest_without_a_path_reads_the_corpus_folder(cli, tmp_path):
    cli.app.corpus_dir = tmp_path
    assert cli.run("ingest").exit_code == 0
    assert cli.app.requests[0].paths == (tmp_path,)


def test_ingest_without_a_path_or_a_corpus_says_what_to_do(cli):
    result = cli.run("ingest")
    assert result.exit_code == 2
    assert "name a PATH, or set FOOTNOTE_CORPUS_DIR" in result.stderr
    assert cli.app.requests == []


@pytest.mark.parametrize("encoding", ["klingon", "hex", "", "a\x00b"])
def test_ingest_refuses_an_encoding_that_does_not_exist(cli, tmp_path, encoding):
    result = cli.run("ingest", str(tmp_path), "--encoding", encoding)
    assert result.exit_code == 2
    assert "no text encoding" in result.stderr
    assert cli.app.requests == []


@pytest.mark.parametrize("encoding", ["latin-1", "windows-1252", "utf-8", "shift_jis", "utf-16"])
def test_ingest_knows_the_usual_encodings(cli, tmp_path, encoding):
    assert cli.run("ingest", str(tmp_path), "--encoding", encoding).exit_code == 0


def test_refused_files_are_a_line_each_and_status_3(cli, tmp_path):
    cli.app.report = replace(REPORT, refused=(REFUSAL, replace(REFUSAL, file="b.txt")))
    result = cli.run("ingest", str(tmp_path))
    assert result.exit_code == 3
    assert result.stderr.splitlines() == [
        f"footnote: refused old .txt: {REFUSAL.reason}",
        f"footnote: refused b.txt: {REFUSAL.reason}",
    ]
    assert "2 refused" in result.stdout


def test_refused_files_are_in_the_document_and_status_3(cli, tmp_path):
    cli.app.report = replace(REPORT, refused=(REFUSAL,))
    result = cli.run("ingest", str(tmp_path), "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["files"]["refused"] == [
        {"file": REFUSAL.file, "reason": REFUSAL.reason}
    ]
    assert result.stderr == ""


def test_a_dry_run_says_that_nothing_was_written(cli, tmp_path):
    cli.app.report = replace(REPORT, dry_run=True)
    stdout = cli.run("ingest", str(tmp_path), "--dry-run").stdout
    assert "nothing was written" in stdout
    assert "Would bring" in stdout


def test_events_are_lines_that_the_bot_understands(cli, tmp_path):
    cli.app.report = replace(REPORT, refused=(REFUSAL,))
    result = cli.run("ingest", str(tmp_path), "--events")
    assert result.exit_code == 3
    events = [decode_event(line) for line in result.stdout.splitlines()]
    assert events == [
        Progress(Stage.READ, 1, 2, "a.txt"),
        Progress(Stage.READ, 2, 2, "b.txt"),
        cli.app.report,
    ]
    assert isinstance(events[-1], IngestReport)


def test_events_end_with_the_error_that_ended_the_ingest(cli, tmp_path):
    cli.app.ingest_error = IndexBusyError("the bot owns the index; stop it first")
    result = cli.run("ingest", str(tmp_path), "--events")
    assert result.exit_code == 4
    assert result.stderr == "footnote: the bot owns the index; stop it first\n"
    with pytest.raises(IndexBusyError, match="stop it first"):
        decode_event(result.stdout.splitlines()[-1])


def test_a_quote_stays_on_one_line_when_piped(cli):
    stdout = cli.run("ask", QUESTION).stdout
    assert f"\n    {OIL.text}\n" in stdout
    assert f"\n    {AMMONIA.text}\n" in stdout
