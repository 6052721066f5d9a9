#!/usr/bin/env python3
"""changed.py YAMORI SEED STEPS - a check of what changed is a whole check.

Random things happen to an organisation: facts come, choices are adopted,
machines retire. After each, `check --changed` in it and `check` in a copy
must leave the same results. Prints a line for each difference, and at the
end how many steps judged only a part.
"""
import datetime
import os
import random
import shutil
import sqlite3
import subprocess
import sys

FACTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'facts.py')
STATE = {
    'control_state': 'SELECT control, result, basis, reason, n_pass, n_fail, '
                     'n_unknown, n_waived, n_error, facts_at, reads '
                     'FROM control_state ORDER BY 1',
    'result': 'SELECT * FROM result ORDER BY control, subject',
    'finding': 'SELECT control, subject, host_id, state, opened_at, '
               'closed_at, detail, waived_until_on FROM finding '
               'ORDER BY 1, 2, 4, 5, 6',
    'result_history': 'SELECT at, control, subject, from_result, to_result, '
                      'facts_at, basis, reason, detail FROM result_history '
                      'ORDER BY 1, 2, 3, 4, 5, 8',
}


class Org:
    def __init__(self, yamori, seed):
        self.yamori, self.rnd = yamori, random.Random(seed)
        self.now = datetime.datetime.fromisoformat('2026-11-02T06:00+09:00')
        self.tables = {}
        self.y('init', '--yes', '--level', 'full')

    def y(self, *words, of='o', ok=True):
        env = dict(os.environ, YAMORI_NOW=self.now.isoformat())
        done = subprocess.run([self.yamori, '--lang', 'en', '--dir', of,
                               *words], capture_output=True, text=True,
                              env=env)
        # 1 and 3 of a check: something fails, something is unknown
        if ok and done.returncode not in ((0, 1, 3) if words[0] == 'check'
                                          else (0,)):
            sys.exit(f'{words}: {done.returncode} {done.stderr}')
        return done.stdout

    def rows(self, sql):
        db = sqlite3.connect('o/yamori.db')
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    # What may happen. Each says what it was.

    def facts(self):
        r = self.rnd
        name = f'pc{r.randrange(4)}'
        t = self.tables.setdefault(name, {})
        fresh = {
            'host_system': [{'hostname': name, 'platform': 'linux',
                             'collected_as': 'root'}],
            'host_firewall': r.choice([
                'partial', 'cannot', [],
                [{'engine': 'nftables', 'profile': 'inet',
                  'enabled': r.choice([0, 1, None]), 'default_in': 'drop'}]]),
            'host_screen_lock': r.choice(['cannot', 'partial', []]),
            'host_port': [
                {'proto': 'tcp', 'address': '0.0.0.0', 'port': n,
                 'exposed': r.choice([0, 1]), 'process': f'd{n}'}
                for n in r.sample([22, 23, 25, 80, 139, 445, 3389], 3)],
            'host_user': [
                {'name': n, 'user_id': str(1000 + i), 'human': 1,
                 'can_login': r.choice([0, 1, None]), 'is_admin': i == 0,
                 'password_set': 1, 'password_empty': r.choice([0, 0, 1])}
                for i, n in enumerate(r.sample(
                    ['hanako', 'taro', 'share', 'root2'], 2))],
            'host_package': [
                {'name': n, 'version': '1', 'manager': 'dpkg'}
                for n in r.sample(['bash', 'transmission', 'qbittorrent',
                                   'vim', 'dash', 'gcc'], 2)],
        }
        for k in fresh:
            if k not in t or r.random() < 0.3:
                t[k] = fresh[k]
        with open('in.facts', 'wb') as out:
            import json
            subprocess.run(
                [sys.executable, FACTS, '--name', name, '--machine', name,
                 '--at', self.now.isoformat()] +
                [f'{k}={v if isinstance(v, str) else json.dumps(v)}'
                 for k, v in t.items() if r.random() < 0.7], check=True,
                stdout=out)
        self.y('collect', '--from', 'in.facts', ok=False)
        return f'facts of {name}'

    def declare(self):
        c = self.rnd.choice(['physical.office_lock',
                             'network.host_firewall_enabled',
                             'access.no_shared_account'])
        if self.rnd.random() < 0.3:
            self.y('declare', c, '--withdraw', ok=False)
            return f'withdraw {c}'
        self.y('declare', c, '--answer',
               self.rnd.choice(['yes', 'no', 'unknown']), '--sentence', 'so',
               '--by', 'Hanako')
        return f'declare {c}'

    def policy(self):
        r = self.rnd
        what = r.choice([
            ['set', 'endpoint.banned_p2p.products',
             r.choice(['["vim"]', '["transmission"]', '["dash", "vim"]'])],
            ['set', 'access.no_shared_account.names',
             r.choice(['["taro"]', '["share"]'])],
            ['reset', 'endpoint.banned_p2p.products'],
            ['exclude', 'network.cleartext_services', '--reason', 'none'],
            ['include', 'network.cleartext_services']])
        self.y('policy', *what, ok=False)
        self.y('policy', 'adopt', 'all', '--by', 'Hanako', ok=False)
        return ' '.join(what)

    def waive(self):
        ids = self.rows("SELECT id FROM finding WHERE state = 'open' "
                        'ORDER BY control, subject')
        if ids:
            self.y('finding', 'waive', self.rnd.choice(ids)[0], '--until',
                   '2026-12-31', '--reason', 'known', '--by', 'Hanako')
        return 'waive'

    def retire(self):
        hosts = self.rows("SELECT host_id FROM host_entry "
                          "WHERE state = 'active' ORDER BY name")
        if len(hosts) < 3 or self.rnd.random() < 0.5:
            return 'nothing'
        self.y('host', 'retire', self.rnd.choice(hosts)[0], '--reason',
               'sold')
        return 'retire'

    def partly(self):
        what = self.rnd.choice(['network', 'endpoint.banned_p2p', 'access'])
        self.y('check', what)
        return f'check {what}'

    def step(self):
        self.now += datetime.timedelta(
            minutes=self.rnd.choice([1, 5, 30]),
            days=self.rnd.random() < 0.03)
        what = self.rnd.choice([self.facts] * 8 + [
            self.declare, self.policy, self.waive, self.retire, self.partly])
        return what()


def dump(of):
    db = sqlite3.connect(f'{of}/yamori.db')
    try:
        return {t: db.execute(sql).fetchall() for t, sql in STATE.items()}
    finally:
        db.close()


def main(yamori, seed, steps):
    org, bad, part = Org(yamori, seed), 0, 0
    for step in range(steps):
        what = org.step()
        shutil.rmtree('copy', ignore_errors=True)
        shutil.copytree('o', 'copy')
        said = org.y('check', '--all-levels', '--changed')
        org.y('check', '--all-levels', of='copy')
        part += 'Judged anew' in said
        mine, whole = dump('o'), dump('copy')
        if said.splitlines()[1] != org.y('check', '--all-levels', '--dry-run',
                                         of='copy').splitlines()[1]:
            print(f'{step} {what}: the summary differs')
            bad += 1
        for t in STATE:
            odd = set(mine[t]) ^ set(whole[t])
            if odd or len(mine[t]) != len(whole[t]):
                bad += 1
                print(f'{step} {what}: {t}')
                for row in sorted(odd, key=str)[:4]:
                    side = 'changed' if row in mine[t] else 'whole'
                    print(f'  {side}: {row}')
        if bad > 3:
            break
    print(f'{bad} differences; {part} of {steps} judged only a part')


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
