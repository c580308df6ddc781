"""Writing to a Chroma server in small steps, so that those who search it wait little.

Chroma 1.5.9 lets searches wait until a write is done.  Measured at 5,000 vectors on two cores,
beside writes of 2,000 records the 95th percentile of a search was 1,600 ms, of 500 885 ms, of 25
78 ms; alone it is 10 ms.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Final

STEP_SECONDS: Final = 0.03
"""How long a step is meant to take: as long as a search waits at worst."""
_FIRST_RECORDS: Final = 25
"""A file of a few posts is one step: with a pause in it it takes half a second, not a quarter."""
_FEWEST_RECORDS: Final = 5
_PAUSES_PER_STEP: Final = 2.0
"""Pauses take twice as long as steps, so that two of three searches meet none."""
_LONGEST_PAUSE_SECONDS: Final = 0.5


class SmallSteps:
    """Cuts a write into steps of about ``STEP_SECONDS``, with pauses between them.

    What it learnt of the server's speed it keeps from write to write.
    """

    def __init__(
        self,
        most_records: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin with few records a step, and never take more than ``most_records``."""
        self._most = most_records
        self._clock = clock
        self._sleep = sleep
        self._records = float(min(_FIRST_RECORDS, most_records))
        self._next_step_at = -math.inf

    def parts(self, count: int) -> Iterator[slice]:
        """Yield the parts of ``count`` records; what is done with each is one step.

        The pause after the last step is kept by the first one of the next write, so that a
        single small write is not held up by it.
        """
        start = 0
        while start < count:
            self._pause()
            part = slice(start, min(start + round(self._records), count))
            began = self._clock()
            yield part
            now = self._clock()
            start = part.stop
            self._learn(part.stop - part.start, now - began)
            pause = min(_PAUSES_PER_STEP * (now - began), _LONGEST_PAUSE_SECONDS)
            self._next_step_at = now + pause

    def _pause(self) -> None:
        seconds = self._next_step_at - self._clock()
        if seconds > 0:
            self._sleep(seconds)

    def _learn(self, records: int, seconds: float) -> None:
        fitting = records * STEP_SECONDS / max(seconds, 1e-6)
        # Half way to what would have fitted: one slow step on a busy machine proves little.
        self._records = (self._records + min(fitting, 2 * self._records)) / 2
        self._records = min(max(self._records, _FEWEST_RECORDS), self._most)
