# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/concat and, the other way round, of kernels/split."""
import numpy as np
from common import Case, Data
from transpose import DTYPES, numbers


def described(columns):
    return " + ".join(str(n) for n in columns if n)


def concat(kind, m, columns, goal, blocks=None, **more):
    def data():
        x = [numbers((m, n) + ((blocks,) if blocks else ()), kind) for n in columns]
        return Data({f"x{i}": v for i, v in enumerate(x)}, dict(y=np.concatenate(x, 1)), dims={"N": sum(columns)})

    name = "concat_blocks" if blocks else "concat8" if len(columns) == 8 else "concat"
    return Case(f"{name}_{kind}", f"{m} x ({described(columns)})" + (f" x {blocks}" if blocks else ""), goal, data, **more)


def shapes():
    """(kind, rows, columns, goal, extent of blocks, more)"""
    for kind in DTYPES:
        yield kind, 32768, (32, 32, 0, 0), 90, None, {}
        yield kind, 4096, (512, 256, 128, 128), 90, None, {}
    for kind in DTYPES:
        small = 85 if kind in ("i8", "u8") else 90
        yield kind, 4096, (128,) * 8, small, None, {}
        yield kind, 64, (8, 16, 8, 0, 16, 8, 4, 4), small - 5, 1024, {}
    for kind in ("i8", "f16", "f32"):
        yield kind, 4096, (250, 255, 257, 11, 64, 1, 60, 30), 60 if kind == "i8" else 80, None, {}


def cases():
    for kind, m, columns, goal, blocks, more in shapes():
        yield concat(kind, m, columns, goal, blocks, **more)
