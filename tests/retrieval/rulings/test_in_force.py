"""What staff decided holds for every way to read a knowledge base, on real stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval.answering.answerer import Answerer
from retrieval.errors import NotFoundError
from retrieval.knowledge import Engine, KnowledgeBase
from retrieval.ranking.hybrid import HybridSearch
from retrieval.ranking.spelling import Speller
from retrieval.records import Answer, Outcome, RulingKind, Standing
from retrieval.rulings.book import RulingBook
from retrieval.rulings.records import Ruling, Subject
from retrieval.settings import SearchSettings
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.catalogue.library import Library
from retrieval.store.catalogue.ruled import Ruled
from retrieval.store.index import PassageIndex
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
QUESTION = "How do I free a stuck kayak rudder?"
WRONG = "Hit the stuck kayak rudder with a hammer until it moves, that works."
RIGHT = "Soak the rudder in warm vinegar for an hour, then turn it by hand."
GOSSIP = "Bert still owes me for the paddle, the crook."
QUOTE = f"> {WRONG}\n\nPlease do not, the blade will crack."


def kayaks(wrong: str = WRONG) -> FileContents:
    return file_of(
        "kayaks.json",
        Said("ann", "How do I free the rudder of my kayak? It is stuck."),
        Said("bert", wrong, answers="ann"),
        Said("cleo", RIGHT, answers="ann"),
        Said("dora", QUOTE, answers="bert"),
        title="Kayak rudder stuck",
    )


PADDLES = file_of(
    "paddles.json",
    Said("eve", "Which paddle do you take on a lake with much wind?"),
    Said("fred", f"A short paddle with a narrow blade is good in wind.\n\n{GOSSIP}", answers="eve"),
    Said("bert", "In wind I take the long wooden paddle.", answers="eve", key="bert-2"),
    title="Paddle for wind",
)


@dataclass
class Club:
    """A knowledge base of a kayak club, and its staff."""

    base: KnowledgeBase
    index: PassageIndex
    votes: dict[str, int]

    def rule(self, kind: RulingKind, subject: Subject, key: str, **more: object) -> Ruling:
        ruling = Ruling(kind, subject, key, NOW, by="Mo")
        return self.base.rule(replace(ruling, **more))  # type: ignore[arg-type]  # its own fields

    def post(self, author: str) -> str:
        found = self.base.find_post(f"https://example.org/{author}")
        assert found is not None
        return found.id

    def passage(self, text: str) -> str:
        hits, _ = self.base.search(text)
        return next(hit.passage.id for hit in hits if text in hit.passage.text)

    def said_anywhere(self) -> str:
        """All that any way to read shows, asked in many ways."""
        shown: list[str] = []
        for asked in (QUESTION, WRONG, RIGHT, GOSSIP, "paddle in wind", "from:bert rudder"):
            hits, _ = self.base.search(asked)
            shown += [f"{hit.post.text} {hit.asked.text if hit.asked else ''}" for hit in hits]
            threads, _ = self.base.search_threads(asked)
            shown += [f"{each.opening.text} {each.hits}" for each in threads]
            answer = self.base.answer(asked)
            shown += [c.quote for c in (*answer.citations, *answer.closest)]
            shown += [entry.text for entry in self.base.suggest(asked[:9])]
        for name in ("kayaks.json", "paddles.json"):
            for thread in self.base.thread(name):
                for view in thread.posts:
                    shown += [paragraph.text for paragraph in view.paragraphs]
                    shown += [str(self.base.source(paragraph.id)) for paragraph in view.paragraphs]
        shown += [str(entry) for entry in self.base.news(NOW - timedelta(days=999)).threads]
        return "\n".join(shown)


@contextmanager
def club_at(path: Path) -> Iterator[Club]:
    with Folder(path, client_at(path)).index() as index:
        index.write([kayaks(), PADDLES])
        votes: dict[str, int] = {}
        ruled = Ruled(index.catalogue, KB, RulingBook(path), lambda _: votes, lambda: NOW)
        index.library = Library(index.catalogue, KB, ruled)
        embedder = HashingEmbedder()
        speller = Speller(index.passages, index.library, lambda _: True)
        search = HybridSearch(index, embedder, SearchSettings(), speller)
        engine = Engine(index, search, Answerer(index, search, embedder))
        base = KnowledgeBase(index.catalogue, KB, path, lambda: engine, ruled=ruled)
        yield Club(base, index, votes)


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    with club_at(tmp_path) as opened:
        yield opened


def shown_first(answer: Answer) -> str:
    return (answer.citations or answer.closest)[0].quote


def test_without_rulings_everything_is_there(club: Club) -> None:
    shown = club.said_anywhere()
    assert all(text in shown for text in (WRONG, RIGHT, GOSSIP))


def test_a_hidden_post_is_shown_nowhere_and_neither_are_quotes_of_it(club: Club) -> None:
    passage = club.passage(WRONG)
    ruling = club.rule(RulingKind.HIDDEN, Subject.POST, club.post("bert"))
    shown = club.said_anywhere()
    assert WRONG not in shown
    assert "the blade will crack" in shown
    assert RIGHT in shown
    assert club.base.missing([passage]) == {passage}
    with pytest.raises(NotFoundError):
        club.base.source(passage)
    club.base.take_back(ruling.id)
    assert WRONG in club.said_anywhere()
    assert not club.base.missing([passage])


def test_of_a_post_with_a_hidden_passage_the_rest_is_shown(club: Club) -> None:
    club.rule(RulingKind.HIDDEN, Subject.PASSAGE, club.passage(GOSSIP))
    answer = club.base.answer("Which paddle is good in wind?")
    assert all(GOSSIP not in citation.quote for citation in answer.citations)
    hits, _ = club.base.search(GOSSIP)
    assert all(GOSSIP not in hit.passage.text for hit in hits)
    assert any("narrow blade" in hit.passage.text for hit in hits)


def test_all_posts_of_a_hidden_author_are_gone_those_to_come_too(club: Club) -> None:
    club.rule(RulingKind.HIDDEN, Subject.AUTHOR, "*:bert")
    club.index.write([file_of("new.json", Said("bert", "A rudder is stuck when it is bent."))])
    shown = club.said_anywhere()
    assert "long wooden paddle" not in shown
    assert "when it is bent" not in shown
    assert WRONG not in shown


def test_a_ruling_holds_when_the_file_is_read_again_with_an_edited_post(club: Club) -> None:
    club.rule(RulingKind.HIDDEN, Subject.POST, club.post("bert"))
    club.index.write([kayaks("Hit the stuck kayak rudder with a hammer, gently.")])
    assert "gently" not in club.said_anywhere()


def test_a_ruling_holds_when_the_index_is_made_anew(tmp_path: Path) -> None:
    with club_at(tmp_path / "before") as club:
        club.rule(RulingKind.HIDDEN, Subject.POST, club.post("bert"))
    (tmp_path / "after").mkdir()
    kept = (tmp_path / "before" / "staff-rulings.json").read_bytes()
    (tmp_path / "after" / "staff-rulings.json").write_bytes(kept)
    with club_at(tmp_path / "after") as club:
        assert WRONG not in club.said_anywhere()


def test_what_staff_marks_comes_before_the_other_replies_and_says_so(club: Club) -> None:
    assert shown_first(club.base.answer(QUESTION)) != RIGHT
    club.rule(RulingKind.ANSWER, Subject.POST, club.post("cleo"))
    answer = club.base.answer(QUESTION)
    first = answer.citations[0]
    assert first.quote == RIGHT
    assert first.post.standing is Standing.ACCEPTED
    assert first.staff is not None
    assert (first.staff.kind, first.staff.by, first.staff.at) == (RulingKind.ANSWER, "Mo", NOW)


def test_what_the_asker_found_out_counts_once_staff_marks_it(club: Club) -> None:
    own = "Found it: a pebble held the rudder of the kayak stuck."
    club.index.write(
        [
            file_of(
                "own.json",
                Said("gus", "Why is the rudder of my kayak stuck since Monday?", key="gus-1"),
                Said("gus", own, answers="gus-1", key="gus-2"),
            )
        ]
    )
    club.rule(RulingKind.ANSWER, Subject.POST, club.post("gus-2"))
    assert any(c.quote == own for c in club.base.answer(f"{QUESTION} Since Monday?").citations)


def test_an_outdated_post_gives_way_and_says_what_staff_said(club: Club) -> None:
    text = "Rudders are glued in since spring; ask the workshop."
    club.rule(RulingKind.OUTDATED, Subject.POST, club.post("bert"), text=text)
    authors = [hit.post.author for hit in club.base.search(QUESTION)[0]]
    assert authors.index("bert") > max(authors.index("cleo"), authors.index("dora"))
    answer = club.base.answer("from:bert How do I free a stuck kayak rudder?")
    [cited] = [c for c in (*answer.citations, *answer.closest) if c.quote == WRONG]
    assert cited.staff is not None
    assert (cited.staff.kind, cited.staff.text) == (RulingKind.OUTDATED, text)


def test_what_replaces_an_outdated_post_stands_in_its_place(club: Club) -> None:
    club.rule(RulingKind.OUTDATED, Subject.POST, club.post("bert"), replaced_by=club.post("cleo"))
    answer = club.base.answer(QUESTION)
    assert all(citation.quote != WRONG for citation in answer.citations)
    [first] = [c for c in answer.citations if c.quote == RIGHT]
    assert first.staff is not None
    assert first.staff.is_replacement


def test_an_official_answer_comes_first_for_a_question_like_its_own(club: Club) -> None:
    club.rule(RulingKind.OFFICIAL, Subject.QUESTION, QUESTION, text="Bring it to the boathouse.")
    answer = club.base.answer("How can I free a kayak rudder that is stuck?")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.official is not None
    assert answer.official.text == "Bring it to the boathouse."
    assert answer.official.by == "Mo"
    assert answer.text.startswith("Bring it to the boathouse.")
    assert answer.citations
    assert "their answer comes first" in answer.trace[-1]
    assert club.base.answer("Which paddle is good in wind?").official is None


def test_an_official_answer_answers_what_the_threads_do_not(club: Club) -> None:
    asked = "When does the boathouse open on Sundays?"
    assert club.base.answer(asked).outcome is not Outcome.ANSWERED
    club.rule(RulingKind.OFFICIAL, Subject.QUESTION, f"Opening hours?\n{asked}", text="At nine.")
    answer = club.base.answer(asked)
    assert (answer.outcome, answer.text) == (Outcome.ANSWERED, "At nine.")


def test_an_official_answer_is_not_given_to_another_version(club: Club) -> None:
    club.rule(
        RulingKind.OFFICIAL, Subject.QUESTION, "How do I steer the Kayak-200?", text="Left pedal."
    )
    assert club.base.answer("How do I steer the Kayak-200?").official is not None
    assert club.base.answer("How do I steer the Kayak-300?").official is None


def test_an_expired_official_answer_is_given_no_more(club: Club) -> None:
    for days, is_given in ((1, True), (0, False)):
        club.rule(
            *(RulingKind.OFFICIAL, Subject.QUESTION, QUESTION),
            text="Ask the boathouse.",
            expires_at=NOW + timedelta(days=days),
        )
        assert (club.base.answer(QUESTION).official is not None) == is_given


def test_votes_count_a_little_among_replies_that_are_nearly_as_good(tmp_path: Path) -> None:
    with club_at(tmp_path) as club:
        before = {hit.passage.id: hit.score for hit in club.base.search(QUESTION)[0]}
        voted = club.passage(RIGHT)
    with club_at(tmp_path) as club:
        club.votes[voted] = 20
        after = {hit.passage.id: hit.score for hit in club.base.search(QUESTION)[0]}
    assert 0 < after[voted] - before[voted] < 0.5
