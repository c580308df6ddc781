"""Hostile text and whole records made of it, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from retrieval.records import (
    Answer,
    Citation,
    Occurrence,
    Outcome,
    Passage,
    Post,
    SourceView,
    Statement,
    TextKind,
    Thread,
)

ATTACKS = (
    "https://evil.example/x",
    "[click](https://evil.example)",
    "<https://evil.example>",
    "discord.gg/evil",
    "@everyone",
    "@HERE",
    "<@123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "<a:wave:123456789012345678>",
    "<t:1700000000:R>",
    "</ask:123456789012345678>",
    "<id:customize>",
    ":smile:",
    "**bold**",
    "__under__",
    "~~gone~~",
    "||secret||",
    "`code`",
    "```py\nprint()\n```",
    "\n# Heading",
    "\n-# small",
    "\n- item",
    "\n 12. item",
    "\n> quoted",
    "\n>>> all quoted",
    "\\",
    "\\\\[x](y)",
    "\u202egnp.exe",
    "\u200b\u200d\ufeff",
    "\x00\x1b[31m\r\n\t",
    "\ud800",
    "e" + "\u0301" * 40,
    "👨\u200d👩\u200d👧",
    "🇩🇪🇫🇷",
    "می\u200cخواهم",
    "$x_1 \\le \\frac{1}{2}$",
    "word " * 30,
    "x" * 300,
    "\n" * 50,
)
texts: SearchStrategy[str] = st.lists(
    st.one_of(st.sampled_from(ATTACKS), st.text(max_size=60)), max_size=12
).map(" ".join) | st.lists(st.sampled_from(ATTACKS), max_size=12).map("".join)

GOOD_URLS = ("https://forum.example/t/1", "http://forum.example:8080/p?id=2#c3")
BAD_URLS = (
    "javascript:alert(1)",
    "ftp://forum.example",
    "https://",
    "https://me@forum.example/",
    "https://forum.example/a b",
    "https://forum.example/ä",
    "https://forum.example:99999/",
    "https://forum.example/" + "x" * 600,
    "discord://-/settings",
    "https://forum.example/<@1>",
    "https://[bad/",
)
urls = st.none() | st.sampled_from(GOOD_URLS) | st.sampled_from(BAD_URLS)
names = st.none() | texts
ids = st.text("0123456789abcdef", min_size=16, max_size=16)

threads = st.builds(Thread, ids, texts, st.just("plain-text"), names, urls)
posts = st.builds(
    Post, ids, ids, st.integers(0, 9), texts, names, st.none() | st.datetimes(), st.none(), urls
)
kinds = st.sampled_from(TextKind)
passages = st.builds(
    Passage, ids, ids, ids, st.just(0), st.just(0), st.just(0), st.just(1), texts, kinds
)
citations = st.builds(
    Citation, st.integers(1, 99), texts, st.just(0), st.just(1), passages, posts, threads
)
statements = st.builds(Statement, texts, st.lists(st.integers(1, 9), max_size=4).map(tuple))


def tuples_of(items: SearchStrategy, most: int) -> SearchStrategy:
    return st.lists(items, max_size=most).map(tuple)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any answer, even one that no honest core would give."""
    cited = draw(st.lists(citations, max_size=8))
    numbered = tuple(
        Citation(n, c.quote, c.start, c.end, c.passage, c.post, c.thread)
        for n, c in enumerate(cited, 1)
    )
    return Answer(
        draw(texts),
        draw(st.sampled_from(Outcome)),
        draw(texts),
        draw(tuples_of(statements, 12)),
        numbered,
        draw(tuples_of(citations, 5)),
        mode=draw(st.just("extractive") | texts),
    )


places = st.builds(Occurrence, ids, kinds, posts, threads)
sources = st.builds(
    SourceView,
    passages,
    posts,
    threads,
    tuples_of(passages, 3),
    tuples_of(passages, 3),
    st.none() | posts,
    tuples_of(posts, 6),
    tuples_of(places, 7),
)
