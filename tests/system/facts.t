#!/bin/sh
# fact files that are wrong, hostile, late, doubled or forged
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"

facts=$YAMORI_TOP/tests/lib/facts.py

y()
{
	YAMORI_NOW=2026-11-21T12:00+09:00 "$YAMORI" --lang en --dir o "$@"
}

take()
{
	y collect --from "$@"
}

# has NAME EXPRESSION: of the report d of the last collect --json.
told()
{
	y collect --json --from "$1" >told.json 2>told.err
	python3 -c 'import json, sys
d = json.load(open("told.json"))[0]
print(eval(sys.argv[1]))' "$2"
}

y init --name T --size 5 --yes >/dev/null

# A right one, and what may follow it.
"$facts" --at 2026-11-21T08:00+09:00 >a.facts
t_out 'a right file is taken whole' 'True by hand 3 3 0 0' told a.facts \
	'"%s %s %d %d %d %d" % (d["new_host"], d["origin"], d["tables"],
		d["rows"], d["dropped"], d["unknown_tables"])'
t_exit 'the same again is refused' 2 take a.facts
t_out 'who brought it stands in the journal, once' 1 sh -c \
	'"$0" --dir o journal show | grep -c facts.by_hand' "$YAMORI"
t_has 'with its reason' 'was taken already' take a.facts
"$facts" --at 2026-11-21T07:00+09:00 >old.facts
t_has 'an older one, too' 'is older than what' take old.facts
"$facts" --at 2026-11-21T12:11+09:00 >ahead.facts
t_has 'a clock that is ahead' 'in the future' take ahead.facts
"$facts" --at 2026-11-21T12:09+09:00 --machine m9 --name near >near.facts
t 'a little ahead is no matter' take near.facts

# Damaged ones: nothing of them is taken.
head -n 2 a.facts >cut.facts
t_has 'cut off' 'is cut off' take cut.facts
sed 's/"pc1"/"pc2"/' a.facts >changed.facts
t_has 'a changed byte' 'was changed after' take changed.facts
: >empty.facts
t_has 'an empty file' 'is not a fact file' take empty.facts
head -c 100000 /dev/zero >zero.facts
t_has 'bytes of nothing' 'is not a fact file' take zero.facts
echo '{"yamori":"facts/1"}' | "$facts" seal >notime.facts
t_has 'no time' 'does not say when' take notime.facts
t_exit 'a folder' 2 take .
t_exit 'a file that is not there' 2 take nothing.facts
mkfifo pipe.facts
t_has 'a pipe' 'is not a file' take pipe.facts
t_exit 'a device' 2 take /dev/zero
truncate -s 300M big.facts
t_has 'more than a file may hold' 'larger than' take big.facts
t_out 'none of them left a host' 2 sh -c \
	'"$0" --dir o host list --json | grep -c host_id' "$YAMORI"

# Strange content: dropped and counted, the rest is kept.
head='{"yamori":"facts/1","machine_id":"m2","boot_id":"b","platform":"linux"'
head="$head,\"hostname\":\"odd\",\"sequence\":1,\"taken_at\":1795215600000000}"
{
	echo "$head"
	echo '{"begin":"host_system","columns":["hostname","platform","what"]}'
	printf '["a\377\376b","linux",{"x":[1,2]}]\n'
	echo '{"end":"complete","count":1}'
	echo '{"begin":"host_address","columns":["address","family","prefix_len"]}'
	echo '["192.0.2.1","ip","24"]'
	echo '["192.0.2.2","ip",24.5]'
	echo '["192.0.2.3","ip",99999999999999999999]'
	echo '["192.0.2.4",7,24]'
	echo '["192.0.2.5"]'
	echo '["192.0.2.6","ip",24,1]'
	echo '["192.0.2.7","ip",24'
	echo '["192.0.2.8","ip",true]'
	echo 'null'
	echo '["192.0.2.9","ip",24]'
	printf '["%s","ip",24]\n' "$(head -c 5000 /dev/zero | tr '\0' 'x')"
	printf '["\\u001b]0;x\\u0007\302\233m\\u0000","ip",24]\n'
	echo '{"end":"complete","count":11}'
	echo '{"begin":"host_nothing","columns":["a"]}'
	echo '["x"]'
	echo '{"end":"complete","count":1}'
	echo '{"begin":"log_source_state","columns":["id"]}'
	echo '["x"]'
	echo '{"end":"complete","count":1}'
	echo '{"begin":"host_system","columns":["platform"]}'
	echo '["windows"]'
	echo '{"end":"complete","count":1}'
	echo '["a row outside"]'
} | "$facts" seal >odd.facts
t_out 'what makes no sense is counted' '11 4 2' told odd.facts \
	'"%d %d %d" % (d["dropped"], d["rows"], d["unknown_tables"])'
t_has 'a table with a dropped row is told in part' 'host_address 0 damaged' \
	y sql "SELECT table_name || ' ' || complete || ' ' || error AS x
	FROM collector_status JOIN host_entry USING (host_id)
	WHERE name = 'odd' AND table_name = 'host_address'" --csv
