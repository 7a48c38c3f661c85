#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random vector instructions of some classes: the same effects on QEMU and on the emulator.

    vector_words.py --bin DIR --llvm DIR --table mtia_vinsn.inc [--cases N] [--seed N] [--only REGEX]
                    [--unit NAME].. [--run OPTION].. [--illegal] [--guard]

A case fills all registers with random bytes, sets vtype, vl, sometimes vstart, executes one
instruction with random operands, and writes what it finds: registers, vl, vtype, vstart, vcsr, the
scalar result, the cause of a trap, for stores the memory. With --guard physical memory protection
refuses accesses to 64 bytes in the middle of the memory. With --illegal most encodings break a
rule on operands; without it none does, as far as the generator knows.
"""
import argparse
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

QEMU = ["qemu-system-riscv64", "-M", "virt", "-cpu",
        "rv64,v=true,vlen=512,elen=64,vext_spec=v1.0,Zfh=true,Zfhmin=true,Zve32f=true,Zve64f=true",
        "-bios", "none", "-nographic", "-semihosting-config", "enable=on,target=native", "-kernel"]
POOL = 16384     # random bytes that registers are filled from
MEMORY = 32768   # what memory instructions access, around its middle
RESULT = 2048 + 64
SHIFT = {8: 0, 16: 1, 32: 2, 64: 3}


class Insn:
    def __init__(self, kind, fields):
        self.kind, self.id, self.mnemonic = kind, fields[0], fields[1].strip('"')
        if kind == "VARITH":
            self.match, self.mask = int(fields[3], 16), int(fields[4], 16)
            self.vd, self.vs2, self.vs1 = (f.removeprefix("MTIA_VK_") for f in fields[5:8])
            self.masking, self.reads_vd, self.unit = fields[8], int(fields[9]), fields[10].strip('"')
        elif kind == "VMEM":
            self.match, self.mask = int(fields[2], 16), int(fields[3], 16)
            self.store, self.mode = int(fields[4]), fields[5].removeprefix("MTIA_VMODE_")
            self.eew, self.nf, self.masking = int(fields[6]), int(fields[7]), fields[8]
            self.unit = fields[9].strip('"')
        else:
            self.match, self.mask, self.unit = int(fields[2], 16), int(fields[3], 16), "vset"


def read_table(path):
    with open(path, encoding="utf-8") as file:
        return [Insn(kind, [f.strip() for f in args.split(",")])
                for kind, args in re.findall(r"^MTIA_(VARITH|VMEM|VSET)\((.*)\)$", file.read(), re.M)]


def vlmax(sew, lmul):  # lmul: power of two
    return int(512 / sew * 2.0 ** lmul)


def operand(kind, reg, sew, lmul):
    """(first register, registers, EEW), None: no vector register. Raises where it cannot be."""
    eew = {"SEW": sew, "2SEW": 2 * sew, "SEW_2": sew // 2, "SEW_4": sew // 4, "SEW_8": sew // 8,
           "E16": 16}.get(kind)
    if kind == "MASK":
        return reg, 1, 1
    if kind in ("ELT", "2ELT"):
        if kind == "2ELT" and sew == 64:
            raise ValueError
        return reg, 1, None
    if kind.startswith("REGS"):
        if reg % int(kind[4:]):
            raise ValueError
        return reg, int(kind[4:]), sew
    if eew is None:
        return None
    emul = lmul + (eew.bit_length() - sew.bit_length()) if eew else -9
    if eew not in SHIFT or not -3 <= emul <= 3 or reg % (1 << max(emul, 0)):
        raise ValueError
    return reg, 1 << max(emul, 0), eew


def meet(a, b):
    return a and b and a[0] < b[0] + b[1] and b[0] < a[0] + a[1]


DISJOINT = re.compile(r"vrgather|vslideup|v(f)?slide1up|vcompress|viota|vms[bio]f")
ATOMIC = re.compile(r"vcpop|vfirst|vms[bio]f\.m|viota|vcompress|red")


def legal(insn, word, sew, lmul):
    """Whether the rules on operands (not on vstart) are kept, and no reserved case is met."""
    vd, vs2, vs1, vm = word >> 7 & 31, word >> 20 & 31, word >> 15 & 31, word >> 25 & 1
    try:
        if insn.kind == "VMEM":
            return legal_memory(insn, vd, vs2, vm, sew, lmul)
        d = operand(insn.vd, vd, sew, lmul)
        sources = [s for s in (operand(insn.vs2, vs2, sew, lmul), operand(insn.vs1, vs1, sew, lmul)) if s]
    except ValueError:
        return False
    reads_mask = insn.masking == "MTIA_VM_CARRY" or (insn.masking == "MTIA_VM_OPT" and not vm)
    if reads_mask:
        if any(meet(s, (0, 1)) for s in sources):  # one register with two widths: reserved
            return False
        if d and d[2] is not None and d[0] == 0 and (d[2] != 1 or DISJOINT.match(insn.mnemonic)):
            return False
    if len(sources) == 2 and meet(*sources) and sources[0][2] != sources[1][2]:
        return False
    if insn.reads_vd and any(meet(d, s) and s[2] != d[2] for s in sources):
        return False
    for s in sources:
        if not meet(d, s) or d[2] is None or s[2] is None:
            continue
        if DISJOINT.match(insn.mnemonic):
            return False
        if d[2] < s[2] and d[0] != s[0]:
            return False
        if d[2] > s[2] and (d[0] + d[1] != s[0] + s[1] or lmul + (s[2].bit_length() - sew.bit_length()) < 0):
            return False
    return True


def legal_memory(insn, vd, vs2, vm, sew, lmul):
    if insn.mode == "WHOLE":
        return vd % insn.nf == 0
    indexed = insn.mode.startswith("INDEXED")
    eew = sew if indexed else insn.eew
    emul = 0 if insn.mode == "MASK" else lmul + eew.bit_length() - sew.bit_length()
    count = 1 << max(emul, 0)
    if not -3 <= emul <= 3 or vd % count or count * insn.nf > 8 or vd + count * insn.nf > 32:
        return False
    if not vm and vd == 0:
        return False
    if indexed:
        imul = lmul + insn.eew.bit_length() - sew.bit_length()
        icount = 1 << max(imul, 0)
        if not -3 <= imul <= 3 or vs2 % icount or (not vm and vs2 == 0):
            return False
        if vd < vs2 + icount and vs2 < vd + count * insn.nf:
            # Among others because QEMU 7.2 and the manual disagree on some.
            return insn.store or (insn.nf == 1 and eew == insn.eew)
    return True


class Case:
    def __init__(self, insn, rng, illegal):
        self.insn = insn
        for _ in range(2000):
            self.sew = rng.choice([8, 16, 32, 64])
            self.lmul = rng.choice([n for n in range(-3, 4) if self.sew <= 64 * 2.0 ** n])
            self.word = (insn.match | rng.getrandbits(32) & ~insn.mask) & 0xffffffff
            # Registers of large groups would seldom be aligned.
            if rng.random() < 0.7:
                self.word &= ~((rng.choice([1, 3, 7]) << 7 | rng.choice([1, 3, 7]) << 20) & ~insn.mask)
            # x10 is the address, x11 the stride, x12 a scalar; x13 the destination. f10: as x12.
            if insn.kind == "VMEM":
                self.word = self.word & ~(31 << 15) | 10 << 15
                if insn.mode == "STRIDED":
                    self.word = self.word & ~(31 << 20) | 11 << 20
            else:
                if insn.vs1 in ("X", "F"):
                    self.word = self.word & ~(31 << 15) | 12 << 15
                if insn.vd in ("X", "F"):
                    self.word = self.word & ~(31 << 7) | 13 << 7
            if legal(insn, self.word, self.sew, self.lmul) != illegal:
                break
        else:
            raise ValueError(f"no operands for {insn.mnemonic}")
        most = vlmax(self.sew, self.lmul)
        self.vl = rng.choice([0, 1, most, most, most, rng.randint(0, most), rng.randint(0, most)])
        self.vstart = rng.randint(0, max(self.vl - 1, 0)) if rng.random() < 0.1 else 0
        # QEMU 7.2 leaves vstart behind slides that do nothing, moves, and whole registers.
        if insn.kind == "VARITH" and re.search(ATOMIC.pattern + r"|vslideup|vf?mv\.[xfs]\.", insn.mnemonic):
            self.vstart = 0
        if insn.kind == "VMEM" and insn.mode == "WHOLE":
            self.vstart %= 64 // (insn.eew // 8) * insn.nf
        if insn.kind == "VARITH" and insn.vd.startswith("REGS"):
            self.vstart %= 64 // (self.sew // 8) * int(insn.vd[4:])
        self.policy = rng.getrandbits(2)
        self.vcsr = rng.getrandbits(3)
        self.pool = [rng.randrange(0, POOL - 512, 8) for _ in range(4)]
        self.scalar = rng.choice([rng.getrandbits(64), rng.randint(0, 70), (1 << 64) - rng.randint(1, 20),
                                  rng.randint(0, most + 3)])
        self.offset = rng.choice([0, 0, rng.randrange(0, 64), rng.randrange(0, 4096)])
        self.stride = rng.choice([0, self.sew // 8, -self.sew // 8, rng.randint(-24, 24)])
        self.narrow = insn.kind == "VMEM" and insn.mode.startswith("INDEXED")
        self.store = insn.kind == "VMEM" and insn.store

    @property
    def vtype(self):
        return self.policy << 6 | SHIFT[self.sew] << 3 | (self.lmul & 7)

    def text(self):
        fields = f"vd {self.word >> 7 & 31} vs2 {self.word >> 20 & 31} vs1 {self.word >> 15 & 31}"
        return (f"{self.insn.mnemonic} ({self.word:#010x}: {fields}, vm {self.word >> 25 & 1}) e{self.sew} "
                f"lmul 2^{self.lmul} policy {self.policy} vl {self.vl} vstart {self.vstart} x {self.scalar:#x}")

    def assembly(self, guard):
        lines = ["la a6, pool", "vsetvli x0, x0, e8, m1, ta, ma"]
        for n in range(4):
            lines += [f"li a7, {self.pool[n]}", "add a7, a7, a6", f"vl8re8.v v{8 * n}, (a7)"]
        if self.narrow:  # small indices
            lines += [f"vsetvli a7, x0, e{self.insn.eew}, m8, ta, ma", "li a7, 2047"]
            lines += [f"vand.vx v{8 * n}, v{8 * n}, a7" for n in range(4)]
        lines += [f"la a0, memory + {MEMORY // 2 + self.offset}", f"li a1, {self.stride}",
                  f"li a2, {self.scalar}", "fmv.d.x fa2, a2", "li a3, 0", "fmv.d.x fa3, x0", f"li a7, {self.vl}",
                  f"li t3, {self.vtype}", "vsetvl x0, a7, t3", f"csrwi vcsr, {self.vcsr}", "li s10, 0", "li s11, 0",
                  f"li a7, {self.vstart}", "csrw vstart, a7"]
        if guard:  # data are accessed as in user mode
            lines += ["li t3, 0x21800", "csrc mstatus, t3", "li t3, 0x20000", "csrs mstatus, t3"]
        lines += [f".word {self.word:#010x}", "li t3, 0x20000", "csrc mstatus, t3", f"li t4, {int(self.store)}",
                  "call record"]
        return "\n  ".join(lines)


START = f"""
.option arch, +v
.option norelax
.globl _start
.text
_start:
  li t0, 0x2200
  csrs mstatus, t0
  la t0, trap
  csrw mtvec, t0
  GUARD
  la s0, result
  CASES
  la t0, result
  sub t1, s0, t0
  la a1, block
  li t2, 1
  sd t2, 0(a1)
  sd t0, 8(a1)
  sd t1, 16(a1)
  # open :tt for writing, write, exit
  la t2, open
  sd t2, 24(a1)
  li t2, 4
  sd t2, 32(a1)
  li t2, 3
  sd t2, 40(a1)
  addi a1, a1, 24
  li a0, 1
  call semihost
  la a1, block
  sd a0, 0(a1)
  li a0, 5
  call semihost
  la a1, block
  li t0, 0x20026
  sd t0, 0(a1)
  sd zero, 8(a1)
  li a0, 0x20
  call semihost
