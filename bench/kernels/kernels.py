#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels of the library on the 8x8 grid: cycles, bytes per memory, share of the roofline that binds.

usage: kernels.py --bin DIR --kernels DIR [--markdown] [--only TEXT] [--mtia-run-flag F]..

The roofline is the time that the busiest of these needs at least: SRAM and DRAM for the bytes that must
move (every operand once; of gathered rows the 32-byte sectors that they touch; DRAM in whole bursts), the
DPE, and SE, MLU and FI of a PE for what they have done. Cycles are the kernel's, without the launch.
Results are compared with numpy's. Exit status 1 when one is wrong or a kernel misses its goal.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

DTYPES = {"i8": np.int8, "u8": np.uint8, "i32": np.int32, "f16": np.float16, "f32": np.float32}


def numbers(shape, dtype, seed=1):
    """Small integers: sums of them are exact in every format that is used."""
    return np.random.default_rng(seed).integers(-8, 8, shape).astype(dtype)


class Case:
    def __init__(self, elf, kernel, what, goal, inputs, expected, scalars=(), dims=(), places=(), moved=None, macs=0,
                 output="y", outputs=()):
        self.elf, self.kernel, self.what, self.goal = elf, kernel, what, goal
        self.inputs, self.expected, self.scalars, self.dims = inputs, expected, dict(scalars), dict(dims)
        self.places, self.macs, self.output, self.outputs = dict(places), macs, output, outputs
        # {memory: bytes} that must move
        if moved is None:
            place = lambda name: self.places.get(name, "sram")  # noqa: E731
            moved = {"sram": 0, "dram": 0}
            for name, value in inputs.items():
                moved[place(name)] += value.nbytes
            moved[place(output)] += expected.nbytes
        self.moved = moved


def eltwise(kernel, m, n, goal):
    words = kernel.split("_")
    x = numbers((m, n), DTYPES[words[-2] if words[0] != "tanh" else words[-1]])
    to = DTYPES[words[-1]]
    if words[0] == "quantise":
        y = np.clip(np.rint(x.astype(np.float32) * np.float32(0.5)) + 3, np.iinfo(to).min, np.iinfo(to).max).astype(to)
    elif words[0] == "dequantise":
        y = ((x.astype(np.int32) - 3) * np.float32(0.5)).astype(to)
    else:
        y = None
    scalars = dict(scale=0.5, zero=3) if words[0] != "tanh" else {}
    return Case("eltwise", kernel, f"{m} x {n}", goal, dict(x=x), np.tanh(x.astype(np.float32)).astype(to) if y is None else y,
                scalars)


def transpose(kind, shape, goal):
    x = numbers(shape, DTYPES[kind])
    return Case("transpose", f"transpose_{kind}", " x ".join(map(str, shape)), goal, dict(x=x), x.transpose(0, 2, 1))


def concat(kind, m, columns, goal):
    x = [numbers((m, n), DTYPES[kind], n) for n in columns]
    return Case("concat", f"concat_{kind}", f"{m} x ({' + '.join(str(n) for n in columns if n)})", goal,
                {f"x{i}": v for i, v in enumerate(x)}, np.concatenate(x, 1), dims={"N": sum(columns)})


def bmm(kernel, b, m, n, k, goal):
    from_type, to_type = ("i8", "i32") if kernel == "bmm_i8_i32" else ("f16", kernel.split("_")[-1])
    x, w = numbers((b, m, k), DTYPES[from_type]), numbers((b, n, k), DTYPES[from_type], 2)
    y = (x.astype(np.float32) @ w.astype(np.float32).transpose(0, 2, 1)).astype(DTYPES[to_type])
    return Case(kernel, kernel, f"{b} x {m} x {n}, k {k}", goal, dict(x=x, w=w), y, macs=b * m * n * k)


def fc(kernel, m, k, n, goal):
    x, w = numbers((m, k), np.float16), numbers((n, k), np.float16, 2)
    y = (x.astype(np.float64) @ w.astype(np.float64).T).astype(DTYPES[kernel.split("_")[-1]])
    return Case(kernel, kernel, f"{m} x {k} x {n}", goal, dict(x=x, w=w, bias=np.zeros(n, np.float32)), y, macs=m * n * k)


