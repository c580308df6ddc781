"""Answers that a model wrote, to be given again while nothing that they rest on has changed.

Kept in memory: a restart forgets them, so nothing of a question stays on disk, and a new
version with another prompt begins anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from retrieval.records import Answer


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """All that an answer depends on; every ingest changes ``updated_at``."""

    knowledge_base: str
    question: str
    history: tuple[str, ...]
    generation: int
    updated_at: datetime | None
    model: str
    rulings: object = None
    """What changes with what staff decided."""


class AnswerCache:
    """The latest ``most`` answers, the one that was asked for longest ago forgotten first.

    Any thread may call it.
    """

    def __init__(self, most: int) -> None:
        """Keep up to ``most`` answers; 0 keeps none."""
        self._most = most
        self._lock = threading.Lock()
        self._answers: OrderedDict[AnswerKey, Answer] = OrderedDict()

    def get(self, key: AnswerKey) -> Answer | None:
        """Return the answer that was kept, saying that it was; it costs no tokens."""
        with self._lock:
            answer = self._answers.get(key)
            if answer is None:
                return None
            self._answers.move_to_end(key)
        step = "This very question was answered before and the threads are the same since."
        return replace(answer, usage=None, trace=(*answer.trace, step))

    def put(self, key: AnswerKey, answer: Answer) -> None:
        """Keep an answer if a model wrote it: others cost nothing, or may go better next time."""
        if answer.mode != key.model or answer.fallback is not None:
            return
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
