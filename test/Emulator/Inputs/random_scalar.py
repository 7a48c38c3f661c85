#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a random program of scalar instructions that dumps its registers and memory.

    random_scalar.py SEED BLOCKS [all] > program.s

The program runs BLOCKS blocks of random instructions (all of RV64GC, Zfh, Zba,
Zbb and Zbs but calls of the environment; with "all" also what QEMU 7.2 does not
have, Zicond, and what it gets wrong, ctzw, of which it counts beyond bit 31;
branches and jumps forward, short loops, misaligned loads
and stores, atomic operations, every rounding mode; the assembler compresses what
it can; every few instructions one that traps), stores the registers, fcsr and a
sum over cause, pc and value of all traps after each, and finally writes
everything to standard output by semihosting. Two machines must print the same bytes.
"""
import random
import sys

RR = ("add sub sll slt sltu xor srl sra or and mul mulh mulhsu mulhu div divu rem remu "
      "addw subw sllw srlw sraw mulw divw divuw remw remuw").split()
BITS_RR = ("add.uw sh1add sh2add sh3add sh1add.uw sh2add.uw sh3add.uw andn orn xnor min minu max maxu "
           "rol rolw ror rorw bclr bset binv bext").split()
BITS_R = "clz clzw ctz cpop cpopw sext.b sext.h zext.h orc.b rev8".split()
ZICOND = "czero.eqz czero.nez".split()
RI = "addi slti sltiu xori ori andi addiw".split()
SHIFT = {"slli": 63, "srli": 63, "srai": 63, "slliw": 31, "srliw": 31, "sraiw": 31,
         "slli.uw": 63, "rori": 63, "roriw": 31, "bclri": 63, "bseti": 63, "binvi": 63, "bexti": 63}
AMOS = "amoswap amoadd amoxor amoand amoor amomin amomax amominu amomaxu".split()
ORDERS = ["", ".aq", ".rl", ".aqrl"]
LOADS = {"lb": 1, "lh": 2, "lw": 4, "ld": 8, "lbu": 1, "lhu": 2, "lwu": 4}
STORES = {"sb": 1, "sh": 2, "sw": 4, "sd": 8}
FLOADS = {"flh": 2, "flw": 4, "fld": 8}
FSTORES = {"fsh": 2, "fsw": 4, "fsd": 8}
BRANCHES = "beq bne blt bge bltu bgeu".split()
MODES = "rne rtz rdn rup rmm dyn".split()
FMA = "fmadd fmsub fnmsub fnmadd".split()
FCMP = "feq flt fle".split()
FOTHER = "fsgnj fsgnjn fsgnjx fmin fmax".split()

# x2: scratch memory, x3: dump pointer, x4: loop counter. x0 is fair game.
REGS = [0, 1] + list(range(5, 32))
SCRATCH = 2048 + 64  # bytes around x2: -1024..1023 is what blocks use

EXTREMES = [0, 1, 2, -1, -2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, -0x80000000, -0x80000001,
            0x7FFFFFFFFFFFFFFF, -0x8000000000000000, 0x5555555555555555, 31, 32, 63, 64]


# Sign, exponent, fraction: zero, subnormal, the ends of the range, one, halves, infinity, NaN.
FORMATS = {"h": (5, 10), "s": (8, 23), "d": (11, 52)}

# Behind what blocks use, from x2: what the trap handler saves, its sum, where to go on after a fetch.
SAVED, SUM, RESUME = 1024, 1048, 1056

BLOCK_BYTES = 32 * 8 + 32 * 8 + 8 + 8


class Program:
    def __init__(self, seed, everything):
        self.rr = RR + BITS_RR + (ZICOND if everything else [])
        self.bits_r = BITS_R + (["ctzw"] if everything else [])
        self.random = random.Random(seed)
        self.labels = 0
        self.lines = []

    def put(self, text):
        self.lines.append("  " + text)

    def reg(self):
        return f"x{self.random.choice(REGS)}"

    def imm12(self):
        return self.random.choice([self.random.randint(-2048, 2047), -2048, 2047, 0, 1, -1])

    def value(self):
        r = self.random
        kind = r.randrange(3)
        if kind == 0:
            return r.choice(EXTREMES)
        if kind == 1:
            return r.getrandbits(64) - (1 << 63)
        return r.randint(-300, 300)

    def label(self):
        self.labels += 1
        return f".Lr{self.labels}"

    def memory(self, size):
        """An address in the scratch area, often not aligned."""
        offset = self.random.randint(-1024, 1024 - size)
        if self.random.random() < 0.7:
            offset = offset // size * size
        return f"{offset}(x2)"

    def freg(self):
        return f"f{self.random.randrange(32)}"

    def special(self, w):
        """The bits of a value at which something changes."""
        r = self.random
        exponent, fraction = FORMATS[w]
        top = (1 << exponent) - 1
        e = r.choice([0, 0, 1, 2, top // 2 - 1, top // 2, top // 2 + 1, top // 2 + fraction, top - 1, top,
                      r.randint(0, top), top // 2 + r.choice([31, 32, 63, 64])])
        f = r.choice([0, 0, 1, (1 << fraction) - 1, 1 << (fraction - 1), r.getrandbits(fraction),
                      ((1 << fraction) - 1) ^ r.getrandbits(fraction // 2)])
        bits = r.getrandbits(1) << (exponent + fraction) | min(e, top) << fraction | f
        return bits if w == "d" else bits | ~((1 << (exponent + fraction + 1)) - 1) & (1 << 64) - 1

    def constant(self, w):
        """Puts a special value into a floating-point register, now and then not boxed."""
        bits = self.special(w)
        if self.random.random() < 0.05:
            bits &= (1 << 63) - 1
        self.put(f"li x1, {bits if bits < 1 << 63 else bits - (1 << 64)}")
        self.put(f"fmv.d.x {self.freg()}, x1")

    def trap(self):
        """An instruction that traps; the handler goes on behind it. What QEMU 7.2 has otherwise is left
        out: the value of ebreak, causes of AMOs."""
        r = self.random
        bad = r.choice([r.randrange(0, 256), (1 << 37) + r.getrandbits(36), -r.randint(1, 1 << 62)])
        kind = r.randrange(9)
        if kind == 0:
            self.put(r.choice([".word 0xffffffff", ".half 0", ".half 0x8000", "ecall", "ebreak",
                               ".word 0x02057553", ".word 0x0000701b", ".word 0xfff0103b", ".word 0x5e05253b"]))
        elif kind == 1:  # CSRs that do not exist, or are read-only
            self.put(r.choice([f"csrr {self.reg()}, 0x7ff", f"csrrw {self.reg()}, 0xf14, {self.reg()}",
                               f"csrrsi {self.reg()}, cycle, 1", f"csrr {self.reg()}, 0x800",
                               f"csrrwi {self.reg()}, 0xf11, 0"]))
        elif kind == 2:  # no rounding mode: in the instruction, in frm
            self.put(f".insn r 0x53, {r.choice([5, 6])}, {r.choice([0, 4, 8, 12, 1, 2])}, {self.freg()}, {self.freg()}, {self.freg()}")
        elif kind == 3:
            self.put(f"csrwi frm, {r.choice([5, 6, 7])}")
            self.put(f"fadd.{r.choice('hsd')} {self.freg()}, {self.freg()}, {self.freg()}, dyn")
            self.put(f"fcvt.l.{r.choice('hsd')} {self.reg()}, {self.freg()}, rtz")
            self.put(f"csrwi frm, {r.randrange(5)}")
        elif kind in (4, 5):
            op = r.choice(list(LOADS) + list(STORES) + list(FLOADS) + list(FSTORES))
            value = self.freg() if op in FLOADS or op in FSTORES else self.reg()
            self.put(f"li x1, {bad & ~7}")  # of misaligned ones QEMU names an address in front
            self.put(f"{op} {value}, {r.choice([0, 8, 16])}(x1)")
        elif kind == 6:  # the link is written
            end = self.label()
            self.put(f"lla x1, {end}")
            self.put(f"sd x1, {RESUME}(x2)")
            self.put(f"li x1, {bad}")
            self.put(f"jalr {self.reg()}, 0(x1)")
            self.lines.append(f"{end}:")
        elif kind == 7:
            width, size = r.choice([("w", 4), ("d", 8)])
            self.put(f"addi x1, x2, {r.randrange(1, size)}")
            self.put(f"lr.{width} {self.reg()}, (x1)")
        else:
            self.put(f"li x1, {bad & ~7}")
            self.put(f"lr.d {self.reg()}, (x1)")

    def status(self):
        r = self.random
        csr = r.choice(["fcsr", "fflags", "frm"])
        if r.random() < 0.5:
            self.put(f"{r.choice(['csrrs', 'csrrc'])} {self.reg()}, {csr}, {self.reg()}")
            self.put(f"csrwi frm, {r.randrange(5)}")
        else:
            self.put(f"csrrwi {self.reg()}, {r.choice(['fflags', 'fcsr'])}, {r.randrange(32)}")

    def floating(self):
        r, d = self.random, self.freg()
        a, b, c = self.freg(), self.freg(), self.freg()
        w = r.choice("hsd")
        mode = r.choice(MODES)
        kind = r.randrange(18)
        if kind >= 16:
            self.constant(w)
        elif kind < 4:
            self.put(f"{r.choice(['fadd', 'fsub', 'fmul', 'fdiv'])}.{w} {d}, {a}, {b}, {mode}")
        elif kind < 6:
            self.put(f"{r.choice(FMA)}.{w} {d}, {a}, {b}, {c}, {mode}")
        elif kind == 6:
            self.put(f"fsqrt.{w} {d}, {a}, {mode}")
        elif kind == 7:
            self.put(f"{r.choice(FOTHER)}.{w} {d}, {a}, {b}")
        elif kind == 8:
            self.put(f"{r.choice(FCMP)}.{w} {self.reg()}, {a}, {b}")
        elif kind == 9:
            self.put(f"fclass.{w} {self.reg()}, {a}")
        elif kind == 10:
            self.put(f"fcvt.{r.choice(['w', 'wu', 'l', 'lu'])}.{w} {self.reg()}, {a}, {mode}")
        elif kind == 11:
            i = r.choice(["w", "wu", "l", "lu"])
            self.put(f"fcvt.{w}.{i} {d}, {self.reg()}" + ("" if w == "d" and i[0] == "w" else f", {mode}"))
        elif kind == 12:
            v = r.choice([v for v in "hsd" if v != w])
            self.put(f"fcvt.{w}.{v} {d}, {a}" + (f", {mode}" if "hsd".index(w) < "hsd".index(v) else ""))
        elif kind == 13:
            w = r.choice("hwd")
            self.put(f"fmv.x.{w} {self.reg()}, {a}" if r.random() < 0.5 else f"fmv.{w}.x {d}, {self.reg()}")
        elif kind == 14:
            self.put(f"csrwi {r.choice(['frm', 'fflags'])}, {r.randrange(5)}")
        else:
            op, size = r.choice(list(FLOADS.items()) + list(FSTORES.items()))
            self.put(f"{op} {d}, {self.memory(size)}")

    def atomic(self):
        """Naturally aligned; the address in a register that it doesn't write before."""
        r = self.random
        width, size = r.choice([("w", 4), ("d", 8)])
        at = r.choice(REGS[1:])
        order = r.choice(ORDERS)
        self.put(f"addi x{at}, x2, {r.randint(-1024 // size, 1016 // size) * size}")
        if r.random() < 0.7:
            self.put(f"{r.choice(AMOS)}.{width}{order} {self.reg()}, {self.reg()}, (x{at})")
            return
        # Sometimes without a reservation, sometimes with one elsewhere.
        others = [n for n in REGS if n != at]
        if r.random() < 0.8:
            self.put(f"lr.{width}{order} x{r.choice(others)}, (x{at})")
        if r.random() < 0.5:
            self.put(f"{r.choice(self.rr)} x{r.choice(others)}, {self.reg()}, {self.reg()}")
        if r.random() < 0.2:
            self.put(f"addi x{at}, x{at}, {size if at != 2 else 0}")
            self.put(f"addi x{at}, x2, {r.randint(-1024 // size, 1016 // size) * size}")
        self.put(f"sc.{width}{order} {self.reg()}, {self.reg()}, (x{at})")

    def straight(self):
        r = self.random
        kind = r.randrange(26)
        if kind == 25:
            self.trap()
        elif kind == 24:
            self.status()
        elif kind >= 18:
            self.floating()
        elif kind == 17:
            self.atomic()
        elif kind == 16:
            self.put(f"{r.choice(self.bits_r)} {self.reg()}, {self.reg()}")
        elif kind < 6:
            self.put(f"{r.choice(self.rr)} {self.reg()}, {self.reg()}, {self.reg()}")
        elif kind < 8:
            self.put(f"{r.choice(RI)} {self.reg()}, {self.reg()}, {self.imm12()}")
        elif kind < 10:
            op, most = r.choice(list(SHIFT.items()))
            self.put(f"{op} {self.reg()}, {self.reg()}, {r.randint(0, most)}")
        elif kind == 10:
            self.put(f"lui {self.reg()}, {r.getrandbits(20)}")
        elif kind == 11:
            self.put(f"auipc {self.reg()}, {r.getrandbits(20)}")
        elif kind == 12:
            self.put(f"li {self.reg()}, {self.value()}")
        elif kind == 13:
            op, size = r.choice(list(LOADS.items()))
            self.put(f"{op} {self.reg()}, {self.memory(size)}")
        elif kind == 14:
            op, size = r.choice(list(STORES.items()))
            self.put(f"{op} {self.reg()}, {self.memory(size)}")
        else:
            op = r.choice(["csrrw", "csrrs", "csrrc"])
            if r.random() < 0.5:
                self.put(f"{op} {self.reg()}, mscratch, {self.reg()}")
            else:
                self.put(f"{op}i {self.reg()}, mscratch, {r.randrange(32)}")

    def piece(self, depth=0):
        r = self.random
        kind = r.randrange(20)
        if kind == 0 and depth < 2:  # a branch forward
            end = self.label()
            self.put(f"{r.choice(BRANCHES)} {self.reg()}, {self.reg()}, {end}")
            for _ in range(r.randint(1, 6)):
                self.piece(depth + 1)
            self.lines.append(f"{end}:")
        elif kind == 1:  # a jump forward, sometimes to another page
            end = self.label()
            self.put(f"jal {self.reg()}, {end}")
            self.put(f".space {4 * r.choice([1, 2, 5, 1500])}")
            self.lines.append(f"{end}:")
        elif kind == 2:  # through a register
            end = self.label()
            target = f"x{r.choice(REGS[1:])}"
            self.put(f"lla {target}, {end}")
            self.put(f"jalr {self.reg()}, 0({target})")
            self.put("unimp")
            self.lines.append(f"{end}:")
        elif kind == 3 and depth == 0:
            top = self.label()
            self.put(f"li x4, {r.randint(1, 20)}")
            self.lines.append(f"{top}:")
            for _ in range(r.randint(1, 8)):
                self.straight()
            self.put("addi x4, x4, -1")
            self.put(f"bnez x4, {top}")
        else:
            self.straight()

    def block(self):
        for _ in range(self.random.randint(3, 8)):
            self.put(f"li x{self.random.choice(REGS[1:])}, {self.value()}")
            self.constant(self.random.choice("hsd"))
        for _ in range(40):
            self.piece()
        for i in range(1, 32):
            if i not in (2, 3):
                self.put(f"sd x{i}, {8 * i}(x3)")
        for i in range(32):
            self.put(f"fsd f{i}, {8 * (32 + i)}(x3)")
        self.put("csrr x5, fcsr")
        self.put("sd x5, 512(x3)")
        self.put(f"ld x5, {SUM}(x2)")
        self.put("sd x5, 520(x3)")
        self.put(f"addi x3, x3, {BLOCK_BYTES}")


