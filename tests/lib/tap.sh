# shellcheck shell=sh
# tap.sh - what every tests/system/*.t sources; prints TAP
#
# $work is an own scratch folder (gone at the end) and the working directory;
# $YAMORI is the program.
#   t WORDS COMMAND...          ok when the command succeeds
#   t_not WORDS COMMAND...      ok when it fails
#   t_exit WORDS N COMMAND...   ok when it exits with N
#   t_out WORDS WANT COMMAND... ok when it prints exactly WANT
#   t_has WORDS PART COMMAND... ok when what it prints contains PART
#   t_skip WORDS REASON         says why it was not run
#   t_done                      last line of every file

set -u
umask 022
work=$(mktemp -d)
trap 'cd /; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 1
t_n=0
t_failed=0

t_say()
{
	t_n=$((t_n + 1))
	if [ "$1" = 0 ]; then
		printf 'ok %d - %s\n' "$t_n" "$2"
	else
		t_failed=$((t_failed + 1))
		printf 'not ok %d - %s\n' "$t_n" "$2"
		sed 's/^/# /' "$work/.out"
	fi
}

t_run()
{
	"$@" >"$work/.out" 2>&1 </dev/null
}

t()
{
	words=$1
	shift
	t_run "$@"
	t_say $? "$words"
}

t_not()
{
	words=$1
	shift
	if t_run "$@"; then
		t_say 1 "$words"
	else
		t_say 0 "$words"
	fi
}

t_exit()
{
	words=$1
	want=$2
	shift 2
	t_run "$@"
	got=$?
	[ "$got" = "$want" ]
	same=$?
	[ "$same" = 0 ] || echo "exit status $got, wanted $want" >>"$work/.out"
	t_say "$same" "$words"
}

t_out()
{
	words=$1
	want=$2
	shift 2
	t_run "$@"
	[ "$(cat "$work/.out")" = "$want" ]
	t_say $? "$words"
}

t_has()
{
	words=$1
	part=$2
	shift 2
	t_run "$@"
	grep -qF -e "$part" "$work/.out"
	t_say $? "$words"
}

t_skip()
{
	t_n=$((t_n + 1))
	printf 'ok %d - %s # SKIP %s\n' "$t_n" "$1" "$2"
}

t_done()
{
	printf '1..%d\n' "$t_n"
	[ "$t_n" -gt 0 ] && [ "$t_failed" = 0 ]
	exit
}
