#!/bin/sh
# machine - one machine: reading its state, judging it, and what peers take.
# Aims (ARCHITECTURE.md): collect under 1 s and one walk of the files, start
# under 20 ms, the program under 10 MB, one host checked under 50 ms.
exec python3 "$YAMORI_TOP/tests/bench/machine.py" "$YAMORI"
