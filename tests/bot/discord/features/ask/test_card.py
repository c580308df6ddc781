from __future__ import annotations

import re
from dataclasses import replace

import pytest
from discord import ui
from hypothesis import HealthCheck, given, settings

from bot.discord.cards.cards import (
    CARD_LIMIT,
    COMPONENT_LIMIT,
    MESSAGE_LIMIT,
    Card,
    Section,
    TextBlock,
    Tone,
    plain_text,
)
from bot.discord.cards.markdown import length
from bot.discord.cards.views import card_view
from bot.discord.features.ask.card import ANSWER_LIMIT, QUOTE_LIMIT, Showing, render_answer
from bot.discord.words import ENGLISH, GERMAN, Words
from retrieval.records import (
    Answer,
    Citation,
    Note,
    NoteKind,
    Outcome,
    Standing,
    Statement,
    Support,
    TextKind,
    Verification,
)
from tests.bot.discord.active import INVISIBLE, dangerous_in, without_escapes
from tests.bot.discord.factories import (
    make_answer,
    make_citation,
    make_closest,
    make_not_found,
    make_post,
    make_thread,
)
from tests.bot.discord.fakes import STATUS
from tests.bot.discord.strategies import GOOD_URLS, answers

# What the cards themselves are written with; everything else in them came from outside.
_OWN_CODE = re.compile(r"`/source [0-9a-zA-Z_-]*`")
_CODE = re.compile(r"```(?s:.*?)```|`[^`\n]+`")
_BETWEEN = "\n\x00\n"
ANSWER_ID = "x" * 12
any_size = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def text_of(card: Card) -> str:
    return _BETWEEN.join(block.text for block in card.blocks)


def foreign_activity(text: str) -> list[str]:
    """What Discord would act on and the bot did not write, but for harmless formatting."""
    found = []
    for block in text.split(_BETWEEN):
        assert block.count("```") % 2 == 0
        bare = without_escapes(_CODE.sub("code", _OWN_CODE.sub("", block)))
        lines = [re.sub(r"^(?:> |-# )", "", line) for line in bare.split("\n")]
        found += dangerous_in(bare) + re.findall(r"\|\||`|:\w+:|\w+://", bare)
        found += [line for line in lines if re.match(r"\s*(?:#{1,3}\s|-#\s|>)", line)]
        found += [line for line in lines for mark in ("**", "~~", "__") if line.count(mark) % 2]
    return found


def check_limits(card: Card) -> None:
    view = card_view(card)
    assert card.blocks
    assert card.length <= CARD_LIMIT
    assert view.content_length() <= card.length
    assert view.total_children_count == card.components <= COMPONENT_LIMIT
    assert all(len(b.button.url) <= 512 for b in card.blocks if isinstance(b, Section))
    assert 0 < length(plain_text(card)) <= MESSAGE_LIMIT


def check_harmless(card: Card, allowed_urls: set[str | None]) -> None:
    text = text_of(card)
    assert foreign_activity(text) == []
    shown_text = text.replace("\x00", "").replace("@\u200b", "@").replace("`\u200b", "`")
    assert INVISIBLE.search(shown_text.replace("\n", "")) is None
    shown = {block.button.url for block in card.blocks if isinstance(block, Section)}
    assert shown <= allowed_urls & set(GOOD_URLS)
    bare = without_escapes(_CODE.sub("code", plain_text(card)))  # in code no address is one
    in_plain = set(re.findall(r"https?://[^>]+", bare))
    assert in_plain <= shown


def citation_urls(citations: tuple[Citation, ...]) -> set[str | None]:
    return {url for c in citations for url in (c.post.url, c.thread.url)}


@any_size
@given(answers())
def test_the_card_of_any_answer_keeps_every_limit(answer: Answer) -> None:
    check_limits(render_answer(answer))
    offering = Showing(ANSWER_ID, can_open_thread=True, can_wait=True, searched=STATUS)
    check_limits(render_answer(answer, offering))


@any_size
@given(answers())
def test_the_card_of_any_answer_shows_nothing_active_and_only_its_own_urls(answer: Answer) -> None:
    check_harmless(render_answer(answer), citation_urls(answer.citations + answer.closest))


@any_size
@given(answers())
def test_the_same_answer_gives_the_same_card(answer: Answer) -> None:
    assert render_answer(answer) == render_answer(replace(answer))


