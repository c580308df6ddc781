"""Where the worth of a reply comes from: topics of a forum whose accepted post is known.

``python -m benchmarks.standing POSTS.jsonl QUESTIONS.jsonl`` reads topics (Footnote's JSONL) and
which of their posts were accepted (``thread``, ``answers``: post ids), fits the weights of
``retrieval/threads/standing.py`` as a softmax over the replies of each topic, and says how often
the accepted one is among the first, in five folds and with the weights that are shipped.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.drafts import ThreadDraft
from ingest.read import jsonl
from ingest.sources import SourceFile
from ingest.understand.contents import file_contents
from retrieval.store.catalogue.contents import FileStamp
from retrieval.text.wording import content_id
from retrieval.threads.exchanges import own_words
from retrieval.threads.standing import WEIGHTS, exchange_signs, helped_by, who

Matrix = npt.NDArray[np.float64]
Topic = tuple[Matrix, npt.NDArray[np.bool_]]
"""The signs of a topic's replies, one row each, and which of them was accepted."""
_FOLDS: Final = 5
_STEPS: Final = 400
_RATE: Final = 0.5
_DEPTHS: Final = (1, 2, 3, 5, 10)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the fit from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=Path)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args(arguments)
    topics = list(_topics(options.posts, options.questions))
    folds = np.arange(len(topics)) % _FOLDS
    fitted = [
        fit([t for t, f in zip(topics, folds, strict=True) if f != fold]) for fold in range(_FOLDS)
    ]
    ranks = [_rank(topic, fitted[fold]) for topic, fold in zip(topics, folds, strict=True)]
    shipped = np.array(list(WEIGHTS.values()))
    print("in five folds:", _told(ranks))
    print("as shipped:   ", _told([_rank(topic, shipped) for topic in topics]))
    for name, weight in zip(WEIGHTS, fit(topics), strict=True):
        print(f"{name} {weight:.2f}")


def fit(topics: Sequence[Topic]) -> Matrix:
    """Return the weights that make the accepted replies likeliest, with an L2 penalty."""
    everything = np.vstack([signs for signs, _ in topics])
    spread = everything.std(axis=0) + 1e-9
    weights = np.zeros(everything.shape[1])
    for _ in range(_STEPS):
        slope = weights / len(topics)
        for signs, accepted in topics:
            scores = signs / spread @ weights
            likely = np.exp(scores - scores.max())
            missed = likely / likely.sum() - accepted / accepted.sum()
            slope += (signs / spread).T @ missed / len(topics)
        weights -= _RATE * slope
    return np.asarray(weights / spread)


def _topics(posts: Path, questions: Path) -> Iterator[Topic]:
    lines = (json.loads(line) for line in questions.read_text("utf-8").splitlines() if line)
    accepted = {str(row["thread"]): row["answers"] for row in lines if row.get("answers")}
    source = SourceFile(str(posts), posts.stat().st_size, lambda: posts.open("rb"))
    drafts = [each for each in jsonl.read(source) if isinstance(each, ThreadDraft)]
    stamp = FileStamp(str(posts), posts.name, 0, 0, "", "")
    contents = file_contents(stamp, jsonl.KIND, drafts, lambda text: range(1, len(text) + 1))
    for draft, thread in zip(drafts, contents.threads, strict=True):
        good = {content_id(thread.thread.id, key) for key in accepted.get(draft.key, ())}
        opening, *replies = thread.posts
        own = own_words(thread.posts, thread.passages)
        asker = who(opening)
        helped = helped_by(asker, replies, own)
        signs = exchange_signs(asker, replies, own, helped, ())
        is_good = np.array([post.id in good for post in replies], dtype=bool)
        if is_good.any():
            yield np.array([[each[name] for name in WEIGHTS] for each in signs]), is_good


def _rank(topic: Topic, weights: Matrix) -> int:
    signs, accepted = topic
    return int(np.flatnonzero(accepted[np.argsort(-(signs @ weights), kind="stable")])[0])


def _told(ranks: Sequence[int]) -> str:
    shares = {depth: np.mean([rank < depth for rank in ranks]) for depth in _DEPTHS}
    told = ", ".join(f"{share:.2f} among the first {depth}" for depth, share in shares.items())
    return f"{len(ranks)} topics, {told}"


if __name__ == "__main__":
    main()
