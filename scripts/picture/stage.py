"""The bot on the loopback Discord, used by one member, and what it really sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.access.rules import Grant
from bot.community.community import Community, open_community
from bot.community.guild_settings import GuildSettings
from bot.discord.client import FootnoteBot
from bot.librarian import IngestRequest, Librarians
from bot.processes.ingest import ChildIngest
from bot.settings import BotSettings
from bot.wiring import ingest
from bot.wiring.answering import open_librarians
from tests.loopback.client_target import client_target, running
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.payloads import ORDINARY_MEMBER, Permission
from tests.loopback.world import Message

ANSWERED: Final = "Where do I get a Discord bot token?"
FOLLOW_UP: Final = "And what happens if it is not switched on?"
CLOSEST: Final = "Can it read Excel files?"
_THREADS: Final = Path(__file__).parents[2] / "sample" / "threads"
_ADMINISTRATOR: Final = ORDINARY_MEMBER | Permission.MANAGE_GUILD
_PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One message as it was sent, and how it came about."""

    name: str
    command: str
    components: Sequence[Mapping[str, Any]]
    is_private: bool
    names: Mapping[str, str]
    """Of channels and roles, by id."""


def shots(data_dir: Path) -> Sequence[Shot]:
    """Return what the bot sends about the sample threads, kept in ``data_dir``."""
    settings = BotSettings(_env_file=None, data_dir=data_dir, corpus_dir=_THREADS)
    ingest(settings, IngestRequest(knowledge_base="default", paths=(_THREADS,)), lambda _: None)
    with open_community(data_dir) as community, open_librarians(settings) as librarians:
        librarians.of(librarians.default).open()
        community.grants.grant(Grant(librarians.default))
        return asyncio.run(_sent(settings, librarians, community))


async def _sent(
    settings: BotSettings, librarians: Librarians, community: Community
) -> Sequence[Shot]:
    async with LoopbackDiscord() as server:
        mira = server.add_user("mira")
        guild = server.add_guild("Footnote", [mira])
        channels = [server.add_channel(guild, name) for name in ("help", "moderators", "news")]
        role = server.add_role(guild, "staff")
        names = {each.id: str(each.name) for each in channels} | {role.id: role.name}
        chosen = GuildSettings(
            answer_channels=(int(channels[0].id),),
            staff_roles=(int(role.id),),
            is_quiet_after_staff=True,
            remembers_questions=True,
            feedback_channel=int(channels[1].id),
            announcement_channel=int(channels[2].id),
        )
        community.guilds.save(int(guild.id), chosen)
        with ThreadPoolExecutor(2) as executor, client_target(server):
            bot = FootnoteBot(librarians, ChildIngest([]), executor, settings.discord, community)
            async with running(bot, server.token):

                async def used(name: str, command: str, **options: Any) -> Message:  # noqa: ANN401 - of any command
                    sent = server.slash(
                        mira, channels[0], command, permissions=_ADMINISTRATOR, **options
                    )
                    message = await server.settled(
                        sent, _PATIENCE_SECONDS, until=lambda one: bool(one.components)
                    )
                    taken.append(_shot(name, f"/{command}", message, names))
                    return message

                taken: list[Shot] = []
                answer = await used("answer", "ask", question=ANSWERED)
                form = server.press(mira, answer, label="Ask a follow-up")
                await server.acknowledged(form)
                followed = await server.settled(
                    server.submit(mira, form, {"text": FOLLOW_UP}),
                    _PATIENCE_SECONDS,
                    until=lambda one: bool(one.components),
                )
                taken.append(_shot("follow-up", "Ask a follow-up", followed, names))
                await used("closest", "ask", question=CLOSEST)
                await used("source", "source", passage="closes the connection with code 4014")
                await used("digest", "digest")
                await used("config", "config")
        server.assert_clean()
    return taken


def _shot(name: str, command: str, message: Message, names: Mapping[str, str]) -> Shot:
    return Shot(name, command, message.components, message.is_ephemeral, names)
