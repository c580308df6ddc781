-- What the bot remembers of people and servers.  Times are ISO 8601, UTC; ids are Discord's.

-- What the operator lets be seen where.  0 stands for every server, or every channel of one.
-- A revoked grant stays: a knowledge base that was ever granted is never open to all again.
CREATE TABLE IF NOT EXISTS grants (
    kb         TEXT NOT NULL,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    granted_at TEXT NOT NULL,
    revoked_at TEXT,
    PRIMARY KEY (kb, guild_id, channel_id)
) STRICT, WITHOUT ROWID;

-- How the administrators of a server want the bot there: one row a setting that is not default.
CREATE TABLE IF NOT EXISTS guild_settings (
    guild_id INTEGER NOT NULL,
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,           -- JSON
    PRIMARY KEY (guild_id, name)
) STRICT, WITHOUT ROWID;
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

-- Up to which state of a knowledge base people have been told what is new.
CREATE TABLE IF NOT EXISTS told (
    kb TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT;
