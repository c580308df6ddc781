from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.community.community import COMMUNITY
from bot.community.database import CommunityDatabase


@pytest.fixture
def database(tmp_path: Path) -> Iterator[CommunityDatabase]:
    opened = CommunityDatabase(tmp_path / COMMUNITY)
    yield opened
    opened.close()
