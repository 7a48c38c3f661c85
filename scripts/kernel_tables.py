#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tables of the kernel library, include/mtia/kernels/<family>.def, for tests, benchmarks and pages.

usage: kernel_tables.py    prints every kernel with its family, types and units

As a module: families() returns {name: Family}.
"""
import os
import re
import sys
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "include", "mtia", "kernels")
ROW = re.compile(r"^MTIA_VARIANT\((.*)\)$")
# An argument: a string, or what has no comma, with parentheses that may have.
ARGUMENT = re.compile(r'\s*("(?:[^"\\]|\\.)*"|(?:[^",()]|\([^()]*\))+)\s*(?:,|$)')
TYPES = re.compile(r"^[\w ]+ -> [\w ]+$")
TYPE_NAMES = {"i4", "u4", "i8", "u8", "i16", "i32", "i64", "f16", "bf16", "f32", "bool"}
UNIT_NAMES = {"DPE", "RE", "SE", "MLU", "FI", "core", "vector"}


class TableError(Exception):
    pass


@dataclass
class Variant:
    kernel: str
    types: str  # "i8 i8 -> i32"
    units: str  # "DPE RE"
    columns: list  # the family's own, as written

    def inputs(self):
        return self.types.split(" -> ")[0].split()

    def outputs(self):
        return self.types.split(" -> ")[1].split()


@dataclass
class Family:
    name: str
    operator: str  # what a reader calls it
    variants: list = field(default_factory=list)

    def kernels(self):
        return [v.kernel for v in self.variants]


def logical_lines(text):
    """(number of the first line, row), for rows over several lines; without comments."""
    start, row = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        line = re.sub(r"//.*", "", line).strip()
        if not row:
            start = number
        row += (" " if row and line else "") + line
        if row and row.count("(") == row.count(")"):
            yield start, row
            row = ""
    if row:
        yield start, row


def parse_row(where, row):
    match = ROW.match(row)
    if not match:
        raise TableError(f"{where}: expected MTIA_VARIANT(kernel, types, units, ...) on a line of its own, not: {row}")
    words = [w.strip() for w in ARGUMENT.findall(match[1])]
    if len(words) < 3 or not re.match(r"^\w+$", words[0]) or not all(w[0] == w[-1] == '"' for w in words[1:3]):
        raise TableError(f'{where}: expected (kernel, "types", "units", ...)')
    types, units = (w[1:-1] for w in words[1:3])
    if not TYPES.match(types) or not set(types.replace(" ->", "").split()) <= TYPE_NAMES:
        raise TableError(f"{where}: types are those of the inputs, ->, those of the outputs, of {' '.join(sorted(TYPE_NAMES))}; "
                         f"not: {types}")
    if not units or not set(units.split()) <= UNIT_NAMES:
        raise TableError(f"{where}: units are of {' '.join(sorted(UNIT_NAMES))}, not: {units}")
    return Variant(words[0], types, units, words[3:])


def parse(name, text):
    path = f"include/mtia/kernels/{name}.def"
    title = re.search(r"^// Operator: (.+)$", text, re.M)
    if not title:
        raise TableError(f"{path}:1: a line '// Operator: name' is missing")
    family = Family(name, title[1])
    ended = False
    for number, row in logical_lines(text):
        where = f"{path}:{number}"
        if ended:
            raise TableError(f"{where}: nothing may follow #undef MTIA_VARIANT")
        if row == "#undef MTIA_VARIANT":
            ended = True
            continue
        variant = parse_row(where, row)
        if variant.kernel in family.kernels():
            raise TableError(f"{where}: a second row for {variant.kernel}")
        family.variants.append(variant)
    if not ended:
        raise TableError(f"{path}: the last line must be #undef MTIA_VARIANT")
    return family


def families():
    result = {}
    for file in sorted(os.listdir(FOLDER)):
        if file.endswith(".def"):
            with open(os.path.join(FOLDER, file), encoding="utf-8") as f:
                result[file[:-4]] = parse(file[:-4], f.read())
    owner = {}
    for family in result.values():
        for kernel in family.kernels():
            if kernel in owner:
                raise TableError(f"{kernel} is in the tables of {owner[kernel]} and of {family.name}")
            owner[kernel] = family.name
    return result


def main():
    try:
        for family in families().values():
            for v in family.variants:
                print(f"{family.name:<16} {v.kernel:<32} {v.types:<24} {v.units}")
    except TableError as error:
        print(f"kernel_tables.py: error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
