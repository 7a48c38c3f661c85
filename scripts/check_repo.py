#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Check the rules that every file of the repository keeps; see CONTRIBUTING.md.

  - C, C++, Python and TableGen sources say their licence in the comment that
    begins the file.
  - No file names a path of somebody's machine.
  - Text files end with a newline and hold no trailing blanks or tabs as indent.
  - Nothing above 1 MiB is committed.
  - A relative link in a page leads to a file.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import list_sources  # noqa: E402

LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
LICENSED = (".c", ".h", ".cpp", ".td", ".py", ".S", ".def")
# Home and project directories of one machine; /usr, /tmp and the like are anybody's.
MACHINE_PATH = re.compile(r"(?<![\w.$}~/-])/(?:root|work|home/\w+|Users/\w+|mnt/\w+)(?:/|\b(?![\w-]))")
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")
MAX_BYTES = 1 << 20


def problems(name, data):
    if len(data) > MAX_BYTES:
        yield 0, f"{len(data)} bytes; keep files below {MAX_BYTES}"
    if b"\0" in data:
        return
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        yield 0, f"not UTF-8: {error}"
        return
    lines = text.split("\n")
    extension = os.path.splitext(name)[1]
    # Inputs of tests may be as short as their point needs.
    if extension in LICENSED and not name.startswith(("test/", "examples/")) or \
            extension == ".py" and name.startswith("test/"):
        if not any(LICENCE in line for line in lines[:6]):
            yield 1, f"the first comment must name the licence: '// {LICENCE}'"
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end"
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line):
            yield number, f"path of one machine: {line.strip()[:80]}"
        for link in LINK.findall(line) if extension == ".md" else ():
            if not os.path.exists(os.path.join(list_sources.ROOT, os.path.dirname(name), link)):
                yield number, f"link to '{link}', which is not there"
        if line != line.rstrip() and extension != ".md":
            yield number, "blanks at the end of the line"


def main():
    failed = False
    for name in list_sources.all_files():
        with open(os.path.join(list_sources.ROOT, name), "rb") as f:
            data = f.read()
        for line, message in problems(name, data):
            print(f"{name}:{line}: {message}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
