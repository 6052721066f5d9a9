#!/bin/sh
# fleet - many machines: taking their facts, checking all of them.
# Aims (ARCHITECTURE.md): 1,000 hosts x 1,200 packages x 60 users x 40 ports,
# all controls, results stored: under 1.5 s and 64 MB.
exec python3 "$YAMORI_TOP/tests/bench/fleet.py" "$YAMORI" "${HOSTS:-1000}"
