from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.read import READERS, reader_for
from ingest.read.forums.forum_magnum_markdown import READER
from retrieval.errors import FileRefusedError
from retrieval.records import TextKind
from tests.ingest.read.findings import find

ANSWER = """Comments: On pumps
Showing 2 of 9 comments

### Comment by [Bo Lee](/api/user/bo)

- 2024-05-02T10:00:00.000Z
- Karma: 7
- Reply depth: 0
- HTML permalink: https://www.lesswrong.com/posts/post7/on-pumps/comment/commentOne1

 It hums.

 - at night
 - by day

### Comment by [Ann](/api/user/ann)

- 2024-05-03
- Karma: -2
- Reply depth: 1
- Parent comment (Markdown): https://www.lesswrong.com/api/comment/commentOne1
- HTML permalink: https://www.lesswrong.com/posts/post7/on-pumps/comment/commentTwo2

  > It hums.

  Oil it.
"""


def test_comments_come_with_their_parents_and_without_their_indentation():
    found = find(READER, ANSWER, "comments.md")
    assert (found.thread.title, found.thread.key) == ("On pumps", "post7")
    assert found.thread.url == "https://www.lesswrong.com/posts/post7/on-pumps"
    first, second = found.thread.posts
    assert first.text == "It hums.\n\n- at night\n- by day"
    assert (first.author, first.score, first.parent_key) == ("Bo Lee", 7, "post7")
    assert first.created_at == datetime(2024, 5, 2, 10, tzinfo=UTC)
    assert (second.parent_key, second.score) == ("commentOne1", -2)
    assert [p.kind for p in second.paragraphs] == [TextKind.QUOTE, TextKind.OWN]
    assert second.url == "https://www.lesswrong.com/posts/post7?commentId=commentTwo2"


def test_what_the_answer_leaves_out_is_told():
    assert "shows 2 of 9 comments" in find(READER, ANSWER).shortfalls[0]
    long = ANSWER.replace("Oil it.", "Oil " * 150 + "...").replace("Showing", "Here are")
    assert "1 comments may be cut" in find(READER, long).shortfalls[0]


def test_a_comment_that_does_not_say_which_it_is_is_counted():
    assert find(READER, ANSWER.replace("/comment/commentTwo2", "")).left_out == {"broken": 1}
    with pytest.raises(FileRefusedError, match="no comments"):
        find(READER, "Comments: On pumps")


def test_it_is_told_from_other_markdown():
    assert reader_for("comments.md", ANSWER.encode(), READERS) is READER
    assert READER.sniff("a.md", b"### Comment by the editor") == 0
