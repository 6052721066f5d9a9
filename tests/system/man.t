#!/bin/sh
# man.t - the manual pages: each command, each option, each table; examples run
# shellcheck disable=SC2154,SC2317 # work is tap.sh's; t calls functions
. "$YAMORI_TOP/tests/lib/tap.sh"

man=$YAMORI_TOP/man
tables=$YAMORI_BUILD/man/yamori-tables.7

# same WORDS FILE FILE: says what only one of them has.
same()
{
	diff "$2" "$3" >"$work/diff" && return 0
	sed -n "s/^[<>]/$1:&/p" "$work/diff"
	return 1
}

# Options a page names on its .Fl lines, and those --help names.
options()
{
	page=$man/yamori-$1.1
	grep -E '^\.(Op |It |Ns )?Fl ' "$page" | tr ' ' '\n' |
		sed -n 's/^-\([a-z][a-z-]*\)$/\1/p' | sort -u >"$work/page"
	"$YAMORI" "$1" --help --lang en |
		sed -n 's/^  --\([a-z-]*\).*/\1/p' | sort -u >"$work/help"
	same "$1 (< page, > help)" "$work/page" "$work/help"
}

# The lines behind `.\" run [EXIT...]`, as a script that stops at a wrong one.
script()
{
	awk '/^\.\\" run/ { want = NF > 2 ? substr($0, 8) : " 0"; next }
		want != "" && sub(/^\.Dl /, "") {
			gsub(/\\\(dq/, "\""); gsub(/\\e/, "\\")
			print
			print "s=$?; case \"" want " \" in *\" $s \"*) ;; *)"
			print "echo \"exit $s from line " NR "\"; exit 1 ;; esac"
			n++
		}
		{ want = "" }
		END { exit n == 0 }' "$1"
}

examples()
{
	script "$1" >"$work/script" || return 1
	rm -rf "$work/at"
	mkdir "$work/at"
	cp -R "$work/demo" "$work/at/yamori-data"
	(cd "$work/at" && YAMORI_DIR=yamori-data PATH=$work/bin:$PATH \
		sh "$work/script")
}

# The file behind `.\" lint` is sound, and its examples see every change.
sound()
{
	awk '/^\.\\" lint/ { on = 1 } on && /^\.Ed/ { exit }
		on && !/^\./ { print }' "$1" >"$work/control.yaml"
	[ -s "$work/control.yaml" ] && "$YAMORI" lint --mutants \
		--control company.no_telnet "$work/control.yaml"
}

listed()
{
	(cd "$man" && ls -- *.[1-9]) | sort >"$work/there"
	sed -n "s/^  '\(yamori.*\.[1-9]\)',$/\1/p" "$man/meson.build" |
		sort >"$work/named"
	same 'man (< there, > meson.build)' "$work/there" "$work/named"
}

columns()
{
	awk '/^\.Ss / { t = $2 } /^\.It Va / { print t "." $3 }' "$tables" |
		sort >"$work/page"
	"$YAMORI" tables --json | python3 -c '
import json, sys
for t in json.load(sys.stdin):
    for c in t["columns"]:
        print(t["name"] + "." + c["name"])' | sort >"$work/told"
	[ -s "$work/told" ] && same 'columns' "$work/page" "$work/told"
}

mkdir bin
ln -s "$YAMORI" bin/yamori
t 'a demo to try the examples on' "$YAMORI" demo demo
for c in $("$YAMORI" --help --lang en | sed -n 's/^  \([a-z]\+\) .*/\1/p'); do
	t "$c has a page" [ -s "$man/yamori-$c.1" ]
	t "$c: the page names its options" options "$c"
	t "$c stands in yamori(1)" grep -qx "\.It Cm $c" "$man/yamori.1"
done
t 'each page is installed' listed
t 'each table and column has its words' columns
for page in $(grep -l '^\.\\" run' "$man"/*.[1-9]); do
	t "examples of ${page##*/} run" examples "$page"
done
t 'the control in yamori-control(5) is sound' sound "$man/yamori-control.5"
if command -v mandoc >/dev/null; then
	t_out 'mandoc finds no fault' '' mandoc -Tlint -W warning \
		"$man"/*.[1-9] "$tables"
else
	t_skip 'mandoc finds no fault' 'mandoc is not installed'
fi
t_done
