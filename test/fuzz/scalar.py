#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random scalar programs on mtia-run, with and without time, on its reference core and on QEMU, for $FUZZ_SECONDS.

    scalar.py --bin DIR --llvm DIR [--seed N]

Keeps the first program on which they differ and says where it is.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

QEMU = ["qemu-system-riscv64", "-M", "virt", "-cpu", "rv64,Zfh=true", "-bios", "none", "-nographic",
        "-semihosting-config", "enable=on,target=native", "-kernel"]
ISA = "+m,+a,+f,+d,+c,+zfh,+zba,+zbb,+zbs,+zicond"
GENERATOR = os.path.join(os.path.dirname(__file__), "..", "Emulator", "Inputs", "random_scalar.py")


def run(*command):
    # Not a pipe: QEMU doesn't wait for one that is full.
    with tempfile.TemporaryFile() as out:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, check=True, timeout=120)
        out.seek(0)
        return out.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    seed = args.seed
    folder = tempfile.mkdtemp(prefix="scalar-")
    source, obj, elf = (os.path.join(folder, name) for name in ("p.s", "p.o", "p.elf"))
    while time.time() < end:
        # Every other program has what QEMU doesn't know: the reference core alone is the oracle.
        everything = ["all"] if seed % 2 else []
        with open(source, "wb") as file:
            file.write(run(sys.executable, GENERATOR, str(seed), "500", *everything))
        run(f"{args.llvm}/llvm-mc", "--triple=riscv64-unknown-elf", f"-mattr={ISA}", "-filetype=obj",
            source, "-o", obj)
        run(f"{args.llvm}/ld.lld", "-N", "-Ttext=0x80000000", obj, "-o", elf)
        expected = run(f"{args.bin}/mtia-run", "--core=reference", elf)
        others = [[f"{args.bin}/mtia-run", "--functional"], [f"{args.bin}/mtia-run"]] + ([] if everything else [QEMU])
        for command in others:
            if run(*command, elf) != expected:
                print(f"scalar.py: seed {seed}: the reference core and {' '.join(command)} differ: {elf}")
                return 1
        seed += 1
    for name in (source, obj, elf):
        if os.path.exists(name):
            os.remove(name)
    os.rmdir(folder)
    print(f"scalar.py: seeds {args.seed} to {seed - 1}: no difference")
    return 0


sys.exit(main())
