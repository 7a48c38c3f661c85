# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a C program that prints doubles with every format, and what Python prints."""
import random
import struct
import sys

SEED = 20261121
FORMATS = ["%.0f", "%.1f", "%.2f", "%f", "%.10f", "%.17g", "%.16g", "%.15g", "%g", "%.3e", "%.16e",
           "%.0e", "%#.3g", "%.1g"]
# picolibc prints zeros behind 17 digits: no %f of larger numbers.
LARGEST_FIXED = 1e6

rng = random.Random(SEED)
print("seed", SEED, file=sys.stderr)
values = [0.5, 1.5, 2.5, 0.05, 0.25, 0.125, 9.5, 99.5, 0.95, 0.995, 9.995, 1e22, 1e23, 5e-324,
          2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 1 / 3, 999999.5, 9999995.0, 1e-5,
          1e-4, 1e15, 1e16, 1e17, 0.0]
values += [struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0] for _ in range(80)]
values += [rng.uniform(-1000, 1000) for _ in range(40)]
values += [round(rng.uniform(0, 100), 3) for _ in range(40)]
values = [v for v in values if v == v and abs(v) != float("inf")]

with open(sys.argv[1], "w") as program:
    print("#include <stdio.h>\nint main(void) {", file=program)
    print("  static const double v[] = {%s};" % ", ".join(v.hex() for v in values), file=program)
    print("  static const char *const f[] = {%s};" % ", ".join(f'"{f}"' for f in FORMATS), file=program)
    print("""  for (unsigned i = 0; i < sizeof v / sizeof *v; i++)
    for (unsigned j = 0; j < sizeof f / sizeof *f; j++)
      if (j >= 5 || (v[i] < %r && v[i] > -%r)) {
        printf(f[j], v[i]);
        putchar('\\n');
      }
}""" % (LARGEST_FIXED, LARGEST_FIXED), file=program)
with open(sys.argv[2], "w") as expected:
    for v in values:
        for j, f in enumerate(FORMATS):
            if j >= 5 or abs(v) < LARGEST_FIXED:
                print(f % v, file=expected)
