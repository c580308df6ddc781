from __future__ import annotations

from collections.abc import Sequence

from ingest.read.forums import forum_magnum_markdown
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said

_SITE = "https://www.lesswrong.com"


def answer(posts: Sequence[Said]) -> bytes:
    return "\n".join(("# Comments: A wheel that rubs", "", *map(_comment, posts))).encode()


def _comment(said: Said) -> str:
    name = said.author.replace("]", "").replace("\n", " ")
    parent = f"- Parent comment (Markdown): {_SITE}/api/comment/comment{said.parent}\n"
    body = "\n".join(f"  {line}" for line in said.text.splitlines())
    return (
        f"### Comment by [{name}](/api/user/{said.author_id})\n\n"
        f"- {said.at.isoformat()}\n- Karma: 4\n- Reply depth: 1\n{parent if said.parent else ''}"
        f"- HTML permalink: {_SITE}/posts/post7/a-wheel/comment/comment{said.id}\n\n{body}\n"
    )


# Nothing keeps a body apart from the next comment, and nobody has an id; the post is elsewhere.
EXAMPLE = Example(
    forum_magnum_markdown.READER,
    "comments.md",
    answer,
    EVERYTHING - {Keeps.BODY, Keeps.AUTHOR_ID, Keeps.END, Keeps.PARENT},
)
