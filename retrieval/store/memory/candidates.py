"""The passages that a search weighs, with the paragraphs beside them, as arrays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages in the order in which they were written, n of them, and their neighbours."""

    ids: tuple[str, ...]
    places: npt.NDArray[np.intp]
    """n; where they stand in the layout."""
    wanted: npt.NDArray[np.bool_]
    """n; false for a passage that is here only as a neighbour."""
    before: npt.NDArray[np.intp]
    """n; the place of the passage before in the same post, its own where there is none."""
    after: npt.NDArray[np.intp]
    """n; likewise."""
    exchanges: npt.NDArray[np.intp]
    """n; the same number for passages of one exchange, -1 for those of none."""
    posts: npt.NDArray[np.intp]
    """n; likewise for passages of one post."""
    askers: npt.NDArray[np.bool_]
    """n; whether it is the asker's word, and no answer."""
    worths: npt.NDArray[np.float64]
    """n; as ``Post.worth``."""
    lengths: npt.NDArray[np.float64]
    """n; in characters."""
    vectors: npt.NDArray[np.float32]
    """n × d."""

    def worth(self, worths: Mapping[str, float], answers: Collection[str]) -> Candidates:
        """Return the same with other worths for some, and ``answers`` as nobody's question."""
        changed, askers = self.worths.copy(), self.askers.copy()
        for place, id_ in enumerate(self.ids):
            changed[place] = worths.get(id_, changed[place])
            askers[place] &= id_ not in answers
        return replace(self, worths=changed, askers=askers)

    def wanted_ids(self) -> list[str]:
        """Return the ids of those that are more than neighbours, each once."""
        return [self.ids[place] for place in np.flatnonzero(self.wanted)]
