# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/split: those of kernels/concat the other way round."""
import numpy as np
from common import Case, Data
from concat import described, shapes
from transpose import numbers


def split(kind, m, columns, goal, blocks, **more):
    columns = (*columns, 0, 0, 0, 0)[:8]

    def data():
        y = [numbers((m, n) + ((blocks,) if blocks else ()), kind) for n in columns]
        return Data(dict(x=np.concatenate(y, 1)), {f"y{i}": v for i, v in enumerate(y)}, dims={f"N{i}": n for i, n in enumerate(columns)})

    return Case(f"{'split_blocks' if blocks else 'split'}_{kind}", f"{m} x ({described(columns)})" + (f" x {blocks}" if blocks else ""),
                goal, data, **more)


def cases():
    for kind, m, columns, goal, blocks, more in shapes():
        yield split(kind, m, columns, goal, blocks, **more)
