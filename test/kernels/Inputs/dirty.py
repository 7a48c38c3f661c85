# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The library's functions find command registers as another function has left them: some cases of each family, compiled
with KN_DIRTY (kernels/launch.h), against numpy.

usage: dirty.py --clang MTIA-CLANG --run MTIA-RUN --scratch DIR [--part I/N] [FAMILY]...
"""
import argparse
import glob
import os
import re
import subprocess
import sys

from harness import status

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))


def families():
    """{name: sources}, as the build has them."""
    found = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "kernels", "*", "CMakeLists.txt"))):
        with open(path, encoding="utf-8") as f:
            for name, sources in re.findall(r"mtia_add_kernel_family\((\w+)\s+SOURCES\s+([^)]*)\)", f.read()):
                found[name] = [os.path.join(os.path.dirname(path), source) for source in sources.split()]
    return found


def main():
    parser = argparse.ArgumentParser()
    for name in ("clang", "run", "scratch"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--part", default="1/10", help="of the suite's cases")
    parser.add_argument("family", nargs="*")
    args = parser.parse_args()
    os.makedirs(args.scratch, exist_ok=True)
    failed = []
    every = families()
    for name in args.family or every:
        elf = os.path.join(args.scratch, name + ".elf")
        for words in ([args.clang, "-O2", "-g", "-DMTIA_LAUNCH", "-DKN_DIRTY", *every[name], "-o", elf],
                      [sys.executable, os.path.join(HERE, name + ".py"), "--run", args.run, "--elf", elf,
                       "--scratch", os.path.join(args.scratch, name), "--part", args.part]):
            code = subprocess.run(words).returncode
            if code:
                failed.append(f"{name} ({os.path.basename(words[0])}: {status(code)})")
                break
    print(f"{len(args.family or every)} families: {len(failed)} failed {' '.join(failed)}".strip(), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
