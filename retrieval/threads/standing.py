"""What each post is in its exchange, and how much speaks for it as an answer.  Pure.

The weights come from a softmax over the replies of forum topics whose accepted one is known:
``python -m benchmarks.standing`` fits them and says how often it is among the first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from retrieval.records import Post, Standing
from retrieval.text.sentences import is_question, sentences, wonders

WEIGHTS: Final = {
    "asker": -1.6,
    "asker_words": 0.5,
    "reply_words": 0.2,
    "refers": 1.0,
    "first": 1.4,
    "place": 0.45,
    "helped": 1.6,
    "solves": 2.1,
    "asks": -1.3,
    "asker_asks": -1.1,
    "first_reply": -0.85,
    "last": 0.8,
    "asker_last": 0.9,
    "code": 0.6,
    "link": 1.0,
    "short_thanks": -0.9,
}
_ACCEPTED: Final = 6.0
"""What the source itself marks comes before all that only seems so."""
_SCORE: Final = 0.3
_THANKS: Final = re.compile(
    r"\b(?:thank\w*|thx|ty|tysm|cheers|works|worked|working|fixed|solved|perfect|great|awesome"
    r"|helped|got it)\b",
    re.IGNORECASE,
)
_SOLVES: Final = re.compile(
    r"\b(?:solved|fixed|figured|found (?:it|the|out)|solution|the (?:problem|issue) (?:was|is)"
    r"|turns out|works now|i got it|my mistake|it was)\b",
    re.IGNORECASE,
)
_TELLS: Final = re.compile(
    r"\b(?:i (?:have |just |finally )*(?:solved|fixed|figured it out|got it working)"
    r"|(?:solved|fixed) (?:it|this|by|with)|(?:the )?(?:fix|solution) (?:is|was)\b"
    r"|turn(?:s|ed) out|works now|working now|the (?:problem|issue|cause) was)\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"```|\w\(|;$", re.MULTILINE)
_TROUBLE: Final = re.compile(
    r"\b(?:help|problems?|issues?|errors?|fail(?:s|ed|ing|ure)?|crash\w*|unable|wrong|stuck"
    r"|how to|how do|any ideas?|(?:can|could|do|does|is|are|did|will|would)(?:n['’]?t| not)"
    r"|cannot|not work\w*|trying to|looking for)\b",
    re.IGNORECASE,
)
_SHORT_THANKS: Final = 15
_A_SOLUTION: Final = 15
"""Words from which the asker's last word may be what solved it."""


def asks(text: str) -> bool:
    """Tell whether a text asks something, with a question mark or without."""
    return any(is_question(each) or wonders(each) for each in sentences(text))


def opens_asking(text: str, title: str) -> bool:
    """Tell whether what opens a thread asks for something, or tells of trouble."""
    told = f"{title}\n{text}"
    return asks(told) or _TROUBLE.search(told) is not None


def tells_solution(text: str) -> bool:
    """Tell whether somebody who asked says in the same words how it was solved."""
    return any(_TELLS.search(each) and not is_question(each) for each in sentences(text))


def stand(
    opening: Post,
    replies: Sequence[Post],
    own: Mapping[str, str],
    title: str = "",
    *,
    asks_too: bool = False,
    asked_in: Collection[str] = (),
) -> list[Post]:
    """Return the posts of an exchange in their standing, the one that opened it first.

    Args:
        opening: what opened it; its author is the asker.
        replies: what came after it, in order.
        own: by post id, its author's own words.
        title: that of the exchange, where it has one.
        asks_too: whether it is known to ask, whatever its words.
        asked_in: ids of the posts that a reply to the question refers to, where people refer.
    """
    opens = asks_too or opens_asking(own[opening.id], title)
    asker = who(opening) if opens else None
    helped = helped_by(asker, replies, own)
    last = next((post.id for post in reversed(replies) if is_by(post, asker)), None)
    return [
        replace(opening, standing=Standing.QUESTION if opens else Standing.STATEMENT),
        *(
            replace(
                post,
                standing=(
                    _of_asker(post, own[post.id], is_last=post.id == last)
                    if is_by(post, asker)
                    else _of_another(post, helped)
                ),
                worth=value,
            )
            for post, value in zip(replies, worths(asker, replies, own, asked_in), strict=True)
        ),
    ]


