"""What is new and what is talked about, for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from bot.terminal.printing.layout import (
    CAUTION,
    HEADING,
    NUMBER,
    SECONDARY,
    SEPARATOR,
    Hanging,
    label,
    lines,
    minute,
    stack,
)
from retrieval.text.wording import squeeze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Group

    from retrieval.records import Citation, News, ThreadNews, Topic

_EXCERPT_CHARACTERS: Final = 160


def topics_view(topics: Sequence[Topic]) -> Group:
    """Show topics, largest first, each with its central passages."""
    if not topics:
        return lines(Text("There are too few passages to tell topics apart.", style=CAUTION))
    return stack(_topic(topic) for topic in topics)


def news_view(news: News) -> Group:
    """Show what came, new threads first."""
    since = minute(news.since)
    if not news.threads:
        return lines(Text(f"Nothing is new since {since}.", style=CAUTION))
    headline = Text(f"Since {since}: {news_figures(news)}", style=HEADING)
    hidden = news.new_threads + news.grown_threads - len(news.threads)
    rest = Text(f"and {hidden:,} more threads (-n shows more)", style=SECONDARY)
    return stack([headline, *map(_thread, news.threads), *([rest] if hidden else [])])


def news_figures(news: News) -> str:
    """Return “3 threads are new, 2 have new posts, 41 posts in all”."""
    parts = []
    if news.new_threads:
        parts.append(f"{news.new_threads:,} {_threads_are(news.new_threads)} new")
    if news.grown_threads:
        have = "has" if news.grown_threads == 1 else "have"
        noun = "" if news.new_threads else (" thread" if news.grown_threads == 1 else " threads")
        parts.append(f"{news.grown_threads:,}{noun} {have} new posts")
    return f"{', '.join(parts)}, {news.new_posts:,} new posts in all"


def _threads_are(number: int) -> str:
    return "thread is" if number == 1 else "threads are"


def _topic(topic: Topic) -> Group:
    headline = Text.assemble(
        (f"{topic.share:4.0%}  ", NUMBER), label(", ".join(topic.words), HEADING)
    )
    return lines(headline, *map(_central, topic.central))


def _central(citation: Citation) -> Hanging:
    text = Text.assemble(
        label(_excerpt(citation.quote)),
        (SEPARATOR, SECONDARY),
        label(citation.thread.title or citation.thread.file, SECONDARY),
    )
    return Hanging(text, Text(f"      {citation.passage.id[:8]}  ", style=SECONDARY))


def _thread(news: ThreadNews) -> Group:
    posts = f"{news.new_posts:,} post{'' if news.new_posts == 1 else 's'}"
    kind = "new" if news.is_new else "more"
    headline = Text.assemble(
        (f"{kind:4}  ", NUMBER),
        label(news.thread.title or news.thread.file, HEADING),
        (f"{SEPARATOR}{posts}", SECONDARY),
    )
    said = label(f"{news.first.author or 'someone'}: {_excerpt(news.first.text)}")
    return lines(headline, Hanging(said, Text("      ")))


def _excerpt(text: str) -> str:
    short = squeeze(text)
    if len(short) <= _EXCERPT_CHARACTERS:
        return short
    return short[:_EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"
