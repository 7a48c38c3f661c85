# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/fc."""
import os
import sys

import numpy as np
from common import DTYPES, Case, Data, numbers, of_type

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "calibration"))
from calibrate import PUBLISHED  # noqa: E402


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

    return Case(kernel, f"{m} x {k} x {n}" + (", DRAM" if places else "") +
                (", with the launch" if more.get("launch") else ""), goal, data, **more)


DRAM = {t: "dram" for t in ("x", "w", "bias", "y")}

PEAK = 104.8576  # TOPS: 64 PEs, 1024 products per cycle, 800 MHz

START = ("315 cycles until the first load leaves (50 of the start-up code, 65 for the arguments, 200 for the plan), 220 until the first "
         "product (SRAM, which all PEs ask at once), 33 of waiting, 355 behind the last product (80 for partial sums, 48 drain, 195 store, "
         "33 end): --trace; without anything before the first load 128 rows would reach 77 %")
WIDE = ("4-byte results of the last blocks are 1 MB, 1024 cycles of the SRAM, of which the products of these blocks hide 400: --trace")
CHANNEL = ("510 cycles until the first load leaves; then the busiest of the 16 channels works without a gap for 5957 cycles (16 pages of w and "
           "that of the bias), 83 % of the run; 180 until its last data are there, 140 of products, 100 for partial sums, 186 store: --trace")
RIDGE = ("the DPE and the DRAM bound it both: when m rows of x and n of w have come, (m + n) K / 187 cycles, there are at most m n K / 65536 "
         "cycles of products; the DPE misses K / 65536 * 350 * 350 cycles at least (3800 of K = 2048) beside 1000 of start and end")

# (M, K = N, goal, reason and floor): kernel time, operands in SRAM, DRAM.
SRAM_I8 = [(128, 1024, 75, START, 66), (256, 1024, 75, "", 0), (512, 1024, 90, "", 0), (128, 2048, 75, "", 0),
           (512, 2048, 90, "", 0), (128, 4096, 75, "", 0)]
SRAM_F16 = [(128, 1024, 75, "", 0), (512, 1024, 90, "", 0), (128, 2048, 75, "", 0), (512, 2048, 90, "", 0),
            (2048, 2048, 90, "", 0)]
DRAM_I8 = [(1, 1024, 85, CHANNEL, 77), (32, 1024, 85, CHANNEL, 77), (64, 1024, 90, CHANNEL, 77), (1, 2048, 85, "", 0),
           (32, 2048, 85, "", 0), (64, 2048, 90, "", 0), (128, 2048, 90, "", 0), (256, 2048, 90, "", 0),
           (512, 2048, 90, RIDGE, 83), (1, 4096, 85, "", 0), (64, 4096, 90, "", 0), (512, 4096, 90, "", 0),
           (1024, 1024, 90, RIDGE, 71)]
DRAM_F16 = [(1, 2048, 85, "", 0), (64, 2048, 90, "", 0), (512, 2048, 90, RIDGE, 83)]


def cases():
    for kernel, shapes in (("fc_s8s8_i8", SRAM_I8), ("fc_f16", SRAM_F16)):
        for m, k, goal, reason, floor in shapes:
            yield fc(kernel, m, k, k, goal, reason=reason, floor=floor)
    for kernel in ("fc_s8s8_u8", "fc_s8s8_i32", "fc_s8s8_f32", "fc_u8s8_i8", "fc_u8s8_u8", "fc_u8s8_i32", "fc_u8s8_f32"):
        wide = kernel[-3:] in ("i32", "f32")
        yield fc(kernel, 512, 1024, 1024, 90, reason=WIDE if wide else "", floor=83 if wide else 0)
    for kernel in ("fc_f16_f32", "fc_bf16", "fc_bf16_f32"):
        yield fc(kernel, 512, 1024, 1024, 90)
    for kernel, shapes in (("fc_s8s8_i8", DRAM_I8), ("fc_f16", DRAM_F16)):
        for m, k, goal, reason, floor in shapes:
            yield fc(kernel, m, k, k, goal, DRAM, reason=reason, floor=floor)
    for (m, k, n), tops in sorted(PUBLISHED.items(), key=lambda row: (row[0][1], row[0][0])):
        yield fc("fc_s8s8_i8", m, k, n, round(100 * tops / PEAK, 1), launch=True)
