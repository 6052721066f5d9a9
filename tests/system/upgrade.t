#!/bin/sh
# Migrations lead from every older version to the schema of a new directory.
. "$(dirname "$0")/../lib/tap.sh"

"$YAMORI" --dir new init --yes >/dev/null
python3 - "$YAMORI_TOP" >out 2>&1 <<'P'
import glob, os, sqlite3, sys

def schema(db):
    return sorted(' '.join(r[0].split()) for r in db.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL "
        "AND name NOT LIKE 'journal_guard%' AND type <> 'trigger'"))

files = sorted(glob.glob(sys.argv[1] + '/data/migrations/main/*.sql'))
numbers = [int(os.path.basename(f)[:4]) for f in files]
assert numbers == list(range(1, len(files) + 1)), numbers
print('numbers ok')
old = sqlite3.connect('old.db')
for n, f in zip(numbers, files):
    old.executescript('BEGIN;' + open(f).read() + f';PRAGMA user_version={n};COMMIT;')
new = sqlite3.connect('new/yamori.db')
assert new.execute('PRAGMA user_version').fetchone()[0] == numbers[-1]
print('version ok')
assert schema(old) == schema(new), set(schema(old)) ^ set(schema(new))
print('schema ok')
P
for what in numbers version schema; do
	t "upgrade: $what" grep -q "^$what ok" out
done
t_done
