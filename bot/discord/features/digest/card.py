"""What is new and what is talked about, as cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.discord.cards.attributions import attribution, jumping, passage_code, thread_name
from bot.discord.cards.cards import (
    Block,
    Card,
    Divider,
    TextBlock,
    Tone,
    assemble,
    safe_url,
)
from bot.discord.cards.markdown import fit, fit_line, quote_block
from bot.discord.words import Words
from retrieval.records import Citation, News, ThreadNews, Topic

MAX_THREADS: Final = 8
MAX_TOPICS: Final = 8
_EXCERPT_LIMIT: Final = 160


def digest_card(news: News, words: Words) -> Card:
    """Return what came since a time that somebody named."""
    since = news.since.date().isoformat()
    if not news.threads:
        return assemble(Tone.NOT_FOUND, [TextBlock(words.lately.nothing_new.format(since=since))])
    return _news_card(
        words.lately.since.format(figures=news_figures(news, words), since=since), news, words
    )


def announcement_card(news: News, words: Words) -> Card:
    """Return what has just come, for everybody in a channel."""
    return _news_card(words.lately.arrived.format(figures=news_figures(news, words)), news, words)


def news_figures(news: News, words: Words) -> str:
    """Return “3 threads are new, 2 threads have new posts, 41 new posts in all”."""
    parts = []
    if news.new_threads:
        parts.append(words.count(words.lately.new_threads, news.new_threads))
    if news.grown_threads:
        parts.append(words.count(words.lately.grown_threads, news.grown_threads))
    return ", ".join([*parts, words.count(words.lately.new_posts, news.new_posts)])


def topics_card(topics: Sequence[Topic], words: Words) -> Card:
    """Return the topics, each with the passage at its heart."""
    if not topics:
        return assemble(Tone.NOT_FOUND, [TextBlock(words.lately.no_topics)])
    blocks: list[Block] = [TextBlock(words.lately.topics), Divider()]
    for topic in topics[:MAX_TOPICS]:
        names = fit_line(", ".join(topic.words), 120)
        headline = words.lately.topic.format(words=names, share=f"{topic.share:.0%}")
        central = [_central(each, words) for each in topic.central[:1]]
        blocks.append(TextBlock("\n".join([headline, *central])))
    return assemble(Tone.SOURCE, blocks)


def _news_card(headline: str, news: News, words: Words) -> Card:
    shown = news.threads[:MAX_THREADS]
    blocks: list[Block] = [
        TextBlock(headline),
        Divider(),
        *(_thread(each, words) for each in shown),
    ]
    hidden = news.new_threads + news.grown_threads - len(shown)
    if hidden > 0:
        blocks.append(TextBlock(words.count(words.lately.more_threads, hidden)))
    return assemble(Tone.SOURCE, blocks)


def _thread(news: ThreadNews, words: Words) -> Block:
    author = fit_line(news.first.author or "", 60)
    credit = [words.lately.by.format(author=author)] if author else []
    if not news.is_new:
        credit.append(words.count(words.lately.new_posts, news.new_posts))
    excerpt = fit(news.first.text, _EXCERPT_LIMIT, render=quote_block, max_lines=2)
    lines = [
        f"**{thread_name(news.thread)}**",
        excerpt,
        "-# " + " · ".join(credit) if credit else "",
    ]
    text = "\n".join(line for line in lines if line)
    url = safe_url(news.thread.url, news.first.url)
    return jumping(text, url, words)


def _central(citation: Citation, words: Words) -> str:
    quote = fit(citation.quote, _EXCERPT_LIMIT, render=quote_block, max_lines=2)
    credit = attribution(citation.post, citation.thread, citation.passage.kind, words)
    return f"{quote}\n-# {credit} · {passage_code(citation.passage.id)}"
