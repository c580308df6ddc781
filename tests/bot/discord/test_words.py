"""The catalogues: complete, alike, and within Discord's limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from string import Formatter
from typing import Any

import pytest
from discord import app_commands

from bot.community.feedback import Rating
from bot.discord.client import FootnoteBot
from bot.discord.words import ENGLISH, GERMAN, LANGUAGES, Words, words_for
from bot.discord.words.shape import CommandWords, OptionWords
from ingest.report import Stage
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.factories import make_closest
from tests.bot.discord.fakes import FakeLibrarian
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog

BUTTONS = {
    "room": (
        *("earlier", "later", "parent", "replies_button", "open_reply", "whole_thread", "back"),
        *("previous_page", "next_page", "share", "read_on", "jump"),
    ),
    "config": ("mentions", "private", "quiet", "remembers"),
    "answer": (
        *("more_sources", "whole_answer", "why", "follow_up", "ask_again", "thread", "tell_me"),
    ),
}
FORMS = ("follow_up_title", "follow_up_label", "verdict_title", "verdict_label", "reason_label")
OPTIONS = {"config": ("the_default", "as_the_server", "server_language", "everywhere", "nobody")}
NAME = re.compile(r"[-_\w]{1,32}")
languages = pytest.mark.parametrize("words", LANGUAGES.values(), ids=lambda words: words.tag)


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a catalogue with the path that leads to it."""
    if isinstance(value, str):
        yield path, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, f"{path}.{key}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from texts(item, f"{path}.{number}")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@languages
def test_a_language_has_the_same_texts_with_the_same_places_to_fill_in(words: Words) -> None:
    english, other = dict(texts(ENGLISH)), dict(texts(words))
    assert english.keys() == other.keys()
    assert all(text.strip() for text in other.values())
    different = [p for p in english if placeholders(english[p]) != placeholders(other[p])]
    assert different == []


def test_german_is_not_english() -> None:
    english, german = dict(texts(ENGLISH)), dict(texts(GERMAN))
    same = {path for path, text in english.items() if text == german[path] and len(text) > 30}
    assert same == set()


@languages
def test_names_and_descriptions_of_commands_keep_discords_limits(words: Words) -> None:
    names = [command.name for command in words.commands.values()]
    assert len(set(names)) == len(names)
    for command in words.commands.values():
        each: list[CommandWords | OptionWords] = [command, *command.options.values()]
        assert all(NAME.fullmatch(e.name) and e.name == e.name.lower() for e in each)
        assert all(1 <= len(e.description) <= 100 for e in each)
        options = [option.name for option in command.options.values()]
        assert len(set(options)) == len(options)


@languages
def test_labels_keep_discords_limits(words: Words) -> None:
    for group, names in BUTTONS.items():
        for name in names:
            label = getattr(getattr(words, group), name).format(n=99_999, state=words.config.off)
            assert 1 <= len(label) <= 80
    for group, names in OPTIONS.items():
        for name in names:
            assert 1 <= len(getattr(getattr(words, group), name).format(name="x" * 40)) <= 100


@languages
def test_forms_and_menus_keep_discords_limits(words: Words) -> None:
    assert all(1 <= len(getattr(words.talk, name)) <= 45 for name in FORMS)
    assert len(words.talk.reason_told_on) <= 100
    assert words.talk.verdicts.keys() == set(Rating)
    assert all(len(verdict) <= 100 for verdict in words.talk.verdicts.values())
    assert 1 <= len(words.talk.menu) <= 32
    assert words.lately.periods.keys() == ENGLISH.lately.periods.keys()
    assert words.ingest.stages.keys() == set(Stage)


async def test_what_all_see_is_in_the_servers_language_and_what_one_sees_in_theirs(
    discord_server: LoopbackDiscord, run_footnote: RunBot, discord_errors: ErrorLog
) -> None:
    bert = discord_server.add_user("bert", locale="de")
    channel = discord_server.add_channel(discord_server.add_guild("Locks", [bert]), "talk")
    librarian = FakeLibrarian(*[make_closest("At noon.")] * 2)
    async with run_footnote(librarian):
        public, private = [
            await discord_server.settled(
                discord_server.slash(bert, channel, "ask", question="When?", private=private)
            )
            for private in (False, True)
        ]
        pressed = discord_server.press(bert, public, label="Why this?")
        why = await discord_server.settled(pressed)
        menu = discord_server.commands.listed(None)
    assert public.text.startswith("**Not answered**")
    assert "Searched 12 threads and 9,876 passages." in public.text
    assert private.text.startswith("**Nicht beantwortet**\nDie Threads beantworten das nicht")
    assert "Durchsucht: 12 Threads und 9.876 Stellen." in private.text
    assert "Warum das?" in private.labels
    assert why.text.startswith("**Wie diese Antwort zustande kam**")
    [about] = [command for command in menu if command["name"] == ENGLISH.talk.menu]
    assert about["name_localizations"]["de"] == GERMAN.talk.menu
    assert not discord_errors.records


@pytest.mark.parametrize(
    ("locales", "tag"),
    [
        (("de",), "de"),
        (("de-AT",), "de"),
        (("en-GB",), "en"),
        (("fr", "de"), "de"),
        ((None, "fr"), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_that_there_is_is_spoken(locales, tag) -> None:
    assert words_for(*locales).tag == tag


def test_times_are_given_in_their_largest_unit_rounded_up() -> None:
    assert [ENGLISH.duration(s) for s in (1, 59, 60, 61, 3_600, 3_601, 86_400)] == [
        *("1 s", "59 s", "1 min", "2 min"),
        *("1 h", "2 h", "24 h"),
    ]


async def test_commands_are_registered_in_every_language(
    discord_server: LoopbackDiscord, run_footnote: RunBot, discord_errors: ErrorLog
) -> None:
    async with run_footnote() as bot:
        registered = {c["name"]: c for c in discord_server.commands.listed(None)}
        known = _slash_commands(bot)
    for name in known & ENGLISH.commands.keys():
        for words in LANGUAGES.values():
            if words is ENGLISH:
                continue
            command, expected = registered[name], words.commands[name]
            assert command["name_localizations"][words.tag] == expected.name
            assert command["description_localizations"][words.tag] == expected.description
            for option in command.get("options", ()):
                wanted = expected.options[option["name"]]
                assert option["name_localizations"][words.tag] == wanted.name
                assert option["description_localizations"][words.tag] == wanted.description
    assert not discord_errors.records


async def test_every_command_has_its_words(run_footnote: RunBot) -> None:
    async with run_footnote() as bot:
        commands = {c.name: c for c in bot.tree.get_commands() if hasattr(c, "parameters")}
    assert commands.keys() <= ENGLISH.commands.keys()
    for name, command in commands.items():
        assert isinstance(command, app_commands.Command)
        words = ENGLISH.commands[name]
        assert command.description == words.description
        assert {p.name: str(p.description) for p in command.parameters} == {
            option.name: option.description for option in words.options.values()
        }


def _slash_commands(bot: FootnoteBot) -> set[str]:
    return {command.name for command in bot.tree.get_commands()}


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert [ENGLISH.number(1_234_567), ENGLISH.number(1_234.56, 1)] == ["1,234,567", "1,234.6"]
    assert [GERMAN.number(1_234_567), GERMAN.number(1_234.56, 1)] == ["1.234.567", "1.234,6"]
