#!/bin/sh
# databases that are locked, read-only, full, damaged, missing or too new
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"

facts=$YAMORI_TOP/tests/lib/facts.py
fw=network.host_firewall_enabled

y()
{
	dir=$1
	shift
	YAMORI_NOW=2026-11-21T12:00+09:00 "$YAMORI" --lang en --dir "$dir" "$@"
}

# copy NAME: the same organisation as another folder.
copy()
{
	rm -rf "$1"
	cp -r o "$1"
}

# whole WORDS DIR: it opens, verifies, and the declaration is there.
whole()
{
	t "$1: the journal verifies" y "$2" journal verify
	t_has "$1: what was said is kept" 'Hanako' y "$2" declare
}

"$facts" >a.facts
"$facts" --at 2026-11-21T12:05+09:00 --firewall off >b.facts
y o init --name T --size 5 --yes >/dev/null
y o collect --from a.facts >/dev/null
y o declare physical.office_lock --answer yes --by Hanako >/dev/null
y o check $fw >/dev/null
t_out 'nobody else may read what is kept' 0 sh -c \
	'find o -perm /077 | wc -l'

# Set-up.
t_exit 'a second set-up is refused' 2 y o init --name U --yes
t_has 'it says so' 'already holds' y o init --name U --yes
t_out 'and changes nothing' T sh -c '"$0" --dir o status | head -n 1' "$YAMORI"
t_exit 'a wrong level' 2 y n init --level high --yes
t_exit 'a wrong size' 2 y n init --size 0 --yes
t_exit 'a wrong answer' 2 y n init --answer telework=perhaps --yes
t_exit 'a question that is none' 2 y n init --answer flying=yes --yes
t_exit 'a role that is none' 2 y n init --role chef=Taro --yes
t_exit 'a zone that is none' 2 y n init --zone Asia/Nowhere --yes
t_exit 'no name' 2 y n init --name ' ' --yes
t_exit 'an end of input' 2 y n init
t_not 'none of these left an organisation' y n status
zone=UTC offset=+00:00 # where the system has no other zones
[ ! -e /usr/share/zoneinfo/Europe/Berlin ] ||
	zone=Europe/Berlin offset=+01:00
t 'so that a right one goes on' y n init --name 名前 --size 3 \
	--level standard --answer telework=yes,wifi=no \
	--role ciso=Hanako,system_admin=Taro --zone $zone --yes
t_has 'with its zone' "$offset\"" sh -c \
	'"$0" --dir n check --json | grep "\"at\""' "$YAMORI"
: >file
t_exit 'a file in the place of the folder' 2 y file init --yes
t_exit 'a folder that cannot be made' 2 y file/x init --yes
t_exit 'no organisation: status' 2 y none status
t_exit 'no organisation: serve' 2 y none serve --once
t_not 'none was made' test -e none

# Missing.
copy d
rm d/facts.db*
t_has 'facts.db is missing: it is made again' 'never collected' y d host list
t_exit 'and everything is unknown' 3 y d check $fw
t 'facts are collected again' y d collect --from a.facts
t_exit 'and it is as before' 0 y d check $fw
whole 'without facts.db' d
copy d
rm d/feeds.db
t 'feeds.db is missing' y d status
copy d
token=$(y d host enrol pc8 --json | python3 -c \
	'import json, sys; print(json.load(sys.stdin)["token"])')
"$facts" --token "$token" >s.facts
rm d/secret.db*
t_has 'secret.db is missing: signed files are refused' \
	'secret.db'\'' is missing' y d collect --from s.facts
t_exit 'nothing else needs it' 3 y d check $fw
copy d
rm d/yamori.db*
t_has 'yamori.db is missing' 'yamori.db is missing' y d status
t_exit 'and no new one is made beside the rest' 2 y d init --yes
t_not 'really not' test -e d/yamori.db

