"""machine.py YAMORI - this machine read and judged; peers beside it."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

from timed import best, timed

WALK = ('host_file', 'host_file_scan')
SSG = '/usr/share/xml/scap/ssg/content'


def walk_ms(text):
    """Milliseconds of the tables that walk the files."""
    name, ms = '', 0
    for line in text.splitlines():
        if line.startswith('{"begin":'):
            name = json.loads(line)['begin']
        elif line.startswith('{"end":') and name in WALK:
            ms += json.loads(line)['ms']
    return ms


def size(yamori):
    shutil.copy(yamori, 'stripped')
    subprocess.run(['strip', 'stripped'], check=True)
    print(f'size of the program, stripped: '
          f'{os.path.getsize("stripped") / 1e6:.1f} MB')


def collect(yamori):
    """Seconds of reading this machine, all of it."""
    with open('self.facts', 'wb') as out:
        whole = min((timed([yamori, 'collect', '--print'], memory=True,
                           stdout=out.fileno()) for _ in range(3)),
                    key=lambda run: run['seconds'])
    with open('self.facts', encoding='utf-8', errors='replace') as f:
        texts = f.read().split('{"yamori":')[1:]
    walk = min(walk_ms(t) for t in texts) / 1000
    print(f'collect this machine: {whole["seconds"]:.2f} s')
    print(f'collect, CPU: {whole["cpu"]:.2f} s')
    print(f'collect, memory of its own: {whole["memory"]:.0f} MB')
    print(f'collect, without the walk of the files: '
          f'{whole["seconds"] - walk:.2f} s')
    return whole['seconds']


def floor():
    run = best(['find', '/', '-xdev', '-perm', '-0002', '-type', 'f'],
               times=2, stderr=subprocess.DEVNULL)
    print(f'one find / -xdev with a permission test: {run["seconds"]:.2f} s')


def check(yamori):
    base = [yamori, '--dir', 'org']
    subprocess.run(base + ['init', '--yes', '--level', 'full'], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(base + ['collect'], check=True, stdout=subprocess.DEVNULL)
    run = best(base + ['status'])
    print(f'start of the program (status): {run["seconds"] * 1000:.0f} ms')
    timed(base + ['check', '--all-levels'])
    run = best(base + ['check', '--all-levels'], memory=True)
    print(f'check this machine, all measures, results stored: '
          f'{run["seconds"] * 1000:.0f} ms')
    print(f'check this machine, CPU: {run["cpu"] * 1000:.0f} ms')
    print(f'check this machine, memory of its own: {run["memory"]:.0f} MB')
    return run['seconds']


def lynis(ours):
    if shutil.which('lynis') is None:
        print('# lynis is not installed')
        return
    run = timed(['lynis', 'audit', 'system', '--quick', '--no-colors',
                 '--logfile', '/dev/null', '--report-file', '/dev/null'],
                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(f'lynis audit system --quick: {run["seconds"]:.1f} s')
    print(f'lynis over collect and check: {run["seconds"] / ours:.0f} times')


def oscap_run(words, profile, content, ours):
    run = timed(['oscap', 'xccdf', 'eval', '--profile', profile,
                 '--results', 'results.xml', content], memory=True,
                stderr=subprocess.DEVNULL)
    with open('results.xml', encoding='utf-8') as f:
        answers = re.findall(r'<result>(\w+)</result>', f.read())
    told = sum(a in ('pass', 'fail') for a in answers)
    print(f'oscap {words}: {run["seconds"]:.2f} s')
    print(f'oscap {words}, rules answered: {told} '
          f'of {sum(a != "notselected" for a in answers)}')
    print(f'oscap {words}, memory of its own: {run["memory"]:.0f} MB')
    print(f'oscap {words} over collect and check: '
          f'{run["seconds"] / ours:.1f} times')


def oscap(ours):
    contents = sorted(glob.glob(f'{SSG}/ssg-debian*-ds.xml'))
    if shutil.which('oscap') is None or not contents:
        print('# openscap-scanner and ssg-debian are not installed')
        return
    name = 'xccdf_org.ssgproject.content_profile_'
    oscap_run('standard, as packaged', name + 'standard', contents[-1], ours)
    # The content of another release answers nothing: judge all the same.
    with open(contents[-1], encoding='utf-8') as f:
        text = re.sub(r'<(xccdf-1\.2:)?platform idref="[^"]*"\s*/>', '',
                      f.read())
    with open('any.xml', 'w', encoding='utf-8') as f:
        f.write(text)
    oscap_run('ANSSI high, any platform', name + 'anssi_np_nt28_high',
              'any.xml', ours)


def main(yamori):
    size(yamori)
    ours = collect(yamori) + check(yamori)
    floor()
    lynis(ours)
    oscap(ours)


main(sys.argv[1])
