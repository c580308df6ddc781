"""The bot itself: its commands put together, its start and its errors."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.community.community import Community
from bot.discord.admission.desk import Desk
from bot.discord.admission.memberships import Memberships
from bot.discord.admission.staffed_threads import StaffPresence
from bot.discord.cards.responses import Interaction, is_gone, show_text
from bot.discord.errors import explain
from bot.discord.features.after_ingest.announcing import Announcing
from bot.discord.features.after_ingest.marking import MarkingStale
from bot.discord.features.after_ingest.rounds import AfterIngest, Change
from bot.discord.features.after_ingest.waiting import WaitingAnswers
from bot.discord.features.ask.actions import AnswerActions
from bot.discord.features.ask.answers import Answers
from bot.discord.features.ask.asking import Asking
from bot.discord.features.config.command import Configuring
from bot.discord.features.corpus.reingest import Maintenance
from bot.discord.features.corpus.upload import Uploads
from bot.discord.features.digest.commands import Lately
from bot.discord.features.forum.drafts import Drafts
from bot.discord.features.forum.posts import OpenPosts
from bot.discord.features.gaps.command import GapList
from bot.discord.features.gaps.weekly import WeeklyGaps
from bot.discord.features.help.command import Helping
from bot.discord.features.learn.command import Learning
from bot.discord.features.learn.events import LiveEvents
from bot.discord.features.privacy.command import ForgetMe
from bot.discord.features.privacy.retention import Forgetting
from bot.discord.features.rulings.ruling import Rulings
from bot.discord.features.source.command import Sources
from bot.discord.features.source.view import RoomItem
from bot.discord.features.threads.command import ThreadSearch
from bot.discord.first_start import FirstSteps
from bot.discord.live.audience import Audience
from bot.discord.live.keeper import ForgettingLive, Keeper, LiveParts
from bot.discord.live.shelf import Shelf
from bot.discord.settings import DiscordSettings
from bot.discord.words import words_for
from bot.discord.words.translator import CatalogueTranslator
from bot.librarian import AsyncForgettingPeople, Librarians, Reingester
from bot.processes.quarantine import Quarantine
from retrieval.errors import ConfigurationError, FootnoteError
from retrieval.records import RulingKind
from retrieval.sight import Sight, seeing

PUBLIC_BOT: Final = (
    "Anybody can invite this bot into their server, where it says nothing but stands under its "
    "name: switch off Public Bot at https://discord.com/developers/applications → your "
    "application → Bot."
)
_log = logging.getLogger(__name__)


class CommandTree(app_commands.CommandTree[Any]):
    """The slash commands; whatever one of them raises becomes one sentence."""

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the person what went wrong, if Discord still lets the bot do so."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if is_gone(cause):
            _log.info("nobody to answer any more: %s", cause)
            return
        sentence = explain(error, words_for(interaction.locale.value))
        try:
            await show_text(interaction, sentence)
        except discord.HTTPException as refusal:
            _log.warning("could not report an error to its asker: %s", refusal)


class FootnoteBot(commands.AutoShardedBot):
    """Answers in Discord what a librarian knows; see ``bot.discord.run`` for its life.

    Args:
        librarians: May block; they are only called in ``executor``.
        reingester: Does its work in another process.
        executor: Bounds how many answers are prepared at once; the caller shuts it down.
        settings: The token in it is not used here.
        community: What is kept of servers and people.
        quarantine: Looks at uploaded files; None: there is no ``/upload``.
        people: Takes posts out of the answers; None: ``/forget-me`` does not offer that.
        live: Where the channels are kept that it reads itself; None: it reads none.
        options: For ``discord.Client``.
    """

    def __init__(  # noqa: PLR0913 - one argument a part that it puts together
        self,
        librarians: Librarians,
        reingester: Reingester,
        executor: Executor,
        settings: DiscordSettings,
        community: Community,
        quarantine: Quarantine | None = None,
        *,
        people: AsyncForgettingPeople | None = None,
        live: LiveParts | None = None,
        **options: Any,  # noqa: ANN401 - passed through as they are
    ) -> None:
        intents = discord.Intents.default()
        # A privileged one: only where messages are really read.
        reads = live is not None and bool(community.learnt.all())
        intents.message_content = settings.mention_replies or reads
        super().__init__(
            command_prefix=commands.when_mentioned,  # required by the base class, never used
            help_command=None,
            tree_cls=CommandTree,
            intents=intents,
            # Sent with every message and edit: nothing that the bot says can ping anybody.
            allowed_mentions=discord.AllowedMentions.none(),
            # What it knows belongs to servers; nobody takes it along on their own account.
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            max_messages=None,  # other people's messages are read once and not kept
            **options,
        )
        memberships = Memberships(self)
        self.keeper: Keeper | None = None
        if live is not None:
            shelf = Shelf(live.corpus)
            self.keeper = Keeper(self, community.learnt, shelf, live.opted_out)
        self.desk = Desk(
            librarians,
            community,
            executor,
            settings,
            memberships=memberships,
            audience=Audience(self, self._gone),
        )
        self._first_steps = FirstSteps(community, settings, librarians.default)
        self._waiting = WaitingAnswers(self, self.desk, community.unanswered)
        self._marking = MarkingStale(self, librarians, community.answers)
        self._default_base = librarians.default
        self.after_ingest = AfterIngest(
            librarians,
            community.told,
            [
                Announcing(self, librarians, community, self.desk),
                self._waiting,
                self._marking,
            ],
        )
        self._looking: asyncio.Task[None] | None = None
        self._reingester = reingester
        self._quarantine = quarantine
        self._people = people
        self._settings = settings
        self._community = community
        self._was_ready = False
        self.has_met_its_servers = False

    async def setup_hook(self) -> None:
        """Add the commands and register them with Discord."""
        # What it says itself must never be read as what the community knows.
        own_id = self.user.id if self.user else None
        self._community.starts.add_own_ids(own_id, self.application_id)
        mention_replies = self._settings.mention_replies
        self.add_dynamic_items(RoomItem)
        await self.tree.set_translator(CatalogueTranslator())
        staff = StaffPresence(self.desk)
        answers = Answers(self._community)
        await self.add_cog(staff)
        await self.add_cog(
            Asking(
                self, self.desk, self._community, answers, staff, mention_replies=mention_replies
            )
        )
        days = self._settings.retention_days
        await self.add_cog(
            AnswerActions(self, self.desk, self._community, answers, retention_days=days)
        )
        await self.add_cog(Rulings(self, self.desk, self._community.answers, self._follow_ruling))
        await self.add_cog(
            OpenPosts(
                self,
                self.desk,
                self._community,
                answers,
                delay_seconds=self._settings.forum_delay_seconds,
            )
        )
        await self.add_cog(Drafts(self, self.desk, self._community, answers))
        await self.add_cog(GapList(self, self.desk, self._community.gaps))
        await self.add_cog(WeeklyGaps(self, self.desk, self._community))
        await self.add_cog(Sources(self.desk))
        await self.add_cog(ThreadSearch(self.desk))
        await self.add_cog(Lately(self.desk))
        await self.add_cog(Helping(self.desk, retention_days=days))
        await self.add_cog(Configuring(self, self.desk, self._community.guilds))
        memories = self._community.memories
        people = self._people
        if self.keeper is not None:
            await self.add_cog(LiveEvents(self, self.keeper, self._mark_what_is_gone))
            await self.add_cog(Learning(self, self.desk, self._community.learnt, self.keeper))
            people = people and ForgettingLive(people, self.keeper)
        await self.add_cog(ForgetMe(self, self.desk, memories, people))
        await self.add_cog(Forgetting(self, self._community, retention_days=days))
        maintenance = Maintenance(self.desk, self._reingester)
        await self.add_cog(maintenance)
        limit_mib = self._settings.upload_mib
        if self._quarantine is not None and limit_mib:
            await self.add_cog(
                Uploads(self.desk, self._quarantine, maintenance, limit_mib=limit_mib)
            )
        await self._first_steps.look_back(self.tree)
        await self._register_commands()
        self._looking = asyncio.create_task(self._look_for_news(), name="after ingest")

    async def close(self) -> None:
        """Stop looking for news, leave Discord and close the desk."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await super().close()
        if self._people is not None:
            await self._people.finish()
        self.desk.close()

    async def on_ready(self) -> None:
        """Log the first time; Discord says it again after some reconnections."""
        if not self._was_ready:
            self._was_ready = True
            _log.info("logged in as %s, in %d servers", self.user, len(self.guilds))
            if self.application is not None and self.application.bot_public:
                _log.warning(PUBLIC_BOT)
            self._meet_servers()

    def _meet_servers(self) -> None:
        try:
            self._first_steps.meet(self.guilds)
        except FootnoteError as error:
            _log.warning("%s", error)
        self.has_met_its_servers = True

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to ``Asking``: there are no commands with a prefix."""

    def _gone(self) -> frozenset[str]:
        return self.keeper.shelf.gone if self.keeper is not None else frozenset()

    async def _mark_what_is_gone(self) -> None:
        """Mark the answers that quote what was deleted, before any ingest takes note of it."""
        now = datetime.now(UTC)
        with seeing(Sight(rooms=None, gone=self._gone())):
            await self._marking(Change(self._default_base, now, now))

    async def _follow_ruling(self, knowledge_base: str, kind: RulingKind) -> None:
        """Mark what quotes hidden words, and tell those who waited for an official answer."""
        now = datetime.now(UTC)
        change = Change(knowledge_base, now, now)
        if kind is RulingKind.HIDDEN:
            await self._marking(change)
        elif kind is RulingKind.OFFICIAL:
            await self._waiting(change)

    async def _look_for_news(self) -> None:
        await self.wait_until_ready()  # there are no servers to tell before
        await self.after_ingest.run()

    async def _register_commands(self) -> None:
        guild_id = self._settings.guild_id
        if guild_id is None:
            await self.tree.sync()
            return
        guild = discord.Object(guild_id)
        self.tree.copy_global_to(guild=guild)
        try:
            await self.tree.sync(guild=guild)
        except (discord.Forbidden, discord.NotFound) as error:
            raise ConfigurationError(
                f"The bot cannot register its commands in server {guild_id}: invite it there "
                "with the applications.commands scope, or correct FOOTNOTE_DISCORD__GUILD_ID."
            ) from error
