# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every command of Xmtia, as the .td files have them, has its page, its row in the tables that the
test of the assembler reads, and is executed by directed, random and timing tests.

    command_coverage.py SOURCE_DIR BUILD_DIR SCRATCH_DIR

The programs write the commands that they have executed without a trap to $MTIA_COMMANDS.
"""
import os
import re
import subprocess
import sys

SECTIONS = ["What it does", "Model", "Scheduling", "Performance"]
# Each command must be in one of the programs of every kind.
KINDS = {"directed": ["unit", "directed"], "random": ["random", "random-se", "random-grid"], "cost": ["cost"]}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def executed(program, scratch):
    out = os.path.join(scratch, os.path.basename(program))
    subprocess.run([program], env=dict(os.environ, MTIA_COMMANDS=out), check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return set(read(out).split())


def main():
    source, build, scratch = sys.argv[1:]
    os.makedirs(scratch, exist_ok=True)
    commands = re.findall(r"^\| `(mtia\.[\w.]+)", read(f"{build}/include/mtia/encoding.md"), re.M)
    tables = set(re.findall(r"^\| `(mtia\.[\w.]+)", read(f"{source}/docs/isa/xmtia.md"), re.M))
    done = {kind: set().union(*(executed(f"{build}/test/unit/units-{p}-test", scratch) for p in programs))
            for kind, programs in KINDS.items()}
    gaps = []
    for command in commands:
        page = f"{source}/docs/isa/insn/{command.removeprefix('mtia.')}.md"
        text = read(page) if os.path.exists(page) else ""
        gaps += [f"{command}: {page} has no section '{s}'" for s in SECTIONS if f"\n## {s}\n" not in text]
        if "```c\n" not in text.partition("## Model")[2].partition("## Scheduling")[0]:
            gaps.append(f"{command}: {page} has no model in C")
        if command not in tables:
            gaps.append(f"{command}: not in docs/isa/xmtia.md, which test/MC/Xmtia/page.test reads")
        gaps += [f"{command}: no {kind} test (units-{'-test, units-'.join(KINDS[kind])}-test) executes it"
                 for kind in KINDS if command not in done[kind]]
    print("\n".join(gaps) if gaps else f"{len(commands)} commands, all covered")
    sys.exit(bool(gaps))


main()
