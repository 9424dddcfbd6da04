-- Sign-in: sessions, how often somebody may still try, and when keys were last used.
-- Kept in step with postgres/0002_sign_in.sql.

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    address TEXT NOT NULL,
    client TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_ends_at ON sessions (ends_at);

-- A row that lies in the past says nothing and is removed.
CREATE TABLE throttles (
    bucket BLOB NOT NULL PRIMARY KEY CHECK (length(bucket) = 32),
    until_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX throttles_until_time ON throttles (until_time);

ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
