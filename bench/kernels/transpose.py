# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/transpose."""
import numpy as np
from common import Case, Data

DTYPES = {"i8": np.int8, "u8": np.uint8, "f16": np.float16, "bf16": np.dtype("V2"), "f32": np.float32, "i32": np.int32}
# --trace of PE (3,3): the first load leaves at 260 of 2487 cycles (80 start-up, 180 arguments and plan), its data and the
# last store's acknowledgement are 90 on their way, leaving takes 30.
SHORT = ("2 MB take 2048 cycles; 260 go by until the first load leaves, 120 for the ways to and from the SRAM and the end, "
         "when it is idle: 90 % leaves 228 for all that (--trace)")


def numbers(shape, kind):
    bytes_ = np.random.default_rng(1).integers(0, 100, (*shape[:-1], shape[-1] * DTYPES[kind].itemsize if kind == "bf16" else
                                                       shape[-1] * np.dtype(DTYPES[kind]).itemsize)).astype(np.uint8)
    return bytes_.view(DTYPES[kind])


def transpose(kind, shape, goal, axes=None, **more):
    def data():
        x = numbers(shape, kind)
        y = np.ascontiguousarray(x.transpose(axes or (0, 2, 1)))
        if not axes:
            return Data(dict(x=x), dict(y=y))
        return Data(dict(x=x), dict(y=y), scalars={f"p{i}": p for i, p in enumerate(axes)}, dims={f"Y{i}": n for i, n in enumerate(y.shape)})

    what = " x ".join(map(str, shape)) + (", " + " ".join(map(str, axes)) if axes else "")
    return Case(f"{'permute' if axes else 'transpose'}_{kind}", what, goal, data, **more)


def cases():
    for kind, floor in (("i8", 80), ("f16", 0), ("f32", 0)):
        yield transpose(kind, (256, 128, 32), 90, **(dict(reason=SHORT, floor=floor) if floor else {}))
        yield transpose(kind, (1, 4096, 1024), 90)
    for kind in ("u8", "bf16", "i32"):
        yield transpose(kind, (16, 512, 256), 85)
    for kind, shape in (("i8", (1, 2039, 1021)), ("f16", (1, 2039, 1021)), ("f32", (1, 2039, 1021)), ("f32", (1, 2048, 1021)), ("f32", (1, 2039, 1024))):
        yield transpose(kind, shape, 80)
    for kind in ("i8", "u8", "f16", "bf16", "f32", "i32"):
        yield transpose(kind, (16, 64, 64, 64), 75, (0, 2, 1, 3))
    for axes in ((3, 1, 2, 0), (0, 3, 2, 1), (1, 0, 2, 3), (3, 2, 1, 0), (0, 1, 3, 2)):
        yield transpose("f16", (64, 64, 32, 64), 85, axes)
