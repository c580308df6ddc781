"""Every surface, used by everybody who may come: what they saw, added and administered.

What should have come of it is written here by hand, as people would say it, and not read from
the table that the bot goes by.  The real bot, real stores; what is added goes through
Footnote's own processes and the real model.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from bot.access.rules import Grant, Surface
from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.community.unanswered import WaitingQuestion
from bot.discord.client import FootnoteBot
from bot.discord.features.after_ingest.announcing import Announcing
from bot.discord.features.after_ingest.rounds import Change
from bot.discord.features.after_ingest.waiting import WaitingAnswers
from bot.discord.features.ask import buttons
from bot.discord.features.config.panel import Control
from bot.discord.features.forum import draft_card as drafts
from bot.discord.features.rulings import buttons as rulings
from bot.discord.features.source import places as spots
from bot.discord.live.keeper import LiveParts
from bot.discord.words import ENGLISH
from bot.processes.ingest import ChildIngest
from bot.processes.quarantine import Quarantine
from tests.bot.discord.conftest import EVERYWHERE, RunBot
from tests.bot.discord.shelves import Shelves, shelves
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.interactions import Interaction, InteractionType
from tests.loopback.payloads import Channel, Guild, MessageFlag, Permission, User
from tests.loopback.world import Message, Upload
from tests.retrieval.store.builders import Said, file_of

pytestmark = pytest.mark.slow

SECRET: Final = "zyzzogeton"
QUESTION: Final = "How long must sourdough rise in winter?"
BREAD: Final = file_of(
    "bread.txt",
    Said("Bob", f"How long must sourdough rise in winter? My {SECRET} stays flat."),
    *(
        Said(f"Dan{n}", f"Sourdough rises six hours in winter, the {SECRET} of {what}.", "Bob")
        for n, what in enumerate(("rye", "wheat", "spelt", "oats", "barley", "emmer"))
    ),
    *(
        Said(f"Eve{n}", f"Sweep the {SECRET} oven and chimney with {what} brushes.", "Bob")
        for n, what in enumerate(("steel", "brass", "nylon", "broad", "narrow", "long"))
    ),
    title=f"Winter {SECRET} bread",
)
PASSAGE: Final = next(BREAD.indexed()).id
[THREAD] = [thread.thread.id for thread in BREAD.threads]
LONG_AGO: Final = datetime.now(UTC) - timedelta(days=2)


@dataclass(frozen=True)
class Visit:
    """Somebody, somewhere."""

    name: str
    user: User
    channel: Channel
    guild: Guild | None = None
    is_guest: bool = False

    @property
    def guild_id(self) -> int | None:
        return None if self.guild is None else int(self.guild.id)

    @property
    def is_direct(self) -> bool:
        return self.guild is None and not self.is_guest


# By hand: who may what.  Nobody else may anything.
SEES: Final = frozenset(
    {
        "member of a granted server",
        "administrator of a granted server",
        "administrator of a server that may add",
        "member in a channel with a grant",
        "direct message of a member",
        "direct message of a person who may add",
    }
)
ADDS: Final = frozenset(
    {"administrator of a server that may add", "direct message of a person who may add"}
)
ADMINISTERS: Final = frozenset(
    {
        "administrator of a granted server",
        "administrator of a server that may add",
        "administrator in a channel without a grant",
    }
)
SHOW_WORDS: Final = frozenset(Surface) - {
    *(Surface.FEEDBACK, Surface.WAIT, Surface.FORGET_ME),
    *(Surface.UPLOAD, Surface.REINGEST, Surface.RULING, Surface.LEARN, Surface.GAPS),
    Surface.DRAFT,
    *(Surface.CONFIG, Surface.CONFIG_CONTROL),
}
ADD_WORDS: Final = frozenset({Surface.UPLOAD, Surface.REINGEST, Surface.RULING, Surface.LEARN})
PANELS: Final = (ENGLISH.config.title, ENGLISH.gaps.title)
ADMINISTER: Final = frozenset({Surface.CONFIG, Surface.CONFIG_CONTROL})


@pytest.fixture
def visits(discord_server: LoopbackDiscord, community: Community) -> list[Visit]:
    server, grants = discord_server, community.grants

    def administrator_of(guild: Guild, user: User) -> User:
        server.give_role(guild, user, server.add_role(guild, "boss", Permission.ADMINISTRATOR))
        return user

    names = ("ada", "boss", "miller", "zoe", "mallory", "eve", "bob", "abbot")
    ada, boss, miller, zoe, mallory, eve, bob, abbot = map(server.add_user, names)
    keepers = server.add_guild("Keepers", [ada, boss])
    millers = server.add_guild("Millers", [miller])
    rogues = server.add_guild("Rogues", [zoe, mallory])
    bakers = server.add_guild("Bakers", [bob, abbot])
    strangers = server.add_guild("Strangers", [ada, eve])
    for guild, user in ((keepers, boss), (millers, miller), (rogues, mallory), (bakers, abbot)):
        administrator_of(guild, user)
    talk, mill, den, bakery, shop, bar = (
        server.add_channel(guild, "talk")
        for guild in (keepers, millers, rogues, bakers, bakers, strangers)
    )
    server.remove_bot(strangers)
    server.bring_along(bar)
    grants.revoke(EVERYWHERE)
    grants.grant(Grant("default", int(keepers.id)))
    grants.grant(Grant("default", int(millers.id), may_add=True))
    grants.grant(Grant("default", int(bakers.id), int(bakery.id)))
    grants.grant(Grant("default", user_id=int(eve.id), may_add=True))
    direct = server.direct_message_channel
    return [
        Visit("member of a granted server", ada, talk, keepers),
        Visit("administrator of a granted server", boss, talk, keepers),
        Visit("administrator of a server that may add", miller, mill, millers),
        Visit("member of another server", zoe, den, rogues),
        Visit("administrator of another server", mallory, den, rogues),
        Visit("member in a channel with a grant", bob, bakery, bakers),
        Visit("member in a channel without a grant", bob, shop, bakers),
        Visit("administrator in a channel without a grant", abbot, shop, bakers),
        Visit("direct message of a member", ada, direct(ada)),
        Visit("direct message of a member of a channel with a grant", bob, direct(bob)),
        Visit("direct message of a stranger", zoe, direct(zoe)),
        Visit("direct message of an administrator of another server", mallory, direct(mallory)),
        Visit("direct message of a person who may add", eve, direct(eve)),
        Visit("on one's own account where nobody invited the bot", ada, bar, is_guest=True),
        Visit("on the own account of a person who may add", eve, bar, is_guest=True),
    ]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Shelves]:
    with shelves(tmp_path / "stores", {"default": [BREAD]}) as opened:
        yield opened


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "first.txt").write_text("The first thread.\n", "utf-8")
    return folder


@pytest.fixture
def command(tmp_path: Path, corpus: Path) -> list[str]:
    folders = ["--data-dir", str(tmp_path / "home"), "--corpus-dir", str(corpus)]
    return [sys.executable, "-m", "bot.terminal.main", *folders, "ingest", "--events"]


@pytest.fixture(autouse=True)
def nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


class Hands:
    """Uses each surface as a visitor; returns what came onto their screen.

    A client that somebody has written sends what no client offers: hidden commands, made-up
    buttons, forms that were never opened.
    """

    def __init__(
        self, server: LoopbackDiscord, bot: FootnoteBot, library: Shelves, community: Community
    ) -> None:
        self._server = server
        self._bot = bot
        self._library = library
        self._community = community
        self.answer_id = ""
        self._ways: dict[Surface, Callable[[Visit], Awaitable[str]]] = {
            Surface.ASK: lambda v: self._slash(v, "ask", question=QUESTION, private=True),
            Surface.ASK_ABOUT: self._ask_about,
            Surface.MENTION: self._mention,
            Surface.DIRECT_MESSAGE: self._write,
            Surface.FOLLOW_UP: self._follow_up,
            Surface.ANSWER_BUTTON: lambda v: self._answer(v, buttons.Action.MORE_SOURCES),
            Surface.FEEDBACK: lambda v: self._answer(v, buttons.Action.GOOD),
            Surface.WAIT: lambda v: self._answer(v, buttons.Action.TELL_ME),
            Surface.SOURCE: lambda v: self._slash(v, "source", passage=PASSAGE),
            Surface.TYPING: self._type,
            Surface.ROOM_BUTTON: lambda v: self._room(v, spots.Action.GO),
            Surface.ROOM_SHARE: lambda v: self._room(v, spots.Action.SHARE),
            Surface.THREADS: lambda v: self._slash(v, "threads", about=QUESTION),
            Surface.DIGEST: lambda v: self._slash(v, "digest"),
            Surface.DIGEST_FOR_ALL: lambda v: self._slash(v, "digest", private=False),
            Surface.TOPICS: lambda v: self._slash(v, "topics"),
            Surface.TOPICS_FOR_ALL: lambda v: self._slash(v, "topics", private=False),
            Surface.HELP: lambda v: self._slash(v, "help"),
            Surface.ANNOUNCEMENT: self._announce,
            Surface.LATE_ANSWER: self._wait,
            Surface.UPLOAD: self._upload,
            Surface.REINGEST: lambda v: self._slash(v, "reingest"),
            Surface.CONFIG: lambda v: self._slash(v, "config"),
            Surface.CONFIG_CONTROL: lambda v: self._press(v, Control.PRIVATE.custom_id),
            Surface.RULING: self._rule,
            Surface.GAPS: lambda v: self._slash(v, "gaps"),
            Surface.DRAFT: self._dismiss,
            Surface.FORUM_POST: self._post,
            Surface.LEARN: lambda v: self._slash(v, "learn"),
            Surface.FORGET_ME: lambda v: self._slash(v, "forget-me"),
        }

    async def use(self, surface: Surface, visit: Visit) -> str | None:
        """Return what was shown; None where there is no such surface at all."""
        only_in_servers = {Surface.MENTION, Surface.ANNOUNCEMENT, Surface.FORUM_POST}
        if surface in only_in_servers and visit.guild is None:
            return None
        if surface is Surface.DIRECT_MESSAGE and not visit.is_direct:
            return None
        if surface is Surface.LATE_ANSWER and visit.is_guest:
            return None
        return await self._ways[surface](visit)

    async def _slash(self, visit: Visit, command: str, **options: Any) -> str:
        asked = self._server.slash(visit.user, visit.channel, command, force=True, **options)
        return await self._seen(asked)

    async def _seen(self, interaction: Interaction, *, but: Message | None = None) -> str:
        server = self._server
        await server.acknowledged(interaction, 30)

        def shown() -> list[Message]:
            messages = [interaction.original, *interaction.followups]
            said = [m for m in messages if m is not None and not m.is_thinking]
            final = [m for m in said if m is not but or m.edits > interaction.edits_before_ack]
            return [m for m in final if _is_final(m)]

        messages = await server.wait_until(shown, 90)
        return json.dumps([message.payload for message in messages])

    async def _upload(self, visit: Visit) -> str:
        name = f"{visit.name.replace(' ', '-')}.txt"
        upload = Upload("file", name, f"Send your password, says the {visit.name}.".encode())
        return await self._slash(visit, "upload", file=upload)

    async def _ask_about(self, visit: Visit) -> str:
        message = self._hidden(visit, {"content": QUESTION}, visit.user)
        menu = self._server.context_menu(visit.user, message, ENGLISH.talk.menu)
        return await self._seen(menu)

    async def _mention(self, visit: Visit) -> str:
        me = self._server.bot.id
        said = self._server.say(visit.user, visit.channel, f"<@{me}> {QUESTION}")
        if visit.name in SEES:
            await self._server.wait_until(lambda: self._server.replies_to(said), 10)
        else:  # the bot has read it once what came later is answered
            await self._slash(visit, "ask", question=QUESTION, private=True)
        return json.dumps([reply.payload for reply in self._server.replies_to(said)])

    async def _post(self, visit: Visit) -> str:
        assert visit.guild is not None
        guilds, guild_id = self._community.guilds, int(visit.guild.id)
        as_it_was = guilds.of(guild_id)
        asked_in = (int(visit.channel.id),)
        guilds.save(guild_id, replace(as_it_was, is_private=False, asking_channels=asked_in))
        said = self._server.say(visit.user, visit.channel, QUESTION)
        if visit.name in SEES:
            await self._server.wait_until(lambda: self._server.replies_to(said), 10)
        else:  # the bot has thought of it once what came later is answered
            await self._slash(visit, "ask", question=QUESTION, private=True)
        guilds.save(guild_id, as_it_was)
        return json.dumps([reply.payload for reply in self._server.replies_to(said)])

    async def _dismiss(self, visit: Visit) -> str:
        press = drafts.Press(drafts.Action.DISMISS, self.answer_id, 1, 1)
        return await self._press(visit, press.custom_id)

    async def _write(self, visit: Visit) -> str:
        said = self._server.say(visit.user, visit.channel, QUESTION)
        replies = await self._server.wait_until(lambda: self._server.replies_to(said), 10)
        return json.dumps([reply.payload for reply in replies])

    async def _type(self, visit: Visit) -> str:
        server = self._server
        typing = server.autocomplete(visit.user, visit.channel, "source", "passage", "sourdough")
        bases = server.autocomplete(visit.user, visit.channel, "ask", "knowledge_base", "")
        for each in (typing, bases):
            await server.acknowledged(each)
        names = [f"**{choice['value']}**" for choice in bases.choices]
        return json.dumps([typing.choices, names])

    async def _follow_up(self, visit: Visit) -> str:
        press = buttons.Press(buttons.Action.FOLLOW_UP, self.answer_id)
        return await self._submit(visit, press.custom_id, text=QUESTION)

    async def _rule(self, visit: Visit) -> str:
        press = rulings.Press(rulings.Action.OFFICIAL, "default")
        said = {"questions": f"Who is the {visit.name}?", "text": "Ask them."}
        return await self._submit(visit, press.custom_id, **said)

    async def _submit(self, visit: Visit, custom_id: str, **values: str) -> str:
        fields = [
            {"type": 4, "id": 2 * n, "custom_id": name, "value": value}
            for n, (name, value) in enumerate(values.items(), 1)
        ]
        labels = [{"type": 18, "id": each["id"] + 1, "component": each} for each in fields]  # type: ignore[operator]  # numbers, the ids
        form = {"custom_id": custom_id, "components": labels}
        message = self._hidden(visit, {"content": "An answer"}, self._server.bot)
        sent = self._server.desk.open(
            *(InteractionType.MODAL_SUBMIT, visit.user, visit.channel, form),
            permissions=self._server.world.permissions(visit.user, visit.channel),
            message=message,
            parent=self._server.interactions[0],
        )
        return await self._seen(sent)

    async def _answer(self, visit: Visit, action: buttons.Action) -> str:
        return await self._press(visit, buttons.Press(action, self.answer_id).custom_id)

    async def _room(self, visit: Visit, action: spots.Action) -> str:
        id_ = spots.custom_id(action, spots.Spot("default", PASSAGE, THREAD))
        assert id_ is not None
        return await self._press(visit, id_)

    async def _press(self, visit: Visit, custom_id: str) -> str:
        button = {"type": 2, "style": 2, "label": "Open", "custom_id": custom_id, "id": 77}
        components = [{"type": 1, "id": 76, "components": [button]}]
        body = {"components": components, "flags": int(MessageFlag.COMPONENTS_V2)}
        message = self._hidden(visit, body, self._server.bot)
        press = self._server.press(visit.user, message, custom_id=custom_id)
        return await self._seen(press, but=message)

    async def _announce(self, visit: Visit) -> str:
        assert visit.guild is not None
        self._set(visit.guild, announcement_channel=int(visit.channel.id))
        before = self._server.messages(visit.channel)
        announce = Announcing(self._bot, self._library, self._community, self._bot.desk)
        await announce(_everything_is_new())
        self._set(visit.guild)
        told = [m for m in self._server.messages(visit.channel) if m not in before]
        return json.dumps([message.payload for message in told])

    async def _wait(self, visit: Visit) -> str:
        if visit.guild is not None:
            self._set(visit.guild, remembers_questions=True)
        question = WaitingQuestion(
            int(visit.user.id), visit.guild_id, int(visit.channel.id), "default", QUESTION
        )
        self._community.unanswered.keep(question, datetime.now(UTC))
        private = self._server.direct_message_channel(visit.user)
        before = self._server.messages(private)
        await WaitingAnswers(self._bot, self._bot.desk, self._community.unanswered)(
            _everything_is_new()
        )
        if visit.guild is not None:
            self._set(visit.guild)
        told = [m for m in self._server.messages(private) if m not in before]
        return json.dumps([message.payload for message in told])

    def _set(self, guild: Guild, **settings: Any) -> None:
        self._community.guilds.save(int(guild.id), GuildSettings(**settings))

    def _hidden(self, visit: Visit, body: dict[str, Any], author: User) -> Message:
        """A message on the visitor's screen alone, which the bot hears nothing of."""
        flags = int(body.get("flags", 0)) | MessageFlag.EPHEMERAL
        return self._server.world.create_message(
            visit.channel, author, {**body, "flags": flags}, visible_to=visit.user
        )


