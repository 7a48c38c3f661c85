#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random vector programs on mtia-run, with and without time, and on QEMU; every third one with ones
for agnostic elements.

    vector_instructions.py --bin DIR --llvm DIR --table FILE [--seed N] [--programs N] [--blocks N] [--only NAMES]

Runs for $FUZZ_SECONDS, or the given number of programs. At the first difference it keeps the
program and says in which block and register it is, and what was executed there.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Emulator", "Inputs"))
import random_scalar  # noqa: E402
import random_vector  # noqa: E402

CPU = "rv64,v=true,vlen=512,elen=64,vext_spec=v1.0,Zfh=true"
ONES = ",rvv_ta_all_1s=true,rvv_ma_all_1s=true"


def qemu(cpu):
    return ["qemu-system-riscv64", "-M", "virt", "-cpu", cpu, "-bios", "none", "-nographic",
            "-semihosting-config", "enable=on,target=native", "-kernel"]


QEMU = qemu(CPU)
ISA = "+m,+a,+f,+d,+c,+zfh,+v"


def run(*command):
    # Not a pipe: QEMU doesn't wait for one that is full.
    with tempfile.TemporaryFile() as out:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, check=True, timeout=120)
        out.seek(0)
        return out.read()


def build(llvm, text, folder, name="p"):
    source, obj, elf = (os.path.join(folder, f"{name}.{end}") for end in ("s", "o", "elf"))
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    run(f"{llvm}/llvm-mc", "--triple=riscv64-unknown-elf", f"-mattr={ISA}", "-filetype=obj", source, "-o", obj)
    run(f"{llvm}/ld.lld", "-N", "-Ttext=0x80000000", obj, "-o", elf)
    return elf


CSRS = ["vl", "vtype", "vcsr", "fcsr", "vstart", "vstart before", "x16", "x17", "x18", "x19", "f8", "f9", "f10", "f11",
        "traps"]


def block_text(source, number):
    found = re.search(rf"# block {number}\n(.*?)(?=# block |  li a0, 1  )", source, re.S)
    return found.group(1) if found else ""


def explain(source, expected, actual, most=1):
    """Lines about the first blocks that differ."""
    lines = []
    if len(expected) != len(actual):
        lines.append(f"{len(expected)} and {len(actual)} bytes")
    size, start = random_vector.RESULTS, random_scalar.SCRATCH
    memory = ((len(expected) - start) // size) * size + start
    if expected[:start] != actual[:start]:
        lines.append("the scratch memory differs")
    for number, at in enumerate(range(start, memory, size)):
        a, b = expected[at:at + size], actual[at:at + size]
        if a == b:
            continue
        lines.append(f"block {number}:")
        for reg in range(32):
            x, y = (d[64 * reg:64 * reg + 64] for d in (a, b))
            if x != y:
                lines.append(f"  v{reg}: expected {x[::-1].hex()}\n  v{reg}: actual   {y[::-1].hex()}")
        for n, name in enumerate(CSRS):
            x, y = (d[2048 + 8 * n:2056 + 8 * n] for d in (a, b))
            if x != y:
                lines.append(f"  {name}: expected {x[::-1].hex()} actual {y[::-1].hex()}")
        state = {name: int.from_bytes(a[2048 + 8 * n:2056 + 8 * n], "little") for n, name in enumerate(CSRS)}
        lines.append(f"  vl {state['vl']} vtype {state['vtype']:#x} vcsr {state['vcsr']} fcsr {state['fcsr']:#x}")
        text = block_text(source, number)
        lines += [line for line in text.splitlines() if re.search(r"vset|# v|csrw|x14|x15|ones|zeros", line)
                  and not re.search(r"vstart, 0", line)]
        most -= 1
        if not most:
            break
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--programs", type=int, default=0)
    parser.add_argument("--blocks", type=int, default=600)
    parser.add_argument("--only", default="")
    parser.add_argument("--explain", type=int, default=1)
    args = parser.parse_args()
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    folder = tempfile.mkdtemp(prefix="vector-")
    only = [name for name in args.only.split(",") if name]
    seed = args.seed
    while seed < args.seed + args.programs if args.programs else time.time() < end:
        ones = seed % 3 == 2
        text = random_vector.program(args.table, seed, args.blocks, only, ones)
        elf = build(args.llvm, text, folder)
        expected = run(*qemu(CPU + ONES if ones else CPU), elf)
        agnostic = ["--vector-agnostic=ones"] if ones else []
        for options in (["--functional", *agnostic], agnostic):
            actual = run(f"{args.bin}/mtia-run", *options, elf)
            if actual != expected:
                print(f"vector_instructions.py: seed {seed}: mtia-run {' '.join(options)} and QEMU differ: {elf}")
                print(explain(text, expected, actual, args.explain))
                return 1
        seed += 1
    shutil.rmtree(folder)
    print(f"vector_instructions.py: seeds {args.seed} to {seed - 1}: no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
