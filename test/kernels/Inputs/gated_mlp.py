# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/gated_mlp against numpy. The sums are exact to the bit; silu is within the SE's bound, so h is within two
units of its last place.

usage: gated_mlp.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from formats import F32, from_file, narrow, to_file, widen
from harness import GRIDS, Failure, main
from matmul import data, product

LAYOUTS = ("nn", "nt")
DRAM = {"x": "dram", "gate": "dram", "up": "dram", "h": "sram"}


def case(kind, layout, grid, m, k, f, places=()):
    return dict(kind=kind, layout=layout, grid=grid, m=m, k=k, f=f, places=places)


SAMPLE = [
    case("f16", "nn", "2x3", 100, 70, 65), case("f16", "nt", "8x8", 300, 64, 200, DRAM), case("bf16", "nn", "8x8", 65, 33, 31),
    case("bf16", "nt", "2x3", 70, 300, 97), case("f16", "nt", "1x1", 1, 1, 1), case("f16", "nn", "1x1", 64, 17, 33, DRAM),
    case("f16", "nt", "2x3", 3, 0, 40), case("bf16", "nn", "2x3", 0, 4, 5), case("f16", "nn", "2x3", 130, 600, 40),
]


def random_case(r):
    size = lambda: r.choice([0, 1, 1, 2, 3, 7, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 129, 200, 257, 500])  # noqa: E731
    m, k, f = size(), r.choice([size(), size(), 700, 1500]), size()
    while m * k * f > 10000000:
        k, f = (k + 1) // 2, (f + 1) // 2
    return case(r.choice(["f16", "bf16"]), r.choice(LAYOUTS), r.choice(GRIDS + ["3x1", "1x8", "2x2"]), m, k, f,
                r.choice([{}, {}, DRAM, {"h": "dram"}]))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    kind = c["kind"]
    x, gate, up = (data(random, s, kind) for s in ((c["m"], c["k"]), (c["k"], c["f"]), (c["k"], c["f"])))
    g, u = (product(x[None], w[None], None, (kind, "f32"))[0].astype(np.float64) for w in (gate, up))
    with np.errstate(over="ignore"):
        expected = g / (1 + np.exp(-g)) * u
    if c["layout"] == "nt":
        gate, up = np.ascontiguousarray(gate.T), np.ascontiguousarray(up.T)
    inputs = {name: to_file(value, kind) for name, value in (("x", x), ("gate", gate), ("up", up))}
    found, = device.run(f"gated_mlp_{kind}_{c['layout']}", inputs, ["h"], c["grid"], places=c["places"])
    found = widen(from_file(found, kind), kind).astype(np.float64)
    rounded = widen(narrow(expected.astype(F32), kind), kind).astype(np.float64)
    with np.errstate(invalid="ignore"):
        error = np.abs(found - expected)
    last = 2.0 ** (-10 if kind == "f16" else -7)  # relative, of the type
    good = (error <= np.maximum(2 * last * np.abs(expected), 2.0**-23)) | (found == rounded)
    if not good.all():
        raise Failure(f"h: {np.count_nonzero(~good)} of {good.size} differ, first at {tuple(np.argwhere(~good)[0])}")


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
