"""timed.py - runs a program and says what it took."""
import os
import subprocess
import threading
import time


def watch(pid, peak, stop):
    """The most memory of its own (no file pages), in MB, as it goes."""
    while not stop.wait(0.002):
        try:
            with open(f'/proc/{pid}/status') as f:
                for line in f:
                    if line.startswith('RssAnon'):
                        peak[0] = max(peak[0], int(line.split()[1]) / 1024)
        except OSError:
            return


def timed(argv, memory=False, **kw):
    """A dict: seconds, cpu (seconds), memory (MB, if asked for), code."""
    peak, stop = [0.0], threading.Event()
    before, start = os.times(), time.monotonic()
    kw.setdefault('stdout', subprocess.DEVNULL)
    child = subprocess.Popen(argv, **kw)
    if memory:
        looker = threading.Thread(target=watch, args=(child.pid, peak, stop))
        looker.start()
    errors = child.stderr.read().decode() if child.stderr else ''
    code = child.wait()
    seconds, after = time.monotonic() - start, os.times()
    if memory:
        stop.set()
        looker.join()
    return {'seconds': seconds, 'code': code, 'memory': peak[0],
            'errors': errors,
            'cpu': after.children_user + after.children_system -
            before.children_user - before.children_system}


def best(argv, times=5, **kw):
    """The quickest of some runs: what others do on the machine is left out."""
    return min((timed(argv, **kw) for _ in range(times)),
               key=lambda run: run['seconds'])
