#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A quantised DLRM on the emulated device: makes model and inputs, runs build/bin/examples/dlrm, checks with numpy.

usage: dlrm.py [--build DIR] [--batch N]... [--rows N] [--seed N] [--keep DIR]

The model has the shape of MLPerf's: 13 dense features, bottom MLP 512-256-128, 26 embedding tables of dimension 128
with several indices each, dot interaction, top MLP 1024-1024-512-256-1 and a sigmoid. Weights are random. Tables have
8-bit rows with scale and bias, layers 8-bit weights with a scale per channel and 8-bit activations; a float model made
first says what the scales of activations are.

Every layer's output is compared with numpy's for the same input: integers and embeddings bit by bit, the interaction
and the sigmoid within a bound. Then the probabilities are compared with those of the float model. Exit status 1 if
anything differs by more.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DENSE, DIM = 13, 128
BOTTOM, TOP = (512, 256, 128), (1024, 1024, 512, 256, 1)
# Indices per sample of each feature, and rows of its table in thousandths of --rows.
POOLING = (3, 2, 1, 2, 6, 1, 1, 1, 1, 7, 3, 8, 1, 6, 9, 5, 1, 1, 1, 12, 100, 27, 10, 3, 1, 1)
SIZE = (1000, 500, 200, 100, 20, 1, 100, 20, 1, 1000, 500, 300, 1, 20, 100, 2, 1, 10, 1, 1000, 1000, 1000, 500, 100, 1, 1)
F32 = np.float32


