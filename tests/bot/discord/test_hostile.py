"""Hostile words in every place that a person or a thread can put them, on every surface.

Nothing that the bot sends may ping (the server fixture fails on a message that could), link to
where its threads do not stand, or be read by Discord as a mention, a link or an invitation.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.community.unanswered import WaitingQuestion
from bot.discord.client import FootnoteBot
from bot.discord.features.after_ingest.announcing import Announcing
from bot.discord.features.after_ingest.marking import MarkingStale
from bot.discord.features.after_ingest.rounds import Change
from bot.discord.features.after_ingest.waiting import WaitingAnswers
from bot.discord.words import ENGLISH
from bot.processes.quarantine import Quarantine
from ingest.report import IngestReport, Refusal
from retrieval.records import (
    Hit,
    News,
    Outcome,
    ScoreParts,
    SourceView,
    Suggestion,
    ThreadHit,
    ThreadNews,
    Topic,
)
from tests.bot.discord.active import dangerous_in
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.factories import (
    make_citation,
    make_closest,
    make_passage,
    make_post,
    make_report,
    make_thread,
)
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians, FakeReingester
from tests.bot.discord.strategies import ATTACKS, BAD_URLS
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.interactions import Interaction
from tests.loopback.payloads import ORDINARY_MEMBER, Channel, Guild, Permission, User
from tests.loopback.world import Message, Upload

AT = datetime(2026, 3, 2, tzinfo=UTC)
ADMINISTRATOR = ORDINARY_MEMBER | Permission.ADMINISTRATOR
PASSAGE = "0123456789abcdef"
_OWN_LINK = "https://discord.com/channels/"
"""What leads from feedback to the answer that it is about."""
_OWN_MENTION = re.compile(r"Go on in <#\d+>")
_UNLIMITED = {"burst": 100_000, "person_per_day": 100_000, "guild_per_day": 100_000}


def hostile_words(count: int) -> Iterator[str]:
    """Yield single attacks, then attacks put together in ways that nobody thought of."""
    chance = random.Random(11)
    for number in range(count):
        if number < len(ATTACKS):
            yield _sendable(ATTACKS[number])
            continue
        parts = chance.choices(ATTACKS, k=chance.randint(2, 5))
        yield _sendable(chance.choice(["", " ", "\n", "\\", "*"]).join(parts))


@dataclass
class Stage:
    """A server that uses everything the bot offers, and what its librarian is made to say."""

    server: LoopbackDiscord
    community: Community
    bot: FootnoteBot
    librarian: FakeLibrarian
    guild: Guild
    channel: Channel
    moderators: Channel
    mallory: User

    async def play(self, words: str, url: str) -> int:
        """Put ``words`` everywhere; return how many surfaces showed something."""
        self._teach(words, url)
        before = len(self.server.interactions)
        asked = self.server.slash(self.mallory, self.channel, "ask", question=_typed(words))
        answer = await self._shown(asked)
        assert answer.buttons, f"{words!r} is answered without buttons: {answer.text}"
        await self._press_all(answer)
        await self._opinion(answer, words)
        said = self.server.say(
            self.mallory, self.channel, f"<@{self.server.bot.id}> {_sendable(words)}"
        )
        await self.server.wait_until(lambda: self.server.replies_to(said))
        about = self.server.context_menu(self.mallory, said, ENGLISH.talk.menu)
        await self._shown(about)
        room = await self._shown(
            self.server.slash(self.mallory, self.channel, "source", passage=PASSAGE)
        )
        await self._press_all(room)
        await self._shown(
            self.server.slash(self.mallory, self.channel, "source", passage=_typed(words))
        )
        typing = self.server.autocomplete(
            self.mallory, self.channel, "source", "passage", _sendable(words)[:90]
        )
        await self.server.acknowledged(typing)
        commands: list[tuple[str, dict[str, Any]]] = [
            ("digest", {}),
            ("topics", {}),
            ("threads", {"about": _typed(words)}),
        ]
        for command, options in commands:
            await self._shown(
                self.server.slash(self.mallory, self.channel, command, private=False, **options)
            )
        await self._upload(words)
        await self._after_an_ingest(words, answer)
        self._check(url)
        return len(self.server.interactions) - before + 4

    def _teach(self, words: str, url: str) -> None:
        librarian = self.librarian
        thread = make_thread(title=words, file=f"{words}.txt", url=url)
        post = make_post(words or " ", author=words, url=url)
        citations = tuple(
            make_citation(n, words, post=replace(post, id=f"{n:016x}"), thread=thread)
            for n in range(1, 5)
        )
        answered = make_closest(words)
        answered = replace(
            answered,
            question=words,
            outcome=Outcome.ANSWERED,
            text=words,
            citations=citations,
            closest=(),
            mode=words or "m",
            trace=(words, words),
        )
        closest = make_closest(words)
        closest = replace(closest, question=words, closest=citations, text=words)
        librarian.answers.clear()
        librarian.answers.extend([answered, answered, closest, answered, answered])
        view = SourceView(make_passage(words, PASSAGE), post, thread, (), (), post, (post,) * 6, ())
        librarian.sources = {PASSAGE: view} | {f"{n:016x}": view for n in range(1, 5)}
        librarian.suggestions = (Suggestion(PASSAGE, words, words, words),)
        news = ThreadNews(thread, 2, True, post)
        librarian.news_found = News(AT, (news,), 1, 0, 2)
        found = Hit(make_passage(words), post, thread, 1.0, ScoreParts(1.0, 0.0, 0.0))
        librarian.threads_found = (ThreadHit(thread, post, 2, (found,)),)
        librarian.topics_found = (Topic((words, words), 0.5, citations[:1]),)

    async def _shown(self, interaction: Interaction) -> Message:
        return await self.server.settled(interaction)

    async def _press_all(self, message: Message) -> None:
        """Press every button that is there, in any order of what they change."""
        for id_ in [b["custom_id"] for b in message.buttons if "custom_id" in b]:
            now = [b for b in message.buttons if b.get("custom_id") == id_]
            if not now or now[0].get("disabled"):
                continue
            press = self.server.press(self.mallory, message, custom_id=id_)
            await self.server.acknowledged(press)
            if press.modal is None:
                await self.server.wait_until(_reaction(press))

    async def _opinion(self, answer: Message, words: str) -> None:
        [bad] = [b for b in answer.buttons if (b.get("emoji") or {}).get("name") == "👎"]
        opened = self.server.press(self.mallory, answer, custom_id=bad["custom_id"])
        await self.server.acknowledged(opened)
        filled = {"verdict": ["wrong"], "text": _sendable(words)[:1_000]}
        await self._shown(self.server.submit(self.mallory, opened, filled))
        await self.server.wait_until(lambda: self.server.messages(self.moderators))

    async def _upload(self, words: str) -> None:
        # Discord itself allows no more in a file's name than this keeps.
        name = re.sub(r"[/?#%\\\x00]", "_", f"{_sendable(words)}.txt")[-200:]
        upload = Upload("file", name, b"refuse me")
        sent = self.server.slash(
            self.mallory, self.channel, "upload", file=upload, permissions=ADMINISTRATOR
        )
        await self._shown(sent)

    async def _after_an_ingest(self, words: str, answer: Message) -> None:
        change = Change("default", AT, AT)
        librarians = FakeLibrarians(self.librarian)
        await Announcing(self.bot, librarians, self.community, self.bot.desk)(change)
        self.community.unanswered.keep(
            WaitingQuestion(
                int(self.mallory.id), int(self.guild.id), int(self.channel.id), "default", words
            )
        )
        await WaitingAnswers(self.bot, self.bot.desk, self.community.unanswered)(change)
        await self.server.wait_until(lambda: self.community.answers.behind(int(answer.id)))
        self.librarian.removed = {f"{n:016x}" for n in range(1, 5)}
        await MarkingStale(self.bot, librarians, self.community.answers)(change)
        self.librarian.removed = set()

    def _check(self, url: str) -> None:
        """Look at everything that the bot ever showed or offered."""
        mine = [
            m for m in self.server.world.messages.values() if _author_of(m) == self.server.bot.id
        ]
        mine += [m for each in self.server.interactions for m in _messages_of(each)]
        assert len(mine) >= 10
        for message in mine:
            assert dangerous_in(_OWN_MENTION.sub("", message.text)) == [], message.text
            for button in message.buttons:
                link = str(button.get("url", ""))
                assert link in {"", url} or link.startswith(_OWN_LINK)
                assert link not in BAD_URLS


def _reaction(press: Interaction) -> Callable[[], object]:
    return lambda: press.is_settled or press.followups


def _author_of(message: Message) -> str:
    return str(message.payload["author"]["id"])


def _messages_of(interaction: Interaction) -> list[Message]:
    return [m for m in (interaction.original, *interaction.followups) if m is not None]


def _sendable(words: str) -> str:
    """What Discord lets somebody write, and an ingest lets in: no halves of characters."""
    return words.encode("utf-8", "ignore").decode()[:1_900]


def _typed(words: str) -> str:
    return _sendable(words).strip() or "?"


class Refusing:
    """Finds no thread in any file, and says its name."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def run(self) -> AsyncIterator[IngestReport]:
        refused = Refusal(self._file.name, f"{self._file.name} is no thread")
        yield replace(make_report(refused), files_read=0, dry_run=True)


