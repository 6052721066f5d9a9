-- The organisation, its choices, its machines, and what checks found.
-- Every table with change_seq is written inside a journaled change only.

CREATE TABLE org(
	id TEXT PRIMARY KEY,              -- random, 32 hex digits
	name TEXT NOT NULL,
	size INTEGER NOT NULL,            -- people
	level TEXT NOT NULL CHECK (level IN ('basic', 'standard', 'full')),
	answers TEXT NOT NULL,            -- JSON: {"telework": true, ...}
	zone TEXT NOT NULL,
	lang TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE org_role(
	role TEXT PRIMARY KEY,            -- catalog.role
	holder TEXT NOT NULL,             -- name of the person
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE policy_value(
	name TEXT PRIMARY KEY,            -- CONTROL.PARAMETER
	value TEXT NOT NULL,              -- JSON
	reason TEXT NOT NULL,
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE policy_exclude(
	control TEXT PRIMARY KEY,
	reason TEXT NOT NULL,
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE policy_pending(              -- a change that waits for approval
	id TEXT PRIMARY KEY,
	asked_at INTEGER NOT NULL,
	asked_by TEXT NOT NULL,
	what TEXT NOT NULL,               -- JSON: the change
	state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused')),
	decided_by TEXT,
	decided_at INTEGER,
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE adopted(                     -- files of local/ that count
	id TEXT PRIMARY KEY,              -- control id
	kind TEXT NOT NULL,
	text TEXT NOT NULL,
	text_hash TEXT NOT NULL,
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE declaration(
	control TEXT PRIMARY KEY,
	answer TEXT NOT NULL CHECK (answer IN ('yes', 'no', 'unknown')),
	sentence TEXT NOT NULL,
	declared_by TEXT NOT NULL,
	declared_at INTEGER NOT NULL,
	until_on TEXT NOT NULL,
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE postponed(                   -- not among the next three things
	control TEXT PRIMARY KEY,
	until_on TEXT NOT NULL,
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE host_entry(
	host_id TEXT PRIMARY KEY,         -- random, 16 hex digits
	name TEXT NOT NULL,
	platform TEXT NOT NULL,
	role TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('active', 'retired')),
	enrolled_at INTEGER NOT NULL,
	enrolled_on TEXT NOT NULL,
	origin TEXT NOT NULL,             -- local, token or by_hand
	machine_id TEXT NOT NULL DEFAULT '', -- hash of the system's own id
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE finding(
	id TEXT PRIMARY KEY,              -- random, 16 hex digits
	control TEXT NOT NULL,
	subject TEXT NOT NULL,
	host_id TEXT,
	state TEXT NOT NULL CHECK (state IN ('open', 'resolved', 'gone')),
	opened_at INTEGER NOT NULL,
	closed_at INTEGER,
	detail TEXT,
	waived_until_on TEXT,
	waive_reason TEXT,
	waived_by TEXT,
	change_seq INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX finding_open ON finding(control, subject)
	WHERE state = 'open';

-- What checks found. A run is one journal entry; these rows can be derived
-- from facts and are verified through the root the entry holds.
CREATE TABLE check_run(
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	scope TEXT NOT NULL,              -- all, or what was asked for
	catalog_hash TEXT NOT NULL,
	policy_seq INTEGER NOT NULL,
	facts_at INTEGER,
	n_pass INTEGER NOT NULL, n_fail INTEGER NOT NULL,
	n_unknown INTEGER NOT NULL, n_not_applicable INTEGER NOT NULL,
	n_waived INTEGER NOT NULL, n_error INTEGER NOT NULL,
	results_root TEXT NOT NULL,
	journal_seq INTEGER
) STRICT;

CREATE TABLE control_state(               -- the last result of each control
	control TEXT PRIMARY KEY,
	run INTEGER NOT NULL,
	at INTEGER NOT NULL,
	result TEXT NOT NULL,
	basis TEXT NOT NULL,
	reason TEXT NOT NULL,
	n_pass INTEGER NOT NULL, n_fail INTEGER NOT NULL,
	n_unknown INTEGER NOT NULL, n_waived INTEGER NOT NULL,
	n_error INTEGER NOT NULL,
	facts_at INTEGER
) STRICT;

CREATE TABLE result(                      -- subjects that are not pass
	control TEXT NOT NULL,
	subject TEXT NOT NULL,
	host_id TEXT,
	result TEXT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT,
	PRIMARY KEY(control, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE result_history(              -- every change of a result
	at INTEGER NOT NULL,
	run INTEGER NOT NULL,
	control TEXT NOT NULL,
	subject TEXT NOT NULL,            -- '' = the control itself
	from_result TEXT,
	to_result TEXT,
	catalog_hash TEXT NOT NULL,
	policy_seq INTEGER NOT NULL,
	facts_at INTEGER,
	basis TEXT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT
) STRICT;
CREATE INDEX result_history_control ON result_history(control, at);
