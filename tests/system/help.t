#!/bin/sh
# help.t - every command helps in both languages, refuses, and prints JSON
# shellcheck disable=SC2154,SC2317 # work is tap.sh's; t calls functions
. "$YAMORI_TOP/tests/lib/tap.sh"

export YAMORI_DIR="$work/o"

# helps COMMAND LANGUAGE: also that Japanese is Japanese, and English is not.
helps()
{
	"$YAMORI" "$1" --help --lang "$2" >"$work/help" || return 1
	head -n 1 "$work/help" | grep -q "^yamori $1" || return 1
	# Each option is a line; the lines below say what it does.
	LC_ALL=C awk -v ja="$([ "$2" = ja ] && echo 1)" '
		function other(s) { return (s ~ /[^ -~\t]/) != (ja == 1) }
		/^  --/ { if (n > 0 && other(text)) bad = 1; n++; text = "" }
		/^        / { text = text $0 }
		END { exit bad || n < 3 || other(text) }' "$work/help"
}

json()
{
	"$YAMORI" "$@" --json >"$work/json"
	case $? in 0 | 1 | 3) ;; *) return 1 ;; esac
	python3 -c 'import json, sys; json.load(sys.stdin)' <"$work/json"
}

commands=$("$YAMORI" --help --lang en | sed -n 's/^  \([a-z]\+\) .*/\1/p')
t 'there are commands' [ "$(echo "$commands" | wc -l)" -ge 15 ]
for c in $commands; do
	t "$c helps in Japanese" helps "$c" ja
	t "$c helps in English" helps "$c" en
	t_exit "$c knows its options" 2 "$YAMORI" "$c" --no-such-option
	t_has "$c names what it does not know" '--no-such-option' \
		"$YAMORI" "$c" --no-such-option
done
t_exit 'no command is wrong usage' 2 "$YAMORI"
t_exit 'a command nobody knows' 2 "$YAMORI" nosuch
t_exit 'an option without its value' 2 "$YAMORI" check --pack
t_exit 'a value for a switch' 2 "$YAMORI" check --dry-run=1
t_exit 'a language nobody knows' 2 "$YAMORI" status --lang fr
t_has 'the version' 'yamori ' "$YAMORI" --version
t_exit 'no organisation is exit 2' 2 "$YAMORI" status

t 'init' "$YAMORI" init --name Test --size 12 --yes
for c in check status next finding host declare tables journal policy \
	'explain logs.time_sync' 'tables host_port' 'policy diff' \
	'policy history' 'policy show logs' 'finding list --all' \
	'host list --all' 'journal show 1' 'journal verify' 'journal sign' \
	'check logs.time_sync' 'host enrol pc1' \
	'policy set logs.retention_by_source.retention 5y'; do
	# shellcheck disable=SC2086 # words on purpose
	t "JSON of $c" json $c
done
t 'JSON of sql' json sql 'SELECT 1 AS one, NULL AS none, 1.5 AS real'
t_has 'sql knows ledgers, people and machines' '0,0,0' "$YAMORI" sql --csv \
	'SELECT (SELECT count(*) FROM asset), (SELECT count(*) FROM person),
	(SELECT count(*) FROM host WHERE state = 42)'
t 'JSON of lint' json lint \
	"$YAMORI_TOP/data/controls/network/host_firewall_enabled.yaml"
for c in $commands; do
	"$YAMORI" "$c" --help | grep -q '^  --json' ||
		t_exit "$c has no JSON and says so" 2 "$YAMORI" "$c" --json
done
t_has 'a command to be copied stays on one line' \
	'/lockoutthreshold:10 /lockoutduration:60 /lockoutwindow:60' \
	"$YAMORI" explain access.password_length_general
t_done
