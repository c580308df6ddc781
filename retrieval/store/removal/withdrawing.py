"""Taking posts and quotes out of what a file holds, as if they had never been in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from retrieval.records import Passage, Post, TextKind
from retrieval.store.catalogue.contents import FileContents, ThreadContents
from retrieval.text.noise import says_nothing
from retrieval.threads.exchanges import own_words, understand

Span = tuple[int, int]


def withdraw(
    contents: FileContents, posts: Collection[str], passages: Collection[str] = ()
) -> FileContents:
    """Return a file without some posts and, where others hold them, some passages.

    The words of those passages leave the posts' texts, too; a quote goes as a whole.  What
    stays keeps its id and its place: a reply to a post that is gone still names it.
    """
    threads = (_left(thread, posts, passages) for thread in contents.threads)
    return replace(contents, threads=tuple(thread for thread in threads if thread.posts))


def quoting(passages: Sequence[Passage], gone: Iterable[str]) -> set[str]:
    """Return the ids of the quotes, and of quotes of them, whose words stand in ``gone``."""
    quotes: dict[str, list[str]] = defaultdict(list)
    for passage in passages:
        if passage.kind is TextKind.QUOTE and passage.origin_id is not None:
            quotes[passage.origin_id].append(passage.id)
    found: set[str] = set()
    todo = list(gone)
    while todo:
        new = set(quotes.pop(todo.pop(), ())) - found
        found |= new
        todo.extend(new)
    return found


def _left(
    thread: ThreadContents, posts: Collection[str], passages: Collection[str]
) -> ThreadContents:
    gone = _gone(thread.passages, posts, passages)
    if not gone and not any(post.id in posts for post in thread.posts):
        return thread
    kept = [passage for passage in thread.passages if passage.id not in gone]
    spans = _spans(thread, gone)
    bare = {p.post_id for p in thread.passages} - {p.post_id for p in kept}
    left = tuple(
        _without(post, spans.get(post.id, ()))
        for post in thread.posts
        if post.id not in posts and post.id not in bare
    )
    moved = tuple(_moved(passage, gone, spans.get(passage.post_id, ())) for passage in kept)
    understood = understand(thread.thread, left, own_words(left, moved))
    return replace(
        thread,
        posts=understood.posts,
        passages=moved,
        exchanges=understood.exchanges,
        # What was silent beside its origin has to speak for itself when that is gone.
        silent=frozenset(
            passage.id
            for passage in kept
            if passage.id in thread.silent
            if passage.origin_id not in gone or says_nothing(passage.text)
        ),
        probes={p.id: thread.probes[p.id] for p in moved if p.id in thread.probes},
    )


def _gone(
    all_passages: Sequence[Passage], posts: Collection[str], passages: Collection[str]
) -> set[str]:
    """Return the passages to be taken out: whole quotes, and what stands around a piece of one."""
    named = [passage for passage in all_passages if passage.id in passages]
    quotes = {(p.post_id, p.paragraph) for p in named if p.kind is TextKind.QUOTE}
    gone = {
        passage.id
        for passage in all_passages
        if passage.post_id in posts
        or passage.id in passages
        or (passage.post_id, passage.paragraph) in quotes
    }
    spans = defaultdict(list)
    for passage in all_passages:
        if passage.id in gone:
            spans[passage.post_id].append((passage.start, passage.end))
    around = {p.id for p in all_passages if _overlaps(p, spans.get(p.post_id, ()))}
    return gone | around


def _overlaps(passage: Passage, spans: Iterable[Span]) -> bool:
    return any(start < passage.end and passage.start < end for start, end in spans)


def _spans(thread: ThreadContents, gone: Collection[str]) -> dict[str, list[Span]]:
    """Return what is to be cut out of each post, in order and apart from each other.

    A passage goes up to the next one: repeated words are no passages of their own, and would
    be left between the two.
    """
    of_post: dict[str, list[Passage]] = defaultdict(list)
    for passage in thread.passages:
        of_post[passage.post_id].append(passage)
    lengths = {post.id: len(post.text) for post in thread.posts}
    spans: dict[str, list[Span]] = {}
    for post_id, passages in of_post.items():
        ordered = sorted(passages, key=lambda passage: passage.start)
        ends = [*(passage.start for passage in ordered[1:]), lengths.get(post_id, 0)]
        cut = [
            (passage.start, max(passage.start, end))
            for passage, end in zip(ordered, ends, strict=True)
            if passage.id in gone
        ]
        if cut:
            spans[post_id] = cut
    return spans


def _without(post: Post, spans: Iterable[Span]) -> Post:
    text, at = [], 0
    for start, end in spans:
        text.append(post.text[at:start])
        at = max(at, end)
    text.append(post.text[at:])
    return replace(post, text="".join(text))


def _moved(passage: Passage, gone: Collection[str], spans: Iterable[Span]) -> Passage:
    back = sum(end - start for start, end in spans if start < passage.start)
    origin = None if passage.origin_id in gone else passage.origin_id
    return replace(passage, start=passage.start - back, end=passage.end - back, origin_id=origin)