t_has 'the first telling of a table counts' 'odd,linux' y sql --csv \
	"SELECT e.name, s.platform FROM host_system s JOIN host_entry e
	USING (host_id) WHERE e.name = 'odd'"
t_has 'broken characters are marked' 'a��b' y sql "SELECT hostname
	FROM host_system"
t_has 'long values are cut' 4096 y sql "SELECT max(length(address)) AS n
	FROM host_address"
t_has 'control characters are gone' '205D303B782020206D20' y sql \
	"SELECT hex(replace(address, char(194), '')) AS x FROM host_address
	WHERE address LIKE '%]0;%'"
printf '%s\n' "$head" | sed 's/"odd"/"\\u001b[31mred\\n"/; s/"m2"/"m3"/' |
	"$facts" seal >esc.facts
t 'a name that would colour the screen' take esc.facts
t_not 'does not' sh -c '"$0" --dir o host list | grep -q "$(printf "\033")"' \
	"$YAMORI"

# Large and deep ones: bounded, in a short time.
big()
{
	python3 - "$@" <<-'P' | "$facts" seal
	import sys
	head = sys.argv[1].replace('"m2"', '"%s"' % sys.argv[2])
	print(head)
	print('{"begin":"host_package","columns":["name","version"]}')
	print(eval(sys.argv[3]))
	print('{"end":"complete","count":1}')
	P
}

big "$head" m4 "'[\"' + 'x' * 10000000 + '\",\"1\"]'" >field.facts
t_out 'a field of 10 MB' '1 0' told field.facts \
	'"%d %d" % (d["dropped"], d["rows"])'
big "$head" m5 "'[' * 100000" >deep.facts
t_out 'an endless nesting' '1 0' told deep.facts \
	'"%d %d" % (d["dropped"], d["rows"])'
big "$head" m6 "'[' + '{\"a\":[' * 30 + ']}' * 30 + ',\"1\"]'" >nest.facts
t_out 'a nesting in a value' '1 0' told nest.facts \
	'"%d %d" % (d["dropped"], d["rows"])'
big "$head" m7 "'\n'.join('[\"p%d\",\"1\"]' % i for i in range(1000000))" \
	>rows.facts
t_out 'a million rows' '800000 200000' told rows.facts \
	'"%d %d" % (d["dropped"], d["rows"])'
rm -f rows.facts field.facts
t 'the others are as they were' y journal verify

# Signed ones.
token=$(y host enrol signed --platform linux --json | python3 -c \
	'import json, sys; print(json.load(sys.stdin)["token"])')
other=$(y host enrol other --platform linux --json | python3 -c \
	'import json, sys; print(json.load(sys.stdin)["token"])')
"$facts" --token "$token" --at 2026-11-21T08:00+09:00 >s.facts
t_out 'a signed file' signed told s.facts 'd["origin"]'
"$facts" --token "${token%????}0000" --at 2026-11-21T09:00+09:00 >f.facts
t_has 'a forged signature' 'was not given to this host' take f.facts
"$facts" --token "${token%%.*}.${other#*.}" --at 2026-11-21T09:00+09:00 >f.facts
t_has 'another host'\''s key' 'was not given to this host' take f.facts
"$facts" --token "$token" --at 2026-11-21T09:00+09:00 >r.facts
y host retire "${token%%.*}" --reason sold >/dev/null
t_exit 'a retired host may send no more' 2 take r.facts
m1=$(y host list --json | python3 -c 'import json, sys
print([h["host_id"] for h in json.load(sys.stdin) if h["name"] == "pc1"][0])')
y host retire "$m1" --reason sold >/dev/null
"$facts" --at 2026-11-21T10:00+09:00 >back.facts
t_has 'nor does it come back by hand' 'was retired' take back.facts

# A copied machine: facts of one start before and after those of another.
clone()
{
	"$facts" --name twin --machine m8 --boot "$1" \
		--at "2026-11-21T$2:00+09:00" >c.facts
	take c.facts
}
clone b1 01 >/dev/null
clone b2 02 >/dev/null
t_not 'a machine that was started again is one machine' \
	sh -c '"$0" --lang en --dir o status | grep -q "two machines"' "$YAMORI"
clone b3 03 >/dev/null
t_has 'one that comes back to an old start is two' 'two machines' \
	clone b2 04
t_has 'the list says so' 'two machines' y host list
t_has 'and the state' 'two machines' y status

# The folder for files that were brought.
mkdir -p o/inbox
"$facts" --name in1 --machine in1 >o/inbox/1.facts
echo no >o/inbox/2.facts
"$facts" --name in3 --machine in3 >o/inbox/3.facts
cp odd.facts o/inbox/4.facts
echo x >o/inbox/readme.txt
t_exit 'one of them is refused' 2 y collect --inbox
t_out 'the others are taken, also one that had been' \
	'1.facts 3.facts 4.facts' sh -c 'echo $(ls o/inbox/done)'
t_out 'what was refused stays' '2.facts done readme.txt' \
	sh -c 'echo $(ls o/inbox)'

# This machine.
y collect --print --root "$work" >mine.facts
t 'a file of this machine' y collect --from mine.facts --json
t_exit '--root without --print' 2 y collect --root x
t_exit '--from without a file' 2 y collect --from
t_done
