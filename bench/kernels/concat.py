# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/concat."""
import numpy as np
from common import DTYPES, Case, Data, numbers


def concat(kind, m, columns, goal):
    def data():
        x = [numbers((m, n), DTYPES[kind], n) for n in columns]
        return Data({f"x{i}": v for i, v in enumerate(x)}, dict(y=np.concatenate(x, 1)), dims={"N": sum(columns)})

    return Case(f"concat_{kind}", f"{m} x ({' + '.join(str(n) for n in columns if n)})", goal, data)


def cases():
    for kind, goal in (("i8", 85), ("f16", 90), ("f32", 90)):
        yield concat(kind, 32768, (32, 32, 0, 0), goal)
        yield concat(kind, 4096, (512, 256, 128, 128), goal)
