-- What the bot remembers of people and servers.  Times are ISO 8601, UTC; ids are Discord's.

-- Questions that the threads did not answer, kept because who asked wants to be told.
CREATE TABLE IF NOT EXISTS unanswered (
    id         INTEGER PRIMARY KEY,
    user_id    INTEGER NOT NULL,
    guild_id   INTEGER,               -- empty: a direct message
    channel_id INTEGER NOT NULL,
    kb         TEXT NOT NULL,
    question   TEXT NOT NULL,
    locale     TEXT,                  -- in whose words to tell
    asked_at   TEXT NOT NULL,
    UNIQUE (user_id, channel_id, kb, question)
) STRICT;
CREATE INDEX IF NOT EXISTS unanswered_by_kb ON unanswered (kb, asked_at);
