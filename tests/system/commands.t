#!/bin/sh
# what people say and decide: declare, finding, next, policy; and asking
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"

facts=$YAMORI_TOP/tests/lib/facts.py
fw=network.host_firewall_enabled
lock=physical.office_lock

at()
{
	day=$1
	shift
	YAMORI_NOW="${day}T12:00+09:00" "$YAMORI" --lang en --dir o "$@"
}

take()
{
	"$facts" --at "$1T08:00+09:00" --firewall "$2" >in.facts
	at "$1" collect --from in.facts
}

# json DATE EXPRESSION ARGUMENTS...: of what the command prints, as d.
json()
{
	day=$1
	what=$2
	shift 2
	at "$day" "$@" --json >out.json
	python3 -c 'import json, sys
d = json.load(open("out.json"))
print(eval(sys.argv[1]))' "$what"
}

# word DATE CONTROL: its result, basis and reason.
word()
{
	json "$1" '"%(result)s %(basis)s %(reason)s" % d["controls"][0]' \
		check "$2"
}

at 2026-11-01 init --name T --size 5 --role ciso=Hanako,president=Jiro \
	--yes >/dev/null

# explain
t_has 'explain: the rule with its number' 'refuses connections' \
	at 2026-11-01 explain $fw
t_has 'explain: the query' 'FROM host_system s' at 2026-11-01 explain $fw
t_has 'explain: not checked yet' 'not checked yet' at 2026-11-01 explain $fw
t 'explain: as JSON' json 2026-11-01 'd["id"]' explain $fw
t_exit 'explain: no such measure' 2 at 2026-11-01 explain no.such
t_exit 'explain: none named' 2 at 2026-11-01 explain

# declare
t_exit 'declare: no such measure' 2 at 2026-11-01 declare no.such \
	--answer yes --by A
t_exit 'declare: no name' 2 at 2026-11-01 declare $lock --answer yes
t_exit 'declare: a name of blanks' 2 at 2026-11-01 declare $lock \
	--answer yes --by ' '
t_exit 'declare: no such answer' 2 at 2026-11-01 declare $lock \
	--answer perhaps --by A
t_exit 'declare: an end in the past' 2 at 2026-11-01 declare $lock \
	--answer yes --by A --until 2026-10-31
t_exit 'declare: an end too far away' 2 at 2026-11-01 declare $lock \
	--answer yes --by A --until 2030-01-01
t_exit 'declare: an end that is no day' 2 at 2026-11-01 declare $lock \
	--answer yes --by A --until 2026-02-30
t_has 'nothing of it is kept' 'unknown none needs_person' \
	word 2026-11-01 $lock
t 'declare: yes' at 2026-11-01 declare $lock --answer yes --by Hanako \
	--until 2026-11-10
t_out 'it counts, as declared' 'pass declared declared Hanako' \
	word 2026-11-02 $lock
t_out 'on its last day, too' 'pass declared declared Hanako' \
	word 2026-11-10 $lock
t_has 'and no longer' 'unknown none needs_person' word 2026-11-11 $lock
at 2026-11-02 declare $lock --answer no --by Jiro >/dev/null
t_out 'declare: no' 'fail declared declared Jiro' word 2026-11-02 $lock
at 2026-11-02 declare $lock --answer unknown --by Jiro >/dev/null
t_out 'declare: not known' 'unknown declared declared_unknown Jiro' \
	word 2026-11-02 $lock
t 'declare: taken back' at 2026-11-02 declare $lock --withdraw
t_has 'then it is open again' 'needs_person' word 2026-11-02 $lock
t_exit 'declare: nothing to take back' 2 at 2026-11-02 declare $lock --withdraw

# A fresh fact that says otherwise wins.
at 2026-11-03 declare $fw --answer yes --by Hanako >/dev/null
t_out 'without facts a word counts' 'pass declared declared Hanako' \
	word 2026-11-03 $fw
take 2026-11-03 off >/dev/null
t_out 'against a fact it does not' 'fail measured ' word 2026-11-03 $fw
t_out 'and a finding is open' 1 json 2026-11-03 'len(d)' finding list
take 2026-11-04 on >/dev/null
t_out 'a fact that agrees counts as measured' 'pass measured ' \
	word 2026-11-04 $fw

