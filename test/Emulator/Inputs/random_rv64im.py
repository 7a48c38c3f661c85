#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a random RV64IM program that dumps its registers and memory.

    random_rv64im.py SEED BLOCKS > program.s

The program runs BLOCKS blocks of random instructions (all of RV64IM but calls
of the environment; branches and jumps forward, short loops, misaligned loads
and stores), stores the registers after each, and finally writes everything to
standard output by semihosting. Two machines must print the same bytes.
"""
import random
import sys

RR = ("add sub sll slt sltu xor srl sra or and mul mulh mulhsu mulhu div divu rem remu "
      "addw subw sllw srlw sraw mulw divw divuw remw remuw").split()
RI = "addi slti sltiu xori ori andi addiw".split()
SHIFT = {"slli": 63, "srli": 63, "srai": 63, "slliw": 31, "srliw": 31, "sraiw": 31}
LOADS = {"lb": 1, "lh": 2, "lw": 4, "ld": 8, "lbu": 1, "lhu": 2, "lwu": 4}
STORES = {"sb": 1, "sh": 2, "sw": 4, "sd": 8}
BRANCHES = "beq bne blt bge bltu bgeu".split()

# x2: scratch memory, x3: dump pointer, x4: loop counter. x0 is fair game.
REGS = [0, 1] + list(range(5, 32))
SCRATCH = 2048  # bytes behind x2 that blocks use, -1024..1023

EXTREMES = [0, 1, 2, -1, -2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, -0x80000000, -0x80000001,
            0x7FFFFFFFFFFFFFFF, -0x8000000000000000, 0x5555555555555555, 31, 32, 63, 64]


class Program:
    def __init__(self, seed):
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

    def straight(self):
        r = self.random
        kind = r.randrange(16)
        if kind < 6:
            self.put(f"{r.choice(RR)} {self.reg()}, {self.reg()}, {self.reg()}")
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
        for _ in range(40):
            self.piece()
        for i in range(1, 32):
            if i not in (2, 3):
                self.put(f"sd x{i}, {8 * i}(x3)")
        self.put("addi x3, x3, 256")


def main():
    seed, blocks = int(sys.argv[1]), int(sys.argv[2])
    p = Program(seed)
    for _ in range(blocks):
        p.block()
    semihost = "  .balign 16\n  slli x0, x0, 31\n  ebreak\n  srai x0, x0, 7\n"
    print("  .globl _start\n  .text\n_start:\n  lla x2, scratch + 1024\n  lla x3, dump")
    # What machines leave in registers at reset is their own business.
    print("\n".join(f"  li x{i}, 0" for i in range(5, 32)) + "\n  li x1, 0\n  csrw mscratch, x0")
    print("\n".join(p.lines))
    size = SCRATCH + 256 * blocks
    print(f"""
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
  .data
  .balign 8
open_block: .dword name, 4, 3
write_block: .dword 0, scratch, {size}
exit_block: .dword 0x20026, 0
name: .asciz ":tt"
  .balign 4096
scratch: .space {SCRATCH}
dump: .space {256 * blocks}
""")


main()
