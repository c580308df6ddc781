"""The examination of an index, put together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bot.settings import BotSettings
from bot.wiring.parts import (
    INGEST_WAIT_SECONDS,
    existing_catalogue,
    load_embedder,
    open_chroma_for,
    open_minilm,
    own_chroma_folder,
)
from retrieval.store.data_folder.ownership import INGEST, alone

if TYPE_CHECKING:
    from retrieval.probing import ModelCheck
    from retrieval.store.examination import Examination


def examine(
    settings: BotSettings,
    knowledge_base: str,
    on_step: Callable[[str, int, int], None],
    *,
    anew: bool,
) -> Examination:
    """Check and mend a knowledge base's index, or make it anew.

    Raises:
        FootnoteError: if it cannot be examined, or not be mended.
    """
    from retrieval.store.examination import examine as examine_stores
    from retrieval.store.rebuilding import Stores

    with ExitStack() as stack:
        catalogue = existing_catalogue(settings, knowledge_base)
        stack.callback(catalogue.close)
        stack.enter_context(
            alone(settings.data_dir, INGEST, doing="examining", wait_seconds=INGEST_WAIT_SECONDS)
        )
        chroma = stack.enter_context(open_chroma_for(settings, doing="examining", wait_seconds=60))
        lexical_folder = settings.data_dir / "lexical"
        return examine_stores(
            Stores(
                catalogue,
                chroma,
                lexical_folder,
                load_embedder(settings, open_minilm(settings)),
                chroma_folder=own_chroma_folder(settings),
            ),
            knowledge_base,
            anew=anew,
            on_step=on_step,
        )


def check_models(settings: BotSettings) -> tuple[ModelCheck, ...]:
    """Try the language model and the embedding model that are set; none is set by default."""
    from retrieval.probing import check_chat_model, check_embedder

    checks = (
        check_embedder(settings.embedding, lambda: load_embedder(settings, open_minilm(settings))),
        check_chat_model(settings.llm),
    )
    return tuple(check for check in checks if check is not None)
