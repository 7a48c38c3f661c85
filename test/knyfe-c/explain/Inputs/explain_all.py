# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run --explain=json on every operator of a folder: explain_all.py KNYFE-C EXAMPLES"""
import glob
import json
import os
import re
import subprocess
import sys

knyfe, examples = sys.argv[1:]
failed = kernels = 0
for path in sorted(glob.glob(os.path.join(examples, "*.knyfe"))):
    text = subprocess.run([knyfe, path, "--emit=ast"], check=True, stdout=subprocess.PIPE, text=True).stdout
    dims = re.findall(r"^  dim (\w+)$", text, re.M)
    for size, grid in ((2, "1x1"), (7, "2x3"), (33, "8x8")):
        shape = ",".join(f"{d}={max(2, size - i)}" for i, d in enumerate(dims))
        result = subprocess.run([knyfe, path, "--shape", shape, "--grid", grid, "--explain=json"], capture_output=True, text=True)
        kernels += 1
        if result.returncode or json.loads(result.stdout)["cycles"] <= 0:
            failed += 1
            print(path, shape, grid, result.stderr)
print(f"{kernels} kernels, {failed} failed")
