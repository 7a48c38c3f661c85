# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels that call two functions of the library against numpy.

usage: larger.py --run MTIA-RUN --elf FILE --scratch DIR
"""
import numpy as np
from harness import GRIDS, Failure, main, same

SAMPLE = [dict(kernel="larger", grid=grid, m=m, a=a, b=b, places=places) for grid, m, a, b, places in (
    ("1x1", 3, 40, 7, {}), ("2x3", 50, 33, 65, {"y": "dram"}), ("8x8", 300, 200, 129, {}), ("8x8", 1, 1, 0, {}),
    ("2x3", 0, 5, 5, {}))] + [dict(kernel="head", grid=grid, m=m, a=a, b=b, places=places) for grid, m, a, b, places in (
        ("1x1", 3, 40, 7, {}), ("2x3", 50, 130, 65, {"logits": "dram"}), ("8x8", 300, 200, 129, {}))]


def random_case(r):
    return dict(kernel=r.choice(["larger", "head"]), grid=r.choice(GRIDS), m=r.randint(1, 100), a=r.randint(1, 300),
                b=r.randint(1, 300), places={})


def run_case(device, c):
    (run_larger if c["kernel"] == "larger" else run_head)(device, c)


def run_head(device, c):
    random = np.random.default_rng(c["seed"])
    x, w = (random.integers(-8, 8, (rows, c["a"])).astype(np.int8) for rows in (c["m"], c["b"]))
    bias = random.integers(-99, 99, c["b"]).astype(np.int32)
    logits, p = device.run("head", dict(x=x, w=w, bias=bias), ["logits", "p"], c["grid"], places=c["places"])
    expected = (x.astype(np.int32) @ w.astype(np.int32).T + bias).astype(np.float32) * np.float32(1 / 128)
    same("logits", logits, expected)
    e = np.exp(expected.astype(np.float64) - expected.max(1, keepdims=True))
    if not np.allclose(p, e / e.sum(1, keepdims=True), rtol=1e-5, atol=1e-7):
        raise Failure("p is not the softmax")


def run_larger(device, c):
    random = np.random.default_rng(c["seed"])
    x0, x1 = (random.integers(0, 65535, (c["m"], n), dtype=np.uint16, endpoint=True) for n in (c["a"], c["b"]))
    y, z = device.run("larger", dict(x0=x0.view(np.float16), x1=x1.view(np.float16)), ["y", "z"], c["grid"],
                      dims={"C": 2 * (c["a"] + c["b"]), "D": 4 * c["a"] + 5 * c["b"]}, places=c["places"])
    expected = np.concatenate([x0, x1, x0, x1], 1)
    same("y", y.view(np.uint16), expected)
    same("z", z.view(np.uint16), np.concatenate([expected, x1, expected], 1))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
