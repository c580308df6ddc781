"""What a knowledge base talks about: clusters of passages, each named by its own words.

Spherical k-means (Dhillon and Modha, Machine Learning 42, 2001) on the passages' vectors,
begun as k-means++ does it (Arthur and Vassilvitskii, SODA 2007); names by the class-based
TF-IDF of BERTopic (Grootendorst, arXiv:2203.05794).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.records import Citation, Topic
from retrieval.text.wording import content_words

if TYPE_CHECKING:
    from retrieval.store.catalogue.contents import Located

SAMPLE: Final = 4_000
"""So many passages tell what thousands more are about; k-means on them takes 0.2 s."""
_ROUNDS: Final = 30
_WORDS: Final = 4
_CENTRAL: Final = 2
_FEWEST: Final = 3
"""Fewer passages are no topic."""
_SHORTEST_WORD: Final = 3
_OFTEN: Final = 0.08
"""A word that stands in fewer of a topic's passages does not name it."""
_LIFT: Final = 1.5
"""A word that is hardly more frequent in a topic than elsewhere does not tell it apart."""
_SEED: Final = 20_260

_URL: Final = re.compile(r"(?:\w+://|www\.)\S+", re.IGNORECASE)

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]


def find_topics(passages: Sequence[Located], vectors: Vectors, limit: int) -> tuple[Topic, ...]:
    """Return at most ``limit`` topics, the largest first.

    Args:
        passages: What the rows of ``vectors`` stand for.
        vectors: Unit length each.
        limit: The most topics that are wanted.
    """
    if len(passages) < 2 * _FEWEST:
        return ()
    labels, centres = cluster(vectors, _number_of_clusters(len(passages), limit))
    members = [np.flatnonzero(labels == n).tolist() for n in range(len(centres))]
    names = typical_words([[passages[i].passage.text for i in each] for each in members])
    topics = [
        Topic(
            words=names[n],
            share=len(each) / len(passages),
            central=_central([passages[i] for i in each], vectors[each] @ centres[n]),
        )
        for n, each in enumerate(members)
        if len(each) >= _FEWEST and names[n]
    ]
    return tuple(sorted(topics, key=lambda topic: -topic.share)[:limit])


def cluster(vectors: Vectors, k: int) -> tuple[Labels, Vectors]:
    """Return each row's cluster and the clusters' centres, the same ones each time."""
    centres = _first_centres(vectors, k)
    labels = np.full(len(vectors), -1)
    for _ in range(_ROUNDS):
        nearest = np.argmax(vectors @ centres.T, axis=1)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        for n in range(k):
            if (labels == n).any():
                centre = vectors[labels == n].sum(axis=0)
                centres[n] = centre / max(float(np.linalg.norm(centre)), 1e-9)
    return labels, centres


def typical_words(clusters: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the words most typical of each cluster of texts, most typical first.

    A word counts once a text, so that one long post cannot name a topic, and has to stand in
    two texts of its cluster.
    """
    counts = [Counter(word for text in texts for word in _words(text)) for texts in clusters]
    everywhere: Counter[str] = sum(counts, Counter())
    average = everywhere.total() / max(len(clusters), 1)
    total = sum(map(len, clusters))
    return [
        _most_typical(
            {
                word: n * math.log(1 + average / everywhere[word])
                for word, n in count.items()
                if n >= max(2, len(texts) * _OFTEN)
                and n * total > _LIFT * everywhere[word] * len(texts)
            }
        )
        for count, texts in zip(counts, clusters, strict=True)
    ]


def _most_typical(weights: Mapping[str, float]) -> tuple[str, ...]:
    chosen: list[str] = []
    for word in sorted(weights, key=lambda word: (-weights[word], word)):
        if not any(_same_root(word, other) for other in chosen):
            chosen.append(word)
        if len(chosen) == _WORDS:
            break
    return tuple(chosen)


def _same_root(word: str, other: str) -> bool:
    """Tell whether one word is the other with another ending: “pump” and “pumps”."""
    short, long = sorted((word, other), key=len)
    return long.startswith(short[: max(len(short) - 1, _SHORTEST_WORD)]) and (
        len(long) - len(short) <= _SHORTEST_WORD
    )


def _words(text: str) -> set[str]:
    return {
        word
        for word in content_words(_URL.sub(" ", text))
        if len(word) >= _SHORTEST_WORD and not word[0].isdigit() and "'" not in word
    }


def _number_of_clusters(passages: int, limit: int) -> int:
    """Half as many again as are shown, so that what fits nowhere has a place to go."""
    by_size = round(math.sqrt(passages / 2))
    return max(2, min(by_size, limit + limit // 2, passages // _FEWEST))


def _first_centres(vectors: Vectors, k: int) -> Vectors:
    chance = np.random.default_rng(_SEED)
    chosen = [int(chance.integers(len(vectors)))]
    distance = np.maximum(1 - vectors @ vectors[chosen[0]], 0)
    while len(chosen) < k:
        total = float(distance.sum())
        likelihood = distance / total if total > 0 else None
        chosen.append(int(chance.choice(len(vectors), p=likelihood)))
        distance = np.minimum(distance, np.maximum(1 - vectors @ vectors[chosen[-1]], 0))
    return vectors[chosen].copy()


def _central(
    passages: Sequence[Located], closeness: npt.NDArray[np.float32]
) -> tuple[Citation, ...]:
    """Return the passages nearest to their centre, of different posts."""
    found: dict[str, Located] = {}
    for place in np.argsort(-closeness, kind="stable").tolist():
        found.setdefault(passages[place].post.id, passages[place])
        if len(found) == _CENTRAL:
            break
    return tuple(
        Citation(
            n=n,
            quote=each.passage.text,
            start=each.passage.start,
            end=each.passage.end,
            passage=each.passage,
            post=each.post,
            thread=each.thread,
        )
        for n, each in enumerate(found.values(), 1)
    )
