#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Summarise lit's JSON: skipped tests with their reasons, failed tests, counts.

The last line is exactly 'N passed, N failed, N skipped'; the exit status is
that of the suite. An expected failure counts as skipped: nothing was shown to
work.
"""
import json
import re
import sys

PASSED = {"PASS", "FLAKYPASS"}
SKIPPED = {"UNSUPPORTED", "SKIPPED", "EXCLUDED", "XFAIL"}


def reason(test):
    output = test.get("output", "")
    if test["code"] == "XFAIL":
        return "expected to fail (see its XFAIL line)"
    missing = re.search(r"unavailable features: (.*)", output)
    if missing:
        return "needs " + missing.group(1)
    unsupported = re.search(r"unsupported with the following features: (.*)", output)
    if unsupported:
        return "not with " + unsupported.group(1)
    return output.strip().splitlines()[-1] if output.strip() else "no reason given"


def main():
    try:
        with open(sys.argv[1]) as f:
            tests = json.load(f)["tests"]
    except (OSError, ValueError, KeyError) as error:
        print(f"the test run left no results: {error}")
        print("0 passed, 1 failed, 0 skipped")
        return 1
    passed = [t for t in tests if t["code"] in PASSED]
    skipped = [t for t in tests if t["code"] in SKIPPED]
    failed = [t for t in tests if t["code"] not in PASSED | SKIPPED]

    slow = sorted((t for t in tests if t.get("elapsed")), key=lambda t: -t["elapsed"])[:5]
    for test in slow:
        if test["elapsed"] >= 10:
            print(f"slow: {test['elapsed']:6.1f} s  {test['name']}")
    for test in skipped:
        print(f"skipped: {test['name']}: {reason(test)}")
    for test in failed:
        print(f"failed: {test['name']} ({test['code']})")
    if not tests:
        print("no test was found")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
