# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run the operators of examples/ on the emulated device and compare with numpy.

usage: gallery_device.py KNYFE-C MTIA-RUN EXAMPLES DIRECTORY [--count N] [--only NAME,...] [--seed N]
                         [--form static|dynamic|both] [--grid RxC,...]

A kernel is made for each shape (static), and one for all of them (dynamic). Kernels with no mapping yet
(KN0090) are listed, not counted as wrong.
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "Inputs"))
import gallery  # noqa: E402


def build(knyfe, path, sizes, elf, dynamic):
    command = [knyfe, path, "-o", elf]
    command += ["--dynamic"] if dynamic else ["--shape", ",".join(f"{d}={s}" for d, s in sizes.items())]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.returncode == 0, result.stderr


def dim_options(knyfe, path, sizes):
    """--dim for what no input tells: names in the descriptors that stand in no input's dimension NAME or NAME+NUMBER."""
    text = subprocess.run([knyfe, path, "--dynamic", "--emit=c", "-o", "-"], capture_output=True, text=True).stdout
    names, told = set(), set()
    for descriptor in re.split(r"MTIA_(?=IN\(|OUT\(|SCRATCH\()", text[text.index("MTIA_KERNEL("):])[1:]:
        for dim in re.findall(r"\"([^\"]+)\"", descriptor.split("{")[0]):
            names.update(n for n in re.findall(r"[A-Za-z_]\w*", dim) if n in sizes)
            if descriptor.startswith("IN") and re.fullmatch(r"\w+(?:[-+]\d+)?", dim):
                told.update(re.findall(r"^[A-Za-z_]\w*", dim))
    return [w for d in sorted(names - told) for w in ("--dim", f"{d}={sizes[d]}")]


def run(tool, elf, directory, values, outputs, grid, options):
    command = [tool, elf, "--functional", "--check=all", "--grid", grid] + options
    command += gallery.tensors(directory, values, outputs)
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        return None, result.stderr
    return gallery.results(directory, outputs), ""


def main():
    o = gallery.arguments(["knyfe", "tool"], 4, form="both", grid="1x1,2x3,8x8")
    elf = f"{o.directory}/kernel.elf"
    ran = wrong = 0
    refused = []
    for name, path in gallery.examples(o.examples, o.only):
        for form in ["static", "dynamic"] if o.form == "both" else [o.form]:
            done = False
            for number, case in enumerate(gallery.cases(o.knyfe, path, o.count, o.seed)):
                _, sizes, values, expected, types = case
                what = f"{name} {form} {sizes} seed {o.seed}"
                if form == "static" or not done:
                    ok, text = build(o.knyfe, path, sizes, elf, form == "dynamic")
                    if not ok and "KN0090" in text:
                        refused.append(f"{name} ({form})")
                        break
                    if not ok:
                        print(f"{what}: does not compile\n{text[:1500]}")
                        wrong += 1
                        break
                    done = True
                grids = o.grid.split(",")
                options = dim_options(o.knyfe, path, sizes) if form == "dynamic" else []
                grid = grids[number % len(grids)]
                got, text = run(o.tool, elf, o.directory, values, types, grid, options)
                ran += 1
                if got is None:
                    print(f"{what} on {grid}: {text[:800]}")
                    wrong += 1
                    continue
                for output, type_ in types.items():
                    if not gallery.agree(type_, got[output], expected[output]):
                        print(f"{what} on {grid}: {output}: expected\n{expected[output]}\ngot\n{got[output]}")
                        wrong += 1
    if refused:
        print("no mapping:", ", ".join(refused))
    print(f"{ran} runs, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
