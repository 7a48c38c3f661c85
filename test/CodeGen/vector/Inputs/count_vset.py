#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: count_vset.py OURS.s OTHER.s [FUNCTION that may have more...]

Counts the instructions that set vl or vtype in each function of two assembly files. Exit status 1
if a function of the first has more than the same function of the other.
"""
import re
import sys


def count(path):
    numbers, name = {}, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            if match := re.match(r"([A-Za-z_]\w*):", line):
                name = match.group(1)
                numbers[name] = 0
            elif re.match(r"\s+vseti?vli?\s", line):
                numbers[name] += 1
    return numbers


def main():
    ours, other = map(count, sys.argv[1:3])
    if ours.keys() != other.keys() or not ours:
        sys.exit(f"functions differ: {sorted(ours)} and {sorted(other)}")
    more = [f"{name}: {n}, the other has {other[name]}" for name, n in ours.items()
            if n > other[name] and name not in sys.argv[3:]]
    for name, n in ours.items():
        print(f"{name}: {n} {other[name]}")
    if more:
        sys.exit("more vset instructions: " + "; ".join(more))


if __name__ == "__main__":
    main()
