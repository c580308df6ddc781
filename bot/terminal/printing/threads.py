"""What people see of threads as a whole, found or opened, and of one passage in its thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from bot.terminal.printing.layout import (
    HEADING,
    NUMBER,
    QUOTED,
    SECONDARY,
    Hanging,
    attribution,
    barred,
    counted,
    day,
    indented,
    joined,
    label,
    lines,
    link_of,
    milliseconds,
    minute,
    nothing_found,
    plain,
    stack,
    web_link,
)
from retrieval.records import TextKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from retrieval.records import (
        Occurrence,
        Paragraph,
        Passage,
        Post,
        PostView,
        SourceView,
        Thread,
        ThreadHit,
        ThreadView,
        Timings,
    )

_PREVIEW_CHARACTERS = 280
_SOURCE_INDENT = 2


def threads_view(views: Sequence[ThreadView]) -> Group:
    """Show each thread with its posts, quotes marked with whose words they are."""
    return stack(block for view in views for block in _thread_blocks(view))


def thread_search_view(query: str, threads: Sequence[ThreadHit], timings_ms: Timings) -> Group:
    """Show the threads that a search found, each with its best passage."""
    if not threads:
        return nothing_found(query)
    columns = len(str(len(threads))) + 2
    blocks = [_found_thread(rank, found, columns) for rank, found in enumerate(threads, start=1)]
    footer = joined([counted(len(threads), "thread"), milliseconds(timings_ms.total)])
    return stack([*blocks, footer])


def source_view(view: SourceView) -> Group:
    """Show a passage between its neighbours, what it answers and what answers it."""
    blocks: list[RenderableType] = [_source_header(view)]
    if view.in_reply_to:
        blocks.append(_post_preview("In reply to", view.in_reply_to))
    blocks.append(_passage_in_place(view))
    blocks.extend(_post_preview("Answered by", reply) for reply in view.replies)
    if view.also_in:
        blocks.append(_places(view.also_in))
    blocks.append(joined([f"passage {view.passage.id}", f"footnote thread {view.thread.id}"]))
    return stack(blocks)


def _thread_blocks(view: ThreadView) -> Iterator[RenderableType]:
    yield _thread_header(view.thread, len(view.posts))
    names = _PostNames.of(view)
    columns = len(str(len(view.posts))) + 2
    for post_view in view.posts:
        yield _post_block(post_view, names, columns)


def _thread_header(thread: Thread, posts: int) -> Group:
    title = label(thread.title or thread.file, HEADING)
    file = label(thread.file) if thread.title else None
    place = joined([file, thread.source_kind, counted(posts, "post"), f"thread {thread.id}"])
    return lines(title, place, web_link(thread.url))


def _found_thread(rank: int, found: ThreadHit, columns: int) -> Group:
    thread, opening, best = found.thread, found.opening, found.hits[0]
    details = [
        joined(
            [
                Text.assemble("opened by ", label(opening.author)) if opening.author else None,
                day(opening.created_at) if opening.created_at else None,
                counted(found.posts, "post"),
                label(thread.file) if thread.title else None,
            ]
        ),
        web_link(thread.url) or web_link(opening.url),
    ]
    evidence = [label(best.post.author, "bold") if best.post.author else None]
    evidence.append(Text(f"footnote source {best.passage.id}"))
    return Group(
        Hanging(
            label(thread.title or thread.file, HEADING), Text(f"{f'{rank}.':<{columns}}", NUMBER)
        ),
        *(indented(detail, columns) for detail in details if detail),
        barred(_preview(best.passage.text), columns),
        barred(joined(evidence), columns),
        indented(Text(f"footnote thread {thread.id}", style=SECONDARY), columns),
    )


@dataclass(frozen=True, slots=True)
class _PostNames:
    """How the posts of one thread are called: ``#3`` or ``#3 (mira)``."""

    by_post: Mapping[str, Text]
    by_paragraph: Mapping[str, Text]

    @classmethod
    def of(cls, view: ThreadView) -> _PostNames:
        by_post = {post_view.post.id: _post_name(post_view.post) for post_view in view.posts}
        by_paragraph = {
            paragraph.id: by_post[post_view.post.id]
            for post_view in view.posts
            for paragraph in post_view.paragraphs
        }
        return cls(by_post, by_paragraph)


def _post_name(post: Post) -> Text:
    number = f"#{post.ordinal + 1}"
    return Text.assemble(number, " (", label(post.author), ")") if post.author else Text(number)


