"""What the bot keeps of servers and people, put together on one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.community.answers_shown import AnswersShown
from bot.community.conversations import Conversations
from bot.community.database import CommunityDatabase
from bot.community.feedback import FeedbackBook
from bot.community.gaps import Gaps
from bot.community.grants import GrantBook
from bot.community.guild_settings import GuildSettingsBook
from bot.community.learnt import LearntBook
from bot.community.memories import Memories
from bot.community.news_told import Told
from bot.community.open_questions import OpenQuestions
from bot.community.starts import Starts
from bot.community.unanswered import UnansweredQuestions

COMMUNITY: Final = "community.sqlite3"
"""The file's name in the data folder."""


@dataclass(frozen=True, slots=True)
class Community:
    """Opened once, by whoever runs the bot."""

    database: CommunityDatabase
    """For further memories: each registers in ``memories``."""
    grants: GrantBook
    starts: Starts
    guilds: GuildSettingsBook
    answers: AnswersShown
    conversations: Conversations
    feedback: FeedbackBook
    unanswered: UnansweredQuestions
    gaps: Gaps
    open_questions: OpenQuestions
    told: Told
    learnt: LearntBook
    memories: Memories

    @classmethod
    def on(cls, database: CommunityDatabase) -> Community:
        """Return the books on an open database."""
        guilds, answers = GuildSettingsBook(database), AnswersShown(database)
        conversations, feedback = Conversations(database), FeedbackBook(database)
        unanswered, gaps = UnansweredQuestions(database), Gaps(database)
        open_questions = OpenQuestions(database)
        return cls(
            database=database,
            grants=GrantBook(database),
            starts=Starts(database),
            guilds=guilds,
            answers=answers,
            conversations=conversations,
            feedback=feedback,
            unanswered=unanswered,
            gaps=gaps,
            open_questions=open_questions,
            told=Told(database),
            learnt=LearntBook(database),
            memories=Memories(
                [guilds, answers, conversations, feedback, unanswered, gaps, open_questions]
            ),
        )


@contextmanager
def open_community(data_dir: Path) -> Iterator[Community]:
    """Yield what is kept in a data folder.

    Raises:
        StorageError: if it cannot be opened.
    """
    database = CommunityDatabase(data_dir / COMMUNITY)
    try:
        yield Community.on(database)
    finally:
        database.close()
