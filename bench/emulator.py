#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Speed of the emulated core: millions of instructions per second of host time.

    emulator.py --bin DIR

A program with a table-driven checksum and a sort, functional, timed, on the
reference core, and on QEMU (which counts no instructions: the emulator's number is used). Best of
three, user time.
"""
import argparse
import json
import os
import resource
import shutil
import subprocess
import tempfile

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


def seconds(command):
    best = None
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        best = used if best is None else min(best, used)
    return best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    args = parser.parse_args()
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
        for name, command in rows:
            used = seconds(command)
            print(f"{name:24} {used:8.2f} {count / used / 1e6:9.0f}")


if __name__ == "__main__":
    main()
