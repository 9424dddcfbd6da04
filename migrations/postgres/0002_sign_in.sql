-- Sign-in: sessions, how often somebody may still try, and when keys were last used.
-- Kept in step with sqlite/0002_sign_in.sql.

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    client TEXT NOT NULL
);

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_ends_at ON sessions (ends_at);

-- A row that lies in the past says nothing and is removed.
CREATE TABLE throttles (
    bucket BYTEA NOT NULL PRIMARY KEY CHECK (length(bucket) = 32),
    until_time BIGINT NOT NULL
);

CREATE INDEX throttles_until_time ON throttles (until_time);

ALTER TABLE api_keys ADD COLUMN last_used_at BIGINT;
