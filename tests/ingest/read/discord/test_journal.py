from __future__ import annotations

from dataclasses import replace

from ingest.drafts import LeftOut, LeftOutReason
from ingest.journal.lines import (
    Fields,
    Header,
    deleted_line,
    encoded,
    header_line,
    message_line,
    read_line,
)
from ingest.read import READERS, reader_for
from ingest.read.discord import chat_exporter as discord_chat_exporter
from ingest.read.discord import journal as discord_journal
from tests.ingest.sources import refusal, source, threads_in

POST = Header(
    *("1", "Keepers", "40", "GuildPublicThread", "Gate is stuck", "30", "help"),
    tags=("locks",),
    is_solved=True,
)


def said(id_: int, text: str, **more: object) -> Fields:
    author = {"id": "7", "name": "ada", "nickname": "Ada"}
    at = f"2026-05-01T10:{id_:02d}:00+00:00"
    return {"id": str(id_), "timestamp": at, "content": text, "author": author, **more}


def journal(*lines: Fields, header: Header = POST) -> bytes:
    return encoded([header_line(header), *lines])


def test_a_forum_post_with_its_tags_its_room_and_what_answers_what() -> None:
    reply = said(
        42, "Oil it.", type="Reply", reference={"messageId": "41"}, reactions=[{"count": 3}]
    )
    data = journal(message_line(said(41, "The gate is stuck.")), message_line(reply))
    [thread] = threads_in(discord_journal.READER, data)
    assert (thread.key, thread.title, thread.room) == ("40", "Gate is stuck", "1/30")
    assert (thread.tags, thread.is_solved, thread.is_channel) == (("locks",), True, False)
    assert thread.url == "https://discord.com/channels/1/40"
    question, answer = thread.posts
    assert (question.author, question.account, question.author_id) == ("Ada", "ada", "7")
    assert (answer.parent_key, answer.score) == ("41", 3)
    assert answer.url == "https://discord.com/channels/1/40/42"


def test_a_channel_is_its_own_room() -> None:
    header = Header("1", "Keepers", "20", "GuildTextChat", "talk")
    [thread] = threads_in(
        discord_journal.READER, journal(message_line(said(1, "Hello there.")), header=header)
    )
    assert (thread.room, thread.is_channel) == ("1/20", True)


def test_what_was_deleted_or_edited_away_is_not_read() -> None:
    data = journal(
        message_line(said(41, "old words")),
        message_line(said(42, "gone words")),
        message_line(said(41, "new words", timestampEdited="2026-05-02T00:00:00+00:00")),
        deleted_line([42]),
        read_line(41, is_whole=True),
    )
    found = list(discord_journal.READER.read(source(data)))
    [thread] = threads_in(discord_journal.READER, data)
    assert [post.text for post in thread.posts] == ["new words"]
    assert LeftOut(LeftOutReason.DELETED, 1) in found


def test_a_later_name_and_a_later_tag_count() -> None:
    renamed = header_line(replace(POST, name="Gate was stuck", tags=(), is_solved=False))
    [thread] = threads_in(
        discord_journal.READER, journal(message_line(said(41, "Stuck.")), renamed)
    )
    assert (thread.title, thread.tags, thread.is_solved) == ("Gate was stuck", (), False)


def test_it_is_told_from_other_jsonl_and_shares_its_threads_with_exports() -> None:
    head = journal(message_line(said(41, "Stuck.")))
    assert reader_for("40.jsonl", head, READERS) is discord_journal.READER
    assert discord_journal.READER.family == discord_chat_exporter.KIND


def test_a_journal_without_its_first_line_is_refused() -> None:
    assert "of which channel" in refusal(discord_journal.READER, encoded([deleted_line([1])]))
