#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Feeds damaged inputs to a command until $FUZZ_SECONDS (default 60) are over.

usage: mutate.py knyfe|elf --bin DIR --source DIR [--seed N]

Whatever the input, the command must end by itself with exit status 0 or 1 (an
ELF file that still runs may return anything), say "error" when it fails, and
leave no output file then. Inputs that break this are kept in the current
directory as mutate-*.
"""
import argparse
import glob
import os
import random
import re
import subprocess
import sys
import tempfile
import time

TOKEN = re.compile(rb"\s+|\w+|->|==|<=|>=|.", re.S)
WORDS = [b"kernel", b"sum", b"max", b"(", b")", b"[", b"]", b"{", b"}", b",", b":", b"->", b"=", b"+", b"-", b"*", b"/",
         b"i8", b"i32", b"f32", b"i64", b"0", b"1", b"-1", b"99999999999999999999", b"1e999", b"M", b"K", b"m", b"k",
         b"quantize", b"relu", b"\xff", b"\n", b"\0", b"#", b"\xe2\x82\xac", b"x" * 300, b"(" * 2000]


def damage_text(data, rng):
    tokens = TOKEN.findall(data) or [b""]
    for _ in range(rng.choice([1, 1, 1, 2, 3, 8])):
        i = rng.randrange(len(tokens))
        how = rng.randrange(6)
        if how == 0:
            tokens[i] = b""
        elif how == 1:
            tokens.insert(i, rng.choice(WORDS))
        elif how == 2:
            tokens[i] = rng.choice(WORDS)
        elif how == 3:
            j = rng.randrange(len(tokens))
            tokens[i], tokens[j] = tokens[j], tokens[i]
        elif how == 4:
            tokens.insert(i, tokens[rng.randrange(len(tokens))])
        else:
            tokens = tokens[:i + 1]
    return b"".join(tokens)


def damage_bytes(data, rng):
    data = bytearray(data)
    if rng.random() < 0.1:
        return bytes(data[:rng.randrange(len(data))])
    # Half of the time the headers at either end, where every bit means something.
    def place():
        if rng.random() < 0.5:
            return rng.randrange(min(400, len(data)))
        return rng.randrange(len(data)) if rng.random() < 0.5 else len(data) - 1 - rng.randrange(min(1500, len(data)))
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        i = place()
        how = rng.randrange(4)
        if how == 0:
            data[i] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[i] = rng.choice([0, 1, 127, 128, 255])
        elif how == 2:
            for j in range(i & ~7, min((i & ~7) + 8, len(data))):
                data[j] = rng.choice([0, 255])
        else:
            data[i] = rng.randrange(256)
    return bytes(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["knyfe", "elf"])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    rng = random.Random(args.seed)
    deadline = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "60"))
    tool = lambda name: os.path.join(args.bin, name)  # noqa: E731
    runs = bad = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        sample, output = os.path.join(folder, "in"), os.path.join(folder, "out")
        if args.what == "knyfe":
            sample += ".knyfe"
            files = glob.glob(os.path.join(args.source, "examples/*.knyfe")) + \
                glob.glob(os.path.join(args.source, "test/**/*.knyfe"), recursive=True)
            command = [tool("knyfe-c"), "--emit=c", "--shape", "M=33,K=70,N=5", sample, "-o", output]
        else:
            files = [os.path.join(folder, "hello.elf"), os.path.join(folder, "fc.elf")]
            hello = os.path.join(folder, "hello.c")
            with open(hello, "w") as f:
                f.write('#include <stdio.h>\nint main(int c, char **v) { printf("%d %s\\n", c, v[0]); return 0; }\n')
            subprocess.run([tool("mtia-clang"), "-g", "-O1", hello, "-o", files[0]], check=True)
            subprocess.run([tool("mtia-clang"), "-O1", os.path.join(args.source, "kernels/fc/fc_i8.c"), "-o", files[1]],
                           check=True)
            command = [tool("mtia-run"), sample, "--max-cycles", "3000000"]
        seeds = [open(name, "rb").read() for name in sorted(files)]
        while time.monotonic() < deadline:
            data = (damage_text if args.what == "knyfe" else damage_bytes)(rng.choice(seeds), rng)
            with open(sample, "wb") as f:
                f.write(data)
            if os.path.exists(output):
                os.remove(output)
            try:
                done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      timeout=60)
                status, text = done.returncode, done.stderr
            except subprocess.TimeoutExpired:
                status, text = None, b""
            runs += 1
            problem = None
            if status is None:
                problem = "does not end"
            elif status < 0:
                problem = f"killed by signal {-status}"
            elif b"Sanitizer" in text or b"runtime error:" in text:
                problem = "sanitizer report"
            elif args.what == "knyfe" and status not in (0, 1):
                problem = f"exit status {status}"
            elif args.what == "knyfe" and status == 1 and b"error" not in text:
                problem = "fails without a word"
            elif args.what == "knyfe" and status == 1 and os.path.exists(output):
                problem = "leaves an output file after an error"
            refused += status == 1
            if problem:
                bad += 1
                name = f"mutate-{args.what}-{args.seed}-{runs}" + os.path.splitext(sample)[1]
                with open(name, "wb") as f:
                    f.write(data)
                print(f"{problem}: {os.path.abspath(name)}\n  {' '.join(command)}\n{text[-600:].decode(errors='replace')}",
                      flush=True)
    print(f"{runs} damaged inputs, {refused} refused, {bad} bad (--seed {args.seed})")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