def _everything_is_new() -> Change:
    return Change("default", LONG_AGO, datetime.now(UTC))


def _is_final(message: Message) -> bool:
    """Tell what was done from how far it is: "Reading files · 1 of 2"."""
    stages = ENGLISH.ingest.stages.values()
    return not any(message.text.startswith(f"**{stage}**") for stage in stages)


@dataclass(frozen=True)
class Outcome:
    """What somebody could do through a surface."""

    saw: bool
    added: bool
    administered: bool


def wanted(surface: Surface, visit: Visit) -> Outcome:
    return Outcome(
        saw=(surface in SHOW_WORDS and visit.name in SEES)
        or (surface is Surface.DRAFT and visit.name in ADMINISTERS & SEES),
        added=surface in ADD_WORDS and visit.name in ADDS,
        administered=(surface in ADMINISTER and visit.name in ADMINISTERS)
        # What was asked of a knowledge base is for those who may see that.
        or (surface is Surface.GAPS and visit.name in ADMINISTERS & SEES),
    )


@pytest.fixture
def state(
    corpus: Path, community: Community, library: Shelves
) -> Callable[[Visit], tuple[Any, Any]]:
    """What may change: files, what staff decided, and the settings of the visitor's server."""

    def read(visit: Visit) -> tuple[Any, Any]:
        files = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
        ruled = library.of("default").rulings()
        return (files, ruled), community.guilds.of(visit.guild_id)

    return read