def relu(x):
    return np.maximum(x, 0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def interact(dense, sparse):
    """As in PyTorch's DLRM: the dense feature, then the triangle below the diagonal of all products."""
    features = np.concatenate([dense[:, None], sparse], 1).astype(np.float64)
    products = features @ features.transpose(0, 2, 1)
    rows, columns = np.tril_indices(features.shape[1], -1)
    return np.concatenate([dense, products[:, rows, columns]], 1)


class Layer:
    """Fully connected, with its float weights; quantise() makes what the device gets."""

    def __init__(self, random, name, inputs, outputs):
        self.name = name
        self.w = random.normal(0, np.sqrt(2 / inputs), (outputs, inputs)).astype(F32)
        self.b = random.normal(0, 0.1, outputs).astype(F32)

    def __call__(self, x):
        return x @ self.w.T + self.b

    def quantise(self, scale_x, scale_y):
        """Steps of x and y; y None: the result is a float."""
        step = (np.abs(self.w).max(1) / 127).astype(F32)
        self.w8 = np.rint(self.w / step[:, None]).astype(np.int8)
        self.bias = np.rint(self.b / (step * scale_x)).astype(np.int32)
        self.scales = (step * scale_x / (1 if scale_y is None else scale_y)).astype(F32)

    def device(self, x):
        """What the device must compute from 8-bit x: the float before an activation or a conversion."""
        # Sums of products of bytes are below 2^53.
        sums = (x.astype(np.float64) @ self.w8.T.astype(np.float64)).astype(np.int32) + self.bias
        return sums.astype(F32) * self.scales


class Model:
    def __init__(self, random, rows):
        widths = (DENSE, *BOTTOM)
        self.bottom = [Layer(random, f"bottom_{i}", widths[i], widths[i + 1]) for i in range(len(BOTTOM))]
        features = len(POOLING) + 1
        widths = (DIM + features * (features - 1) // 2, *TOP)
        self.top = [Layer(random, f"top_{i}", widths[i], widths[i + 1]) for i in range(len(TOP))]
        self.rows = [max(1, rows * size // 1000) for size in SIZE]
        # Rows as FBGEMM has them: bytes, then scale and bias; small numbers around 0.
        self.values = [random.integers(0, 256, (n, DIM), dtype=np.uint8) for n in self.rows]
        self.beside = [np.stack([random.uniform(2e-4, 6e-4, n), random.uniform(-0.08, -0.02, n)], 1).astype(F32)
                       for n in self.rows]

    def inputs(self, random, batch):
        dense = np.log1p(random.exponential(20, (batch, DENSE))).astype(F32)
        return dense, [random.integers(0, n, (batch, p)).astype(np.int32) for n, p in zip(self.rows, POOLING)]

    def embedding(self, indices):
        """In the device's order: fma(scale, x, sum + bias) for one row after the other."""
        parts = []
        for values, beside, index in zip(self.values, self.beside, indices):
            total = np.zeros((len(index), DIM), F32)
            for i in index.T:
                scale, bias = (beside[i, k][:, None] for k in (0, 1))
                # Wide enough for the product and, but for one case in 2^39, for the sum.
                total = (scale.astype(np.longdouble) * values[i] + (total + bias)).astype(F32)
            parts.append(total)
        return np.stack(parts, 1)

    def calibrate(self, dense, sparse):
        """Runs the float model; the steps of all activations, and the probabilities."""
        step = lambda x: F32(np.abs(x).max() / 127)  # noqa: E731
        self.step_x = step(dense)
        x, step_in = dense, self.step_x
        for layer in self.bottom:
            x = relu(layer(x))
            layer.quantise(step_in, step(x))
            step_in = step(x)
        self.step_bottom = step_in
        z = interact(x, sparse)
        self.step_z = step_in = step(z)
        for layer in self.top[:-1]:
            z = relu(layer(z))
            layer.quantise(step_in, step(z))
            step_in = step(z)
        self.top[-1].quantise(step_in, None)
        return sigmoid(self.top[-1](z))

    def write(self, folder, dense, indices):
        save = lambda name, value: np.save(os.path.join(folder, name + ".npy"), value)  # noqa: E731
        save("dense", dense)
        save("scales", np.array([1 / self.step_x, self.step_bottom, 1 / self.step_z], F32))
        save("sizes", np.array([len(POOLING), DIM], np.int64))
        for layer in (*self.bottom, *self.top):
            save(layer.name + "_w", layer.w8)
            save(layer.name + "_bias", layer.bias)
            save(layer.name + "_scales", layer.scales)
        tables = [np.concatenate([v, b.view(np.uint8).reshape(-1, 8)], 1).reshape(-1)
                  for v, b in zip(self.values, self.beside)]
        begins = np.cumsum([0] + [t.size for t in tables])
        save("table", np.concatenate(tables))
        save("tables", np.array([[begins[i], n, DIM + 8, 0] for i, n in enumerate(self.rows)], np.int64))
        save("features", np.arange(len(tables), dtype=np.int32))
        save("columns", (np.arange(len(tables) + 1) * DIM).astype(np.int32))
        save("indices", np.concatenate([i.reshape(-1) for i in indices]))
        save("offsets", np.cumsum([0] + [p for p in POOLING for _ in range(len(dense))]).astype(np.int32))


class Checker:
    """Compares outputs of layers, and says what it has compared."""

    def __init__(self, folder):
        self.folder, self.failed, self.exact = folder, 0, 0

    def output(self, layer):
        return np.load(os.path.join(self.folder, f"out_{layer}.npy"))

    def equal(self, layer, expected):
        found = self.output(layer)
        if found.dtype != expected.dtype or not np.array_equal(found, expected):
            print(f"{layer}: {np.count_nonzero(found != expected)} of {expected.size} differ from numpy's")
            self.failed += 1
        else:
            self.exact += 1
        return found

    def near(self, layer, expected, bound):
        found = self.output(layer)
        error = np.abs(found.astype(np.float64) - expected).max()
        if not error <= bound:
            print(f"{layer}: differs from numpy's by up to {error}, more than {bound}")
            self.failed += 1
        return found, error


def to_i8(x):
    return np.clip(np.rint(x), -128, 127).astype(np.int8)


def check(model, folder, dense, sparse, probabilities):
    c = Checker(folder)
    x = c.equal("quantise_x", to_i8(dense * (F32(1) / model.step_x)))
    for layer in model.bottom:
        x = c.equal(layer.name, np.maximum(to_i8(layer.device(x)), 0))
    x = c.equal("dequantise", (x.astype(F32) * model.step_bottom).astype(np.float16))
    e = c.equal("embedding", sparse.astype(np.float16).reshape(len(x), -1)).reshape(sparse.shape)
    z = interact(x.astype(F32), e.astype(F32))
    # Sums of 128 products in binary32, rounded to 11 bits.
    z, error = c.near("interaction", z, np.abs(z).max() * (2.0 ** -11 + 130 * 2.0 ** -23))
    x = c.equal("quantise_z", to_i8(z.astype(F32) * (F32(1) / model.step_z)))
    for layer in model.top[:-1]:
        x = c.equal(layer.name, np.maximum(to_i8(layer.device(x)), 0))
    p, error_p = c.near(model.top[-1].name, sigmoid(model.top[-1].device(x).astype(np.float64)), 1e-3)
    print(f"checked: {c.exact} layers equal numpy's bit by bit; interaction within {error:.2g}, sigmoid within {error_p:.2g}; "
          f"{c.failed} failed")
    quantised = np.abs(p - probabilities)
    print(f"probabilities: {np.abs(quantised).mean():.4f} from those of the float model in the mean, at most {quantised.max():.4f}")
    return c.failed == 0 and quantised.mean() < 0.1


def run(args, model, random, batch, folder):
    dense, indices = model.inputs(random, batch)
    sparse = model.embedding(indices)
    probabilities = model.calibrate(dense, sparse)
    model.write(folder, dense, indices)
    program = os.path.join(args.build, "bin", "examples", "dlrm")
    done = subprocess.run([program, os.path.join(args.build, "kernels"), folder])
    return done.returncode == 0 and check(model, folder, dense, sparse, probabilities)


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--batch", type=int, action="append", help="64 and 256")
    parser.add_argument("--rows", type=int, default=20000, help="of the largest tables; a row is 136 bytes (20000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder for model, inputs and outputs of the last batch")
    args = parser.parse_args()
    random = np.random.default_rng(args.seed)
    model = Model(random, args.rows)
    print(f"seed {args.seed}, {sum(model.rows)} rows in {len(model.rows)} tables, {sum(model.rows) * (DIM + 8) / 1e6:.0f} MB", flush=True)
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or scratch
        os.makedirs(folder, exist_ok=True)
        for batch in args.batch or (64, 256):
            print(flush=True)
            good &= run(args, model, random, batch, folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
