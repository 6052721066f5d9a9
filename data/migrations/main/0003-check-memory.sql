-- What the last whole check had seen, so that only what changed since has to
-- be judged again.

CREATE TABLE check_memory(
	one INTEGER PRIMARY KEY CHECK (one = 1),
	scope TEXT NOT NULL,              -- all, or all levels
	catalog_hash TEXT NOT NULL,
	facts_made_at INTEGER NOT NULL,   -- which facts.db
	facts_seq INTEGER NOT NULL,       -- its fact_change up to here
	journal_seq INTEGER NOT NULL,     -- the journal up to here
	full_at INTEGER NOT NULL,         -- when everything was judged last
	full_on TEXT NOT NULL
) STRICT;

-- Tables the query of the control read, comma separated.
ALTER TABLE control_state ADD COLUMN reads TEXT NOT NULL DEFAULT '';
