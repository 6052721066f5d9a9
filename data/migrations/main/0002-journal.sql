-- The journal: append-only, hash-chained; yamori-journal(5) says how.

CREATE TABLE journal(
	seq INTEGER PRIMARY KEY,          -- 1, 2, 3 ... without gaps
	at INTEGER NOT NULL,
	actor TEXT NOT NULL,              -- journal_actor.id
	kind TEXT NOT NULL,               -- as 'policy.set'
	subject TEXT NOT NULL,            -- random id or '', never a name
	body_root BLOB NOT NULL,
	prev BLOB NOT NULL,
	hash BLOB NOT NULL
) STRICT;
CREATE INDEX journal_subject ON journal(subject);

CREATE TABLE journal_body(
	seq INTEGER NOT NULL,
	field TEXT NOT NULL,
	class INTEGER NOT NULL,           -- 0 plain, 1 personal, 2 level3
	seal BLOB NOT NULL,               -- hash of salt, field and value
	salt BLOB,
	value TEXT,
	erased_by INTEGER,                -- the entry that erased salt, value
	PRIMARY KEY(seq, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_body_field ON journal_body(field, seq);

CREATE TABLE journal_head(                -- heads signed by the process sign
	seq INTEGER NOT NULL,
	hash BLOB NOT NULL,
	at INTEGER NOT NULL,              -- when it was signed
	key BLOB NOT NULL,                -- Ed25519 public key
	signature BLOB NOT NULL,
	PRIMARY KEY(seq, key)
) STRICT, WITHOUT ROWID;

-- Which tables are journaled, and who has written: journaled themselves.
CREATE TABLE journal_table(
	name TEXT PRIMARY KEY,
	shape TEXT NOT NULL,              -- JSON: key, columns with class
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE journal_actor(
	id TEXT PRIMARY KEY,              -- random, 32 hex digits
	name TEXT,                        -- as 'os:root via cli'; personal
	change_seq INTEGER NOT NULL
) STRICT;

CREATE TRIGGER journal_insert BEFORE INSERT ON journal
WHEN NOT in_change() OR NEW.seq IS NOT change_seq() BEGIN
	SELECT raise(ABORT, 'the journal is written only by a change');
END;
CREATE TRIGGER journal_update BEFORE UPDATE ON journal BEGIN
	SELECT raise(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_delete BEFORE DELETE ON journal BEGIN
	SELECT raise(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER journal_body_insert BEFORE INSERT ON journal_body
WHEN NOT in_change() OR NEW.seq IS NOT change_seq() BEGIN
	SELECT raise(ABORT, 'the journal is written only by a change');
END;
-- Erasing is the one thing that may happen to old content.
CREATE TRIGGER journal_body_update BEFORE UPDATE ON journal_body
WHEN NOT in_change() OR NEW.erased_by IS NOT change_seq()
	OR NEW.salt IS NOT NULL OR NEW.value IS NOT NULL
	OR OLD.erased_by IS NOT NULL
	OR NEW.seq <> OLD.seq OR NEW.field <> OLD.field
	OR NEW.class <> OLD.class OR NEW.seal <> OLD.seal BEGIN
	SELECT raise(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_body_delete BEFORE DELETE ON journal_body BEGIN
	SELECT raise(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER journal_head_update BEFORE UPDATE ON journal_head BEGIN
	SELECT raise(ABORT, 'signed heads stay as they are');
END;
CREATE TRIGGER journal_head_delete BEFORE DELETE ON journal_head BEGIN
	SELECT raise(ABORT, 'signed heads stay as they are');
END;
