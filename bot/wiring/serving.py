"""The Discord bot, put together."""

from __future__ import annotations

import logging
import sys

from bot.settings import BotSettings
from bot.wiring.answering import open_librarians
from retrieval.errors import EmptyIndexError

_log = logging.getLogger(__name__)


def run_bot(settings: BotSettings) -> None:
    """Run the Discord bot until it is stopped.

    Raises:
        ConfigurationError: without a token, or with one that Discord refuses.
        UnavailableError: if the index or the model cannot be used.
    """
    from bot.child_ingest import ChildIngest
    from bot.community.community import open_community
    from bot.discord_app.run import check_token, run_bot
    from bot.discord_app.watch import CorpusWatch
    from ingest.watching import Pace

    check_token(settings.discord)
    command = [sys.executable, "-m", "bot.terminal.main"]
    command += ["--data-dir", str(settings.data_dir), "--corpus-dir", str(settings.corpus_dir)]
    # A file that is still being written is left to the next round.
    command += ["ingest", "--events", "--no-wait", "--settled", str(Pace().whole_seconds)]
    reingester = ChildIngest([*command, "--kb", settings.knowledge_base])
    corpus = None
    if settings.discord.watch:
        corpus = CorpusWatch(settings.corpus_dir, reingester, ignored=[settings.data_dir])
    with open_community(settings.data_dir) as community, open_librarians(settings) as librarians:
        try:
            librarians.of(librarians.default).open()
        except EmptyIndexError as error:
            _log.warning("%s Until then the bot has nothing to answer from.", error)
        run_bot(settings.discord, librarians, reingester, community, corpus)
