"""An ingest, put together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bot.settings import BotSettings
from bot.wiring.parts import (
    CATALOGUE,
    INGEST_WAIT_SECONDS,
    LazyEmbedder,
    make_search,
    open_chroma_for,
)
from retrieval.index.catalogue import Catalogue
from retrieval.index.ownership import INGEST, alone

if TYPE_CHECKING:
    from bot.ports import IngestRequest
    from ingest.report import IngestReport, Progress
    from retrieval.index.store import PassageIndex


def ingest(
    settings: BotSettings, request: IngestRequest, listener: Callable[[Progress], None]
) -> IngestReport:
    """Bring a knowledge base in line with files and folders.

    Raises:
        FootnoteError: if nothing could be done; refused files are in the report.
    """
    from ingest.pipeline import Ingest, Request
    from retrieval.index.rebuilding import Stores, open_recovered
    from retrieval.index.store import live_generation

    wait_seconds = INGEST_WAIT_SECONDS if request.wait else 0
    with ExitStack() as stack:
        if not request.dry_run:
            stack.enter_context(
                alone(settings.data_dir, INGEST, doing="ingesting", wait_seconds=wait_seconds)
            )
        catalogue = Catalogue(settings.data_dir / CATALOGUE)
        stack.callback(catalogue.close)
        embedder = LazyEmbedder(settings)

        def open_index() -> PassageIndex:
            kb = request.knowledge_base
            if catalogue.generation(kb) is None:
                catalogue.begin_generation(kb, embedder.model.fingerprint)
            chroma = stack.enter_context(
                open_chroma_for(settings, doing="ingesting", wait_seconds=wait_seconds)
            )
            stores = Stores(catalogue, chroma, settings.data_dir / "lexical", embedder.model)
            return open_recovered(stores, live_generation(catalogue, kb, embedder.model))

        def calibrate(index: PassageIndex) -> None:
            from retrieval.answering.reading import Reader
            from retrieval.answering.self_asking import recalibrate

            search = make_search(settings, index, embedder.model, embedder.model)
            recalibrate(index, search, Reader(index.passages, embedder.model))

        job = Request(
            knowledge_base=request.knowledge_base,
            paths=request.paths or (settings.corpus_dir,),
            corpus_dir=settings.corpus_dir,
            encoding=request.encoding,
            allow_empty=request.allow_empty,
            dry_run=request.dry_run,
            ignored=(settings.data_dir,),
            settled_seconds=request.settled_seconds,
        )
        return Ingest(job, catalogue, open_index, embedder.token_ends, listener, calibrate).run()
