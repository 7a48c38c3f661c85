# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Feed knyfe-c what no editor would write; print its messages and exit status.

usage: hostile.py KNYFE-C DIRECTORY
"""
import os
import subprocess
import sys

HEAD = b"kernel k(x: i32[N]) -> (y: i32[N]) {\n"
GOOD = HEAD + b"  y[n] = x[n]\n}\n"


def statement(text):
    return HEAD + b"  y[n] = " + text + b"\n}\n"


CASES = {
    "empty": b"",
    "nul": b"kernel k(x:\0i32[N])",
    "utf8": b"\xff",
    "utf8-comment": b"# \xc3(\n" + GOOD,
    "string": b'import "abc\n' + GOOD,
    "deep": statement(b"(" * 100000 + b"x[n]" + b")" * 100000),
    "deep-minus": statement(b"-" * 100000 + b"x[n]"),
    "long-sum": statement(b" + ".join([b"x[n]"] * 100000)),
    "deep-index": statement(b"x[" * 100000 + b"n" + b"]" * 100000),
    "crlf": GOOD.replace(b"\n", b"\r\n"),
    "bom": b"\xef\xbb\xbf" + GOOD,
    "no-newline": GOOD[:-1],
    "many": HEAD + b"".join(b"  t%d[n] = u%d[n]\n" % (i, i) for i in range(100)) + b"y[n] = x[n]}",
    "long-line": GOOD.replace(b"\n", b" ").replace(b"= ", b"=" + b" " * 1000000 + b" zz + ", 1),
    "many-indices": statement(b"x[" + b"n, " * 1000 + b"n]"),
}


def main():
    tool, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    files = {}
    for name, text in CASES.items():
        files[name] = os.path.join(directory, name + ".knyfe")
        with open(files[name], "wb") as f:
            f.write(text)
    files["directory"] = directory
    files["missing"] = os.path.join(directory, "missing.knyfe")
    for name, path in files.items():
        ran = subprocess.run([tool, path, "--emit=ast", "-o", os.devnull], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=20)
        print(f"== {name}")
        sys.stdout.flush()
        sys.stdout.buffer.write(ran.stdout)
        print(f"status {ran.returncode}")


if __name__ == "__main__":
    main()