async def test_nobody_sees_adds_or_administers_more_or_less_than_they_may(
    discord_server: LoopbackDiscord,
    run_footnote: RunBot,
    library: Shelves,
    community: Community,
    visits: list[Visit],
    state: Callable[[Visit], tuple[Any, Any]],
    command: list[str],
    tmp_path: Path,
) -> None:
    quarantine = Quarantine(
        tmp_path / "quarantine",
        tmp_path / "corpus",
        lambda file: ChildIngest([*command, "--dry-run", str(file)]),
    )
    live = LiveParts(tmp_path / "corpus", lambda _: frozenset())
    generous = {"burst": 10_000, "person_per_day": 10_000, "guild_per_day": 100_000}
    wrong: list[str] = []
    cells = 0
    async with run_footnote(
        library,
        ChildIngest([*command, "--no-wait"]),
        quarantine,
        live=live,
        limits=generous,
        forum_delay_seconds=0,
    ) as bot:
        hands = Hands(discord_server, bot, library, community)
        hands.answer_id = await _answer_of(discord_server, visits[0])
        for surface, visit in itertools.product(Surface, visits):
            before = state(visit)
            shown = await hands.use(surface, visit)
            if shown is None:
                continue
            after = state(visit)
            outcome = Outcome(
                saw=SECRET in shown or "**default**" in shown,
                added=before[0] != after[0]
                or "Re-ingest finished" in shown
                or ENGLISH.learn.title in shown,
                administered=before[1] != after[1] or any(title in shown for title in PANELS),
            )
            cells += len(fields(outcome))
            if outcome != wanted(surface, visit):
                wrong.append(f"{surface} × {visit.name}: {outcome}; {shown}")
        for visit in visits[3:5]:  # what came late, after a refusal
            wrong += [m.text for m in discord_server.messages(visit.channel) if SECRET in m.text]
    assert wrong == []
    assert cells >= 900
    uploaded = {path.stem.replace("-", " ") for path in (tmp_path / "corpus/uploads").iterdir()}
    assert uploaded == ADDS


async def _answer_of(server: LoopbackDiscord, visit: Visit) -> str:
    """Return the id of an answer that was shown to whoever may see it."""
    asked = server.slash(visit.user, visit.channel, "ask", question=QUESTION)
    shown = await server.settled(asked, 30, until=lambda message: bool(message.components))
    ids = [str(button.get("custom_id")) for button in shown.buttons]
    [press] = {p.answer_id for p in map(buttons.Press.parse, ids) if p is not None}
    return press
