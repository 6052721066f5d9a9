#!/bin/sh
# confined.t - what the probe is not allowed must not cost it facts
. "$YAMORI_TOP/tests/lib/tap.sh"

cat >listen.py <<'E2'
import socket
import sys
import time

s = socket.create_server(('127.0.0.1', 0))
print(s.getsockname()[1], flush=True)
while sys.stdin.read(1):
	time.sleep(1)
E2
mkfifo hold
python3 listen.py <hold >port &
exec 9>hold
while [ ! -s port ]; do
	kill -0 $! || break
done
port=$(cat port)

"$YAMORI" collect --print >facts 2>err

# A port's process is looked up in another process's files.
t 'the process behind a port is found' \
	grep -qE "^\[\"tcp\",\"127\.0\.0\.1\",$port,0,\"python3" facts
if [ "$(id -u)" = 0 ] && [ -x /usr/sbin/sshd ] && /usr/sbin/sshd -T \
	>/dev/null 2>&1; then
	t 'sshd itself was asked' grep -q '"sshd -T"\]' facts
else
	t_skip 'sshd itself was asked' 'no sshd, or not root'
fi
exec 9>&-
t_done
