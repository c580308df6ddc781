"""How many quotes are linked to the post that they are taken from, in a community's own export.

``python -m benchmarks.quote_links FILE…`` reads each file as an ingest does.  Whose words a quote
repeats is told by the source where it names the post (Discourse, Zulip, Discord's replies), and
else by the posts that its own answers, one after the other: the nearest whose own words hold nine
tenths of the quote's runs of three words.  Quotes of words that stand in no such post, and those
of fewer than six words, are not counted.  Nothing is embedded or written.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from ingest.drafts import ParagraphDraft, PostDraft, ThreadDraft
from ingest.read import reader_for
from ingest.sources import SourceFile
from ingest.understand.contents import file_contents
from retrieval.records import TextKind
from retrieval.store.catalogue.contents import FileStamp, ThreadContents
from retrieval.text.wording import unquoted, words

_RUN: Final = 3
_SHORTEST: Final = 6
_HELD: Final = 0.9
Runs = frozenset[tuple[str, ...]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--wrong", type=int, default=0, help="show so many that are wrong")
    options = parser.parse_args(arguments)
    tallies: dict[str, Counter[str]] = {}
    for path in options.files:
        for label, outcome, quote in _of_file(path):
            tally = tallies.setdefault(label, Counter())
            tally[outcome] += 1
            if outcome != "right" and tally["shown"] < options.wrong:
                tally["shown"] += 1
                print(f"--- {outcome}\n{quote}\n")
    for label, tally in tallies.items():
        asked = tally["right"] + tally["wrong"] + tally["unlinked"]
        share = tally["right"] / max(1, asked)
        print(
            f"{label}: {asked:,} quotes of known origin, {share:.3f} to the right post, "
            f"{tally['wrong']:,} to another, {tally['unlinked']:,} to none"
        )


def _of_file(path: Path) -> Iterator[tuple[str, str, str]]:
    source = SourceFile(path.name, path.stat().st_size, lambda: path.open("rb"))
    reader = reader_for(path.name, source.head)
    if reader is None:
        return
    stamp = FileStamp(path.name, path.name, 0, 0, "", "")
    for draft in reader.read(source):
        if isinstance(draft, ThreadDraft) and draft.posts:
            contents = file_contents(stamp, reader.kind, [draft], lambda text: [len(text)])
            for outcome, quote in outcomes(draft, contents.threads[0]):
                yield reader.label, outcome, quote


def outcomes(draft: ThreadDraft, contents: ThreadContents) -> Iterator[tuple[str, str]]:
    """Yield what became of each quote of known origin, and its text."""
    keys = {post.id: drafted.key for post, drafted in zip(contents.posts, draft.posts, strict=True)}
    at = {passage.id: keys[passage.post_id] for passage in contents.passages}
    linked = {
        (keys[passage.post_id], passage.paragraph): at.get(passage.origin_id or "")
        for passage in reversed(contents.passages)
        if passage.kind is TextKind.QUOTE
    }
    posts = {post.key: post for post in draft.posts}
    own = {post.key: _own_runs(post) for post in draft.posts}
    number = -1
    for post in draft.posts:
        for paragraph in post.paragraphs:
            number += 1
            truth = _origin(post, paragraph, posts, own)
            if truth is None or (post.key, number) not in linked:
                continue
            found = linked[post.key, number]
            yield (
                "unlinked" if found is None else "right" if found == truth else "wrong",
                paragraph.text,
            )


def _origin(
    post: PostDraft,
    paragraph: ParagraphDraft,
    posts: Mapping[str, PostDraft],
    own: Mapping[str, Runs],
) -> str | None:
    """Return the key of the post that a quote's words are from, None where that is not known."""
    if paragraph.kind is not TextKind.QUOTE:
        return None
    said = unquoted(paragraph.text)
    if len(words(said)) < _SHORTEST:
        return None
    runs = _runs(said)
    at = paragraph.quoted_key or post.parent_key
    seen: set[str] = {post.key}
    while at is not None and at in posts and at not in seen:
        seen.add(at)
        if len(runs & own[at]) >= _HELD * len(runs):
            return at
        at = None if paragraph.quoted_key else posts[at].parent_key
    return None


def _own_runs(post: PostDraft) -> Runs:
    return _runs("\n".join(each.text for each in post.paragraphs if each.kind is TextKind.OWN))


def _runs(text: str) -> Runs:
    said = words(text)
    return frozenset(tuple(said[at : at + _RUN]) for at in range(len(said) - _RUN + 1))


if __name__ == "__main__":
    main()
