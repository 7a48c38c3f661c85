# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the latencies of the scheduling model with the emulator's device table.

    compare_schedule.py device_mtia_v1.inc LLVM_BIN PLUGIN
"""
import os
import re
import subprocess
import sys

# Instruction, and the parameter that says how many bubbles are before the result's use.
CASES = [("add a0, a0, a1", None), ("ld a0, 0(a1)", "core_load_use"), ("lbu a0, 0(a1)", "core_load_use"),
         ("mul a0, a0, a1", "core_mul"), ("mulhsu a0, a0, a1", "core_mul"), ("mulw a0, a0, a1", "core_mul"),
         ("div a0, a0, a1", "core_div"), ("remuw a0, a0, a1", "core_div"), ("csrr a0, mcycle", "core_csr"),
         ("fld fa0, 0(a1)", "core_load_use"), ("flh fa0, 0(a1)", "core_load_use"),
         ("fadd.d fa0, fa0, fa1", "core_fadd"), ("fsub.h fa0, fa0, fa1", "core_fadd"),
         ("fmul.s fa0, fa0, fa1", "core_fadd"), ("fmadd.d fa0, fa0, fa1, fa2", "core_fma"),
         ("fnmsub.h fa0, fa0, fa1, fa2", "core_fma"), ("fcvt.w.d a0, fa0", "core_fcvt"),
         ("fcvt.s.l fa0, a0", "core_fcvt"), ("fcvt.h.s fa0, fa0", "core_fcvt"),
         ("fsgnj.d fa0, fa0, fa1", "core_fmove"), ("fmax.s fa0, fa0, fa1", "core_fmove"),
         ("flt.d a0, fa0, fa1", "core_fmove"), ("fclass.h a0, fa0", "core_fmove"),
         ("fmv.x.d a0, fa0", "core_fmove"), ("fmv.w.x fa0, a0", "core_fmove"),
         ("fdiv.h fa0, fa0, fa1", "core_fdiv_h"), ("fdiv.s fa0, fa0, fa1", "core_fdiv_s"),
         ("fdiv.d fa0, fa0, fa1", "core_fdiv_d"), ("fsqrt.h fa0, fa0", "core_fdiv_h"),
         ("fsqrt.s fa0, fa0", "core_fdiv_s"), ("fsqrt.d fa0, fa0", "core_fdiv_d"),
         ("vsetvli a0, a1, e32, m1, ta, ma", "vset"), ("vle32.v v8, (a0)", "core_load_use + vload"),
         ("vlse32.v v8, (a0), a1", "core_load_use + vload_strided"),
         ("vluxei32.v v8, (a0), v9", "core_load_use + vload_indexed"),
         ("vadd.vv v8, v8, v9", "valu"), ("vmseq.vv v8, v8, v9", "valu"), ("vsadd.vv v8, v8, v9", "vsat"),
         ("vmacc.vv v8, v9, v10", "vmul"), ("vdiv.vv v8, v8, v9", "vdiv"), ("vfadd.vv v8, v8, v9", "vfalu"),
         ("vfmul.vv v8, v8, v9", "vfmul"), ("vfmacc.vv v8, v9, v10", "vfma"), ("vfsqrt.v v8, v8", "vfdiv"),
         ("vfcvt.x.f.v v8, v8", "vfcvt"), ("vfrsqrt7.v v8, v8", "vfest"), ("vredsum.vs v8, v8, v9", "vred"),
         ("vfredusum.vs v8, v8, v9", "vfred"), ("vmand.mm v8, v8, v9", "vmask"),
         ("vmv.x.s a0, v8", "vmove_to_scalar"), ("vcpop.m a0, v8", "vmove_to_scalar"),
         ("vmv.s.x v8, a0", "vmove_from_scalar"), ("vslidedown.vi v8, v9, 1", "vslide"),
         ("vrgather.vv v8, v9, v10", "vgather")]


def main(argv):
    table, llvm, plugin = argv[1:]
    with open(table, encoding="utf-8") as file:
        params = dict(re.findall(r"^PARAM\((\w+), (\d+),", file.read(), re.M))
    done = subprocess.run([f"{llvm}/llvm-mca", "-march=mtia", "-mtriple=riscv64-unknown-elf", "-mcpu=mtia-v1",
                           "-mattr=+v", "-instruction-tables"], input="".join(c + "\n" for c, _ in CASES),
                          env=dict(os.environ, LD_PRELOAD=plugin), capture_output=True, text=True, check=True)
    info = done.stdout.partition("Instructions:")[2].splitlines()[1:]
    for (text, param), line in zip(CASES, info):
        latency = int(line.split()[1])
        expected = 1 + sum(int(params[p]) for p in param.split(" + ")) if param else 1
        if latency != expected:
            sys.exit(f"{text}: the scheduling model says {latency} cycles, the device table {expected} ({param})")
    print(f"{len(CASES)} latencies equal")


main(sys.argv)
