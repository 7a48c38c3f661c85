# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Are files in the formatter's form?

usage: formatted.py KNYFE-C FILE...
"""
import subprocess
import sys


def main():
    tool, *files = sys.argv[1:]
    wrong = 0
    for path in files:
        with open(path, "rb") as f:
            text = f.read()
        if subprocess.run([tool, "--format", path], check=True, stdout=subprocess.PIPE).stdout != text:
            print(f"{path}: run knyfe-c --format {path} -o {path}")
            wrong += 1
    print(f"{len(files)} files, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
