# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tensors of more than the SRAM's 128 MB: one case of each form of these families, in functional mode.

usage: large.py --run MTIA-RUN --kernels DIR --scratch DIR [--only FAMILY] [--fuzz]

With --fuzz it ends after $FUZZ_SECONDS (60), at the latest when every case has run once; the first one depends
on the day. Each takes some seconds and up to 2 GB of the host's memory.
"""
import argparse
import importlib
import os
import random
import sys
import time

from harness import Device, Failure

# {family's script: [arguments of its case()]}. All have rows beyond the last
# tile and tensors of different lengths.
CASES = {
    "eltwise": [("quantise_f32_i8", "8x8", 33001, 1023), ("dequantise_channel_i8_f32", "8x8", 30001, 1023), ("convert_f16_f32", "8x8", 1, 24000001)],
    "broadcast": [("add_f32", "8x8", (3, 5, 1201, 1031)), ("fma_f16", "8x8", (3, 7, 1201, 1031), 0, 8, 7)],
    "where": [("f32", "8x8", (3, 5, 701, 1031)), ("f16", "8x8", (6, 7, 1001, 1031), (3, 0, 15))],
    "dynamic_quantise": [("dynamic_quantise_f32_u8", "8x8", 33001, 1023), ("dynamic_quantise_rows_f16_i8", "8x8", 5, 11000001)],
    "transpose": [("i8", "8x8", 3, 4097, 6001), ("f32", "8x8", 1, 33001, 1023)],
    "concat": [("i8", "8x8", 70001, [1000, 3, 31, 33]), ("f32", "8x8", 33, [300, 301, 0, 7, 1, 1, 1, 2], (), 1031)],
    "split": [("f16", "8x8", 33001, [1000, 3, 31, 33, 0, 1, 1031, 1])],
    "softmax": [("softmax_f32", "8x8", 17001, 1031), ("log_softmax_f16", "8x8", 3, 12000001)],
    "norm": [("layernorm_f32", "8x8", 17001, 1031), ("rmsnorm_f16", "8x8", 5, 7000001)],
    "reduce_rows": [("sum_rows_f32", "8x8", 33001, 1031), ("argmax_rows_i8", "8x8", 3, 46000001)],
    "reduce_middle": [("max_middle_f16", "8x8", 7, 10001, 1031), ("sum_middle_i8_i32", "8x8", 70001, 31, 65)],
    "cumsum": [("cumsum_i32", "8x8", 1, 17000001, 0), ("cumsum_f32", "8x8", 17001, 1031, 1)],
    "topk": [("topk_f16", "8x8", 67001, 1031, 10)],
    "jagged": [("jagged_to_padded_f32_i64", "8x8", 5001, 60, 100, 33), ("padded_to_jagged_i8_i32", "8x8", 50001, 60, 33, 33)],
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", required=True)
    parser.add_argument("--kernels", required=True, help="folder of the .elf files")
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--only", default="", help="a family")
    parser.add_argument("--fuzz", action="store_true")
    args = parser.parse_args()
    args.functional = True
    cases = [(family, number) for family, some in CASES.items() for number in range(len(some)) if args.only in ("", family)]
    if args.fuzz:
        random.Random(int(time.time()) // 86400).shuffle(cases)
    end = time.time() + (float(os.environ.get("FUZZ_SECONDS", "60")) if args.fuzz else float("inf"))
    failed = ran = 0
    for family, number in cases:
        if time.time() > end:
            break
        module = importlib.import_module("concat" if family == "split" else family)
        c = {**module.case(*CASES[family][number]), "seed": 1}
        args.elf = os.path.join(args.kernels, family + ".elf")
        start, ran = time.time(), ran + 1
        try:
            importlib.import_module(family).run_case(Device(args), c)
        except Failure as failure:
            failed += 1
            print(f"FAILED {family} {c}\n{failure}")
        print(f"{family} {c}: {time.time() - start:.0f} s", flush=True)
    print(f"{ran - failed} of {ran} cases: {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
