# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/split against numpy, on the cases of concat.

usage: split.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import concat
import numpy as np
from harness import main, same
from transpose import BITS, FILES

SAMPLE = [{**c, "columns": (c["columns"] + [0] * 4)[:8]} for c in concat.SAMPLE]


def random_case(r):
    c = concat.random_case(r)
    return {**c, "columns": (c["columns"] + [0] * 4)[:8], "places": {t.translate({120: 121, 121: 120})[:2]: p for t, p in dict(c["places"]).items()}}


def run_case(device, c):
    expected = concat.parts(c)
    x = np.ascontiguousarray(np.concatenate(expected, 1))
    names = [f"y{i}" for i in range(8)]
    places = {t: p for t, p in dict(c["places"]).items() if t in names + ["x"]}
    found = device.run(f"{'split' if c['blocks'] is None else 'split_blocks'}_{c['kind']}", dict(x=x.view(FILES[c["kind"]])), names, c["grid"],
                       dims={f"N{i}": n for i, n in enumerate(c["columns"])}, places=places)
    for name, y, part in zip(names, found, expected):
        same(name, y.view(BITS[c["kind"]]), part)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
