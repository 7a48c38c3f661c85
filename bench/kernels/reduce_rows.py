# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/reduce/rows.c, and what those of middle.c share with them."""
import numpy as np
from common import DTYPES, Case, Data, of_type, values

INTEGERS = ("i32", "i8")


def kernels(middle):
    """(kernel, operation, type)"""
    for op in ("sum", "mean", "max", "min", "prod", "argmax", "argmin"):
        for kind in ("f32", "f16", "bf16", *INTEGERS):
            if kind not in INTEGERS or op not in ("mean", "prod"):
                yield f"{op}_{middle}_{kind}" + ("_i32" if (op, kind) == ("sum", "i8") else ""), op, kind


def reduction(kernel, op, kind, shape, goal, **more):
    def data():
        random = np.random.default_rng(shape[-1])
        if kind in INTEGERS:
            x = random.integers(-100, 100, shape).astype(DTYPES[kind])
        else:
            x = of_type((1 + 0.01 * random.standard_normal(shape)).astype(np.float32), kind)
        y = getattr(np, op)(values(x), axis=1)
        if op.startswith("arg"):
            y = y.astype(np.int32)
        elif kind in INTEGERS:
            y = y.astype(np.int32 if op == "sum" else DTYPES[kind])
        else:
            y = of_type(y.astype(np.float32), kind)
        exact = kind in INTEGERS or op not in ("sum", "mean", "prod")
        error = {"f32": 1e-4, "f16": 1e-3, "bf16": 8e-3}.get(kind)
        right = np.array_equal if exact else lambda found, expected: np.allclose(values(found), values(expected), rtol=error)
        return Data(dict(x=x), dict(y=y), right=right)

    return Case(kernel, " x ".join(map(str, shape)), goal, data, **more)


# What binds where the goal is not met.
SEARCH = ("SRAM and core 1: 8 rows take 512 cycles to come and 490 to search, so core 1 has no time to catch up; the first load leaves after "
          "330 cycles, and the search of the last 8 rows, 420, and their store, 70, are behind the last byte")
SHORT = "core 1: two loads, a comparison and the wait for its bits for each row of 32 elements, 24 cycles"
PRODUCT = ("the vector unit: of 16 bits a conversion and a product for each 16 elements, 128 cycles for a row, as many as SRAM takes to bring it, "
           "and 75 to join the products of two rows")


def cases():
    for kernel, op, kind in kernels("rows"):
        more = {}
        if op.startswith("arg") and kind == "i8":
            more = dict(reason=SEARCH, floor=76)
        elif op == "prod" and kind != "f32":
            more = dict(reason=PRODUCT, floor=55)
        yield reduction(kernel, op, kind, (4096 if kind == "i8" else 2048, 1024), 80, **more)
    yield reduction("sum_rows_f32", "sum", "f32", (32768, 32), 80)
    yield reduction("max_rows_f16", "max", "f16", (65536, 32), 80)
    yield reduction("sum_rows_i32", "sum", "i32", (32768, 32), 80)
    yield reduction("argmax_rows_f32", "argmax", "f32", (32768, 32), 80, reason=SHORT, floor=30)
