#!/bin/sh
# yamori demo: comes out the same each time, and holds what it promises
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"
export YAMORI_NOW=2026-11-21T14:00+09:00

y()
{
	dir=$1
	shift
	"$YAMORI" --lang en --dir "$dir" "$@"
}

t 'the demo is made' "$YAMORI" --lang en demo a
t_has 'it says how to look at it' 'yamori --dir b check' \
	"$YAMORI" --lang en demo b
t_not 'it does not touch what is there' "$YAMORI" demo a
mkdir full && touch full/file
t_not 'nor a folder with anything in it' "$YAMORI" demo full
t_exit 'it needs a directory' 2 "$YAMORI" demo
mkdir empty
t 'an empty folder will do' "$YAMORI" --lang ja demo empty
t_has 'in Japanese' 'みほん' y empty check --json
t_not 'no fact file is left behind' ls a/inbox/*

# The same moment gives the same organisation.
for what in 'check --dry-run --json' 'check --dry-run --all-levels --json' \
	'finding list --all --json' 'policy show --json' \
	'policy diff --json' 'host list --json'; do
	# shellcheck disable=SC2086
	y a $what >a.out
	# shellcheck disable=SC2086
	y b $what >b.out
	t "twice the same: $what" cmp a.out b.out
done
t_not 'but keys are its own' cmp a/keys/journal.key b/keys/journal.key
t 'another day makes it too' env YAMORI_NOW=2028-02-29T23:59+09:00 \
	"$YAMORI" --lang en demo leap
t_has 'and its facts are as young' '"fail"' \
	env YAMORI_NOW=2028-02-29T23:59+09:00 "$YAMORI" --dir leap check \
	--dry-run --json
t_not 'nothing in it is stale' grep -q stale "$work/.out"

# The past.
state()
{
	y a finding list --all --json | python3 -c '
import json, sys
for f in json.load(sys.stdin):
    if f["control"] == sys.argv[1] and f["host"] == sys.argv[2]:
        print(f["state"])' "$@"
}
t_out 'a fault that was mended is resolved' resolved \
	state network.host_firewall_enabled websv
t_out 'an account that was deleted is gone' gone \
	state access.no_shared_account pc-keiri
t_out 'one that appeared is open' open \
	state access.password_set_everywhere filesv
t_has 'one is accepted for a time' 'accepted as an exception until' \
	y a finding list
t_has 'a draft waits' 'Ichiro Reiji' y a policy diff
t_has 'a measure is left out' 'no phones or tablets' y a policy show
t_has 'some is declared' 'declared by' y a check
t 'the journal verifies' y a journal verify
t_not 'and has no notice' grep -q '^!' "$work/.out"

# Nobody real is in it.
cat "$YAMORI_TOP"/data/demo/* >all
grep -oE '(^|[^0-9a-z.])([0-9]{1,3}\.){3}[0-9]{1,3}($|[^0-9.])' all |
	tr -cd '0-9.\n' |
	awk -F. '$1 < 256 && $2 < 256 && $3 < 256 && $4 < 256' |
	grep -vE '^(192\.0\.2|198\.51\.100|203\.0\.113|127\.0\.0|0\.0\.0)\.' |
	grep -vE '^(10\.0\.0\.0|172\.16\.0\.0|192\.168\.0\.0|100\.64\.0\.0|169\.254\.0\.0)$' \
		>real
t_not 'addresses are of documentation' test -s real
grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}' all | grep -v '^00:00:5e:00:53:' >real
t_not 'so are those of hardware' test -s real
t_done
