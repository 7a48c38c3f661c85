# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/fc."""
import numpy as np
from common import DTYPES, Case, Data, numbers, of_type


def fc(kernel, m, k, n, goal, places=(), **more):
    """Small integers, with a scale of 1: the sum of the products, clamped."""
    words = kernel.split("_")

    def data():
        x, w = numbers((m, k), np.int8), numbers((n, k), np.int8, 2)
        total = (x.astype(np.float32) @ w.astype(np.float32).T)
        integers = words[1] in ("s8s8", "u8s8")
        scalars = dict(function=0)
        if integers:
            if words[1] == "u8s8":
                x = (x + 8).astype(np.uint8)
                total = x.astype(np.float32) @ w.astype(np.float32).T
            y = total.astype(DTYPES[words[2]]) if words[2] in ("i32", "f32") else \
                np.clip(np.rint(total * np.float32(1 / 64)), *((-128, 127) if words[2] == "i8" else (0, 255))).astype(DTYPES[words[2]])
            scale = 1 / 64 if words[2] in ("i8", "u8") else 1
            scalars.update(scale=scale, multiplier=0, shift=0, zero_x=0, zero_w=0, zero_y=0, rounding=0, out_scale=1)
            inputs = dict(x=x, w=w, bias=np.zeros(n, np.int32), scales=np.zeros(0, np.float32), fixed=np.zeros(0, np.int32))
        else:
            y = of_type(total, words[-1])
            inputs = dict(x=of_type(x.astype(np.float32), words[1]), w=of_type(w.astype(np.float32), words[1]),
                          bias=np.zeros(n, np.float32))
        return Data(inputs, dict(y=y), scalars=scalars, places=dict(places), macs=m * n * k, mac_bytes=1 if integers else 2)

    return Case(kernel, f"{m} x {k} x {n}" + (", DRAM" if places else ""), goal, data, **more)


DRAM = {t: "dram" for t in ("x", "w", "bias", "y")}


def cases():
    for kernel in ("fc_s8s8_i8", "fc_f16"):
        for k in (1024, 2048):
            yield fc(kernel, 128, k, k, 75)
            yield fc(kernel, 512, k, k, 90)
    yield fc("fc_f16", 2048, 2048, 2048, 90)
    for kernel in ("fc_s8s8_u8", "fc_s8s8_i32", "fc_s8s8_f32", "fc_u8s8_i8", "fc_u8s8_u8", "fc_u8s8_i32", "fc_u8s8_f32", "fc_f16_f32",
                   "fc_bf16", "fc_bf16_f32"):
        yield fc(kernel, 512, 1024, 1024, 90)
    for m, goal in ((1, 85), (32, 85), (64, 90), (256, 90)):
        yield fc("fc_s8s8_i8", m, 2048, 2048, goal, DRAM)
