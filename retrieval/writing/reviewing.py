"""A second reading: each sentence beside its quotes, by who has seen nothing else.

Whoever wrote the answer is not there to persuade.  What a reading does not say plainly of a
sentence, it has not said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from retrieval.errors import ModelCallError
from retrieval.language_model.chat import ChatModel, ChatRequest
from retrieval.language_model.usage import Meter
from retrieval.records import Post, Support
from retrieval.writing.check import Kept
from retrieval.writing.material import header, random_name
from retrieval.writing.parsing import json_objects
from retrieval.writing.prompt import prompt_text, strict_object
from retrieval.writing.quotes import locate

_SYSTEM: Final = prompt_text("review")
_PARTLY: Final = "partly"
_SUPPORT: Final = {"supported": Support.CONFIRMED, _PARTLY: Support.PARTLY, "not": None}
"""What a verdict means, the best first."""
_VERDICT: Final = {"type": "string", "enum": list(_SUPPORT)}
_ENTRY: Final = strict_object(n={"type": "integer"}, verdict=_VERDICT, missing={"type": "string"})
SCHEMA: Final = {
    "title": "comparison",
    **strict_object(sentences={"type": "array", "items": _ENTRY}),
}
_LINE: Final = re.compile(r"(?m)^\W*(\d{1,2})\W+(supported|partly|not)\b", re.IGNORECASE)
_OUTPUT_TOKENS: Final = 100
_TOKENS_PER_SENTENCE: Final = 60
_MAX_MISSING: Final = 120
_MAX_AUTHOR: Final = 40
_Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Review:
    """What a second reading says of a sentence."""

    support: Support | None
    """None where its quotes do not say it."""
    missing: str = ""
    """Words of the sentence that the quotes do not say; empty where they are not known."""


class Reviewer(Protocol):
    """Reads sentences beside their quotes."""

    def review(
        self, kept: Sequence[Kept], meter: Meter, seconds_left: float
    ) -> tuple[Review | None, ...]:
        """Return what it says of each sentence, None where it says nothing."""
        ...


class ModelReviewer:
    """Has a language model read all sentences of an answer in one call."""

    def __init__(self, model: ChatModel) -> None:
        """Ask ``model``, which need not be the one that wrote."""
        self._model = model

    def review(
        self, kept: Sequence[Kept], meter: Meter, seconds_left: float
    ) -> tuple[Review | None, ...]:
        """See ``Reviewer``; where the call fails, or must not be made, nothing is said."""
        request = ChatRequest(
            system=_SYSTEM,
            user=_told(kept, random_name()),
            max_output_tokens=_OUTPUT_TOKENS + _TOKENS_PER_SENTENCE * len(kept),
            deadline_seconds=seconds_left,
            schema=SCHEMA if self._model.follows_schemas else None,
        )
        try:
            reply = meter.complete(self._model, request)
        except ModelCallError:
            return (None,) * len(kept)
        found = _findings(reply.text)
        return tuple(_reviewed(found.get(n, {}), one.text) for n, one in enumerate(kept, 1))


def _told(kept: Sequence[Kept], fence: str) -> str:
    blocks = []
    for n, one in enumerate(kept, 1):
        quotes = "\n".join(
            f"<quote-{fence}{_whose(cited.post)}>\n{cited.quote}\n</quote-{fence}>"
            for cited in one.citations
        )
        blocks.append(f'<sentence-{fence} n="{n}">\n{one.text}\n</sentence-{fence}>\n{quotes}')
    return "\n\n".join(blocks)


def _whose(post: Post) -> str:
    name, day = header(post.author, _MAX_AUTHOR), post.created_at
    return (f' author="{name}"' if name else "") + (f' date="{day.date()}"' if day else "")


def _findings(text: str) -> dict[int, _Entry]:
    """Return the entries of a reply by their numbers; JSON, or lines such as "1: supported".

    Of two for one sentence the worse counts.  Who counts from 0 has numbered otherwise than we
    did, and has said nothing.
    """
    found = [entry for entry in json_objects(text) if "verdict" in entry] or [
        {"n": number, "verdict": verdict} for number, verdict in _LINE.findall(text)
    ]
    entries: dict[int, _Entry] = {}
    for entry in sorted(found, key=_badness):
        if str(entry.get("n")).isdecimal():
            entries[int(entry["n"])] = entry
    return {} if 0 in entries else entries


def _badness(entry: _Entry) -> int:
    said = _verdict(entry)
    return list(_SUPPORT).index(said) if said in _SUPPORT else -1


def _verdict(entry: _Entry) -> str:
    return str(entry.get("verdict")).strip().lower()


def _reviewed(entry: _Entry, sentence: str) -> Review | None:
    said, missing = _verdict(entry), entry.get("missing")
    if said not in _SUPPORT:
        return None
    if said != _PARTLY or not isinstance(missing, str):
        return Review(_SUPPORT[said])
    # Only words of the sentence itself: whatever else it says is a model's, and unchecked.
    place = locate(missing.strip(' .“”"'), sentence, 1)
    return Review(_SUPPORT[said], sentence[slice(*place)][:_MAX_MISSING] if place else "")
