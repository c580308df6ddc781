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
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import discord_errors, discord_server
from tests.loopback.payloads import ORDINARY_MEMBER, Permission

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
    done = subprocess.run(
        [sys.executable, "-m", "bot.terminal.main", *arguments, "--json"],
        env=environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.fixture(autouse=True)
def _model_is_there() -> None:
    pytest.importorskip("onnxruntime")
    from retrieval.embedding.minilm_sources import InstalledWeights

    if not InstalledWeights().available():
        pytest.skip("the embedding model's package is not installed")


@contextlib.asynccontextmanager
async def running_bot(home: Path, server: LoopbackDiscord) -> AsyncIterator[None]:
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LAUNCHER, server.rest_url, server.gateway_url),
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
            lambda: server.commands.listed(None) and server.gateway.identifies, timeout_seconds=60
        )
        yield
    finally:
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
    channel = discord_server.add_channel(discord_server.add_guild("Workshop", [ada]), "help")
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

        (home / "corpus" / "spindle.jsonl").write_text(json.dumps(LATER) + "\n", "utf-8")
        again = discord_server.slash(ada, channel, "reingest", permissions=ADMINISTRATOR)
        await discord_server.settled(
            again, timeout_seconds=60, until=lambda message: "1 read" in message.text
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
    assert not (home / "data" / "index.owner.json").exists()
