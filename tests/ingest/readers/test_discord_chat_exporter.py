from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.drafts import ExportedAt, LeftOut, LeftOutReason, PostDraft
from ingest.readers import discord_chat_exporter, reader_for
from retrieval.domain import TextKind
from tests.ingest.sources import Fields, export, message, refusal, reply, source, threads_in

READER = discord_chat_exporter.READER
FIRST = 1_000_000_000_000_000_000


def posts_of(*messages: Fields) -> tuple[PostDraft, ...]:
    [thread] = threads_in(READER, export(*messages), "support.json")
    return thread.posts


def test_a_channel_is_a_thread_with_title_and_link():
    [thread] = threads_in(READER, export(message(1, "Hello."), message(2, "Hi.")), "support.json")
    assert (thread.key, thread.title) == ("22", "support")
    assert thread.url == "https://discord.com/channels/11/22"
    assert [post.text for post in thread.posts] == ["Hello.", "Hi."]
    assert thread.posts[0].author == "Ada"
    assert thread.posts[0].url == f"https://discord.com/channels/11/22/{FIRST + 1}"
    assert thread.posts[0].created_at == datetime(2024, 5, 1, 10, 1, tzinfo=UTC)


def test_a_direct_conversation_has_a_link_of_its_own_kind():
    [thread] = threads_in(READER, export(message(1, "Hello."), guild="0"), "dm.json")
    assert thread.posts[0].url == f"https://discord.com/channels/@me/22/{FIRST + 1}"


def test_a_reply_knows_its_parent_even_if_that_is_in_no_file():
    first, second, third = posts_of(message(1, "Q?"), reply(2, "A.", to=1), reply(3, "B.", to=99))
    assert first.parent_key is None
    assert second.parent_key == first.key
    assert third.parent_key == str(FIRST + 99)


@pytest.mark.parametrize("kind", ["ChannelPinnedMessage", "ThreadCreated", "21"])
def test_only_a_reply_has_a_parent(kind):
    fields = reply(2, "Pinned a message.", to=1) | {"type": kind}
    assert all(post.parent_key is None for post in posts_of(message(1, "Q?"), fields))


@pytest.mark.parametrize(
    "kind",
    ["GuildMemberJoin", "ThreadCreated", "ChannelPinnedMessage", "Call", "RecipientAdd", "18"],
)
def test_what_discord_writes_itself_is_left_out(kind):
    assert len(posts_of(message(1, "Hello."), message(2, "Joined the server.", type=kind))) == 1


@pytest.mark.parametrize("kind", ["Default", "Reply", "20", 20, "21", "23"])
def test_what_people_write_is_kept(kind):
    assert len(posts_of(message(1, "Hello.", type=kind))) == 1


def test_a_forwarded_message_is_a_quote_from_outside():
    forwarded = {"content": "Oil the chain.\n\nNot the brakes.", "timestamp": None}
    [post] = posts_of(
        message(1, "", forwardedMessage=forwarded, reference={"type": "Forward", "messageId": "5"})
    )
    assert [paragraph.kind for paragraph in post.paragraphs] == [TextKind.QUOTE] * 2
    assert post.parent_key is None


def test_the_embeds_speak_where_a_message_has_no_words():
    embed = {
        "title": "Opening hours",
        "description": "Closed on Mondays.",
        "url": None,
        "fields": [{"name": "Saturday", "value": "10 to 4", "isInline": False}],
    }
    [post] = posts_of(message(1, "", embeds=[embed, {"title": None, "description": None}]))
    assert post.text == "Opening hours\n\nClosed on Mondays.\n\nSaturday: 10 to 4"


def test_the_preview_of_a_link_is_not_what_somebody_wrote():
    [post] = posts_of(message(1, "See this.", embeds=[{"title": "A page", "description": "Buy!"}]))
    assert post.text == "See this."


def test_a_message_with_only_an_attachment_is_left_out():
    attachment = {"id": "1", "url": "a.png", "fileName": "a.png", "fileSizeBytes": 5}
    assert len(posts_of(message(1, "Hello."), message(2, "", attachments=[attachment]))) == 1


def test_quoted_lines_are_quotes_and_three_marks_quote_to_the_end():
    [post] = posts_of(message(1, "> Oil it?\nYes."))
    assert [(p.kind, p.text) for p in post.paragraphs] == [
        (TextKind.QUOTE, "> Oil it?"),
        (TextKind.OWN, "Yes."),
    ]
    [post] = posts_of(message(1, ">>> Oil it?\n\nOr not?"))
    assert [p.kind for p in post.paragraphs] == [TextKind.QUOTE, TextKind.QUOTE]


@pytest.mark.parametrize(
    ("timestamp", "wanted"),
    [
        ("2024-05-01T10:00:00", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01T10:00:00.5+00:00", datetime(2024, 5, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2024-05-01T10:00:00.1234567-05:00", datetime(2024, 5, 1, 15, 0, 0, 123_456, tzinfo=UTC)),
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        (None, None),
    ],
)
def test_times_of_every_form_come_out_in_utc(timestamp, wanted):
    assert posts_of(message(1, "Hello.", timestamp=timestamp))[0].created_at == wanted


