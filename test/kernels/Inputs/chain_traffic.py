# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bytes that a chain fetches from DRAM into the SRAM's cache, and the bytes of x, u and v. (Each core's stack is a line, too.)

usage: chain_traffic.py MTIA-RUN CHAIN.ELF FOLDER
"""
import json
import os
import subprocess
import sys

import numpy as np

M, K, R, N = 512, 512, 256, 2048


def main():
    run, elf, folder = sys.argv[1:]
    path = lambda name: os.path.join(folder, name)  # noqa: E731
    with open(path("cached.device"), "w", encoding="utf-8") as f:
        f.write(f"device cached\nsram_cache_bytes = {1 << 26}\n")
    for layout in ("nn", "tt"):
        shapes = dict(x=(M, K), u=(K, R), v=(R, N))
        words = [run, elf, "--kernel", f"chain_f16_{layout}", "--device", path("cached.device"), "--stats-json", path("stats.json")]
        for name, shape in shapes.items():
            np.save(path(name + ".npy"), np.ones(shape if layout == "nn" or name == "x" else shape[::-1], np.float16))
            words += ["--arg", f"{name}={path(name)}.npy", "--place", f"{name}=dram"]
        np.save(path("buffer.npy"), np.zeros(M * R * 2, np.uint8))
        words += ["--arg", f"buffer={path('buffer')}.npy", "--place", "buffer=sram", "--arg", f"scale={1 / K}"]
        subprocess.run(words + ["--place", "y=dram", "--out", f"y={path('y')}.npy"], check=True)
        assert np.all(np.load(path("y.npy")) == R)
        with open(path("stats.json"), encoding="utf-8") as f:
            fetched = json.load(f)["sram_cache"]["lines_fetched"] * 256
        least = 2 * (M * K + K * R + R * N)
        print(f"chain_f16_{layout}: {'as little as needed' if least <= fetched < 1.02 * least else f'{fetched} instead of {least} bytes'}")


if __name__ == "__main__":
    main()
