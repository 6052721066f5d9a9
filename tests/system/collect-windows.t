#!/bin/sh
# shellcheck disable=SC2317 # t calls functions
# What yamori-collect writes is taken by yamori collect --from: here from
# recorded machines, and the real program under wine when that is there.
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"

collect=$YAMORI_BUILD/yamori-collect
recorded=$YAMORI_TOP/tests/golden/windows
unset YAMORI_NOW
export YAMORI_DIR="$work/org"
y()
{
	"$YAMORI" --lang en "$@"
}
t "a directory" y init --yes
# A recording speaks of its own day; here it has to be the present.
cp -R "$recorded/pro/root" pro
rm pro/@now

t_has "an unsigned file is written" "39 tables" \
	"$collect" --lang en --replay pro --out by-hand.facts
t_has "and says so" "not signed" \
	"$collect" --lang en --replay pro --out by-hand.facts
t_has "in Japanese too" "署名なし" \
	"$collect" --lang ja --replay pro --out by-hand.facts
t_has "it is taken, as brought by hand" "brought by hand, not signed" \
	y collect --from by-hand.facts
t_has "the machine is there" "PC-07" y host list
t_not "half a file does not stay" test -e by-hand.facts.tmp

t "a machine is enrolled" y --json host enrol front-desk
token=$(sed -n 's/.*"token": "\(.*\)".*/\1/p' "$work/.out")
t_has "the token signs the file" ", signed)" \
	"$collect" --lang en --replay pro --token "$token" --out signed.facts
t_has "it is taken as signed" '"origin": "signed"' \
	y --json collect --from signed.facts
cp "$work/.out" said
t_has "as that machine's" "\"host\": \"${token%%.*}\"" cat said
sed 's/NoteBook 14/NoteBook 15/' signed.facts >forged.facts
t_not "a changed byte is refused" y collect --from forged.facts
t_exit "a token of nobody is refused" 2 \
	"$collect" --replay pro --token nonsense --out x.facts
t_not "and nothing is written" test -e x.facts
printf '%s\r\n' "$token" >yamori.token
t_has "a file yamori.token beside it signs too" ", signed)" \
	"$collect" --lang en --replay pro --out signed.facts
rm yamori.token

cp -R pro user
cp -R "$recorded/user/root/." user
t_has "an ordinary user is told what could not be told" \
	"host_disk_encryption" \
	"$collect" --lang en --replay user --out user.facts
t_has "and how to have it told" "Run as administrator" \
	"$collect" --lang en --replay user --out user.facts
t_has "the tables say what they were verified on" "recorded data only" \
	"$collect" --lang en --list
# What the server finds out itself no collector fills.
grep -l '^platforms:.*windows' "$YAMORI_TOP"/data/contracts/*.yaml |
	sed 's|.*/||; s|\.yaml$||' | grep -vx vulnerability_match >declared
"$collect" --lang en --list | sed -n 's/^[* ] \(host_[a-z_]*\).*/\1/p' >filled
t "every table of Windows is filled or says it cannot" cmp declared filled
t_has "text for a scheduled task" "schtasks /Create" "$collect" --task
t_exit "an option it does not have" 2 "$collect" --nonsense

exe=${YAMORI_COLLECT_EXE:-$YAMORI_TOP/b/win/yamori-collect.exe}
if ! command -v wine >/dev/null; then
	t_skip "the program under wine" "wine is not installed"
elif [ ! -f "$exe" ]; then
	t_skip "the program under wine" "b/win is not built"
else
	export WINEPREFIX="$work/wine" WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
	cp "$exe" pc.exe
	t_has "the program runs under wine" "not signed" \
		timeout 240 wine pc.exe --lang en --out wine.facts
	t_has "its file is taken" "brought by hand" \
		y collect --from wine.facts
	t_has "and signed by the system's own SHA-256" ", signed)" \
		timeout 120 wine pc.exe --lang en --token "$token" \
		--out wine-signed.facts
	t_has "which agrees with ours" '"origin": "signed"' \
		y --json collect --from wine-signed.facts
	wineserver -k 2>/dev/null
fi
t_done
