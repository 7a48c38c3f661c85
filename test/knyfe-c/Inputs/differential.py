# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compare the reference interpreter with numpy on random shapes and values.

usage: differential.py KNYFE-C FC_RELU.knyfe DIRECTORY

SEED=N in the environment repeats a run.
"""
import os
import subprocess
import sys
import time

import numpy as np

tool, fc_relu, directory = sys.argv[1:]
seed = int(os.environ.get("SEED", time.time_ns() % 1000000))
rng = np.random.default_rng(seed)


def run(path, inputs, output):
    command = [tool, path, "--interp", "--out", f"y={directory}/y.npy"]
    for name, value in inputs.items():
        if np.ndim(value):
            np.save(f"{directory}/{name}.npy", value)
            value = f"{directory}/{name}.npy"
        command += ["--arg", f"{name}={value}"]
    subprocess.run(command, check=True)
    return np.load(f"{directory}/{output}.npy")


def agree(what, got, expected):
    expected = np.asarray(expected)
    if got.dtype != expected.dtype or got.shape != expected.shape or (got != expected).any():
        print(f"seed {seed}: {what}: expected\n{expected}\ngot\n{got}")
        sys.exit(1)


def integers(shape, kind):
    info = np.iinfo(kind)
    return rng.integers(info.min, info.max, shape, dtype=kind, endpoint=True)


def extents(n, most=70):
    return [int(e) for e in rng.choice([1, 2, 3, 5, 31, 32, 33, most], n)]


def fully_connected():
    m, k, n = extents(3)
    x, w, bias = integers((m, k), "i1"), integers((n, k), "i1"), integers(n, "i4") >> 12
    scale = np.float32(2.0 ** rng.uniform(-16, -2))
    got = run(fc_relu, {"x": x, "w": w, "bias": bias, "scale": repr(float(scale))}, "y")
    acc = x.astype(np.int64) @ w.T.astype(np.int64) + bias
    scaled = np.maximum(acc, 0).astype(np.int32).astype(np.float32) * scale
    agree("fc_relu", got, np.clip(np.rint(scaled), -128, 127).astype(np.int8))


def contraction():
    """Random index orders, a batch dimension, both narrow types; the fast path against int64."""
    letters = "bmnk"
    sizes = dict(zip(letters, extents(4, 17)))
    a, b, out = (list(s) for s in ("bmk", "bnk", "bmn"))
    if rng.integers(2):
        b.remove("b")
    for part in (a, b, out):
        rng.shuffle(part)
    types = [str(t) for t in rng.choice(["i8", "u8", "i16"], 2)]
    source = "kernel k(x: {}[{}], w: {}[{}]) -> (y: i32[{}]) {{\n  y[{}] = sum[k] x[{}] * w[{}]\n}}\n".format(
        types[0], ", ".join(a).upper(), types[1], ", ".join(b).upper(), ", ".join(out).upper(),
        ", ".join(out), ", ".join(a), ", ".join(b))
    path = f"{directory}/contraction.knyfe"
    with open(path, "w") as f:
        f.write(source)
    names = {"i8": "i1", "u8": "u1", "i16": "i2"}
    x = integers([sizes[c] for c in a], names[types[0]])
    w = integers([sizes[c] for c in b], names[types[1]])
    wide = np.einsum(f"{''.join(a)},{''.join(b)}->{''.join(out)}", x.astype(np.int64), w.astype(np.int64))
    agree(source, run(path, {"x": x, "w": w}, "y"), wide.astype(np.int32))


def expression(depth):
    """A random i32 expression in x, c and numbers, as text for both languages."""
    kind = rng.integers(0, 9 if depth else 3)
    if kind == 0:
        return "x[i, j]", "x"
    if kind == 1:
        return "c[j]", "c"
    if kind == 2:
        number = int(rng.integers(1, 100000))
        return str(number), f"np.int32({number})"
    (a, a_np), (b, b_np) = expression(depth - 1), expression(depth - 1)
    if kind < 6:
        op = str(rng.choice(["+", "-", "*", "&", "|", "^"]))
        return f"({a} {op} {b})", f"({a_np} {op} {b_np})"
    if kind == 6:
        name = str(rng.choice(["min", "max"]))
        return f"{name}({a}, {b})", f"np.{name}imum({a_np}, {b_np})"
    if kind == 7:
        return f"where({a} < {b}, {a}, {b} + 1)", f"np.where({a_np} < {b_np}, {a_np}, {b_np} + np.int32(1))"
    amount = int(rng.integers(0, 32))
    op = str(rng.choice(["<<", ">>"]))
    return f"({a} {op} {amount})", f"({a_np} {op} np.int32({amount}))"


def elementwise():
    m, n = extents(2)
    text, numpy_text = expression(4)
    reduction = str(rng.choice(["none", "sum", "max", "min", "prod"]))
    if reduction == "none":
        source = f"kernel k(x: i32[M, N], c: i32[N]) -> (y: i32[M, N]) {{\n  y[i, j] = {text}\n}}\n"
    else:
        source = (f"kernel k(x: i32[M, N], c: i32[N]) -> (y: i32[M]) {{\n  t[i, j] = {text} + x[i, j]\n"
                  f"  y[i] = {reduction}[j] t[i, j]\n}}\n")
    path = f"{directory}/elementwise.knyfe"
    with open(path, "w") as f:
        f.write(source)
    x, c = integers((m, n), "i4"), integers(n, "i4")
    with np.errstate(over="ignore"):
        value = np.broadcast_to(np.asarray(eval(numpy_text)), (m, n)).astype(np.int32)
        if reduction != "none":
            value = value + x
            value = {"sum": np.sum, "max": np.max, "min": np.min, "prod": np.prod}[reduction](
                value, axis=1).astype(np.int32)
    agree(source, run(path, {"x": x, "c": c}, "y"), value)


def main():
    os.makedirs(directory, exist_ok=True)
    print("seed", seed)
    count = 0
    for kernel, times in ((fully_connected, 25), (contraction, 40), (elementwise, 60)):
        for _ in range(times):
            kernel()
            count += 1
    print(count, "kernels agree")


if __name__ == "__main__":
    main()
