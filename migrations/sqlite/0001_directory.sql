-- The directory: users, their roles, passwords and keys, and the trail of what was done.
-- Times are microseconds since 1970 UTC. Kept in step with postgres/0001_directory.sql.

-- One row: what holds for the directory as a whole.
CREATE TABLE directory (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    epoch INTEGER NOT NULL,
    user_count INTEGER NOT NULL CHECK (user_count >= 0),
    data_domains_version INTEGER NOT NULL,
    started_at INTEGER,
    latest_time INTEGER NOT NULL,
    latest_licence_issued_at INTEGER NOT NULL,
    licence TEXT
) STRICT;

INSERT INTO directory VALUES (1, 1, 0, 1, NULL, 0, 0, NULL);

-- Kept in the order of the list, which is the email's.
CREATE TABLE users (
    email TEXT NOT NULL PRIMARY KEY CHECK (length(email) <= 254),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    account_role TEXT NOT NULL
        CHECK (account_role IN ('admin', 'editor', 'operator', 'viewer', 'none')),
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX users_admins ON users (created_at, email) WHERE account_role = 'admin';

CREATE TRIGGER users_email_never_changes BEFORE UPDATE OF email ON users
WHEN NEW.email IS NOT OLD.email
BEGIN
    SELECT RAISE(ABORT, 'the email of a user never changes');
END;

CREATE TABLE passwords (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX api_keys_user ON api_keys (user_id);

-- A removed data domain stays here, so that its name is not used again.
CREATE TABLE data_domains (
    name TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT, WITHOUT ROWID;

INSERT INTO data_domains (name, created_at) VALUES ('(default)', 0);

CREATE TABLE data_domain_roles (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    data_domain TEXT NOT NULL REFERENCES data_domains (name),
    role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'operator', 'viewer')),
    PRIMARY KEY (user_id, data_domain)
) STRICT, WITHOUT ROWID;

CREATE INDEX data_domain_roles_data_domain ON data_domain_roles (data_domain);

CREATE TABLE setup_codes (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    before_state TEXT,
    after_state TEXT
) STRICT;

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only added to');
END;

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only added to');
END;
