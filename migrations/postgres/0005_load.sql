-- Loading: a directory that comes as a whole, in one transaction, from a backup or another database.
-- Kept in step with sqlite/0005_load.sql.

-- 1 only within the transaction that loads.
ALTER TABLE directory ADD COLUMN is_loading BIGINT NOT NULL DEFAULT 0 CHECK (is_loading IN (0, 1));

-- But for a trail that is loaded as it stands: there may be gaps from before the chain, and a fault that
-- was found in it must not be lost on the way. The program verifies what it loaded.
CREATE OR REPLACE FUNCTION go_on_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_loading FROM directory) IS DISTINCT FROM 1 AND (
        NEW.hash IS NULL
        OR NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
    )
    THEN
        RAISE EXCEPTION 'an audit entry follows the last one, with its hash';
    END IF;
    RETURN NEW;
END
$$;
