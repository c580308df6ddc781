"""What an ingest takes out of the index, file by file, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ingest.drafts import LeftOutReason
from ingest.report import Removal, Why

if TYPE_CHECKING:
    from ingest.admission import Admitted
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.removal.superseding import Superseded

_REASONS: Final = {LeftOutReason.BOT: Why.BOT, LeftOutReason.FORGOTTEN: Why.FORGOTTEN}


def removed_from(before: set[str], admitted: Admitted) -> tuple[Removal, ...]:
    """Return what a file held ``before``, by the posts' ids, and does not hold now."""
    contents = admitted.contents
    now = {post.id for thread in contents.threads for post in thread.posts}
    gone = before - now
    otherwise = Why.GONE if now or admitted.against else Why.EMPTIED
    against = {id_: _REASONS.get(why, otherwise) for id_, why in admitted.against.items()}
    counts = Counter(against.get(id_, otherwise) for id_ in gone)
    name = contents.stamp.name
    return tuple(Removal(name, counts[why], why) for why in Why if counts[why])


def removed_with(catalogue: Catalogue, kb: str, paths: Sequence[str]) -> tuple[Removal, ...]:
    """Return what goes with files that are gone."""
    names = {path: stamp.name for path, stamp in catalogue.stamps(kb).items()} if paths else {}
    counts = {path: len(catalogue.post_ids(kb, path)) for path in paths}
    return tuple(
        Removal(names.get(path, path), count, Why.FILE_GONE)
        for path, count in counts.items()
        if count
    )


def given_way(superseded: Sequence[Superseded]) -> tuple[Removal, ...]:
    """Return what gave way to newer texts, or to their absence."""
    return tuple(
        Removal(each.file, each.posts, Why.DELETED if each.is_deleted else Why.NEWER, each.by)
        for each in superseded
    )
