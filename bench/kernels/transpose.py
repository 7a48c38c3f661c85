# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/transpose."""
from common import DTYPES, Case, Data, numbers


def transpose(kind, shape, goal):
    def data():
        x = numbers(shape, DTYPES[kind])
        return Data(dict(x=x), dict(y=x.transpose(0, 2, 1)))

    return Case(f"transpose_{kind}", " x ".join(map(str, shape)), goal, data)


def cases():
    for kind, goal in (("i8", 78), ("f16", 87), ("f32", 90)):
        yield transpose(kind, (256, 128, 32), goal)
        yield transpose(kind, (1, 4096, 1024), 90)
