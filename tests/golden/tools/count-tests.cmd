# A crash, a timeout and a wrong plan are failures though every line is ok.
cat >$out/log <<'J'
{"name": "tap", "result": "FAIL", "stdout": "ok 1 - a\nnot ok 2 - b\n1..2\n"}
{"name": "plain", "result": "OK", "stdout": "hello\n"}
{"name": "crash", "result": "ERROR", "stdout": "ok 1 - a\n"}
{"name": "slow", "result": "TIMEOUT", "stdout": ""}
{"name": "skips", "result": "OK", "stdout": "not ok 1 # SKIP c\nok 2 - d # skip\n"}
{"name": "none", "result": "SKIP", "stdout": null}
J
$tools/count-tests $out/log
