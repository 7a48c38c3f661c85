# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles a description for many shapes, runs it on many grids, compares with numpy.

  matrix.py KNYFE_C MTIA_RUN KERNEL.knyfe CASE...

CASE is "M=1,K=2,N=3@1x1+2x4": a shape, then the grids. The expected tensors come from
the function of the kernel's name below. Each run happens with time and with
--functional, and both must give the same bytes.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np

RNG = np.random.default_rng(7)


def ints(dtype, *shape, lo=None, hi=None):
    info = np.iinfo(dtype)
    return RNG.integers(info.min if lo is None else lo, (info.max if hi is None else hi), shape, dtype=dtype,
                        endpoint=True)


def wrap32(x):
    return (x & 0xFFFFFFFF).astype(np.uint32).astype(np.int32)


def matmul(a, b):
    return wrap32(a.astype(np.int64) @ b.astype(np.int64).T)


def quantize(acc, scale, zero=0, lo=-128, hi=127):
    q = np.rint(acc.astype(np.float32) * np.float32(scale)).astype(np.float64) + zero
    return np.clip(q, lo, hi)


def small(n):
    """A scale that brings sums of K products into 8 bits, with some clamping."""
    return float(np.float32(0.01 / (n ** 0.5)))


def fc_relu(d):
    a = {"x": ints(np.int8, d["M"], d["K"]), "w": ints(np.int8, d["N"], d["K"]),
         "bias": ints(np.int32, d["N"], lo=-20000, hi=20000), "scale": small(d["K"])}
    acc = np.maximum(wrap32(matmul(a["x"], a["w"]).astype(np.int64) + a["bias"]), 0)
    return a, {"y": quantize(acc, a["scale"]).astype(np.int8)}


def fc_raw(d):
    a = {"x": ints(np.int8, d["M"], d["K"]), "w": ints(np.int8, d["N"], d["K"])}
    return a, {"y": matmul(a["x"], a["w"])}


def fc_u8(d):
    a = {"x": ints(np.uint8, d["M"], d["K"]), "w": ints(np.int8, d["N"], d["K"]),
         "scale": small(d["K"]) / 2, "zero": int(RNG.integers(0, 256))}
    return a, {"y": quantize(matmul(a["x"], a["w"]), a["scale"], a["zero"], 10, 250).astype(np.uint8)}


def fc_row_bias(d):
    a = {"x": ints(np.int8, d["M"], d["K"]), "w": ints(np.int8, d["N"], d["K"]),
         "bias": ints(np.int32, d["M"])}
    return a, {"y": np.maximum(wrap32(matmul(a["x"], a["w"]).astype(np.int64) + a["bias"][:, None]), 0)}


def fc_transposed(d):
    a = {"x": ints(np.int8, d["M"], d["K"]), "w": ints(np.int8, d["N"], d["K"])}
    return a, {"y": matmul(a["w"], a["x"])}


def fc_leaky(d):
    a = {"x": ints(np.int8, d["M"], d["K"]), "w": ints(np.int8, d["N"], d["K"]),
         "c": ints(np.int32, d["M"], d["N"])}
    acc = wrap32(matmul(a["x"], a["w"]).astype(np.int64) + a["c"])
    return a, {"y": np.where(acc > 0, acc, acc >> 3).astype(np.int32)}


def fc_kn(d):
    a = {"x": ints(np.int8, d["M"], d["K"]), "w": ints(np.int8, d["K"], d["N"])}
    return a, {"y": matmul(a["x"], a["w"].T)}


def chain(d):
    a = {"a": ints(np.int32, d["M"], d["N"]), "b": ints(np.int32, d["N"]), "s": int(ints(np.int32))}
    t = wrap32(a["a"].astype(np.int64) * a["s"] + a["b"])
    third = np.trunc(-t.astype(np.float64) / 3).astype(np.int64)
    return a, {"y": np.where(t > 0, t, third).astype(np.int32)}


