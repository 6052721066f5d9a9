#!/bin/sh
# yamori check: exit codes, JSON, HTML, past days; findings, declarations
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"

facts=$YAMORI_TOP/tests/lib/facts.py
fw=network.host_firewall_enabled

# at DATE COMMAND...: the program with its clock at noon of that day.
at()
{
	day=$1
	shift
	YAMORI_NOW="${day}T12:00+09:00" "$YAMORI" --lang en --dir o "$@"
}

# take DATE NAME STATE: facts of the machine NAME, taken that morning.
take()
{
	"$facts" --name "$2" --machine "$2" --at "$1T08:00+09:00" \
		--firewall "$3" >in.facts
	at "$1" collect --from in.facts
}

# json DATE EXPRESSION ARGUMENTS...: of the report r, or of its control c.
json()
{
	day=$1
	what=$2
	shift 2
	at "$day" check --json "$@" >report.json
	python3 -c 'import json, sys
r = json.load(open("report.json"))
c = r["controls"][0]
print(eval(sys.argv[1]))' "$what"
}

t_exit 'nothing is checked without an organisation' 2 at 2026-11-01 check
at 2026-11-01 init --name 'Test <&> "社"' --size 5 --yes >/dev/null

# Without a machine nothing is known.
t_exit 'without machines: exit 3' 3 at 2026-11-01 check $fw
t_out 'and unknown, for that reason' 'unknown no_hosts' \
	json 2026-11-01 'c["result"] + " " + c["reason"]' $fw
t_out 'nothing at all passes' 0 json 2026-11-01 'r["summary"]["pass"]'

t 'facts of a machine' take 2026-11-01 pc1 on
t_exit 'it passes: exit 0' 0 at 2026-11-01 check $fw
t_out 'with its subject' 'pass measured 1' json 2026-11-01 \
	'"%s %s %d" % (c["result"], c["basis"], len(c["subjects"]))' $fw
t_exit 'all basic ones: something is unknown' 3 at 2026-11-01 check \
	--pack network
at 2026-11-01 check --json >report.json
t 'the report has the right form' "$facts" check report.json
at 2026-11-01 check --json --all-levels --dry-run >all.json
t 'with all levels, too' "$facts" check all.json

# A fault, and its finding.
t 'facts with a fault' take 2026-11-02 pc1 off
t_exit 'something fails: exit 1' 1 at 2026-11-02 check $fw
t_has 'the person is told how to mend it' 'sudo ufw enable' \
	at 2026-11-02 check $fw
t_has 'a finding is open' 'open' at 2026-11-02 finding list
take 2026-11-03 pc1 on >/dev/null
at 2026-11-03 check >/dev/null # a run that keeps no passing subjects
t_exit 'mended: exit 0' 0 at 2026-11-03 check $fw
t_out 'the finding is resolved, not gone' resolved sh -c \
	'"$0" --dir o finding list --all --json | grep -o "resolved\|gone"' \
	"$YAMORI"

# One machine that is silent does not keep the finding of another open.
take 2026-11-04 pc2 off >/dev/null
at 2026-11-04 check $fw >/dev/null
at 2026-11-04 host enrol silent --platform linux >/dev/null
take 2026-11-05 pc2 on >/dev/null
at 2026-11-05 check >/dev/null
t_exit 'a silent machine: exit 3' 3 at 2026-11-05 check $fw
t_out 'what the others mended is resolved' 0 sh -c \
	'"$0" --dir o finding list --json | grep -c open' "$YAMORI"
