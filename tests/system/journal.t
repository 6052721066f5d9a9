#!/bin/sh
# yamori journal: verify, sign, export, erase, and what breaks them
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"

pack_py=$YAMORI_TOP/tools/verify-journal.py
base_py=$YAMORI_TOP/tools/verify-database.py

y()
{
	dir=$1
	shift
	"$YAMORI" --lang en --dir "$dir" "$@"
}

# sql DIR TEXT: what somebody does who has the file and no scruples.
sql()
{
	python3 - "$1/yamori.db" "$2" <<-'E'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	for (name,) in db.execute("SELECT name FROM sqlite_schema "
	                          "WHERE type = 'trigger'").fetchall():
	    db.execute(f'DROP TRIGGER "{name}"')
	db.executescript(sys.argv[2])
	db.commit()
	E
}

t 'an organisation is made' \
	y o init --name Test --size 5 --level basic --yes
t_has 'its journal verifies' 'No anchor was given' y o journal verify
t_has 'nothing is signed yet' 'journal sign' y o journal export p0
t 'a declaration is an entry' y o declare network.host_firewall_enabled \
	--answer yes --sentence 'seen' --by 'Hanako' --until 2027-01-01
t_has 'show lists it' 'declaration.save' y o journal show
t_has 'show opens it' 'row:declaration:network.host_firewall_enabled' \
	y o journal show 2
t_not 'there is no entry 99' y o journal show 99
t 'sign' y o journal sign --out anchor
t_has 'the anchor confirms it' 'up to entry 2' \
	y o journal verify --anchor anchor
[ "$(stat -c %a o/keys/journal.key)" = 600 ]
t_say $? 'the secret key is its owner'\''s alone'

# A pack on another machine: only the file and the public key.
t 'export' y o journal export pack
t 'the pack verifies' y none journal verify --pack pack \
	--key o/keys/journal.pub
t 'and without our program' "$pack_py" --key o/keys/journal.pub pack
t 'the database without our program' "$base_py" --anchor anchor o/yamori.db
t_exit 'a pack needs the key' 2 y none journal verify --pack pack
t 'export without personal values' y o journal export --no-personal thin
t_has 'they are left out' '2 left out' y none journal verify --pack thin \
	--key o/keys/journal.pub
t 'without our program' "$pack_py" --key o/keys/journal.pub thin
t_not 'the name is not in it' grep -q Hanako thin
t 'and is in the other' grep -q Hanako pack
sed 's/Hanako/Janako/' pack >bad1
sed '3d' pack >bad2
sed 's/"seal":"./"seal":"z/' pack >bad3
grep -v '"head"' pack | sed 's/"heads":1/"heads":0/' >bad4
for f in bad1 bad2 bad3 bad4; do
	t_not "$f: refused" y none journal verify --pack "$f" \
		--key o/keys/journal.pub
	t_not "$f: refused without our program" \
		"$pack_py" --key o/keys/journal.pub "$f"
done

# A key that follows another.
cp o/keys/journal.pub first.pub
t 'a new key' y o journal sign --rotate
t_not 'is another one' cmp first.pub o/keys/journal.pub
t 'the old anchor still holds' y o journal verify --anchor anchor
t 'export' y o journal export pack2
t 'who has the first key can verify' y none journal verify --pack pack2 \
	--key first.pub
t 'and without our program' "$pack_py" --key first.pub pack2
t 'so can who has the second' y none journal verify --pack pack2 \
	--key o/keys/journal.pub
y x init --name Other --size 5 --level basic --yes >/dev/null
t_exit 'a stranger'\''s key does not do' 1 y none journal verify \
	--pack pack2 --key x/keys/journal.pub
t_not 'nor without our program' "$pack_py" --key x/keys/journal.pub pack2
y x journal sign --out x.anchor >/dev/null
t_has 'another organisation'\''s anchor' 'another organisation' \
	y o journal verify --anchor x.anchor

# Erasing.
field='row:declaration:network.host_firewall_enabled.declared_by'
t_not 'what the row still holds stays' y o journal erase 2 "$field" \
	--reason asked --approved-by Taro
y o declare network.host_firewall_enabled --answer yes --sentence seen \
	--by Jiro --until 2027-01-01 >/dev/null
t_not 'erasing needs approval' y o journal erase 2 "$field" --reason asked
t 'erase' y o journal erase 2 "$field" --reason asked --approved-by Taro
t_has 'the chain verifies' '1 erased' y o journal verify
t_has 'and says when it was' 'erased on' y o journal show 2
t 'without our program' "$base_py" o/yamori.db
t_not 'the name is in no file' grep -rq Hanako o

# A copy that goes its own way, a cut, a rewrite.
t 'sign' y o journal sign --out anchor2
cp -r o fork
y o declare network.host_firewall_enabled --answer no --sentence a \
	--by Jiro --until 2027-01-01 >/dev/null
y o journal sign --out anchor3 >/dev/null
y fork declare network.host_firewall_enabled --answer no --sentence b \
	--by Jiro --until 2027-01-01 >/dev/null
t_has 'a forked copy' 'went its own way' y fork journal verify \
	--anchor anchor3
t_not 'without our program' "$base_py" --anchor anchor3 fork/yamori.db
rm -rf fork/keys
cp -r o/keys fork/keys
t_not 'the signer refuses the fork' y fork journal sign
cp -r o cut
sql cut 'DELETE FROM journal WHERE seq > 2;
	DELETE FROM journal_body WHERE seq > 2;
	DELETE FROM journal_head WHERE seq > 2;'
t_has 'a cut is seen with an anchor' 'was cut off' y cut journal verify \
	--anchor anchor2
t_not 'the signer refuses it' y cut journal sign
cp -r o row
sql row "UPDATE declaration SET answer = 'yes'"
t_has 'a row behind its back' 'declaration network.host_firewall_enabled.answer' \
	y row journal verify
t_exit 'is exit status 1' 1 y row journal verify
t_has 'and JSON' '"column": "answer"' y row journal verify --json
t_not 'without our program' "$base_py" row/yamori.db

# A restore from a backup is told, and then the signer goes on.
cp fork/yamori.db fork.db
cp o/yamori.db late.db
cp -r o back
y back declare network.host_firewall_enabled --answer no --sentence c \
	--by Jiro --until 2027-01-01 >/dev/null
y back journal sign --out lost >/dev/null
rm -f back/yamori.db*
cp late.db back/yamori.db
t_not 'the signer refuses a backup' y back journal sign
t 'until it is told' y back journal sign --after-restore 'disk broke'
t_has 'the anchor that was lost is a notice' 'was lost by the restore' \
	y back journal verify --anchor lost
t 'and no fault' y back journal verify --anchor lost
t_done
