# Every kind starts from its template; its line lands in the sorted list.
for list in src/cli:names src/tables/linux:names man:pages tests/unit:units \
	tests/system:scripts tests/fuzz:targets; do
	mkdir -p $out/${list%:*}
	printf "%s = [\n  'a',\n  'z',\n]\n" ${list#*:} \
		>$out/${list%:*}/meson.build
done
mkdir -p $out/data/migrations/main
touch $out/data/migrations/main/0041-old.sql
export YAMORI_NEW_ROOT=$out
$tools/new table linux host_trial
$tools/new control access.trial
$tools/new command trial
$tools/new migration main new-thing
$tools/new unit trial
$tools/new fuzz trial
cat $out/src/tables/linux/meson.build $out/man/meson.build
cat $out/src/tables/linux/host_trial.c
$tools/new unit trial
