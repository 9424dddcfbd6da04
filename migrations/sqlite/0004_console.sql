-- The console: links by which users set their passwords, and the orders in which users are listed.
-- Kept in step with postgres/0004_console.sql.

-- A user has at most one link that an admin made, and one that was asked for by mail: whoever asks must
-- not take the place of what an admin handed over.
CREATE TABLE password_links (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    is_requested INTEGER NOT NULL CHECK (is_requested IN (0, 1)),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, is_requested)
) STRICT, WITHOUT ROWID;

CREATE INDEX users_added ON users (created_at, email);
CREATE INDEX users_role ON users (account_role, email);
