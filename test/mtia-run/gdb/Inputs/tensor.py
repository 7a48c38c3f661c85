# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""make FILE: row i of 4 rows of 64 bytes is all i + 1. check FILE SUM...: compares."""
import sys

import numpy

if sys.argv[1] == "make":
    numpy.save(sys.argv[2], numpy.repeat(numpy.arange(1, 5, dtype=numpy.int8)[:, None], 64, axis=1))
else:
    found = numpy.load(sys.argv[2])
    assert list(found) == [int(word) for word in sys.argv[3:]], found
