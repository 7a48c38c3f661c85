# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random well-typed kernels: the device must agree with the reference interpreter.

  kernels.py KNYFE_C [--seed N] [--count N] [--keep DIR]

Half of the kernels are of integers, half of floating point (with functions, windows, gathers, ragged ranges,
parts), where --check allows what the types and the lengths of sums explain.

Without --count it goes on for $FUZZ_SECONDS (60). A kernel that differs, crashes the
compiler or is refused as an internal error is printed, with the command that shows it.
Kernels that have no mapping yet (KN0090) are counted and passed over.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile
import time

SIZES = [1, 1, 2, 3, 5, 7, 8, 16, 31, 32, 33, 40, 63, 64, 65, 100, 130, 257]
TYPES = ["i8", "u8", "i16", "i32", "i64"]
GRIDS = ["1x1", "1x1", "1x2", "2x1", "2x3", "4x4", "8x8"]


class Kernel:
    def __init__(self, r):
        self.r = r
        self.dims = {d: r.choice(SIZES) for d in "MNK"[:r.randint(1, 3)]}
        if r.random() < 0.15:
            self.dims["L"] = r.choice([1, 2, 3, 5])
        while self.volume() > 60000:
            d = max(self.dims, key=self.dims.get)
            self.dims[d] = (self.dims[d] + 1) // 2
        self.inputs, self.outputs, self.lines = [], [], []
        for i in range(r.randint(1, 4)):
            rank = r.randint(1, min(3, len(self.dims)))
            self.inputs.append((f"x{i}", r.choice(TYPES), r.sample(sorted(self.dims), rank)))
        # One vector per dimension: what binds an index says how far it runs.
        self.vectors = [(f"v{d.lower()}", r.choice(TYPES), [d]) for d in sorted(self.dims)]
        self.inputs += self.vectors
        self.scalars = [f"s{i}" for i in range(r.randint(0, 2))]

    def volume(self):
        n = 1
        for size in self.dims.values():
            n *= size
        return n

    def read(self, type_, scope, tensors):
        usable = [t for t in tensors if set(t[2]) <= set(scope)]
        choices = [f"{type_}({n}[{', '.join(d.lower() for d in dims)}])" for n, _, dims in usable] * 3
        choices += [f"{type_}({s})" for s in self.scalars]
        choices += [f"{type_}({d.lower()})" for d in scope]
        choices.append(str(self.r.choice([0, 1, 2, 3, 7, 100, 1000, 65535, -1, -5])))
        return self.r.choice(choices)

    def bound(self, type_, dims, body):
        for d in dims:
            body = f"({body} {self.r.choice(['+', '-', '^'])} {type_}(v{d.lower()}[{d.lower()}]))"
        return body

    def expr(self, type_, scope, depth, tensors):
        r = self.r
        if depth <= 0:
            return self.read(type_, scope, tensors)

        def sub():
            return self.expr(type_, scope, depth - r.randint(1, 2), tensors)
        free = [d for d in self.dims if d not in scope]
        if free and r.random() < 0.25:
            over = r.sample(free, 1 if r.random() < 0.8 else len(free))
            body = self.expr(type_, list(scope) + over, depth - 2, tensors)
            kind = r.choice(["sum", "sum", "max", "min", "prod"])
            return f"({kind}[{', '.join(d.lower() for d in over)}] {self.bound(type_, over, body)})"
        op = r.choice(["+", "-", "*", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "min", "max", "clamp",
                       "abs", "relu", "where", "neg", "not", "narrow"])
        if op in ("min", "max"):
            return f"{op}({sub()}, {sub()})"
        if op == "clamp":
            return f"clamp({sub()}, -100, 3000)"
        if op in ("abs", "relu"):
            return f"{op}({type_}({sub()}))"
        if op == "where":
            return f"where({type_}({sub()}) {r.choice(['<', '<=', '==', '!=', '>'])} {sub()}, {type_}({sub()}), {sub()})"
        if op == "neg":
            return f"(-{type_}({sub()}))"
        if op == "not":
            return f"(~{type_}({sub()}))"
        if op == "narrow":
            return f"{type_}({r.choice(TYPES)}({type_}({sub()})))"
        right = sub()
        if op in "/%<<>>" and right.lstrip("-").isdigit():
            right = str(r.randint(1, 31))  # checked by the compiler
        return f"({type_}({sub()}) {op} {right})"

    def contraction(self):
        r = self.r
        a, b = r.choice(["i8", "u8"]), r.choice(["i8", "u8"])
        self.inputs += [("a", a, ["M", "K"]), ("b", b, ["N", "K"])]
        out = ["M", "N"] if r.random() < 0.8 else ["N", "M"]
        acc = "sum[k] i32(a[m, k]) * i32(b[n, k])"
        left = ", ".join(d.lower() for d in out)
        form = r.randint(0, 3)
        if form == 0:
            self.outputs.append(("y", "i32", out))
            self.lines.append(f"y[{left}] = {acc}")
            return
        self.lines.append(f"acc[{left}] = {acc}")
        value = f"acc[{left}]"
        if r.random() < 0.6:
            d = r.choice("MN")
            self.inputs.append(("bias", "i32", [d]))
            value = f"({value} + bias[{d.lower()}])"
        if r.random() < 0.5:
            value = f"relu({value})"
        if form == 1:
            value = f"quantize({value}, 0.00{r.randint(1, 99)}, {r.randint(-5, 5)})"
            self.outputs.append(("y", "i8", out))
        elif form == 2:
            value = f"({value} {r.choice(['*', '-', '&'])} {self.read('i32', out, self.inputs)})"
            self.outputs.append(("y", "i32", out))
        else:
            value = f"i8({value})"
            self.outputs.append(("y", "i8", out))
        self.lines.append(f"y[{left}] = {value}")

    def text(self):
        r = self.r
        if "K" in self.dims and "L" not in self.dims and r.random() < 0.4:
            self.contraction()
        else:
            tensors = list(self.inputs)
            for i in range(r.randint(0, 2)):
                dims = r.sample(sorted(self.dims), r.randint(1, min(2, len(self.dims))))
                self.lines.append(f"t{i}[{', '.join(d.lower() for d in dims)}] = "
                                  f"{self.bound('i32', dims, self.expr('i32', dims, 3, tensors))}")
                tensors.append((f"t{i}", "i32", dims))
            for i in range(r.choice([1, 1, 1, 2])):
                dims = r.sample(sorted(self.dims), r.randint(1, len(self.dims)))
                type_ = r.choice(["i32", "i32", "i64"])
                out = r.choice([type_, type_, "i8", "i16", "u8"])
                self.outputs.append((f"y{i}", out, dims))
                self.lines.append(f"y{i}[{', '.join(d.lower() for d in dims)}] = "
                                  f"{out}({self.bound(type_, dims, self.expr(type_, dims, 4, tensors))})")
        params = [f"{n}: {t}[{', '.join(d)}]" for n, t, d in self.inputs] + [f"{s}: i32" for s in self.scalars]
        outs = [f"{n}: {t}[{', '.join(d)}]" for n, t, d in self.outputs]
        body = "\n".join("  " + line for line in self.lines)
        return f"kernel k({', '.join(params)}) -> ({', '.join(outs)}) {{\n{body}\n}}\n"


