from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.drafts import (
    ExportedAt,
    Found,
    LeftOut,
    LeftOutReason,
    PostDraft,
    Shortfall,
    ThreadDraft,
)
from ingest.read import reader_for
from ingest.read.discord import chat_exporter as discord_chat_exporter
from ingest.sources import Bundle, Folder
from retrieval.errors import FileRefusedError
from retrieval.records import TextKind
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
    assert (thread.posts[0].author, thread.posts[0].account) == ("Ada", "ada")
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


def test_the_card_of_a_link_is_quoted_beside_what_somebody_wrote():
    card = {"title": "A page", "description": "Buy!", "url": "https://www.shop.example/a"}
    signed = {"title": "A film", "author": {"name": "Studio"}, "fields": None}
    [post] = posts_of(message(1, "See this.", embeds=[card, signed]))
    assert post.text == "See this.\n\n> A page\n\n> Buy!\n\n> A film"
    assert [(p.kind, p.quoted_author) for p in post.paragraphs] == [
        (TextKind.OWN, None),
        (TextKind.QUOTE, "shop.example"),
        (TextKind.QUOTE, "shop.example"),
        (TextKind.QUOTE, "Studio"),
    ]


def test_a_forward_brings_its_cards_and_the_names_of_its_files():
    forwarded = {
        "content": "Oil the chain.",
        "embeds": [{"title": "A shop", "description": None}],
        "attachments": [{"fileName": "chain.png"}],
        "stickers": [{"name": "wave"}],
    }
    [post] = posts_of(message(1, "Look:", forwardedMessage=forwarded))
    assert post.text == "Look:\n\n> Oil the chain.\n\n> A shop"
    assert post.attachments == ("chain.png", "sticker: wave")


def test_a_poll_comes_with_its_options():
    poll = {
        "question": {"text": "Which oil?"},
        "answers": [{"poll_media": {"text": "Thick"}}, {"poll_media": None}, 7, {"text": "Thin"}],
    }
    [post] = posts_of(message(1, "Vote!", poll=poll))
    assert post.text == "Vote!\n\nWhich oil?\n- Thick\n- Thin"


def test_ids_become_names_and_what_is_hidden_stays_hidden():
    text = (
        "<@9> and <@!8>, see <#22>, ask <@&5> about <:oil:1> at <t:1714557600:R> with </help:3>, "
        "||the butler|| did it; `<@9> ||x||` and <#77>"
    )
    roles = {"id": "8", "name": "cy", "nickname": "Cy", "roles": [{"id": "5", "name": "Mechanics"}]}
    post, _ = posts_of(
        message(1, text, mentions=[{"id": "9", "name": "bo", "nickname": "Bo"}, roles]),
        message(2, "Later.", author=roles),
    )
    assert post.text == (
        "@Bo and @Cy, see #support, ask @Mechanics about :oil: at 2024-05-01 10:00 UTC with /help, "
        "[spoiler] did it; `<@9> ||x||` and #channel"
    )


def test_a_thread_hangs_on_the_message_that_began_it():
    starter = message(1, "", type="21", reference={"messageId": "22", "channelId": "33"})
    [thread] = threads_in(READER, export(starter, message(2, "Yes.")), "thread.json")
    [post] = thread.posts
    assert (post.parent_key, post.parent_thread_key) == ("22", "33")


def test_a_reply_to_another_channel_looks_for_its_parent_there():
    fields = reply(2, "As said there.", to=1)
    fields["reference"] = {"messageId": "5", "channelId": "44"}
    [post] = posts_of(fields)
    assert (post.parent_key, post.parent_thread_key) == ("5", "44")


def test_parts_of_an_export_are_one_thread_in_time_order():
    first, second = export(message(3, "C."), message(1, "A.")), export(message(2, "B."))
    names = {"x [22] [part 2].json": first, "x [22].json": second, "y.json": "{}"}
    folder = Folder({name: lambda: b"" for name in names})
    [group] = READER.bundles(folder) if READER.bundles else ()
    assert (group.name, set(group.members)) == (
        "x [22].json",
        {"x [22] [part 2].json", "x [22].json"},
    )
    files = {name: source(names[name], name) for name in group.members}
    assert READER.read_bundle is not None
    [thread] = [t for t in READER.read_bundle(Bundle("x", files)) if isinstance(t, ThreadDraft)]
    assert [post.text for post in thread.posts] == ["A.", "B.", "C."]
    files["x [22].json"] = source(export(message(2, "B."), channel="23"), "x")
    with pytest.raises(FileRefusedError, match="several channels"):
        list(READER.read_bundle(Bundle("x", files)))


def found_in(data: str) -> list[Found]:
    return list(READER.read(source(data, "support.json")))


