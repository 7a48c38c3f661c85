# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random well-typed KNYFE-C programs: the reference interpreter must agree with numpy.

  knyfe_programs.py KNYFE_C [--seed N] [--count N] [--keep DIR] [--device GRID[,GRID...] [--dynamic]] [--patterns]

Programs cover the language of docs/knyfe.md; what they mean is evaluated here a second time, written
from that page. Every bit of every output must agree (all NaN are one). With --device each program
is compiled and run by --check too, on all the grids, with --dynamic also as a kernel for all sizes; what has
no mapping (KN0090) is counted. Without --count it goes on for $FUZZ_SECONDS (60). A program that fails is
printed with its seed.
"""
import argparse
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

import knyfe_patterns
from knyfe_values import (FLOATS, FUNCTIONS, INTS, Scope, Tensor, bounds, convert, int_op, least, map_function, most, quantized,
                          reduce, rounded, to_int, wrap)

REFUSALS = ["KN0090", "KN0091", "KN0093"]  # no mapping, too large, a schedule that cannot be obeyed
SIZES = [1, 1, 2, 3, 4, 5, 7, 8, 9]


# ---- A program ----

class Program:
    def __init__(self, seed, patterns=False):
        self.r = random.Random(seed)
        self.rng = np.random.default_rng(seed)
        self.sizes, self.counter = {}, 0
        self.inputs, self.statements, self.outputs, self.locals, self.defs = [], [], [], [], []
        if patterns:
            knyfe_patterns.Model(self).program()
        else:
            self.mixture()

    def mixture(self):
        """Statements of anything."""
        r = self.r
        self.sizes = {d: r.choice(SIZES) for d in "MNK"[:r.randint(1, 3)]}
        products = r.random() < 0.1  # nothing else, of more than a vector, a block
        if products:
            self.sizes = {d: r.choice([1, 5, 31, 33, 65]) for d in self.sizes}
        if r.random() < 0.05:
            self.sizes[r.choice(sorted(self.sizes))] = 0
        self.make_inputs()
        many = r.random() < 0.03  # more tensors than circular buffers
        for _ in range(r.randint(8, 16) if many else r.randint(1, 4 if not products else 2)):
            self.contraction() if products else self.statement()

    def name(self, prefix):
        self.counter += 1
        return f"{prefix}{self.counter}"

    def size(self, dim):
        return dim if isinstance(dim, int) else int(eval(dim, {"ceil": math.ceil}, self.sizes))

    # -- inputs --

    def make_inputs(self):
        r = self.r
        self.add_input(r.choice(["i8", "i32", "f32"]), sorted(self.sizes))  # tells every size
        for _ in range(r.randint(1, 3)):
            dims = [r.choice(sorted(self.sizes)) for _ in range(r.randint(1, 3))]
            if r.random() < 0.2:
                dims[-1] = r.choice([f"{dims[-1]} + {r.randint(1, 2)}", f"2 * {dims[-1]}"])
            type_ = r.choice(list(INTS) + FLOATS + ["f32", "f32", "i32", "i8", "bool"])
            self.add_input(type_, dims)
        for _ in range(r.randint(0, 2)):
            self.add_input(r.choice(["f32", "i32", "i8"]), [])
        if r.random() < 0.05:
            self.add_input(r.choice(["f32", "i8", "i64"]), [r.randint(1, 3) for _ in range(r.randint(4, 8))])
        if r.random() < 0.3:
            t = self.add_input("f32", [r.choice(sorted(self.sizes)), r.choice(sorted(self.sizes))])
            self.make_table(t)

    def add_input(self, type_, dims):
        t = Tensor(self.name("x"), type_, dims)
        shape = tuple(self.size(d) for d in dims)
        if type_ == "bool":
            t.value = self.rng.integers(0, 2, shape)
        elif type_ in INTS:
            low, high = bounds(type_)
            wide = INTS[type_][0] > 16
            t.value = self.rng.integers(-9 if wide else low, 10 if wide else high, shape, endpoint=True, dtype=np.int64)
            if wide and t.value.ndim and t.value.size:
                t.value.ravel()[self.rng.integers(t.value.size)] = self.r.choice([low, high, 0, -1])
        else:
            v = rounded(type_, self.rng.uniform(-4, 4, shape))
            if v.ndim and v.size and self.r.random() < 0.2:
                v.ravel()[self.rng.integers(v.size)] = rounded(
                    type_, self.r.choice([math.inf, -math.inf, math.nan, -0.0, 1e-40, 3e38]))
            t.value = v
        t.value = np.asarray(t.value, np.float64 if type_ in FLOATS else np.int64)
        self.inputs.append(t)
        return t

    def make_table(self, t):
        rows, cols = (self.size(d) for d in t.dims)
        t.kind = self.r.choice(["rowq8", "rowq4", "rowq8h", "rowq4h"])
        half, bits = t.kind.endswith("h"), 4 if "4" in t.kind else 8
        q = self.rng.integers(0, 1 << bits, (rows, cols), dtype=np.int64)
        extra = self.rng.uniform(-1, 1, (rows, 2)).astype(np.float16 if half else np.float32)
        e = extra.astype(np.float64)
        t.value = rounded("f32", e[:, :1] * q + e[:, 1:])
        beside = np.ascontiguousarray(extra).view(np.uint8).reshape(rows, 2 * extra.itemsize)
        packed = pack4(q) if bits == 4 else q.astype(np.uint8)
        t.bytes = np.hstack([beside, packed] if half else [packed, beside])

    # -- expressions: (text, function of a scope to values) --

    def readable(self):
        return self.inputs + self.locals

    def literal(self, type_):
        r = self.r
        if type_ == "bool":
            v = r.randint(0, 1)
            return ("true" if v else "false"), lambda s: np.int64(v)
        if type_ in INTS:
            low, high = bounds(type_)
            v = max(low, min(high, r.choice([0, 1, 2, 3, 7, -1, -5, 100])))
            return f"{type_}({v})", lambda s: np.int64(v)
        v = r.choice([0.5, 1.0, -2.0, 3.25, 0.1, 1e-3])
        return f"{type_}({v})", lambda s: rounded(type_, np.float64(v))

    def read(self, type_, scope):
        """A tensor's element, converted if need be."""
        r = self.r
        options = [t for t in self.readable() if all(self.indexable(d, scope) for d in t.dims)]
        if not options:
            return self.literal(type_)
        t = r.choice(options)
        texts, subscripts = [], []
        for d in t.dims:
            text, f = self.subscript(d, scope)
            texts.append(text)
            subscripts.append(f)

        def evaluate(s):
            if not subscripts:
                return t.value
            at = [np.clip(f(s), 0, max(n - 1, 0)) for f, n in zip(subscripts, t.value.shape)]
            shape = np.broadcast_shapes(*(np.shape(a) for a in at))
            if 0 in t.value.shape:
                return np.zeros(shape, t.value.dtype)
            return t.value[tuple(np.broadcast_arrays(*at))]
        text = t.name + (f"[{', '.join(texts)}]" if texts else "")
        if t.type == type_:
            return text, evaluate
        return f"{type_}({text})", lambda s: convert(t.type, type_, evaluate(s))

    def indexable(self, dim, scope):
        return self.size(dim) > 0 or any(d == dim for d in scope.values())

    def subscript(self, dim, scope):
        """An index expression that lies within the dimension."""
        r = self.r
        n = self.size(dim)
        plain = [i for i, d in scope.items() if d == dim]
        fitting = [i for i, d in scope.items() if self.size(d) <= n]
        kind = r.random()
        if plain and kind < 0.75:
            i = r.choice(plain)
            return i, lambda s: s.values[i]
        if fitting and kind < 0.85:
            i = r.choice(fitting)
            return f"{n - 1} - {i}", lambda s: n - 1 - s.values[i]
        if scope and kind < 0.93:
            i = r.choice(sorted(scope))
            return f"{i} % {max(n, 1)}", lambda s: s.values[i] % max(n, 1)
        if kind < 0.97:
            found = self.gathered(n, scope)
            if found:
                return found
        halves = [i for i, d in scope.items() if self.size(d) and self.size(d) <= 2 * n]
        if halves and kind < 0.985:
            i = r.choice(halves)
            return f"{i} / 2", lambda s: s.values[i] // 2
        twice = [i for i, d in scope.items() if self.size(d) and 2 * self.size(d) <= n]
        if twice:
            i, more = r.choice(twice), r.randint(0, 1)
            return f"2 * {i} + {more}", lambda s: 2 * s.values[i] + more
        at = r.randrange(n) if n else 0
        return f"{at} + 0", lambda s: np.int64(at)

    def gathered(self, n, scope):
        """An element of an integer tensor as an index."""
        options = [t for t in self.readable() if t.type in ("i8", "i16", "i32") and t.dims and
                   all(any(d == e for e in scope.values()) for d in t.dims)]
        if not options or not n:
            return None
        t = self.r.choice(options)
        names = [self.r.choice([i for i, e in scope.items() if e == d]) for d in t.dims]

        def evaluate(s):
            at = np.broadcast_arrays(*(s.values[i] for i in names))
            if 0 in t.value.shape:
                return np.zeros(at[0].shape, np.int64)
            return np.clip(t.value[tuple(at)], 0, n - 1)
        return f"clamp({t.name}[{', '.join(names)}], 0, {min(n - 1, 127)})", evaluate

    def expr(self, type_, scope, depth):
        r = self.r
        if depth <= 0 or r.random() < 0.15:
            return self.read(type_, scope) if r.random() < 0.85 else self.literal(type_)
        if r.random() < 0.12:
            return self.where(type_, scope, depth)
        if r.random() < 0.18 and len(scope) < 5:
            made = self.reduction(type_, scope, depth)
            if made:
                return made
        if r.random() < 0.12:
            source = r.choice([t for t in list(INTS) + FLOATS + ["bool"] if t != type_])
            return self.cast(source, type_, scope, depth)
        if r.random() < 0.08 and type_ != "bool":
            return self.padded(type_, scope)
        if type_ == "bool":
            return self.boolean(scope, depth)
        if r.random() < 0.25:
            return self.picking(type_, scope, depth)
        return self.integer(type_, scope, depth) if type_ in INTS else self.real(type_, scope, depth)

    def where(self, type_, scope, depth):
        c, cf = self.expr("bool", scope, depth - 2)
        a, af = self.expr(type_, scope, depth - 1)
        b, bf = self.expr(type_, scope, depth - 1)
        return f"where({c}, {a}, {b})", lambda s: np.where(cf(s) != 0, af(s), bf(s))

    def cast(self, source, type_, scope, depth):
        a, f = self.expr(source, scope, depth - 1)
        style = self.r.choice(["zero", "even", "away", "down", "up"])
        if source in FLOATS and type_ in INTS and self.r.random() < 0.5:
            g = {"zero": "trunc", "even": "round", "away": "round_away", "down": "floor", "up": "ceil"}[style]
            return (f"{type_}({a}, rounding = {style})",
                    lambda s: to_int(type_, map_function(FUNCTIONS[g], f(s))))
        return f"{type_}({a})", lambda s: convert(source, type_, f(s))

    def padded(self, type_, scope):
        options = [t for t in self.readable() if t.dims and all(self.indexable(d, scope) for d in t.dims)]
        if not options or not scope:
            return self.literal(type_)
        t = self.r.choice(options)
        i, shift = self.r.choice(sorted(scope)), self.r.randint(-2, 2)
        parts = [self.subscript(d, scope) for d in t.dims[1:]]
        outside, of = self.literal(t.type)
        text = f"pad({t.name}[{', '.join([f'{i} + {shift}' if shift >= 0 else f'{i} - {-shift}'] + [p[0] for p in parts])}], {outside})"

        def evaluate(s):
            at = [s.values[i] + shift] + [f(s) for _, f in parts]
            at = np.broadcast_arrays(*at)
            inside = np.ones(at[0].shape, bool)
            for a, n in zip(at, t.value.shape):
                inside &= (a >= 0) & (a < n)
            if 0 in t.value.shape:
                return np.broadcast_to(of(s), inside.shape)
            got = t.value[tuple(np.clip(a, 0, n - 1) for a, n in zip(at, t.value.shape))]
            return np.where(inside, got, of(s))
        if t.type == type_:
            return text, evaluate
        return f"{type_}({text})", lambda s: convert(t.type, type_, evaluate(s))

    def boolean(self, scope, depth):
        r = self.r
        kind = r.choice(["compare", "compare", "and", "or", "not", "equal"])
        if kind == "compare":
            type_ = r.choice(list(INTS) + FLOATS)
            a, f = self.expr(type_, scope, depth - 1)
            b, g = self.expr(type_, scope, depth - 1)
            op = r.choice(["<", "<=", ">", ">=", "==", "!="])
            compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal,
                       "!=": np.not_equal}[op]
            return f"({a} {op} {b})", lambda s: compare(f(s), g(s)).astype(np.int64)
        a, f = self.expr("bool", scope, depth - 1)
        if kind == "not":
            return f"!({a})", lambda s: 1 - f(s)
        b, g = self.expr("bool", scope, depth - 1)
        if kind == "equal":
            return f"({a} == {b})", lambda s: (f(s) == g(s)).astype(np.int64)
        op = r.choice(["&&", "&"] if kind == "and" else ["||", "|"])
        return f"({a} {op} {b})", (lambda s: f(s) & g(s)) if kind == "and" else (lambda s: f(s) | g(s))

    def picking(self, type_, scope, depth):
        """Functions that do not promote."""
        r = self.r
        a, f = self.expr(type_, scope, depth - 1)
        kind = r.choice(["min", "max", "clamp", "relu"])
        zero = np.float64(0) if type_ in FLOATS else np.int64(0)
        if kind == "relu":
            return f"relu({a})", lambda s: np.where(f(s) < 0, zero, f(s))
        b, g = self.expr(type_, scope, depth - 1)
        if kind in ("min", "max"):
            h = least if kind == "min" else most
            return f"{kind}({a}, {b})", lambda s: h(f(s), g(s))
        c, h = self.expr(type_, scope, depth - 2)
        return f"clamp({a}, {b}, hi = {c})", lambda s: least(most(f(s), g(s)), h(s))

    def integer(self, type_, scope, depth):
        r = self.r
        if INTS[type_][0] < 32:
            if r.random() < 0.4 and type_ != "i64":
                return self.quantize(type_, scope, depth)
            a, f = self.integer("i32", scope, depth)
            return f"{type_}({a})", lambda s: wrap(type_, f(s))
        kind = r.choice(["+", "-", "*", "+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "neg", "not", "abs", "narrow",
                         "index", "dim", "def"])
        if kind == "index" and scope:
            i = r.choice(sorted(scope))
            return f"{type_}({i})", lambda s: s.values[i]
        if kind == "dim":
            d = r.choice(sorted(self.sizes))
            return f"{type_}({d})", lambda s: np.int64(self.sizes[d])
        if kind == "narrow":  # i8 * u8 is an i32
            (a, f), (b, g) = (self.expr(t, scope, depth - 1) for t in r.choice([("i8", "u8"), ("i16", "i4"), ("u8", "i16")]))
            return f"{type_}({a} * {b})", lambda s: wrap("i32", f(s) * g(s))
        a, f = self.expr(type_, scope, depth - 1)
        if kind == "neg":
            return f"(-({a}))", lambda s: wrap(type_, 0 - f(s))
        if kind == "not":
            return f"(~({a}))", lambda s: ~f(s)
        if kind == "abs":
            return f"abs({a})", lambda s: np.where(f(s) < 0, wrap(type_, 0 - f(s)), f(s))
        b, g = self.expr(type_, scope, depth - 1)
        if kind == "def":
            d = self.name("g")
            op, form = r.choice([("*", "{0} * {0} + {1}"), ("-", "{1} - {0}"), ("+", "{0} + {1} + {0}")])
            self.defs.append(f"def {d}(a, b) = {form.format('a', 'b')}")
            if op == "*":
                return f"{d}({a}, {b})", lambda s: int_op("+", type_, int_op("*", type_, f(s), f(s)), g(s))
            if op == "-":
                return f"{d}(b = {b}, a = {a})", lambda s: int_op("-", type_, g(s), f(s))
            return f"{d}({a}, {b})", lambda s: int_op("+", type_, int_op("+", type_, f(s), g(s)), f(s))
        op = kind if kind not in ("index", "dim") else "+"
        if op in ("/", "%", "<<", ">>") and re.fullmatch(r"\w+\(-?\d+\)", b):  # constants are checked
            b, g = f"{type_}(3)", lambda s: np.int64(3)
        return f"({a} {op} {b})", lambda s: int_op(op, type_, f(s), g(s))

    def quantize(self, type_, scope, depth):
        r = self.r
        source = r.choice(["i32", "f32", "i16", "f16"])
        a, f = self.expr(source, scope, depth - 1)
        scale = r.choice([0.5, 0.125, 3.0, 0.1])
        low, high = bounds(type_)
        zero = r.choice([0, 0, 3, -7])
        away = r.random() < 0.4
        rest = f", {zero}" if zero else ""
        if r.random() < 0.3:
            low, high = max(low, -5), min(high, 6)
            rest += f", lo = {low}, hi = {high}"
        rest += ", rounding = away" if away else ""
        t = self.name("t")  # the type comes from the tensor that it is stored to
        dims = [scope[i] for i in scope]
        names = list(scope)
        left = f"{t}[{', '.join(names)}]: {type_}[{', '.join(map(str, dims))}]" if names else f"{t}: {type_}"
        tensor = Tensor(t, type_, dims)
        scale32 = float(np.float32(scale))
        if any(i in self.bound_by_reduction for i in names):
            inner, g = self.expr("i32", scope, 0)
            return f"{type_}({inner})", lambda s: wrap(type_, g(s))
        self.statements.append(f"{left} = quantize({a}, {scale}{rest})")
        tensor.value = self.evaluate(lambda s: quantized(type_, f(s), source, scale32, zero, low, high, away), scope,
                                     np.int64)
        self.locals.append(tensor)
        at = {i: i for i in names}

        def evaluate(s):
            if not names:
                return tensor.value
            if 0 in tensor.value.shape:
                return np.zeros(np.broadcast_shapes(*(s.values[i].shape for i in names)), np.int64)
            return tensor.value[tuple(np.broadcast_arrays(*(s.values[at[i]] for i in names)))]
        return t + (f"[{', '.join(names)}]" if names else ""), evaluate

    def real(self, type_, scope, depth):
        r = self.r
        kind = r.choice(["+", "-", "*", "/", "+", "*", "neg", "abs", "function", "leaky", "dequantize"])
        if kind == "dequantize":
            a, f = self.expr(r.choice(["i8", "u8", "i16"]), scope, depth - 1)
            scale, zero = r.choice([0.5, 0.1]), r.choice([0, 3, -100])
            scale32 = float(np.float32(scale))
            text = f"dequantize({a}, {scale}, zero_point = {zero})"
            return (text if type_ == "f32" else f"{type_}({text})",
                    lambda s: rounded(type_, rounded("f32", (f(s) - zero) * scale32)))
        a, f = self.expr(type_, scope, depth - 1)
        if kind == "neg":
            return f"(-({a}))", lambda s: -f(s)
        if kind == "abs":
            return f"abs({a})", lambda s: np.abs(f(s))
        if kind == "function":
            name = r.choice(sorted(FUNCTIONS))
            return f"{name}({a})", lambda s: rounded(type_, map_function(FUNCTIONS[name], f(s)))
        if kind == "leaky":
            slope = rounded(type_, 0.1)
            return f"leaky_relu({a}, 0.1)", lambda s: np.where(f(s) < 0, rounded(type_, f(s) * slope), f(s))
        b, g = self.expr(type_, scope, depth - 1)

        def evaluate(s):
            with np.errstate(all="ignore"):
                x, y = np.float64(f(s)), np.float64(g(s))
                v = x + y if kind == "+" else x - y if kind == "-" else x * y if kind == "*" else np.divide(x, y)
            return rounded(type_, v)
        return f"({a} {kind} {b})", evaluate

    bound_by_reduction = ()

    def reduction(self, type_, scope, depth):
        r = self.r
        kinds = {"bool": ["any", "all"], "f32": ["sum", "prod", "max", "min", "mean"], "f16": ["max", "min"],
                 "bf16": ["max", "min"], "i32": ["sum", "prod", "max", "min", "argmax", "argmin"], "i64": ["sum", "prod", "max"]}
        kind = r.choice(kinds.get(type_, ["max", "min"]))
        body_type = r.choice(FLOATS + ["i32", "i8"]) if kind.startswith("arg") else type_
        index, dim = self.name("r"), r.choice(sorted(self.sizes))
        n = self.size(dim)
        inner = dict(scope)
        inner[index] = dim
        saved, self.bound_by_reduction = self.bound_by_reduction, (*self.bound_by_reduction, index)
        body, f = self.expr(body_type, inner, depth - 2)
        self.bound_by_reduction = saved
        form = r.random()
        low, high = (lambda s: np.int64(0)), (lambda s: np.int64(n))
        if form < 0.2 and (made := self.double(kind, body_type, scope, depth)):
            return made
        ragged = self.ragged(n, scope) if form > 0.93 else None
        if ragged:
            bounds_text, low, high = ragged
            text = f"{index} in {bounds_text}"
        elif form < 0.5:
            text = f"{index} in 0..{dim}"
        elif form < 0.75:
            a, b = sorted((r.randint(0, n), r.randint(0, n)))
            text, low, high = f"{index} in {a}..{b}", (lambda s: np.int64(a)), (lambda s: np.int64(b))
        else:  # a scan, or a ragged range
            fitting = [i for i, d in scope.items() if self.size(d) <= n]
            if not fitting:
                return None
            i, more = r.choice(fitting), r.randint(0, 1)
            text = f"{index} in 0..{i} + {more}" if more else f"{index} in 0..{i}"
            high = (lambda s: s.values[i] + more)
        result = f"({kind}[{text}] ({body}))"

        def evaluate(s):
            inside = s.push(index, np.arange(n))
            k = inside.values[index]
            lo, hi = np.asarray(low(s))[..., None], np.asarray(high(s))[..., None]
            mask = (k >= lo) & (k < hi)
            v = np.asarray(f(inside))
            v, mask = np.broadcast_arrays(v, mask)
            return reduce(kind, body_type, v, mask)
        return result, evaluate

    def ragged(self, n, scope):
        """Bounds from offsets."""
        plain = [i for i, d in scope.items() if d in self.sizes]
        if not plain:
            return None
        i = self.r.choice(plain)
        t = self.add_input("i32", [f"{scope[i]} + 1"])
        t.value = np.sort(self.rng.integers(0, n, t.value.shape, dtype=np.int64, endpoint=True))
        return f"{t.name}[{i}]..{t.name}[{i} + 1]", lambda s: t.value[s.values[i]], lambda s: t.value[s.values[i] + 1]

    def double(self, kind, body_type, scope, depth):
        """A reduction over two whole dimensions."""
        r = self.r
        names, dims = [self.name("r"), self.name("r")], [r.choice(sorted(self.sizes)) for _ in range(2)]
        if len(scope) > 3:
            return None
        saved, self.bound_by_reduction = self.bound_by_reduction, (*self.bound_by_reduction, *names)
        body, f = self.expr(body_type, {**scope, **dict(zip(names, dims))}, depth - 2)
        self.bound_by_reduction = saved
        text = ", ".join(f"{i} in 0..{d}" if not kind.startswith("arg") else i for i, d in zip(names, dims))
        if kind.startswith("arg"):  # whole dimensions: both must be told by a plain use
            t = self.add_input(body_type, dims)
            body, f = f"{t.name}[{', '.join(names)}]", lambda s: t.value[tuple(np.broadcast_arrays(
                s.values[names[0]], s.values[names[1]]))] if t.value.size else np.zeros((1,) * s.count, t.value.dtype)

        def evaluate(s):
            inside = s
            for i, d in zip(names, dims):
                inside = inside.push(i, np.arange(self.size(d)))
            extents = tuple(self.size(d) for d in dims)
            v = np.asarray(f(inside))
            if 0 in extents:
                v = np.zeros((1,) * len(scope) + extents, v.dtype)
            shape = np.broadcast_shapes(v.shape, (1,) * len(scope) + extents)
            v = np.broadcast_to(v, shape).reshape(shape[:-2] + (shape[-2] * shape[-1],))
            return reduce(kind, body_type, v, np.ones(v.shape, bool))
        return f"({kind}[{text}] ({body}))", evaluate

    # -- contractions --

    def contraction(self):
        """A product of two matrices in any layout, with batches, on any types, with an epilogue."""
        r = self.r
        m, n, k = (r.choice(sorted(self.sizes)) for _ in range(3))
        batch = [r.choice(sorted(self.sizes))] if r.random() < 0.3 else []
        real = r.random() < 0.5
        ta, tb = (r.choice(["f16", "bf16", "f32"]),) * 2 if real else (r.choice(["i8", "u8"]), r.choice(["i8", "u8"]))
        wide = "f32" if real else "i32"
        a = self.add_input(ta, batch + (r.choice([[m, k], [k, m]]) if m != k else [m, k]))
        b = self.add_input(tb, batch * r.randint(0, 1) + (r.choice([[n, k], [k, n]]) if n != k else [n, k]))
        batches = len(batch)
        flip_a, flip_b = a.dims[batches:] == [k, m] and m != k, b.dims[-2:] == [k, n] and n != k
        bi, mi, ni, ki = (self.name(x) for x in "bmnk")

        def read(t, row, flipped):
            at = [ki, row] if flipped else [row, ki]
            return f"{t.name}[{', '.join(([bi] if len(t.dims) > 2 else []) + at)}]"
        left, right = f"{wide}({read(a, mi, flip_a)})", f"{wide}({read(b, ni, flip_b)})"
        if real and ta == "f32":
            left, right = read(a, mi, flip_a), read(b, ni, flip_b)
        x = np.swapaxes(a.value, -1, -2) if flip_a else a.value
        y = np.swapaxes(b.value, -1, -2) if flip_b else b.value
        with np.errstate(all="ignore"):
            products = x[..., :, None, :] * y[..., None, :, :]  # exact in double; of the language in f32
            products = rounded("f32", products) if real else products
        v = reduce("sum", wide, products, np.ones(products.shape, bool))
        scope = ([bi] if batch else []) + [mi, ni]
        dims = batch + [m, n]
        v = np.broadcast_to(v, tuple(self.size(d) for d in dims))
        text = f"(sum[{ki}] {left} * {right})" if r.random() < 0.8 else f"(sum[{ki}] {right} * {left})"
        type_ = wide
        if r.random() < 0.5:
            bias = self.add_input(wide, [r.choice([n, n, m])])
            at = ni if bias.dims[0] == n else mi
            text = f"({text} + {bias.name}[{at}])"
            add = bias.value if at == ni else bias.value[:, None]
            with np.errstate(all="ignore"):
                v = rounded("f32", v + add) if real else wrap("i32", v + add)
        if r.random() < 0.3:
            text, v = f"relu({text})", np.where(v < 0, v.dtype.type(0), v)
        if not real and r.random() < 0.5:
            type_, scale, zero = r.choice(["i8", "u8"]), r.choice([0.01, 0.5]), r.choice([0, 3])
            text = f"quantize({text}, {scale}, {zero})"
            v = quantized(type_, v, "i32", float(np.float32(scale)), zero, *bounds(type_), False)
        elif real and r.random() < 0.5:
            type_ = r.choice(["f16", "bf16"])
            text, v = f"{type_}({text})", rounded(type_, v)
        if r.random() < 0.2:  # transposed
            scope[-2:], dims[-2:], v = scope[:-3:-1], dims[:-3:-1], np.swapaxes(v, -1, -2)
        t = self.new_output(type_, dims)
        t.value = np.array(v, np.float64 if type_ in FLOATS else np.int64)
        self.statements.append(f"{t.name}[{', '.join(scope)}] = {text}")

    # -- statements --

    def evaluate(self, f, scope, dtype):
        s = Scope()
        for i, d in scope.items():
            s = s.push(i, np.arange(self.size(d)))
        shape = tuple(self.size(d) for d in scope.values())
        with np.errstate(all="ignore"):
            return np.array(np.broadcast_to(f(s), shape), dtype)

    def new_output(self, type_, dims):
        t = Tensor(self.name("y"), type_, dims)
        self.outputs.append(t)
        return t

    def statement(self):
        r = self.r
        kind = r.choice(["whole", "whole", "whole", "local", "parts", "scatter", "contraction"])
        if kind == "contraction":
            return self.contraction()
        type_ = r.choice(list(INTS) + FLOATS + ["f32", "i32", "bool"])
        dims = [r.choice(sorted(self.sizes)) for _ in range(r.randint(4, 8) if r.random() < 0.04 else r.randint(0, 3))]
        while len(dims) > 3 and math.prod(map(self.size, dims)) > 3000:
            dims.pop()
        if kind == "parts":
            return self.parts(type_)
        if kind == "scatter":
            return self.scatter(r.choice(["i32", "i8", "i64", "f32", "f16"]))
        scope = {self.name("n"): d for d in dims}
        text, f = self.expr(type_, scope, r.randint(1, 4))
        value = self.evaluate(f, scope, np.float64 if type_ in FLOATS else np.int64)
        if kind == "whole":
            t = self.new_output(type_, dims)
            left = t.name + (f"[{', '.join(scope)}]" if dims else "")
        else:
            t = Tensor(self.name("t"), type_, dims)
            left = t.name + (f"[{', '.join(scope)}]" if dims else "") + f": {type_}"
            left += f"[{', '.join(dims)}]" if dims else ""
        t.value = value
        self.statements.append(f"{left} = {text}")
        if kind == "local":
            self.locals.append(t)
            self.statement()

    def parts(self, type_):
        r = self.r
        a, b = r.choice(sorted(self.sizes)), r.choice(sorted(self.sizes))
        others = [r.choice(sorted(self.sizes)) for _ in range(r.randint(0, 1))]
        t = self.new_output(type_, [f"{a} + {b}" if a != b else f"2 * {a}"] + others)
        pieces = []
        for number, size in enumerate((a, b)):
            i = self.name("p")
            scope = {i: size}
            scope.update({self.name("n"): d for d in others})
            text, f = self.expr(type_, scope, r.randint(1, 3))
            pieces.append(self.evaluate(f, scope, np.float64 if type_ in FLOATS else np.int64))
            lo, hi = ("0", a) if number == 0 else (a, f"{a} + {b}")
            if number:
                text = self.shift(text, i, a)
            self.statements.append(f"{t.name}[{', '.join([f'{i} in {lo}..{hi}', *list(scope)[1:]])}] = {text}")
        t.value = np.concatenate(pieces)

    @staticmethod
    def shift(text, index, by):
        """The expression with the index counted from the beginning of the part; names end in a number."""
        return re.sub(rf"\b{index}\b", f"({index} - {by})", text)

    def scatter(self, type_):
        r = self.r
        d, size = r.choice(sorted(self.sizes)), r.choice(sorted(self.sizes))
        if self.size(d) == 0:
            return
        where = self.add_input("i32", [size])
        where.value = self.rng.integers(0, self.size(d), where.value.shape, dtype=np.int64)
        i = self.name("n")
        saved, self.bound_by_reduction = self.bound_by_reduction, (i,)
        text, f = self.expr(type_, {i: size}, r.randint(0, 2))
        self.bound_by_reduction = saved
        t = self.new_output(type_, [d])
        value = self.evaluate(f, {i: size}, np.float64 if type_ in FLOATS else np.int64)
        total = np.zeros(self.size(d), value.dtype)
        with np.errstate(all="ignore"):
            for place, v in zip(where.value, value):
                total[place] += v
        t.value = rounded(type_, total) if type_ in FLOATS else wrap(type_, total)
        self.statements.append(f"{t.name}[{where.name}[{i}]] += {text}")

    def schedule(self):
        """Decisions of the compiler, overridden; what cannot be obeyed is refused."""
        r = random.Random(self.counter)
        if r.random() > 0.15:
            return []
        read = "\n".join(self.statements)
        of = [t.name for t in self.outputs + self.inputs if t.dims and re.search(rf"\b{t.name}\b", read)]
        kinds = {"buffers": ["1", "2", "3"], "resident": ["local", "sram", "dram"], "unit": ["core", "dpe"],
                 "tile": ["1", "4", "32", "2 x 8", "64 x 64"]}
        key = r.choice(sorted(kinds))
        return [f"schedule {{ {key}({r.choice(of)}) = {r.choice(kinds[key])} }}"] if of else []

    # -- text and files --

    def type_text(self, t):
        word = t.type if t.kind == "plain" else t.kind
        return f"{t.name}: {word}" + (f"[{', '.join(map(str, t.dims))}]" if t.dims else "")

    def text(self):
        inputs, outputs = (", ".join(map(self.type_text, ts)) for ts in (self.inputs, self.outputs))
        body = "\n".join("  " + s for s in self.statements + self.schedule())
        return "\n".join(self.defs) + f"\nkernel k({inputs}) ->\n    ({outputs}) {{\n{body}\n}}\n"


