# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""interrupt.py KNYFE-C FILE DIR: ends a search with SIGTERM as soon as it has kept three measurements."""

import glob
import os
import signal
import subprocess
import sys
import time

knyfe, source, out = sys.argv[1:]
cache, elf = f"{out}/cache", f"{out}/k.elf"
base = [knyfe, source, "--shape", "M=40,N=64", "--grid", "1x2", "--tune-cache", cache, "-o", elf]


def kept():
    return sum(len(open(f).readlines()) - 1 for f in glob.glob(f"{cache}/*.tune"))


search = subprocess.Popen(
    base + ["--tune=200"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
)
while kept() < 3 and search.poll() is None:
    time.sleep(0.01)
search.send_signal(signal.SIGTERM)
stdout, stderr = search.communicate()
assert search.returncode == -signal.SIGTERM, (search.returncode, stderr)
assert "interrupted: the same command goes on from here" in stderr, stderr
assert stdout.startswith("schedule {"), stdout
assert not os.path.exists(elf), "an interrupted search writes no output"
assert not os.listdir(os.environ["TMPDIR"]), os.listdir(os.environ["TMPDIR"])
measured = kept()
assert measured >= 3

again = subprocess.run(base + ["--tune=3"], capture_output=True, text=True, check=True)
assert "3 schedules tried (3 of them known from before)" in again.stderr, again.stderr
assert os.path.exists(elf)
