-- The catalogue: the truth about every knowledge base.  Chroma and tantivy follow from it.

CREATE TABLE IF NOT EXISTS knowledge_bases (
    name       TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,      -- names the live collection and lexical index
    embedding  TEXT NOT NULL,         -- fingerprint of the model that made the vectors
    updated_at TEXT                   -- ISO 8601, UTC
) STRICT;

CREATE TABLE IF NOT EXISTS files (
    id          INTEGER PRIMARY KEY,
    kb          TEXT NOT NULL REFERENCES knowledge_bases (name),
    path        TEXT NOT NULL,        -- absolute
    name        TEXT NOT NULL,        -- relative to the folder that was ingested
    base        TEXT NOT NULL,        -- the last part of both
    size        INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    sha256      TEXT NOT NULL,
    reading     TEXT NOT NULL,        -- fingerprint of how it was read: encoding and code version
    source_kind TEXT NOT NULL,
    repeats     INTEGER NOT NULL,     -- lines that repeat another line of the file
    as_of       TEXT NOT NULL DEFAULT '',  -- ISO 8601, UTC: when it was made, by its own words or by mtime
    is_dated    INTEGER NOT NULL DEFAULT 0,  -- 1 if as_of is by its own words
    UNIQUE (kb, path)
) STRICT;
CREATE INDEX IF NOT EXISTS files_by_base ON files (kb, base);

