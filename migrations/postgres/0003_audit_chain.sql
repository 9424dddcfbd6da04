-- The chain of the audit trail: each entry has a hash over itself and over the hash before it.
-- Kept in step with sqlite/0003_audit_chain.sql.

ALTER TABLE audit ADD COLUMN hash BYTEA CHECK (length(hash) = 32);

-- The hash covers the number, so the program gives it. Under the directory lock no two get the same.
ALTER TABLE audit ALTER COLUMN sequence DROP IDENTITY;

-- The last entry that was written without a hash. The program seals those up to here when it starts.
ALTER TABLE directory ADD COLUMN last_before_chain BIGINT NOT NULL DEFAULT 0;

UPDATE directory SET last_before_chain = (SELECT coalesce(max(sequence), 0) FROM audit);

CREATE INDEX audit_unsealed ON audit (sequence) WHERE hash IS NULL;

-- Pages are in the order of the sequence.
CREATE INDEX audit_actor ON audit (actor, sequence);
CREATE INDEX audit_subject ON audit (subject, sequence);
CREATE INDEX audit_action ON audit (action, sequence);
CREATE INDEX audit_at ON audit (at, sequence);

DROP TRIGGER audit_never_changes ON audit;

-- But for an entry from before the chain, which gets its hash once.
CREATE FUNCTION seal_audit_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.hash IS NULL AND NEW.hash IS NOT NULL
        AND OLD.sequence <= (SELECT last_before_chain FROM directory)
        AND (NEW.sequence, NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.before_state, NEW.after_state)
            IS NOT DISTINCT FROM
            (OLD.sequence, OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.before_state, OLD.after_state)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit trail is only added to';
END
$$;

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
FOR EACH ROW EXECUTE FUNCTION seal_audit_only();

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse_change('the audit trail is only added to');

-- A program from before the chain, still running, must not go on without it.
CREATE FUNCTION go_on_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.hash IS NULL
        OR NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
    THEN
        RAISE EXCEPTION 'an audit entry follows the last one, with its hash';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_goes_on_in_order BEFORE INSERT ON audit
FOR EACH ROW EXECUTE FUNCTION go_on_in_order();