def prologue(status=0x6000):
    """The first instructions; sets bits of mstatus."""
    # What machines leave in registers at reset is their own business.
    return "\n".join(
        ["  .globl _start\n  .text\n_start:\n  lla x2, scratch + 1024\n  lla x3, dump"] +
        [f"  li x{i}, 0" for i in [*range(5, 32), 1]] +
        [f"  csrw mscratch, x0\n  li x5, {status}\n  csrs mstatus, x5\n  li x5, 0\n  csrw fcsr, x0"] +
        [f"  fmv.d.x f{i}, x0" for i in range(32)] + ["  lla x5, handler\n  csrw mtvec, x5\n  li x5, 0"])


def epilogue(size):
    """Writes `size` bytes of the scratch memory and the dump behind it, and ends; handler and data."""
    semihost = "  .option push\n  .option norvc\n  .balign 16\n  slli x0, x0, 31\n  ebreak\n  srai x0, x0, 7\n  .option pop\n"
    return f"""
  li a0, 1            # SYS_OPEN, ":tt" for writing
  lla a1, open_block
{semihost}
  lla a1, write_block # SYS_WRITE
  sd a0, 0(a1)
  li a0, 5
{semihost}
  li a0, 0x18         # SYS_EXIT
  lla a1, exit_block
{semihost}

  # The sum rotates by 7 bits between what is added.
  .macro sum csr
  slli x6, x5, 7
  srli x5, x5, 57
  or x5, x5, x6
  csrr x6, \\csr
  add x5, x5, x6
  .endm
  .balign 4
handler:
  sd x5, {SAVED}(x2)
  sd x6, {SAVED + 8}(x2)
  sd x7, {SAVED + 16}(x2)
  ld x5, {SUM}(x2)
  sum mcause
  sum mepc
  csrr x7, mcause
  addi x6, x7, -3     # the value of ebreak: 0 or its address
  beqz x6, 1f
  sum mtval
1:
  sd x5, {SUM}(x2)
  ld x6, {RESUME}(x2)
  addi x7, x7, -1     # fetch
  beqz x7, 2f
  csrr x6, mepc
  lbu x5, 0(x6)
  andi x5, x5, 3
  addi x5, x5, -3
  seqz x5, x5
  slli x5, x5, 1
  addi x6, x6, 2
  add x6, x6, x5
2:
  csrw mepc, x6
  ld x5, {SAVED}(x2)
  ld x6, {SAVED + 8}(x2)
  ld x7, {SAVED + 16}(x2)
  mret
  .data
  .balign 8
open_block: .dword name, 4, 3
write_block: .dword 0, scratch, {size}
exit_block: .dword 0x20026, 0
name: .asciz ":tt"
  .balign 4096
scratch: .space {SCRATCH}
dump: .space {size - SCRATCH}
"""


def main():
    seed, blocks = int(sys.argv[1]), int(sys.argv[2])
    p = Program(seed, "all" in sys.argv[3:])
    for _ in range(blocks):
        p.block()
    print(prologue())
    print("\n".join(p.lines))
    print(epilogue(SCRATCH + BLOCK_BYTES * blocks))


if __name__ == "__main__":
    main()
