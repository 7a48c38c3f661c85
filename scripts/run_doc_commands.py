#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run the commands that a page of documentation shows.

usage: run_doc_commands.py [--min N] PAGE.md

Blocks whose fence says ```sh runnable are run in order, as one bash script with
-e, in a scratch copy of what a reader has after ./build.sh build: examples/,
kernels/, include/ and build/. A page with fewer than N such blocks fails, so
that a changed fence does not silently switch the test off.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = re.compile(r"^```sh runnable\n(.*?)^```$", re.M | re.S)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--min", type=int, default=1)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("page")
    args = parser.parse_args()
    with open(args.page) as f:
        blocks = BLOCK.findall(f.read())
    if len(blocks) < args.min:
        sys.exit(f"{args.page}: {len(blocks)} runnable blocks, expected at least {args.min}")
    with tempfile.TemporaryDirectory() as folder:
        for name in os.listdir(ROOT):
            if name not in (".git", "build"):
                os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
        os.symlink(args.build, os.path.join(folder, "build"))
        done = subprocess.run(["bash", "-euxo", "pipefail", "-c", "\n".join(blocks)], cwd=folder)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
