#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Print our source files, one per line, relative to the repository's root.

usage: list_sources.py [EXTENSION..]

In a clone these are git's files (tracked, or new and not ignored); in an
unpacked archive, every file outside build directories.
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def all_files():
    try:
        out = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        names = out.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = []
        for folder, folders, files in os.walk(ROOT):
            folders[:] = [d for d in folders
                          if not d.startswith("build") and d not in (".git", "__pycache__")]
            names += [os.path.relpath(os.path.join(folder, f), ROOT) for f in files]
    return sorted(n for n in names if n and os.path.isfile(os.path.join(ROOT, n)))


def sources(extensions=()):
    return [n for n in all_files()
            if not extensions or os.path.splitext(n)[1].lstrip(".") in extensions]


if __name__ == "__main__":
    for name in sources(sys.argv[1:]):
        print(name)
