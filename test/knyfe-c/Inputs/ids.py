# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compare the ids in diag.def, docs/knyfe.md and the tests.

usage: ids.py SOURCE
"""
import os
import re
import sys

# These need a broken machine or a broken compiler to happen.
UNTESTABLE = {"KN0079", "KN0092"}


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as f:
        return f.read()


def say(what, ids):
    print(f"{what}: {' '.join(sorted(ids)) or 'none'}")


def main():
    source = sys.argv[1]
    messages = {f"KN{int(n):04}" for n in
                re.findall(r"^KN_DIAG\((\d+),", read(source, "tools/knyfe-c/diag.def"), re.M)}
    entries = set(re.findall(r"^\| (KN\d{4}) \|", read(source, "docs/knyfe.md"), re.M))
    tested = set()
    for folder, _, files in os.walk(os.path.join(source, "test")):
        for name in files:
            if name.endswith((".knyfe", ".test")):
                tested |= set(re.findall(r"\[(KN\d{4})\]", read(folder, name)))
    say("messages without an entry", messages - entries)
    say("entries without a message", entries - messages)
    # KN009x belong to the back end, whose tests stand in other folders too.
    say("messages without a test", {m for m in messages - tested if m < "KN0090"} - UNTESTABLE)


if __name__ == "__main__":
    main()
