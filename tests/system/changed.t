#!/bin/sh
# yamori check --changed leaves what a whole check leaves
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"

# Differences, and whether most steps really judged only a part.
for seed in 1 2; do
	"$YAMORI_TOP/tests/lib/changed.py" "$YAMORI" $seed 20 >out 2>&1
	t "no difference (seed $seed)" grep -q '^0 differences; ' out
	t 'most steps judged only a part' grep -Eq \
		'; 1[0-9] of 20 ' out
	sed 's/^/# /' out
	rm -rf o copy
done

"$YAMORI" --dir o init --yes >/dev/null
t_exit 'a first run is a whole one' 3 "$YAMORI" --dir o check --changed
"$YAMORI" --dir o --lang en check --changed >out
t 'a second one judges nothing' grep -q 'something changed: 0$' out
"$YAMORI" --dir o --lang en check --changed --all-levels >out
t_not 'another scope judges everything' grep -q 'something changed' out
n=$("$YAMORI" --dir o --json journal show | grep -c check.run)
"$YAMORI" --dir o check --changed --all-levels >out
t 'nothing judged is no entry' test "$n" = \
	"$("$YAMORI" --dir o --json journal show | grep -c check.run)"
for what in network '--level basic' '--html r.html' '--as-of 2026-01-01'; do
	# shellcheck disable=SC2086 # words on purpose
	t_exit "not with $what" 2 "$YAMORI" --dir o check --changed $what
done
t_done