def bags(kind, dim, pooling, count, goal, place="sram", rows=100000):
    random = np.random.default_rng(dim)
    values = random.integers(0, 16, (rows, dim))
    if kind == "u8f32":
        pair = np.frombuffer(np.array([1, 0], np.float32).tobytes(), np.uint8)
        table = np.concatenate([values.astype(np.uint8), np.broadcast_to(pair, (rows, 8))], 1)
    elif kind == "u8f16":
        pair = np.frombuffer(np.array([1, 0], np.float16).tobytes(), np.uint8)
        table = np.concatenate([np.broadcast_to(pair, (rows, 4)), values.astype(np.uint8)], 1)
    else:
        table = values.astype(DTYPES[kind])
    indices = random.integers(0, rows, pooling * count).astype(np.int32)
    offsets = (np.arange(count + 1) * pooling).astype(np.int32)
    y = values[indices].reshape(count, pooling, dim).sum(1).astype(np.float32)
    width = table.shape[1] * table.itemsize
    pitch = (width + 31) // 32 * 32
    start = indices.astype(np.int64) * pitch
    unit = 64 if place == "dram" else 32
    touched = int(((start + width + unit - 1) // unit - start // unit).sum()) * unit
    moved = {"sram": indices.nbytes + offsets.nbytes + y.nbytes, "dram": 0}
    moved[place] += touched
    return Case("embedding_bag", f"embedding_bag_{kind}_i32", f"{count} bags of {pooling}, D {dim}", goal,
                dict(table=table, indices=indices, offsets=offsets, weights=np.zeros(0, np.float32)), y,
                dims={"D": dim}, places={"table": place}, moved=moved, output="out", outputs=("status",))


def cases():
    """Built one by one: some are large."""
    small, large = (32768, 32), (4096, 1024)
    for kernel, goal in (("quantise_f32_i8", 87), ("quantise_f16_i8", 83), ("dequantise_i8_f32", 87),
                         ("dequantise_i8_f16", 83), ("tanh_f32", 90), ("tanh_f16", 85)):
        yield lambda: eltwise(kernel, *small, goal)
        yield lambda: eltwise(kernel, *large, 90)
    for kind, goal in (("i8", 78), ("f16", 87), ("f32", 90)):
        yield lambda: transpose(kind, (256, 128, 32), goal)
        yield lambda: transpose(kind, (1, 4096, 1024), 90)
    for kind, goal in (("i8", 85), ("f16", 90), ("f32", 90)):
        yield lambda: concat(kind, 32768, (32, 32, 0, 0), goal)
        yield lambda: concat(kind, 4096, (512, 256, 128, 128), goal)
    for kernel in ("bmm_i8_i32", "bmm_f16", "bmm_f16_f32"):
        yield lambda: bmm(kernel, 256, 128, 32, 128, 90)
        yield lambda: bmm(kernel, 256, 32, 128, 128, 87)
        yield lambda: bmm(kernel, 256, 128, 128, 32, 90)
    for dim in (64, 128, 256):
        yield lambda: bags("u8f32", dim, 20, 8192, 85)
        yield lambda: bags("u8f32", dim, 50, 4096, 85)
    yield lambda: bags("u8f16", 128, 50, 4096, 85)
    yield lambda: bags("f16", 64, 50, 4096, 85)
    yield lambda: bags("f32", 64, 50, 4096, 85)
    yield lambda: bags("u8f32", 128, 1, 32768, 85)
    yield lambda: bags("u8f32", 128, 20, 4096, 90, "dram")
    yield lambda: bags("u8f32", 64, 50, 4096, 90, "dram")
    yield lambda: bags("u8f32", 128, 1, 32768, 78, "dram")
    for kernel in ("fc_f16", "fc_f16_f32"):
        yield lambda: fc(kernel, 128, 1024, 1024, 58)
        yield lambda: fc(kernel, 512, 1024, 1024, 82)
        yield lambda: fc(kernel, 2048, 2048, 2048, 97)


def device_parameters(run):
    text = subprocess.run([run, "--print-device"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {name: int(value.replace("_", "")) for name, value in re.findall(r"^(\w+) = ([\d_]+)", text, re.M)}


def roofline(case, stats, p):
    """{what: least cycles}"""
    pes = stats["rows"] * stats["columns"]
    width = 2 if "f16" in case.kernel else 1
    need = {
        "SRAM": case.moved["sram"] / (p["sram_slices"] * p["sram_slice_width"]),
        "DRAM": case.moved["dram"] / (p["dram_channels"] * p["dram_channel_centi"] / 100),
        "DPE": case.macs * width / (pes * p["dpe_width"] * 32),
        "FI in": stats["dma_in_bytes"] / (pes * p["fi_in_width"]),
        "FI out": stats["dma_out_bytes"] / (pes * p["fi_out_width"]),
    }
    for unit in ("se", "mlu"):
        need[unit.upper()] = stats["units"][unit]["busy_cycles"] / pes
    return need


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--kernels", required=True, help="folder of the .elf files")
    parser.add_argument("--only", default="", help="kernels whose name contains this")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--mtia-run-flag", action="append", default=[])
    args = parser.parse_args()
    run = os.path.join(args.bin, "mtia-run")
    parameters = device_parameters(run)
    failed = False
    if args.markdown:
        print("| kernel | shape | cycles | SRAM MB | DRAM MB | local MB | bound by | share |\n"
              "|---|---|---:|---:|---:|---:|---|---:|")
    else:
        print(f"{'kernel':<26} {'shape':<28} {'cycles':>8} {'SRAM MB':>8} {'DRAM MB':>8} {'local MB':>9} {'bound by':<7} share")
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)  # noqa: E731
        for make in cases():
            case = make()
            if args.only not in case.kernel:
                continue
            words = [run, os.path.join(args.kernels, case.elf + ".elf"), "--kernel", case.kernel, "--grid", "8x8",
                     "--stats-json", path("stats.json"), *args.mtia_run_flag]
            for name, value in case.inputs.items():
                np.save(path(name + ".npy"), value)
                words += ["--arg", f"{name}={path(name)}.npy"]
            words += [w for name, value in case.scalars.items() for w in ("--arg", f"{name}={value}")]
            words += [w for name, value in case.dims.items() for w in ("--dim", f"{name}={value}")]
            # Everything has its place: a table in DRAM leaves the rest in SRAM.
            for name in [*case.inputs, case.output, *case.outputs]:
                words += ["--place", f"{name}={case.places.get(name, 'sram')}"]
            words += ["--out", f"{case.output}={path('out')}.npy"]
            subprocess.run(words, check=True)
            with open(path("stats.json"), encoding="utf-8") as f:
                stats = json.load(f)
            found = np.load(path("out.npy"))
            need = roofline(case, stats, parameters)
            bound = max(need, key=need.get)
            share = 100 * need[bound] / stats["cycles"]
            right = np.allclose(found, case.expected, rtol=2e-3) if "tanh" in case.kernel else \
                np.array_equal(found, case.expected)
            note = "" if right else "  WRONG RESULT"
            if share < case.goal:
                note += f"  BELOW {case.goal} %"
            failed |= bool(note)
            memory = stats["memory"]
            total = {m: (memory[m]["read_bytes"] + memory[m]["written_bytes"]) / 1e6 for m in ("sram", "dram")}
            local = (stats["local_read_bytes"] + stats["local_written_bytes"]) / 1e6
            if args.markdown:
                print(f"| `{case.kernel}` | {case.what}{', table in DRAM' if case.moved['dram'] else ''} | {stats['cycles']} | "
                      f"{total['sram']:.1f} | {total['dram']:.1f} | {local:.1f} | {bound} | {share:.0f} %{note} |", flush=True)
            else:
                print(f"{case.kernel:<26} {case.what:<28} {stats['cycles']:>8} {total['sram']:>8.1f} {total['dram']:>8.1f} "
                      f"{local:>9.1f} {bound:<7} {share:5.1f} %{note}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
