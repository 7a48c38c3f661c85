#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Are the cycles of all functions known that generated kernels call?

    operations.py SOURCE

Of each vector function that is defined in include/mtia/knyfe.h and that the compiler's sources print (tools/knyfe-c/back),
the name without prefix and type must be in operations.def, or known to program_vector.c by its name.
"""
import glob
import os
import re
import sys

# program_vector.c: memory_call, widen, mask_call, table_row, vector_call, pg_parse_name.
BY_NAME = re.compile(r"load|store|gather|rowq|.*_from$|max$|min$|first$|unpack|add_lanes$")
# Parts of other functions of the header, which no text calls, and the type bool.
INSIDE = {"near_erf", "far_erfc", "b"}


def main():
    source = sys.argv[1]
    header = ""
    for name in ("knyfe.h", "knyfe_pairs.h"):
        with open(os.path.join(source, "include/mtia", name)) as f:
            header += f.read()
    with open(os.path.join(source, "tools/knyfe-c/back/operations.def")) as f:
        known = set(re.findall(r"^OPERATION\((\w+),", f.read(), re.M))
    defined = set(re.findall(r"\bkn_(\w+?)_(?:##t##x##n|[iuf]\d+x(?:##n|\d+))\(", header))
    defined |= set(re.findall(r"\bkn_([a-z]+)x##n\(", header))
    defined = {re.sub(r"_?(##\w+|[iuf]\d+)$", "", name) for name in defined}
    printed = ""
    for path in glob.glob(os.path.join(source, "tools/knyfe-c/back/*.c")):
        with open(path) as f:
            printed += f.read()
    missing = sorted(name for name in defined - known - INSIDE
                     if not BY_NAME.match(name) and re.search(rf"\bkn_{name}\b|\"{name}\b|kn_{name}[_%x]", printed))
    for name in missing:
        print(f"kn_{name} has no line in operations.def")
    print(f"{len(defined)} functions, {len(missing)} unknown")
    return int(bool(missing) or len(defined) < 40)


if __name__ == "__main__":
    sys.exit(main())
