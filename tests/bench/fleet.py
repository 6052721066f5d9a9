"""fleet.py YAMORI HOSTS - makes fact files of many machines and times them."""
import hashlib
import json
import os
import random
import subprocess
import sys
import time

from timed import best, timed

PACKAGES, USERS, PORTS, DISTINCT = 1200, 60, 40, 20000


def tables_of(text):
    """This machine's own fact file, as (begin, rows, end) by table."""
    lines = [json.loads(line) for line in text.splitlines()]
    header, tables, at = lines[0], [], None
    for line in lines[1:-1]:
        if isinstance(line, list):
            at['rows'].append(line)
        elif 'begin' in line:
            at = {'begin': line, 'rows': [], 'cannot': []}
            tables.append(at)
        elif 'cannot' in line:
            at['cannot'].append(line)
        else:
            at['end'] = line
    return header, tables


def row(columns, **values):
    return [values.get(c) for c in columns]


def rows_of(name, columns, rnd):
    if name == 'host_package':
        return [row(columns, name=f'pkg{n}', version=f'1.{n % 97}-2',
                    arch='amd64', manager='dpkg', source=f'src{n}',
                    source_version=f'1.{n % 97}-2')
                for n in rnd.sample(range(DISTINCT), PACKAGES)]
    if name == 'host_user':
        return [row(columns, name=f'member{n}', user_id=str(1000 + n),
                    home=f'/home/member{n}', shell='/bin/bash', human=1,
                    can_login=1, is_admin=int(n == 0), is_builtin=0,
                    locked=0, password_set=1, password_empty=0,
                    password_algorithm='yescrypt')
                for n in range(USERS)]
    if name == 'host_port':
        return [row(columns, proto='tcp', address='0.0.0.0', port=n,
                    exposed=1, process=f'daemon{n}', package=f'pkg{n}',
                    user_name='root')
                for n in rnd.sample(range(1024, 40000), PORTS)]
    return None


def write_host(path, header, tables, number, taken_at, change=False):
    rnd = random.Random(number)
    head = dict(header, machine_id=hashlib.sha256(
        str(number).encode()).hexdigest()[:32], hostname=f'host{number}',
        sequence=taken_at // 1000, taken_at=taken_at)
    out = [json.dumps(head)]
    for t in tables:
        name, columns = t['begin']['begin'], t['begin']['columns']
        rows = rows_of(name, columns, rnd)
        if rows is None:
            rows = [list(r) for r in t['rows']]
        if change and name == 'host_port':
            rows[0][columns.index('port')] = 23
        out.append(json.dumps(t['begin']))
        out += [json.dumps(r, ensure_ascii=False) for r in rows]
        out.append(json.dumps(dict(t['end'], count=len(rows), end='complete',
                                   reason='')))
    body = ('\n'.join(out) + '\n').encode()
    with open(path, 'wb') as f:
        f.write(body)
        f.write(b'{"sum":"sha256:' + hashlib.sha256(body).hexdigest().encode()
                + b'"}\n')
    return len(out)


def changed(check):
    """Milliseconds of judging alone; prints those of the process, too."""
    run = timed(check + ['--changed'], stderr=subprocess.PIPE,
                env=dict(os.environ, YAMORI_TIMES='1'))
    print(f'check what changed on one host, the whole process: '
          f'{run["seconds"] * 1000:.0f} ms')
    return int(run['errors'].split()[1]) / 1000


def main(yamori, n_hosts):
    base = [yamori, '--dir', 'org']
    subprocess.run(base + ['init', '--yes', '--level', 'full'], check=True,
                   stdout=subprocess.DEVNULL)
    text = subprocess.run(base + ['collect', '--print'], check=True,
                          capture_output=True, text=True).stdout
    header, tables = tables_of(text)
    # Files on this disk are not the point of this figure.
    for t in tables:
        t['rows'] = t['rows'][:100]
    now = int(time.time()) * 1000000
    os.mkdir('in')
    lines = sum(write_host(f'in/{i}.facts', header, tables, i, now)
                for i in range(n_hosts))
    files = [f'in/{i}.facts' for i in range(n_hosts)]
    seconds, cpu = 0, 0
    for i in range(0, n_hosts, 100):
        run = timed(base + ['collect', '--from'] + files[i:i + 100])
        assert run['code'] == 0, run
        seconds += run['seconds']
        cpu += run['cpu']
    print(f'take facts of {n_hosts} hosts: {seconds:.2f} s')
    print(f'take facts, lines a second: {lines / seconds:.0f}')
    print(f'take facts, CPU of one host: {cpu / n_hosts * 1000:.1f} ms')
    print(f'facts.db: {os.path.getsize("org/facts.db") / 1e6:.0f} MB')
    check = base + ['check', '--all-levels']
    run = timed(check, memory=True)
    print(f'check {n_hosts} hosts, all measures, first time: '
          f'{run["seconds"]:.2f} s')
    run = best(check, times=3, memory=True)
    print(f'check {n_hosts} hosts, all measures, results stored: '
          f'{run["seconds"]:.2f} s')
    print(f'check {n_hosts} hosts, CPU: {run["cpu"]:.2f} s')
    print(f'check {n_hosts} hosts, memory of its own: {run["memory"]:.0f} MB')
    run = best(check + ['--dry-run'], times=3)
    print(f'check {n_hosts} hosts, all measures, nothing kept: '
          f'{run["seconds"]:.2f} s')
    write_host('in/again.facts', header, tables, 7, now + 60000000, True)
    run = timed(base + ['collect', '--from', 'in/again.facts'])
    print(f'take facts of one host again: {run["seconds"] * 1000:.0f} ms')
    print(f'judge what changed on that host: {changed(check):.1f} ms')
    run = timed(check + ['--changed'])
    print(f'check when nothing changed, the whole process: '
          f'{run["seconds"] * 1000:.0f} ms')
    run = best(base + ['check', 'network.cleartext_services'])
    print(f'check one measure on {n_hosts} hosts: '
          f'{run["seconds"] * 1000:.0f} ms')


main(sys.argv[1], int(sys.argv[2]))
