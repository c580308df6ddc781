from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.read.forums.github import READER
from retrieval.errors import FileRefusedError
from retrieval.records import TextKind
from tests.ingest.read.findings import Fields, as_bytes, find

REPO = "https://github.com/ann/pumps"


def gh_issue(number: int, **more: object) -> Fields:
    fields = {
        "number": number,
        "title": "It hums",
        "url": f"{REPO}/issues/{number}",
        "author": {"login": "ann", "name": "Ann Lee", "is_bot": False},
        "body": "Since May.",
        "createdAt": "2024-05-01T10:00:00Z",
        "labels": [{"name": "bug"}],
        "state": "CLOSED",
        "stateReason": "COMPLETED",
        "comments": [gh_comment(11, "Oil it.")],
    }
    return fields | more


def gh_comment(number: int, body: str, **more: object) -> Fields:
    fields = {
        "id": f"IC_{number}",
        "author": {"login": "bo"},
        "body": body,
        "createdAt": "2024-05-02T10:00:00Z",
        "url": f"{REPO}/issues/7#issuecomment-{number}",
        "reactionGroups": [{"content": "HEART", "users": {"totalCount": 3}}],
    }
    return fields | more


def test_what_gh_lists_comes_in_whole():
    found = find(READER, [gh_issue(7)])
    thread = found.thread
    assert (thread.key, thread.title, thread.tags) == ("ann/pumps/7", "It hums", ("bug",))
    assert (thread.url, thread.is_solved) == (f"{REPO}/issues/7", True)
    opening, comment = thread.posts
    assert (opening.text, opening.author, opening.parent_key) == ("Since May.", "ann", None)
    assert (comment.key, comment.author, comment.parent_key) == ("11", "bo", opening.key)
    assert (comment.score, comment.url) == (3, f"{REPO}/issues/7#issuecomment-11")
    assert comment.created_at == datetime(2024, 5, 2, 10, tzinfo=UTC)


def test_rest_issues_and_comments_meet_in_one_thread():
    issue = {
        "number": 7,
        "title": "It hums",
        "html_url": f"{REPO}/issues/7",
        "url": "https://api.github.com/repos/ann/pumps/issues/7",
        "user": {"login": "ann", "type": "User"},
        "body": "Since May.\r\nOr June.",
        "created_at": "2024-05-01T10:00:00Z",
        "comments": 1,
        "state": "open",
        "reactions": {"total_count": 2},
        "labels": [],
    }
    comment = {
        "id": 11,
        "html_url": f"{REPO}/issues/7#issuecomment-11",
        "issue_url": "https://api.github.com/repos/ann/pumps/issues/7",
        "user": {"login": "dependabot[bot]", "type": "Bot"},
        "body": "> Since May.\n\nOil it, @ann.",
        "created_at": "2024-05-02T10:00:00Z",
        "updated_at": "2024-05-03T10:00:00Z",
    }
    found = find(READER, [issue])
    assert found.posts["opening"].text == "Since May.\nOr June."
    assert found.posts["opening"].score == 2
    assert "1 comments that it does not hold" in found.shortfalls[0]
    alone = find(READER, [comment])
    assert alone.thread.key == found.thread.key
    post = alone.posts["11"]
    assert (post.is_bot, post.mentions, post.parent_key) == (True, ("ann",), "opening")
    assert post.edited_at == datetime(2024, 5, 3, 10, tzinfo=UTC)
    assert [p.kind for p in post.paragraphs] == [TextKind.QUOTE, TextKind.OWN]


