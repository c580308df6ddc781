"""What a start of the bot leaves for the next, and for ingests."""

from __future__ import annotations

from bot.community.community import open_community


def test_every_account_that_the_bot_wrote_under_is_remembered(tmp_path):
    with open_community(tmp_path) as community:
        assert community.starts.own_ids == frozenset()
        community.starts.add_own_ids(81, 82)
        community.starts.add_own_ids(None, 81)
    with open_community(tmp_path) as community:
        community.starts.add_own_ids(83)
        assert community.starts.own_ids == {"81", "82", "83"}
