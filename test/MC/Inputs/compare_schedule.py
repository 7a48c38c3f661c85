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
         ("fsqrt.s fa0, fa0", "core_fdiv_s"), ("fsqrt.d fa0, fa0", "core_fdiv_d")]


def main(argv):
    table, llvm, plugin = argv[1:]
    with open(table, encoding="utf-8") as file:
        params = dict(re.findall(r"^PARAM\((\w+), (\d+),", file.read(), re.M))
    done = subprocess.run([f"{llvm}/llvm-mca", "-march=mtia", "-mtriple=riscv64-unknown-elf", "-mcpu=mtia-v1",
                           "-instruction-tables"], input="".join(c + "\n" for c, _ in CASES),
                          env=dict(os.environ, LD_PRELOAD=plugin), capture_output=True, text=True, check=True)
    info = done.stdout.partition("Instructions:")[2].splitlines()[1:]
    for (text, param), line in zip(CASES, info):
        latency = int(line.split()[1])
        expected = 1 + int(params[param] if param else 0)
        if latency != expected:
            sys.exit(f"{text}: the scheduling model says {latency} cycles, the device table {expected} ({param})")
    print(f"{len(CASES)} latencies equal")


main(sys.argv)