FLOATS = ["f32", "f32", "f16", "bf16"]
FUNCTIONS = ["exp", "tanh", "sigmoid", "silu", "gelu", "erf", "relu", "abs", "floor", "ceil", "trunc", "round"]


class FloatKernel:
    """Statements over M and N, K reduced; every value stays within a few thousand."""

    def __init__(self, r):
        self.r = r
        self.dims = {d: r.choice(SIZES) for d in "MNK"}
        while self.dims["M"] * self.dims["N"] * self.dims["K"] > 60000:
            d = max(self.dims, key=self.dims.get)
            self.dims[d] = (self.dims[d] + 1) // 2
        self.type = r.choice(FLOATS)
        self.inputs = [("a", self.type, "MN"), ("b", r.choice(FLOATS), "MN"), ("v", r.choice(FLOATS), "N"),
                       ("u", "f32", "M"), ("c", r.choice(FLOATS), "MK"), ("d", r.choice(FLOATS), "NK"),
                       ("e", "f32", "KN"), ("i", "i8", "MN"), ("p", "bool", "MN")]
        self.outputs, self.lines = [], []

    def leaf(self, m, n):
        reads = [f"f32(a[{m}, {n}])", f"f32(b[{m}, {n}])", f"f32(v[{n}])", f"u[{m}]", f"f32(i[{m}, {n}])", "s",
                 f"f32({m})", "0.5", "-1.25",
                 f"f32(pad(a[{m}, {n} + 1], 0))",
                 f"f32(pad(b[{m} - 1, {n}], 1))", f"f32(v[N - 1 - {n}])", f"where(p[{m}, {n}], u[{m}], 1.0)"]
        return self.r.choice(reads + [f"t{k}[{m}, {n}]" for k in range(self.made)])

    def expr(self, m, n, depth):
        r = self.r
        if depth == 0:
            return self.leaf(m, n)

        def sub():
            return self.expr(m, n, depth - 1)
        kind = r.randint(0, 9)
        if kind < 4:
            return f"({sub()} {r.choice('+-*')} {sub()})"
        if kind == 4:
            return f"({sub()} / (2 + abs({sub()})))"
        if kind == 5:
            return f"{r.choice(FUNCTIONS)}(clamp({sub()}, -8, 8))"
        if kind == 6:
            return f"{r.choice(['min', 'max'])}({sub()}, {sub()})"
        if kind == 7:
            return f"where({sub()} {r.choice(['<', '<=', '>', '!='])} {sub()}, {sub()}, {sub()})"
        if kind == 8:
            return f"f32({r.choice(['f16', 'bf16', 'i32', 'i16'])}(clamp({sub()}, -1000, 1000)))"
        body = r.choice(["f32(c[M_, k]) * f32(d[N_, k])", "f32(c[M_, k])", "e[k, N_]", "e[k, N_] * u[M_]"])
        body = body.replace("M_", m).replace("N_", n)
        return f"({r.choice(['sum', 'max', 'min', 'mean'])}[k] {body})"

    def text(self):
        r = self.r
        self.made = 0
        for _ in range(r.randint(0, 2)):
            self.lines.append(f"t{self.made}[m, n]: f32[M, N] = {self.expr('m', 'n', 2)}")
            self.made += 1
        form = r.randint(0, 5)
        value = self.expr("m", "n", 3)
        if form == 0:
            self.outputs.append(("y", "f32", "MN"))
            self.lines += [f"x[m, n]: f32[M, N] = clamp({value}, -8, 8)", "top[m] = max[n] x[m, n]",
                           "w[m, n] = exp(x[m, n] - top[m])", "y[m, n] = w[m, n] / (sum[n2 in 0..N] w[m, n2])"]
        elif form == 1:
            self.outputs += [("y", "i8", "MN")]
            self.lines += [f"x[m, n]: f32[M, N] = clamp({value}, -100, 100)", "y[m, n] = quantize(x[m, n], 0.01, 3)"]
        elif form == 2:
            self.outputs += [("y", "f32", "M"), ("z", "f32", "N")]
            self.lines += [f"x[m, n]: f32[M, N] = clamp({value}, -100, 100)", "y[m] = mean[n] x[m, n]", "z[n] = sum[m] x[m, n]"]
        elif form == 3:
            self.outputs += [("y", "i32", "M"), ("z", "f32", "")]
            self.lines += ["y[m] = argmax[n] a[m, n]",
                           f"x[m, n]: f32[M, N] = clamp({value}, -100, 100)", "z = max[m, n] x[m, n]"]
        elif form == 4:
            self.outputs += [("y", "f32", "M2N")]
            self.lines += [f"y[m, n in 0..N] = {value}", "y[m, n in N..2 * N] = f32(b[m, n - N])"]
        else:
            type_ = r.choice(FLOATS)
            self.outputs.append(("y", type_, "NM"))
            self.lines += [f"x[m, n]: f32[M, N] = clamp({value}, -1000, 1000)", f"y[n, m] = {type_}(x[m, n])"]

        def shape(d):
            return "" if not d else "[M, 2 * N]" if d == "M2N" else f"[{', '.join(d)}]"
        body = "\n".join("  " + line for line in self.lines)
        params = [f"{n}: {t}{shape(d)}" for n, t, d in self.inputs if f"{n}[" in body] + ["s: f32"]
        outs = [f"{n}: {t}{shape(d)}" for n, t, d in self.outputs]
        self.inputs = [t for t in self.inputs if f"{t[0]}[" in body]
        return f"kernel k({', '.join(params)}) -> ({', '.join(outs)}) {{\n{body}\n}}\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("compiler")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int)
    args = parser.parse_args()
    args.compiler = os.path.abspath(args.compiler)
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    agreed = refused = failed = seed = 0
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, "k.knyfe")
        seed = args.seed
        while (seed < args.seed + args.count) if args.count else (time.time() < end):
            r = random.Random(seed)
            seed += 1
            k = Kernel(r) if r.random() < 0.5 else FloatKernel(r)
            text = k.text()
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            used = [d for d in k.dims if any(d in "".join(t[2]) for t in k.inputs + k.outputs)]
            command = [args.compiler, path, "--check", "--seed", str(seed), "--grid", r.choice(GRIDS),
                       "--shape", ",".join(f"{d}={k.dims[d]}" for d in used)]
            try:
                result = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp)
                output, status = result.stdout + result.stderr, result.returncode
            except subprocess.TimeoutExpired:
                output, status = "no end after 300 s", 1
            if status == 0:
                agreed += 1
            elif "error: [KN00" in output and "[KN0077]" not in output and "[KN0092]" not in output \
                    and "[KN0076]" not in output:
                refused += 1
                if "[KN0090]" not in output:
                    print(f"seed {seed - 1}: {output}\n{text}")
            else:
                failed += 1
                print(f"seed {seed - 1}: {' '.join(command)}\n{text}\n{output[-1500:]}\n")
                sys.stdout.flush()
                if failed == 5:
                    break
    print(f"{agreed} kernels agree with the interpreter, {refused} have no mapping, {failed} fail")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
