"""Who may see what: the rule alone, and the grants as they are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.community.access import Grant, GrantBook, Place, Policy
from bot.community.community import COMMUNITY
from bot.community.database import CommunityDatabase

LOCKS, BAKERS = 1, 2
HELP, STAFF, THREAD = 10, 11, 12
DIRECT = Place(None, 99)
OPEN = Policy(frozenset(), frozenset(), "default")


def granted(*grants: Grant, is_strict: bool = False) -> Policy:
    return Policy(
        frozenset(grants), frozenset(g.knowledge_base for g in grants), "default", is_strict
    )


def test_the_default_base_is_seen_everywhere_until_it_is_granted_somewhere() -> None:
    assert OPEN.allows("default", Place(BAKERS, HELP))
    assert OPEN.allows("default", DIRECT)
    limited = granted(Grant("default", LOCKS))
    assert limited.allows("default", Place(LOCKS, HELP))
    assert not limited.allows("default", Place(BAKERS, HELP))
    assert not limited.allows("default", DIRECT)


def test_the_last_grant_taken_back_does_not_open_it_to_all() -> None:
    assert not replace(OPEN, ever_granted=frozenset({"default"})).allows("default", Place(LOCKS))


def test_a_strict_policy_opens_nothing_by_itself() -> None:
    assert not replace(OPEN, is_strict=True).allows("default", Place(LOCKS))
    assert granted(Grant("default"), is_strict=True).allows("default", DIRECT)


def test_any_other_base_is_seen_where_it_is_granted_and_nowhere_else() -> None:
    policy = granted(Grant("locks", LOCKS))
    assert not OPEN.allows("locks", Place(LOCKS, HELP))
    assert policy.allows("locks", Place(LOCKS, HELP))
    assert not policy.allows("locks", Place(BAKERS, HELP))
    assert not policy.allows("locks", DIRECT)
    assert policy.allows("default", Place(BAKERS, HELP))


def test_a_channels_grant_reaches_its_threads_and_no_other_channel() -> None:
    policy = granted(Grant("staff", LOCKS, STAFF))
    assert policy.allows("staff", Place(LOCKS, STAFF))
    assert policy.allows("staff", Place(LOCKS, THREAD, parent_id=STAFF))
    assert not policy.allows("staff", Place(LOCKS, HELP))
    assert not policy.allows("staff", Place(LOCKS, THREAD, parent_id=HELP))
    assert not policy.allows("staff", Place(BAKERS, STAFF))


def test_what_may_be_seen_is_listed_with_the_default_first() -> None:
    policy = granted(Grant("archive"), Grant("locks", LOCKS))
    names = ["archive", "default", "locks", "zoo"]
    assert policy.visible(names, Place(LOCKS, HELP)) == ("default", "archive", "locks")
    assert policy.visible(names, DIRECT) == ("default", "archive")


ids = st.integers(1, 3)
places = st.builds(Place, st.none() | ids, ids, st.none() | ids)
grants = st.builds(
    lambda kb, guild, channel: Grant(kb, guild, channel if guild else None),
    st.sampled_from(["default", "locks", "bread"]),
    st.none() | ids,
    st.none() | ids,
)


@given(st.sets(grants), places, st.booleans())
def test_nothing_but_a_covering_grant_shows_a_base_that_is_not_the_default(
    given_grants, place, strict
) -> None:
    policy = granted(*given_grants, is_strict=strict)
    for name in ("locks", "bread", "never heard of"):
        covering = [
            g
            for g in given_grants
            if g.knowledge_base == name
            and (g.guild_id is None or g.guild_id == place.guild_id)
            and (g.channel_id is None or g.channel_id in (place.channel_id, place.parent_id))
        ]
        assert policy.allows(name, place) == bool(covering)


@given(st.sets(grants), grants, places)
def test_a_grant_more_never_hides_another_base(given_grants, further, place) -> None:
    before = granted(*given_grants).visible(["locks", "bread"], place)
    after = granted(*given_grants, further).visible(["locks", "bread"], place)
    assert set(before) <= set(after)


def test_grants_are_kept_and_taken_back(database: CommunityDatabase) -> None:
    book = GrantBook(database)
    assert book.grant(Grant("locks", LOCKS))
    assert not book.grant(Grant("locks", LOCKS))
    assert book.grant(Grant("locks", LOCKS, STAFF))
    assert book.grant(Grant("default"))
    assert book.grants() == (Grant("default"), Grant("locks", LOCKS), Grant("locks", LOCKS, STAFF))
    assert book.revoke(Grant("locks", LOCKS))
    assert not book.revoke(Grant("locks", LOCKS))
    assert book.policy("default").grants == {Grant("default"), Grant("locks", LOCKS, STAFF)}
    assert book.revoke(Grant("default"))
    assert not book.policy("default").allows("default", DIRECT)
    assert book.grant(Grant("default"))
    assert book.policy("default").allows("default", DIRECT)


def test_a_grant_made_by_another_process_counts_at_once(database, tmp_path) -> None:
    here = GrantBook(database)
    assert not here.policy("default").allows("locks", Place(LOCKS))
    elsewhere = CommunityDatabase(tmp_path / COMMUNITY)
    GrantBook(elsewhere).grant(Grant("locks", LOCKS))
    assert here.policy("default").allows("locks", Place(LOCKS))
    GrantBook(elsewhere).revoke(Grant("locks", LOCKS))
    elsewhere.close()
    assert not here.policy("default").allows("locks", Place(LOCKS))


@pytest.mark.parametrize("guild", [1, 2**63 - 1])
def test_every_id_that_discord_gives_can_be_kept(database, guild) -> None:
    book = GrantBook(database)
    book.grant(Grant("locks", guild))
    assert book.policy("default").allows("locks", Place(guild))
