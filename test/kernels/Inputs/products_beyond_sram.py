# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products of tensors that are larger than the SRAM, 128 MB, against numpy: small integers, whose sums are exact. Functional only.

usage: products_beyond_sram.py --run MTIA-RUN --kernels FOLDER --scratch FOLDER [--only TEXT]
"""
import argparse
import os
import subprocess
import sys

import numpy as np

SRAM = 128 << 20
DRAM = "dram"


def numbers(random, shape, kind, values=3):
    return random.integers(1 - values, values, shape, dtype=np.int8).astype(kind)


def fc(random):
    x, w = numbers(random, (132000, 1024), np.int8), numbers(random, (40, 1024), np.int8)
    scalars = dict(scale=1, multiplier=0, shift=0, zero_x=0, zero_w=0, zero_y=0, function=0, rounding=0, out_scale=1)
    y = (x.astype(np.float32) @ w.T.astype(np.float32)).astype(np.int32)
    return dict(x=x, w=w, bias=np.zeros(0, np.int32), scales=np.zeros(0, np.float32), fixed=np.zeros(0, np.int32)), scalars, y


def fc_weights(random):
    """w is the large one."""
    (inputs, scalars, y) = fc(random)
    inputs["x"], inputs["w"] = inputs["w"], inputs["x"]
    return inputs, scalars, np.ascontiguousarray(y.T)


def matmul(random, layout="nt", m=66000, k=1024, n=40):
    x, w = numbers(random, (1, m, k), np.float16), numbers(random, (1, k, n), np.float16)
    y = (x.astype(np.float32) @ w.astype(np.float32)).astype(np.float16)
    x = np.ascontiguousarray(x.transpose(0, 2, 1)) if layout[0] == "t" else x
    w = np.ascontiguousarray(w.transpose(0, 2, 1)) if layout[1] == "t" else w
    return dict(x=x, w=w, c=np.zeros((0, 0, 0), np.float16)), {}, y


def chain(random):
    x, u, v = (numbers(random, s, np.float16, 2) for s in ((66000, 1024), (1024, 40), (40, 70)))
    t = (x.astype(np.float32) @ u.astype(np.float32)) / 16
    y = (t.astype(np.float16).astype(np.float32) @ v.astype(np.float32)).astype(np.float16)
    return dict(x=x, u=u, v=v, buffer=np.zeros(2048 * 96, np.uint8)), dict(scale=1 / 16), y


def gated_mlp(random):
    x, g, u = (numbers(random, s, np.float16, 2) for s in ((66000, 1024), (1024, 33), (1024, 33)))
    gate, up = (x.astype(np.float32) @ w.astype(np.float32) for w in (g, u))
    return dict(x=x, gate=g, up=u), {}, gate / (1 + np.exp(-np.maximum(gate, -80))) * up


def scores(random):
    x, w = (numbers(random, (500, 400, 32), np.float16) for _ in range(2))
    y = (x.astype(np.float32) @ w.astype(np.float32).transpose(0, 2, 1)).astype(np.float16)
    return dict(x=x, w=w), dict(scale=1), y


def values(random):
    x, w = numbers(random, (500, 400, 400), np.float16), numbers(random, (500, 400, 32), np.float16)
    return dict(x=x, w=w), dict(scale=1), (x.astype(np.float32) @ w.astype(np.float32)).astype(np.float16)


CASES = {
    "fc_s8s8_i32, x": ("fc", fc), "fc_s8s8_i32, w": ("fc", fc_weights), "matmul_f16_nt": ("matmul", matmul),
    "matmul_f16_nn": ("matmul", lambda r: matmul(r, "nn", 40, 1024, 66000)), "matmul_f16_tn": ("matmul", lambda r: matmul(r, "tn")),
    "matmul_f16_tt": ("matmul", lambda r: matmul(r, "tt", 1000, 70000, 40)), "chain_f16_nn": ("chain", chain),
    "gated_mlp_f16_nn": ("gated_mlp", gated_mlp), "attention_scores_f16": ("attention", scores), "attention_values_f16": ("attention", values),
}


def run(args, name, family, make):
    inputs, scalars, y = make(np.random.default_rng(1))
    out = "h" if family == "gated_mlp" else "y"
    path = lambda n: os.path.join(args.scratch, n + ".npy")  # noqa: E731
    words = [args.run, os.path.join(args.kernels, family + ".elf"), "--functional", "--kernel", name.split(",")[0], "--out", f"{out}={path('y')}"]
    for tensor, value in inputs.items():
        np.save(path(tensor), value)
        words += ["--arg", f"{tensor}={path(tensor)}", "--place", f"{tensor}={'sram' if tensor == 'buffer' else DRAM}"]
    words += [w for scalar, value in scalars.items() for w in ("--arg", f"{scalar}={value}")] + ["--place", f"{out}={DRAM}"]
    subprocess.run(words, check=True)
    found = np.load(path("y"))
    largest = max(value.nbytes for value in (*inputs.values(), y.astype(found.dtype)))
    assert largest > SRAM, (name, largest)
    # With small integers everything is exact, but for silu and for the order of sums that binary32 cannot hold.
    exact = family != "gated_mlp"
    right = np.array_equal(found, y) if exact else np.allclose(found.astype(np.float64), y, rtol=2e-3, atol=2e-2)
    print(f"{name}: {largest >> 20} MB, {'right' if right else 'WRONG'}", flush=True)
    return right


def main():
    parser = argparse.ArgumentParser()
    for option in ("--run", "--kernels", "--scratch"):
        parser.add_argument(option, required=True)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    os.makedirs(args.scratch, exist_ok=True)
    failed = [name for name, (family, make) in CASES.items() if args.only in name and not run(args, name, family, make)]
    for name in os.listdir(args.scratch):
        os.remove(os.path.join(args.scratch, name))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
