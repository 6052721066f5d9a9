#!/bin/sh
# no_secrets.t - no table tells a password, a hash or a private key
#
# Every recorded machine of the golden tests is read by every table. The
# recordings hold the secrets below on purpose.
. "$YAMORI_TOP/tests/lib/tap.sh"

dump=$YAMORI_BUILD/tests/lib/table-dump
golden=$YAMORI_TOP/tests/golden/tables
planted='token[= ]abc|S3cretPass|MyS3cretPhrase|Passw0rd|pw12345|hunter|notArealHash'
hash='\$(y|gy|7|6|5|1|2[abxy]|3)\$|\$(sha1|md5)[,$]'
key='PRIVATE KEY|b3BlbnNzaC1rZXktdjEA'
secret="$planted|$hash|$key"

none_in()
{
	! grep -rnE --include="$1" "$secret" "$2"
}

every_table()
{
	for root in "$golden"/*/*/; do
		"$dump" all "$root" || return 1
	done >"$work/all"
	! grep -nE "$secret" "$work/all"
}

# What is handed to a sink is never the field or the file itself.
no_field_is_told()
{
	find "$YAMORI_TOP/src/tables" -name '*.c' -exec cat {} + |
		tr '\n' ' ' | grep -oE 'scan_(text|c)\([^;]*;' \
		>"$work/told"
	[ "$(wc -l <"$work/told")" -gt 100 ] &&
		! grep -E -e '->password\b|[.>]shadow\b|[.>]hash\b' \
			"$work/told"
}

t 'the recordings do hold secrets' \
	grep -rqE "$planted" "$golden" --include=shadow --include=upsmon.conf
t 'no wanted output holds one' none_in '*.want' "$golden"
t 'no table tells one of any recorded machine' every_table
t 'no source hands a password field to the sink' no_field_is_told
t_done