# Damaged.
spoil()
{
	python3 - "$@" <<-'P'
	import sys
	with open(sys.argv[1], 'r+b') as f:
	    data = bytearray(f.read())
	    how = sys.argv[2]
	    if how == 'cut':
	        f.truncate(len(data) // 2)
	    elif how == 'empty':
	        f.truncate(0)
	    elif how == 'head':
	        f.seek(0)
	        f.write(b'x' * 100)
	    else:
	        for at in range(5000, len(data), 97):
	            data[at] ^= 0x55
	        f.seek(0)
	        f.write(data)
	P
}

for how in cut head bytes empty; do
	copy d
	spoil d/yamori.db $how
	t_exit "yamori.db, $how: status" 2 y d status
	t_exit "yamori.db, $how: check" 2 y d check $fw
	t_exit "yamori.db, $how: collect" 2 y d collect --from b.facts
	t_exit "yamori.db, $how: journal verify" 2 y d journal verify
done
t_has 'it is named' 'yamori.db' y d status
for how in cut head bytes; do
	copy d
	spoil d/facts.db $how
	t_has "facts.db, $how: it is named" "facts.db' is damaged" \
		y d check $fw
	t_exit "facts.db, $how" 2 y d check $fw
	rm d/facts.db
	t "facts.db, $how: removed and collected again" \
		y d collect --from b.facts
	whole "facts.db, $how" d
done
copy d
spoil d/facts.db empty
t_exit 'an empty facts.db is filled again' 3 y d check $fw

# Too new.
copy d
python3 -c 'import sqlite3
db = sqlite3.connect("d/yamori.db")
db.execute("PRAGMA user_version = 9999")'
t_has 'a newer one: status' 'newer yamori' y d status
t_exit 'a newer one: check' 2 y d check $fw
t_has 'it stays as it is' 9999 python3 -c 'import sqlite3
print(sqlite3.connect("d/yamori.db").execute("PRAGMA user_version").fetchone())'

# Locked by somebody who does not let go.
copy d
mkfifo go
python3 - d/yamori.db <<-'P' &
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1], isolation_level=None)
	db.execute('BEGIN IMMEDIATE')
	open('locked', 'w').close()
	open('go').read()
P
while [ ! -e locked ]; do :; done
t_has 'locked: reading goes on' 'Hanako' y d declare
t_has 'locked: writing says so' 'in use by another program' \
	y d check $fw
t_exit 'locked: with exit 2' 2 y d declare physical.office_lock \
	--answer no --by Jiro
echo >go
wait
whole 'locked' d
t_exit 'then it goes on' 0 y d check $fw

# Nobody may write.
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --regid 65534 \
	--clear-groups test -x "$YAMORI" 2>/dev/null; then
	nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
	copy d
	chmod 755 "$work"
	chown -R 65534:65534 d
else
	nobody=
	copy d
fi
chmod 400 d/*.db
chmod 500 d
if [ "$(id -u)" = 0 ] && [ -z "$nobody" ]; then
	t_skip 'a read-only folder' 'only root can run the program here'
else
	t_has 'a read-only folder: check says so' 'owner and permissions' \
		$nobody "$YAMORI" --lang en --dir d check $fw
	t_exit 'with exit 2' 2 $nobody "$YAMORI" --dir d check $fw
fi
t_exit 'collect, too' 2 $nobody "$YAMORI" --dir d collect --from a.facts
chmod 700 d
chmod 600 d/*.db
[ -z "$nobody" ] || chown -R 0:0 d
whole 'read-only' d

# A full disk: no file may grow beyond a size.
for blocks in 0 8 200 420; do
	copy d
	for what in "collect --from b.facts" "check" "journal sign"; do
		(
			ulimit -f $blocks
			# shellcheck disable=SC2086
			y d $what >/dev/null 2>&1
		)
	done
	whole "full at $blocks blocks" d
	y d collect --from b.facts >/dev/null 2>&1
	t_exit "full at $blocks blocks: then it goes on" 1 y d check $fw
done
if [ -w /dev/full ]; then
	t_exit 'an output that is full' 2 sh -c \
		'"$0" --dir o status >/dev/full' "$YAMORI"
fi
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	cat >tmpfs.sh <<-'S'
	mkdir m
	mount -t tmpfs -o size=1536k none m || exit 99
	cp -r o m/o
	# shellcheck disable=SC2046
	head -c $(($(df --output=avail -B1 m | tail -n 1) - 8192)) \
		/dev/zero >m/fill
	"$YAMORI" --lang en --dir m/o check 2>words
	echo "exit $?" >>words
	rm m/fill
	"$YAMORI" --lang en --dir m/o journal verify >verified 2>&1
	echo "exit $?" >>verified
	umount m
	S
	unshare -m sh tmpfs.sh >/dev/null 2>&1
	t_has 'a full disk: it says so' 'the disk is full' cat words
	t_has 'a full disk: exit 2' 'exit 2' cat words
	t_has 'a full disk: the journal verifies' 'exit 0' cat verified
else
	t_skip 'a full disk' 'a mount of our own needs root'
fi

# What a process that was killed left behind.
copy d
: >d/x.tmp-4194303
: >d/keys/journal.pub.tmp-4194303
: >"d/y.tmp-$$"
y d check $fw >/dev/null
t_out 'is removed, but not what a living one has' "d/y.tmp-$$" sh -c \
	'find d -name "*.tmp-*"'
t_done