CREATE TABLE IF NOT EXISTS threads (
    file_id     INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,
    title       TEXT,
    url         TEXT,
    tags        TEXT NOT NULL DEFAULT '[]',  -- JSON: a list of texts
    is_solved   INTEGER NOT NULL DEFAULT 0,
    is_channel  INTEGER NOT NULL DEFAULT 0,
    room        TEXT,                 -- the live channel whose readers alone may read it
    PRIMARY KEY (file_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS threads_by_id ON threads (id);

CREATE TABLE IF NOT EXISTS posts (
    file_id    INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    thread_id  TEXT NOT NULL,
    id         TEXT NOT NULL,
    ordinal    INTEGER NOT NULL,
    text       TEXT NOT NULL,
    author     TEXT,
    created_at TEXT,
    parent_id  TEXT,
    url        TEXT,
    author_id  TEXT,                  -- the source's own
    edited_at  TEXT,
    score      INTEGER,               -- votes, likes or reactions
    is_accepted INTEGER NOT NULL DEFAULT 0,
    is_bot     INTEGER NOT NULL DEFAULT 0,
    attachments TEXT NOT NULL DEFAULT '[]',  -- JSON: names of files
    mentions   TEXT NOT NULL DEFAULT '[]',   -- JSON: ids of the people whom it addresses
    account    TEXT,                  -- the author's other name, where they show under a nickname
    exchange_id TEXT,                 -- the post that opened the exchange which it belongs to
    standing   TEXT NOT NULL DEFAULT 'statement',  -- what it is in that exchange
    worth      REAL NOT NULL DEFAULT 0,      -- what speaks for it as an answer there: a logit
    PRIMARY KEY (file_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS posts_by_id ON posts (id);
CREATE INDEX IF NOT EXISTS posts_by_author ON posts (author_id) WHERE author_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS posts_by_parent ON posts (parent_id) WHERE parent_id IS NOT NULL;

-- A question with what answers it; named after the post that opened it.
CREATE TABLE IF NOT EXISTS exchanges (
    file_id   INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    id        TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    text      TEXT NOT NULL,          -- what its score compares with a question
    text_key  TEXT NOT NULL,          -- names that text in embeddings
    PRIMARY KEY (file_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS exchanges_by_id ON exchanges (id);

-- A passage stands once for each file that holds it; the index holds each id once.
CREATE TABLE IF NOT EXISTS passages (
    file_id   INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    thread_id TEXT NOT NULL,
    post_id   TEXT NOT NULL,
    id        TEXT NOT NULL,
    ordinal   INTEGER NOT NULL,
    paragraph INTEGER NOT NULL,
    start     INTEGER NOT NULL,
    end       INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    origin_id TEXT,
    repeats   INTEGER NOT NULL,
    indexed   INTEGER NOT NULL,       -- 0 for a quote whose very words are indexed elsewhere
    text_key  TEXT NOT NULL,          -- names its text in embeddings
    asking    REAL NOT NULL,          -- share of its sentences that are questions
    probe     INTEGER,                -- of a quote: a few of its words, by which to know its origin
    quoted_author TEXT,               -- of a quote: whose words the source says that they are
    PRIMARY KEY (file_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passages_by_id ON passages (id, indexed);
CREATE INDEX IF NOT EXISTS passages_left_out ON passages (id) WHERE NOT indexed;
CREATE INDEX IF NOT EXISTS passages_by_thread ON passages (thread_id, ordinal);
CREATE INDEX IF NOT EXISTS passages_by_origin ON passages (origin_id) WHERE origin_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS quotes_without_origin ON passages (probe)
    WHERE probe IS NOT NULL AND origin_id IS NULL;

-- What time of a thread a file holds whole: an older file gives up what this one does not hold.
CREATE TABLE IF NOT EXISTS covered (
    file_id   INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    thread_id TEXT NOT NULL,
    since     TEXT,                   -- ISO 8601, UTC; NULL: from its first post on
    until     TEXT NOT NULL,
    PRIMARY KEY (file_id, thread_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS covered_by_thread ON covered (thread_id);

-- Files that lost posts to a file with a newer text of them, or that shows them to be gone: when that one changes or goes, they
-- are read again.  By path, since a file that is written again has a new number.
CREATE TABLE IF NOT EXISTS outdone (
    kb      TEXT NOT NULL,
    path    TEXT NOT NULL,
    by_path TEXT NOT NULL,
    PRIMARY KEY (kb, by_path, path)
) STRICT, WITHOUT ROWID;

-- When posts came: a row for each write that brought posts of a thread that were not there.
CREATE TABLE IF NOT EXISTS arrivals (
    kb        TEXT NOT NULL,
    at        TEXT NOT NULL,          -- ISO 8601, UTC
    thread_id TEXT NOT NULL,
    posts     INTEGER NOT NULL,
    is_new    INTEGER NOT NULL,       -- 1 where the thread was not there either
    PRIMARY KEY (kb, at, thread_id)
) STRICT, WITHOUT ROWID;

-- Passages in somebody's own words that may be, or have, a copy with small differences.  Only
-- an original has fingerprints; NULL: it was not looked at yet.
CREATE TABLE IF NOT EXISTS sketches (
    id           INTEGER PRIMARY KEY,
    kb           TEXT NOT NULL,
    passage      TEXT NOT NULL,
    original     TEXT,                -- of a copy: the passage that it copies
    fingerprints BLOB,                -- 64-bit integers, as in fingerprints.hash
    UNIQUE (kb, passage)
) STRICT;
CREATE INDEX IF NOT EXISTS copies_by_original ON sketches (kb, original)
    WHERE original IS NOT NULL;
CREATE INDEX IF NOT EXISTS sketches_to_make ON sketches (kb, id) WHERE fingerprints IS NULL;

-- By which of its words' numbers an original is found.
CREATE TABLE IF NOT EXISTS fingerprints (
    hash   INTEGER NOT NULL,
    sketch INTEGER NOT NULL,
    PRIMARY KEY (hash, sketch)
) STRICT, WITHOUT ROWID;

-- Vectors by text and model, so that nothing is embedded twice; 16-bit floats.  A table with
-- row numbers: keys are random, and rows of a kilobyte are better appended than sorted in.
CREATE TABLE IF NOT EXISTS embeddings (
    id     INTEGER PRIMARY KEY,
    model  TEXT NOT NULL,
    text   TEXT NOT NULL,             -- content id of the text
    vector BLOB NOT NULL,
    UNIQUE (text, model)
) STRICT;

-- Vectors of the sentences of those texts, all in one blob, in order: each in 8-bit integers that
-- are proportional to it.  Not of a text of one sentence; where a row is missing, questions make it.
CREATE TABLE IF NOT EXISTS sentence_vectors (
    id      INTEGER PRIMARY KEY,
    model   TEXT NOT NULL,
    text    TEXT NOT NULL,
    vectors BLOB NOT NULL,
    UNIQUE (text, model)
) STRICT;

-- How many vectors were taken out of a generation's collection: Chroma marks them as deleted and
-- keeps their place in its graph, on disk and in memory, until the collection goes.
CREATE TABLE IF NOT EXISTS removed_vectors (
    kb         TEXT NOT NULL,
    generation INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (kb, generation)
) STRICT, WITHOUT ROWID;

-- What may differ between the catalogue and the other stores: ids of passages that may stand
-- in Chroma or tantivy without standing here, ids of exchanges whose text in tantivy may be old.
-- Written before the stores are, taken out when they are known to agree again.  Rows of
-- generation 0 without an id are marks (see Mark in catalogue.py).
CREATE TABLE IF NOT EXISTS pending (
    kb         TEXT NOT NULL,
    generation INTEGER NOT NULL,
    kind       TEXT NOT NULL,         -- passage, exchange or a mark
    id         TEXT NOT NULL,
    PRIMARY KEY (kb, generation, kind, id)
) STRICT, WITHOUT ROWID;
