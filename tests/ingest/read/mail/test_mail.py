from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.drafts import Edition, PostDraft
from ingest.read import reader_for
from ingest.read.mail import mail
from retrieval.records import TextKind
from tests.ingest.sources import refusal, source, threads_in

READER = mail.READER


def letter(
    body: str = "Words.", *, number: int = 1, subject: str = "[bikes] Wheels", **fields: str
) -> str:
    headers = {
        "From": "ann at example.org (Ann)",
        "Date": f"Wed, 1 May 2024 10:{number:02d}:00 +0200",
        "Subject": subject,
        "Message-ID": f"<m{number}@host.example>",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\n" for name, value in headers.items())
    return f"From ann at example.org  Wed May  1 10:{number:02d}:00 2024\n{head}\n{body}\n\n"


def posts_of(*letters: str | bytes) -> list[PostDraft]:
    data = b"".join(one.encode() if isinstance(one, str) else one for one in letters)
    return [post for thread in threads_in(READER, data, "a.txt") for post in thread.posts]


def test_an_archive_is_read_thread_by_thread():
    data = (
        letter("How?", number=1)
        + letter("Other words.", number=2, subject="Brakes")
        + letter("So.", number=3, subject="Re: [bikes] Wheels", In_Reply_To="<m1@host.example>")
    )
    first, second = threads_in(READER, data, "2024-May.txt")
    assert (first.title, [post.text for post in first.posts]) == ("Wheels", ["How?", "So."])
    assert (first.key, first.posts[1].parent_key) == ("m1@host.example", "m1@host.example")
    assert first.posts[0].created_at == datetime(2024, 5, 1, 8, 1, tzinfo=UTC)
    assert (first.posts[0].author, second.title) == ("Ann", "Brakes")


def test_what_a_mail_answers_is_known_by_reference_or_else_by_subject():
    posts = posts_of(
        letter(number=1),
        letter(number=2, References="<m1@host.example> <gone@host.example>"),
        letter(number=3, subject="RE: [bikes] Wheels"),
        letter(number=4, subject="Re: Nothing of that name"),
        letter(number=5, In_Reply_To="<gone@host.example>"),
    )
    assert {post.key[:2]: post.parent_key for post in posts} == {
        "m1": None,
        "m2": "m1@host.example",
        "m3": "m1@host.example",
        "m4": None,
        "m5": "gone@host.example",
    }


def test_one_id_for_different_mails_names_none_of_them():
    same = {"Message_ID": "<x@y.example>"}
    posts = posts_of(letter("One.", number=1, **same), letter("Two.", number=2, **same))
    assert len({post.key for post in posts}) == 2


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ann Bee <ann@example.org>", "Ann Bee"),
        ('"Bee, Ann" <ann@example.org>', "Bee, Ann"),
        ("=?utf-8?q?Z=C3=B6e?= <z@example.org>", "Zöe"),
        ("zoe at example.org (=?iso-8859-1?q?Z=F6e?=)", "Zöe"),
        ("ann@example.org", "ann"),
        ("ann@example.org <ann@example.org>", "ann"),
        ("=?nonsense?q?Ann?= <a@b.example>", "Ann"),
        ("", None),
    ],
)
def test_people_go_by_their_names_and_no_address_is_kept(written, name):
    [post] = posts_of(letter(From=written))
    assert post.author == name


def test_addresses_numbers_and_signatures_stop_at_the_door():
    body = (
        "Write to ann.bee@mail.example.org or bo at example.com, not to git@host:x/y.git.\n"
        "Slot x@data and y@a.b() are code.\n\n"
        "Regards, Ann\nTel: +49 (0)30 1234567\nCall +1 555 123 45 67 now\n"
        "-- \nAnn Bee, 1 Wheel Road"
    )
    [post] = posts_of(letter(body))
    for gone in ("ann.bee", "bo at", "1234567", "555", "Wheel Road"):
        assert gone not in post.text
    for kept in ("git@host:x/y.git", "x@data and y@a.b()", "Regards, Ann", "[address]"):
        assert kept in post.text