@pytest.mark.parametrize("timestamp", ["yesterday", "0001-01-01T00:00:00+10:00"])
def test_a_time_that_cannot_be_is_named(timestamp):
    reason = refusal(READER, export(message(1, "Hello.", timestamp=timestamp)))
    assert "messages.0.timestamp" in reason


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ({"id": "0", "name": "Deleted User", "nickname": "Deleted User"}, "Deleted User"),
        ({"id": "7", "name": "ada", "nickname": None}, "ada"),
        ({"id": "7", "name": "ada", "nickname": "  "}, "ada"),
        ({"id": "7", "name": "a\u202eda\n\x1b[31m", "nickname": None}, "ada [31m"),
        ({"id": "7", "name": ""}, None),
        (None, None),
    ],
)
def test_authors_go_by_the_name_that_people_see(author, name):
    assert posts_of(message(1, "Hello.", author=author))[0].author == name


def test_numbers_for_ids_and_unknown_fields_do_no_harm():
    fields = message(1, "Hello.", id=FIRST + 1, poll={"question": "?"})
    assert posts_of(fields)[0].key == str(FIRST + 1)


def test_a_message_that_stands_twice_counts_once_as_last_written():
    posts = posts_of(message(1, "Helo."), message(2, "Hi."), message(1, "Hello."))
    assert [post.text for post in posts] == ["Hello.", "Hi."]


def test_half_a_character_and_zero_bytes_are_replaced():
    data = export(message(1, "PLACEHOLDER")).replace("PLACEHOLDER", "a\\ud83d b\\u0000c")
    [thread] = threads_in(READER, data, "support.json")
    assert thread.posts[0].text == "a\ufffd bc"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.995])
def test_a_file_that_breaks_off_is_refused_with_the_place(share):
    data = export(*(message(number, f"Message number {number}.") for number in range(50)))
    cut = data[: int(len(data) * share)]
    reason = refusal(READER, cut)
    assert f"line {cut.count(chr(10)) + 1}" in reason or "line" in reason
    assert f"of {len(cut):,}" in reason
    assert "export it again" in reason


def test_an_error_in_the_middle_does_not_pass_for_a_file_that_breaks_off():
    reason = refusal(READER, export(message(1, "Hello.")).replace('"type"', "type", 1))
    assert "is not JSON at line" in reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "is empty"),
        ("\ufeff \n", "is empty"),
        ("[]", "DiscordChatExporter"),
        ("7", "DiscordChatExporter"),
        ('{"guild": {"id": "1"}, "channel": {"id": "2"}}', "messages"),
        ('{"guild": {"id": "1"}, "channel": {}, "messages": []}', "channel.id"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 5_000, "DiscordChatExporter"),
        (export().replace('"messageCount": 0', '"messageCount": 5'), "says that it holds 5"),
    ],
)
def test_what_is_no_whole_export_is_refused(data, words):
    assert words in refusal(READER, data)


def test_a_channel_without_words_is_no_mistake_and_is_accounted_for():
    assert threads_in(READER, export(), "support.json") == []
    silent = export(message(1, "Joined.", type="GuildMemberJoin"), message(2), message(2))
    found = list(READER.read(source(silent, "support.json")))
    assert found == [
        ExportedAt(datetime(2024, 6, 1, tzinfo=UTC)),
        LeftOut(LeftOutReason.SYSTEM, 1),
        LeftOut(LeftOutReason.EMPTY, 1),
        LeftOut(LeftOutReason.REPEATED, 1),
    ]


def test_undecodable_bytes_are_refused_with_their_offset():
    data = export(message(1, "Hello.")).encode()
    assert "offset 5" in refusal(READER, data[:5] + b"\xff" + data[5:])


def test_the_reader_gets_json_files_and_no_others():
    data = export(message(1, "Hello.")).encode()
    assert reader_for("Kitchen - support [22].json", data) is READER
    assert reader_for("EXPORT.JSON", data) is READER
    assert reader_for("export.txt", data) is not READER
    assert json.loads(data)["messageCount"] == 1


def test_a_byte_order_mark_is_no_obstacle():
    data = b"\xef\xbb\xbf" + export(message(1, "Hello.")).encode()
    assert reader_for("export.json", data) is READER
    assert len(threads_in(READER, data, "export.json")) == 1


def test_what_discord_knows_of_a_message_is_kept():
    fields = message(1, "Turn the key.") | {
        "timestampEdited": "2024-05-02T10:00:00+00:00",
        "reactions": [{"count": 2}, {"count": 1}],
        "attachments": [{"fileName": "log.txt"}],
        "mentions": [{"id": "9", "name": "bo"}],
        "author": {"id": "7", "name": "ada", "isBot": True},
    }
    [post] = posts_of(fields)
    assert (post.author_id, post.is_bot, post.score) == ("7", True, 3)
    assert (post.attachments, post.mentions) == (("log.txt",), ("9",))
    assert post.edited_at == datetime(2024, 5, 2, 10, tzinfo=UTC)
