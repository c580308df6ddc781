from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.read.forums.discourse import READER
from retrieval.errors import FileRefusedError
from retrieval.records import TextKind
from tests.ingest.read.findings import Fields, as_bytes, find, find_in_folder


def post(number: int, **more: object) -> Fields:
    fields = {
        "id": 100 + number,
        "post_number": number,
        "post_type": 1,
        "username": f"user{number}",
        "user_id": number,
        "avatar_template": f"/user_avatar/forum.example.org/user{number}/{{size}}/1_2.png",
        "created_at": f"2024-05-0{number}T10:00:00.000Z",
        "updated_at": f"2024-05-0{number}T11:00:00.000Z",
        "version": 1,
        "cooked": "<p>Words.</p>",
        "reply_to_post_number": None,
        "topic_id": 7,
        "topic_slug": "a-pump",
        "actions_summary": [],
        "hidden": False,
        "user_deleted": False,
        "deleted_at": None,
    }
    return fields | more


def topic(*posts: object, **more: object) -> Fields:
    fields = {
        "post_stream": {"posts": list(posts), "stream": [number for number, _ in enumerate(posts)]},
        "id": 7,
        "title": "A pump that hums",
        "slug": "a-pump",
        "posts_count": len(posts),
        "tags": ["pumps", {"id": 3, "name": "noise"}],
    }
    return fields | more


def test_a_topic_comes_with_all_that_is_known_of_it():
    found = find(
        READER,
        topic(
            post(1),
            post(2, reply_to_post_number=1, version=2, accepted_answer=True),
            post(3, actions_summary=[{"id": 2, "count": 4}, {"id": 3, "count": 1}], user_id=-1),
        ),
    )
    assert found.thread.key == "forum.example.org/7"
    assert found.thread.title == "A pump that hums"
    assert found.thread.url == "https://forum.example.org/t/a-pump/7"
    assert found.thread.tags == ("pumps", "noise")
    assert found.thread.is_solved
    second, third = found.posts["2"], found.posts["3"]
    assert (second.author, second.author_id, second.parent_key) == ("user2", "2", "1")
    assert second.created_at == datetime(2024, 5, 2, 10, tzinfo=UTC)
    assert second.edited_at == datetime(2024, 5, 2, 11, tzinfo=UTC)
    assert second.url == "https://forum.example.org/t/a-pump/7/2"
    assert second.is_accepted
    assert (third.score, third.is_bot, third.edited_at) == (4, True, None)
    assert found.shortfalls == ()


@pytest.mark.parametrize("form", ["cooked", "raw"])
def test_a_quote_keeps_whose_it_is_and_where_it_stands(form):
    body = {
        "cooked": '<aside class="quote" data-username="user1" data-post="1" data-topic="7">'
        '<div class="title">user1 said:</div><blockquote><p>It hums.</p></blockquote></aside>'
        '<aside class="quote" data-username="eve" data-post="4" data-topic="9">'
        "<blockquote><p>So did mine.</p></blockquote></aside><p>Since when, @user1?</p>",
        "raw": '[quote="user1, post:1, topic:7"]\nIt hums.\n[/quote]\n\n'
        '[quote="Eve Lee, post:4, topic:9, full:true, username:eve"]\nSo did mine.\n[/quote]\n\n'
        "Since when, @user1?",
    }[form]
    found = find(READER, topic(post(1), post(2, **{form: body})))
    answer = found.posts["2"]
    assert [
        (p.text, p.kind, p.quoted_author, p.quoted_key, p.quoted_thread_key)
        for p in answer.paragraphs
    ] == [
        ("> It hums.", TextKind.QUOTE, "user1", "1", None),
        ("> So did mine.", TextKind.QUOTE, "eve", "4", "forum.example.org/9"),
        ("Since when, @user1?", TextKind.OWN, None, None, None),
    ]
    assert answer.mentions == ("1",)


def test_a_quotation_mark_without_its_end_or_in_code_is_text():
    raw = "[quote] is how.\n\n```\n[quote=ann]x[/quote]\n```"
    found = find(READER, topic(post(1, raw=raw)))
    assert found.posts["1"].text == raw


