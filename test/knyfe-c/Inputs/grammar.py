# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compare the words of the TextMate grammar with those of the compiler, and colour the examples.

usage: grammar.py SOURCE
"""
import glob
import json
import os
import re
import sys


def table(text, name, column):
    """One column of an X-macro."""
    body = re.search(rf"#define {name}\(X\)(.*?[^\\])\n", text, re.S).group(1)
    return {re.findall(r'"([^"]*)"', row)[column] for row in re.findall(r"X\(([^()]*)\)", body)}


def main():
    source = sys.argv[1]
    ast = open(os.path.join(source, "tools/knyfe-c/ast.h"), encoding="utf-8").read()
    parser = open(os.path.join(source, "tools/knyfe-c/parser.c"), encoding="utf-8").read()
    with open(os.path.join(source, "tools/knyfe-c/editors/knyfe.tmLanguage.json"), encoding="utf-8") as f:
        grammar = json.load(f)
    keywords = set(re.findall(r'"(\w+)"', re.search(r"keywords\[\] = \{(.*?)\};", parser, re.S).group(1)))
    truth = {
        ("keyword", "reserved", "constant"): keywords,
        ("type",): table(ast, "KN_TYPES", 0) | table(ast, "KN_ROWS", 0),
        ("reduction",): table(ast, "KN_REDUCTIONS", 0),
        ("function",): table(ast, "KN_BUILTINS", 0),
    }
    wrong = 0
    rules = grammar["repository"]
    for names, words in truth.items():
        have = set()
        for name in names:
            have |= set(re.search(r"\(\?:([\w|]+)\)", rules[name]["match"]).group(1).split("|"))
        if have != words:
            wrong += 1
            print(names, "missing:", *sorted(words - have), "too many:", *sorted(have - words))
    # Every character of the examples that is no name, bracket or space has a scope.
    order = [rules[p["include"][1:]]["match"] for p in grammar["patterns"]]
    for path in glob.glob(os.path.join(source, "examples/*.knyfe")):
        for line in open(path, encoding="utf-8").read().splitlines():
            while line:
                found = next((m for m in (re.match(r, line) for r in order) if m and m.end()), None)
                plain = re.match(r"[A-Za-z_]\w*|[][(){},:;\s]", line)
                if not found and not plain:
                    wrong += 1
                    print(f"{path}: no scope for {line!r}")
                    break
                line = line[(found or plain).end():]
    print(f"{sum(map(len, truth.values()))} words, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