# finding
take 2026-11-05 off >/dev/null
at 2026-11-05 check $fw >/dev/null
id=$(json 2026-11-05 'd[0]["id"]' finding list)
t_has 'finding: shown' 'inet=off' at 2026-11-05 finding show "$id"
t_exit 'finding: no such one' 2 at 2026-11-05 finding show nothing
t_exit 'waive: no reason' 2 at 2026-11-05 finding waive "$id" \
	--until 2026-11-08 --by Hanako
t_exit 'waive: no end' 2 at 2026-11-05 finding waive "$id" --reason r \
	--by Hanako
t_exit 'waive: no name' 2 at 2026-11-05 finding waive "$id" --reason r \
	--until 2026-11-08
t_exit 'waive: an end too far away' 2 at 2026-11-05 finding waive "$id" \
	--reason r --until 2028-11-08 --by Hanako
t_exit 'waive: no such finding' 2 at 2026-11-05 finding waive nothing \
	--reason r --until 2026-11-08 --by Hanako
t 'waive' at 2026-11-05 finding waive "$id" --reason 'new one ordered' \
	--until 2026-11-08 --by Hanako
t_exit 'waived: exit 0' 0 at 2026-11-05 check $fw
t_out 'waived, until that day' 'waived measured waived 2026-11-08' \
	word 2026-11-08 $fw
t_out 'and no longer' 'fail measured ' word 2026-11-09 $fw
t_out 'it is the same finding' "$id" json 2026-11-09 'd[0]["id"]' finding list
t_has 'the state counts it' 'exceptions: 0' at 2026-11-09 status

# next
first=$(json 2026-11-09 'd[0]["id"]' next)
t_out 'next: three things' 3 json 2026-11-09 'len(d)' next
t_out 'next: what fails comes first' $fw echo "$first"
t_exit 'next: postponed, until when?' 2 at 2026-11-09 next --postpone "$first"
t_exit 'next: no such measure' 2 at 2026-11-09 next --postpone no.such \
	--until 2026-12-01
t 'next: postponed' at 2026-11-09 next --postpone "$first" --until 2026-11-11
t_out 'next: is not among them' False json 2026-11-11 \
	"'$first' in [x['id'] for x in d]" next
t_out 'next: and comes back' True json 2026-11-12 \
	"'$first' in [x['id'] for x in d]" next

# policy
max=endpoint.definitions_current.definition_max_age
t_exit 'policy: no such number' 2 at 2026-11-09 policy set no.such 1
t_exit 'policy: no such value' 2 at 2026-11-09 policy set $max many
t_exit 'policy: out of bounds' 2 at 2026-11-09 policy set $max 90y
t_has 'policy: a change is a draft' 'nothing has changed yet' \
	at 2026-11-09 policy set $max 5d --asked-by Taro --reason slow
t_has 'policy: what it would move' '5 days' at 2026-11-09 policy diff
t_not 'policy: it is not in force' sh -c \
	'"$0" --lang en --dir o policy show endpoint.definitions_current |
	grep -q "5 days"' "$YAMORI"
t_exit 'policy: adopted by nobody' 2 at 2026-11-09 policy adopt all
t_exit 'policy: adopted by who may not' 2 at 2026-11-09 policy adopt all \
	--by Taro
t 'policy: adopted' at 2026-11-09 policy adopt all --by Hanako
t_has 'policy: in force' '5 days' \
	at 2026-11-09 policy show endpoint.definitions_current
t_has 'policy: history' 'Hanako' at 2026-11-09 policy history
t_exit 'policy: nothing left to adopt' 2 at 2026-11-09 policy adopt all \
	--by Hanako
t_exit 'policy: exclude needs a reason' 2 at 2026-11-09 policy exclude $lock
t_exit 'policy: no such measure' 2 at 2026-11-09 policy exclude no.such \
	--reason r
at 2026-11-09 policy exclude $lock --reason 'no office' >/dev/null
draft=$(json 2026-11-09 'd[0]["id"]' policy diff 2>/dev/null)
t 'policy: refused' at 2026-11-09 policy refuse "${draft:-all}" --by Jiro
t_has 'policy: not in force' needs_person word 2026-11-09 $lock
t 'policy: exclude at once' at 2026-11-09 policy exclude $lock \
	--reason 'no office' --adopt --by Jiro
t_out 'policy: it does not apply, for that reason' \
	'not_applicable none excluded no office' word 2026-11-09 $lock
