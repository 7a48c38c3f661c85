# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: check_names.py XMTIA.md: compares lines "NAME value" on standard input, the
# names of <mtia/kernel.h>, with the page's table of command registers (1.1).
import re
import sys

table = {}
for line in open(sys.argv[1]):
    if line.startswith("### 1.2"):
        break
    row = re.match(r"\| (\d+) \| `([A-Z0-9_]+)` \|", line)
    if row:
        table["MTIA_CR_" + row[2]] = int(row[1])
ours = {name: int(value) for name, value in (line.split() for line in sys.stdin)}
if len(table) != 29 or table != ours:
    sys.exit(f"different: {sorted(set(table.items()) ^ set(ours.items()))}")
