# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Who uses which command register: the table in 1.1 of docs/isa/xmtia.md against the .td files.

    check_registers.py xmtia.md mtia_cr.inc mtia_insn.inc kernel.h

In the column "used by", `mml*` stands for every command whose name begins so, and what is behind
"but" up to the end of the cell is left out again. kernel.h has a name for every register.
"""
import fnmatch
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    page, accesses, insns, kernel = map(read, sys.argv[1:])
    mnemonic = dict(re.findall(r'^MTIA_INSN\((\w+), "mtia\.([\w.]+)"', insns, re.M))
    number = {name: int(n) for name, n in re.findall(r"^MTIA_CR\((\w+), (\d+)\)", accesses, re.M)}
    users = {name: set() for name in number}
    advanced = {}
    for insn, reads, advances in re.findall(
            r"^MTIA_CR_ACCESS\((\w+), \d+, \d+, (0x\w+), (0x\w+)\)", accesses, re.M):
        for name, n in number.items():
            if int(reads, 16) >> n & 1:
                users[name].add(mnemonic[insn])
            if int(advances, 16) >> n & 1:
                advanced.setdefault(name, set()).add(mnemonic[insn])

    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|.*\| ([^|]*) \|$", page, re.M)
    if {name: int(n) for n, name, _ in rows} != number:
        sys.exit("the registers of the page are not those of the .td files")
    for _, name, cell in rows:
        used, _, but = cell.partition(" but ")
        names = set()
        for pattern in re.findall("`([^`]*)`", used):
            names |= set(fnmatch.filter(mnemonic.values(), pattern))
        for pattern in re.findall("`([^`]*)`", but):
            names -= set(fnmatch.filter(mnemonic.values(), pattern))
        if names != users[name]:
            sys.exit(f"{name}: the page says {sorted(names)}, the .td files {sorted(users[name])}")
        if f"MTIA_CR_{name} = {number[name]}," not in kernel:
            sys.exit(f"kernel.h has no MTIA_CR_{name} = {number[name]}")
    expected = {"MML_A": {"mml", "mml.ob"}, "MML_B": {"mml", "mml.oa"}, "MLU_DST": {"mlu.concat"}}
    if advanced != expected:
        sys.exit(f"changed by commands: {advanced}")
    print(f"{len(number)} registers agree")


main()
