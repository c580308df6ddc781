"""The Discord bot, put together."""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection
from typing import TYPE_CHECKING

from bot.settings import BotSettings
from bot.wiring.answering import open_librarians
from bot.wiring.garbage import leave_alone_what_stays
from retrieval.errors import EmptyIndexError, IndexBusyError, UnavailableError

if TYPE_CHECKING:
    from bot.discord.live.keeper import OptedOut

_log = logging.getLogger(__name__)


def run_bot(settings: BotSettings) -> None:
    """Run the Discord bot until it is stopped.

    Raises:
        ConfigurationError: without a token, or with one that Discord refuses.
        UnavailableError: if the index or the model cannot be used.
    """
    from bot.community.community import open_community
    from bot.discord.features.corpus.watch import CorpusWatch
    from bot.discord.live.keeper import LiveParts
    from bot.discord.run import check_token, run_bot
    from bot.processes.forgetting import ChildForgetting
    from bot.processes.ingest import ChildIngest
    from bot.processes.quarantine import Quarantine
    from ingest.files.watching import Pace

    check_token(settings.discord)
    if not settings.data_dir.exists():
        _log.warning(
            "There is no data folder %s; an empty one is made. If there should be one, correct "
            "--data-dir or FOOTNOTE_DATA_DIR.",
            settings.data_dir,
        )
    footnote = [sys.executable, "-m", "bot.terminal.main"]
    footnote += ["--data-dir", str(settings.data_dir), "--corpus-dir", str(settings.corpus_dir)]
    people = ChildForgetting(footnote)
    command = [*footnote, "ingest", "--events", "--kb", settings.knowledge_base]
    # A file that is still being written is left to the next round.
    reingester = ChildIngest([*command, "--no-wait", "--settled", str(Pace().whole_seconds)])
    quarantine = Quarantine(
        settings.data_dir / "quarantine",
        settings.corpus_dir,
        lambda file: ChildIngest([*command, "--dry-run", str(file)]),
    )
    corpus = None
    if settings.discord.watch:
        corpus = CorpusWatch(settings.corpus_dir, reingester, ignored=[settings.data_dir])
    with (
        open_community(settings.data_dir) as community,
        open_librarians(settings, community.feedback.votes) as librarians,
    ):
        community.memories.register(librarians.rulings)
        try:
            librarian = librarians.of(librarians.default)
            librarian.open()
            librarian.suggest("")  # reads the authors, so that the first who types need not wait
        except EmptyIndexError as error:
            _log.warning("%s Until then the bot has nothing to answer from.", error)
        except UnavailableError as error:
            # A server that is not up yet, or an index in use: each question tries again.
            if type(error) not in {UnavailableError, IndexBusyError}:
                raise
            _log.warning("%s Until then the bot cannot answer.", error)
        leave_alone_what_stays()
        run_bot(
            settings.discord,
            librarians,
            reingester,
            community,
            corpus,
            quarantine,
            people=people,
            live=LiveParts(settings.corpus_dir, _opted_out(settings)),
        )


def _opted_out(settings: BotSettings) -> OptedOut:
    """Return who tells whose words are not to be read, by the list as it is at each call."""
    from retrieval.store.removal.forgotten import ForgottenPeople

    people = ForgottenPeople(settings.data_dir)

    def among(author_ids: Collection[str]) -> frozenset[str]:
        forgotten = people.read()
        return frozenset(id_ for id_ in author_ids if forgotten.wrote(id_, None, "discord"))

    return among
