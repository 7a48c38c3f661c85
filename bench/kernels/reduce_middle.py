# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/reduce/middle.c."""
from reduce_rows import kernels, reduction


# What binds where the goal is not met.
CONVERT = "core 1: a conversion, a comparison, an extreme in f32 and a selection in 16 bits, 28 cycles for what SRAM gives in 16"
WIDEN = ("the vector unit: a conversion and a product for each 16 elements, 512 cycles for a block, as many as SRAM takes to bring it, and 130 "
         "to begin and end its columns")


def cases():
    for kernel, op, kind in kernels("middle"):
        more = {}
        if op.startswith("arg") and kind == "bf16":
            more = dict(reason=CONVERT, floor=41)
        elif op == "prod" and kind != "f32":
            more = dict(reason=WIDEN, floor=60)
        yield reduction(kernel, op, kind, (64, 128, 512 if kind == "i8" else 256), 80, **more)
    yield reduction("sum_middle_f32", "sum", "f32", (512, 50, 64), 80)
    yield reduction("sum_middle_i8_i32", "sum", "i8", (1024, 100, 64), 80)
    yield reduction("max_middle_f16", "max", "f16", (1024, 50, 64), 80)
