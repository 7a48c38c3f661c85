# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/dynamic_quantise. Per tensor x has to be read twice: the first time for its extremes."""
import os
import sys

import numpy as np
from common import Case, Data

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "kernels", "Inputs"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))
from formats import F32, narrow, to_file  # noqa: E402
from kernel_tables import families  # noqa: E402

NARROW = ("core 1: 30 cycles for a row, 11 to issue its command and 13 to make its scale and zero point, of which the divider takes 5; the rest for "
          "groups of 64 (--profile)")


def dynamic(kernel, m, n, goal, **more):
    words = kernel.split("_")
    rows, kind, to = words[2] == "rows", words[-2], words[-1]

    def data():
        # Extremes whose scale is 1: -3 and 252, or 127.
        x = np.random.default_rng(1).integers(-3, 120, (m, n)).astype(F32)
        x[:, 0], x[:, -1] = -3, 252 if to == "u8" else 127
        y = (x + 3 if to == "u8" else x).astype(np.uint8 if to == "u8" else np.int8)
        count = m if rows else 1
        expected = dict(y=y, scale=np.ones(count, F32), **(dict(zero=np.full(count, 3, np.int32)) if to == "u8" else {}))
        x = to_file(narrow(x, kind), kind)
        moved = (1 if rows else 2) * x.nbytes + sum(v.nbytes for v in expected.values())
        return Data(dict(x=x), expected, moved=dict(sram=moved))

    return Case(kernel, f"{m} x {n}", goal, data, **more)


def cases():
    for variant in families()["dynamic_quantise"].variants:
        yield dynamic(variant.kernel, 2048, 1024, 80)
    for kind in ("f32", "f16"):
        yield dynamic(f"dynamic_quantise_{kind}_u8", 4096, 2048, 90)
        yield dynamic(f"dynamic_quantise_rows_{kind}_u8", 4096, 2048, 90)
        yield dynamic(f"dynamic_quantise_rows_{kind}_u8", 32768, 64, 80, reason=NARROW, floor=36)