def _post_block(view: PostView, names: _PostNames, columns: int) -> Group:
    number = Text(f"{f'#{view.post.ordinal + 1}':<{columns}}", style=NUMBER)
    heading = _post_heading(view.post, names)
    paragraphs = list(view.paragraphs)
    blocks: list[RenderableType] = []
    if heading is None and paragraphs and paragraphs[0].kind is TextKind.OWN:
        # Nobody is named: the number may stand before the words themselves.
        first = paragraphs.pop(0)
        blocks = [Hanging(plain(first.text), number), *_repeats(first, columns)]
        blocks.extend([Text()] if paragraphs else [])
    else:
        blocks.append(Hanging(heading or Text("unnamed", style=SECONDARY), number))
    blocks.append(stack(Group(*_paragraph(each, names, columns)) for each in paragraphs))
    return Group(*blocks)


def _post_heading(post: Post, names: _PostNames) -> Text | None:
    parent = names.by_post.get(post.parent_id) if post.parent_id else None
    pieces = [
        label(post.author, "bold") if post.author else None,
        Text(minute(post.created_at)) if post.created_at else None,
        Text.assemble("in reply to ", parent) if parent else None,
    ]
    return joined(pieces) if any(pieces) else None


def _paragraph(paragraph: Paragraph, names: _PostNames, columns: int) -> Iterator[RenderableType]:
    if paragraph.kind is TextKind.QUOTE:
        yield barred(plain(paragraph.text, QUOTED), columns)
        yield barred(_whose_words(paragraph.origin_id, names), columns)
    else:
        yield indented(plain(paragraph.text), columns)
    yield from _repeats(paragraph, columns)


def _repeats(paragraph: Paragraph, columns: int) -> Iterator[RenderableType]:
    if paragraph.repeats:
        times = counted(paragraph.repeats, "more place")
        yield indented(Text(f"(these words stand in {times} of the file)", SECONDARY), columns)


def _whose_words(origin_id: str | None, names: _PostNames) -> Text:
    if origin_id is None:
        return Text("— someone's words, from outside the knowledge base", style=SECONDARY)
    name = names.by_paragraph.get(origin_id)
    if name is None:
        return Text(f"— words from footnote source {origin_id}", style=SECONDARY)
    return Text.assemble("— words of ", name, style=SECONDARY)


def _source_header(view: SourceView) -> Group:
    pieces = joined(attribution(view.post, view.thread), style="")
    return lines(pieces, link_of(view.post, view.thread))


def _passage_in_place(view: SourceView) -> Group:
    before = [_neighbour(passage) for passage in view.before]
    after = [_neighbour(passage) for passage in view.after]
    return stack([*before, _passage_itself(view.passage), *after])


def _neighbour(passage: Passage) -> Hanging:
    text = plain(passage.text, SECONDARY)
    return (barred if passage.kind is TextKind.QUOTE else indented)(text, _SOURCE_INDENT)


def _passage_itself(passage: Passage) -> Group:
    mark = Text("▌ ", style=NUMBER)
    blocks = [Hanging(plain(passage.text, "bold"), mark, mark)]
    if passage.kind is TextKind.QUOTE:
        words = (
            f"quoted words; their origin: footnote source {passage.origin_id}"
            if passage.origin_id
            else "quoted words; their origin is not in the knowledge base"
        )
        blocks.append(Hanging(Text(words, style=SECONDARY), mark, mark))
    return Group(*blocks)


def _post_preview(role: str, post: Post) -> Group:
    name = Text.assemble(f"{role} ", label(post.author, "bold")) if post.author else role
    heading = joined([name, minute(post.created_at) if post.created_at else None])
    return lines(heading, barred(_preview(post.text), 0))


def _preview(words: str) -> Text:
    text = plain(words)
    if len(text) > _PREVIEW_CHARACTERS:
        return Text.assemble(text[:_PREVIEW_CHARACTERS], " …")
    return text


def _places(places: Sequence[Occurrence]) -> Group:
    rows = [
        indented(
            joined(
                [
                    *attribution(place.post, place.thread),
                    "as a quote" if place.kind is TextKind.QUOTE else None,
                    f"footnote source {place.passage_id}",
                ]
            ),
            _SOURCE_INDENT,
        )
        for place in places
    ]
    return lines(Text("The same words also appear in", style=HEADING), *rows)
