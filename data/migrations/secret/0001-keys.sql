-- Enrolment keys of hosts: whoever holds one may add that host's facts.

CREATE TABLE host_key(
	key_id TEXT PRIMARY KEY,          -- random, 16 hex digits
	host_id TEXT NOT NULL,
	key BLOB NOT NULL,                -- 32 random bytes
	made_at INTEGER NOT NULL,
	revoked_at INTEGER
) STRICT;