@any_size
@given(answers())
def test_every_number_in_the_answer_has_its_source_on_the_card(answer: Answer) -> None:
    card = render_answer(replace(answer, mode="m"))
    if card.tone is not Tone.ANSWERED or not answer.statements:
        return
    first, *others = card.blocks
    assert length(first.text) <= ANSWER_LIMIT
    known = {citation.n for citation in answer.citations}
    cited = {n for s in answer.statements for n in s.citations} & known
    listed = set(map(int, re.findall(r"\[(\d+)\]", "".join(b.text for b in others))))
    hidden = "more" in text_of(card)
    assert listed & known <= cited
    shown = {int(n) for n in re.findall(r"(?<!\\)\[(\d+)\]", first.text)} & known
    assert shown <= listed or hidden


def test_an_excerpt_is_led_by_its_author_and_shown_once() -> None:
    card = render_answer(make_answer("It opens at six.", "It closes at *nine*."))
    first, second, *_ = card.blocks
    assert isinstance(first, Section)
    assert first.text == "Ada · 2024-03-01 · Tides\n> It opens at six."
    assert first.button.url == "https://forum.example/p/1"
    assert second.text == "Ada · 2024-03-01 · Tides\n> It closes at *nine*."
    assert text_of(card).count("opens at six") == 1
    assert "%" not in text_of(card)


def test_in_a_channel_an_excerpt_says_which_question_it_answers() -> None:
    asked = make_post("Hi!\n\nWhen does it open? @everyone", id="d" * 16, author="Ben")
    channel = replace(make_thread(), is_channel=True)
    citation = replace(make_citation(1, "At six."), asked=asked, thread=channel)
    answer = replace(make_answer("At six."), citations=(citation,))
    shown = text_of(render_answer(answer))
    assert "\n-# Asked by Ben: When does it open?\n> At six." in shown
    topic = replace(citation, thread=make_thread())
    assert "Asked by" not in text_of(render_answer(replace(answer, citations=(topic,))))


def test_what_no_excerpt_answers_is_named() -> None:
    answer = replace(make_answer("At six."), unanswered=("Where is @here?",))
    assert "-# Nothing was found for: Where is " in text_of(render_answer(answer))
    german = text_of(render_answer(answer, words=GERMAN))
    assert "-# Nichts gefunden zu: " in german


def test_the_header_of_a_table_stands_over_the_row() -> None:
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 3 + "| 8 | 9 |"
    post = make_post(table, id="b" * 16)
    citations = tuple(
        make_citation(n, quote, post=post)
        for n, quote in enumerate(("| a | b |\n|---|---|", "| 8 | 9 |"), 1)
    )
    statements = (Statement("\n".join(c.quote for c in citations), (1, 2)),)
    answer = replace(make_answer("x"), statements=statements, citations=citations)
    shown = without_escapes(render_answer(answer).blocks[0].text)
    assert "> · a · b ·\n> ·---·---·\n> · 8 · 9 ·" in shown


def test_an_answer_of_a_model_comes_first_with_its_numbers_then_its_sources() -> None:
    card = render_answer(replace(make_answer("It opens at six.", "It closes at *nine*."), mode="m"))
    assert card.blocks[0] == TextBlock("It opens at six. [1]\nIt closes at \\*nine\\*. [2]")
    source = card.blocks[2]
    assert isinstance(source, Section)
    assert source.text == "> It opens at six.\n-# [1] Ada · 2024-03-01 · Tides"
    assert source.button.url == "https://forum.example/p/1"
    assert "Quoted word for word" in card.blocks[-1].text


def test_what_became_of_a_condition_is_said_on_every_kind_of_card() -> None:
    people = tuple(f"*Sam* {n} (s{n})" for n in range(30))
    notes = (Note(NoteKind.SEVERAL, "*sam*", people), Note(NoteKind.NOTHING_LEFT, "by Sam"))
    for answer in (make_answer("It opens at six."), make_closest("It opens."), make_not_found()):
        card = render_answer(replace(answer, notes=notes))
        check_limits(card)
        shown = text_of(card)
        assert "may be \\*Sam\\* 0 (s0), " in shown
        assert "s29" not in shown
        assert "There are no posts by Sam, so all were searched." in shown
    german = render_answer(replace(make_not_found(), notes=notes[1:]), words=GERMAN)
    assert "gibt es keine Beiträge (by Sam)" in text_of(german)


def test_a_source_without_a_link_says_how_to_open_it() -> None:
    card = render_answer(make_answer("It opens at six.", url=None))
    assert "Tides · `/source 0000000000000001`" in card.blocks[0].text
    card = render_answer(replace(make_answer("It opens at six.", url=None), mode="m"))
    assert card.blocks[2].text.endswith("· Tides · `/source 0000000000000001`")


