# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""numpy writes, npy-copy reads and writes, numpy reads: same type, shape, values."""
import os
import subprocess
import sys

import numpy as np

tool, folder = sys.argv[1:]
source, copy = os.path.join(folder, "in.npy"), os.path.join(folder, "out.npy")
random = np.random.default_rng(1)
NAMES = {"b1": "bool", "i1": "i8", "u1": "u8", "i2": "i16", "u2": "u16", "i4": "i32", "u4": "u32",
         "i8": "i64", "u8": "u64", "f2": "f16", "f4": "f32", "f8": "f64"}
SHAPES = [(), (1,), (7,), (0,), (3, 5), (4, 0, 2), (2, 3, 4), (1, 2, 1, 3, 2, 1)]
checked = 0
for code, name in NAMES.items():
    for order in "<>":
        for shape in SHAPES:
            for fortran in (False, True):
                raw = random.integers(0, 256, (int(np.prod(shape)), int(code[1])), dtype=np.uint8)
                values = raw.view(order + code).reshape(shape)
                if code == "b1":
                    values = (raw & 1).astype(bool).reshape(shape)
                np.save(source, np.asfortranarray(values) if fortran and shape else values)
                text = subprocess.run([tool, source, copy], check=True, stdout=subprocess.PIPE,
                                      text=True).stdout.strip()
                expected = name + (f"[{', '.join(map(str, shape))}]" if shape else "")
                assert text == expected, (text, expected)
                result = np.load(copy)
                assert result.dtype == np.dtype("<" + code) and result.shape == shape, result.dtype
                # As bytes: NaNs compare too.
                assert result.tobytes() == values.astype("<" + code).tobytes(), (code, order, shape)
                checked += 1
print(f"{checked} files agree")