# ---- Files ----

def pack4(v):
    v = np.asarray(v, np.int64) & 15
    if v.shape[-1] % 2:
        v = np.concatenate([v, np.zeros(v.shape[:-1] + (1,), np.int64)], axis=-1)
    return (v[..., 0::2] | v[..., 1::2] << 4).astype(np.uint8)


def encode(t):
    if t.kind != "plain":
        return t.bytes
    if t.type == "i4" and t.dims:
        return pack4(t.value)
    if t.type == "bf16":
        bits = t.value.astype(np.float32).view(np.uint32) >> 16
        return bits.astype(np.uint16).view("V2")
    names = {"bool": bool, "i4": np.uint8, "i8": np.int8, "u8": np.uint8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
             "f16": np.float16, "f32": np.float32}
    with np.errstate(all="ignore"):
        return (t.value & 15 if t.type == "i4" else t.value).astype(names[t.type])


def same(a, b):
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind == "V":
        a, b = ((x.ravel().view(np.uint16).astype(np.uint32) << 16).view(np.float32) for x in (a, b))
    if a.dtype.kind == "f":
        return bool(np.all(((a == b) & (np.signbit(a) == np.signbit(b))) | (np.isnan(a) & np.isnan(b))))
    return bool(np.all(a == b))


def write(p, directory):
    """The program and its inputs; the options that name them."""
    path = os.path.join(directory, "program.knyfe")
    with open(path, "w", encoding="utf-8") as f:
        f.write(p.text())
    named = set(re.findall(r"\w+", p.text()))
    options = ["--shape", ",".join(f"{d}={n}" for d, n in p.sizes.items() if d in named)]
    for t in p.inputs:
        if t.dims:
            np.save(f"{directory}/{t.name}.npy", encode(t))
            options += ["--arg", f"{t.name}={directory}/{t.name}.npy"]
        else:
            options += ["--arg", f"{t.name}={t.value.item()!r}"]
    return path, options