def test_two_quotes_of_one_post_are_one_source_with_both_numbers() -> None:
    post = make_post("First. Second. Third.", id="b" * 16)
    citations = (make_citation(1, "First.", post=post), make_citation(2, "Third.", post=post))
    statements = tuple(Statement(c.quote, (c.n,)) for c in citations)
    answer = replace(make_answer("x"), statements=statements, citations=citations, mode="m")
    texts = [block.text for block in render_answer(answer).blocks]
    assert "> First.\n> Third.\n-# [1][2] Ada · 2024-03-01 · Tides · `/source" in texts[2]
    assert len(texts) == 5


def test_a_fourth_source_is_named_so_that_no_number_is_left_without_one() -> None:
    card = render_answer(replace(make_answer("One.", "Two.", "Three.", "Four."), mode="m"))
    assert sum(isinstance(block, Section) for block in card.blocks) == 3
    assert "-# Also cited:\n-# [4] Ada · `/source 0000000000000004`" in text_of(card)


def test_statements_that_do_not_fit_are_counted_and_cite_nothing() -> None:
    card = render_answer(replace(make_answer(*("word " * 100 for _ in range(4))), mode="m"))
    assert "-# 2 more sentences did not fit here." in text_of(card) or (
        "-# 1 more sentence did not fit here." in text_of(card)
    )
    assert "[4]" not in text_of(card)


def test_a_quote_is_cut_between_words() -> None:
    card = render_answer(replace(make_answer("lorem " * 100), mode="m"))
    quote = card.blocks[2].text.split("\n")[0]
    assert length(quote) <= QUOTE_LIMIT
    assert quote.endswith("lorem…")


def test_words_that_a_post_repeats_are_not_credited_to_its_author() -> None:
    citation = make_citation(1, "It opens at six.", kind=TextKind.QUOTE)
    answer = replace(make_answer("It opens at six."), citations=(citation,))
    assert text_of(render_answer(answer)).startswith("quoted by Ada ·")
    assert "-# [1] quoted by Ada ·" in text_of(render_answer(replace(answer, mode="m")))
    named = replace(citation, passage=replace(citation.passage, quoted_author="Ben *B*"))
    answer = replace(answer, citations=(named,))
    assert text_of(render_answer(answer)).startswith("Ben \\*B\\*, quoted by Ada ·")


def test_what_nobody_signed_or_titled_is_named_honestly() -> None:
    post = make_post("It opens.", author=None, created_at=None, id="c" * 16)
    citation = make_citation(1, "It opens.", post=post, thread=make_thread(title=None))
    answer = replace(make_answer("It opens."), citations=(citation,))
    assert text_of(render_answer(answer)).startswith("unknown author · tides.txt · `/source")


def test_closest_passages_are_not_presented_as_an_answer() -> None:
    card = render_answer(make_closest("The moon rises late."))
    assert card.tone is Tone.CLOSEST
    assert card.blocks[0].text == f"**Not answered**\n{ENGLISH.answer.closest}"
    assert "> The moon rises late." in text_of(card)
    assert "[1]" not in text_of(card)


def test_what_comes_closest_is_shown_with_the_question_that_it_replies_to() -> None:
    asked = make_post("When does the moon rise?", id="d" * 16, author="Ben")
    answer = make_closest("The moon rises late.")
    (citation,) = answer.closest
    answer = replace(answer, closest=(replace(citation, asked=asked),))
    card = render_answer(answer)
    assert card.blocks[0].text.endswith(ENGLISH.answer.closest_asked)
    assert "-# Asked by Ben: When does the moon rise?\n> The moon rises late." in text_of(card)
    assert ENGLISH.answer.never_answered not in text_of(card)


def test_a_question_without_a_reply_is_called_so() -> None:
    answer = make_closest("When does the moon rise?")
    (citation,) = answer.closest
    post = replace(citation.post, standing=Standing.QUESTION)
    card = render_answer(replace(answer, closest=(replace(citation, post=post),)))
    assert card.blocks[0].text.endswith(ENGLISH.answer.closest_asked)
    assert f"-# {ENGLISH.answer.never_answered}" in text_of(card)


def test_a_greeting_gets_a_hint() -> None:
    answer = replace(make_not_found(), question="Hi!")
    assert text_of(render_answer(answer)) == ENGLISH.answer.asks_nothing
    assert text_of(render_answer(answer, words=GERMAN)) == GERMAN.answer.asks_nothing


