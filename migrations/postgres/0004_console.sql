-- The console: links by which users set their passwords, and the orders in which users are listed.
-- Kept in step with sqlite/0004_console.sql.

-- A user has at most one link that an admin made, and one that was asked for by mail: whoever asks must
-- not take the place of what an admin handed over.
CREATE TABLE password_links (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    is_requested BIGINT NOT NULL CHECK (is_requested IN (0, 1)),
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, is_requested)
);

CREATE INDEX users_added ON users (created_at, email);
CREATE INDEX users_role ON users (account_role, email);
