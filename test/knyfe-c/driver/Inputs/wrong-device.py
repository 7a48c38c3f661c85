#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An emulator that is wrong in one element; takes mtia-run's options."""
import sys

import numpy as np

options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
y = np.abs(np.load(options["--arg"].partition("=")[2]).astype(np.int32))
y[1, 2] += 1
np.save(options["--out"].partition("=")[2], y)
