#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a random program of vector instructions that dumps all registers.

    random_vector_instructions.py TABLE SEED BLOCKS [--only NAME[,NAME...]] [--ones] > program.s

TABLE is the generated mtia_vinsn.inc: every instruction in it is executed (equally often but for
what QEMU 7.2 does not have, Zvbb, Zvfbfmin and Zvfbfwma, see vector_model.py). Each block loads all
vector registers with random and special values, sets vtype, vl, vstart, vxrm, frm and some scalar
registers, executes a few instructions, and stores the vector registers, the scalar ones, and CSRs.
Most of the instructions are legal. The trap handler adds cause, pc and value of each trap to a sum
(which is stored, too) and goes on behind it. In the middle of the memory is a page that PMP forbids. With --ones: for machines that write ones to elements that
are agnostic.

Two machines must print the same bytes; test/fuzz/vector_instructions.py says where they don't.
"""
import argparse
import random
import re

import random_scalar

# What the .inc calls the ways to access memory.
FIELD_MODES = ("UNIT", "FAULT_FIRST", "STRIDED", "INDEXED", "INDEXED_ORDERED")

# Not in QEMU 7.2.
NOT_IN_QEMU = re.compile(r"vandn|vbrev|vrev8|vclz|vctz|vcpop\.v|vro[lr]|vwsll|vfwmaccbf16|vf[wn]cvtbf16")

# QEMU 7.2 doesn't reset vstart, as all instructions do (3.7).
KEEPS_VSTART = ("vfmv.f.s", "vfmv.s.f", "vmv.x.s", "vmv.s.x", "vslideup.vx", "vslideup.vi")

# With agnostic elements as ones (its rvv_ta_all_1s, rvv_ma_all_1s) it leaves some as they are: behind
# the scalar of these moves, and masked ones of vslidedown where zeros move in. Of a load that faults
# it makes the masked ones in front of the fault ones, which mtia-run leaves; both may be.
KEEPS_AGNOSTIC = ("vfmv.s.f", "vmv.s.x", "vslidedown.vx", "vslidedown.vi")

POOL = 16384          # bytes of values
INDEX_POOL = 4 * 1024  # bytes of small indices of each width
# The second of three pages is forbidden. Strides lead no further than the rest.
MEMORY = 8 * 4096
FIRST_PAGE = 2 * 4096
RESULTS = 32 * 64 + 8 * 24

# Registers: x2 scratch of the handler, x3 dump, x8 memory, x9 pool; x10 to x13: scalar operands, x14
# and x15: address and stride, x16 to x19: scalar results; f0 to f7: operands, f8 to f11: results.


class Insn:
    def __init__(self, kind, args):
        self.kind = kind
        self.id, self.mnemonic = args[0], args[1].strip('"')
        if kind == "VARITH":
            self.match, self.mask = int(args[3], 16), int(args[4], 16)
            self.vd, self.vs2, self.vs1 = (a.replace("MTIA_VK_", "") for a in args[5:8])
            self.masking = args[8].replace("MTIA_VM_", "")
            self.float = bool(re.match(r"vm?f(?!irst)", self.mnemonic))
        elif kind == "VMEM":
            self.match, self.mask = int(args[2], 16), int(args[3], 16)
            self.store, self.mode = args[4] == "1", args[5].replace("MTIA_VMODE_", "")
            self.eew, self.nf = int(args[6]), int(args[7])
            self.masking = args[8].replace("MTIA_VM_", "")
            self.float = False
        else:
            self.match, self.mask = int(args[2], 16), int(args[3], 16)

    def moves_registers(self):
        """Of these QEMU 7.2 checks neither that vtype is legal (they depend on it: 16.6) nor that
        vstart is in there."""
        return self.kind == "VARITH" and self.vd.startswith("REGS")

    def indexed(self):
        return self.kind == "VMEM" and self.mode.startswith("INDEXED")


def read_table(path):
    insns = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            found = re.match(r"MTIA_(VARITH|VMEM|VSET)\((.*)\)$", line.strip())
            if found:
                insns.append(Insn(found.group(1), [a.strip() for a in found.group(2).split(",")]))
    return insns


class VType:
    """log2 of LMUL and of SEW / 8."""

    def __init__(self, bits):
        self.bits = bits
        self.lmul = (bits & 7) - 8 if bits & 4 else bits & 7
        self.sew = bits >> 3 & 7
        self.ill = bits >> 8 != 0 or self.lmul == -4 or self.sew > 3 or self.sew - self.lmul > 3
        self.vlmax = 0 if self.ill else int(2 ** (9 - 3 - self.sew + self.lmul))


WIDTHS = {"SEW": 0, "2SEW": 1, "SEW_2": -1, "SEW_4": -2, "SEW_8": -3}


class Group:
    """Registers of an operand: first one (a multiple of `count`), how many, log2 of the element's
    bytes (-1: bits)."""

    def __init__(self, count, eew, fields=1):
        self.count, self.eew, self.fields = count, eew, fields


def group(kind, vtype):
    """The registers that an operand takes, None if it takes none; ValueError: reserved."""
    if kind in WIDTHS or kind == "E16":
        eew = 1 if kind == "E16" else vtype.sew + WIDTHS[kind]
        emul = vtype.lmul + eew - vtype.sew
        if not 0 <= eew <= 3 or not -3 <= emul <= 3:
            raise ValueError
        return Group(2 ** max(emul, 0), eew)
    if kind == "MASK":
        return Group(1, -1)
    if kind in ("ELT", "2ELT"):
        if kind == "2ELT" and vtype.sew == 3:
            raise ValueError
        return Group(1, vtype.sew)
    if kind.startswith("REGS"):
        return Group(int(kind[4:]), vtype.sew)
    return None


def groups(insn, vtype):
    """Of vd, vs2, vs1."""
    if vtype.ill and not (insn.kind == "VMEM" and insn.mode == "WHOLE"):
        raise ValueError
    if insn.kind == "VARITH":
        if insn.float and (vtype.sew == 0 and "cvt" not in insn.mnemonic):
            raise ValueError
        return [group(kind, vtype) for kind in (insn.vd, insn.vs2, insn.vs1)]
    if insn.mode == "WHOLE":
        return [Group(insn.nf, 0), None, None]
    if insn.mode == "MASK":
        return [Group(1, -1), None, None]
    eew = insn.eew.bit_length() - 4
    emul = eew - vtype.sew + vtype.lmul
    if not -3 <= emul <= 3:
        raise ValueError
    if insn.indexed():
        data = 2 ** max(vtype.lmul, 0)
        index = Group(2 ** max(emul, 0), eew)
    else:
        data, index = 2 ** max(emul, 0), None
    if data * insn.nf > 8:
        raise ValueError
    return [Group(data, eew, insn.nf), index, None]


class Program(random_scalar.Program):
    def __init__(self, seed, insns, faults):
        super().__init__(seed, False)
        self.faults = faults  # whether accesses near the forbidden page are made
        self.insns = insns
        self.queue = []
        self.listing = []  # of each block

    def next_insn(self):
        if not self.queue:
            self.queue = list(self.insns)
            self.random.shuffle(self.queue)
        return self.queue.pop()

    def vtype(self):
        return VType(self.random.randrange(256))

    def vtype_for(self, insn):
        if self.random.random() < 0.03 and not insn.moves_registers():
            return VType(self.random.choice([self.random.randrange(256), 0x100, 1 << 63, 0x20, 0x38]))
        for _ in range(200):
            vtype = self.vtype()
            try:
                groups(insn, vtype)
                return vtype
            except ValueError:
                pass
        raise AssertionError(f"{insn.mnemonic}: no vtype for it")

    def registers(self, insn, vtype, masked):
        """Numbers of vd, vs2, vs1; mostly such that the instruction is legal."""
        r = self.random
        try:
            wanted = groups(insn, vtype)
        except ValueError:
            wanted = [None] * 3
        if r.random() < 0.04:
            return [r.randrange(32) for _ in range(3)]
        for _ in range(30):
            regs = []
            for g in wanted:
                count = g.count if g else 1
                last = 32 - (g.count * g.fields if g else 1)
                regs.append(r.randrange(0, last + 1, count))
            if not self.overlap(wanted, regs, masked) or r.random() < 0.03:
                break
            if r.random() < 0.3 and wanted[1] and wanted[0]:
                # in place, as far as the widths permit
                regs[1] = regs[0] if wanted[0].count <= wanted[1].count else regs[0] + wanted[0].count - wanted[1].count
                if regs[1] % wanted[1].count == 0:
                    break
        return regs

    @staticmethod
    def overlap(wanted, regs, masked):
        d = wanted[0]
        if not d:
            return False
        size = d.count * d.fields
        if masked and regs[0] == 0:
            return True
        return any(g and regs[0] < first + g.count and first < regs[0] + size
                   for g, first in zip(wanted[1:], regs[1:]))

    def operand(self, kind, reg):
        """The bits of vs1."""
        r = self.random
        if kind == "X":
            return r.choice([0, 10, 10, 11, 12, 13])
        if kind == "F":
            return r.randrange(8)
        if kind in ("SIMM", "UIMM", "UIMM6"):
            return r.randrange(32)
        return reg

    def address(self, insn):
        """Puts base address and stride into x14 and x15; most are in the first or the third page.
        Returns whether they are near the forbidden one."""
        r = self.random
        size = insn.eew // 8 if not insn.indexed() else 8
        # A fault-only-first load of segments may have loaded some fields of the one that faults
        # (7.7): whole ones must fit in front of the fault.
        whole = insn.nf * size
        kind = r.random() if self.faults else 1
        lowest = 0 if self.faults else 1024  # how far strides can lead down
        offset = r.randrange(lowest, 2048) // size * size + r.choice([0, 0, 8192])
        if kind < 0.06:  # runs into the forbidden page
            offset = 4096 - whole * r.randrange(0, 512 // whole)
        elif kind < 0.08:  # out of it
            offset = 8192 - whole * r.randrange(0, 512 // whole)
        self.put(f"li x14, {offset}")
        self.put("add x14, x14, x8")
        # Not beyond the first page or the third.
        most = 16 if self.faults else 1
        stride = r.choice([0, size, -size, *([2 * size, 3 * size] if self.faults else []), r.randint(-most, most) * size])
        if self.faults and r.random() < 0.03:
            stride = 1 << 40
        self.put(f"li x15, {stride}")
        return kind < 0.08

    def word(self, insn, vtype):
        """The instruction's bits; what it needs in registers is put before."""
        r = self.random
        word = insn.match
        masked = insn.masking == "OPT" and r.random() < 0.5
        if insn.masking == "OPT" and not masked:
            word |= 1 << 25
        regs = self.registers(insn, vtype, masked or insn.masking == "CARRY")
        if insn.kind == "VMEM":
            near = self.address(insn)
            word |= regs[0] << 7 | 14 << 15
            if insn.indexed():
                # Eight registers with small indices. If one is not aligned QEMU 7.2 names an address in
                # front of what is forbidden.
                width = insn.eew.bit_length() - 4
                start = r.choice([0, 0, INDEX_POOL // 2]) if not near else 0
                self.put(f"li x5, {POOL + width * INDEX_POOL + start + r.randrange(0, INDEX_POOL // 2 - 512, 64)}")
                self.put("add x5, x5, x9")
                if masked and regs[1] < 8:
                    regs[1] += 8 * r.randint(1, 3)
                self.put(f"vl8re8.v v{regs[1] // 8 * 8}, (x5)")
                word |= regs[1] << 20
            elif insn.mode == "STRIDED":
                word |= r.choice([15, 15, 15, 15, 0]) << 20
            return word & ~(insn.mask & ~insn.match)
        if insn.vd == "X":
            word |= r.choice([0, 16, 16, 17, 18, 19]) << 7
        elif insn.vd == "F":
            word |= r.randrange(8, 12) << 7
        elif insn.vd != "NONE":
            word |= regs[0] << 7
        if insn.vs2 != "NONE":
            word |= regs[1] << 20
        if insn.vs1 != "NONE":
            word |= self.operand(insn.vs1, regs[2]) << 15
        if insn.vs1 == "UIMM6":
            word |= r.getrandbits(1) << 26
        return word

    def configuration(self, vtype):
        """vtype and vl, by one of the three instructions."""
        r = self.random
        most = vtype.vlmax
        avl = r.choice([most, most, r.randint(0, most), r.randint(0, most), min(most, r.randint(0, 9)),
                        most + 1 + r.randrange(3 * most + 1), 1, (1 << 64) - 1 - r.getrandbits(20)])
        if r.random() < 0.03:
            avl = 0
        kind = r.randrange(4)
        if kind == 0 and vtype.bits < 1 << 11:
            self.put(f"li x5, {avl if avl < 1 << 63 else avl - (1 << 64)}")
            self.put(f"vsetvli x{r.choice([0, 16])}, x5, {vtype.bits}")
        elif kind == 1 and vtype.bits < 1 << 10:
            self.put(f"vsetivli x{r.choice([0, 16])}, {r.randrange(32)}, {vtype.bits}")
        elif kind == 2 and vtype.bits < 1 << 11 and r.random() < 0.3:
            self.put(f"vsetvli x17, x0, {vtype.bits}")
        else:
            self.put(f"li x5, {avl if avl < 1 << 63 else avl - (1 << 64)}")
            self.put(f"li x6, {vtype.bits if vtype.bits < 1 << 63 else vtype.bits - (1 << 64)}")
            self.put(f"vsetvl x{r.choice([0, 18])}, x5, x6")

    def vstart(self, insn):
        r = self.random
        # Below the number of elements: QEMU 7.2 leaves vstart as it is where nothing is to be done, and all instructions
        # reset it (3.7). vector_model.py has that case.
        end = self.label()
        self.put(f"li x5, {r.choice([r.randrange(512), r.randrange(8)])}")
        mode = insn.mode if insn.kind == "VMEM" else ""
        self.put(f"li x6, {insn.nf * 512 // insn.eew}" if mode == "WHOLE" else "csrr x6, vl")
        if mode == "MASK":
            self.put("addi x6, x6, 7")
            self.put("srli x6, x6, 3")
        self.put(f"beqz x6, {end}")
        self.put("remu x5, x5, x6")
        self.put("csrw vstart, x5")
        self.lines.append(f"{end}:")

    def another(self, vtype):
        """One that suits vtype."""
        for _ in range(20):
            insn = self.random.choice(self.insns)
            try:
                groups(insn, vtype)
                return insn
            except ValueError:
                pass
        return insn if not insn.moves_registers() else self.insns[0]

    def block(self):
        r = self.random
        for first in (0, 8, 16, 24):
            self.put(f"li x5, {r.randrange(0, POOL - 512, 8)}")
            self.put("add x5, x5, x9")
            self.put(f"vl8re8.v v{first}, (x5)")
        for n in range(10, 14):
            self.put(f"li x{n}, {self.value()}")
        self.put("addi x13, x13, 0")
        for n in range(4):
            width = r.choice("hsd")
            bits = self.special(width)
            if r.random() < 0.1:
                bits &= (1 << 63) - 1
            self.put(f"li x5, {bits if bits < 1 << 63 else bits - (1 << 64)}")
            self.put(f"fmv.d.x f{2 * n}, x5")
            self.put(f"fcvt.{r.choice('hsd')}.l f{2 * n + 1}, x{r.randrange(10, 14)}, rne")
        choice = r.random()
        if choice < 0.2:
            self.put(f"lla x5, {'ones' if choice < 0.15 else 'zeros'}")
            self.put("vl1re8.v v0, (x5)")
        self.put(f"csrwi vcsr, {r.randrange(8)}")
        self.put(f"csrwi fcsr, {r.choice([0, 0, 0, 1, r.randrange(32)])}")
        insn = self.next_insn()
        vtype = self.vtype_for(insn)
        insns = [insn] + [self.another(vtype) for _ in range(r.randrange(3))]
        rtz = any("rtz" in insn.mnemonic for insn in insns)
        self.put(f"csrwi frm, {r.randrange(5) if rtz or r.random() < 0.97 else r.randrange(5, 8)}")
        self.configuration(vtype)
        for n, insn in enumerate(insns):
            word = self.word(insn, vtype)
            if not n and r.random() < 0.12:
                self.vstart(insn)
            if "rtz" in insn.mnemonic:
                # QEMU 7.2 fails an assertion if it translates these where it doesn't know that the
                # rounding mode is frm: in front, in the same page, is one that uses frm, and is legal.
                self.put(".balign 8")
                self.put("fcvt.s.l f12, x0, dyn")
            if insn.moves_registers():
                self.put("csrwi vstart, 0")
            self.put(f".word {word:#010x} # {insn.mnemonic}")
            if insn.mnemonic in KEEPS_VSTART:
                self.put("csrwi vstart, 0")
            self.put("csrr x20, vstart")
            if r.random() < 0.9:
                self.put("csrwi vstart, 0")
        self.dump()

    def dump(self):
        at = 32 * 64
        # vstart, vl and vtype as they were; then the registers.
        self.put(f"csrr x5, vstart")
        self.put(f"csrwi vstart, 0")
        for n, csr in enumerate(["vl", "vtype", "vcsr", "fcsr"]):
            self.put(f"csrr x6, {csr}")
            self.put(f"sd x6, {at + 8 * n - 2048}(x4)")
        self.put(f"sd x5, {at + 32 - 2048}(x4)")
        self.put(f"sd x20, {at + 40 - 2048}(x4)")
        for n in range(16, 20):
            self.put(f"sd x{n}, {at + 48 + 8 * (n - 16) - 2048}(x4)")
        for n in range(8, 12):
            self.put(f"fsd f{n}, {at + 80 + 8 * (n - 8) - 2048}(x4)")
        self.put(f"ld x5, {random_scalar.SUM}(x2)")
        self.put(f"sd x5, {at + 112 - 2048}(x4)")
        for n in range(4):
            self.put(f"vs8r.v v{8 * n}, (x3)")
            self.put("addi x3, x3, 512")
        self.put(f"addi x3, x3, {RESULTS - 2048}")
        self.put(f"addi x4, x3, 1024")
        self.put(f"addi x4, x4, 1024")

    def pool(self):
        """Values of all widths; floating-point numbers that meet each other, too."""
        r = self.random
        data = bytearray()
        while len(data) < POOL:
            kind = r.randrange(8)
            if kind < 2:
                data += r.randbytes(64)
                continue
            width = r.choice([1, 2, 4, 8]) if kind < 4 else r.choice([2, 4, 8])
            for _ in range(64 // width):
                bits = 8 * width
                if kind < 4:
                    value = r.choice([0, 1, 2, 3, (1 << bits) - 1, (1 << bits) - 2, 1 << bits - 1, (1 << bits - 1) - 1,
                                      (1 << bits - 1) + 1, r.getrandbits(bits), r.getrandbits(bits)])
                elif kind < 6:
                    value = self.special("hsd"[width.bit_length() - 2]) & (1 << bits) - 1
                else:
                    exponent, fraction = random_scalar.FORMATS["hsd"[width.bit_length() - 2]]
                    middle = (1 << exponent - 1) - 1
                    value = (r.getrandbits(1) << bits - 1 | (middle + r.randint(-6, 6)) << fraction |
                             r.getrandbits(fraction) >> r.choice([0, 0, fraction // 2]) << r.choice([0, fraction // 2])
                             & (1 << fraction) - 1)
                data += value.to_bytes(width, "little")
        for width in range(4):  # indices
            for n in range(INDEX_POOL >> width):
                value = r.randrange(256 if width == 0 else 1024)
                if n << width < INDEX_POOL // 2:
                    value &= ~7
                if self.faults and width == 3 and r.random() < 0.0005:
                    value = 1 << 40  # where no machine has memory
                data += value.to_bytes(1 << width, "little")
        return bytes(data)


def dwords(data):
    return "\n".join("  .dword " + ", ".join(hex(int.from_bytes(data[i:i + 8], "little")) for i in range(at, at + 64, 8))
                     for at in range(0, len(data), 64))


def program(table, seed, blocks, only=(), ones=False):
    """ones: for machines on which agnostic elements become ones."""
    insns = [i for i in read_table(table) if i.kind != "VSET" and not NOT_IN_QEMU.match(i.mnemonic)]
    if only:
        insns = [i for i in insns if i.mnemonic in only]
    if ones:
        insns = [i for i in insns if i.mnemonic not in KEEPS_AGNOSTIC]
    p = Program(seed, insns, not ones)
    body = []
    for n in range(blocks):
        p.lines = []
        p.block()
        body.append(f"  # block {n}\n" + "\n".join(p.lines))
    return "\n".join([
        '  .attribute arch, "rv64gcv_zfh"',
        random_scalar.prologue(status=0x6600),
        # The forbidden page, for machine mode, too: NAPOT, locked, no access. Everything else is open.
        f"  lla x8, memory + {FIRST_PAGE}\n  lla x9, pool\n  lla x5, memory + {FIRST_PAGE + 4096}\n  srli x5, x5, 2\n  li x6, 511\n  or x5, x5, x6\n"
        "  csrw pmpaddr0, x5\n  li x5, -1\n  csrw pmpaddr1, x5\n  li x5, 0x1f98\n  csrw pmpcfg0, x5",
        "  addi x4, x3, 1024\n  addi x4, x4, 1024",
        "\n".join(body),
        random_scalar.epilogue(random_scalar.SCRATCH + RESULTS * blocks),
        f"  .balign 64\nones: .fill 64, 1, 255\nzeros: .space 64\n  .balign 4096\nmemory: .space {MEMORY}\npool:\n" + dwords(p.pool())])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("seed", type=int)
    parser.add_argument("blocks", type=int)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    print(f"# random_vector_instructions.py: seed {args.seed}")
    print(program(args.table, args.seed, args.blocks, [n for n in args.only.split(",") if n]))


if __name__ == "__main__":
    main()
