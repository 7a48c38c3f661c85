#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the tensors of arguments.test; --check FILE FACTOR compares the kernel's result."""
import sys

import numpy as np

if len(sys.argv) > 1:
    expected = np.load("x.npy") + np.load("b.npy") * np.int32(int(sys.argv[3], 0))
    found = np.load(sys.argv[2])
    assert found.dtype == np.int32 and np.array_equal(expected, found), (expected, found)
else:
    r = np.random.default_rng(1)
    np.save("x.npy", r.integers(-10000, 10000, (5, 7), dtype=np.int32))
    np.save("x0.npy", np.zeros((0, 7), np.int32))
    np.save("b.npy", r.integers(-10000, 10000, 7, dtype=np.int32))
    np.save("b8.npy", np.zeros(8, np.int32))
    np.save("f.npy", np.zeros((5, 7), np.float32))
