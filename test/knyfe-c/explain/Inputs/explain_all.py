# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run --explain on every operator of a folder, as JSON and as text: explain_all.py KNYFE-C EXAMPLES

No command waits for ever. Phases have the same numbers in the list of phases, in the map of local memory, and in the decisions.
"""
import glob
import json
import os
import re
import subprocess
import sys

knyfe, examples = sys.argv[1:]


def numbers(pattern, text):
    return {int(n) for found in re.findall(pattern, text, re.M) for n in found.split(", ")}


def same_phases(text):
    listed = numbers(r"^phases? ([0-9, ]+)(?: \(|:)", text)
    return numbers(r"^  phase (\d+)", text) | numbers(r"^  \S+: phase (\d+)", text) <= listed


failed = kernels = 0
for path in sorted(glob.glob(os.path.join(examples, "*.knyfe"))):
    text = subprocess.run([knyfe, path, "--emit=ast"], check=True, stdout=subprocess.PIPE, text=True).stdout
    dims = re.findall(r"^  dim (\w+)$", text, re.M)
    for size, grid in ((2, "1x1"), (7, "2x3"), (33, "8x8")):
        shape = ",".join(f"{d}={max(2, size - i)}" for i, d in enumerate(dims))
        command = [knyfe, path, "--shape", shape, "--grid", grid]
        result = subprocess.run([*command, "--explain=json"], capture_output=True, text=True)
        said = subprocess.run([*command, "--explain"], capture_output=True, text=True).stdout
        kernels += 1
        told = json.loads(result.stdout) if result.returncode == 0 else {"cycles": 0, "guess": ""}
        if told["cycles"] <= 0 or told["guess"] == "stuck" or not same_phases(said):
            failed += 1
            print(path, shape, grid, result.stderr, said)
print(f"{kernels} kernels, {failed} failed")
