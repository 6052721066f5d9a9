#!/bin/sh
# journal.sh - verifying a journal of 100,000 entries, and packing it
set -eu
export YAMORI_DIR="$PWD/org"
"$YAMORI" init --yes >/dev/null

# Entries are made here, not by 100,000 commits: what is timed is reading.
python3 - "$YAMORI_DIR/yamori.db" <<'P'
import hashlib, os, sqlite3, struct, sys
def sha(*p): return hashlib.sha256(b''.join(p)).digest()
def part(b): return struct.pack('>I', len(b)) + b
db = sqlite3.connect(sys.argv[1])
db.create_function('in_change', 0, lambda: 1)
seq, at, actor, prev = db.execute(
    'SELECT seq, at, actor, hash FROM journal').fetchone()
db.create_function('change_seq', 0, lambda: seq)
entries, bodies = [], []
for seq in range(seq + 1, 100001):
    at += 1000
    leaves = []
    for name, value in ((b'reason', b'as asked by the department'),
                        (b'row:x:%032x' % (seq % 5000),
                         b'{"id":"%032x","state":"open"}' % seq),
                        (b'row:x:%032x.who' % (seq % 5000), b'"Hanako"')):
        cls, salt = int(name.endswith(b'who')), os.urandom(16)
        seal = sha(salt, part(name), part(value))
        bodies.append((seq, name.decode(), cls, seal, salt, value.decode()))
        leaves.append(sha(b'\0', part(name), bytes([cls]), seal))
    root = sha(b'\1', sha(b'\1', leaves[0], leaves[1]), leaves[2])
    new = sha(b'yamori/1 journal\0', struct.pack('>qq', seq, at),
              part(actor.encode()), part(b'x.set'), part(b''), part(root), prev)
    entries.append((seq, at, actor, 'x.set', '', root, prev, new))
    prev = new
db.executescript('DROP TRIGGER journal_insert; DROP TRIGGER '
                 'journal_body_insert')
db.executemany('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)', entries)
db.executemany('INSERT INTO journal_body VALUES (?, ?, ?, ?, ?, ?, NULL)',
               bodies)
db.commit()
P

ms()
{
	start=$(date +%s%N)
	"$YAMORI" journal "$@" >out 2>&1 || [ $? = 1 ] || cat out
	took=$((($(date +%s%N) - start) / 1000000))
}

ms verify
echo "journal verify, 100,000 entries of 3 values: $((100000 / took)) thousand entries a second"
ms sign
echo "journal sign, first time over 100,000 entries: $took ms"
ms export pack
echo "journal export: $((100000 / took)) thousand entries a second"
ms verify --pack pack --key "$YAMORI_DIR/keys/journal.pub"
echo "journal verify --pack: $((100000 / took)) thousand entries a second"
