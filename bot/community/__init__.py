"""What the bot remembers of communities: no Discord here, plain ids and plain records."""

__all__ = [
    "answers_shown",
    "community",
    "feedback",
    "gaps",
    "guild_settings",
    "learnt",
    "memories",
    "news_told",
    "starts",
    "unanswered",
]