def test_not_found_says_so_and_shows_no_source() -> None:
    card = render_answer(make_not_found())
    assert card.tone is Tone.NOT_FOUND
    assert card.blocks[0].text == "**Nothing found**\n" + ENGLISH.answer.not_found
    assert not any(isinstance(block, Section) for block in card.blocks)


def test_the_three_outcomes_have_three_colours() -> None:
    cards = [render_answer(a) for a in (make_answer("x"), make_closest("y"), make_not_found())]
    boxes = [card_view(card).children[0] for card in cards]
    assert len({box.accent_colour for box in boxes if isinstance(box, ui.Container)}) == 3


def test_an_answer_that_a_model_wrote_is_labelled() -> None:
    card = render_answer(replace(make_answer("It opens."), mode="some-model"))
    assert "Quoted word for word" in text_of(card)
    card = render_answer(written(Support.CONFIRMED))
    assert "Written by m from these quotes; a second reading confirmed 1 of 1" in text_of(card)
    assert "word for word" not in text_of(card)


def written(*supports: Support, dropped: int = 0, missing: str = "") -> Answer:
    """An answer of a model, a sentence for each of ``supports``."""
    plain = make_answer(*(f"Sentence {n}." for n in range(len(supports))))
    statements = tuple(
        replace(one, support=support, missing=missing if support is Support.PARTLY else "")
        for one, support in zip(plain.statements, supports, strict=True)
    )
    quoted, confirmed, partly, unconfirmed = map(supports.count, Support)
    counts = Verification(quoted, confirmed, partly, unconfirmed, dropped)
    return replace(plain, statements=statements, mode="m", verification=counts)


def test_every_sentence_that_only_a_model_speaks_for_is_marked() -> None:
    answer = written(
        Support.QUOTED, Support.CONFIRMED, Support.PARTLY, Support.UNCONFIRMED,
        missing="in *all* cases", dropped=1,
    )  # fmt: skip
    card = render_answer(answer)
    lines = card.blocks[0].text.splitlines()
    assert [line for line in lines if "◇" in line] == [
        "Sentence 2. [3] ◇ *(“in \\*all\\* cases” is not in its quotes)*",
        "Sentence 3. [4] ◇",
    ]
    shown = text_of(card)
    told = "Written by m from these quotes; a second reading confirmed 1 of 3 sentences."
    assert f"{told} 1 sentence was dropped." in shown
    assert ENGLISH.answer.doubt in shown
    german = text_of(render_answer(answer, words=GERMAN))
    assert "ein zweites Lesen hat 1 von 3 Sätzen bestätigt. 1 Satz wurde weggelassen." in german
    assert GERMAN.answer.doubt in german


@pytest.mark.parametrize("words", [ENGLISH, GERMAN])
def test_nothing_that_was_not_confirmed_is_called_so(words: Words) -> None:
    for supports in ([Support.UNCONFIRMED], [Support.QUOTED, Support.UNCONFIRMED]):
        shown = text_of(render_answer(written(*supports), words=words)).lower()
        assert words.answer.unconfirmed.lower() in shown
        assert "verified" not in shown
        assert "confirmed 1" not in shown
        assert shown.count("◇") == 2


def test_what_is_quoted_is_said_to_be_quoted_whoever_chose_it() -> None:
    for answer in (make_answer("One.", "Two."), written(Support.QUOTED)):
        shown = text_of(render_answer(answer))
        assert "Quoted word for word from the threads." in shown
        assert "◇" not in shown
        assert "Written by" not in shown


def test_a_model_that_found_no_answer_is_named() -> None:
    answer = replace(make_answer("One."), outcome=Outcome.CLOSEST, mode="m")
    answer = replace(answer, closest=answer.citations, citations=(), statements=())
    assert "m read these passages and found no answer in them." in text_of(render_answer(answer))


def test_why_a_models_answer_is_not_shown_is_said() -> None:
    fallback = replace(make_answer("One."), fallback="the model refused")
    assert "The model's answer is not shown: the model refused." in text_of(render_answer(fallback))


@any_size
@given(answers())
def test_the_card_keeps_every_limit_in_every_language(answer: Answer) -> None:
    card = render_answer(answer, Showing(ANSWER_ID, searched=STATUS), GERMAN)
    check_limits(card)
    check_harmless(card, citation_urls(answer.citations + answer.closest))
