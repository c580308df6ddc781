"""What the check of a written answer costs, without the model that writes it.

``python -m benchmarks.writing`` reads replies of eight sentences about ten passages of the
sample threads, checks them and lays the answers out for Discord, each with empty caches, and
prints the processor time of the median and of the 95th percentile.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Sequence

from bot.discord_app.render import render_answer
from retrieval.domain import Answer, Outcome, Usage
from retrieval.llm.chat import ChatReply, ChatRequest
from retrieval.settings import WritingSettings
from retrieval.writing import alignment, origins, quotes, support, terms
from retrieval.writing.writer import CallLimits, Writer
from tests.retrieval.writing.samples import Claim, claims

ANSWERS = 200
SENTENCES = 8
PASSAGES = 10


class _Scripted:
    name = "scripted"
    follows_schemas = True
    cites_natively = False

    def __init__(self, said: Sequence[Claim]) -> None:
        self._said = said

    def complete(self, request: ChatRequest) -> ChatReply:
        blocks = request.user.split("<passage-")[1:]
        items = []
        for claim in self._said:
            block = next((one for one in blocks if claim.hit.passage.text in one), "")
            id_ = block.partition('id="')[2][:6] or "NONE99"
            items.append({"cites": [{"id": id_, "quote": claim.quote}], "text": claim.text})
        return ChatReply(json.dumps({"answerable": True, "items": items}), Usage(1, 1, 1))


def measure(answers: int = ANSWERS) -> list[float]:
    """Return the milliseconds of processor time that each answer takes, in order."""
    chance = random.Random(5)  # noqa: S311 - the same answers each time
    settings = WritingSettings(passages=PASSAGES, repair=False, passage_tokens=20_000)
    extractive = Answer("Why?", Outcome.ANSWERED, "As the posts have it.")
    spent = []
    for _ in range(answers):
        said = chance.sample(list(claims()), SENTENCES)
        hits = list(dict.fromkeys(claim.hit for claim in said))
        more = chance.sample(list(claims()), 40)
        hits += [hit for hit in dict.fromkeys(c.hit for c in more) if hit not in hits]
        writer = Writer(_Scripted(said), settings, CallLimits(10, 800))
        _forget()
        started = time.process_time()
        render_answer(writer.write("Why is it so?", hits[:PASSAGES], extractive))
        spent.append(1000 * (time.process_time() - started))
    return sorted(spent[2:])  # the first ones read the lexicon and import


def _forget() -> None:
    for cached in (terms.read, quotes.fold, support.dates, support._counterpart, support._foldcase):  # noqa: SLF001
        cached.cache_clear()
    alignment._aligned.cache_clear()  # noqa: SLF001
    alignment.clauses_of.cache_clear()
    origins._homes.cache_clear()  # noqa: SLF001
    origins._same.cache_clear()  # noqa: SLF001


def main() -> None:
    """Print the figures."""
    spent = measure()
    print(f"median {statistics.median(spent):.1f} ms, p95 {spent[int(0.95 * len(spent))]:.1f} ms")


if __name__ == "__main__":
    main()
