-- What the bot remembers of people and servers.  Times are ISO 8601, UTC; ids are Discord's.

-- What the operator lets be seen where, and who may add to it.  0 stands for every server, for
-- every channel of one, and for nobody in particular.  A revoked grant stays on record, so that
-- nothing is ever granted by itself again.
CREATE TABLE IF NOT EXISTS grants (
    kb         TEXT NOT NULL,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    may_add    INTEGER NOT NULL,
    granted_at TEXT NOT NULL,
    revoked_at TEXT,
    PRIMARY KEY (kb, guild_id, channel_id, user_id)
) STRICT, WITHOUT ROWID;

-- What earlier starts of the bot left behind.
CREATE TABLE IF NOT EXISTS starts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
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

-- What the buttons on an answer's message need, until it expires.  0 stands for direct messages.
CREATE TABLE IF NOT EXISTS shown_answers (
    id         TEXT PRIMARY KEY,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    message_id INTEGER,               -- NULL until Discord has named it
    asker_id   INTEGER NOT NULL,
    kb         TEXT NOT NULL,
    question   TEXT NOT NULL,
    history    TEXT NOT NULL,         -- JSON: the asker's earlier questions, asked with it
    about_id   TEXT,                  -- somebody else's answer that it went on from
    is_private INTEGER NOT NULL,
    language   TEXT NOT NULL,         -- the tag of the words that it was shown in
    answer     TEXT NOT NULL,         -- JSON, without the posts around what is cited
    shown_at   TEXT NOT NULL,
    stale_at   TEXT                   -- when its message was marked as perhaps out of date
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS shown_answers_of_asker
    ON shown_answers (asker_id, channel_id, shown_at);
CREATE INDEX IF NOT EXISTS shown_answers_in_message ON shown_answers (message_id);
CREATE INDEX IF NOT EXISTS shown_answers_by_time ON shown_answers (shown_at);

-- Which passages the shown answers quote.
CREATE TABLE IF NOT EXISTS shown_passages (
    kb         TEXT NOT NULL,
    passage_id TEXT NOT NULL,
    answer_id  TEXT NOT NULL REFERENCES shown_answers (id) ON DELETE CASCADE,
    PRIMARY KEY (kb, passage_id, answer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS shown_passages_of_answer ON shown_passages (answer_id);

-- Who takes part in a thread that the bot opened: their messages there are questions.
CREATE TABLE IF NOT EXISTS conversations (
    thread_id INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    guild_id  INTEGER NOT NULL,
    joined_at TEXT NOT NULL,
    PRIMARY KEY (thread_id, user_id)
) STRICT, WITHOUT ROWID;

-- What people think of answers: one verdict a person and answer, the last one.
CREATE TABLE IF NOT EXISTS feedback (
    answer_id TEXT NOT NULL,
    user_id   INTEGER NOT NULL,
    guild_id  INTEGER NOT NULL,
    verdict   TEXT NOT NULL,
    reason    TEXT NOT NULL,
    question  TEXT NOT NULL,          -- empty as soon as the answer is forgotten
    given_at  TEXT NOT NULL,
    PRIMARY KEY (answer_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS feedback_by_guild ON feedback (guild_id, given_at);
-- Up to which state of a knowledge base people have been told what is new.
CREATE TABLE IF NOT EXISTS told (
    kb TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT;

-- The channels, forums and categories that the bot reads itself.
CREATE TABLE IF NOT EXISTS learnt_channels (
    channel_id     INTEGER PRIMARY KEY,
    guild_id       INTEGER NOT NULL,
    is_paused      INTEGER NOT NULL DEFAULT 0,
    retention_days INTEGER,           -- NULL: as long as Discord has them
    consent_role   INTEGER,           -- NULL: everybody is read who has not opted out
    announced_at   TEXT,              -- when its members were told
    added_at       TEXT NOT NULL
) STRICT;

-- Questions that somebody had passed on to staff, each once.
CREATE TABLE IF NOT EXISTS passed_on (
    answer_id TEXT PRIMARY KEY,
    guild_id  INTEGER NOT NULL,
    passed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- When the staff of a server were last told which questions were not answered.
CREATE TABLE IF NOT EXISTS gap_digests (
    guild_id INTEGER PRIMARY KEY,
    told_at  TEXT NOT NULL
) STRICT;

-- Posts and messages that were answered, or drafted for, though nobody was addressed: each once.
CREATE TABLE IF NOT EXISTS open_questions (
    message_id  INTEGER PRIMARY KEY,
    guild_id    INTEGER NOT NULL,
    answered_at TEXT NOT NULL
) STRICT;
