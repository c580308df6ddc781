"""Who may read a channel: held against discord.py's own answer, and against every combination."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.discord.live.readers import ChannelRules, Rule, all_read_too

VIEW, HISTORY = 1 << 10, 1 << 16
BITS = st.sampled_from([0, VIEW, HISTORY, VIEW | HISTORY])
RULE = st.builds(lambda allow, deny: Rule(allow, deny & ~allow), BITS, BITS)
ROLES, MEMBERS = (1, 2, 3, 4), (71, 72)
SERVER = st.tuples(BITS, st.dictionaries(st.sampled_from(ROLES), BITS))


def channel(everyone: int, roles: dict[int, int]) -> st.SearchStrategy[ChannelRules]:
    return st.builds(
        lambda for_all, for_roles, for_members: ChannelRules(
            VIEW | HISTORY,
            everyone,
            tuple(sorted(roles.items())),
            for_all,
            tuple(sorted(for_roles.items())),
            tuple(sorted(for_members.items())),
        ),
        RULE,
        st.dictionaries(st.sampled_from(ROLES), RULE),
        st.dictionaries(st.sampled_from(MEMBERS), RULE, max_size=1),
    )


TWO = SERVER.flatmap(lambda server: st.tuples(channel(*server), channel(*server)))


@given(TWO)
def test_it_says_yes_exactly_where_no_combination_of_roles_tells_against_it(
    two: tuple[ChannelRules, ChannelRules],
) -> None:
    there = two[1]
    here = replace(two[0], needed=VIEW)
    everybody = [
        (held, member)
        for held in chain.from_iterable(combinations(ROLES, n) for n in range(len(ROLES) + 1))
        for member in (None, *MEMBERS)
    ]
    tells_against = [who for who in everybody if here.may_read(*who) and not there.may_read(*who)]
    assert all_read_too(here, there) == (not tells_against)


def test_a_role_that_closes_a_channel_to_its_members_closes_it_where_they_are() -> None:
    open_ = ChannelRules(VIEW, VIEW)
    muted = ChannelRules(VIEW, VIEW, for_roles=((1, Rule(0, VIEW)),))
    assert not all_read_too(open_, muted)
    assert all_read_too(muted, open_)


def test_administrators_read_everything_and_tell_against_nothing() -> None:
    staff = ChannelRules(
        VIEW, 0, for_roles=((1, Rule(VIEW, 0)), (9, Rule(VIEW, 0))), administrators=frozenset({9})
    )
    same = ChannelRules(VIEW, 0, for_roles=((1, Rule(VIEW, 0)),), administrators=frozenset({9}))
    assert staff.may_read([9])
    assert same.may_read([9])
    assert all_read_too(staff, same)


def test_where_very_many_roles_matter_nothing_is_shown() -> None:
    many = tuple((number, Rule(VIEW, 0)) for number in range(100))
    here = ChannelRules(VIEW, 0, for_roles=many)
    there = ChannelRules(VIEW, 0, for_roles=many[:-1])
    assert not all_read_too(here, there)
    assert all_read_too(here, here)
