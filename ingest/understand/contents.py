"""From drafts to what the index keeps: ids, offsets, passages, quotes within a thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ingest.drafts import Found, PostDraft, ThreadDraft
from ingest.understand.passages import TokenEnds, passage_spans
from ingest.understand.probes import probe
from ingest.understand.quotes import QuoteIndex
from retrieval.records import Passage, Post, TextKind, Thread
from retrieval.store.catalogue.contents import FileContents, FileStamp, ThreadContents
from retrieval.text.noise import says_nothing
from retrieval.text.wording import content_id, squeeze, unquoted, words
from retrieval.threads.exchanges import own_words, understand


def file_contents(
    stamp: FileStamp, kind: str, found: Iterable[Found], token_ends: TokenEnds
) -> FileContents:
    """Give a file's threads, posts and passages their ids and places."""
    drafts = (each for each in found if isinstance(each, ThreadDraft))
    threads = tuple(_thread_contents(stamp.name, kind, draft, token_ends) for draft in drafts)
    return FileContents(stamp, kind, threads, sum(map(_repeats, threads)))


def _repeats(contents: ThreadContents) -> int:
    loud = (passage for passage in contents.passages if passage.id not in contents.silent)
    return sum({passage.paragraph: passage.repeats for passage in loud}.values())


def _thread_contents(
    file: str, kind: str, draft: ThreadDraft, token_ends: TokenEnds
) -> ThreadContents:
    thread = Thread(
        content_id(kind, draft.key),
        file,
        kind,
        draft.title,
        draft.url,
        tags=draft.tags,
        is_solved=draft.is_solved,
        is_channel=draft.is_channel,
        room=draft.room,
    )
    posts = _posts(thread, draft)
    passages, keyed = _passages(thread.id, draft, posts, token_ends)
    passages = _linked(passages, posts, keyed)
    understood = understand(thread, posts, own_words(posts, passages))
    by_id = {passage.id: passage for passage in passages}
    silent = frozenset(
        passage.id
        for passage in passages
        if says_nothing(quoted_words(passage)) or _stands_elsewhere(passage, by_id)
    )
    probes = {p.id: probe(quoted_words(p)) for p in passages if p.kind is TextKind.QUOTE}
    return ThreadContents(thread, understood.posts, passages, understood.exchanges, silent, probes)


def _stands_elsewhere(passage: Passage, by_id: Mapping[str, Passage]) -> bool:
    """Tell whether a quote's very words are indexed where they come from."""
    if passage.origin_id is None:
        return False
    return squeeze(quoted_words(passage)) == squeeze(quoted_words(by_id[passage.origin_id]))


def quoted_words(passage: Passage) -> str:
    """Return a passage's text, for a quote without its ``>`` marks."""
    return unquoted(passage.text) if passage.kind is TextKind.QUOTE else passage.text


def _posts(thread: Thread, draft: ThreadDraft) -> tuple[Post, ...]:
    ids = {post.key: content_id(thread.id, post.key) for post in draft.posts}
    return tuple(
        Post(
            id=ids[post.key],
            thread_id=thread.id,
            ordinal=ordinal,
            text=post.text,
            author=post.author,
            created_at=post.created_at,
            # A parent that is in no file is still known by its id.
            parent_id=_parent_id(thread, post),
            url=post.url,
            author_id=post.author_id,
            account=post.account,
            edited_at=post.edited_at,
            score=post.score,
            is_accepted=post.is_accepted,
            is_bot=post.is_bot,
            attachments=post.attachments,
            mentions=post.mentions,
        )
        for ordinal, post in enumerate(draft.posts)
    )


def _parent_id(thread: Thread, post: PostDraft) -> str | None:
    if post.parent_key is None:
        return None
    elsewhere = post.parent_thread_key
    at = content_id(thread.source_kind, elsewhere) if elsewhere else thread.id
    return content_id(at, post.parent_key)


def _passages(
    thread_id: str, draft: ThreadDraft, posts: Sequence[Post], token_ends: TokenEnds
) -> tuple[tuple[Passage, ...], dict[str, str]]:
    """Return the passages, and by id of a quote the post that the source says it is from."""
    passages: dict[str, Passage] = {}
    keyed: dict[str, str] = {}
    keys = {post_draft.key for post_draft in draft.posts}
    seen: Counter[tuple[str, str]] = Counter()
    paragraph_number = -1
    for post, post_draft in zip(posts, draft.posts, strict=True):
        for paragraph in post_draft.paragraphs:
            paragraph_number += 1
            within: set[str] = set()
            for start, end in passage_spans(paragraph.text, token_ends):
                text = paragraph.text[start:end]
                if text in within:
                    continue  # the same words over and over in one paragraph: once will do
                within.add(text)
                passage_id = content_id(post.id, text, str(seen[post.id, text]))
                seen[post.id, text] += 1
                if paragraph.quoted_key in keys:
                    keyed[passage_id] = content_id(thread_id, paragraph.quoted_key)
                passages[passage_id] = Passage(
                    id=passage_id,
                    post_id=post.id,
                    thread_id=thread_id,
                    ordinal=len(passages),
                    paragraph=paragraph_number,
                    start=paragraph.start + start,
                    end=paragraph.start + end,
                    text=text,
                    kind=paragraph.kind,
                    repeats=paragraph.repeats,
                    quoted_author=paragraph.quoted_author,
                )
    return tuple(passages.values()), keyed


def _linked(
    passages: Sequence[Passage], posts: Sequence[Post], keyed: Mapping[str, str]
) -> tuple[Passage, ...]:
    """Link the quotes of a thread to the passages whose words they repeat.

    Where several do, whose words the source says that they are decides, then the parent.
    ``keyed`` holds, by quote, the id of the post that the source says it is taken from.
    """
    if all(passage.kind is TextKind.OWN for passage in passages):
        return tuple(passages)
    index: QuoteIndex[int] = QuoteIndex(
        quoted_words(passage) for passage in passages if passage.kind is TextKind.QUOTE
    )
    for number, passage in enumerate(passages):
        index.add(number, quoted_words(passage))
    by_id = {post.id: post for post in posts}

    def unlikely(key: int, quote: Passage) -> tuple[bool, ...]:
        origin = passages[key]
        author, parent = by_id[origin.post_id].author, by_id[quote.post_id].parent_id
        return (
            origin.post_id != keyed.get(quote.id, origin.post_id),
            not _may_be(author, quote.quoted_author),
            origin.kind is TextKind.QUOTE,
            parent is not None and origin.post_id != parent,
        )

    linked: list[Passage] = []
    for number, passage in enumerate(passages):
        origin = None
        if passage.kind is TextKind.QUOTE:
            words = quoted_words(passage)
            at = by_id[passage.post_id].ordinal
            found = [key for key in (*index.same(words), *index.holding(words)) if key != number]
            found = [
                key for key in found if key < number or by_id[passages[key].post_id].ordinal < at
            ] or [key for key in found if passages[key].kind is TextKind.OWN]
            origin = min(found, key=lambda key: (*unlikely(key, passage), key), default=None)
        if origin is None:
            linked.append(passage)
            continue
        # A quote of a quote is from where that is from.
        elder = linked[origin].origin_id if origin < number else None
        linked.append(replace(passage, origin_id=elder or passages[origin].id))
    return tuple(linked)


def _may_be(author: str | None, named: str | None) -> bool:
    """Tell whether somebody may be who a quote names, perhaps by a part of the name."""
    if author is None or named is None:
        return True
    one, other = set(words(author)), set(words(named))
    return one <= other or other <= one
