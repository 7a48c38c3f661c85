#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Speed of the emulator.

    emulator.py --bin DIR --source DIR

One core: millions of instructions per second of host time. A program with a table-driven checksum
and a sort, functional, timed, on the reference core, and on QEMU (which counts no instructions: the
emulator's number is used).

The grid: a fully connected layer, 2048 x 2048 x 2048, on 64 PEs, timed and functional, on one host
thread and on two: emulated cycles per second on the wall, of the device and of all its PEs.

Best of three; without "wall" it is user time. Fails above 10 s for the layer timed, 3 s functional
(on one thread), and when timing slows one core down to less than 40 %.
"""
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

PROGRAM = r"""
#include <stdint.h>
#include <stdio.h>

static uint32_t table[256];
static uint8_t bytes[65536];
static int numbers[3000];

static uint32_t checksum(void) {
  uint32_t c = ~0u;
  for (int i = 0; i < 65536; i++)
    c = table[(c ^ bytes[i]) & 255] ^ c >> 8;
  return ~c;
}

static int sort(int n) {
  int swaps = 0;
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++)
      if (numbers[i] > numbers[j]) {
        int t = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = t;
        swaps++;
      }
  return swaps;
}

int main(void) {
  uint32_t sum = 0;
  int swaps = 0;
  for (int i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++)
      c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
    table[i] = c;
  }
  for (int i = 0; i < 65536; i++)
    bytes[i] = i * 7;
  for (int round = 0; round < 300; round++) {
    sum ^= checksum();
    bytes[round]++;
  }
  for (int round = 0; round < 8; round++) {
    for (int i = 0; i < 3000; i++)
      numbers[i] = (i * 7919 + round) % 10007;
    swaps += sort(3000);
  }
  printf("%08x %d\n", sum, swaps);
}
"""


def best(command):
    """User time and time on the wall, in seconds."""
    runs = []
    for _ in range(3):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.perf_counter()
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        runs.append((resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, wall))
    return min(user for user, _ in runs), min(wall for _, wall in runs)


def seconds(command):
    return best(command)[0]


def grid(args, folder, size=2048):
    """Seconds of the layer, timed and functional."""
    path = lambda name: os.path.join(folder, name)  # noqa: E731
    random = np.random.default_rng(1)
    for name in ("x", "w"):
        np.save(path(name + ".npy"), random.integers(-128, 128, (size, size), dtype=np.int8))
    np.save(path("bias.npy"), np.zeros(size, np.int32))
    subprocess.run([f"{args.bin}/mtia-clang", "-O2", f"{args.source}/kernels/fc/fc_i8.c", "-o", path("fc.elf")],
                   check=True)
    command = [f"{args.bin}/mtia-run", path("fc.elf"), "--arg", "scale=0.001", "--out", f"y={path('y.npy')}"]
    for name in ("x", "w", "bias"):
        command += ["--arg", f"{name}={path(name)}.npy"]
    subprocess.run([*command, f"--stats-json={path('fc.json')}"], check=True)
    with open(path("fc.json"), encoding="utf-8") as file:
        cycles = json.load(file)["cycles"]
    print(f"{f'FC {size}^3 on 64 PEs':34} {'user s':>8} {'wall s':>8} {'Mcycle/s':>9} {'of PEs':>9}")
    took = {}
    for mode in ([], ["--functional"]):
        for threads in (1, 2):
            flags = [f"--threads={threads}", *mode]
            user, wall = took[threads, *mode] = best([*command, *flags])
            rate = cycles / wall / 1e6
            rates = "" if mode else f" {rate:9.2f} {64 * rate:9.1f}"
            print(f"{' '.join(['mtia-run', *flags]):34} {user:8.2f} {wall:8.2f}{rates}", flush=True)
    return took[1,][0], took[1, "--functional"][0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--source", required=True)
    args = parser.parse_args()
    failed = False
    run = f"{args.bin}/mtia-run"
    with tempfile.TemporaryDirectory() as folder:
        source, elf, stats = (os.path.join(folder, name) for name in ("b.c", "b.elf", "b.json"))
        with open(source, "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        subprocess.run([f"{args.bin}/mtia-clang", "-O2", source, "-o", elf], check=True)
        subprocess.run([run, elf, f"--stats-json={stats}"], check=True, stdout=subprocess.DEVNULL)
        with open(stats, encoding="utf-8") as file:
            count = json.load(file)["cores"][0]["instructions"]
        rows = [("mtia-run --functional", [run, "--functional", elf]), ("mtia-run", [run, elf]),
                ("mtia-run --core reference", [run, "--core=reference", elf])]
        if shutil.which("qemu-system-riscv64"):
            rows.append(("qemu-system-riscv64",
                         ["qemu-system-riscv64", "-M", "virt", "-bios", "none", "-nographic",
                          "-semihosting-config", "enable=on,target=native", "-kernel", elf]))
        print(f"{'one core':24} {'seconds':>8} {'Minstr/s':>9}")
        took = {}
        for name, command in rows:
            used = took[name] = seconds(command)
            print(f"{name:24} {used:8.2f} {count / used / 1e6:9.0f}", flush=True)
        if took["mtia-run --functional"] < 0.4 * took["mtia-run"]:
            print("TIMED BELOW 40 % OF FUNCTIONAL")
            failed = True
        timed, functional = grid(args, folder)
        if timed > 10 or functional > 3:
            print("LAYER ABOVE 10 s TIMED OR 3 s FUNCTIONAL")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