def test_everything_in_a_file_is_accounted_for():
    found = found_in(
        export(
            message(1, "Hello."),
            message(2, "Joined.", type="GuildMemberJoin"),
            message(3, ""),
            message(1, "Hello!"),
            {"type": "Default"},
        )
    )
    reasons = {each.reason: each.posts for each in found if isinstance(each, LeftOut)}
    assert reasons == dict.fromkeys(
        [LeftOutReason.SYSTEM, LeftOutReason.EMPTY, LeftOutReason.REPEATED, LeftOutReason.BROKEN], 1
    )


def test_a_file_that_counts_more_than_it_holds_says_so():
    data = export(message(1, "Hello.")).replace('"messageCount": 1', '"messageCount": 3')
    told = Shortfall("holds 1 of the 3 messages that it counts", breaks_off=True)
    assert told in found_in(data)


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


@pytest.mark.parametrize("timestamp", ["yesterday", "0001-01-01T00:00:00+10:00", []])
def test_a_time_that_cannot_be_is_none(timestamp):
    [post] = posts_of(message(1, "Hello.", timestamp=timestamp))
    assert post.created_at is None


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
    assert thread.posts[0].text == "a? bc"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.995])
def test_a_file_that_breaks_off_gives_what_is_whole_and_says_so(share):
    data = export(*(message(number, f"Message number {number}.") for number in range(50)))
    cut = data[: int(len(data) * share)]
    [thread] = [each for each in found_in(cut) if isinstance(each, ThreadDraft)]
    [shortfall] = [each for each in found_in(cut) if isinstance(each, Shortfall)]
    whole = cut.count('"inlineEmojis": []\n    }')
    assert [post.text for post in thread.posts] == [f"Message number {n}." for n in range(whole)]
    assert f"breaks off after {whole} whole records" in shortfall.text


def test_a_file_in_which_the_exporter_crashed_gives_what_is_whole():
    data = export(message(1, "Hello."), message(2, "Hi."))
    at = data.rindex('"type"')
    found = found_in(data[:at] + '"type\n ],\n "messageCount": 1\n}')
    [thread] = [each for each in found if isinstance(each, ThreadDraft)]
    assert [post.text for post in thread.posts] == ["Hello."]
    [shortfall] = [each for each in found if isinstance(each, Shortfall)]
    assert "within a message after 1 whole ones" in shortfall.text
    counts_more = data[:at] + '"type\n ],\n "messageCount": 9\n}'
    assert "is not JSON after 1 records" in refusal(READER, counts_more)


def test_an_error_in_the_middle_does_not_pass_for_a_file_that_breaks_off():
    reason = refusal(READER, export(message(1, "Hello.")).replace('"type"', "type", 1))
    assert "is not JSON after 0 records" in reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "is empty"),
        ("\ufeff \n", "is empty"),
        ("[]", "DiscordChatExporter"),
        ("7", "DiscordChatExporter"),
        ('{"guild": {"id": "1"}, "channel": {"id": "2"}}', "messages"),
        ('{"guild": {"id": "1"}, "channel": {}, "messages": []}', "channel.id"),
        ("[" * 100_000, "breaks off"),
        ("[" * 200_000, "nested too deeply"),
        ("9" * 5_000, "is not JSON"),
        (export().replace('"messageCount": 0', '"messageCount": 5'), "says that it holds 5"),
    ],
)
def test_what_is_no_export_or_an_empty_one_is_refused(data, words):
    assert words in refusal(READER, data)


def test_undecodable_bytes_are_refused_with_their_offset():
    data = export(message(1, "Hello.")).encode()
    assert "offset 5" in refusal(READER, data[:5] + b"\xff" + data[5:])


def test_a_channel_without_words_is_no_mistake_and_is_accounted_for():
    assert threads_in(READER, export(), "support.json") == []
    silent = export(message(1, "Joined.", type="GuildMemberJoin"), message(2), message(2))
    found = found_in(silent)
    assert found[0] == ExportedAt(datetime(2024, 6, 1, tzinfo=UTC))
    reasons = {each.reason: each.posts for each in found if isinstance(each, LeftOut)}
    assert reasons == dict.fromkeys(
        [LeftOutReason.SYSTEM, LeftOutReason.EMPTY, LeftOutReason.REPEATED], 1
    )


def test_the_reader_gets_its_files_whatever_they_are_called():
    data = export(message(1, "Hello.")).encode()
    assert reader_for("Kitchen - support [22].json", data) is READER
    assert reader_for("EXPORT.JSON", data) is READER
    assert reader_for("export.txt", data) is READER
    assert reader_for("other.json", b'{"guild": 1}') is not READER
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
