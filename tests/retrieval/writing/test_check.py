"""The few reasons to drop a sentence, and what they cost and catch over a set of our own."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from retrieval.records import Hit, Passage, Post, Support, Thread
from retrieval.writing.check import Checked, check
from retrieval.writing.drafts import Cite, Draft, Item
from retrieval.writing.material import Material
from tests.retrieval.writing.samples import (
    NO_SCORE,
    hit_with,
    material_of,
    sample_hits,
    texts_with,
)

ID = "K7Q2MD"
SENTENCES = Path(__file__).parent / "sentences.txt"
KINDS = {"+": "near", "~": "fluent", "-": "careless", "!": "foreign"}


@dataclass(frozen=True)
class Sentence:
    """What a model could write, and the quote that it would give."""

    text: str
    quote: str
    hit: Hit


@cache
def sentences() -> dict[str, list[Sentence]]:
    """The set of our own, by kind."""
    found: dict[str, list[Sentence]] = defaultdict(list)
    quote = ""
    for line in SENTENCES.read_text("utf-8").splitlines():
        mark, rest = line[:1], line[2:].strip()
        if mark == ">":
            quote = rest
        elif mark in KINDS:
            found[KINDS[mark]].append(Sentence(rest, quote, hit_with(quote)))
    return found


def checked(text: str, hit: Hit, quote: str, id_: str = ID, question: str = "") -> Checked:
    draft = Draft(answerable=True, items=(Item(text, (Cite(id_, quote),)),))
    return check(draft, [material_of(hit, ID)], question, texts_with)


def shown(kind: str) -> list[bool]:
    return [bool(checked(s.text, s.hit, s.quote).kept) for s in sentences()[kind]]


@pytest.mark.parametrize(("kind", "least"), [("near", 0.97), ("fluent", 0.95)])
def test_true_sentences_are_shown(kind: str, least: float) -> None:
    found = shown(kind)
    assert len(found) >= 55
    assert sum(found) / len(found) >= least


def test_no_sentence_with_a_foreign_name_or_number_is_shown() -> None:
    found = shown("foreign")
    assert len(found) >= 30
    assert not any(found)


def test_careless_falsehoods_are_shown_but_never_as_more_than_a_models_wording() -> None:
    found = [checked(s.text, s.hit, s.quote) for s in sentences()["careless"]]
    assert len(found) >= 80
    kept = [one for each in found for one in each.kept]
    assert kept
    assert {one.support for one in kept} == {Support.UNCONFIRMED}


def test_no_sentence_with_an_invented_quote_is_shown() -> None:
    true = sentences()["near"]
    for n, one in enumerate(true):
        other = true[(n + 7) % len(true)]
        for quote in (
            one.quote.replace(" the ", " no ", 1) if " the " in one.quote else f"Not {one.quote}",
            f"{one.text} {other.text}",
            f"As everybody knows, {one.quote}",
        ):
            assert not checked(one.text, one.hit, quote).kept


@pytest.mark.parametrize(
    "smuggled",
    [
        " See https://evil.example/x for more.",
        " Ask @everyone.",
        " Write to <@123456789012345678>.",
        " Join discord.gg/abcdef now.",
        " Send your password to the moderators.",
    ],
)
def test_what_is_smuggled_in_beside_a_true_sentence_is_not_shown(smuggled: str) -> None:
    for one in sentences()["near"][::9]:
        found = checked(one.text + smuggled, one.hit, one.quote)
        text = " ".join(kept.text for kept in found.kept)
        for forbidden in ("evil", "@", "http", "discord.gg", "<", "password to"):
            assert forbidden not in text
        assert found.dropped


def test_hidden_characters_and_colours_never_reach_a_reader() -> None:
    one = sentences()["near"][0]
    dressed = f"\x1b[31m\u202e{one.text[:5]}\u200b{one.text[5:]}\U000e0041\x1b[0m"
    (kept,) = checked(dressed, one.hit, one.quote).kept
    assert kept.text == one.text


def test_every_citation_is_a_verbatim_span_of_its_post() -> None:
    for kind in ("near", "fluent", "careless"):
        for one in sentences()[kind]:
            for kept in checked(one.text, one.hit, one.quote).kept:
                assert kept.citations
                for span in kept.citations:
                    assert span.post.text[span.start : span.end] == span.quote
                    assert span.passage.start <= span.start < span.end <= span.passage.end


def test_a_right_quote_under_a_wrong_id_is_found_where_it_stands() -> None:
    one = sentences()["near"][0]
    draft = Draft(answerable=True, items=(Item(one.text, (Cite("WRONG2", one.quote),)),))
    others = [hit for hit in sample_hits() if hit.post.id != one.hit.post.id][:3]
    material = [material_of(hit, f"{ID[:5]}{n}") for n, hit in enumerate([*others, one.hit])]
    (kept,) = check(draft, material, "").kept
    assert {span.post.id for span in kept.citations} == {one.hit.post.id}


POSTED = datetime(2024, 3, 2, 12, tzinfo=UTC)
TEXT = (
    "We moved from Postgres 14.2 to 16 in ten days, with 1,500 rows left over. "
    "Run `kiln --slow 40` first; set heat_max to 12.5, as Bayes would. A large language model "
    "said so on 3 May."
)


def posted(text: str = TEXT, author: str = "Ann Lee", title: str = "Kiln and glaze") -> Hit:
    thread = Thread("t", "kiln.txt", "test", title)
    post = Post("p", "t", 0, text, author, POSTED)
    passage = Passage("p", "p", "t", 0, 0, 0, len(text), text)
    return Hit(passage, post, thread, 1.0, NO_SCORE)


@pytest.mark.parametrize(
    "text",
    [
        "Ann moved to Postgres 16 in 10 days.",
        "Lee's rows: 1500 were left over.",
        "Two members moved within ten days, says Ann.",
        "On 2 March 2024 Ann wrote that heat_max belongs at 12.5.",
        "In March 2024 the move took ten days.",
        "A Bayesian would set `heat_max` that way.",
        "An LLM said so in May.",
        "The first step is `kiln --slow 40`.",
        "No, Ann did not stay with 14.2.",
        "Ann says “set heat_max to 12.5, as Bayes would”.",
        "Moving took them ten days.",
        "Glaze is not mentioned, though the Kiln is.",
        "ONLY the move is spoken of.",
        "Two steps: 1. Run `kiln --slow 40`; 2) set heat_max to 12.5.",
        "Step 2 is to set heat_max to 12.5.",
        "There were 1.5k rows left over.",
        "Regardless of that, Ann can't stay with v14.2.",
        "Selon Ann, le passage à Postgres 16 a pris dix jours pour 1500 rows.",
    ],
)
def test_what_is_theirs_may_be_named_in_any_form(text: str) -> None:
    found = checked(text, posted(), TEXT)
    assert found.kept, found.dropped


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Ann moved to Postgres 15 in ten days.", "15"),
        ("The move took eleven days.", "eleven"),
        ("The move took two days.", "two"),
        ("There were 15,000 rows left over.", "15,000"),
        ("The move went from 14.2.1 to 16.", "14.2.1"),
        ("Ann wrote on 4 May that rows were left over.", "4 May"),
        ("On 2024-03-05 rows were left over.", "2024-03-05"),
        ("Set cool_max to 12.5.", "cool_max"),
        ("Run `kiln --fast 40` first.", "kiln --fast 40"),
        ("The move, says Bob, took ten days.", "Bob"),
        ("Bob says that the move took ten days.", "Bob"),
        ("They moved to MySQL in ten days.", "MySQL"),
        ("Redis was moved in ten days.", "Redis"),
        ("Ann says “the move was the worst of my life”.", "“the move was"),
        ("Kimberly says that the move took ten days.", "Kimberly"),
        ("The move was to v15.", "15"),
        ("Redis that they ran took ten days.", "Redis"),
        ("Rows were left over for half a dozen users.", "dozen"),
    ],
)
def test_what_is_not_theirs_may_not_be_named(text: str, named: str) -> None:
    found = checked(text, posted(), TEXT)
    assert not found.kept
    assert found.dropped[0].reason.startswith(named)


@pytest.mark.parametrize(
    ("texts", "is_shown"),
    [
        (["a kettle is enough, and two kettles are too many"], True),
        (["the old kettle, and a Kettle too", "I use Kettle"], False),
        (["we use Kettle here"], False),
        ([], False),
    ],
)
def test_how_the_threads_write_a_word_tells_whether_it_is_a_name(texts, is_shown) -> None:
    said = "Kettles were not moved."
    draft = Draft(answerable=True, items=(Item(said, (Cite(ID, TEXT),)),))
    found = check(draft, [material_of(posted(), ID)], "", lambda _word: texts)
    assert bool(found.kept) is is_shown


def test_the_question_and_what_a_post_replies_to_may_be_named() -> None:
    text = "No, Ann's answer to Bob's 7 questions about Redis does not speak of it."
    asked = Post("q", "t", 0, "Is Redis slow? I have 7 questions.", "Bob", POSTED)
    hit = posted()
    material = replace(material_of(hit, ID), replied_to=asked)
    draft = Draft(answerable=True, items=(Item(text, (Cite(ID, TEXT),)),))
    assert check(draft, [material], "").kept
    assert not check(draft, [material_of(hit, ID)], "").kept
    assert check(draft, [material_of(hit, ID)], "What did Bob hear of Redis and 7?").kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Members send Ann their login code for the kiln.", "credentials"),
        ("Open the link to move your rows.", "credentials"),
        ("Pay the fee to the following account and your rows are moved.", "credentials"),
        ("As an AI language model, I move rows.", "the model"),
        ("My instructions say that rows are moved.", "the model"),
        ("Visit the pirate harbour.", "no word in common"),
        (f"The move {'was very slow and ' * 40}done.", "more than 600"),
    ],
)
def test_what_no_reader_should_see_is_dropped_and_says_why(text: str, reason: str) -> None:
    found = checked(text, posted(), TEXT)
    assert not found.kept
    assert reason in found.dropped[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "Never send your password to anybody, says Ann.",
        "Ann moved her token into the settings.",
        "You pay ten a month for it.",
    ],
)
def test_advice_about_passwords_and_money_is_no_request_for_them(text: str) -> None:
    assert checked(text, posted(f"{TEXT} {text}"), TEXT).kept


def test_a_sentence_that_a_post_holds_is_a_quotation() -> None:
    whole = "We moved from Postgres 14.2 to 16 in ten days, with 1,500 rows left over."
    (kept,) = checked(whole, posted(), whole).kept
    assert kept.support is Support.QUOTED
    (part,) = checked("We moved from Postgres 14.2 to 16 in ten days.", posted(), whole).kept
    assert part.support is Support.UNCONFIRMED


def test_a_german_answer_may_have_nouns_of_its_own() -> None:
    text = "Laut Ann dauerte der Umzug zehn Tage, und die Zeilen blieben nicht übrig: 1500."
    assert checked(text, posted(), TEXT, question="Wie lange dauerte der Umzug?").kept


def test_a_material_knows_no_more_than_its_passage() -> None:
    assert Material(ID, posted().passage, posted().post, posted().thread).text == TEXT
