-- The chain of the audit trail: each entry has a hash over itself and over the hash before it.
-- Kept in step with postgres/0003_audit_chain.sql.

ALTER TABLE audit ADD COLUMN hash BLOB CHECK (length(hash) = 32);

-- The last entry that was written without a hash. The program seals those up to here when it starts.
ALTER TABLE directory ADD COLUMN last_before_chain INTEGER NOT NULL DEFAULT 0;

UPDATE directory SET last_before_chain = (SELECT coalesce(max(sequence), 0) FROM audit);

CREATE INDEX audit_unsealed ON audit (sequence) WHERE hash IS NULL;

-- Pages are in the order of the sequence, which stands in each index of SQLite as its row's number.
CREATE INDEX audit_actor ON audit (actor);
CREATE INDEX audit_subject ON audit (subject);
CREATE INDEX audit_action ON audit (action);
CREATE INDEX audit_at ON audit (at);

DROP TRIGGER audit_never_changes;

-- But for an entry from before the chain, which gets its hash once.
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
WHEN NOT (
    OLD.hash IS NULL AND NEW.hash IS NOT NULL
    AND OLD.sequence <= (SELECT last_before_chain FROM directory)
    AND NEW.sequence IS OLD.sequence AND NEW.id IS OLD.id AND NEW.at IS OLD.at
    AND NEW.actor IS OLD.actor AND NEW.action IS OLD.action AND NEW.subject IS OLD.subject
    AND NEW.before_state IS OLD.before_state AND NEW.after_state IS OLD.after_state
)
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only added to');
END;

-- A program from before the chain, still running, must not go on without it; and nothing is replaced.
CREATE TRIGGER audit_goes_on_in_order BEFORE INSERT ON audit
WHEN NEW.hash IS NULL
    OR NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
    OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'an audit entry follows the last one, with its hash');
END;
