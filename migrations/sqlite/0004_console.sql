-- The console: links by which users set their passwords, and the orders in which users are listed.
-- Kept in step with postgres/0004_console.sql.

CREATE TABLE password_links (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX users_added ON users (created_at, email);
CREATE INDEX users_role ON users (account_role, email);
