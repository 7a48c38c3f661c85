#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs mtia-run with the given words on one and on two host threads, and on as many as it likes, in
several modes: all that it writes, its status and its messages must be the same. Then once more
without --threads: what that writes is left.
"""
import os
import subprocess
import sys
import tempfile

words = sys.argv[1:]
outputs = [i for i in range(1, len(words)) if words[i - 1] == "--out"]


def run(folder, *more):
    mine = list(words)
    for i in outputs:
        name, path = words[i].split("=", 1)
        mine[i] = f"{name}={os.path.join(folder, os.path.basename(path))}"
    done = subprocess.run(["mtia-run", *mine, *more], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    files = {name: open(os.path.join(folder, name), "rb").read() for name in os.listdir(folder)}
    return done.returncode, done.stdout, done.stderr, files


words = [os.path.abspath(w) if os.path.exists(w) else
         "=".join((w.split("=", 1)[0], os.path.abspath(w.split("=", 1)[1])))
         if "=" in w and os.path.exists(w.split("=", 1)[1]) and words[max(i - 1, 0)] == "--arg" else w
         for i, w in enumerate(words)]
functional = "--functional" in words
modes = [[], ["--functional"], ["--schedule", "3"], ["--check=all"], ["--stats"]]
modes = [mode for mode in modes if not functional or mode in ([], ["--stats"])]
if not functional:
    modes.append(["--trace", "trace.json"])
    modes.append(["--profile"])
if any(w.startswith("--max-cycles") for w in words):
    modes.append(["--dump-on-error", "core"])
for mode in modes:
    results = []
    for threads in (["--threads=1"], ["--threads=2"], ["--threads=2"], []):
        with tempfile.TemporaryDirectory() as folder:
            results.append(run(folder, *threads, "--stats-json", "stats.json", *mode))
    for other in results[1:]:
        for what, a, b in zip(("status", "stdout", "stderr"), results[0], other):
            assert a == b, (mode, what, a, b)
        assert results[0][3].keys() == other[3].keys(), mode
        for name, data in results[0][3].items():
            assert data == other[3][name], (mode, name)
sys.exit(subprocess.run(["mtia-run", *words]).returncode)
