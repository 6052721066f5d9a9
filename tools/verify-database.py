#!/usr/bin/env python3
"""verify-database.py [--key FILE] [--anchor FILE] yamori.db

Like verify-journal.py, for the database itself: also compares every row of
every journaled table with its last image.
"""
import importlib.util
import json
import os
import re
import sqlite3
import sys

spec = importlib.util.spec_from_file_location('verify_journal', os.path.join(
    os.path.dirname(os.path.abspath(__file__)), 'verify-journal.py'))
journal = importlib.util.module_from_spec(spec)
spec.loader.exec_module(journal)
fault = journal.fault


def opened(path):
    db = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    db.text_factory = bytes
    return db


def of_database(path):
    db = opened(path)
    entries = [dict(zip(('seq', 'at', 'actor', 'kind', 'subject', 'body_root',
                         'prev', 'hash'), r), body=[])
               for r in db.execute('SELECT * FROM journal ORDER BY seq')]
    at = {e['seq']: e for e in entries}
    for seq, *f in db.execute('SELECT * FROM journal_body ORDER BY 1, 2'):
        if seq in at:
            at[seq]['body'].append(tuple(f))
        else:
            fault(f'entry {seq}', 'content without its entry')
        if f[4] is None and not f[5]:
            fault(f'entry {seq}', 'a value is gone and no entry erased it')
    heads = list(db.execute('SELECT seq, at, hash, key, signature '
                            'FROM journal_head'))
    return None, entries, heads


def quote(b):
    return '"' + re.sub(r'[\0-\x1f"\\\x7f]', lambda m: {
        '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t'}.get(
            m.group(), f'\\u{ord(m.group()):04x}'), b.decode()) + '"'


def image(v, kind):
    if kind == b'null':
        return 'null'
    if kind == b'integer':
        return str(v)
    if kind == b'real':
        return '{"real":"%.17g"}' % v
    try:
        if kind == b'text':
            return quote(v)
    except UnicodeDecodeError:
        pass
    return '{"%s":"%s"}' % ('bytes' if kind == b'text' else 'hex', v.hex())


def check_rows(path, entries):
    """Every live row against its last image, and the other way."""
    db = opened(path)
    last = {f[0]: (e['seq'], f[1], f[4]) for e in entries for f in e['body']
            if f[0].startswith(b'row:')}
    pre = b'row:journal_table:'
    for field, (_, _, value) in list(last.items()):
        if not field.startswith(pre) or value == b'null':
            continue
        table = field[len(pre):]
        shape = json.loads(json.loads(value)['shape'])
        cols = [c for c in shape['columns'] if c['class'] != 'secret']
        names = [c['name'] for c in cols]
        have, rows = {}, {}
        for r in db.execute('SELECT CAST("%s" AS TEXT), %s, %s FROM "%s"' % (
                shape['key'], '0' if shape['many'] else 'change_seq',
                ', '.join('"%s", typeof("%s")' % (n, n) for n in names),
                table.decode())):
            rows.setdefault(b'row:%s:%s' % (table, r[0]), []).append(
                (r[1], [image(v, t) for v, t in zip(r[2::2], r[3::2])]))
        for f, found in rows.items():
            objects = sorted('{%s}' % ','.join(
                f'{quote(n.encode())}:{v}' for n, c, v in zip(names, cols, r)
                if shape['many'] or c['class'] == 'plain') for _, r in found)
            have[f] = '[%s]' % ','.join(objects) if shape['many'] \
                else objects[0]
            if not shape['many'] and (len(found) > 1 or
                                      found[0][0] != last.get(f, [0])[0]):
                fault(f.decode(), 'change_seq is another one')
            for n, c, v in zip(names, cols, found[0][1]):
                if c['class'] != 'plain' and not shape['many']:
                    have[f + b'.' + n.encode()] = v
        live = {f: v for f, v in last.items()
                if f.startswith(b'row:%s:' % table) and v[2] != b'null'
                and (shape['many'] or v[1] == 0)}
        for f in have.keys() | live.keys():
            if f in have and f in last and last[f][2] is None:
                continue
            want = last[f][2].decode() if f in last else None
            if have.get(f) != want:
                fault(f.decode('utf-8', 'replace'),
                      f'the journal says {want}, found was {have.get(f)}')


if __name__ == '__main__':
    sys.exit(journal.run(__doc__, of_database, check_rows))
