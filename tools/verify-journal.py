#!/usr/bin/env python3
"""verify-journal.py [--key FILE] [--anchor FILE] PACK

Verifies a pack without any code of yamori: chain, content, signatures and
erasures, as yamori-journal(5) describes them. Exit status 0: no fault.
"""
import argparse
import hashlib
import json
import re
import struct
import sys

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
CLASSES = ['plain', 'personal', 'level3', 'secret']
OWN = (b'journal.start', b'journal.rotate', b'journal.erase')
faults = []


def sha(*parts):
    return hashlib.sha256(b''.join(parts)).digest()


def part(b):
    return struct.pack('>I', len(b)) + b


# Ed25519 (RFC 8032); points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        q, p, n = add(q, p) if n & 1 else q, add(p, p), n >> 1
    return q


def point(b):
    sign, y = divmod(int.from_bytes(b, 'little'), 2**255)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point(bytes([0x58]) + bytes([0x66]) * 31)


def signed(key, msg, sig):
    a, r = point(key), point(sig[:32])
    s = int.from_bytes(sig[32:], 'little')
    if len(key) != 32 or len(sig) != 64 or not a or not r or s >= Q:
        return False
    h = hashlib.sha512(sig[:32] + key + msg).digest()
    u, v = times(s, BASE), add(r, times(int.from_bytes(h, 'little') % Q, a))
    return all((u[i] * v[2] - v[i] * u[2]) % P == 0 for i in (0, 1))


def root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b'\1', root(leaves[:k]), root(leaves[k:]))


def fault(where, words):
    faults.append(f'{where}: {words}')


def of_pack(path):
    x = bytes.fromhex
    rows = [json.loads(line) for line in open(path, encoding='utf-8')]
    if rows[-1].get('entries') != sum('entry' in r for r in rows):
        sys.exit('verify-journal: no pack, or not whole')
    entries = [dict(r, seq=r['entry']) for r in rows if 'entry' in r]
    for e in entries:
        e.update({n: e[n].encode() for n in ('actor', 'kind', 'subject')})
        e.update({n: x(e[n]) for n in ('body_root', 'prev', 'hash')})
        e['body'] = [(
            f['field'].encode(), CLASSES.index(f['class']), x(f['seal']),
            x(f['salt']) if 'salt' in f else None, f['value'].encode()
            if 'value' in f else None, f.get('erased_by')) for f in e['body']]
    heads = [(r['head'], r['at'], *(x(r[n]) for n in (
        'hash', 'key', 'signature'))) for r in rows if 'head' in r]
    if not heads or max(heads)[0] < entries[-1]['seq']:
        fault('pack', 'no signature covers its last entry')
    return rows[0]['organisation'].encode(), entries, heads


def walk(entries):
    """Chain and content; returns what the journal says about itself."""
    told, erased, last = {}, {}, None
    for e in entries:
        where, prev = f"entry {e['seq']}", last['hash'] if last else bytes(32)
        if e['seq'] != (last['seq'] + 1 if last else entries[0]['seq']):
            fault(where, f"does not follow entry {last['seq']}")
        if (last or e['seq'] == 1) and e['prev'] != prev:
            fault(where, 'does not continue the entry before it')
        if e['hash'] != sha(b'yamori/1 journal\0', struct.pack(
                '>qq', e['seq'], e['at']), part(e['actor']), part(e['kind']),
                part(e['subject']), part(e['body_root']), e['prev']):
            fault(where, 'was changed')
        names = [f[0] for f in e['body']]
        if names != sorted(set(names)):
            fault(where, 'fields are not in their order')
        leaves = []
        for name, cls, seal, salt, value, by in e['body']:
            words = name.decode('utf-8', 'replace')
            if not 0 <= cls <= 2 or (salt is None) != (value is None):
                fault(where, f'{words} is damaged')
            if value is not None and (
                    by or sha(salt, part(name), part(value)) != seal):
                fault(where, f'{words} was changed')
            if value is None and by:
                erased[b'erase:%d:%s' % (e['seq'], name)] = by
            leaves.append(sha(b'\0', part(name), bytes([cls & 255]), seal))
            if e['kind'] in OWN:
                told.setdefault(name, []).append((e, value))
        if root(leaves) != e['body_root']:
            fault(where, 'content was added, removed or exchanged')
        last = e
    said = {n: l[0][0]['seq'] for n, l in told.items() if n.startswith(
        b'erase:') and int(n.split(b':')[1]) >= entries[0]['seq']}
    for n, by in set(said.items()) ^ set(erased.items()):
        if by <= last['seq']:
            fault(n.decode('utf-8', 'replace'), 'erasure and entry differ')
    return told


def keys_of(told, org, key):
    """Trusted keys: the given one (or the first), and those it follows."""
    changes, trusted, x = [], {key}, bytes.fromhex
    for i, (e, old) in enumerate(told.get(b'key_old', [])):
        seq, h, new, sa, sb = (told[n][i][1].decode() for n in (
            b'head_seq', b'head_hash', b'key_new', b'by_old', b'by_new'))
        a, b = x(old.decode()), x(new)
        msg = b'yamori/1 rotate\0' + part(org) + struct.pack(
            '>q96s', int(seq), x(h) + a + b)
        if signed(a, msg, x(sa)) and signed(b, msg, x(sb)):
            changes.append((e['seq'], a, b))
        else:
            fault(f"entry {e['seq']}", 'keys changed without both signatures')
    for _, a, b in changes * len(changes):
        trusted |= {a, b} if trusted & {a, b} else set()
    return trusted, changes


def check_heads(heads, entries, org, trusted, changes):
    hashes = {e['seq']: e['hash'] for e in entries}
    for seq, at, h, key, sig in heads:
        where = f'head of entry {seq}'
        if hashes.get(seq) != h:
            fault(where, 'names another entry: cut off, or another branch')
        if sig and (key not in trusted or any(
                key == a and seq >= s or key == b and seq < s
                for s, a, b in changes)):
            fault(where, "is signed by a key that is not the journal's")
        elif sig and not signed(key, b'yamori/1 head\0' + part(org) +
                                struct.pack('>q32sq', seq, h, at), sig):
            fault(where, 'its signature is wrong')


def run(doc, load, rows=None):
    ap = argparse.ArgumentParser(description=doc.split('\n\n')[1])
    for name in '--key', '--anchor', 'file':
        ap.add_argument(name)
    o = ap.parse_args()
    org, entries, heads = load(o.file)
    told = walk(entries)
    first = {n: l[0][1] for n, l in told.items() if l[0][0]['seq'] == 1}
    org = first.get(b'organisation', org)
    a, k = (dict(re.findall(r'^([a-z0-9-]+): (.*)$', open(f).read(), re.M))
            if f else {} for f in (o.anchor, o.key))
    key, x = k['ed25519'] if k else first[b'key'].decode(), bytes.fromhex
    if a:
        heads.append((int(a['entry']), int(a['at']), x(a['hash']),
                      x(a.get('key', '')), x(a.get('signature', ''))))
    check_heads(heads, entries, org, *keys_of(told, org, x(key)))
    if rows:
        rows(o.file, entries)
    print(*faults, f"entries {entries[0]['seq']} to {entries[-1]['seq']}: "
          f'{len(faults)} faults', sep='\n')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(run(__doc__, of_pack))
