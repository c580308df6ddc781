from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

import pytest

from ingest.read.forums.stack_exchange import READER
from retrieval.errors import FileRefusedError
from tests.ingest.read.findings import find, find_in_folder


def row(**fields: object) -> str:
    told = " ".join(f"{name}={quoteattr(str(value))}" for name, value in fields.items())
    return f"<row {told} />"


def table(name: str, *rows: str) -> str:
    return (
        f'\ufeff<?xml version="1.0" encoding="utf-8"?>\n<{name}>\n' + "\n".join(rows) + f"</{name}>"
    )


QUESTION = row(
    Id=1, PostTypeId=1, AcceptedAnswerId=3, Title="Why does it hum?", Tags="<pumps><noise>",
    Body="<p>Since <b>May</b>.</p>", Score=5, OwnerUserId=10, CreationDate="2024-05-01T10:00:00.5",
)  # fmt: skip
ANSWER = row(
    Id=2, PostTypeId=2, ParentId=1, Body="<blockquote><p>Since May</p></blockquote><p>Oil it.</p>",
    OwnerDisplayName="Bo", CreationDate="2024-05-02T10:00:00", LastEditDate="2024-05-03T10:00:00",
    Score=-1,
)  # fmt: skip
ACCEPTED = row(
    Id=3, PostTypeId=2, ParentId=1, Body="<p>Air.</p>", OwnerUserId=11, CreationDate="2024-05-03",
)  # fmt: skip
POSTS = table("posts", ANSWER, QUESTION, ACCEPTED, row(Id=4, PostTypeId=5, Body="a tag"))
USERS = table(
    "users",
    row(Id=10, DisplayName="Ann Lee", AboutMe="555 0100", WebsiteUrl="https://ann.example"),
    row(Id=11, DisplayName="Cy"),
)
COMMENTS = table(
    "comments",
    row(Id=8, PostId=3, Text="Thanks, @AnnLee!", UserId=11, Score=2, CreationDate="2024-05-04"),
    row(Id=9, PostId=99, Text="Gone."),
)


def test_a_question_comes_with_its_answers_whatever_their_order():
    found = find(READER, POSTS, "coffee.stackexchange.com/Posts.xml")
    thread = found.thread
    assert (thread.title, thread.tags, thread.is_solved) == (
        "Why does it hum?",
        ("pumps", "noise"),
        True,
    )
    assert thread.url == "https://coffee.stackexchange.com/q/1"
    assert [post.key for post in thread.posts] == ["1", "2", "3"]
    question, answer, accepted = thread.posts
    assert (question.text, question.author, question.author_id) == (
        "Since **May**.",
        "user10",
        "10",
    )
    assert question.created_at == datetime(2024, 5, 1, 10, 0, 0, 500_000, tzinfo=UTC)
    assert (answer.text, answer.author, answer.parent_key) == ("> Since May\n\nOil it.", "Bo", "1")
    assert (answer.score, answer.url) == (-1, "https://coffee.stackexchange.com/a/2")
    assert answer.edited_at == datetime(2024, 5, 3, 10, tzinfo=UTC)
    assert accepted.is_accepted
    assert found.left_out == {"system": 1}


def test_names_and_comments_come_from_the_tables_beside():
    files = {"Posts.xml": POSTS, "Users.xml": USERS, "Comments.xml": COMMENTS, "Votes.xml": "x"}
    [found] = find_in_folder(READER, files)
    comment = found.posts["comment-8"]
    assert (comment.author, comment.parent_key, comment.score) == ("Cy", "3", 2)
    assert comment.mentions == ("10",)
    assert found.posts["1"].author == "Ann Lee"
    assert found.left_out == {"system": 1, "deleted": 1}
    assert "555" not in repr(found.threads)
    assert "ann.example" not in repr(found.threads)


def test_newer_dumps_write_tags_between_bars():
    found = find(READER, POSTS.replace("&lt;pumps&gt;&lt;noise&gt;", "|pumps|noise|"))
    assert found.thread.tags == ("pumps", "noise")


def test_a_table_that_breaks_off_gives_its_whole_rows():
    found = find(READER, POSTS[: POSTS.index("Air.")])
    assert set(found.posts) == {"1", "2"}
    assert "breaks off after 2 whole rows" in found.shortfalls[0]


def test_rows_with_wrong_values_are_counted():
    found = find(READER, table("posts", QUESTION, row(Id=7, PostTypeId="x"), row(PostTypeId=1)))
    assert found.left_out == {"broken": 2}


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;">]>',
        '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE posts SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_a_table_that_declares_entities_is_refused(declared):
    bomb = POSTS.replace("<posts>", f"{declared}<posts>")
    with pytest.raises(FileRefusedError, match="declares a document type"):
        find(READER, bomb)


def test_what_is_no_xml_is_refused():
    with pytest.raises(FileRefusedError, match="not XML after 1 rows"):
        find(READER, table("posts", QUESTION, "<row a=1 />"))


def test_it_is_told_from_other_xml():
    assert READER.sniff("Posts.xml", POSTS.encode()) > 0.9
    assert READER.sniff("a.xml", b"<feed><row PostTypeId='1'/></feed>") == 0
    assert READER.sniff("Users.xml", USERS.encode()) == 0
