-- Loading: a directory that comes as a whole, in one transaction, from a backup or another database.
-- Kept in step with postgres/0005_load.sql.

-- 1 only within the transaction that loads.
ALTER TABLE directory ADD COLUMN is_loading INTEGER NOT NULL DEFAULT 0 CHECK (is_loading IN (0, 1));

DROP TRIGGER audit_goes_on_in_order;

-- But for a trail that is loaded as it stands: there may be gaps from before the chain, and a fault that
-- was found in it must not be lost on the way. The program verifies what it loaded.
CREATE TRIGGER audit_goes_on_in_order BEFORE INSERT ON audit
WHEN (SELECT is_loading FROM directory) IS NOT 1 AND (
    NEW.hash IS NULL
    OR NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
    OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
)
BEGIN
    SELECT RAISE(ABORT, 'an audit entry follows the last one, with its hash');
END;