take 2026-11-05 pc3 off >/dev/null
at 2026-11-05 check $fw >/dev/null
id=$(at 2026-11-05 host list --json | python3 -c 'import json, sys
print([h["host_id"] for h in json.load(sys.stdin) if h["name"] == "silent"][0])')
pc3=$(at 2026-11-05 host list --json | python3 -c 'import json, sys
print([h["host_id"] for h in json.load(sys.stdin) if h["name"] == "pc3"][0])')
at 2026-11-05 host retire "$pc3" --reason sold >/dev/null
at 2026-11-05 check $fw >/dev/null
t_out 'the finding of a retired machine is gone' 0 sh -c \
	'"$0" --dir o finding list --json | grep -c open' "$YAMORI"
at 2026-11-05 host retire "$id" --reason 'never came' >/dev/null

# A missing value, a part, a stale or a future fact never passes.
take 2026-11-06 pc1 null >/dev/null
take 2026-11-06 pc2 on >/dev/null
t_out 'a missing value is unknown' 'unknown no_value' \
	json 2026-11-06 'c["result"] + " " + c["reason"]' $fw
take 2026-11-07 pc1 on >/dev/null
t_out 'then known again' pass json 2026-11-07 'c["result"]' $fw
t_out 'nine days later the facts are stale' 'unknown stale host_system' \
	json 2026-11-16 'c["result"] + " " + c["reason"]' $fw
t_out 'no fact passes then' 0 json 2026-11-16 'sum(c["result"] == "pass"
	and c["basis"] == "measured" for c in r["controls"])'
t_out 'nor facts of a clock that was ahead' 'unknown ahead host_system' \
	json 2026-10-01 'c["result"] + " " + c["reason"]' $fw --dry-run
"$facts" --name pc4 --machine pc4 --at 2026-11-07T09:00+09:00 \
	host_system='[{"platform":"linux"}]' host_address='[]' \
	host_firewall=partial >part.facts
at 2026-11-07 collect --from part.facts >/dev/null
t_out 'a table told in part' 'unknown partial host_firewall' \
	json 2026-11-07 'c["result"] + " " + c["reason"]' $fw
"$facts" --name pc4 --machine pc4 --at 2026-11-07T10:00+09:00 \
	host_system='[{"platform":"linux"}]' host_address='[]' \
	host_firewall=cannot >part.facts
at 2026-11-07 collect --from part.facts >/dev/null
t_has 'a table it cannot tell' 'unknown cannot host_firewall' \
	json 2026-11-07 'c["result"] + " " + c["reason"]' $fw

# How it stood on a past day.
t_out 'as of the first day' pass json 2026-11-10 'c["result"]' $fw \
	--as-of 2026-11-01
t_out 'as of the second' 'fail 1' json 2026-11-10 \
	'"%s %d" % (c["result"], len(c["subjects"]))' $fw --as-of 2026-11-02
t_exit 'its exit code' 1 at 2026-11-10 check $fw --as-of 2026-11-02
t_exit 'of the third' 0 at 2026-11-10 check $fw --as-of 2026-11-03
t_out 'the day before all' 'unknown not_checked' json 2026-11-10 \
	'c["result"] + " " + c["reason"]' $fw --as-of 2026-10-31
t_out 'after a gap nothing is known' 'unknown not_checked 2026-11-16' \
	json 2026-12-10 'c["result"] + " " + c["reason"]' $fw \
	--as-of 2026-12-01
t_out 'the report says which day' '2026-11-02 2026-11-02T23:59:59' \
	json 2026-11-10 'r["as_of"] + " " + r["at"][:19]' --as-of 2026-11-02
t 'and has the same form' "$facts" check report.json
t_exit 'a day to come: exit 2' 2 at 2026-11-10 check --as-of 2026-11-11
t_exit 'a day that is none: exit 2' 2 at 2026-11-10 check --as-of 2026-02-30
t_has 'in words' 'had not been checked by then' \
	at 2026-11-10 check --as-of 2026-10-31
t 'history changes nothing' at 2026-11-10 journal verify

# Scopes.
t_out 'one area' network json 2026-11-07 \
	'" ".join({c["id"].split(".")[0] for c in r["controls"]})' network
t_out 'one level' standard json 2026-11-07 \
	'" ".join({c["level"] for c in r["controls"]})' --level standard
t_exit 'no such measure' 2 at 2026-11-07 check no.such
t_exit 'no such pack' 2 at 2026-11-07 check --pack nothing
t_exit 'no such level' 2 at 2026-11-07 check --level high
t_exit 'no such option' 2 at 2026-11-07 check --nothing
t_exit 'two measures' 2 at 2026-11-07 check network access

# The page.
take 2026-11-08 '<script>alert(1)</script>' off >/dev/null
at 2026-11-08 check --html page.html >/dev/null
t 'the page is whole and needs nothing else' "$facts" check page.html
t_has 'the name is written as text' 'Test &lt;&amp;&gt; ' cat page.html
t_has 'so is the machine'\''s' '&lt;script&gt;alert(1)' cat page.html
at 2026-11-08 check --lang ja --html page.html --as-of 2026-11-02 >/dev/null
t 'of a past day, in Japanese' "$facts" check page.html
t_exit 'it cannot be written there' 2 at 2026-11-08 check --html no/page.html
t_done
