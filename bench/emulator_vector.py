#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Speed of emulated vectors: millions of elements per second of host time, against QEMU on the same ELF.

    emulator_vector.py --bin DIR --llvm DIR

Strip-mined loops over 16 KiB arrays in assembly: sums and products, a dot product, ordered sums, a piece of a
softmax, masks, requantisation. Best of three, user time, start included.
"""
import argparse
import os
import shutil
import sys
import tempfile

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "fuzz")]
import emulator  # noqa: E402
import vector_instructions  # noqa: E402

BYTES = 16384
EXP = """vle32.v v0, (x10); vfsub.vf v4, v0, f11; vfmul.vf v8, v4, f12; vfcvt.x.f.v v12, v8; vfcvt.f.x.v v8, v12;
  vfnmsac.vf v4, f13, v8; vfmv.v.f v16, f14; vfmadd.vv v16, v4, v20; vfmadd.vv v16, v4, v20; vfmadd.vv v16, v4, v20;
  vfmadd.vv v16, v4, v20; vadd.vi v12, v12, 15; vsll.vi v12, v12, 3; vfmul.vv v16, v16, v20; vfadd.vv v24, v24, v16;
  vse32.v v16, (x11)"""
REQUANTISE = """vle32.v v4, (x10); vfcvt.f.x.v v8, v4; vfmul.vf v8, v8, f11; vfcvt.x.f.v v12, v8;
  vsetvli x0, x0, e16, m2, ta, ma; vnclip.wi v16, v12, 0; vsetvli x0, x0, e8, m1, ta, ma; vnclip.wi v20, v16, 0;
  vse8.v v20, (x11); vsetvli x0, x0, e32, m4, ta, ma"""
# Name, SEW, LMUL, repetitions, loop.
LOOPS = [
    ("axpy f32", 32, "m1", 8000, "vle32.v v0, (x10); vle32.v v8, (x11); vfmacc.vf v8, f10, v0; vse32.v v8, (x11)"),
    ("axpy f32", 32, "m8", 8000, "vle32.v v0, (x10); vle32.v v8, (x11); vfmacc.vf v8, f10, v0; vse32.v v8, (x11)"),
    ("axpy f64", 64, "m4", 8000, "vle64.v v0, (x10); vle64.v v8, (x11); vfmacc.vf v8, f10, v0; vse64.v v8, (x11)"),
    ("axpy f16", 16, "m2", 8000, "vle16.v v0, (x10); vle16.v v8, (x11); vfmacc.vf v8, f10, v0; vse16.v v8, (x11)"),
    ("dot f32", 32, "m2", 8000, "vle32.v v0, (x10); vle32.v v8, (x11); vfmacc.vv v16, v0, v8"),
    ("dot f16, f32", 16, "m1", 8000, "vle16.v v0, (x10); vle16.v v8, (x11); vfwmacc.vv v16, v0, v8"),
    ("ordered sum f32", 32, "m1", 8000, "vle32.v v0, (x10); vfredosum.vs v1, v0, v1"),
    ("exponential f32", 32, "m4", 2000, EXP),
    ("if positive f32", 32, "m4", 4000,
     "vle32.v v4, (x10); vmfgt.vf v0, v4, f11; vfmul.vv v8, v4, v4, v0.t; vfadd.vv v12, v8, v4, v0.t; vse32.v v12, (x11)"),
    ("requantise i32", 32, "m4", 4000, REQUANTISE),
]
PROGRAM = """
  .attribute arch, "rv64gcv_zfh"
  .globl _start
_start:
  li x5, 0x6600
  csrs mstatus, x5
  li x5, {value}
  fmv.d.x f10, x5
  fmv.d.x f11, x5
  fmv.d.x f12, x5
  fmv.d.x f13, x5
  fmv.d.x f14, x5
  li x20, {count}
1:
  lla x10, first
  lla x11, second
  li x12, {elements}
2:
  vsetvli x13, x12, e{sew}, {lmul}, ta, ma
  {loop}
  slli x14, x13, {shift}
  add x10, x10, x14
  add x11, x11, x14
  sub x12, x12, x13
  bnez x12, 2b
  addi x20, x20, -1
  bnez x20, 1b
  li a0, 0x18
  lla a1, exit
  .option norvc
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  .data
  .balign 64
exit: .dword 0x20026, 0
first: .fill {words}, 4, {number}
second: .fill {words}, 4, {other}
"""
# Boxed numbers near 1, two f16, f32, half an f64.
NUMBERS = {16: (-0x10000 | 0x3c05, 0x3c053c05, 0x38053805), 32: (0x3f812345 - (1 << 32), 0x3f812345, 0x3e912345),
           64: (0x3ff0123456789abc, 0x3f812345, 0x3e912345)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    args = parser.parse_args()
    qemu = shutil.which("qemu-system-riscv64")
    print(f"{'Melements/s':20} {'functional':>10} {'timed':>7}" + (f" {'QEMU':>6} {'ratio':>6}" if qemu else ""))
    with tempfile.TemporaryDirectory() as folder:
        for name, sew, lmul, count, loop in LOOPS:
            value, number, other = NUMBERS[sew]
            elf = vector_instructions.build(args.llvm, PROGRAM.format(
                value=value, count=count, elements=BYTES * 8 // sew, sew=sew, lmul=lmul, loop="\n  ".join(loop.split(";")),
                shift=(sew // 8).bit_length() - 1, words=BYTES // 4, number=number, other=other), folder)
            rates = [count * BYTES * 8 // sew / emulator.seconds(command) / 1e6
                     for command in ([f"{args.bin}/mtia-run", "--functional", elf], [f"{args.bin}/mtia-run", elf],
                                     *([vector_instructions.QEMU + [elf]] if qemu else []))]
            print(f"{name + ' ' + lmul:20} {rates[0]:10.0f} {rates[1]:7.0f}" +
                  (f" {rates[2]:6.0f} {rates[0] / rates[2]:6.1f}" if qemu else ""))


if __name__ == "__main__":
    main()