def test_the_lists_footer_and_scrubbed_files_are_no_words():
    body = (
        "See the log.\n-------------- next part --------------\n"
        "A non-text attachment was scrubbed...\nName: log.txt.gz\nType: application/gzip\n"
        "Size: 12 bytes\nDesc: not available\nURL: <https://lists.example/x.gz>\n\n"
        "_______________________________________________\nbikes at example.org mailing list\n"
        "https://lists.example/bikes\n"
    )
    [post] = posts_of(letter(body))
    assert (post.text, post.attachments) == ("See the log.", ("log.txt.gz",))


def test_quoted_lines_are_quotes():
    [post] = posts_of(letter("On Wed Ann wrote:\n> Oil it?\n\nYes."))
    assert [(p.kind, p.text) for p in post.paragraphs] == [
        (TextKind.QUOTE, "> Oil it?"),
        (TextKind.OWN, "Yes."),
    ]


def test_a_line_that_only_looks_like_a_beginning_is_none():
    body = "As he said:\n\nFrom here to there it took from 10:00 to 12:30 in 2024\n\nand on."
    [post] = posts_of(letter(body), "\n")
    assert post.text == body
    [post] = posts_of(letter(">From the start."))
    assert post.text == "From the start."


def test_the_plain_part_speaks_before_the_html_and_files_go_by_name():
    parts = (
        "--b\nContent-Type: text/html\n\n<p>Markup</p>\n"
        "--b\nContent-Type: text/plain; charset=iso-8859-1\n\nCaf\xe9\n"
        "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=log.txt\n\nX\n"
        "--b--\n"
    )
    data = letter("BODY", Content_Type='multipart/mixed; boundary="b"').encode()
    [post] = posts_of(data.replace(b"BODY", parts.encode("latin-1")))
    assert (post.text, post.attachments) == ("Café", ("log.txt",))
    html = "<p>One <b>bold</b> word.</p><script>x</script>"
    [post] = posts_of(letter(html, Content_Type="text/html; charset=utf-8"))
    assert post.text == "One **bold** word."


@pytest.mark.parametrize("charset", ["utf-8", "no-such-charset", "ascii", '"'])
def test_a_charset_that_is_wrong_does_no_harm(charset):
    [post] = posts_of(letter("Zöe", Content_Type=f"text/plain; charset={charset}"))
    assert post.text == "Zöe"
    [post] = posts_of(letter("BODY").encode().replace(b"BODY", b"Z\xf6e"))
    assert post.text == "Zöe"


@pytest.mark.parametrize(
    "date", ["", "soon", "Wed, 99 May 0000 10:00:00 +9999", "1 Jan 1 00:00 +1400"]
)
def test_a_date_that_cannot_be_is_none(date):
    [post] = posts_of(letter(Date=date))
    assert post.created_at is None or post.created_at.tzinfo is not None


def test_a_single_message_is_a_thread():
    data = letter(Archived_At="<https://lists.example/m/1>").partition("\n")[2]
    assert reader_for("one.eml", data.encode()) is READER
    assert reader_for("one.txt", data.encode()) is READER
    [thread] = threads_in(READER, data, "one.eml")
    assert thread.posts[0].url == "https://lists.example/m/1"
    assert Edition("a single message") in list(READER.read(source(data, "one.eml")))


def test_what_programs_send_is_marked():
    [post] = posts_of(letter(Auto_Submitted="auto-replied"))
    assert post.is_bot


@pytest.mark.parametrize("text", ["From the start I liked it.\nTo be sure.\n", "Date: soon\n\nx\n"])
def test_prose_is_no_mail(text):
    assert reader_for("a.txt", text.encode()) is not READER


def test_an_empty_file_is_refused():
    assert "is empty" in refusal(READER, "")
