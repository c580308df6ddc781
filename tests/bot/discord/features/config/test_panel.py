"""What using a control of ``/config`` changes."""

from __future__ import annotations

import pytest

from bot.access.rules import Place
from bot.community.guild_settings import GuildSettings
from bot.discord.features.config.panel import (
    DEFAULT,
    Control,
    base_choices,
    changed,
    channel_base_choices,
    language_choices,
    without_deleted,
)
from bot.discord.words import ENGLISH

HELP = Place(1, 10)
THREAD = Place(1, 99, parent_id=10)
NONE = GuildSettings()


def test_a_switch_turns_to_the_other_side_and_back() -> None:
    for control in (Control.MENTIONS, Control.PRIVATE, Control.QUIET, Control.REMEMBERS):
        once = changed(NONE, control, [], HELP)
        assert getattr(once, control.value) is not getattr(NONE, control.value)
        assert changed(once, control, [], HELP) == NONE


def test_lists_and_single_choices_are_set_and_emptied() -> None:
    chosen = changed(NONE, Control.ANSWER_CHANNELS, ["10", "11"], HELP)
    assert chosen.answer_channels == (10, 11)
    assert changed(chosen, Control.ANSWER_CHANNELS, [], HELP) == NONE
    feedback = changed(NONE, Control.FEEDBACK_CHANNEL, ["12"], HELP)
    assert feedback.feedback_channel == 12
    assert changed(feedback, Control.FEEDBACK_CHANNEL, [], HELP) == NONE


def test_a_channel_has_a_knowledge_base_of_its_own_and_its_threads_with_it() -> None:
    bread = changed(NONE, Control.CHANNEL_KNOWLEDGE_BASE, ["bread"], THREAD)
    assert bread.channel_knowledge_bases == ((10, "bread"),)
    locks = changed(bread, Control.CHANNEL_KNOWLEDGE_BASE, ["locks"], HELP)
    assert locks.channel_knowledge_bases == ((10, "locks"),)
    assert changed(locks, Control.CHANNEL_KNOWLEDGE_BASE, [DEFAULT], HELP) == NONE


def test_what_stands_by_default_can_be_chosen_again() -> None:
    for control, value in ((Control.KNOWLEDGE_BASE, "bread"), (Control.LANGUAGE, "de")):
        chosen = changed(NONE, control, [value], HELP)
        assert getattr(chosen, control.value) == value
        assert changed(chosen, control, [DEFAULT], HELP) == NONE


@pytest.mark.parametrize(
    ("control", "values"),
    [
        (Control.LANGUAGE, ["tlh"]),
        (Control.KNOWLEDGE_BASE, []),
        (Control.KNOWLEDGE_BASE, ["a", "b"]),
        (Control.STAFF_ROLES, ["everyone"]),
        (Control.FEEDBACK_CHANNEL, ["#help"]),
    ],
)
def test_what_cannot_come_from_the_panel_is_refused(control, values) -> None:
    with pytest.raises(ValueError, match=r"."):
        changed(NONE, control, values, HELP)


def test_exactly_one_choice_is_marked() -> None:
    settings = GuildSettings(knowledge_base="bread", channel_knowledge_bases=((10, "locks"),))
    visible = ("default", "bread", "locks")
    for choices in (
        base_choices(settings, visible, "default", ENGLISH),
        channel_base_choices(settings, visible, THREAD, ENGLISH),
        channel_base_choices(settings, visible, Place(1, 11), ENGLISH),
        language_choices(settings, ENGLISH),
    ):
        assert sum(choice.is_chosen for choice in choices) == 1
        assert len({choice.value for choice in choices}) == len(choices)


def test_more_bases_than_a_select_holds_are_cut_off() -> None:
    visible = tuple(f"base-{n}" for n in range(100))
    assert len(base_choices(NONE, visible, "default", ENGLISH)) == 25


def test_what_was_deleted_is_taken_out() -> None:
    settings = GuildSettings(
        answer_channels=(10, 11),
        channel_knowledge_bases=((10, "bread"), (11, "locks")),
        staff_roles=(1, 2),
        reingest_roles=(2,),
        feedback_channel=11,
        announcement_channel=10,
    )
    assert without_deleted(settings, {10}, {1}) == GuildSettings(
        answer_channels=(10,),
        channel_knowledge_bases=((10, "bread"),),
        staff_roles=(1,),
        announcement_channel=10,
    )
    assert without_deleted(settings, {10, 11}, {1, 2}) == settings
