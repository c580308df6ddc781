"""DiscordChatExporter's HTML, TXT and CSV."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.drafts import LeftOut, LeftOutReason, PostDraft, Reader, Shortfall, ThreadDraft
from ingest.read.discord import csv as discord_csv
from ingest.read.discord import html as discord_html
from ingest.read.discord import text as discord_text
from ingest.read.discord.dates import of_snowflake, times
from retrieval.records import TextKind
from tests.ingest.sources import refusal, source, threads_in

HTML, TXT, CSV = discord_html.READER, discord_text.READER, discord_csv.READER
NAME = "Kitchen - Help - support [222222222222222222]"
RULE = "=" * 62


def page(*messages: str, end: str = "</div></body></html>") -> str:
    return (
        "<!DOCTYPE html><html><style>.chatlog__message{}</style><body>"
        '<div class="preamble">'
        '<img class="preamble__guild-icon" src="x/icons/111111111111111111/a">'
        '<div class="preamble__entry">Kitchen</div>'
        '<div class="preamble__entry">Help / support / Flat tyre</div></div>'
        f'<div class="chatlog"><div class="chatlog__message-group">{"".join(messages)}</div>{end}'
    )


def said(id_: int, content: str, *, author: str | None = "Ada", more: str = "") -> str:
    by = f'<span class="chatlog__author" data-user-id="7">{author}</span>' if author else ""
    return (
        f'<div class="chatlog__message-container" data-message-id="{id_}">{by}'
        f'<div class="chatlog__content"><span class="chatlog__markdown-preserve">{content}</span>'
        f"</div>{more}</div>"
    )


def html_posts(*messages: str) -> list[PostDraft]:
    return [
        post
        for thread in threads_in(HTML, page(*messages), f"{NAME}.html")
        for post in thread.posts
    ]


FIRST = 1_240_000_000_000_000_000


def test_a_page_is_a_thread_with_the_links_and_times_of_its_ids():
    [thread] = threads_in(
        HTML, page(said(FIRST, "Hello."), said(FIRST + 1, "Hi.", author=None)), f"{NAME}.html"
    )
    assert (thread.key, thread.title, thread.is_channel) == (
        "222222222222222222",
        "Flat tyre",
        False,
    )
    first, second = thread.posts
    assert (
        first.url == f"https://discord.com/channels/111111111111111111/222222222222222222/{FIRST}"
    )
    assert first.created_at == of_snowflake(str(FIRST))
    assert first.created_at is not None
    assert first.created_at.year == 2024
    assert (second.author, second.author_id) == ("Ada", "7"), "the author of the one before"


def test_the_marks_of_a_page_are_markdown_again():
    [post] = html_posts(
        said(
            FIRST,
            "One\ntwo <strong>bold</strong> <em>soft</em> <a href='https://a.example/x'>link</a> "
            '<code class="chatlog__markdown-pre chatlog__markdown-pre--inline">a &lt; b</code>'
            '<code class="chatlog__markdown-pre chatlog__markdown-pre--multiline">'
            "if x:\n    y</code>"
            '<span class="chatlog__markdown-spoiler chatlog__markdown-spoiler--hidden">'
            "the end</span>"
            ' <img class="chatlog__emoji" alt="🙂"><img class="chatlog__emoji" alt="oil">'
            '<span class="chatlog__edited-timestamp">(edited)</span>',
        )
    )
    assert post.text == (
        "One\ntwo **bold** *soft* [link](https://a.example/x) `a < b`\n```\nif x:\n    y\n```\n"
        "[spoiler] 🙂:oil:"
    )


def test_quotes_replies_cards_files_and_reactions_are_known():
    quote = (
        '<div class="chatlog__markdown-quote"><div class="chatlog__markdown-quote-border"></div>'
        '<div class="chatlog__markdown-quote-content">Oil it?</div></div>Yes.'
    )
    card = (
        '<div class="chatlog__embed"><div class="chatlog__embed-author-name">Shop</div>'
        '<div class="chatlog__embed-title">Oil</div>'
        '<div class="chatlog__embed-description">Thin oil.</div></div>'
        '<div class="chatlog__attachment"><a href="https://cdn.example/1/2/log.txt?ex=1">log</a></div>'
        '<div class="chatlog__reaction"><span class="chatlog__reaction-count">3</span></div>'
        f"""<span class="chatlog__reply-link" onclick="scrollToMessage(event,'{FIRST}')">x</span>"""
    )
    _, post = html_posts(said(FIRST, "How?"), said(FIRST + 1, quote, more=card))
    assert post.text == "> Oil it?\n\nYes.\n\n> Oil\n\n> Thin oil."
    assert [(p.kind, p.quoted_author) for p in post.paragraphs] == [
        (TextKind.QUOTE, None),
        (TextKind.OWN, None),
        (TextKind.QUOTE, "Shop"),
        (TextKind.QUOTE, "Shop"),
    ]
    assert (post.parent_key, post.attachments, post.score) == (str(FIRST), ("log.txt",), 3)


def test_an_id_that_breaks_off_in_its_middle_makes_no_link_of_two_lines():
    [post] = html_posts(
        said(FIRST, "Hello.").replace(str(FIRST), f"{FIRST}"[:9] + "\n" + f"{FIRST}"[9:])
    )
    assert "\n" not in post.key
    assert "\n" not in (post.url or "")


def test_the_layout_of_2019_is_read():
    data = (
        '<html><style>.chatlog__message{}</style><body><div class="info">'
        '<div class="info__guild-name">Kitchen</div>'
        '<div class="info__channel-name">support</div></div>'
        '<div class="chatlog"><div class="chatlog__message-group"><div class="chatlog__messages">'
        '<span class="chatlog__author-name" data-user-id="9">Bo</span>'
        '<span class="chatlog__bot-tag">BOT</span>'
        + "".join(
            f'<div class="chatlog__message" data-message-id="{FIRST + n}">'
            f'<div class="chatlog__content"><span class="markdown">Words {n}</span></div></div>'
            for n in range(2)
        )
        + "</div></div></div></body></html>"
    )
    [thread] = threads_in(HTML, data, "old.html")
    assert [(post.author, post.author_id, post.is_bot) for post in thread.posts] == [
        ("Bo", "9", True)
    ] * 2
    assert (thread.title, thread.is_channel) == ("support", True)


def found_in(reader: Reader, data: str) -> list[object]:
    return [f for f in reader.read(source(data, "x")) if not isinstance(f, ThreadDraft)]


def test_a_page_says_what_it_lacks_and_what_is_left_out():
    notice = (
        f'<div data-message-id="{FIRST + 5}"><span class="chatlog__system-notification-content">'
        "joined the server.</span></div>"
    )
    counted = '</div><div class="postamble">Exported 1,003 message(s)</div>'
    found = found_in(HTML, page(said(FIRST, "Hello."), notice, said(FIRST + 6, ""), end=counted))
    assert LeftOut(LeftOutReason.SYSTEM, 1) in found
    assert LeftOut(LeftOutReason.EMPTY, 1) in found
    assert Shortfall("holds 3 of the 1,003 messages that it counts", breaks_off=True) in found
    [cut] = [
        f for f in found_in(HTML, page(said(FIRST, "Hello."), end="")) if isinstance(f, Shortfall)
    ]
    assert "breaks off after 1 messages" in cut.text


def test_a_page_nested_beyond_reason_is_refused():
    assert "nested too deeply" in refusal(HTML, page(said(FIRST, "<div>" * 100_000)))
    assert "no log of messages" in refusal(HTML, "<!DOCTYPE html><p>Hello.")


def log(*blocks: str, count: int | None = None) -> str:
    end = f"{RULE}\nExported {count} message(s)\n{RULE}\n" if count is not None else ""
    head = f"{RULE}\nGuild: Kitchen\nChannel: Help / support\nTopic: x\n{RULE}\n\n"
    return f"{head}{''.join(blocks)}{end}"


def test_a_log_is_read_block_by_block():
    data = log(
        "[01-May-24 10:00 AM] Ada#0001 (pinned)\nHow do I\n\n[sic] true a wheel?\n\n"
        "{Attachments}\nhttps://cdn.example/1/wheel.png\n\n{Reactions}\n🔧 (2) 👍\n\n\n",
        "[01-May-24 12:30 PM] Bo\nSee this:\n\n{Embed}\nhttps://a.example\nA wheel\nRound.\n\n\n",
        "[01-May-24 12:31 PM] Cy\nJoined the server.\n\n\n",
        "[01-May-24 12:32 PM] Cy\n\n\n",
        count=5,
    )
    [thread] = threads_in(TXT, data, f"{NAME}.txt")
    first, second = thread.posts
    assert (thread.key, thread.title) == ("222222222222222222", "support")
    assert (first.author, first.text) == ("Ada#0001", "How do I\n\n[sic] true a wheel?")
    assert (first.attachments, first.score) == (("wheel.png",), 3)
    assert second.text == "See this:\n\n> A wheel\n> Round."
    assert second.created_at == datetime(2024, 5, 1, 12, 30, tzinfo=UTC)
    assert found_in(TXT, data) == [
        Shortfall("holds 4 of the 5 messages that it counts", breaks_off=True),
        LeftOut(LeftOutReason.SYSTEM, 1),
        LeftOut(LeftOutReason.EMPTY, 1),
    ]


def test_what_only_looks_like_the_beginning_of_a_message_is_none():
    data = log("[01-May-24 10:00 AM] Ada\nAs in\n\n[see below] Bo\n[02-May-24 10:00 AM] Cy\n\n\n")
    [thread] = threads_in(TXT, data, "x.txt")
    assert len(thread.posts) == 1


@pytest.mark.parametrize(
    ("dates", "wanted"),
    [
        (["01-May-24 12:00 AM"], [(2024, 5, 1, 0)]),
        (["13/05/2024 10:00", "01/06/2024 09:00"], [(2024, 5, 13, 10), (2024, 6, 1, 9)]),
        (["5/13/2024 1:00 PM", "6/1/2024 9:00 AM"], [(2024, 5, 13, 13), (2024, 6, 1, 9)]),
        (
            ["01/05/2024 10:00", "02/05/2024 10:00", "01/06/2024 9:00"],
            [(2024, 5, 1, 10), (2024, 5, 2, 10), (2024, 6, 1, 9)],
        ),
        (["1/5/2024 1:00 PM"], [(2024, 1, 5, 13)]),
        (["01.05.2024 10:00"], [(2024, 5, 1, 10)]),
        (["2024-05-01 10:00"], [(2024, 5, 1, 10)]),
        (["2024-05-01T12:00:00.0000000+02:00"], [(2024, 5, 1, 10)]),
        (["99-Foo-24 10:00 AM", "soon", "0/0/0 1:00"], [None, None, None]),
    ],
)
def test_dates_of_every_manner_are_times(dates, wanted):
    got = [(t.year, t.month, t.day, t.hour) if t else None for t in times(dates)]
    assert got == wanted


def test_a_table_is_read_row_by_row():
    data = (
        "AuthorID,Author,Date,Content,Attachments,Reactions\n"
        '"7","Ada","01-May-24 10:00 AM","How, ""really""?\n\n> Like so?",'
        '"https://a.example/a.png","🔧 (2),👍 (1)"\n'
        '"8","Bo","01-May-24 10:01 AM","","https://a.example/b.png",""\n'
        '"8"\n'
    )
    [thread] = threads_in(CSV, data, f"{NAME}.csv")
    [post] = thread.posts
    assert (thread.key, thread.title) == ("222222222222222222", "support")
    assert post.text == 'How, "really"?\n\n> Like so?'
    assert (post.author_id, post.score, post.attachments) == ("7", 3, ("a.png",))
    left = {f.reason: f.posts for f in found_in(CSV, data) if isinstance(f, LeftOut)}
    assert left == {LeftOutReason.BROKEN: 1, LeftOutReason.EMPTY: 1}
    old = data.replace("AuthorID,", "").replace(",", ";").replace('"7";', "").replace('"8";', "")
    assert CSV.sniff("x.txt", old.encode()) > 0.9


def test_who_has_no_number_is_a_program():
    authors = ["Git#0000", "Deleted User#0000", "Ada#0001", "Bo"]
    blocks = (f"[01-May-24 10:00 AM] {author}\nWords.\n\n\n" for author in authors)
    [thread] = threads_in(TXT, log(*blocks), "x.txt")
    assert [post.is_bot for post in thread.posts] == [True, False, False, False]


def test_two_messages_of_one_minute_are_two():
    block = "[01-May-24 10:00 AM] Ada\nAgain!\n\n\n"
    [thread] = threads_in(TXT, log(block, block), "x.txt")
    assert len({post.key for post in thread.posts}) == 2
