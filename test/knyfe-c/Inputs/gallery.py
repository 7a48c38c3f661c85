# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compare the operators of examples/ with numpy, at several shapes each.

usage: gallery.py KNYFE-C EXAMPLES DIRECTORY [--count N] [--only NAME,...] [--seed N]

--count N (12): shapes per operator; the first have sizes of 1 and odd ones. Every file in examples/
must have a reference here, and at most ten lines. The references are written from the operators'
definitions, in float64; floating-point results must agree within the tolerance of their type.

Other drivers import cases(), which yields (name, file, sizes, inputs, expected outputs, tolerances).
"""
import argparse
import glob
import os
import re
import subprocess
import sys

import numpy as np

DTYPES = {"bool": np.bool_, "i8": np.int8, "u8": np.uint8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
          "f16": np.float16, "bf16": "V2", "f32": np.float32}
SIZES = [1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 33, 40]


def to_bf16(a):
    bits = np.float32(a).view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16
    return rounded.astype(np.uint16)


def from_bf16(a):
    return (np.asarray(a).view(np.uint16).astype(np.uint32) << 16).view(np.float32)


def erf(x):
    return np.vectorize(__import__("math").erf, otypes=[float])(x)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def silu(x):
    return x * sigmoid(x)


def gelu(x):
    return x / 2 * (1 + erf(x / np.sqrt(2)))


def quantize(v, scale, zero=0, type_=np.int8):
    info = np.iinfo(type_)
    scaled = np.float32(v) * np.float32(scale)
    return np.clip(np.rint(np.nan_to_num(scaled.astype(float))) + zero, info.min, info.max).astype(type_)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def bags(table, idx, offsets, reduce, empty=0.0, weight=None):
    rows = []
    for lo, hi in zip(offsets[:-1], offsets[1:]):
        part = table[idx[lo:hi]].astype(float)
        if weight is not None:
            part = part * weight[lo:hi, None]
        rows.append(reduce(part) if hi > lo else np.full(table.shape[1], empty))
    return np.array(rows).reshape(len(offsets) - 1, table.shape[1])


def total(part):
    return part.sum(axis=0)


def rows_of(t, kind):
    """A row-wise quantised table as float64."""
    values, beside, half, nibbles = {"rowq8": (slice(0, -8), slice(-8, None), False, False),
                                     "rowq4": (slice(0, -8), slice(-8, None), False, True),
                                     "rowq8h": (slice(4, None), slice(0, 4), True, False),
                                     "rowq4h": (slice(4, None), slice(0, 4), True, True)}[kind]
    extra = np.ascontiguousarray(t[:, beside]).view(np.float16 if half else np.float32).astype(float)
    q = t[:, values].astype(float)
    if nibbles:
        q = np.stack([t[:, values] & 15, t[:, values] >> 4], axis=2).reshape(len(t), -1).astype(float)
    return q * extra[:, :1] + extra[:, 1:]


def pool(x, rows, cols):
    b, c, h, w = x.shape
    x = x[:, :, :h // rows * rows, :w // cols * cols]
    return x.reshape(b, c, h // rows, rows, w // cols, cols).max(axis=(3, 5))


def depthwise(v):
    x, w = v["x"].astype(np.int64), v["w"].astype(np.int64)
    b, c, h, wide = x.shape
    padded = np.zeros((b, c, h + 2, wide + 2), np.int64)
    padded[:, :, 1:-1, 1:-1] = x
    out = np.zeros((b, c, -(-h // 2), -(-wide // 2)), np.int64)
    for i in range(3):
        for j in range(3):
            tap = padded[:, :, i:i + h:2, j:j + wide:2]
            out += w[None, :, i, j, None, None] * tap
    return {"y": quantize(out, v["scale"][None, :, None, None])}


def conv1d(v):
    x, w = v["x"].astype(float), v["w"].astype(float)
    n = x.shape[2] - w.shape[2] + 1
    windows = np.stack([x[:, :, k:k + n] for k in range(w.shape[2])], axis=3)
    return {"y": np.einsum("bcnk,fck->bfn", windows, w) + v["bias"][None, :, None]}


def dynamic(v):
    most = np.abs(v["x"]).max(axis=1)
    with np.errstate(divide="ignore"):
        inverse = np.where(most > 0, np.float32(127) / most, np.float32(0)).astype(np.float32)
    return {"y": quantize(v["x"], inverse[:, None]), "scale": most / 127.0}


def attention(v):
    score = v["scale"] * (v["q"].astype(float) @ v["k"].astype(float).T)
    score[np.triu_indices(len(score), 1)] = -np.inf
    return {"y": softmax(score) @ v["v"]}


def rotary(v):
    x, c, s = v["x"].astype(float), v["cosine"].astype(float), v["sine"].astype(float)
    y = np.empty_like(x)
    y[:, 0::2] = x[:, 0::2] * c - x[:, 1::2] * s
    y[:, 1::2] = x[:, 1::2] * c + x[:, 0::2] * s
    return {"y": y}


def average_pool(v):
    x = np.pad(v["x"].astype(float), ((0, 0), (1, 1)))
    return {"y": (x[:, :-2] + x[:, 1:-1] + x[:, 2:]) / 3}


def jagged(v):
    y = np.full((len(v["offsets"]) - 1, v["#N"], v["x"].shape[1]), float(v["value"]))
    for b, (lo, hi) in enumerate(zip(v["offsets"][:-1], v["offsets"][1:])):
        n = min(hi - lo, v["#N"])
        y[b, :n] = v["x"][lo:lo + n]
    return {"y": y}


def segment(v):
    y = np.zeros((v["#S"], v["x"].shape[1]))
    np.add.at(y, v["segment"], v["x"])
    return {"y": y}


def layernorm(v):
    x = v["x"].astype(float)
    middle = x.mean(axis=1, keepdims=True)
    variance = ((x - middle) ** 2).mean(axis=1, keepdims=True)
    return {"y": (x - middle) / np.sqrt(variance + v["epsilon"]) * v["gain"] + v["offset"]}


def interaction(v):
    x = v["x"].astype(float)
    pairs = [(i, j) for i in range(x.shape[1]) for j in range(i)]
    return {"y": np.array([[row[i] @ row[j] for i, j in pairs] for row in x]).reshape(len(x), len(pairs))}


def three_bags(v):
    tables = [v["t0"], rows_of(v["t1"], "rowq8"), rows_of(v["t2"], "rowq4")[:, :v["#D2"]]]
    return {"y": np.hstack([bags(t, v["idx"][i], v["offsets"][i], total) for i, t in enumerate(tables)])}


def per_channel(v):
    x, w = v["x"].astype(np.int64), v["w"].astype(np.int64)
    return {"y": quantize((x - v["x_zero"]) @ w.T + v["bias"], v["scale"], v["y_zero"], np.uint8)}


def length(x):
    return np.sqrt((x.astype(float) ** 2).sum(axis=-1))


REFERENCES = {
    "fc_relu": lambda v: {"y": quantize(np.maximum(v["x"].astype(np.int64) @ v["w"].T.astype(np.int64) + v["bias"], 0),
                                        v["scale"])},
    "residual": lambda v: {"y": np.maximum(v["x"] * v["factor"] + v["r"] + v["bias"], 0)},
    "row_range": lambda v: {"total": v["x"].sum(axis=1, dtype=np.int64),
                            "range": v["x"].max(axis=1).astype(np.int32) - v["x"].min(axis=1)},
    "fc_f16": lambda v: {"y": np.maximum(v["x"].astype(float) @ v["w"].T.astype(float) + v["bias"], 0)},
    "fc_bf16": lambda v: {"y": silu(from_bf16(v["x"]).astype(float) @ from_bf16(v["w"]).T.astype(float) + v["bias"])},
    "fc_f32": lambda v: {"y": np.tanh(v["x"].astype(float) @ v["w"].T.astype(float) + v["bias"])},
    "fc_u8i8_per_channel": per_channel,
    "embedding_bag_sum": lambda v: {"y": bags(v["table"], v["idx"], v["offsets"], total)},
    "embedding_bag_mean": lambda v: {"y": bags(v["table"], v["idx"], v["offsets"], lambda p: p.mean(axis=0))},
    "embedding_bag_max": lambda v: {"y": bags(v["table"], v["idx"], v["offsets"], lambda p: p.max(axis=0))},
    "embedding_bag_weighted": lambda v: {"y": bags(v["table"], v["idx"], v["offsets"], total, weight=v["weight"])},
    "embedding_bag_int8": lambda v: {"y": bags(rows_of(v["table"], "rowq8"), v["idx"], v["offsets"], total)},
    "embedding_bag_int4": lambda v: {"y": bags(rows_of(v["table"], "rowq4h")[:, :v["#D"]], v["idx"], v["offsets"],
                                               total)},
    "embedding_bags": three_bags,
    "bmm": lambda v: {"y": v["a"].astype(float) @ v["c"].astype(float)},
    "dot_interaction": interaction,
    "softmax": lambda v: {"y": softmax(v["x"].astype(float))},
    "log_softmax": lambda v: {"y": np.log(softmax(v["x"].astype(float)))},
    "layernorm": layernorm,
    "rmsnorm": lambda v: {"y": v["x"].astype(float) * v["gain"].astype(float) /
                          np.sqrt((v["x"].astype(float) ** 2).mean(axis=1, keepdims=True) + v["epsilon"])},
    "batchnorm": lambda v: {"y": (v["x"].astype(float) - v["middle"][:, None, None]) *
                            (v["gain"] / np.sqrt(v["variance"].astype(float) + v["epsilon"]))[:, None, None] +
                            v["offset"][:, None, None]},
    "gelu_mlp": lambda v: {"y": gelu(v["x"].astype(float) @ v["w1"].T.astype(float) + v["b1"]).astype(np.float16)
                           .astype(float) @ v["w2"].T.astype(float) + v["b2"]},
    "gated_mlp": lambda v: {"y": (silu(v["x"].astype(float) @ v["gate"].T.astype(float)) *
                                  (v["x"].astype(float) @ v["up"].T.astype(float))).astype(np.float16).astype(float)
                            @ v["down"].T.astype(float)},
    "attention": attention,
    "concat": lambda v: {"y": np.hstack([v["a"], v["b"], v["c"]])},
    "split": lambda v: {"y": v["x"][:, :-(-v["x"].shape[1] // 2)], "z": v["x"][:, -(-v["x"].shape[1] // 2):]},
    "transpose": lambda v: {"y": v["x"].transpose(0, 2, 1), "z": v["x"].transpose(2, 1, 0)},
    "quantise": lambda v: {"y": quantize(v["x"], v["inverse"][:, None], v["zero"])},
    "dequantise": lambda v: {"y": (v["x"].astype(float) - v["zero"]) * v["scale"]},
    "dynamic_quantise": dynamic,
    "cumsum": lambda v: {"y": np.cumsum(v["x"], axis=1, dtype=np.int32),
                         "before": np.cumsum(v["x"], axis=1, dtype=np.int32) - v["x"]},
    "top1": lambda v: {"value": v["x"].max(axis=1), "place": v["x"].argmax(axis=1).astype(np.int32)},
    "one_hot": lambda v: {"y": (v["label"][:, None] == np.arange(v["#N"])).astype(np.int8)},
    "max_pool": lambda v: {"y": pool(v["x"], 2, 2)},
    "average_pool": average_pool,
    "conv1d": conv1d,
    "depthwise_conv": depthwise,
    "rotary": rotary,
    "masked_fill": lambda v: {"y": np.where(v["mask"], np.float32(v["value"]), v["x"])},
    "l2_normalise": lambda v: {"y": v["x"] / np.maximum(length(v["x"]), v["epsilon"])[:, None]},
    "cosine_similarity": lambda v: {"y": v["a"].astype(float) @ v["b"].T.astype(float) /
                                    np.maximum(np.outer(length(v["a"]), length(v["b"])), v["epsilon"])},
    "cross_features": lambda v: {"y": v["x0"].astype(float) * (v["x"].astype(float) @ v["w"].T + v["bias"]) + v["x"]},
    "jagged_to_padded": jagged,
    "histogram": lambda v: {"y": np.bincount(v["x"], minlength=256).astype(np.int32)},
    "segment_sum": segment,
    "sigmoid_product": lambda v: {"y": sigmoid((v["user"].astype(float) * v["item"]).sum(axis=1) + v["bias"])},
    "leaky_relu": lambda v: {"y": np.where(v["x"] < 0, v["x"].astype(float) * float(v["slope"]), v["x"])},
}

def group_norm(v):
    d = v["x"].astype(float)
    d = d - d.mean(axis=(2, 3), keepdims=True)
    d = d / np.sqrt((d ** 2).mean(axis=(2, 3), keepdims=True) + v["epsilon"])
    return {"y": d * v["gain"][:, :, None] + v["offset"][:, :, None]}


def heads(v):
    q, key, values = (v[n].astype(float) for n in ("q", "key", "v"))
    n, k = q.shape[2:]
    far = np.arange(n)[:, None] - np.arange(n)
    s = np.einsum("bcik,bcjk->bcij", q, key) / np.sqrt(k) - v["slope"][:, None, None] * far
    return {"y": np.einsum("bcij,bcjk->bcik", softmax(np.where(far >= 0, s, -np.inf)), values)}


def gate(v):
    x = v["x"].astype(float)
    first = x.argmax(axis=1)
    rest = np.where(np.arange(x.shape[1]) == first[:, None], -np.inf, x)
    second = np.where(np.isinf(rest.max(axis=1)), 0, rest.argmax(axis=1))
    return {"first": first.astype(np.int32), "second": second.astype(np.int32),
            "weight": sigmoid(x.max(axis=1) - rest.max(axis=1)),
            "load": np.bincount(first, minlength=x.shape[1]).astype(np.int32)}


def fc_int4(v):
    x, w = v["x"].astype(float), v["w"]
    w = np.stack([w & 15, w >> 4], axis=2).reshape(len(w), -1)[:, :x.shape[1]].astype(float)
    w = np.where(w > 7, w - 16, w) * np.repeat(v["scale"].astype(float), 32, axis=1)[:, :x.shape[1]]
    return {"y": x @ w.T}


def conv2d(v):
    x, w, zero = v["x"].astype(np.int64), v["w"].astype(np.int64), int(v["zero"])
    b, h, wide, c = x.shape
    padded = np.zeros((b, h + 2, wide + 2, c), np.int64)
    padded[:, 1:-1, 1:-1] = x - zero
    out = sum(np.einsum("bhwc,fc->bhwf", padded[:, i:i + h, j:j + wide], w[:, i, j]) for i in range(3) for j in range(3))
    return {"y": quantize(np.maximum(out + v["bias"], 0), v["scale"])}


def conv2d_f16(v):
    x, w = v["x"].astype(float), v["w"].astype(float)
    b, h, wide, c = x.shape
    padded = np.zeros((b, h + 3, wide + 3, c))
    padded[:, 1:h + 1, 1:wide + 1] = x
    window = lambda i, j: padded[:, i:i + h:2, j:j + wide:2]
    out = sum(np.einsum("bhwc,cf->bhwf", window(i, j), w[i, j]) for i in range(3) for j in range(3))
    return {"y": np.maximum(out + v["bias"], 0)}


def cross_entropy(v):
    loss = -np.log(softmax(v["x"].astype(float)))[np.arange(len(v["x"])), v["label"]]
    return {"loss": loss, "average": loss.mean()}


def segment_mean(v):
    sums = np.zeros((v["#S"], v["x"].shape[1]))
    np.add.at(sums, v["segment"], v["x"].astype(float))
    return {"y": sums / np.maximum(np.bincount(v["segment"], minlength=v["#S"]), 1)[:, None]}


def machine(v):
    e = v["table"].astype(float)[v["idx"]]
    return {"y": ((e.sum(axis=1) ** 2).sum(axis=1) - (e ** 2).sum(axis=(1, 2))) / 2}


def quantise_groups(v):
    x = v["x"]
    groups = np.pad(np.abs(x), ((0, 0), (0, -x.shape[1] % 32))).reshape(len(x), -1, 32).max(axis=2)
    scale = np.maximum(groups, np.float32(1e-8)) / np.float32(127)
    return {"y": quantize(x, np.repeat(1 / scale, 32, axis=1)[:, :x.shape[1]]), "scale": scale}


def hash_lookup(v):
    row = [(((x ^ (x >> 33)) * 0x7f51afd7ed558ccd) & (2 ** 63 - 1)) % v["#E"] for x in v["id"].tolist()]
    return {"y": v["table"][row], "row": np.array(row, np.int32)}


def pixel_shuffle(v):
    b, _, h, w = v["x"].shape
    c, r = v["#C"], v["#R"]
    return {"y": v["x"].reshape(b, c, r, r, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(b, c, h * r, w * r)}


REFERENCES.update({
    "group_norm": group_norm, "multi_head_attention": heads, "moe_gate": gate, "fc_int4": fc_int4, "conv2d": conv2d, "conv2d_f16": conv2d_f16,
    "cross_entropy": cross_entropy, "segment_mean": segment_mean, "factorisation_machine": machine,
    "bucketise": lambda v: {"place": (v["x"][:, :, None] >= v["edge"]).sum(axis=2).astype(np.int32),
                            "y": (np.log1p(np.maximum(v["x"].astype(float), 0)) - v["middle"]) * v["inverse"]},
    "quantise_groups": quantise_groups, "hash_lookup": hash_lookup, "pixel_shuffle": pixel_shuffle,
})

# Input that must lie below a size, or be sorted: name -> (largest value's dimension, sorted).
INDICES = {"idx": ("E", False), "offsets": ("L", True), "label": ("N", False), "segment": ("S", False)}
# Sizes that must be at least so large, where 1 makes no sense.
LEAST = {"F": 2, "H": 2, "W": 2, "E": 1}


def signature(tool, path):
    text = subprocess.run([tool, path, "--emit=ast"], check=True, stdout=subprocess.PIPE, text=True).stdout
    tensors = {"input": [], "output": []}
    for role, name, type_, dims in re.findall(r"^  (input|output) (\w+): (\w+)(?:\[(.*)\])?$", text, re.M):
        tensors[role].append((name, type_, dims.split(", ") if dims else []))
    return tensors["input"], tensors["output"], re.findall(r"^  dim (\w+)$", text, re.M)


def size_of(dim, sizes):
    text = re.sub(r"ceil\((.*) / (.*)\)", r"-(-\1 // \2)", dim)
    return int(eval(text.replace(" / ", " // "), {}, sizes))


def choose_sizes(names, number, r):
    """Small and odd first; later any."""
    sizes = {}
    for i, name in enumerate(names):
        size = SIZES[(number * (2 * i + 1) + i * (number > 0)) % len(SIZES)]
        sizes[name] = max(size, LEAST.get(name, 1))
    if "K" in sizes and "N" in sizes and "F" in sizes and "C" in sizes:  # conv1d: the window fits
        sizes["K"] = min(sizes["K"], sizes["N"])
    if len(names) > 3:
        for name in names:
            sizes[name] = min(sizes[name], 9)
    return sizes


def draw(name, type_, shape, sizes, r):
    if name in INDICES:
        dim, is_sorted = INDICES[name]
        limits = [sizes[d] for d in sizes if d.rstrip("012") == dim]
        if is_sorted:
            values = np.sort(r.integers(0, limits[0] + 1, shape), axis=-1)
        else:
            values = r.integers(0, min(limits), shape)
        return values.astype(DTYPES[type_])
    if type_.startswith("rowq"):
        rows, row = shape[0], shape[1]
        half, nibbles = type_.endswith("h"), "4" in type_
        q = r.integers(0, 256, (rows, -(-row // 2) if nibbles else row), dtype=np.uint8)
        beside = np.stack([r.uniform(0.01, 0.1, rows), r.uniform(-1, 1, rows)], axis=1)
        beside = np.ascontiguousarray(beside.astype(np.float16 if half else np.float32)).view(np.uint8)
        return np.hstack([beside, q] if half else [q, beside])
    if type_ == "bool":
        return r.integers(0, 2, shape).astype(bool)
    if type_ == "i4":
        return r.integers(0, 256, [*shape[:-1], -(-shape[-1] // 2)], dtype=np.uint8)
    if name == "id":
        return r.integers(0, 2 ** 62, shape, dtype=np.int64)
    if type_[0] in "iu":
        info = np.iinfo(DTYPES[type_])
        low, high = (info.min, info.max) if info.bits <= 16 else (-1000, 1000)
        return r.integers(low, high + 1, shape).astype(DTYPES[type_])
    positive = name in ("scale", "inverse", "variance", "epsilon")
    values = r.uniform(0.01, 0.1, shape) if positive else r.uniform(-2, 2, shape)
    if name == "inverse":
        values = values * 300
    return to_bf16(values).view("V2") if type_ == "bf16" else values.astype(DTYPES[type_])


# Of one rounding to the type; what was rounded on the way comes on top for long sums.
TOLERANCES = {"f32": 2e-5, "f16": 4e-3, "bf16": 1.6e-2}


def cases(tool, path, count, seed):
    name = os.path.basename(path)[:-len(".knyfe")]
    inputs, outputs, dims = signature(tool, path)
    for number in range(count):
        r = np.random.default_rng(seed * 1000 + number)
        sizes = choose_sizes(dims, number, r)
        values = {n: draw(n, t, [size_of(d, sizes) for d in shape], sizes, r) for n, t, shape in inputs}
        expected = REFERENCES[name]({**values, **{"#" + d: s for d, s in sizes.items()}})
        for n, _, shape in outputs:
            wanted = tuple(size_of(d, sizes) for d in shape)
            assert expected[n].shape == wanted, (name, n, expected[n].shape, wanted)
        yield name, sizes, values, expected, {n: t for n, t, _ in outputs}


def agree(type_, got, expected):
    if type_ not in TOLERANCES:
        expected = np.asarray(expected)
        return got.shape == expected.shape and got.dtype == DTYPES[type_] and bool((got == expected).all())
    if type_ == "bf16":
        got = from_bf16(got)
    expected = np.asarray(expected, float)
    scale = max(1.0, float(np.abs(expected[np.isfinite(expected)]).max(initial=0)))
    close = np.isclose(got.astype(float), expected, rtol=TOLERANCES[type_], atol=TOLERANCES[type_] * scale,
                       equal_nan=True)
    return got.shape == expected.shape and bool(close.all())


def tensors(directory, values, outputs):
    """Writes the inputs; the words that name them, and where outputs go."""
    words = []
    for name, value in values.items():
        if value.ndim:
            np.save(f"{directory}/{name}.npy", value)
        words += ["--arg", f"{name}={directory}/{name}.npy" if value.ndim else f"{name}={value.item()!r}"]
    for name in outputs:
        words += ["--out", f"{name}={directory}/out-{name}.npy"]
    return words


def results(directory, outputs):
    return {name: np.load(f"{directory}/out-{name}.npy") for name in outputs}


def interpret(tool, path, directory, sizes, values, outputs):
    command = [tool, path, "--interp", "--shape", ",".join(f"{d}={s}" for d, s in sizes.items())]
    command += tensors(directory, values, outputs)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return results(directory, outputs)


def examples(folder, only=""):
    """Names and paths of a folder's operators, or of those that `only`, a list with commas, names."""
    for path in sorted(glob.glob(os.path.join(folder, "*.knyfe"))):
        name = os.path.basename(path)[:-len(".knyfe")]
        if not only or name in only.split(","):
            yield name, path


