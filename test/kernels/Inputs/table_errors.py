# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What scripts/kernel_tables.py says about tables that it cannot read.

usage: table_errors.py SOURCE
"""
import os
import sys

sys.path.insert(0, os.path.join(sys.argv[1], "scripts"))
import kernel_tables  # noqa: E402

TITLE = "// Operator: trial\n"
END = "#undef MTIA_VARIANT\n"
CASES = {
    "no title": END,
    "no end": TITLE + 'MTIA_VARIANT(a, "i8 -> i8", "SE")\n',
    "behind the end": TITLE + END + 'MTIA_VARIANT(a, "i8 -> i8", "SE")\n',
    "no row": TITLE + "KERNEL(a)\n" + END,
    "two columns": TITLE + 'MTIA_VARIANT(a, "i8 -> i8")\n' + END,
    "type": TITLE + 'MTIA_VARIANT(a, "i8 -> f8", "SE")\n' + END,
    "no arrow": TITLE + 'MTIA_VARIANT(a, "i8", "SE")\n' + END,
    "unit": TITLE + 'MTIA_VARIANT(a, "i8 -> i8", "GPU")\n' + END,
    "twice": TITLE + 'MTIA_VARIANT(a, "i8 -> i8", "SE")\n' * 2 + END,
}

for what, text in CASES.items():
    try:
        kernel_tables.parse("trial", text)
        print(f"{what}: accepted")
    except kernel_tables.TableError as error:
        print(f"{what}: {error}")
good = kernel_tables.parse("trial", TITLE + 'MTIA_VARIANT(a, // a comment\n  "i8 f32 -> i8", "SE MLU",\n  F(1, 2), "x, y")\n' + END)
print(good.variants[0])
