"""Who may do what: the rule alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.rules import RULES, Grant, Place, Policy, Right, Surface, Visitor

LOCKS, BAKERS = 1, 2
HELP, STAFF, THREAD = 10, 11, 12
ADA, BOB = 100, 101
DIRECT = Place(None, 99)
CLOSED = Policy(frozenset(), "default")


def granted(*grants: Grant, only_guild: int | None = None) -> Policy:
    return Policy(frozenset(grants), "default", only_guild)


def member(place: Place, user_id: int = ADA) -> Visitor:
    return Visitor(user_id, place)


def administrator(guild_id: int, *roles: int) -> Visitor:
    place = Place(guild_id, HELP)
    return Visitor(ADA, place, is_administrator=True, may_manage=True, roles=frozenset(roles))


def test_every_surface_has_its_rule() -> None:
    assert set(RULES) == set(Surface)


@pytest.mark.parametrize("place", [Place(LOCKS, HELP), DIRECT, Place(None, 5, is_guest=True)])
def test_without_grants_everything_is_closed_but_what_concerns_oneself(place) -> None:
    visitor = replace(administrator(LOCKS), place=place, member_of=frozenset({LOCKS}))
    usable = {surface for surface in Surface if CLOSED.may_use(surface, visitor)}
    assert usable == {Surface.FORGET_ME}


def test_a_base_is_seen_where_it_is_granted_and_nowhere_else() -> None:
    policy = granted(Grant("locks", LOCKS))
    assert policy.allows("locks", member(Place(LOCKS, HELP)))
    assert not policy.allows("locks", member(Place(BAKERS, HELP)))
    assert not policy.allows("locks", member(DIRECT))
    assert not policy.allows("default", member(Place(LOCKS, HELP)))


def test_a_channels_grant_reaches_its_threads_and_no_other_channel() -> None:
    policy = granted(Grant("staff", LOCKS, STAFF))
    assert policy.allows("staff", member(Place(LOCKS, STAFF)))
    assert policy.allows("staff", member(Place(LOCKS, THREAD, parent_id=STAFF)))
    assert not policy.allows("staff", member(Place(LOCKS, HELP)))
    assert not policy.allows("staff", member(Place(LOCKS, THREAD, parent_id=HELP)))
    assert not policy.allows("staff", member(Place(BAKERS, STAFF)))


def test_direct_messages_see_what_is_granted_to_a_whole_server_of_theirs() -> None:
    policy = granted(Grant("default", LOCKS), Grant("staff", LOCKS, STAFF), Grant("bread", BAKERS))
    keeper = Visitor(ADA, DIRECT, member_of=frozenset({LOCKS}))
    assert policy.visible(["bread", "staff", "default"], keeper) == ("default",)
    assert policy.visible(["bread", "staff", "default"], member(DIRECT)) == ()
    assert policy.servers_of_members() == {LOCKS, BAKERS}


def test_a_person_may_be_granted_a_base_for_direct_messages() -> None:
    policy = granted(Grant("locks", user_id=ADA))
    assert policy.allows("locks", member(DIRECT))
    assert not policy.allows("locks", member(DIRECT, BOB))
    assert not policy.allows("locks", member(Place(LOCKS, HELP)))


def test_a_guest_sees_nothing_whatever_is_granted() -> None:
    policy = granted(Grant("default"), Grant("default", LOCKS), Grant("default", user_id=ADA))
    guest = Visitor(ADA, Place(None, 5, is_guest=True), member_of=frozenset({LOCKS}))
    assert not policy.allows("default", guest)


def test_one_server_may_be_all_that_is_served() -> None:
    policy = granted(Grant("default"), Grant("default", user_id=BOB), only_guild=LOCKS)
    assert policy.allows("default", member(Place(LOCKS, HELP)))
    assert not policy.allows("default", member(Place(BAKERS, HELP)))
    assert not policy.allows("default", member(DIRECT, BOB))
    assert policy.allows("default", Visitor(ADA, DIRECT, member_of=frozenset({LOCKS})))
    assert policy.servers_of_members() == {LOCKS}
    assert not policy.may_use(Surface.CONFIG, administrator(BAKERS))


def test_only_whom_the_operator_named_may_add() -> None:
    sees, adds = Grant("default", LOCKS), Grant("default", LOCKS, may_add=True)
    boss, member_ = administrator(LOCKS), member(Place(LOCKS, HELP))
    assert not granted(sees).may_use(Surface.UPLOAD, boss)
    assert granted(adds).may_use(Surface.UPLOAD, boss)
    assert not granted(adds).may_use(Surface.UPLOAD, member_)
    assert not granted(adds, Grant("default")).may_use(Surface.UPLOAD, administrator(BAKERS))
    assert not granted(adds, Grant("bread", LOCKS)).may_use(
        Surface.UPLOAD, boss, knowledge_base="bread"
    )


def test_a_person_who_may_add_does_so_wherever_they_may_see() -> None:
    policy = granted(Grant("default", LOCKS), Grant("default", user_id=ADA, may_add=True))
    for place in (DIRECT, Place(LOCKS, HELP)):
        assert policy.may_use(Surface.UPLOAD, member(place))
        assert not policy.may_use(Surface.UPLOAD, member(place, BOB))
    assert not policy.may_use(Surface.UPLOAD, member(Place(BAKERS, 20)))


def test_chosen_roles_may_re_ingest_and_no_more_where_their_server_may_add() -> None:
    trusted = Visitor(ADA, Place(LOCKS, HELP), roles=frozenset({7}))
    adds = granted(Grant("default", LOCKS, may_add=True))
    assert adds.may_use(Surface.REINGEST, trusted, chosen_roles=[7])
    assert not adds.may_use(Surface.REINGEST, trusted, chosen_roles=[8])
    assert not adds.may_use(Surface.UPLOAD, trusted, chosen_roles=[7])
    assert not granted(Grant("default", LOCKS)).may_use(Surface.REINGEST, trusted, chosen_roles=[7])


def test_a_server_is_set_up_by_who_manages_it_once_anything_is_granted_to_it() -> None:
    policy = granted(Grant("staff", LOCKS, STAFF))
    assert policy.may_use(Surface.CONFIG, administrator(LOCKS))
    assert not policy.may_use(Surface.CONFIG, member(Place(LOCKS, STAFF)))
    assert not policy.may_use(Surface.CONFIG, administrator(BAKERS))
    assert not granted(Grant("default", user_id=ADA)).may_use(Surface.CONFIG, administrator(LOCKS))


def test_what_may_be_seen_is_listed_with_the_default_first() -> None:
    policy = granted(Grant("archive"), Grant("locks", LOCKS), Grant("default"))
    names = ["archive", "default", "locks", "zoo"]
    assert policy.visible(names, member(Place(LOCKS, HELP))) == ("default", "archive", "locks")
    assert policy.visible(names, member(DIRECT)) == ("default", "archive")


ids = st.integers(1, 3)
places = st.builds(Place, st.none() | ids, ids, st.none() | ids)
visitors = st.builds(
    Visitor,
    ids,
    places,
    member_of=st.frozensets(ids),
    is_administrator=st.booleans(),
    may_manage=st.booleans(),
)
grants = st.builds(
    lambda kb, guild, channel, user, may_add: (
        Grant(kb, user_id=user, may_add=may_add)
        if user
        else Grant(kb, guild, channel if guild else None, may_add=may_add)
    ),
    st.sampled_from(["default", "locks"]),
    st.none() | ids,
    st.none() | ids,
    st.none() | ids,
    st.booleans(),
)


@given(st.sets(grants), grants, visitors)
def test_a_grant_more_never_takes_anything_away(given_grants, further, visitor) -> None:
    before, after = granted(*given_grants), granted(*given_grants, further)
    for surface in Surface:
        if before.may_use(surface, visitor):
            assert after.may_use(surface, visitor)


@given(st.sets(grants), visitors, ids)
def test_to_add_takes_to_see_and_one_server_takes_nothing_in(given_grants, visitor, only) -> None:
    policy = granted(*given_grants)
    if policy.may_use(Surface.UPLOAD, visitor):
        assert policy.may_use(Surface.ASK, visitor)
        assert any(grant.may_add for grant in given_grants)
    bound = replace(policy, only_guild=only)
    for surface in Surface:
        if bound.may_use(surface, visitor):
            assert policy.may_use(surface, visitor)
            assert RULES[surface].right is Right.ONESELF or only in (
                {visitor.place.guild_id} if visitor.place.guild_id else visitor.member_of
            )