def arguments(tools, count, **options):
    """The command line of a script that goes through a folder's operators: tools, examples, directory, and options with
    their defaults; the directory is made."""
    parser = argparse.ArgumentParser()
    for name in (*tools, "examples", "directory"):
        parser.add_argument(name)
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=1)
    for name, default in dict(only="", **options).items():
        if default is False:
            parser.add_argument(f"--{name}", action="store_true")
        else:
            parser.add_argument(f"--{name}", default=default)
    o = parser.parse_args()
    os.makedirs(o.directory, exist_ok=True)
    return o


def main():
    o = arguments(["tool"], 12)
    names = {name for name, _ in examples(o.examples)}
    wrong = 0
    for what, some in (("without a reference", names - set(REFERENCES)), ("without a file", set(REFERENCES) - names)):
        if some:
            print(what, *sorted(some))
            wrong += 1
    shapes = 0
    for name, path in examples(o.examples, o.only):
        if len(open(path, encoding="utf-8").read().splitlines()) > 10:
            print(name, "has more than ten lines")
            wrong += 1
        for name, sizes, values, expected, types in cases(o.tool, path, o.count, o.seed):
            got = interpret(o.tool, path, o.directory, sizes, values, types)
            shapes += 1
            for output, type_ in types.items():
                if not agree(type_, got[output], expected[output]):
                    print(f"{name} {sizes} seed {o.seed}: {output}: expected\n{expected[output]}\ngot\n{got[output]}")
                    wrong += 1
    print(f"{len(names)} operators, {shapes} shapes, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
