#!/bin/sh
# harness.t - the words of tap.sh themselves, and that they can fail
# shellcheck disable=SC2016 # what is printed is a script
. "$YAMORI_TOP/tests/lib/tap.sh"

t 'true succeeds' true
t_not 'false fails' false
t_exit 'an exit status is compared' 3 sh -c 'exit 3'
t_out 'output is compared' "$(printf 'a\nb')" printf 'a\nb\n'
t_has 'a part is found' 'b c' echo 'a b c d'
t_skip 'one is left out' 'to show it'

# A failing case makes the file fail, and shows what was printed.
cat >inner.t <<'T'
. "$YAMORI_TOP/tests/lib/tap.sh"
t 'good' true
t 'bad' sh -c 'echo words; exit 1'
t_done
T
t_exit 'a failing case fails its file' 1 sh inner.t
t_has 'it is named' 'not ok 2 - bad' sh inner.t
t_has 'its output is shown' '# words' sh inner.t
printf '%s\n' '. "$YAMORI_TOP/tests/lib/tap.sh"' t_done >none.t
t_exit 'a file without a case fails' 1 sh none.t
t_done