1: j 1b
.balign 16
semihost:
  .option push
  .option norvc
  slli x0, x0, 0x1f
  ebreak
  srai x0, x0, 7
  .option pop
  ret
record:
  csrr t0, vstart
  csrw vstart, x0
  csrr t1, vl
  csrr t2, vtype
  csrr t3, vcsr
  sd t0, 0(s0)
  sd t1, 8(s0)
  sd t2, 16(s0)
  sd t3, 24(s0)
  sd a3, 32(s0)
  fsd fa3, 40(s0)
  sd s10, 48(s0)
  sd s11, 56(s0)
  addi s0, s0, 64
  vs8r.v v0, (s0)
  addi s0, s0, 512
  vs8r.v v8, (s0)
  addi s0, s0, 512
  vs8r.v v16, (s0)
  addi s0, s0, 512
  vs8r.v v24, (s0)
  addi s0, s0, 512
  beqz t4, 2f
  la t0, memory
  li t1, {MEMORY // 512}
1: vl8re8.v v0, (t0)
  vs8r.v v0, (s0)
  addi t0, t0, 512
  addi s0, s0, 512
  addi t1, t1, -1
  bnez t1, 1b
2: ret
.balign 4
trap:
  csrr s10, mcause
  csrr s11, mtval
  csrr t5, mepc
  addi t5, t5, 4
  csrw mepc, t5
  mret
.data
.balign 8
block: .space 64
open: .string ":tt"
.balign 64
pool: .incbin "pool.bin"
memory: .incbin "memory.bin"
.bss
.balign 64
result: .space SIZE
"""


GUARD = f"""la t0, memory + {MEMORY // 2 + 256}
  srli t0, t0, 2
  addi t0, t0, 7   # 64 bytes
  csrw pmpaddr0, t0
  li t0, -1
  csrw pmpaddr1, t0
  li t0, 0x1f18
  csrw pmpcfg0, t0"""


def random_bytes(rng, count):
    """Among them the values at which something happens."""
    out = b""
    while len(out) < count:
        kind = rng.random()
        if kind < 0.5:
            out += rng.randbytes(8)
        elif kind < 0.7:
            out += rng.choice([b"\0", b"\xff", b"\x7f", b"\x80", b"\1"]) * 8
        else:
            width = rng.choice([1, 2, 4, 8])
            edge = rng.choice([0, 1, 2, (1 << 8 * width) - 1, 1 << 8 * width - 1, (1 << 8 * width - 1) - 1,
                               rng.randrange(100), rng.randrange(256)])
            out += (edge % (1 << 8 * width)).to_bytes(width, "little") * (8 // width)
    return out[:count]


def run(words, folder):
    with open(os.path.join(folder, "out"), "w+b") as out:
        result = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, timeout=120,
                                check=False)
        out.seek(0)
        return result.returncode, out.read(), result.stderr.decode(errors="replace")


def compare(cases, expected, got):
    """The first case that differs, in words."""
    at = 0
    for case in cases:
        size = RESULT + (MEMORY if case.store else 0)
        a, b = expected[at:at + size], got[at:at + size]
        at += size
        if a == b:
            continue
        lines = [case.text()]
        if len(a) != size or len(b) != size:
            return "\n  ".join([*lines, f"QEMU wrote {len(a)} bytes, the emulator {len(b)}"])
        names = ["vstart", "vl", "vtype", "vcsr", "x13", "f13", "mcause", "mtval"]
        for n, (x, y) in enumerate(zip(struct.unpack("<8Q", a[:64]), struct.unpack("<8Q", b[:64]))):
            if x != y:
                lines.append(f"{names[n]}: QEMU {x:#x}, emulator {y:#x}")
        for r in range(32):
            x, y = (t[64 + 64 * r:128 + 64 * r] for t in (a, b))
            if x != y:
                lines.append(f"v{r} from byte {next(n for n in range(64) if x[n] != y[n])} on")
                lines += [f"  QEMU     {x.hex(' ', 8)}", f"  emulator {y.hex(' ', 8)}"]
        if a[RESULT:] != b[RESULT:]:
            lines.append("memory from byte %d on" % next(n for n in range(MEMORY) if a[RESULT + n] != b[RESULT + n]))
        return "\n  ".join(lines[:12])
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--unit", action="append")
    parser.add_argument("--only", default="")
    parser.add_argument("--illegal", action="store_true")
    parser.add_argument("--guard", action="store_true")
    parser.add_argument("--ones", action="store_true", help="write ones to agnostic elements")
    parser.add_argument("--run", action="append", default=[])
    parser.add_argument("--keep")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    insns = [i for i in read_table(args.table) if i.kind != "VSET" and (not args.unit or i.unit in args.unit)
             and re.search(args.only, i.mnemonic)]
    if args.illegal:  # these have only one rule or none
        insns = [i for i in insns if not re.match(r"vm\w*\.mm|vlm|vsm|v[ls]1r|vmv1r|vf?mv\.[xfs]\.|vcpop.m|vfirst|"
                                                  r"vmv.v.[xi]|vid|vf?w?red", i.mnemonic)]
    # Every instruction, as far as the number goes, before one comes again.
    order = []
    while len(order) < args.cases:
        order += rng.sample(insns, len(insns))
    cases = [Case(i, rng, args.illegal) for i in order[:args.cases]]
    size = sum(RESULT + (MEMORY if c.store else 0) for c in cases)
    with tempfile.TemporaryDirectory(prefix="vector-") as folder:
        folder = args.keep or folder
        os.makedirs(folder, exist_ok=True)
        for name, count in (("pool.bin", POOL), ("memory.bin", MEMORY)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(random_bytes(rng, count))
        with open(os.path.join(folder, "case.s"), "w", encoding="utf-8") as file:
            text = "\n  ".join(c.assembly(args.guard) for c in cases)
            guard = GUARD if args.guard else ""
            file.write(START.replace("SIZE", str(size)).replace("GUARD", guard).replace("CASES", text))
        with open(os.path.join(folder, "link.ld"), "w", encoding="utf-8") as file:
            file.write("SECTIONS { . = 0x80000000; .text : { *(.text) } .data : { *(.data) } .bss : { *(.bss) } }\n")
        subprocess.run([f"{args.llvm}/clang", "--target=riscv64-unknown-elf", "-march=rv64gcv", "-nostdlib", "-static",
                        "-fuse-ld=lld", "-Wl,-Tlink.ld", "-Wl,--build-id=none", "case.s", "-o", "case.elf"],
                       check=True, cwd=folder)
        elf = os.path.join(folder, "case.elf")
        qemu = [w + ",rvv_ta_all_1s=true,rvv_ma_all_1s=true" if args.ones and w.startswith("rv64") else w for w in QEMU]
        status, expected, text = run([*qemu, elf], folder)
        if status:
            print(f"QEMU: exit status {status}: {text}")
            return 1
        modes = args.run or ["--functional"]
        modes = [m + " --vector-agnostic=ones" for m in modes] if args.ones else modes
        for mode in modes:
            status, got, text = run([f"{args.bin}/mtia-run", *mode.split(), elf], folder)
            if status:
                print(f"seed {args.seed}: mtia-run {mode}: exit status {status}: {text}")
                return 1
            difference = compare(cases, expected, got)
            if difference:
                print(f"seed {args.seed}: mtia-run {mode}: {difference}")
                return 1
    print(f"seed {args.seed}: {len(cases)} cases of {len(insns)} instructions, none differs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
