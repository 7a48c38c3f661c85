# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run a .knyfe file's kernel in the reference interpreter and compare with numpy.

usage: interp.py KNYFE-C FILE DIRECTORY

The file says in comments, as numpy expressions, what goes in and what comes out:

  # IN x = np.int8([[1, 2], [3, 4]])
  # ARG scale = 0.5
  # LET total = x.astype(np.int32).sum(1)
  # OUT y = total

An expression sees numpy as np and everything above it. Outputs must agree in type,
shape and every bit; NaN equals NaN.
"""
import os
import re
import subprocess
import sys

import numpy as np


def same(a, b):
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind == "f":
        return bool(np.all((a == b) & (np.signbit(a) == np.signbit(b)) | np.isnan(a) & np.isnan(b)))
    return a.tobytes() == b.tobytes()


def main():
    tool, path, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    names = {"np": np}
    command = [*tool.split(), path, "--interp"]
    outputs = []
    for line in open(path, encoding="utf-8"):
        found = re.match(r"# (LET|IN|ARG|OUT) (\w+) = (.*)", line)
        if not found:
            continue
        kind, name, text = found.groups()
        value = names[name] = eval(text, names)
        file = os.path.join(directory, name + ".npy")
        if kind == "IN":
            np.save(file, value)
            command += ["--arg", f"{name}={file}"]
        elif kind == "ARG":
            command += ["--arg", f"{name}={value}"]
        elif kind == "OUT":
            outputs.append((name, file, np.asarray(value)))
            command += ["--out", f"{name}={file}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    failed = not outputs
    for name, file, expected in outputs:
        got = np.load(file)
        if not same(got, expected):
            failed = True
            print(f"{name}: expected {expected.dtype}{list(expected.shape)}\n{expected}\n"
                  f"got {got.dtype}{list(got.shape)}\n{got}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