def test_a_discussion_keeps_its_replies_and_its_answer():
    def node(key: str, body: str, **more: object) -> Fields:
        when = "2024-05-02T10:00:00Z"
        return {"id": key, "body": body, "createdAt": when, "author": {"login": "bo"}} | more

    discussion = node(
        "D_1",
        "Why?",
        number=9,
        title="Why does it hum?",
        url=f"{REPO}/discussions/9",
        category={"name": "Q&A"},
        upvoteCount=5,
        isAnswered=True,
        answer={"id": "DC_1"},
        comments={
            "totalCount": 4,
            "nodes": [
                node("DC_1", "Air.", isAnswer=True, replies={"nodes": [node("DC_2", "Thanks.")]}),
                node("DC_3", "Buy!", isMinimized=True, minimizedReason="SPAM"),
                node("DC_4", "Me too.", author=None),
            ],
        },
    )
    found = find(READER, {"data": {"repository": {"discussions": {"nodes": [discussion]}}}})
    assert (found.thread.is_solved, found.thread.tags) == (True, ("Q&A",))
    posts = found.posts
    assert [key for key, post in posts.items() if post.is_accepted] == ["DC_1"]
    assert posts["DC_2"].parent_key == "DC_1"
    assert posts["DC_4"].author is None
    assert posts["opening"].score == 5
    assert found.left_out == {"deleted": 1}
    assert "1 comments" in found.shortfalls[0]


def test_an_archive_keeps_reviews_and_their_comments():
    archive = {
        "magic": "E!vIA5L86J2I",
        "repo": "ann/pumps",
        "issues": [{"number": 1, "title": "One", "body": "B", "author": "ann", "comments": []}],
        "pulls": [
            {
                "number": 2,
                "title": "Oil",
                "author": "ann",
                "body": "",
                "state": "CLOSED",
                "comments": [],
                "reviews": [
                    {
                        "author": "bo",
                        "body": "",
                        "createdAt": "2024-05-02T10:00:00Z",
                        "comments": [
                            {"author": "bo", "body": "Typo.", "createdAt": "2024-05-02T10:00:01Z"}
                        ],
                    }
                ],
            }
        ],
    }
    found = find(READER, archive)
    pull = found.threads[1]
    assert (pull.key, pull.is_solved) == ("ann/pumps/2", False)
    # A pull request without a text says what its title says; its author opens the thread.
    assert [(post.text, post.parent_key) for post in pull.posts] == [
        ("Oil", None),
        ("Typo.", "opening"),
    ]
    assert found.left_out == {"empty": 1}


def test_a_templates_notes_are_no_words_of_the_author():
    body = "<!-- Tell us\nmore -->It hums.\n<details><summary>Log</summary>\nx\n</details>"
    assert "Tell us" not in find(READER, [gh_issue(7, body=body)]).posts["opening"].text
    assert find(READER, [gh_issue(7, body=body)]).posts["opening"].text == "It hums.\nLog\nx"


@pytest.mark.parametrize(("reason", "solved"), [("NOT_PLANNED", False), (None, True)])
def test_an_issue_that_was_given_up_is_not_solved(reason, solved):
    assert find(READER, [gh_issue(7, stateReason=reason)]).thread.is_solved is solved


def test_as_many_as_come_by_default_are_told_to_be_too_few():
    [shortfall] = find(READER, [gh_issue(number) for number in range(30)]).shortfalls
    assert "exactly 30" in shortfall
    assert "--limit" in shortfall
    assert find(READER, [gh_issue(number) for number in range(29)]).shortfalls == ()


def test_wrong_values_cost_no_more_than_themselves():
    found = find(
        READER,
        [
            gh_issue(7, labels=None, comments=[None, {"body": []}], createdAt="0000-01-01"),
            None,
        ],
    )
    assert found.posts["opening"].created_at is None
    assert found.left_out == {"broken": 1, "empty": 1}


def test_a_file_that_breaks_off_gives_its_whole_comments():
    data = as_bytes([gh_issue(1), gh_issue(2, comments=[gh_comment(n, "So.") for n in range(5)])])
    found = find(READER, data[: data.rindex(b'"author"')])
    assert any("breaks off after 4 whole records" in text for text in found.shortfalls)


def test_a_document_without_issues_is_refused():
    with pytest.raises(FileRefusedError, match="no issues"):
        find(READER, {"data": {"repository": None}})


def test_it_is_told_from_other_json():
    assert READER.sniff("a.json", as_bytes([gh_issue(7)])) > 0.8
    assert READER.sniff("a.json", b'{"url": "https://github.com/x/y", "name": "z"}') == 0
    assert READER.sniff("a.md", b'See https://github.com/x/y and "number" "title"') == 0