def worths(
    asker: str | None,
    replies: Sequence[Post],
    own: Mapping[str, str],
    asked_in: Collection[str] = (),
) -> list[float]:
    """Return of each reply how much less than for the best speaks for it as an answer."""
    signs = exchange_signs(asker, replies, own, helped_by(asker, replies, own), asked_in)
    values = [worth(each) + _marked(post) for post, each in zip(replies, signs, strict=True)]
    return [round(value - max(values), 3) for value in values]


def worth(signs: Mapping[str, float]) -> float:
    """Return what the signs of a reply say together."""
    return sum(WEIGHTS[name] * value for name, value in signs.items())


def exchange_signs(
    asker: str | None,
    replies: Sequence[Post],
    own: Mapping[str, str],
    helped: Collection[str],
    asked_in: Collection[str],
) -> list[dict[str, float]]:
    """Return what tells the replies of an exchange apart, by name as in ``WEIGHTS``.

    ``helped`` has the ids of what is thanked for, ``asked_in`` of what asks, where people refer.
    """
    askers = [n for n, post in enumerate(replies) if is_by(post, asker)]
    first_reply = next((n for n, post in enumerate(replies) if not is_by(post, asker)), -1)
    found: list[dict[str, float]] = []
    for n, post in enumerate(replies):
        text, by_asker = own[post.id], is_by(post, asker)
        words = len(text.split())
        signs = {
            "asker": by_asker,
            "asker_words": by_asker * math.log1p(words),
            "reply_words": (not by_asker) * math.log1p(words),
            "refers": post.parent_id is not None and post.parent_id in asked_in,
            "first": n == 0,
            "place": math.log(n + 1),
            "helped": post.id in helped,
            "solves": by_asker and _SOLVES.search(text) is not None,
            "asks": "?" in text,
            "asker_asks": by_asker and "?" in text,
            "first_reply": n == first_reply,
            "last": n == len(replies) - 1,
            "asker_last": words > _A_SOLUTION and n == max(askers, default=-1),
            "code": _CODE.search(text) is not None,
            "link": "http" in text,
            "short_thanks": words < _SHORT_THANKS and _THANKS.search(text) is not None,
        }
        found.append({name: float(value) for name, value in signs.items()})
    return found


def helped_by(asker: str | None, replies: Sequence[Post], own: Mapping[str, str]) -> set[str]:
    """Return the ids of the replies that the asker thanked for."""
    helped: set[str] = set()
    for n, post in enumerate(replies):
        if is_by(post, asker) and _THANKS.search(own[post.id]):
            before = [other for other in replies[:n] if not is_by(other, asker)]
            helped.update(each.id for each in _thanked(post, before))
    return helped


def _thanked(thanks: Post, before: Sequence[Post]) -> Sequence[Post]:
    """Return the reply that thanks are for: by reference, by mention, else the one just before."""
    referred = [post for post in before if post.id == thanks.parent_id]
    mentioned = [post for post in before if post.author_id in thanks.mentions]
    return referred or mentioned[-1:] or before[-1:]


def _of_asker(post: Post, text: str, *, is_last: bool) -> Standing:
    if post.is_accepted:
        return Standing.ACCEPTED
    says_enough = len(text.split()) > _A_SOLUTION and "?" not in text
    solves = is_last or _SOLVES.search(text) is not None
    return Standing.SOLUTION if says_enough and solves else Standing.REMARK


def _of_another(post: Post, helped: Collection[str]) -> Standing:
    if post.is_accepted:
        return Standing.ACCEPTED
    return Standing.HELPED if post.id in helped else Standing.REPLY


def _marked(post: Post) -> float:
    return _ACCEPTED * post.is_accepted + _SCORE * math.log1p(max(post.score or 0, 0))


def is_by(post: Post, author: str | None) -> bool:
    """Tell whether somebody who is known wrote a post."""
    return author is not None and who(post) == author


def who(post: Post) -> str | None:
    """Return what tells a post's author from others, None where nobody knows."""
    return post.author_id or post.author
