# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The operators of examples/ with random schedules: each is obeyed without another result, or refused with KN0091 or
KN0093.

usage: random_schedules.py KNYFE-C EXAMPLES DIRECTORY [--count N] [--only NAME,...] [--seed N] [--grid RxC,...]
                           [--dynamic]

Of each operator N schedules that are obeyed run (of at most 8 N drawn).
"""
import os
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "Inputs"))
import gallery  # noqa: E402


def tree(knyfe, path):
    """Tensors that are computed and those that are not, with their dimensions; indices of sums."""
    text = subprocess.run([knyfe, path, "--emit=ast"], capture_output=True, text=True, check=True).stdout
    tensors = re.findall(r"^  (input|output|local) (\w+): \w+(?:\[(.*)\])?$", text, re.M)
    sums = re.findall(r"^\s+sum \[(\w+)", text, re.M)
    return [(role, name, dims.split(", ") if dims else []) for role, name, dims in tensors], sums


def extent(dim, sizes):
    try:
        return max(1, int(eval(dim.replace("/", "//"), {"ceil": lambda x: x}, dict(sizes))))
    except Exception:
        return 16


def tile(rng, dims, sizes):
    cut = rng.randrange(len(dims))
    if len(dims) > 1 and rng.random() < 0.2:  # of a contraction
        return [1] * (len(dims) - 2) + [64, 64] + ([rng.choice([32, 64, 96, 128])] if rng.random() < 0.5 else [])
    values = []
    for i, dim in enumerate(dims):
        whole = extent(dim, sizes)
        if i < cut:
            values.append(1)
        elif i <= cut + 1:
            values.append(rng.choice([1, 2, 3, 8, 16, 32, 64, whole, whole]))
        else:
            values.append(whole)
    return values


def decisions(rng, tensors, sums, sizes, grid):
    for role, name, dims in tensors:
        if role != "input" and dims and rng.random() < 0.5:
            yield f"tile({name}) = " + " x ".join(map(str, tile(rng, dims, sizes)))
        if dims and rng.random() < 0.3:
            yield f"buffers({name}) = {rng.choice([1, 1, 2, 3, 4, 7])}"
        if dims and rng.random() < 0.15:
            yield f"resident({name}) = {rng.choice(['local', 'local', 'sram', 'dram'])}"
        if role != "input" and rng.random() < 0.1:
            yield f"unit({name}) = {rng.choice(['core', 'core', 'dpe', 'se'])}"
    for index in sorted(set(sums)):
        if rng.random() < 0.2:
            yield f"split({index}) = {rng.choice([1, 1, 2, 4])}"
    if rng.random() < 0.2:
        rows, columns = map(int, grid.split("x"))
        yield f"grid = {rng.randint(1, rows)} x {rng.randint(1, columns)}"


def main():
    o = gallery.arguments(["knyfe"], 1, grid="1x1,2x3,4x4", dynamic=False)
    ran = wrong = refused = 0
    for name, path in gallery.examples(o.examples, o.only):
        rng = random.Random(f"{name} {o.seed}")
        tensors, sums = tree(o.knyfe, path)
        source = open(path).read().rstrip()
        shapes = [case[1] for case in gallery.cases(o.knyfe, path, 4, o.seed)]
        obeyed = 0
        for _ in range(8 * o.count):
            if obeyed == o.count:
                break
            sizes, grid = rng.choice(shapes), rng.choice(o.grid.split(","))
            chosen = list(decisions(rng, tensors, sums, sizes, grid))
            if not chosen:
                continue
            # What was refused is left out, until the rest is obeyed.
            while chosen:
                scheduled = f"{o.directory}/{name}.knyfe"
                assert source.endswith("}")
                with open(scheduled, "w") as file:
                    file.write(source[:-1] + "  schedule {\n    " + "\n    ".join(chosen) + "\n  }\n}\n")
                shape = ",".join(f"{d}={s}" for d, s in sizes.items())
                command = [o.knyfe, scheduled, "--shape", shape, "--grid", grid, "--check", "--seed", str(o.seed)]
                result = subprocess.run(command + ["--dynamic"] * o.dynamic, capture_output=True, text=True)
                first = len(source[:-1].splitlines()) + 2
                bad = {int(line) - first for line in re.findall(r":(\d+):\d+: error: \[KN009[13]\]", result.stderr)}
                if not bad or not all(0 <= line < len(chosen) for line in bad):
                    break
                refused += len(bad)
                chosen = [c for i, c in enumerate(chosen) if i not in bad]
            if not chosen:
                continue
            ran += 1
            obeyed += 1
            if result.returncode:
                wrong += 1
                print(f"{' '.join(command)}\n  {'; '.join(chosen)}\n{result.stdout[-600:]}{result.stderr[:1200]}")
                os.rename(scheduled, f"{o.directory}/wrong{wrong}-{name}.knyfe")
    print(f"{ran} runs with schedules, {refused} decisions refused, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
