#!/bin/sh
# functions.sh - the SQL functions of ours, without the loop around them
set -eu
export YAMORI_DIR="$PWD/org"
"$YAMORI" init --yes >/dev/null
rows=500000

# Milliseconds of one query over $rows rows of text like a package version.
ms()
{
	start=$(date +%s%N)
	"$YAMORI" sql "WITH RECURSIVE r(n, v) AS (SELECT 1, '2.4.1-2+deb12u1'
	    UNION ALL SELECT n + 1, '2.4.' || n || '-2+deb12u1' FROM r
	    WHERE n < $rows) SELECT count($1) AS n FROM r" >/dev/null
	echo $((($(date +%s%N) - start) / 1000000))
}

bare=$(ms v)
for call in "version_cmp('dpkg', v, '2.4.57-10')" \
	"version_cmp('rpm', v, '2.4.57-10')" \
	"in_cidr('10.0.0.' || (n & 255), '10.0.0.128/25')" \
	"norm(v)" "norm('　ﾊﾟｿｺﾝ' || v)" \
	"on_add('2026-11-' || (10 + n % 20), '3mo')" "at_add(n, '3mo')" \
	"business_day('2026-11-' || (10 + n % 20))"; do
	took=$(($(ms "$call") - bare))
	[ "$took" -gt 0 ] || took=1
	echo "$call: $((rows / took)) thousand a second"
done
