-- The directory: users, their roles, passwords and keys, and the trail of what was done.
-- Times are microseconds since 1970 UTC. Kept in step with sqlite/0001_directory.sql.

-- One row: what holds for the directory as a whole.
CREATE TABLE directory (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    epoch BIGINT NOT NULL,
    user_count BIGINT NOT NULL CHECK (user_count >= 0),
    data_domains_version BIGINT NOT NULL,
    started_at BIGINT,
    latest_time BIGINT NOT NULL,
    latest_licence_issued_at BIGINT NOT NULL,
    licence TEXT
);

INSERT INTO directory VALUES (1, 1, 0, 1, NULL, 0, 0, NULL);

-- COLLATE "C" is the byte order, which is the list's order in every locale.
CREATE TABLE users (
    email TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(email) <= 254),
    id UUID NOT NULL UNIQUE,
    account_role TEXT NOT NULL
        CHECK (account_role IN ('admin', 'editor', 'operator', 'viewer', 'none')),
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE INDEX users_admins ON users (created_at, email) WHERE account_role = 'admin';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0];
END
$$;

CREATE TRIGGER users_email_never_changes BEFORE UPDATE OF email ON users
FOR EACH ROW WHEN (NEW.email IS DISTINCT FROM OLD.email)
EXECUTE FUNCTION refuse_change('the email of a user never changes');

CREATE TABLE passwords (
    user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);

CREATE INDEX api_keys_user ON api_keys (user_id);

-- A removed data domain stays here, so that its name is not used again.
CREATE TABLE data_domains (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);

INSERT INTO data_domains (name, created_at) VALUES ('(default)', 0);

CREATE TABLE data_domain_roles (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    data_domain TEXT COLLATE "C" NOT NULL REFERENCES data_domains (name),
    role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'operator', 'viewer')),
    PRIMARY KEY (user_id, data_domain)
);

CREATE INDEX data_domain_roles_data_domain ON data_domain_roles (data_domain);

CREATE TABLE setup_codes (
    digest BYTEA NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    created_at BIGINT NOT NULL
);

CREATE TABLE audit (
    sequence BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    before_state TEXT,
    after_state TEXT
);

CREATE TRIGGER audit_never_changes BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse_change('the audit trail is only added to');

CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the audit trail is only added to');
