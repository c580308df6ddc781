"""The whole path, nothing faked but Discord: threads on disk, the real model, the real bot.

``footnote bot`` runs as a process of its own against the loopback Discord; its Chroma server
and the ingest that ``/reingest`` starts are processes of theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.discord.words import ENGLISH
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import discord_errors, discord_server
from tests.loopback.interactions import Interaction
from tests.loopback.payloads import ORDINARY_MEMBER, Permission
from tests.loopback.world import Message

__all__ = ["discord_errors", "discord_server"]

pytestmark = pytest.mark.slow

ADMINISTRATOR = ORDINARY_MEMBER | Permission.ADMINISTRATOR
LAUNCHER = """
import sys, discord, discord.gateway, discord.http, yarl
discord.http.Route.BASE = sys.argv[1]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sys.argv[2])
sys.argv = ["footnote", "bot"]
from bot.terminal.main import main
sys.exit(main())
"""
THREAD = """\
The lift table stops halfway and the display says E42. What does E42 mean?
E42 means that the oil is too cold. Let the pump run for five minutes without a load.
E42 means that the oil is too cold. Let the pump run for five minutes without a load.
That helped, thank you! I would not have guessed it.
"""
LATER = {
    "thread_id": "7",
    "post_id": "1",
    "thread_title": "Grease for the spindle",
    "author": "Quirin",
    "author_id": "",
    "created_at": "2026-02-03T10:00:00+01:00",
    "url": "https://forum.example/t/7/1",
    "text": "Grease the spindle with lithium grease every 400 hours, never with oil.",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "lift-table.txt").write_text(THREAD, "utf-8")
    return tmp_path


def environment(home: Path) -> dict[str, str]:
    ours = {
        "FOOTNOTE_DATA_DIR": str(home / "data"),
        "FOOTNOTE_CORPUS_DIR": str(home / "corpus"),
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "HOME": str(home),
    }
    return {"PATH": os.environ["PATH"], **ours}


def footnote(home: Path, *arguments: str) -> dict[str, object]:
    answer: dict[str, object] = json.loads(run(home, *arguments, "--json"))
    return answer


def run(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot.terminal.main", *arguments],
        env=environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(autouse=True)
def _model_is_there() -> None:
    pytest.importorskip("onnxruntime")
    from retrieval.embedding.minilm_sources import InstalledWeights

    if not InstalledWeights().available():
        pytest.skip("the embedding model's package is not installed")


@contextlib.asynccontextmanager
async def running_bot(
    home: Path, server: LoopbackDiscord, *, is_killed: bool = False, under: Sequence[str] = ()
) -> AsyncIterator[None]:
    """Run the bot as a process of its own; it is stopped politely unless ``is_killed``.

    ``under`` is a command that starts it and leaves its process id as it is.
    """
    identified = server.gateway.identifies
    bot = await asyncio.create_subprocess_exec(
        *(*under, sys.executable, "-c", LAUNCHER, server.rest_url, server.gateway_url),
        env={
            **environment(home),
            "FOOTNOTE_DISCORD__TOKEN": server.token,
            "FOOTNOTE_DISCORD__WATCH": "false",  # here /reingest is to find the new file
        },
        cwd=home,
        stderr=subprocess.PIPE,
    )
    try:
        await server.wait_until(
            lambda: server.commands.listed(None) and server.gateway.identifies > identified,
            timeout_seconds=60,
        )
        yield
    finally:
        await (_kill(bot) if is_killed else _stop(bot))


async def _kill(bot: asyncio.subprocess.Process) -> None:
    bot.kill()
    await bot.communicate()


async def _stop(bot: asyncio.subprocess.Process) -> None:
    bot.terminate()
    _, said = await asyncio.wait_for(bot.communicate(), 30)
    assert b"Traceback" not in said, said.decode()
    assert bot.returncode == 0


def test_from_a_file_to_a_cited_answer_in_the_terminal(home: Path) -> None:
    report = footnote(home, "ingest")
    assert report["passages"] == {"total": 3, "added": 3, "removed": 0, "unchanged": 0}
    answer = footnote(home, "ask", "What does E42 mean?")
    assert answer["outcome"] == "answered"
    citation = answer["citations"][0]  # type: ignore[index]  # a JSON list
    assert "E42 means that the oil is too cold." in citation["quote"]
    assert citation["quote"] in THREAD
    assert citation["file"] == "lift-table.txt"
    source = footnote(home, "source", citation["id"][:8])
    assert source["passage"]["id"] == citation["id"]  # type: ignore[index]  # a JSON object


async def test_from_a_question_in_discord_to_the_cited_answer_and_new_files_too(
    home: Path, discord_server: LoopbackDiscord
) -> None:
    footnote(home, "ingest")
    ada = discord_server.add_user("ada")
    guild = discord_server.add_guild("Workshop", [ada])
    channel = discord_server.add_channel(guild, "help")
    run(home, "kb", "grant", "default", "--guild", guild.id, "--maintain")
    async with running_bot(home, discord_server):
        asked = discord_server.slash(ada, channel, "ask", question="What does E42 mean?")
        shown = await discord_server.settled(
            asked, timeout_seconds=30, until=lambda message: "too cold" in message.text
        )
        assert "E42 means that the oil is too cold." in shown.text

        typing = discord_server.autocomplete(ada, channel, "source", "passage", "E42 oil")
        await discord_server.acknowledged(typing)
        assert typing.choices
        passage = str(typing.choices[0]["value"])
        opened = discord_server.slash(ada, channel, "source", passage=passage)
        await discord_server.settled(opened, timeout_seconds=30, until=lambda m: "E42" in m.text)

        quirin = discord_server.add_user("quirin")
        later = json.dumps({**LATER, "author_id": quirin.id}) + "\n"
        (home / "corpus" / "spindle.jsonl").write_text(later, "utf-8")
        again = discord_server.slash(ada, channel, "reingest", permissions=ADMINISTRATOR)
        await discord_server.settled(
            again, timeout_seconds=60, until=lambda message: "1 added" in message.text
        )
        mention = discord_server.say(
            ada, channel, f"<@{discord_server.bot.id}> how often should I grease the spindle?"
        )
        (reply,) = await discord_server.wait_until(
            lambda: discord_server.replies_to(mention), timeout_seconds=30
        )
        assert "lithium grease every 400 hours" in reply.text
        links = [button["url"] for button in reply.buttons if "url" in button]
        assert links == [LATER["url"]]

        # Whoever wrote it, and is in no server of the bot's, wants it out of the answers.
        private = discord_server.direct_message_channel(quirin)
        privacy = ENGLISH.privacy
        card = await discord_server.settled(discord_server.slash(quirin, private, "forget-me"))
        for label in (privacy.leave_out_posts, privacy.sure):
            pressed = discord_server.press(quirin, card, label=label)
            card = await discord_server.settled(
                pressed, timeout_seconds=60, until=lambda m: m.text != privacy.posts_going
            )
        assert card.text == privacy.posts_gone.format(n=1)
        typing = discord_server.autocomplete(ada, channel, "source", "passage", "lithium grease")
        await discord_server.acknowledged(typing)
        assert "lithium" not in json.dumps(typing.choices)
    assert not (home / "data" / "index.owner.json").exists()


async def test_after_kill_9_every_button_on_old_messages_works_or_says_why_not(
    home: Path, discord_server: LoopbackDiscord
) -> None:
    footnote(home, "ingest")
    server = discord_server
    ada = server.add_user("ada")
    guild = server.add_guild("Workshop", [ada])
    channel = server.add_channel(guild, "help")
    run(home, "kb", "grant", "default", "--guild", guild.id)

    def asked(command: str, **options: Any) -> Interaction:
        return server.slash(ada, channel, command, permissions=ADMINISTRATOR, **options)

    async with running_bot(home, server, is_killed=True):
        shown = {
            "answer": await server.settled(
                asked("ask", question="What does E42 mean?"), 30, until=_is_a_card
            ),
            "closest": await server.settled(
                asked("ask", question="Who won the chess match in Reykjavik?"), 30, until=_is_a_card
            ),
            "room": await server.settled(asked("source", passage="oil is too cold"), 30),
            "panel": await server.settled(asked("config"), 30),
        }
        assert "Why this?" in shown["answer"].labels
        form = server.press(ada, shown["answer"], label="Ask a follow-up")
        await server.acknowledged(form)
    # One of the old messages cites what is gone by the time of the restart.
    (home / "corpus" / "lift-table.txt").write_text(
        THREAD.replace("E42 means that the oil", "E42 says that the oil"), "utf-8"
    )
    footnote(home, "ingest")
    async with running_bot(home, server):
        pressed = 0
        for message in shown.values():
            for id_, is_disabled in _buttons_of(message):
                if is_disabled:
                    continue
                press = server.press(ada, message, custom_id=id_, permissions=ADMINISTRATOR)
                await server.acknowledged(press, 30)
                if press.modal is None:
                    await server.wait_until(_reaction(press), timeout_seconds=30)
                pressed += 1
        sent = server.submit(ada, form, {"text": "And for how long does the pump run?"})
        followed = await server.settled(sent, 30, until=_is_a_card)
        assert "five minutes" in followed.text
        more = server.press(ada, shown["answer"], label="Why this?")
        assert "came about" in (await server.settled(more, 30)).text
    assert pressed >= 12


def _is_a_card(message: Message) -> bool:
    return bool(message.components)


def _reaction(press: Interaction) -> Callable[[], object]:
    return lambda: press.is_settled or press.followups


def _buttons_of(message: Message) -> list[tuple[str, bool]]:
    """Every button of a message as it is now: a press may change it."""
    return [
        (str(button["custom_id"]), bool(button.get("disabled")))
        for button in message.buttons
        if "custom_id" in button
    ]
