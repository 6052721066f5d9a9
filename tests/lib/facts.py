#!/usr/bin/env python3
"""facts.py - writes a fact file for tests, right or with a fault on purpose.

facts.py [--name N] [--machine M] [--boot B] [--seq N] [--at INSTANT]
         [--token TOKEN] [TABLE=ROWS...]              > FILE
facts.py seal [KEY] < LINES                           > FILE
facts.py check REPORT.html | check REPORT.json

ROWS is a JSON list of objects. Tables named with ROWS `partial` or `cannot`
are told so. Without any TABLE a small Linux machine with a firewall is
written; --firewall off|on|null says how it stands. The second form
puts the right last line below lines that may be anything. The third says what
is wrong with a report of `yamori check`, if anything.
"""
import argparse
import datetime
import hashlib
import hmac
import html.parser
import json
import re
import sys


def machine(args):
    enabled = {'on': 1, 'off': 0, 'null': None}[args.firewall]
    return {
        'host_system': [{'hostname': args.name, 'platform': 'linux',
                         'collected_as': 'root'}],
        'host_firewall': [{'engine': 'nftables', 'profile': 'inet',
                           'enabled': enabled, 'default_in': 'drop'}],
        'host_address': [{'interface': 'eth0', 'address': '192.0.2.7',
                          'family': 'ip'}],
    }


def instant(text):
    at = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    return int(at.timestamp() * 1000000)


def dumps(v):
    return json.dumps(v, ensure_ascii=False, separators=(',', ':'))


def write(argv):
    p = argparse.ArgumentParser()
    p.add_argument('--name', default='pc1')
    p.add_argument('--machine', default='m1')
    p.add_argument('--boot', default='b1')
    p.add_argument('--seq', type=int)
    p.add_argument('--at', default='2026-11-21T12:00+09:00')
    p.add_argument('--token')
    p.add_argument('--firewall', default='on')
    p.add_argument('tables', nargs='*')
    args = p.parse_args(argv)
    at = instant(args.at)
    host_id, key_id, key = (args.token or '..').split('.')
    lines = [dumps({
        'yamori': 'facts/1', 'host_id': host_id, 'key_id': key_id,
        'machine_id': args.machine, 'boot_id': args.boot,
        'platform': 'linux', 'hostname': args.name, 'as': 'root',
        'version': '0.1.0', 'sequence': args.seq or at // 1000,
        'taken_at': at})]
    tables = dict(t.split('=', 1) for t in args.tables) or machine(args)
    for name, rows in tables.items():
        state = 'complete'
        if rows in ('partial', 'cannot'):
            rows, state = [], rows
        elif isinstance(rows, str):
            rows = json.loads(rows)
        columns = sorted({k for row in rows for k in row})
        lines.append(dumps({'begin': name, 'columns': columns}))
        lines += [dumps([row.get(c) for c in columns]) for row in rows]
        why = 'needs_root' if state == 'cannot' else ''
        lines.append(dumps({'end': state, 'reason': why, 'count': len(rows),
                            'ms': 0}))
    seal(''.join(line + '\n' for line in lines).encode(), key)


def seal(body, key=''):
    digest = hashlib.sha256(body).digest()
    last = {'sum': 'sha256:' + digest.hex()}
    if key:
        mac = hmac.new(bytes.fromhex(key), digest, 'sha256')
        last['signature'] = 'hmac-sha256:' + mac.hexdigest()
    sys.stdout.buffer.write(body + dumps(last).encode() + b'\n')


class Page(html.parser.HTMLParser):
    VOID = {'meta', 'br', 'hr', 'img', 'link', 'input', 'col'}

    def __init__(self):
        super().__init__()
        self.open = []
        self.faults = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ('script', 'link', 'img', 'iframe', 'object', 'base'):
            self.faults.append(f'{self.getpos()}: <{tag}>')
        for key, value in attrs:
            if key in ('src', 'href', 'action', 'data', 'srcset') and \
                    not (value or '').startswith('#'):
                self.faults.append(f'{self.getpos()}: {key}={value}')
            if key.startswith('on'):
                self.faults.append(f'{self.getpos()}: {key}')

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f'{self.getpos()}: </{tag}> closes nothing')


def check_html(text):
    page = Page()
    page.feed(text)
    page.close()
    faults = page.faults + [f'<{t}> is not closed' for t in page.open]
    if not text.lower().startswith('<!doctype html>'):
        faults.append('no doctype')
    if '�' in text:
        faults.append('a broken character')
    for word in ('url(', '@import', 'http-equiv="refresh"'):
        if word in text:
            faults.append(word)
    return faults


RESULTS = {'pass', 'fail', 'unknown', 'not_applicable', 'waived', 'error'}
INSTANT = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$')


def keys(faults, where, got, want):
    if set(got) != set(want):
        faults.append(f'{where}: {sorted(set(got) ^ set(want))}')


def check_json(report):
    faults = []
    top = ['schema', 'at', 'organisation', 'summary', 'controls']
    past = 'as_of' in report
    keys(faults, 'report', report, top + (['as_of'] if past else []))
    keys(faults, 'summary', report['summary'], RESULTS)
    if not INSTANT.match(report['at']):
        faults.append(f'at: {report["at"]}')
    for c in report['controls']:
        keys(faults, c['id'], c, ['id', 'level', 'result', 'basis', 'reason',
                                  'counts', 'facts_at', 'subjects'])
        keys(faults, c['id'], c['counts'], RESULTS)
        if c['level'] not in ('basic', 'standard', 'full'):
            faults.append(f'{c["id"]}: level')
        if c['result'] not in RESULTS:
            faults.append(f'{c["id"]}: result')
        if c['basis'] not in ('none', 'measured', 'documented', 'declared'):
            faults.append(f'{c["id"]}: basis')
        if c['facts_at'] is not None and not INSTANT.match(c['facts_at']):
            faults.append(f'{c["id"]}: facts_at')
        for s in c['subjects']:
            keys(faults, c['id'], s, ['subject', 'result', 'reason',
                                      'detail'])
        if past:
            continue
        for r in RESULTS:
            n = sum(s['result'] == r for s in c['subjects'])
            if n != c['counts'][r]:
                faults.append(f'{c["id"]}: {r} {c["counts"][r]} is {n}')
        if c['result'] == 'pass' and c['basis'] != 'declared' and \
                not c['subjects']:
            faults.append(f'{c["id"]}: passes without a subject')
    for r in RESULTS:
        if sum(c['result'] == r for c in report['controls']) != \
                report['summary'][r]:
            faults.append(f'summary: {r}')
    return faults


def main():
    if sys.argv[1:2] == ['check']:
        with open(sys.argv[2], encoding='utf-8') as f:
            text = f.read()
        faults = check_html(text) if sys.argv[2].endswith('.html') \
            else check_json(json.loads(text))
        print('\n'.join(faults))
        sys.exit(1 if faults else 0)
    if sys.argv[1:2] == ['seal']:
        seal(sys.stdin.buffer.read(), *sys.argv[2:3])
    else:
        write(sys.argv[1:])


if __name__ == '__main__':
    main()
