# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""fc_prefetch.c: right with and without a prefetch, on grids where PEs are idle, too; and faster with it.

usage: fc_prefetch.py MTIA-RUN FILE.ELF FOLDER
"""
import json
import os
import subprocess
import sys

import numpy as np


def main():
    run, elf, folder = sys.argv[1:]
    path = lambda name: os.path.join(folder, name)  # noqa: E731
    with open(path("cached.device"), "w", encoding="utf-8") as f:
        f.write(f"device cached\nsram_cache_bytes = {1 << 26}\n")

    def layers(grid, m, k, r, n, ahead, flags=("--device", path("cached.device"), "--stats-json", path("stats.json"))):
        random = np.random.default_rng(m + k + r + n)
        x, w, v = (random.integers(-3, 4, shape).astype(np.int8) for shape in ((m, k), (r, k), (n, r)))
        words = [run, elf, "--kernel", "two_layers", "--grid", grid, *flags, "--arg", f"ahead={ahead}", "--place", "v=dram"]
        for name, value in dict(x=x, w=w, v=v).items():
            np.save(path(name + ".npy"), value)
            words += ["--arg", f"{name}={path(name)}.npy"]
        words += [word for name in ("x", "w", "t", "y") for word in ("--place", f"{name}=sram")]
        subprocess.run(words + ["--out", f"y={path('y')}.npy", "--out", f"t={path('t')}.npy"], check=True)
        t = np.clip(x.astype(np.int32) @ w.T.astype(np.int32), -128, 127)
        assert np.array_equal(np.load(path("y.npy")), t @ v.T.astype(np.int32)), (grid, m, k, r, n, ahead)
        with open(path("stats.json"), encoding="utf-8") as f:
            return json.load(f)

    checked = ("--check=all", "--stats-json", path("stats.json"))
    for grid, m, k, r, n in (("1x1", 3, 40, 65, 7), ("2x3", 70, 33, 100, 130), ("8x8", 5, 100, 31, 300), ("8x8", 0, 5, 5, 5)):
        for ahead in (0, 1):
            layers(grid, m, k, r, n, ahead, checked)
            layers(grid, m, k, r, n, ahead)
    without, with_it = (layers("8x8", 512, 1024, 1024, 1024, ahead)["cycles"] for ahead in (0, 1))
    print(f"{without} cycles, with prefetch {with_it}: {'faster' if with_it < without - 1000 else 'not faster'}")


if __name__ == "__main__":
    main()
