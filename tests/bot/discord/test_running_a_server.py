"""``/config``, ``/help``, staff and servers that leave, as those who are there meet them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.access.rules import Grant
from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.community.unanswered import WaitingQuestion
from bot.discord.features.config.panel import Control
from bot.discord.words import ENGLISH, GERMAN
from tests.bot.discord.conftest import EVERYWHERE, RunBot, let_add
from tests.bot.discord.factories import make_answer
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians, FakeReingester
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.errors import CommandHidden
from tests.loopback.fixtures import ErrorLog
from tests.loopback.interactions import Interaction
from tests.loopback.payloads import Channel, Guild, Permission, Role, User
from tests.loopback.world import Message

CONFIG = ENGLISH.config


@dataclass
class Place:
    guild: Guild
    channel: Channel
    other: Channel
    ada: User
    boss: User
    staff: User
    staff_role: Role

    @property
    def guild_id(self) -> int:
        return int(self.guild.id)


@pytest.fixture
def place(discord_server: LoopbackDiscord) -> Place:
    server = discord_server
    ada, boss, staff = (server.add_user(name) for name in ("ada", "boss", "sam"))
    guild = server.add_guild("Lock keepers", [ada, boss, staff])
    server.give_role(guild, boss, server.add_role(guild, "boss", Permission.MANAGE_GUILD))
    role = server.add_role(guild, "staff")
    server.give_role(guild, staff, role)
    channels = server.add_channel(guild, "talk"), server.add_channel(guild, "help")
    return Place(guild, *channels, ada, boss, staff, role)


@pytest.fixture(autouse=True)
def nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


def two_bases() -> FakeLibrarians:
    return FakeLibrarians(FakeLibrarian(), locks=FakeLibrarian(), secret=FakeLibrarian())


async def panel_of(server: LoopbackDiscord, place: Place, user: User | None = None) -> Message:
    return await server.settled(server.slash(user or place.boss, place.channel, "config"))


async def notice(server: LoopbackDiscord, interaction: Interaction, panel: Message) -> str:
    """What is said beside the panel."""

    def said() -> Message | None:
        messages = [*interaction.followups, interaction.original]
        return next((m for m in messages if m is not None and m is not panel), None)

    message = await server.wait_until(said)
    assert message is not None
    return message.text


async def test_an_administrator_sets_everything_on_one_panel(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    server = discord_server
    community.grants.grant(Grant("locks", place.guild_id))
    async with run_footnote(two_bases()):
        panel = await panel_of(server, place)
        assert panel.is_ephemeral

        async def choose(control: Control, *values: object) -> None:
            chosen = server.choose(place.boss, panel, values, custom_id=control.custom_id)
            await server.settled(chosen)

        await choose(Control.ANSWER_CHANNELS, place.channel, place.other)
        await choose(Control.KNOWLEDGE_BASE, "locks")
        await choose(Control.CHANNEL_KNOWLEDGE_BASE, "default")
        await choose(Control.STAFF_ROLES, place.staff_role)
        await choose(Control.REINGEST_ROLES, place.staff_role)
        await choose(Control.LANGUAGE, "Deutsch")
        await choose(Control.FEEDBACK_CHANNEL, place.other)
        await choose(Control.ANNOUNCEMENT_CHANNEL, place.other)
        for text, state in (
            (CONFIG.mentions, CONFIG.on),
            (CONFIG.private, CONFIG.off),
            (CONFIG.quiet, CONFIG.off),
            (CONFIG.remembers, CONFIG.off),
        ):
            pressed = server.press(place.boss, panel, label=text.format(state=state))
            await server.settled(pressed)
    channel, other = int(place.channel.id), int(place.other.id)
    assert community.guilds.of(place.guild_id) == GuildSettings(
        answer_channels=(channel, other),
        answers_mentions=False,
        is_private=True,
        knowledge_base="locks",
        channel_knowledge_bases=((channel, "default"),),
        language="de",
        reingest_roles=(int(place.staff_role.id),),
        staff_roles=(int(place.staff_role.id),),
        is_quiet_after_staff=True,
        feedback_channel=other,
        announcement_channel=other,
        remembers_questions=True,
    )


async def test_two_changes_at_once_are_both_kept(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    async with run_footnote():
        panel = await panel_of(discord_server, place)
        presses = [
            discord_server.press(place.boss, panel, custom_id=control.custom_id)
            for control in (Control.PRIVATE, Control.QUIET, Control.REMEMBERS)
        ]
        before = panel.edits
        await discord_server.wait_until(lambda: panel.edits == before + len(presses))
    assert community.guilds.of(place.guild_id) == GuildSettings(
        is_private=True, is_quiet_after_staff=True, remembers_questions=True
    )


async def test_a_panel_works_after_a_restart(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    async with run_footnote():
        panel = await panel_of(discord_server, place)
    async with run_footnote():
        label = CONFIG.private.format(state=CONFIG.off)
        pressed = discord_server.press(place.boss, panel, label=label)
        await discord_server.settled(pressed)
    assert community.guilds.of(place.guild_id).is_private
    assert CONFIG.private.format(state=CONFIG.on) in panel.labels


async def test_only_who_manages_the_server_may_use_it_even_on_an_old_panel(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    async with run_footnote():
        with pytest.raises(CommandHidden):
            discord_server.slash(place.ada, place.channel, "config")
        forced = discord_server.slash(place.ada, place.channel, "config", force=True)
        assert (await discord_server.settled(forced)).text == CONFIG.administrators_only
        panel = await panel_of(discord_server, place)
        label = CONFIG.private.format(state=CONFIG.off)
        pressed = discord_server.press(place.boss, panel, label=label, permissions=0)
        assert await notice(discord_server, pressed, panel) == CONFIG.administrators_only
    assert community.guilds.of(place.guild_id) == GuildSettings()


async def test_a_base_that_is_not_granted_is_not_offered_and_not_taken(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.grants.grant(Grant("locks", place.guild_id))
    async with run_footnote(two_bases()):
        panel = await panel_of(discord_server, place)
        assert "secret" not in str(panel.payload)
        community.grants.revoke(Grant("locks", place.guild_id))
        chosen = discord_server.choose(
            place.boss, panel, ["locks"], custom_id=Control.KNOWLEDGE_BASE.custom_id
        )
        assert await notice(discord_server, chosen, panel) == ENGLISH.desk.unknown_base
    assert community.guilds.of(place.guild_id) == GuildSettings()


async def test_deleted_channels_and_roles_leave_the_settings(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    channel, role = int(place.other.id), int(place.staff_role.id)
    community.guilds.save(
        place.guild_id,
        GuildSettings(answer_channels=(channel,), feedback_channel=channel, staff_roles=(role,)),
    )
    async with run_footnote():
        discord_server.delete_channel(place.other)
        discord_server.delete_role(place.guild, place.staff_role)
        await discord_server.wait_until(
            lambda: community.guilds.of(place.guild_id) == GuildSettings()
        )


async def test_a_role_may_be_let_reingest(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    reingester = FakeReingester()
    async with run_footnote(reingester=reingester):

        async def reingest() -> str:
            asked = discord_server.slash(place.staff, place.channel, "reingest", force=True)
            return (await discord_server.settled(asked)).text

        assert await reingest() == ENGLISH.desk.may_not_add
        roles = (int(place.staff_role.id),)
        community.guilds.save(place.guild_id, GuildSettings(reingest_roles=roles))
        assert await reingest() == ENGLISH.desk.may_not_add
        assert reingester.runs == 0
        let_add(community, place.guild)
        await reingest()
    assert reingester.runs == 1


async def test_help_says_what_may_be_seen_here_and_what_is_left(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.grants.grant(Grant("locks", place.guild_id))
    community.guilds.save(place.guild_id, GuildSettings(answer_channels=(int(place.other.id),)))
    async with run_footnote(two_bases(), limits={"burst": 3, "person_per_day": 50}):
        asked = discord_server.slash(place.ada, place.channel, "help")
        text = (await discord_server.settled(asked)).text
        assert "**default** · 12 threads, 3,456 posts" in text
        assert "secret" not in text
        assert f"<#{place.other.id}>" in text
        assert ENGLISH.help.left.format(now=3, day=50) in text
        assert ENGLISH.help.privacy.format(days=90) in text
        assert "/config" not in text
        boss = discord_server.slash(place.boss, place.channel, "help")
        assert "/config" in (await discord_server.settled(boss)).text
        eva = discord_server.add_user("eva", locale="de")
        direct = discord_server.direct_message_channel(eva)
        german = (await discord_server.settled(discord_server.slash(eva, direct, "help"))).text
    assert GERMAN.help.bases in german
    assert "locks" not in german


async def test_help_where_nothing_may_be_seen_says_so(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.grants.revoke(EVERYWHERE)
    async with run_footnote(strict_access=True):
        asked = discord_server.slash(place.ada, place.channel, "help")
        assert ENGLISH.desk.nothing_visible in (await discord_server.settled(asked)).text


def waiting(user: User, place: Place, asked_at: datetime | None = None) -> WaitingQuestion:
    return WaitingQuestion(int(user.id), place.guild_id, 1, "default", "When?", asked_at=asked_at)


async def test_what_is_old_is_deleted_when_the_bot_starts(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.unanswered.keep(waiting(place.ada, place, datetime(2020, 1, 1, tzinfo=UTC)))
    community.unanswered.keep(waiting(place.boss, place))
    async with run_footnote():
        await discord_server.wait_until(
            lambda: len(community.unanswered.waiting("default", 10)) == 1
        )


async def test_a_server_that_removes_the_bot_is_forgotten(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.guilds.save(place.guild_id, GuildSettings(language="de"))
    async with run_footnote():
        discord_server.remove_bot(place.guild)
        await discord_server.wait_until(
            lambda: community.guilds.of(place.guild_id) == GuildSettings()
        )


async def test_a_server_that_removed_the_bot_while_it_was_away_is_forgotten(
    place: Place, run_footnote: RunBot, community: Community, discord_server: LoopbackDiscord
) -> None:
    for guild_id in (place.guild_id, 4711):
        community.guilds.save(guild_id, GuildSettings(language="de"))
        community.unanswered.keep(WaitingQuestion(1, guild_id, 1, "default", "When?"))
    async with run_footnote():
        await discord_server.wait_until(lambda: community.memories.guild_ids() == {place.guild_id})
    assert community.guilds.of(place.guild_id).language == "de"


async def test_another_bots_token_costs_no_server_its_settings(
    run_footnote: RunBot, community: Community, discord_server: LoopbackDiscord
) -> None:
    community.guilds.save(4711, GuildSettings(language="de"))
    community.starts.application_id = 1
    me = int(discord_server.bot.id)
    async with run_footnote():
        await discord_server.wait_until(lambda: community.starts.application_id == me)
        await asyncio.sleep(0.1)
        assert community.memories.guild_ids() == {4711}


async def test_mentions_are_answered_only_where_and_if_the_server_wants(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    bot = f"<@{discord_server.bot.id}>"
    librarian = FakeLibrarian(*[make_answer("At six.")] * 2)
    async with run_footnote(librarian):
        settings = GuildSettings(answer_channels=(int(place.other.id),))
        community.guilds.save(place.guild_id, settings)
        ignored = discord_server.say(place.ada, place.channel, f"{bot} When?")
        answered = discord_server.say(place.ada, place.other, f"{bot} When?")
        await discord_server.wait_until(lambda: discord_server.replies_to(answered))
        community.guilds.save(place.guild_id, GuildSettings(answers_mentions=False))
        off = discord_server.say(place.ada, place.channel, f"{bot} When?")
        await asyncio.sleep(0.1)  # it is read while mentions are off
        community.guilds.save(place.guild_id, GuildSettings())
        last = discord_server.say(place.ada, place.channel, f"{bot} When?")
        await discord_server.wait_until(lambda: discord_server.replies_to(last))
    assert discord_server.replies_to(ignored) == discord_server.replies_to(off) == []


@pytest.mark.parametrize("bot_was_there", [True, False])
async def test_a_thread_in_which_staff_replied_is_left_to_them_unless_asked_directly(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    *,
    bot_was_there: bool,
) -> None:
    server, bot = discord_server, f"<@{discord_server.bot.id}>"
    settings = GuildSettings(staff_roles=(int(place.staff_role.id),), is_quiet_after_staff=True)
    community.guilds.save(place.guild_id, settings)
    thread = server.start_thread(place.ada, place.channel, "When does it open?")
    librarian = FakeLibrarian(*[make_answer("At six.")] * 3)
    if not bot_was_there:
        server.say(place.staff, thread, "I will look it up.")
    async with run_footnote(librarian):
        if bot_was_there:
            before = server.say(place.ada, thread, f"Does {bot} know when?")
            await server.wait_until(lambda: server.replies_to(before))
            server.say(place.staff, thread, "I will look it up.")
        passing = server.say(place.ada, thread, f"Perhaps {bot} knows when?")
        direct = server.say(place.ada, thread, f"{bot} when does it open?")
        [answer] = await server.wait_until(lambda: server.replies_to(direct))
        again = server.say(place.ada, thread, f"Really, {bot}?", reply_to=answer)
        await server.wait_until(lambda: server.replies_to(again))
        await asyncio.sleep(0.05)
    assert server.replies_to(passing) == []
