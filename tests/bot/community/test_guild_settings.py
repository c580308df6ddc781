"""A server's settings, kept."""

from __future__ import annotations

from bot.access.rules import Place
from bot.community.community import COMMUNITY
from bot.community.database import CommunityDatabase
from bot.community.guild_settings import GuildSettings, GuildSettingsBook

EVERYTHING = GuildSettings(
    answer_channels=(10, 11),
    answers_mentions=False,
    is_private=True,
    knowledge_base="locks",
    channel_knowledge_bases=((10, "bread"), (11, "cheese")),
    language="de",
    reingest_roles=(7,),
    staff_roles=(8, 9),
    is_quiet_after_staff=True,
    feedback_channel=12,
    announcement_channel=13,
    remembers_questions=True,
)


def test_a_server_that_set_nothing_has_the_defaults(database: CommunityDatabase) -> None:
    assert GuildSettingsBook(database).of(1) == GuildSettings()
    assert GuildSettingsBook(database).of(None) == GuildSettings()


def test_everything_that_was_set_is_there_after_a_restart(database, tmp_path) -> None:
    GuildSettingsBook(database).save(1, EVERYTHING)
    GuildSettingsBook(database).save(2, GuildSettings(language="en"))
    reopened = CommunityDatabase(tmp_path / COMMUNITY)
    again = GuildSettingsBook(reopened)
    assert again.of(1) == EVERYTHING
    assert again.of(2) == GuildSettings(language="en")
    reopened.close()


def test_a_forgotten_server_has_the_defaults_and_the_others_keep_theirs(database) -> None:
    book = GuildSettingsBook(database)
    book.save(1, EVERYTHING)
    book.save(2, EVERYTHING)
    assert book.forget_guild(1) == 12
    assert book.forget_guild(1) == 0
    assert book.of(1) == GuildSettings()
    assert GuildSettingsBook(database).of(1) == GuildSettings()
    assert book.of(2) == EVERYTHING


def test_a_setting_that_cannot_be_understood_is_as_if_it_were_not_set(database) -> None:
    book = GuildSettingsBook(database)
    book.save(1, EVERYTHING)
    with database.transaction() as connection:
        connection.execute("UPDATE guild_settings SET value = '{' WHERE name = 'language'")
        connection.execute("UPDATE guild_settings SET value = '\"x\"' WHERE name = 'staff_roles'")
        connection.execute("INSERT INTO guild_settings VALUES (1, 'of_a_later_version', '1')")
    read = GuildSettingsBook(database).of(1)
    assert (read.language, read.staff_roles, read.knowledge_base) == (None, (), "locks")


def test_channels_include_their_threads() -> None:
    assert EVERYTHING.answers_in(Place(1, 10))
    assert EVERYTHING.answers_in(Place(1, 99, parent_id=11))
    assert not EVERYTHING.answers_in(Place(1, 99))
    assert GuildSettings().answers_in(Place(1, 99))


def test_a_channels_knowledge_base_comes_before_the_servers() -> None:
    assert EVERYTHING.knowledge_bases_for(Place(1, 10)) == ("bread", "locks")
    assert EVERYTHING.knowledge_bases_for(Place(1, 5, parent_id=11)) == ("cheese", "locks")
    assert EVERYTHING.knowledge_bases_for(Place(1, 5)) == ("locks",)
    assert GuildSettings().knowledge_bases_for(Place(1, 5)) == ()
