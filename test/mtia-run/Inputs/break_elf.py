#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes broken variants of an ELF file; --all MTIA_RUN runs many more of them."""
import random
import struct
import subprocess
import sys

good = open(sys.argv[1], "rb").read()
phoff, = struct.unpack_from("<Q", good, 32)


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def patched(fmt, offset, value):
    data = bytearray(good)
    struct.pack_into(fmt, data, offset, value)
    return data


if len(sys.argv) == 2:
    write("header.elf", good[:40])
    write("phdr.elf", good[:phoff + 20])
    write("segment.elf", good[:0x1010])
    write("sections.elf", good[:-1])
    write("class32.elf", patched("B", 4, 1))
    write("big.elf", patched("B", 5, 2))
    write("dyn.elf", patched("<H", 16, 3))
    write("entry.elf", patched("<Q", 24, 0x40))
    write("place.elf", patched("<Q", phoff + 24, 0x1000))
    write("huge.elf", patched("<Q", phoff + 40, 1 << 63))
else:
    r = random.Random(1)
    for i in range(200):
        data = bytearray(good)
        if i < 60:
            data = data[:r.randrange(len(data))]
        else:
            headers = list(range(64)) + list(range(phoff, phoff + 56 * 4))
            sections, = struct.unpack_from("<Q", good, 40)
            headers += list(range(sections, len(good)))
            for _ in range(r.randint(1, 4)):
                data[r.choice(headers)] = r.choice([0, 1, 255, r.randrange(256)])
        write("broken.elf", data)
        run = subprocess.run([sys.argv[3], "--max-cycles=100000", "broken.elf"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=20)
        assert run.returncode >= 0, (i, run)  # the program itself may return anything
        if i < 60:
            assert run.returncode == 1 and run.stderr.startswith(b"mtia-run: error: "), (i, run)
