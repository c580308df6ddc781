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
    size        INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    sha256      TEXT NOT NULL,
    reading     TEXT NOT NULL,        -- fingerprint of how it was read: encoding and code version
    source_kind TEXT NOT NULL,
    repeats     INTEGER NOT NULL,     -- lines that repeat another line of the file
    UNIQUE (kb, path)
) STRICT;

CREATE TABLE IF NOT EXISTS threads (
    file_id   INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    id        TEXT NOT NULL,
    ordinal   INTEGER NOT NULL,
    title     TEXT,
    url       TEXT,
    summary   TEXT NOT NULL,          -- title and opening post: what the thread's score compares
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
    PRIMARY KEY (file_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS posts_by_id ON posts (id);
CREATE INDEX IF NOT EXISTS posts_by_parent ON posts (parent_id) WHERE parent_id IS NOT NULL;

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
    PRIMARY KEY (file_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passages_by_id ON passages (id);
CREATE INDEX IF NOT EXISTS passages_by_thread ON passages (thread_id, ordinal);
CREATE INDEX IF NOT EXISTS passages_by_origin ON passages (origin_id) WHERE origin_id IS NOT NULL;

-- Vectors by text and model, so that nothing is embedded twice; 16-bit floats.
CREATE TABLE IF NOT EXISTS embeddings (
    model  TEXT NOT NULL,
    text   TEXT NOT NULL,             -- content id of the text
    vector BLOB NOT NULL,
    PRIMARY KEY (model, text)
) STRICT, WITHOUT ROWID;

-- Ids that may stand in Chroma or tantivy without a passage here: written before an insert
-- and after a removal, taken out when the index is known to agree again.
CREATE TABLE IF NOT EXISTS pending (
    kb         TEXT NOT NULL,
    generation INTEGER NOT NULL,
    id         TEXT NOT NULL,
    PRIMARY KEY (kb, generation, id)
) STRICT, WITHOUT ROWID;