t 'policy: it applies again' at 2026-11-09 policy include $lock --adopt \
	--by Jiro
t_has 'policy: so it does' needs_person word 2026-11-09 $lock
t 'policy: as it was at first' at 2026-11-09 policy reset $max --adopt \
	--by Hanako
t_exit 'policy: no such verb' 2 at 2026-11-09 policy turn

# host
t_exit 'host: enrol whom?' 2 at 2026-11-09 host enrol
t_exit 'host: on what?' 2 at 2026-11-09 host enrol a --platform amiga
t_exit 'host: retire why?' 2 at 2026-11-09 host retire "$id"
t_exit 'host: no such one' 2 at 2026-11-09 host retire nothing --reason r
t_exit 'host: no such verb' 2 at 2026-11-09 host sell

# sql
t_out 'sql: a number' "$(printf 'n\r\n3\r')" at 2026-11-09 sql --csv \
	'SELECT 1 + 2 AS n'
t_out 'sql: JSON of every type' \
	"[{'a': None, 'b': 1, 'c': 1.5, 'd': 'x', 'e': '00FF'}]" \
	sh -c 'python3 -c "import json, sys
print([{k: v.upper() if k == \"e\" else v for k, v in r.items()}
	for r in json.load(sys.stdin)])" <<-E
	$("$0" --dir o sql --json "SELECT NULL AS a, 1 AS b, 1.5 AS c,
		'\''x'\'' AS d, x'\''00ff'\'' AS e")
	E' "$YAMORI"
t_has 'sql: the machines' pc1 at 2026-11-09 sql 'SELECT name FROM host'
for q in 'DELETE FROM org' 'SELECT 1; SELECT 2' 'PRAGMA journal_mode = OFF' \
	"ATTACH 'x' AS y" 'SELECT * FROM journal_body' \
	'SELECT * FROM sqlite_schema' "SELECT load_extension('x')" \
	'SELECT zeroblob(1000000000)' 'CREATE TABLE x(y)' 'VACUUM' 'SELECT' '' \
	"SELECT writefile('x', 'y')" "INSERT INTO org SELECT * FROM org" \
	"WITH x AS (SELECT 1) DELETE FROM org" 'SELECT random()' \
	"SELECT * FROM pragma_table_info('org')"; do
	t_exit "sql: refused: $q" 2 at 2026-11-09 sql "$q"
done
t_exit 'sql: a text without end' 2 at 2026-11-09 sql \
	"WITH RECURSIVE r(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM r)
	SELECT max(length(s)) FROM r"
t_out 'sql: at most a thousand rows' 1000 sh -c '"$0" --dir o sql --json \
	"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r
	LIMIT 5000) SELECT n FROM r" 2>/dev/null | grep -c "\"n\""' "$YAMORI"
t_exit 'sql: a limit that is none' 2 at 2026-11-09 sql --limit x 'SELECT 1'
t_out 'sql: all of that left no file' '' find . -name x

# tables, status, journal
t_has 'tables: one' 'port number' at 2026-11-09 tables host_port
t_exit 'tables: no such one' 2 at 2026-11-09 tables host_nothing
t 'tables: as JSON' json 2026-11-09 'len(d)' tables
t_out 'status: the last check' 1 json 2026-11-09 'd["hosts"]' status
t_out 'status: silent machines' 1 json 2026-11-30 'd["silent_hosts"]' status
t_exit 'status: days that are none' 2 at 2026-11-09 status --silent-days 0
t 'all of it is in the journal' at 2026-11-09 journal verify
t_has 'with its kinds' finding.waive at 2026-11-09 journal show

# serve
t_exit 'serve: too often' 2 at 2026-11-09 serve --every 1s
t_exit 'serve: no such role' 2 at 2026-11-09 serve --role king
mkdir -p o/inbox
"$facts" --name in1 --machine in1 >o/inbox/1.facts
t 'serve: one round' sh -c '"$0" --dir o serve --once' "$YAMORI"
t_out 'serve: took the inbox' 1.facts ls o/inbox/done
t_out 'serve: and this machine' 3 sh -c \
	'"$0" --dir o host list --json | grep -c host_id' "$YAMORI"
t_has 'serve: and signed' 'signed heads agree' sh -c \
	'"$0" --lang en --dir o journal verify' "$YAMORI"
t_done
