# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Mutated examples through the whole of knyfe-c: a message or C text, never a crash, a hang or an internal error.

  knyfe_mutants.py KNYFE_C [--seed N] [--count N]

A mutant has one to three words of an example exchanged, left out or doubled, taken from all examples. Without
--count it goes on for $FUZZ_SECONDS (60).
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

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORD = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|->|\.\.|\+=|[<>=!]=|&&|\|\||\S")


def words_of(text):
    """Words and what stands between them, so that joining gives the text."""
    parts, end = [], 0
    for m in WORD.finditer(text):
        parts += [text[end:m.start()], m.group()]
        end = m.end()
    return parts + [text[end:]]


def alike(word):
    """Words that may stand in each other's place."""
    for kind in (r"[iu]\d+|b?f\d+|bool", r"sum|prod|max|min|mean|argmax|any", r"exp|log|sqrt|tanh|sigmoid|relu|gelu|silu|abs",
                 r"[a-z_]\w*", r"[A-Z]\w*", r"\d.*", r"[-+*/%]", r"[<>=!&|]+"):
        if re.fullmatch(kind, word):
            return kind
    return re.escape(word)


def mutate(r, text, pool):
    parts = words_of(text)
    own = parts[1::2]
    for _ in range(r.randint(1, 3)):
        at = r.randrange(len(parts) // 2) * 2 + 1
        kind = r.random() * (1 if r.random() < 0.3 else 0.4)
        if kind < 0.4:
            parts[at] = r.choice([w for w in own + pool[::7] if re.fullmatch(alike(parts[at]), w)] or [parts[at]])
        elif kind < 0.55:
            parts[at] = r.choice(pool)
        elif kind < 0.7:
            other = r.randrange(len(parts) // 2) * 2 + 1
            parts[at], parts[other] = parts[other], parts[at]
        elif kind < 0.85:
            parts[at] = ""
        else:
            parts[at] += " " + r.choice(pool)
    return "".join(parts)




def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--count", type=int, default=0)
    o = parser.parse_args()
    seed = o.seed if o.seed is not None else time.time_ns() % 10**9
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", 60))
    texts = [re.sub(r"#.*", "", open(p, encoding="utf-8").read()) for p in sorted(glob.glob(f"{ROOT}/examples/*.knyfe"))]
    pool = [w for t in texts for w in words_of(t)[1::2]]
    count = accepted = wrong = 0
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "mutant.knyfe")
        while count < o.count if o.count else time.time() < end:
            r = random.Random(seed + count)
            count += 1
            text = mutate(r, r.choice(texts), pool)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            # Only names that are dimensions may be given; ask for the tree first.
            tree = subprocess.run([o.tool, path, "--emit=ast"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
            dims = re.findall(rb"^  dim (\w+)$", tree.stdout, re.M)
            shape = ",".join(f"{d.decode()}={r.choice([1, 2, 3, 7, 33])}" for d in dims)
            command = [o.tool, path, "--emit=c", "-o", os.devnull] + (["--shape", shape] if shape else [])
            try:
                ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
                status, said = ran.returncode, ran.stdout.decode(errors="replace")
            except subprocess.TimeoutExpired:
                status, said = "hangs", ""
            accepted += status == 0
            if status in (0, 1) and "KN0092" not in said and (status == 0 or "error: [KN" in said):
                continue
            wrong += 1
            print(f"--- seed {seed + count - 1}: {shape}: status {status}\n{text}\n{said[-1500:]}")
    print(f"{count} mutants from seed {seed}, {accepted} accepted, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
