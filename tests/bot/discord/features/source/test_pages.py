"""Threads cut into pages: everything is there, in order, and fits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.cards.markdown import clean_text, length
from bot.discord.features.source.pages import PAGE_LIMIT, page_of, split_text, thread_pages
from bot.discord.words import ENGLISH
from retrieval.records import Paragraph, PostView, TextKind, ThreadView
from tests.bot.discord.active import unescaped
from tests.bot.discord.factories import make_post, make_thread
from tests.bot.discord.strategies import texts


def view_of(*paragraphs: str, kind: TextKind = TextKind.OWN) -> ThreadView:
    posts = tuple(
        PostView(
            make_post(text, id=f"{n:016x}", author=f"Author {n}"),
            (Paragraph(f"{n + 1000:016x}", text, kind, None, 0),),
        )
        for n, text in enumerate(paragraphs)
    )
    return ThreadView(make_thread(), posts)


@given(st.text(max_size=400), st.integers(1, 40))
def test_a_text_that_is_split_loses_nothing_but_white_space(text: str, limit: int) -> None:
    parts = list(split_text(text, limit))
    assert "".join("".join(parts).split()) == "".join(clean_text(text).split())
    assert all(len(part) <= limit for part in parts)


def test_a_text_is_split_between_words() -> None:
    assert list(split_text("one two three four", 9)) == ["one two", "three", "four"]


@settings(deadline=None)
@given(st.lists(texts, max_size=8), st.sampled_from(TextKind))
def test_every_page_fits_and_all_words_are_on_some_page(paragraphs, kind) -> None:
    pages = thread_pages(view_of(*paragraphs, kind=kind), ENGLISH)
    assert pages
    for page in pages:
        assert sum(length(piece.text) + 1 for piece in page) <= PAGE_LIMIT
    shown = unescaped("".join(piece.text for page in pages for piece in page))
    for paragraph in paragraphs:
        for word in clean_text(paragraph).split():
            if word.isalpha() and len(word) < 50:
                assert word in shown


def test_a_long_thread_has_pages_and_each_passage_its_own() -> None:
    view = view_of(*(f"word{n} " * 150 for n in range(20)))
    pages = thread_pages(view, ENGLISH)
    assert len(pages) > 5
    for n in range(20):
        page = pages[page_of(pages, f"{n + 1000:016x}", None) - 1]
        assert any(f"word{n} " in piece.text for piece in page)
    assert "**Author 19**" in pages[page_of(pages, "unknown", f"{19:016x}") - 1][-1].text
    assert page_of(pages, "unknown", None) == 1


def test_who_a_post_replies_to_is_named() -> None:
    question = PostView(make_post("When?", id="a" * 16, author="Ann"), ())
    answer = PostView(make_post("At six.", id="b" * 16, author="B_ob", parent_id="a" * 16), ())
    [page] = thread_pages(ThreadView(make_thread(), (question, answer)), ENGLISH)
    assert [piece.text for piece in page] == [
        "**Ann** · 2024-03-01",
        "**B\\_ob** · 2024-03-01 · In reply to Ann",
    ]
