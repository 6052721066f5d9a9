#!/bin/sh
# kill -9 at random moments; YAMORI_LONG=1 makes 200 rounds of it
# shellcheck source=tests/lib/tap.sh
. "$YAMORI_TOP/tests/lib/tap.sh"

cat >rounds.py <<'P'
"""Starts a command, kills it with all it started at a random moment, looks."""
import json
import os
import random
import signal
import subprocess
import sys
import time

YAMORI, FACTS = os.environ['YAMORI'], sys.argv[1]
ROUNDS = int(sys.argv[2])
FW = 'network.host_firewall_enabled'
DESK = 'physical.clear_desk'
rnd = random.Random(os.environ.get('YAMORI_SEED', '1'))
faults = 0
killed = 0


def say(words):
    global faults
    faults += 1
    print(words)


def run(*args):
    return subprocess.run([YAMORI, '--lang', 'en', '--dir', 'o', *args],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors='replace', check=False)


def kill(args, longest):
    """True when it had ended well before it was killed."""
    global killed
    p = subprocess.Popen([YAMORI, '--lang', 'en', '--dir', 'o', *args],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, start_new_session=True)
    until = time.monotonic() + rnd.random() * longest
    while time.monotonic() < until and p.poll() is None:
        time.sleep(0.0005)
    try:
        os.killpg(p.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    p.stdout.read()
    p.wait()
    killed += p.returncode == -signal.SIGKILL
    return p.returncode in (0, 1, 3)


def facts(i):
    with open('in.facts', 'wb') as f:
        subprocess.run([FACTS, '--name', f'pc{i}', '--machine', f'm{i}',
                        '--firewall', rnd.choice(['on', 'off'])],
                       stdout=f, check=True)


def rows(sql):
    r = run('sql', '--json', sql)
    if r.returncode != 0:
        say(f'sql: {r.stderr}')
        return []
    return json.loads(r.stdout)


def look(i, what):
    r = run('journal', 'verify')
    if r.returncode != 0:
        say(f'round {i}, {what}: {r.stdout}{r.stderr}')
    r = run('status', '--json')
    if r.returncode != 0:
        say(f'round {i}, {what}: status: {r.stderr}')
    for row in rows('SELECT host_id FROM collector_status WHERE host_id '
                    'NOT IN (SELECT host_id FROM collection)'):
        say(f'round {i}, {what}: facts without their file: {row}')
    for row in rows('SELECT id FROM check_run WHERE journal_seq NOT IN '
                    '(SELECT seq FROM journal)'):
        say(f'round {i}, {what}: a run without its entry: {row}')


def one(i):
    kind = ('init', 'collect', 'check', 'serve', 'adopt', 'declare')[i % 6]
    if kind == 'init':
        args = ['init', '--name', 'T', '--size', '5', '--yes']
        subprocess.run(['rm', '-rf', 'p'], check=True)
        p = subprocess.Popen([YAMORI, '--dir', 'p', *args],
                             stdout=subprocess.DEVNULL)
        time.sleep(rnd.random() * 0.05)
        p.kill()
        p.wait()
        again = subprocess.run([YAMORI, '--dir', 'p', *args], check=False,
                               capture_output=True, text=True)
        told = 2 if p.returncode == 0 else 0
        if again.returncode not in (told, 2) or subprocess.run(
                [YAMORI, '--dir', 'p', 'journal', 'verify'], check=False,
                capture_output=True).returncode != 0:
            say(f'round {i}: a set-up that was killed: {again.stderr}')
        return
    if kind == 'collect':
        facts(i)
        done = kill(['collect', '--from', 'in.facts'], 0.05)
        n = len(rows(f"SELECT 1 AS x FROM host_system JOIN host_entry "
                     f"USING (host_id) WHERE name = 'pc{i}'"))
        if done and n != 1:
            say(f'round {i}: facts that were taken are not there')
    elif kind == 'check':
        before = rows('SELECT max(id) AS n FROM check_run')
        done = kill(['check', FW], 0.06)
        after = rows('SELECT max(id) AS n FROM check_run')
        if done and before == after:
            say(f'round {i}: a check that was shown is not there')
    elif kind == 'serve':
        os.makedirs('o/inbox', exist_ok=True)
        facts(i)
        os.rename('in.facts', f'o/inbox/{i}.facts')
        kill(['serve', '--once'], 0.5)
        r = run('collect', '--inbox')
        if os.path.exists(f'o/inbox/{i}.facts'):
            say(f'round {i}: the inbox stays full: {r.stderr}')
        if len(rows(f"SELECT 1 AS x FROM host_system JOIN host_entry "
                    f"USING (host_id) WHERE name = 'pc{i}'")) != 1:
            say(f'round {i}: what lay in the inbox was not taken once')
    elif kind == 'adopt':
        done = kill(['policy', 'exclude', DESK, '--reason', f'r{i}',
                        '--adopt', '--by', 'Hanako'], 0.04)
        there = rows("SELECT reason FROM policy_exclude")
        if done and {'reason': f'r{i}'} not in there:
            say(f'round {i}: a policy that was adopted is not in force')
        if there:
            run('policy', 'include', DESK, '--adopt', '--by',
                'Hanako', '--reason', 'x')
    else:
        done = kill(['declare', 'physical.office_lock', '--answer', 'yes',
                        '--by', f'p{i}'], 0.04)
        if done and not rows("SELECT 1 AS x FROM declaration WHERE "
                             f"declared_by = 'p{i}'"):
            say(f'round {i}: a declaration that was kept is not there')
    look(i, kind)


for i in range(ROUNDS):
    one(i)
run('check', FW)
left = [f for d in ('o', 'o/keys') for f in os.listdir(d)
        if '.tmp-' in f or f.startswith('probe-')]
if left:
    say(f'left over: {left}')
if killed < 1: # how many depends on the machine
    say(f'only {killed} of {ROUNDS} were killed in time')
print(f'{ROUNDS} rounds, {killed} killed')
sys.exit(1 if faults else 0)
P

"$YAMORI" --dir o init --name T --size 5 --yes >/dev/null
rounds=20
[ -z "${YAMORI_LONG:-}" ] || rounds=200
t "$rounds rounds: nothing acknowledged is lost, every journal verifies" \
	python3 rounds.py "$YAMORI_TOP/tests/lib/facts.py" $rounds
t 'one more collection is taken' sh -c '"$1" --name last --machine last >in.facts &&
	"$0" --dir o collect --from in.facts' "$YAMORI" "$YAMORI_TOP/tests/lib/facts.py"
t_done
