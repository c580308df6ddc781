"""Who is let in, from exports to the index."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ingest.admission import ALL, AdmissionRules
from ingest.report import Removal, Why
from tests.ingest.conftest import KB, Bench
from tests.ingest.sources import Fields, export, message, reply

FEED = "Build 4211 of the spoke calculator has finished without errors."
OLD_ANSWER = "Grease the pawls with light oil, never with grease from the tub."


def bot(fields: Fields, author_id: str) -> Fields:
    author = fields["author"]
    assert isinstance(author, dict)
    return fields | {"author": {**author, "id": author_id, "name": "bot", "isBot": True}}


def texts(bench: Bench) -> set[str]:
    return {
        at.passage.text for at in bench.library.located(bench.catalogue.indexed_ids(KB)).values()
    }


@pytest.fixture
def channel(bench: Bench) -> Bench:
    bench.write(
        "hub.json",
        export(
            bot(message(1, FEED), "900"),
            message(2, "My rear hub is loud when I coast, what can I do?"),
            bot(reply(3, OLD_ANSWER, to=2), "901"),
            reply(4, f"> {OLD_ANSWER}\n\nThat made it worse, I am sorry to say.", to=3),
            reply(5, "Then the freewheel is worn, and has to be replaced.", to=4),
        ),
    )
    return bench


def test_programs_stay_out_by_default_with_what_is_quoted_of_them(channel):
    channel.ingest()
    assert texts(channel) == {
        "My rear hub is loud when I coast, what can I do?",
        "That made it worse, I am sorry to say.",
        "Then the freewheel is worn, and has to be replaced.",
    }
    posts = [view.post for view in channel.thread("hub.json").posts]
    assert [post.ordinal for post in posts] == [1, 3, 4]
    assert posts[1].parent_id not in {post.id for post in posts}
    assert posts[2].parent_id == posts[1].id


def test_a_program_may_be_let_in_by_its_id_and_never_the_bot_itself(channel):
    channel.ingest(admission=AdmissionRules(bots=frozenset({"900"})))
    assert FEED in texts(channel)
    assert OLD_ANSWER not in texts(channel)
    report = channel.ingest(admission=AdmissionRules(bots=frozenset({ALL})))
    assert report.files_read == 1, "who is let in anew has to be read"
    assert {FEED, OLD_ANSWER} <= texts(channel)
    report = channel.ingest(
        admission=AdmissionRules(bots=frozenset({ALL}), own_ids=frozenset({"901"}))
    )
    assert report.removals == (Removal("hub.json", 1, Why.BOT),)
    assert FEED in texts(channel)
    assert not any(OLD_ANSWER in text for text in texts(channel))


def test_when_the_bot_gets_an_account_only_files_with_posts_of_it_are_read_again(channel):
    channel.write("other.json", export(message(9, "Which grease do you use for bearings?")))
    everyone = AdmissionRules(bots=frozenset({ALL}))
    assert channel.ingest(admission=everyone).files_read == 2
    assert channel.ingest(admission=replace(everyone, accounts=frozenset({"77"}))).files_read == 0
    started = replace(everyone, accounts=frozenset({"77", "901"}))
    report = channel.ingest(admission=started)
    assert report.files_read == 1
    assert report.removals == (Removal("hub.json", 1, Why.BOT),)
    assert FEED in texts(channel)
    assert not any(OLD_ANSWER in text for text in texts(channel))
    assert channel.ingest(admission=started).files_read == 0


def test_the_bot_itself_is_known_where_the_source_does_not_say_that_it_is_a_program(bench):
    line = {"thread_id": "t", "post_id": "1", "author_id": "901", "text": OLD_ANSWER}
    bench.write("hub.jsonl", json.dumps(line))
    bench.ingest(admission=AdmissionRules(own_ids=frozenset({"901"})))
    assert texts(bench) == set()


def test_a_thread_that_only_programs_wrote_is_none(bench):
    bench.write("feed.json", export(bot(message(1, FEED), "900")))
    report = bench.ingest()
    assert (report.files_read, report.threads, report.posts) == (1, 0, 0)
    assert report.refused == ()


def test_an_emptied_channel_is_no_mistake_and_what_it_held_goes(bench):
    bench.write("hub.json", export(message(1, "My address is the old mill, second door.")))
    bench.ingest()
    bench.write("hub.json", export())
    report = bench.ingest()
    assert (report.refused, report.posts, report.passages_total) == ((), 0, 0)
    assert report.removals == (Removal("hub.json", 1, Why.EMPTIED),)
    assert bench.ids() == set()
    assert bench.ingest().files_unchanged == 1


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_breaks_off_before_what_it_held_is_refused_and_the_old_stays(bench, share):
    whole = export(*(message(n, f"Line {n} is about the old mill.") for n in range(1, 7)))
    bench.write("hub.json", whole)
    bench.ingest()
    (bench.corpus / "hub.json").write_text(whole[: int(len(whole) * share)], "utf-8")
    report = bench.ingest()
    [refusal] = report.refused
    assert refusal.file == "hub.json"
    assert "what was read of it before stays" in refusal.reason
    assert (report.removals, report.posts) == ((), 6)


def test_a_file_that_breaks_off_and_is_new_is_read_as_far_as_it_goes(bench):
    whole = export(*(message(n, f"Line {n} is about the old mill.") for n in range(1, 7)))
    (bench.corpus / "hub.json").write_text(whole[: len(whole) // 2], "utf-8")
    assert 0 < bench.ingest().posts < 6
    bench.write("hub.json", whole)
    assert bench.ingest().posts == 6


def test_what_was_taken_out_is_said_of_each_file(bench):
    bench.write("a.json", export(message(1, "First."), message(2, "Second, and longer.")))
    bench.write("b.json", export(message(3, "Third, of another channel."), channel="23"))
    bench.ingest()
    bench.write("a.json", export(message(1, "First, edited.")))
    (bench.corpus / "b.json").unlink()
    expected = {Removal("a.json", 1, Why.GONE), Removal("b.json", 1, Why.FILE_GONE)}
    assert set(bench.ingest(dry_run=True).removals) == expected
    assert set(bench.ingest().removals) == expected


@pytest.mark.parametrize(
    "nulls",
    [
        {"embeds": None, "attachments": None, "reactions": None, "mentions": None},
        {"type": None, "timestamp": None, "reference": None, "author": None},
        {"author": {"id": None, "name": None, "nickname": None, "isBot": None}},
        {"embeds": [{"title": None, "description": None, "fields": None}], "content": None},
    ],
)
def test_null_is_absent(bench, nulls):
    bench.write("odd.json", export(message(1, "Said all the same.") | nulls, message(2, "Yes.")))
    report = bench.ingest()
    assert report.refused == ()
    assert "Yes." in texts(bench)
    assert ("Said all the same." in texts(bench)) == ("content" not in nulls)
