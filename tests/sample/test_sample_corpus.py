"""The sample corpus is what its README says, checked without our own readers."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[2] / "sample"
THREADS = SAMPLE / "threads"

FILES = sorted(THREADS.iterdir())
PLAIN_TEXT = [file for file in FILES if file.suffix == ".txt"]
OUR_JSONL = [file for file in FILES if file.suffix == ".jsonl"]
DISCORD = [file for file in FILES if file.suffix == ".json"]

DOUBLE_EXPORTS = {
    "commands-not-showing-up.txt",
    "first-ingest-own-threads.txt",
    "install-two-commands.txt",
    "reingest-what-changes.txt",
    "threads-do-not-answer.txt",
    "why-no-pytorch.txt",
}
KINDS = {"lexical", "paraphrase", "multi", "short", "typo", "unanswerable"}
REQUIRED = {"thread_id", "post_id", "text"}
OPTIONAL = {"thread_title", "thread_url", "author", "created_at", "parent_id", "url"}
MARKS = {"solved", "accepted"}
MACHINE_PATH = re.compile(r"/(?:home|root|Users|tmp|work|mnt)/|[A-Z]:\\")
URL = re.compile(r"https?://([^/\s\"]+)")


def name_of(file: Path) -> str:
    return file.name


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def messages_of(file: Path) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["messages"]
    return messages


def units_of(file: Path) -> list[str]:
    """Return what a quote must lie within: the lines or posts of ``file``, decoded."""
    if file.suffix == ".txt":
        return file.read_text(encoding="utf-8").splitlines()
    if file.suffix == ".jsonl":
        return [row["text"] for row in rows_of(file)]
    return [
        message.get("forwardedMessage", {}).get("content") or message["content"]
        for message in messages_of(file)
    ]


def questions() -> list[dict[str, Any]]:
    return rows_of(SAMPLE / "questions.jsonl")


def followups() -> list[dict[str, Any]]:
    return rows_of(SAMPLE / "followups.jsonl")


def gold_references() -> list[tuple[str, str, str]]:
    """Return (question id, file, quote) for each passage that a question names."""
    asked = [*questions()]
    for followup in followups():
        asked += [{"id": followup["id"], **turn} for turn in followup["turns"]]
    return [
        (question["id"], reference["file"], reference["quote"])
        for question in asked
        for reference in [*question["gold"], *question.get("also_ok", [])]
    ]


def test_the_folder_holds_the_files_that_the_readme_counts():
    assert len(PLAIN_TEXT) == 14
    assert len(OUR_JSONL) == 6
    assert len(DISCORD) == 6
    assert len(FILES) == 26


@pytest.mark.parametrize(("question_id", "file", "quote"), gold_references())
def test_every_gold_quote_is_verbatim_within_one_line_or_post(question_id, file, quote):
    assert quote.strip() == quote
    assert quote
    assert any(quote in unit for unit in units_of(THREADS / file)), question_id


@pytest.mark.parametrize("file", PLAIN_TEXT, ids=name_of)
def test_plain_text_has_one_paragraph_a_line_and_no_quote_marks(file):
    text = file.read_text(encoding="utf-8")
    assert text.endswith("\n")
    lines = text.splitlines()
    assert all(line.strip() == line and line for line in lines)
    assert not any(line.startswith(">") for line in lines)


@pytest.mark.parametrize("file", PLAIN_TEXT, ids=name_of)
def test_exactly_the_double_exports_repeat_their_first_line(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines.count(lines[0]) == (2 if file.name in DOUBLE_EXPORTS else 1)


@pytest.mark.parametrize("file", sorted(DOUBLE_EXPORTS))
def test_the_second_pass_of_a_double_export_drops_lines_that_the_first_has(file):
    lines = (THREADS / file).read_text(encoding="utf-8").splitlines()
    second_start = lines.index(lines[0], 1)
    first, second = lines[:second_start], lines[second_start:]
    assert set(first) - set(second)
    kept = set(first) & set(second)
    assert [line for line in first if line in kept] == [line for line in second if line in kept]


def test_in_one_double_export_each_pass_has_lines_that_the_other_lacks():
    lines = (THREADS / "reingest-what-changes.txt").read_text(encoding="utf-8").splitlines()
    second_start = lines.index(lines[0], 1)
    first, second = set(lines[:second_start]), set(lines[second_start:])
    assert first - second
    assert second - first


@pytest.mark.parametrize("file", OUR_JSONL, ids=name_of)
def test_each_jsonl_line_has_the_required_fields_and_no_unknown_one(file):
    for row in rows_of(file):
        assert row.keys() >= REQUIRED
        assert row.keys() <= REQUIRED | OPTIONAL | MARKS
        assert all(row[mark] is True for mark in MARKS & row.keys())
        assert all(isinstance(row[name], str) and row[name] for name in row.keys() - MARKS)
        assert datetime.fromisoformat(row["created_at"]).utcoffset() is not None


def test_jsonl_post_ids_are_unique_and_parents_come_earlier_in_the_same_thread():
    seen: dict[str, str] = {}
    for file in OUR_JSONL:
        for row in rows_of(file):
            assert row["post_id"] not in seen
            if "parent_id" in row:
                assert seen[row["parent_id"]] == row["thread_id"]
            seen[row["post_id"]] = row["thread_id"]


@pytest.mark.parametrize("file", DISCORD, ids=name_of)
def test_discord_exports_have_the_exporters_layout(file):
    export = json.loads(file.read_text(encoding="utf-8"))
    assert list(export) == [
        "guild",
        "channel",
        "dateRange",
        "exportedAt",
        "messages",
        "messageCount",
    ]
    assert export["guild"]["name"] == "Footnote Community"
    assert f"[{export['channel']['id']}]" in file.name
    assert export["messageCount"] == len(export["messages"])
    times = [datetime.fromisoformat(message["timestamp"]) for message in export["messages"]]
    assert times == sorted(times)
    assert all(time.utcoffset() is not None for time in times)


def test_discord_message_ids_are_unique_and_replies_find_their_message():
    ids = [message["id"] for file in DISCORD for message in messages_of(file)]
    assert all(message_id.isdigit() for message_id in ids)
    assert len(set(ids)) == len(ids)
    for file in DISCORD:
        known = {message["id"] for message in messages_of(file)}
        for message in messages_of(file):
            if message["type"] == "Reply":
                assert message["reference"]["messageId"] in known


def test_a_discord_member_has_one_id_throughout():
    members = {
        (message["author"]["id"], message["author"]["name"])
        for file in DISCORD
        for message in messages_of(file)
    }
    assert len({member_id for member_id, _ in members}) == len(members)
    assert len({name for _, name in members}) == len(members)


def test_the_discord_exports_show_every_shape_that_the_readme_names():
    messages = [message for file in DISCORD for message in messages_of(file)]
    types = Counter(message["type"] for message in messages)
    assert {"Default", "Reply", "GuildMemberJoin", "ChannelPinnedMessage"} <= types.keys()
    assert any(message["reactions"] for message in messages)
    assert any(message["author"]["isBot"] for message in messages)
    assert any(message["embeds"] for message in messages)
    assert any(message["attachments"] for message in messages)
    forwarded = [message for message in messages if "forwardedMessage" in message]
    assert forwarded
    assert all(message["content"] == "" for message in forwarded)


def test_questions_have_unique_ids_and_the_promised_mixture():
    rows = questions()
    assert len({row["id"] for row in rows}) == len(rows) == 30
    assert sum(row["answerable"] for row in rows) == 24
    assert {row["kind"] for row in rows} == KINDS
    for row in rows:
        assert row["answerable"] == bool(row["gold"])
        assert row["answerable"] == (row["kind"] != "unanswerable")
        assert row["gold_mode"] in {"any", "all"}
        assert row["question"].strip()
        assert row["answer"].strip()


def test_followups_have_unique_ids_and_two_turns_with_gold():
    rows = followups()
    assert len({row["id"] for row in rows}) == len(rows) == 6
    for row in rows:
        assert len(row["turns"]) == 2
        assert all(turn["question"].strip() and turn["gold"] for turn in row["turns"])


@pytest.mark.parametrize(
    "file", [*FILES, *(file for file in SAMPLE.iterdir() if file.is_file())], ids=name_of
)
def test_no_file_holds_a_machine_path_or_a_link_outside_the_example_domain(file):
    text = file.read_text(encoding="utf-8")
    assert not MACHINE_PATH.search(text)
    assert set(URL.findall(text)) <= {"forum.example", "discord.com"}  # the invitation's address


def test_no_line_of_the_shared_seed_threads_was_copied():
    seeds = Path(__file__).parents[3] / "shared" / "seeds"
    if not seeds.is_dir():
        pytest.skip("the seed threads are not on this machine")
    seed_lines = {
        line.strip()
        for file in seeds.glob("*.txt")
        for line in file.read_text(encoding="utf-8").splitlines()
        if len(line) > 30
    }
    sample_lines = {
        line.strip() for file in FILES for unit in units_of(file) for line in unit.splitlines()
    }
    assert not seed_lines & sample_lines
