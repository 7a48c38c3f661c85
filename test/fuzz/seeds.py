# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes what a fuzz target begins with, a file per seed.

    seeds.py npy|device|knyfe|knyfe-front|knyfe-lsp|elf|core|gdb DIRECTORY
"""
import glob
import io
import os
import random
import struct
import sys

import numpy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DRAM = 0x80000000


def files(*patterns):
    for pattern in patterns:
        for path in sorted(glob.glob(f"{ROOT}/{pattern}", recursive=True)):
            with open(path, "rb") as file:
                yield file.read()


def npy():
    for dtype in ("i1", "u1", "<i2", "<i4", "<i8", "<f2", "<f4", "<f8", "?", ">i4", "<c8"):
        for shape in ((), (0,), (3,), (2, 3), (1, 2, 1, 2)):
            for order in "CF":
                out = io.BytesIO()
                numpy.save(out, numpy.zeros(shape, dtype, order))
                yield out.getvalue()


def device():
    yield from files("lib/Emulator/devices/*.device")
    yield b"device small # comment\ngrid_rows = 2\ngrid_columns = 2\nsram_bytes = 1_048_576\n"
    yield b"device x\nlocal_bytes = 99999999999999999999\n"


def knyfe_front():
    yield from files("examples/*.knyfe", "test/knyfe-c/**/*.knyfe")


def knyfe():
    yield from knyfe_front()


def knyfe_lsp():
    yield from knyfe_front()
    for body in (b'{"id": 1, "method": "initialize", "params": {}}', b'{"id": 2, "method": "shutdown"}', b"[", b'{"id": []}'):
        yield b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


#===-- ELF files --------------------------------------------------------------===#

def padded(data, size=8):
    return data + bytes(-len(data) % size)


class Elf:
    """Segments and sections of an executable, in the order in which they are added."""

    def __init__(self):
        self.body, self.segments, self.sections, self.names = b"", [], [bytes(64)], b"\0"

    def place(self, data):
        offset = 64 + 56 * 4 + len(self.body)  # room for four segments
        self.body += padded(data)
        return offset

    def segment(self, address, data, extra=0):
        self.segments.append(struct.pack("<IIQQQQQQ", 1, 7, self.place(data), address, address, len(data),
                                         len(data) + extra, 8))

    def section(self, name, kind, data, address=0, link=0, entry=0):
        name_at = len(self.names)
        self.names += name.encode() + b"\0"
        self.sections.append(struct.pack("<IIQQQQIIQQ", name_at, kind, 2, address, self.place(data), len(data), link,
                                         0, 8, entry))

    def bytes(self, entry=DRAM):
        if len(self.sections) > 1:
            self.section(".shstrtab", 3, self.names + b".shstrtab\0")
        at = 64 + 56 * 4 + len(self.body)
        sections = self.sections if len(self.sections) > 1 else []
        header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 243, 1, entry, 64, at if sections else 0, 5, 64, 56,
                             len(self.segments), 64, len(sections), len(sections) - 1 if sections else 0)
        return header + b"".join(self.segments).ljust(56 * 4, b"\0") + self.body + b"".join(sections)


HALT = struct.pack("<I", 0x1000000B)
LOOP = struct.pack("<III", 0x00150513, 0x00B50533, 0xFF9FF06F)  # addi, add, j
CODES = [HALT, LOOP + HALT, struct.pack("<HH", 0x0505, 0xBFFD) + HALT,
         struct.pack("<III", 0x01F01013, 0x00100073, 0x40705013)]  # a semihosting call


def arg(name, kind, dtype, offset, dims):
    return struct.pack("<32sBBBBI", name, kind, dtype, len(dims), 0, offset) + b"".join(
        d.ljust(16, b"\0") for d in dims).ljust(96, b"\0")


def kernel_image(args):
    descriptor_at, args_at = DRAM + 0x100, DRAM + 0x200
    size = max([64] + [struct.unpack_from("<I", a, 36)[0] + 104 for a in args])
    kernel = struct.pack("<QIIQQII32s", 0x4B41494D54, 1, len(args), DRAM, args_at, size, 0, b"kernel")
    image = HALT.ljust(0x100, b"\0") + kernel.ljust(0x100, b"\0") + b"".join(args)
    return image, descriptor_at, len(kernel)


def symbols(elf, table):
    strings, entries = b"\0", bytes(24)
    for name, address, size, info in table:
        entries += struct.pack("<IBBHQQ", len(strings), info, 0, 1, address, size)
        strings += name + b"\0"
    elf.section(".strtab", 3, strings)
    elf.section(".symtab", 2, entries, link=len(elf.sections) - 1, entry=24)


def attributes(arch):
    body = b"\5" + arch + b"\0"
    part = b"\1" + struct.pack("<I", len(body) + 5) + body
    vendor = b"riscv\0" + part
    return b"A" + struct.pack("<I", len(vendor) + 4) + vendor


def elf():
    for code in CODES:
        file = Elf()
        file.segment(DRAM, code, extra=4096)
        yield file.bytes()
        symbols(file, [(b"_start", DRAM, 4, 0x12), (b"begin_signature", DRAM, 0, 0), (b"end_signature", DRAM + 8, 0, 0),
                       (b"tohost", DRAM + 64, 8, 1), (b"fromhost", DRAM + 72, 8, 1)])
        file.section(".riscv.attributes", 0x70000003, attributes(b"rv64i2p1_m2p0_v1p0"))
        yield file.bytes()
    for address in (0x10000000, 0x40000000, 0x20000000):
        file = Elf()
        file.segment(DRAM, HALT)
        file.segment(address, b"data", extra=100)
        yield file.bytes()
    for args in ([], [arg(b"n", 3, 3, 0, [])], [arg(b"x", 0, 0, 0, [b"M", b"32"]), arg(b"y", 1, 0, 104, [b"M+1", b"N"])],
                 [arg(b"x", 2, 0, 0, [b"2", b"K"]), arg(b"f", 3, 7, 104, [])]):
        image, at, size = kernel_image(args)
        file = Elf()
        file.segment(DRAM, image)
        file.section(".mtia.kernels", 1, image[at - DRAM:at - DRAM + size], at)
        yield file.bytes()


#===-- Code and packets -------------------------------------------------------===#

def core():
    rng = random.Random(1)
    for mode in range(64):  # the mutator knows the instructions
        yield bytes([mode]) + b"".join(CODES[:2]) + bytes(rng.randrange(256) for _ in range(32))
    # Loads are on their way when the run ends: they were not freed.
    yield bytes.fromhex(
        "ff4b8de2a6ffffffff53e18b15ffffffffd79fbb907b3b2bc1d3895428ffffffffffffffff5b207080ffffffff5b1cb0"
        "185b181018ffffffff2b211b528b05080c5b200003ffffffff33dc7a022ba37116d3b16b105b20f0015c3007f80b07e1"
        "063f672f36fca52b307c00")


SESSIONS = [
    "$qSupported:multiprocess+#$QStartNoAckMode#$qXfer:features:read:target.xml:0,fff#$qXfer:threads:read::0,fff#$?#",
    "$Hg0#$g#$G" + "00" * 264 + "#$p20#$P20=0000008000000000#$p42#$p1044#$P1044=" + "11" * 64 + "#",
    "$m80000000,10#$M80010000,4:01020304#$X80010000,2:}\x03a#$m10000000,4#$mffffffffffffffff,8#",
    "$Z0,80000010,4#$Z2,80010000,4#$Z3,80010000,8#$Z4,80010000,1#$c#$s#$vCont;c#$z0,80000010,4#$c#",
    "$vCont?#$vCont;s:1;c#$vCont;r80000010,80000020:1#$vCont;t:2;c:1#$Hc1#$s80000000#$C05#$S05;80000000#",
    "$qfThreadInfo#$qsThreadInfo#$qThreadExtraInfo,1#$qC#$T1#$qAttached#$qSymbol::#$D#",
    "".join(f"$qRcmd,{line.encode().hex()}#" for line in
            ("help", "cores", "cycles", "units", "buffer 3", "accumulators", "accumulators 1", "catch cb any",
             "catch command mml", "catch off", "waits", "nonsense")),
    "\3$c#\3$c#$k#", "$vKill;1#", "+$?#-+$c#",
]


def gdb():
    for n, session in enumerate(SESSIONS):
        for mode in range(3 + n % 2):
            yield bytes([mode]) + session.encode("latin-1")
    yield b"\x80$?#3f$c#63$?#00+++"


def main():
    kind, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    for n, seed in enumerate(globals()[kind.replace("-", "_")]()):
        with open(f"{directory}/{n:03}", "wb") as file:
            file.write(seed)


main()