def interpret(tool, p, path, options, directory):
    """What is wrong with the interpreter's outputs, or None."""
    command = [tool, path, "--interp", *options]
    for t in p.outputs:
        command += ["--out", f"{t.name}={directory}/{t.name}.npy"]
    ran = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60)
    if ran.returncode:
        return ran.stderr
    for t in p.outputs:
        got, expected = np.load(f"{directory}/{t.name}.npy"), encode(t)
        if not same(got, expected):
            return f"{t.name}: expected\n{t.value}\ngot\n{got}"
    return None


def on_device(tool, path, options, grids, form):
    """(refused, what is wrong or None)"""
    command = [tool, path, "--check", "--grid", grids, *options] + (["--dynamic"] if form == "dynamic" else [])
    try:
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        return False, f"{form}: does not end"
    if ran.returncode == 0:
        return False, None
    refused = any(f"error: [{i}]" in ran.stdout for i in REFUSALS) and "[KN0092]" not in ran.stdout
    return refused, f"{form}: {ran.stdout[-6000:]}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--keep", default="")
    parser.add_argument("--device", default="")
    parser.add_argument("--dynamic", action="store_true")
    parser.add_argument("--patterns", action="store_true", help="programs in the manner of models (knyfe_patterns.py)")
    parser.add_argument("--refused", action="store_true", help="say what is refused, and why")
    parser.add_argument("--wrong", type=int, default=5, help="end behind more than so many wrong ones")
    o = parser.parse_args()
    seed = o.seed if o.seed is not None else time.time_ns() % 10**9
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", 60))
    count = wrong = 0
    forms = ["static", "dynamic"][:1 + o.dynamic] if o.device else []
    agreed, refused = ({form: 0 for form in forms} for _ in range(2))
    with tempfile.TemporaryDirectory() as directory:
        directory = o.keep or directory
        os.makedirs(directory, exist_ok=True)
        while count < o.count if o.count else time.time() < end:
            p = Program(seed + count, o.patterns)
            count += 1
            if not p.outputs:
                continue
            path, options = write(p, directory)
            problem = interpret(o.tool, p, path, options, directory)
            for form in forms if not problem else ():
                none, said = on_device(o.tool, path, options, o.device, form)
                refused[form] += none
                agreed[form] += not said
                if none and o.refused:
                    said = [line for line in said.splitlines() if "error:" in line]
                    print(f"refused: seed {seed + count - 1}: {form}: {said}", flush=True)
                problem = problem or (None if none else said)
            if problem:
                wrong += 1
                print(f"--- seed {seed + count - 1}: {' '.join(options)}\n{p.text()}{problem}", flush=True)
                if o.keep or wrong > o.wrong:
                    break
    for form in forms:
        print(f"{form}: {agreed[form]} agree on {o.device}, {refused[form]} refused")
    print(f"{count} programs from seed {seed}, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
