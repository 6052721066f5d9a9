#!/bin/sh
# lint.t - yamori lint: the data of the source, and files with faults
. "$YAMORI_TOP/tests/lib/tap.sh"

data=$YAMORI_TOP/data
one=$data/controls/network/host_firewall_enabled.yaml

t 'the data of the source is whole' "$YAMORI" lint "$data"
t_has 'every control is counted' '793 controls, 65 ledgers' \
	"$YAMORI" lint --lang en "$data"
t_has 'basic queries have no surviving mutant' ' 0 that no example notices' \
	"$YAMORI" lint --lang en --mutants --basic "$data"
t_has 'the same as JSON' '"faults": 0' "$YAMORI" lint --json "$data"
t 'one control beside the built-in ones' "$YAMORI" lint "$one"
t 'one ledger' "$YAMORI" lint "$data/ledgers/asset.yaml"

sed 's/^level: basic/level: low/' "$one" >level.yaml
t_has 'a wrong value is told with its place' \
	":8: 'level' is 'low'; expected one of: basic" \
	"$YAMORI" lint --lang en level.yaml
t_exit 'a fault is exit 1' 1 "$YAMORI" lint level.yaml

sed 's/fw.host_id IS NULL THEN 0/fw.host_id IS NULL THEN 1/' "$one" >turned.yaml
t_has 'a query that is wrong fails its examples' \
	"network.host_firewall_enabled: 'host:absent' should be fail" \
	"$YAMORI" lint --lang en turned.yaml

sed 's/FROM host_system s/FROM host_sistem s/' "$one" >table.yaml
t_has 'a table nobody knows' 'no such table: host_sistem' \
	"$YAMORI" lint --lang en table.yaml

sed 's/^pack: .*/pack: other/' "$one" >pack.yaml
t_has 'a pack nobody knows' "there is no pack 'other'" \
	"$YAMORI" lint --lang en pack.yaml

printf 'a: &x 1\nb: *x\n' >bomb.yaml
t_has 'anchors are refused' 'bomb.yaml:1:4: anchors (&) are not allowed' \
	"$YAMORI" lint --lang en bomb.yaml
t_exit 'a file that is not there is exit 2' 2 "$YAMORI" lint nothing.yaml
t_exit 'two folders are exit 2' 2 "$YAMORI" lint "$data" "$data"
t_done