async def play_all(
    server: LoopbackDiscord,
    run_footnote: RunBot,
    community: Community,
    tmp_path: Path,
    count: int,
) -> int:
    librarian, shown = FakeLibrarian(), 0
    quarantine = Quarantine(tmp_path / "quarantine", tmp_path / "corpus", Refusing)
    options: dict[str, Any] = {"limits": _UNLIMITED, "quarantine": quarantine}
    people = [server.add_user("mallory")]
    guild = server.add_guild("Lock keepers", people)
    talk, moderators = [server.add_channel(guild, name) for name in ("talk", "moderators")]
    settings = GuildSettings(
        remembers_questions=True,
        feedback_channel=int(moderators.id),
        announcement_channel=int(moderators.id),
    )
    community.guilds.save(int(guild.id), settings)
    async with run_footnote(librarian, FakeReingester(make_report()), **options) as bot:
        for number, words in enumerate(hostile_words(count)):
            mallory = server.add_user(_sendable(words)[:32] or "m")
            server.join(guild, mallory)
            stage = Stage(server, community, bot, librarian, guild, talk, moderators, mallory)
            good = "https://forum.example/t/1"
            url = good if number % 2 else BAD_URLS[number % len(BAD_URLS)]
            shown += await stage.play(words, url)
            server.forget_the_past()
    return shown


async def test_hostile_words_stay_words_wherever_they_stand(
    discord_server: LoopbackDiscord,
    run_footnote: RunBot,
    community: Community,
    tmp_path: Path,
    discord_errors: ErrorLog,
) -> None:
    del discord_errors  # fails the test on anything swallowed
    assert await play_all(discord_server, run_footnote, community, tmp_path, 6) > 100


@pytest.mark.soak
async def test_five_hundred_hostile_texts_stay_words_on_every_surface(
    discord_server: LoopbackDiscord,
    run_footnote: RunBot,
    community: Community,
    tmp_path: Path,
    discord_errors: ErrorLog,
) -> None:
    del discord_errors
    assert await play_all(discord_server, run_footnote, community, tmp_path, 500) > 10_000