def test_what_nobody_wrote_or_may_read_is_counted_and_left_out():
    found = find(
        READER,
        topic(
            post(1),
            post(2, post_type=3, action_code="closed.enabled", cooked=""),
            post(3, hidden=True),
            post(4, post_type=4),
            post(5, cooked=""),
            {"id": 9},
            None,
        ),
    )
    assert set(found.posts) == {"1"}
    assert found.left_out == {"system": 2, "deleted": 1, "empty": 1, "broken": 2}


def test_a_topic_says_how_much_of_it_is_missing():
    fields = topic(post(1), post(2))
    fields["post_stream"]["stream"] = list(range(57))
    [shortfall] = find(READER, fields).shortfalls
    assert "2 of the 57 posts" in shortfall
    assert "print=true" in shortfall


def test_posts_that_stand_one_a_file_make_their_topics_whatever_their_order():
    files = {
        f"posts/{number}.json": post(number, raw=f"Post {number}.", topic_title="A pump")
        for number in (3, 1, 2)
    }
    files["posts/4.json"] = post(1, topic_id=8, topic_title="A fan")
    files["posts/3 (conflict).json"] = files["posts/3.json"]
    [found] = find_in_folder(READER, files)
    assert [(thread.title, len(thread.posts)) for thread in found.threads] == [
        ("A pump", 3),
        ("A fan", 1),
    ]
    assert [post.text for post in found.threads[0].posts] == ["Post 1.", "Post 2.", "Post 3."]
    assert found.left_out == {"repeated": 1}


def test_a_topic_can_stand_in_the_folders_of_several_months():
    files = {
        "forum/2024-05/1.json": post(1, raw="One."),
        "forum/2024-06/2.json": post(2, raw="Two."),
        "forum/index.json": {"posts": 2},
        "notes/a.json": {"post": 1},
    }
    [found] = find_in_folder(READER, files)
    assert [one.text for one in found.thread.posts] == ["One.", "Two."]


def test_two_forums_are_kept_apart():
    elsewhere = "/user_avatar/other.example.org/ann/{size}/1.png"
    files = {"a/1.json": post(1), "b/1.json": post(1, avatar_template=elsewhere)}
    keys = {found.thread.key for found in find_in_folder(READER, files)}
    assert keys == {"forum.example.org/7", "other.example.org/7"}


def test_lists_of_posts_and_of_topics_are_read_too():
    assert len(find(READER, {"latest_posts": [post(1), post(2)]}).posts) == 2
    topics = [topic(post(1)), topic(post(1, topic_id=8), id=8)]
    assert len(find(READER, topics).threads) == 2
    assert len(find(READER, {"topics": topics}).threads) == 2


def test_titles_without_posts_are_refused_with_what_to_export():
    with pytest.raises(FileRefusedError, match=r"/t/ID\.json"):
        find(READER, {"topic_list": {"topics": [{"id": 7, "title": "A pump"}]}})


def test_a_file_that_breaks_off_gives_its_whole_posts():
    data = as_bytes(topic(*(post(number) for number in range(1, 6))))
    found = find(READER, data[: data.rindex(b'"cooked"')])
    assert set(found.posts) == {"1", "2", "3", "4"}
    assert any("breaks off after 4 whole records" in text for text in found.shortfalls)


def test_a_spoiler_stays_hidden_and_a_card_is_its_link():
    html = (
        '<p>See <span class="spoiler">the end</span></p><aside class="onebox"><article>'
        '<h3><a href="https://x.org/a">A page</a></h3><p>Buy!</p></article></aside>'
    )
    assert find(READER, topic(post(1, cooked=html))).posts["1"].text == (
        "See ||the end||\n\n[A page](https://x.org/a)"
    )


def test_it_is_told_from_other_json_by_its_fields():
    assert READER.sniff("a.json", as_bytes(topic(post(1)))) > 0.9
    assert READER.sniff("a.json", as_bytes(post(1))) > 0.9
    assert READER.sniff("a.json", b'{"posts": [], "topic": 7}') == 0
