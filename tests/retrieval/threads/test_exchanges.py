"""Who asks and who answers, as told from a thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from retrieval.records import Post, Standing, Thread
from retrieval.threads.exchanges import Understood, understand

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(
    n: int,
    author: str | None,
    text: str,
    *,
    to: int | None = None,
    minutes: float | None = None,
    mentions: tuple[str, ...] = (),
    accepted: bool = False,
) -> Post:
    return Post(
        id=f"p{n}",
        thread_id="t",
        ordinal=n,
        text=text,
        author=author,
        author_id=author and author.lower(),
        created_at=NOON + timedelta(minutes=n if minutes is None else minutes),
        parent_id=None if to is None else f"p{to}",
        mentions=mentions,
        is_accepted=accepted,
    )


def told(*posts: Post, channel: bool = False, title: str | None = "Kiln") -> Understood:
    thread = Thread("t", "t.json", "test", title, is_channel=channel)
    return understand(thread, posts, {post.id: post.text for post in posts})


def standings(understood: Understood) -> list[str]:
    return [post.standing.value for post in understood.posts]


def belongs(understood: Understood) -> dict[str, str | None]:
    return {post.id: post.exchange_id for post in understood.posts}


TOPIC = (
    said(0, "Ann", "My kiln stops at 900 degrees. What is wrong?"),
    said(1, "Bob", "Which model is it?"),
    said(2, "Ann", "The small one with the round lid."),
    said(3, "Cid", "The upper element ages first: measure it, and replace it at 40 ohms."),
    said(4, "Ann", "Thanks, that fixed it!"),
    said(5, "Dan", "Nice to hear."),
)


def test_a_topic_is_one_exchange_that_its_first_post_opens():
    understood = told(*TOPIC)
    assert set(belongs(understood).values()) == {"p0"}
    (exchange,) = understood.exchanges
    assert exchange.id == "p0"
    assert exchange.text.startswith("Kiln\nMy kiln stops")
    assert "upper element" in exchange.text


def test_what_the_asker_thanked_for_is_worth_most():
    understood = told(*TOPIC)
    assert standings(understood) == ["question", "reply", "remark", "helped", "remark", "reply"]
    best = max(understood.posts[1:], key=lambda post: post.worth)
    assert (best.id, best.worth) == ("p3", 0.0)


def test_thanks_are_for_what_they_refer_to_before_what_stands_just_before_them():
    replies = (
        said(1, "Bob", "Replace the relay behind the panel, it sticks when it is hot."),
        said(2, "Cid", "Mine does that as well."),
    )
    by_reference = told(TOPIC[0], *replies, said(3, "Ann", "That worked.", to=1))
    assert standings(by_reference)[1:3] == ["helped", "reply"]
    by_mention = told(TOPIC[0], *replies, said(3, "Ann", "That worked.", mentions=("bob",)))
    assert standings(by_mention)[1:3] == ["helped", "reply"]
    just_before = told(TOPIC[0], *replies, said(3, "Ann", "That worked."))
    assert standings(just_before)[1:3] == ["reply", "helped"]


def test_what_the_source_marks_as_the_answer_comes_before_all_that_seems_so():
    understood = told(*TOPIC[:5], said(5, "Dan", "Clean it.", accepted=True))
    assert understood.posts[5].standing is Standing.ACCEPTED
    assert max(understood.posts[1:], key=lambda post: post.worth).id == "p5"


def test_an_asker_who_found_it_out_has_answered():
    understood = told(
        TOPIC[0],
        said(1, "Bob", "No idea."),
        said(
            2,
            "Ann",
            "I found the problem: a mouse had bitten through the thermocouple wire, "
            "so the controller read nonsense above that.",
        ),
    )
    assert standings(understood) == ["question", "reply", "solution"]
    assert max(understood.posts[1:], key=lambda post: post.worth).id == "p2"


def test_who_announces_something_asks_nothing():
    understood = told(said(0, "Ann", "The new kiln shed opens on Monday."), title="News")
    assert standings(understood) == ["statement"]


def test_two_people_with_one_name_are_two():
    ann = said(0, "Ann", "Who has the key?")
    other = Post("p1", "t", 1, "I have it.", author="Ann", author_id="another-ann")
    assert standings(told(ann, other)) == ["question", "reply"]


def test_a_thread_of_nobody_known_has_no_exchanges():
    understood = told(said(0, None, "One."), said(1, None, "Two?"), title=None)
    assert understood.exchanges == ()
    assert belongs(understood) == {"p0": None, "p1": None}


def test_in_a_channel_each_question_opens_an_exchange():
    understood = told(
        said(0, "Ann", "Where do you buy clay?"),
        said(1, "Bob", "How hot is cone six?"),
        said(2, "Cid", "From the brickworks.", to=0),
        said(3, "Dan", "About 1,220 degrees.", to=1),
        channel=True,
        title="chat",
    )
    assert belongs(understood) == {"p0": "p0", "p1": "p1", "p2": "p0", "p3": "p1"}
    assert [exchange.text for exchange in understood.exchanges] == [
        "Where do you buy clay?\nFrom the brickworks.",
        "How hot is cone six?\nAbout 1,220 degrees.",
    ]


def test_lines_of_one_author_in_a_row_are_one_turn():
    understood = told(
        said(0, "Ann", "hello all", minutes=0),
        said(1, "Ann", "where do you buy clay?", minutes=1),
        said(2, "Bob", "from the brickworks", minutes=2),
        said(3, "Bob", "they open at six", minutes=2.5),
        said(4, "Ann", "another day", minutes=500),
        channel=True,
    )
    assert belongs(understood) == {"p0": "p0", "p1": "p0", "p2": "p0", "p3": "p0", "p4": "p4"}
    assert standings(understood) == ["question", "question", "reply", "reply", "statement"]


@pytest.mark.parametrize(("minutes", "exchange"), [(20, "p0"), (45, "p1")])
def test_what_refers_to_nothing_answers_the_question_before_it_if_not_too_late(minutes, exchange):
    understood = told(
        said(0, "Ann", "Where do you buy clay?"),
        said(1, "Bob", "From the brickworks.", minutes=minutes),
        channel=True,
    )
    assert belongs(understood)["p1"] == exchange


def test_who_is_mentioned_is_answered():
    understood = told(
        said(0, "Ann", "Where do you buy clay?"),
        said(1, "Bob", "How hot is cone six?"),
        said(2, "Cid", "@Ann from the brickworks", mentions=("ann",)),
        channel=True,
    )
    assert belongs(understood)["p2"] == "p0"


def test_a_reply_that_asks_stays_a_reply_and_opens_an_exchange_too():
    understood = told(
        said(0, "Ann", "Why does my glaze crawl?"),
        said(1, "Bob", "Did you wipe off the dust?", to=0),
        said(2, "Cid", "A damp sponge is enough for that.", to=1),
        channel=True,
    )
    assert belongs(understood) == {"p0": "p0", "p1": "p0", "p2": "p1"}
    assert [exchange.id for exchange in understood.exchanges] == ["p0", "p1"]


def test_circles_and_replies_to_what_is_gone_do_no_harm():
    understood = told(
        said(0, "Ann", "One.", to=1, minutes=0),
        said(1, "Bob", "Two.", to=0, minutes=60),
        said(2, "Cid", "Three.", to=9, minutes=120),
        channel=True,
    )
    assert len(understood.posts) == 3
    assert all(post.exchange_id for post in understood.posts)


def test_a_long_thread_of_short_posts_is_a_conversation():
    def talk(words: str) -> list[Post]:
        return [said(n, f"P{n % 3}", f"{n}? {words}", minutes=100 * n) for n in range(40)]

    assert len(told(*talk("no")).exchanges) > 1
    assert len(told(*talk("word " * 60)).exchanges) == 1


def test_who_asks_about_what_somebody_shows_asks_something_of_their_own():
    understood = told(
        said(0, "Ann", "The new kiln shed opens on Monday."),
        said(1, "Bob", "Does it have a sink?"),
        said(2, "Ann", "Two of them, and a drain in the floor.", to=1),
        title="News",
    )
    assert belongs(understood) == {"p0": "p0", "p1": "p1", "p2": "p1"}
    assert standings(understood) == ["statement", "question", "reply"]


def test_nothing_is_nothing():
    assert told() == Understood((), ())
