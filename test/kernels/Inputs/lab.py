# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every step of kernels/lab against numpy, by lab_fc.py and lab_bag.py.

usage: lab.py --build DIR --run MTIA-RUN --scratch DIR
"""
import argparse
import glob
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "..", "..", "kernels", "lab")


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "run", "scratch"):
        parser.add_argument("--" + name, required=True)
    args = parser.parse_args()
    steps = failed = 0
    for operator in ("fc", "bag"):
        for source in sorted(glob.glob(os.path.join(LAB, operator, "*.c"))):
            number = os.path.basename(source)[:2]
            done = subprocess.run(
                [sys.executable, os.path.join(HERE, f"lab_{operator}.py"), "--run", args.run, "--kernel", f"{operator}_{number}",
                 "--elf", os.path.join(args.build, "kernels", f"lab-{operator}-{number}.elf"), "--scratch", args.scratch])
            steps += 1
            failed += done.returncode != 0
    print(f"{steps} steps: {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