def widths(d):
    a = {"a": ints(np.int8, d["N"]), "b": ints(np.uint8, d["N"]), "c": ints(np.int16, d["N"]),
         "e": ints(np.int64, d["N"])}
    s = a["a"].astype(np.int64) + a["b"] + a["c"]
    return a, {"y": s * a["e"], "z": s.astype(np.int8), "p": np.minimum(a["b"], np.uint8(100))}


def cube(d):
    a = {"x": ints(np.int32, d["A"], d["B"], d["C"], d["D"]), "v": ints(np.int32, d["B"])}
    return a, {"y": wrap32(a["x"].astype(np.int64) ^ a["v"][None, :, None, None])}


def transposed(d):
    a = {"x": ints(np.int32, d["M"], d["N"])}
    i, j = np.arange(d["N"])[:, None], np.arange(d["M"])[None, :]
    return a, {"y": wrap32(a["x"].T.astype(np.int64) * 3 + i - j)}


def rows(d):
    a = {"x": ints(np.int32, d["M"], d["K"])}
    x = a["x"].astype(np.int64)
    return a, {"s": wrap32(x.sum(1)), "top": a["x"].max(1), "low": a["x"].min(1)}


def columns(d):
    a = {"x": ints(np.int16, d["K"], d["M"])}
    return a, {"s": a["x"].astype(np.int64).sum(0), "top": a["x"].max(0)}


def products(d):
    a = {"x": ints(np.int8, d["M"], d["K"])}
    p = np.ones(d["M"], np.int64)
    for k in range(d["K"]):
        p = wrap32(p.astype(np.int64) * a["x"][:, k]).astype(np.int64)
    return a, {"y": p.astype(np.int32)}


def centred(d):
    a = {"x": ints(np.int32, d["M"], d["K"], lo=-10 ** 6, hi=10 ** 6)}
    x = a["x"].astype(np.int64)
    e = x - x.max(1)[:, None]
    return a, {"y": e.astype(np.int32), "n": wrap32((e * e).sum(1))}


def ranges(d):
    a = {"x": ints(np.int32, d["N"], d["M"])}
    i = np.arange(d["N"])
    f = np.max([i ^ (j - k) for j in range(7) for k in range(3)], axis=0)
    return a, {"z": wrap32((a["x"].astype(np.int64) * np.arange(d["M"])).sum(1)), "f": f.astype(np.int32)}


def parse(case):
    shape, grids = case.split("@")
    return shape, {k: int(v) for k, v in (p.split("=") for p in shape.split(","))}, grids.split("+")


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)}\nfailed with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result


def describe(got, want):
    if got.shape != want.shape or got.dtype != want.dtype:
        return f"is {got.dtype}{got.shape}, expected {want.dtype}{want.shape}"
    at = tuple(int(i) for i in np.argwhere(got != want)[0])
    return f"differs at {(got != want).sum()} of {got.size}, first at {at}: {got[at]}, expected {want[at]}"


def main():
    compiler, runner, source = sys.argv[1:4]
    model = globals()[os.path.splitext(os.path.basename(source))[0]]
    checked = 0
    with tempfile.TemporaryDirectory() as tmp:
        elf = os.path.join(tmp, "k.elf")
        for case in sys.argv[4:]:
            shape, dims, grids = parse(case)
            run(compiler.split() + [source, "--shape", shape, "-o", elf])
            args, want = model(dims)
            command = [runner, elf]
            for name, value in args.items():
                if isinstance(value, np.ndarray):
                    path = os.path.join(tmp, name + ".npy")
                    np.save(path, np.ascontiguousarray(value))
                    value = path
                command += ["--arg", f"{name}={value}"]
            for grid in grids:
                for mode in ([], ["--functional"]):
                    outs = {name: os.path.join(tmp, name + ".out.npy") for name in want}
                    run(command + ["--grid", grid] + mode +
                        [x for name, path in outs.items() for x in ("--out", f"{name}={path}")])
                    for name, path in outs.items():
                        got = np.load(path)
                        if got.dtype != want[name].dtype or not np.array_equal(got, want[name]):
                            sys.exit(f"{source} {shape} on {grid} {mode}: {name} {describe(got, want[name])}")
                        os.unlink(path)
                    checked += 1
    print(f"{checked} runs equal numpy")


if __name__ == "__main__":
    main()
