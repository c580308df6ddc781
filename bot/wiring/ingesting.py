"""An ingest, put together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from bot.settings import BotSettings
from bot.wiring.garbage import pass_over_modules
from bot.wiring.parts import (
    INGEST_WAIT_SECONDS,
    LazyModels,
    leave_no_residue,
    open_chroma_for,
    own_chroma_folder,
)
from retrieval.errors import StorageError
from retrieval.store.catalogue.catalogue import CATALOGUE, Catalogue
from retrieval.store.chroma.folder import DATABASE
from retrieval.store.data_folder.ownership import INGEST, alone

if TYPE_CHECKING:
    from bot.librarian import IngestRequest
    from ingest.report import IngestReport, Progress
    from retrieval.store.index import PassageIndex
    from retrieval.store.rebuilding import Stores

_log = logging.getLogger(__name__)
SERVED_FROM_BYTES: Final = 2**20
"""An ingest of so many bytes runs a Chroma server of its own, which takes 0.3 s to start: it
works beside Python where the embedded one holds the interpreter's lock, and lets others ask.
1,000 passages (0.4 MB) take as long either way, 3,000 take 3.2 s instead of 4.5."""


def ingest(
    settings: BotSettings, request: IngestRequest, listener: Callable[[Progress], None]
) -> IngestReport:
    """Bring a knowledge base in line with files and folders.

    Raises:
        FootnoteError: if nothing could be done; refused files are in the report.
    """
    if request.dry_run and not settings.data_dir.exists():
        with TemporaryDirectory(prefix="footnote-") as scratch:  # nothing is written, not even it
            elsewhere = settings.model_copy(update={"data_dir": Path(scratch)})
            return _ingest(elsewhere, request, listener)
    return _ingest(settings, request, listener)


def _ingest(
    settings: BotSettings, request: IngestRequest, listener: Callable[[Progress], None]
) -> IngestReport:
    from ingest.admission import AdmissionRules
    from ingest.pipeline import Ingest
    from ingest.request import Request
    from retrieval.store.live_generation import live_generation
    from retrieval.store.rebuilding import Stores, open_recovered
    from retrieval.store.removal.forgotten import ForgottenPeople

    wait_seconds = INGEST_WAIT_SECONDS if request.wait else 0
    with ExitStack() as stack:
        if not request.dry_run:
            stack.enter_context(
                alone(settings.data_dir, INGEST, doing="ingesting", wait_seconds=wait_seconds)
            )
        catalogue = Catalogue(settings.data_dir / CATALOGUE)
        stack.callback(catalogue.close)
        models = LazyModels(settings)

        stores: list[Stores] = []

        def open_index() -> PassageIndex:
            kb = request.knowledge_base
            is_new = not catalogue.knowledge_bases()
            if catalogue.generation(kb) is None:
                catalogue.begin_generation(kb, models.embedder.fingerprint)
            chroma = stack.enter_context(
                open_chroma_for(
                    settings,
                    doing="ingesting",
                    wait_seconds=wait_seconds,
                    serve=run.bytes_to_read >= SERVED_FROM_BYTES,
                    is_new=is_new,
                )
            )
            pass_over_modules()
            opened = Stores(
                *(catalogue, chroma, settings.data_dir / "lexical", models.embedder),
                chroma_folder=own_chroma_folder(settings),
            )
            stores.append(opened)
            return open_recovered(opened, live_generation(catalogue, kb, models.embedder))

        job = Request(
            knowledge_base=request.knowledge_base,
            paths=request.paths or (settings.corpus_dir,),
            corpus_dir=settings.corpus_dir,
            encoding=request.encoding,
            allow_empty=request.allow_empty,
            dry_run=request.dry_run,
            ignored=(settings.data_dir,),
            settled_seconds=request.settled_seconds,
            admission=AdmissionRules(
                bots=settings.ingest.admitted_bots(),
                accounts=_accounts(settings),
                forgotten=ForgottenPeople(settings.data_dir).read(),
            ),
        )
        run = Ingest(job, catalogue, open_index, models.token_ends, listener)
        report = run.run()
        if not stores and not request.dry_run:  # is what is there to be asked?
            kb = request.knowledge_base
            if not _is_in_place(settings, catalogue, kb, models):
                open_index()
        for opened in stores:
            _renew_if_worn(opened, request.knowledge_base, listener)
    if report.passages_removed and not request.dry_run:
        leave_no_residue(settings)
    return report


def _accounts(settings: BotSettings) -> frozenset[str]:
    """Return the ids under which the bot of this data folder has written, if one ever ran."""
    from bot.community.community import COMMUNITY, open_community

    if not (settings.data_dir / COMMUNITY).is_file():
        return frozenset()
    try:
        with open_community(settings.data_dir) as community:
            return community.starts.own_ids
    except StorageError as error:
        _log.warning("which posts are the bot's own is not known: %s", error)
        return frozenset()


def _renew_if_worn(
    stores: Stores, knowledge_base: str, listener: Callable[[Progress], None]
) -> None:
    from ingest.report import Progress, Stage
    from retrieval.store.rebuilding import renew_if_worn

    def on_step(_what: str, done: int, total: int) -> None:
        listener(Progress(Stage.WRITE, done, total))

    renew_if_worn(stores, knowledge_base, on_step=on_step)


def _is_in_place(
    settings: BotSettings, catalogue: Catalogue, knowledge_base: str, models: LazyModels
) -> bool:
    """Tell whether Chroma is where it was, so that nothing has to be opened to be sure.

    Raises:
        IndexMismatchError: if it was made with another model than the one that is set.
    """
    from retrieval.store.live_generation import check_model

    live = catalogue.generation(knowledge_base)
    if live is None:
        return True
    check_model(live, models.embedder.fingerprint)
    folder = own_chroma_folder(settings)
    return folder is not None and (folder / DATABASE).is_file()
