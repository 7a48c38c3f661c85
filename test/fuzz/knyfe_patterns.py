# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs in the manner of models: layers, bags, windows, attention, with sizes of some vectors.

A Term is an expression as text and as what numpy makes of it, so a pattern is written once.
"""
import math

import numpy as np

from knyfe_values import (FLOATS, FUNCTIONS, INTS, Scope, Tensor, bounds, convert, int_op, least, map_function, most, quantized,
                          reduce, rounded)

SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 20, 31, 32, 33, 40, 48, 63, 64, 65, 70, 96, 100, 128, 130]
LONG = [200, 257, 500, 1000, 2049, 4099]
MOST = 250_000  # terms of the greatest sum


# ---- Expressions ----

class Term:
    def __init__(self, type_, text, f):
        self.type, self.text, self.f = type_, text, f

    def __add__(self, other):
        return arithmetic("+", self, other)

    def __sub__(self, other):
        return arithmetic("-", self, other)

    def __mul__(self, other):
        return arithmetic("*", self, other)

    def __truediv__(self, other):
        return arithmetic("/", self, other)

    def __mod__(self, other):
        return arithmetic("%", self, other)


def number(type_, v):
    if type_ in FLOATS:
        return Term(type_, {math.inf: "inf", -math.inf: "-inf"}.get(v, repr(float(v))), lambda s: rounded(type_, np.float64(v)))
    return Term(type_, str(v), lambda s: np.int64(v))


def met(a, b):
    """Both as Terms, and the type they meet in."""
    if not isinstance(b, Term):
        b = number(a.type, b)
    if a.type == b.type:
        return a, b, a.type
    if a.type in FLOATS:
        return a, b, "f32"
    return a, b, "i64" if "i64" in (a.type, b.type) else "i32"


def arithmetic(op, a, b):
    a, b, type_ = met(a, b)
    text = f"({a.text} {op} {b.text})"
    if type_ in INTS:
        type_ = "i64" if type_ == "i64" else "i32"
        return Term(type_, text, lambda s: int_op(op, type_, a.f(s), b.f(s)))
    operate = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[op]

    def evaluate(s):
        with np.errstate(all="ignore"):
            return rounded(type_, operate(np.float64(a.f(s)), np.float64(b.f(s))))
    return Term(type_, text, evaluate)


def compare(op, a, b):
    a, b, _ = met(a, b)
    f = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal}[op]
    return Term("bool", f"({a.text} {op} {b.text})", lambda s: f(a.f(s), b.f(s)).astype(np.int64))


def cast(type_, a):
    return Term(type_, f"{type_}({a.text})", lambda s: convert(a.type, type_, a.f(s)))


def where(c, a, b):
    a, b, type_ = met(a, b)
    return Term(type_, f"where({c.text}, {a.text}, {b.text})", lambda s: np.where(c.f(s) != 0, a.f(s), b.f(s)))


def call(name, a, b=None):
    if name == "relu":
        zero = np.float64(0) if a.type in FLOATS else np.int64(0)
        return Term(a.type, f"relu({a.text})", lambda s: np.where(a.f(s) < 0, zero, a.f(s)))
    if name == "abs":
        return Term(a.type, f"abs({a.text})", lambda s: np.abs(a.f(s)))
    if name in ("min", "max"):
        a, b, type_ = met(a, b)
        return Term(type_, f"{name}({a.text}, {b.text})", lambda s: (least if name == "min" else most)(a.f(s), b.f(s)))
    return Term(a.type, f"{name}({a.text})", lambda s: rounded(a.type, map_function(FUNCTIONS[name], a.f(s))))


def quantize(type_, a, scale, zero=0):
    """Stands alone on the right side of a statement of that type."""
    zero_text = f", {zero}" if zero else ""
    return Term(type_, f"quantize({a.text}, {scale.text}{zero_text})",
                lambda s: quantized(type_, a.f(s), a.type, scale.f(s), zero, *bounds(type_), False))


def read(t, *subscripts, pad=None):
    texts = [x.text if isinstance(x, Term) else str(x) for x in subscripts]

    def evaluate(s):
        if not subscripts:
            return t.value
        at = np.broadcast_arrays(*(x.f(s) if isinstance(x, Term) else np.int64(x) for x in subscripts))
        inside = np.ones(at[0].shape, bool)
        for a, n in zip(at, t.value.shape):
            inside &= (a >= 0) & (a < n)
        if 0 in t.value.shape:
            got = np.zeros(at[0].shape, t.value.dtype)
        else:
            got = t.value[tuple(np.clip(a, 0, n - 1) for a, n in zip(at, t.value.shape))]
        return got if pad is None else np.where(inside, got, pad)
    text = t.name + (f"[{', '.join(texts)}]" if texts else "")
    return Term(t.type, text if pad is None else f"pad({text}, {pad})", evaluate)


# ---- Programs ----

class Model:
    """What patterns are made with; adds to a Program."""

    def __init__(self, program):
        self.p, self.r, self.rng = program, program.r, program.rng

    def dim(self, most_=130, least_=1):
        """A new dimension, at times the same as one before."""
        known = [d for d, n in self.p.sizes.items() if d.startswith("D") and least_ <= n <= most_]
        if known and self.r.random() < 0.15:
            return self.r.choice(known)
        d = self.p.name("D")
        self.p.sizes[d] = self.r.choice([n for n in SIZES if least_ <= n <= most_])
        if least_ == 1 and self.r.random() < 0.015:
            self.p.sizes[d] = 0
        return d

    def long(self, most_):
        """A new dimension beyond what fits into registers, at times into one PE's share."""
        d = self.p.name("D")
        self.p.sizes[d] = self.r.choice([n for n in LONG if n <= most_] or [1])
        return d

    def dims(self, count, terms=MOST):
        """So many, whose product is no more."""
        made, left = [], terms
        if self.r.random() < 0.15:
            made.append(self.long(left))
            left //= self.size(made[0])
        for _ in range(count - len(made)):
            made.append(self.dim(max(1, min(130, left))))
            left //= max(self.size(made[-1]), 1)
        self.r.shuffle(made)
        return made

    def size(self, d):
        return self.p.size(d)

    def input(self, type_, dims):
        return self.p.add_input(type_, dims)

    def places(self, type_, dims, end):
        """An input of indices below `end`."""
        t = self.p.add_input(type_, dims)
        t.value = self.rng.integers(0, max(end, 1), t.value.shape, dtype=np.int64)
        return t

    def real(self):
        return self.r.choice(FLOATS)

    def index(self, prefix="n"):
        name = self.p.name(prefix)
        return Term("i32", name, lambda s: s.values[name])

    def over(self, kind, ranges, make):
        """A reduction; ranges are dimensions, or (lo, hi, greatest hi)."""
        places = [self.index("r") for _ in ranges]
        body = make(*places)
        texts = [i.text if isinstance(r, (str, int)) else f"{i.text} in {r[0].text}..{r[1].text}" for i, r in zip(places, ranges)]
        type_ = body.type
        if kind in ("sum", "prod", "mean"):
            type_ = "f32" if type_ in FLOATS else "i64" if type_ == "i64" else "i32"
        elif kind.startswith("arg"):
            type_ = "i32"

        def evaluate(s):
            inside, mask = s, np.ones((1,) * s.count, bool)
            for i, r in zip(places, ranges):
                end = self.size(r) if isinstance(r, (str, int)) else r[2]
                inside = inside.push(i.text, np.arange(end))
                mask = mask[..., None]
                if not isinstance(r, (str, int)):
                    lo, hi = np.asarray(r[0].f(inside)), np.asarray(r[1].f(inside))
                    mask = mask & (inside.values[i.text] >= lo) & (inside.values[i.text] < hi)
            v, mask = np.broadcast_arrays(body.f(inside), mask, *inside.values.values())[:2]
            flat = v.shape[:s.count] + (-1,) if v.size else v.shape[:s.count] + (math.prod(v.shape[s.count:]),)
            return reduce(kind, body.type if kind.startswith("arg") else type_, v.reshape(flat), mask.reshape(flat))
        return Term(type_, f"({kind}[{', '.join(texts)}] {body.text})", evaluate)

    def let(self, dims, make, type_=None, output=None):
        """A statement, t[...] = make(indices)."""
        names = [self.index() for _ in dims]
        value = make(*names)
        type_ = type_ or value.type
        output = self.r.random() < 0.4 if output is None else output
        t = Tensor(self.p.name("y" if output else "t"), type_, list(dims))
        s = Scope()
        for i, d in zip(names, dims):
            s = s.push(i.text, np.arange(self.size(d)))
        dtype = np.float64 if type_ in FLOATS else np.int64
        with np.errstate(all="ignore"):
            t.value = np.array(np.broadcast_to(value.f(s), tuple(self.size(d) for d in dims)), dtype)
        if output:
            self.p.outputs.append(t)
            left = ""
        else:
            left = f": {type_}" + (f"[{', '.join(map(str, dims))}]" if dims else "")
        self.p.statements.append(f"{t.name}" + (f"[{', '.join(i.text for i in names)}]" if dims else "") + f"{left} = {value.text}")
        return t

    def finish(self, dims, make, output=True):
        """The last step of a layer: nothing, or some of what leaves with results."""
        r = self.r
        extra = [self.input("f32", [d]) for d in dims if r.random() < 0.25]
        scalar = self.input("f32", []) if r.random() < 0.2 else None
        kinds = [r.choice(["relu", "sigmoid", "tanh", "gelu", "silu", "abs", "none", "none"]) for _ in range(r.randint(0, 2))]
        narrow = r.choice([None, None, "f16", "bf16", "i8", "u8", "i32"])
        other = self.input(r.choice(FLOATS), list(dims)) if r.random() < 0.2 else None

        def step(*places):
            v = make(*places)
            if v.type != "f32":
                v = cast("f32", v)
            for t in extra:
                x = read(t, places[dims.index(t.dims[0])])
                v = v + x if r.random() < 0.6 else v * x
            if scalar:
                v = v * read(scalar)
            for k in kinds:
                v = v if k == "none" else call(k, v)
            if other:
                v = v + cast("f32", read(other, *places)) if r.random() < 0.6 else v * cast("f32", read(other, *places))
            if narrow in ("f16", "bf16", "i32"):
                return cast(narrow, v)
            return quantize(narrow, v, number("f32", r.choice([0.1, 0.5, 7.0])), r.choice([0, 0, 3])) if narrow else v
        return self.let(dims, step, output=output)

    # ---- layers ----

    def operand(self, type_, dims, places):
        """A tensor with its dimensions in any order, at `places`."""
        order = self.r.sample(range(len(dims)), len(dims)) if self.r.random() < 0.5 else list(range(len(dims)))
        t = self.input(type_, [dims[i] for i in order])
        return read(t, *(places[i] for i in order))

    def fc(self):
        """One product in any layout, of any types, batched, over one or two indices."""
        r = self.r
        kind = r.choice(["int", "int", "real", "real", "mixed"])
        m, n, k = self.dims(3)
        batch = [self.dim(5)] if r.random() < 0.25 else []
        two = [self.dim(4)] if r.random() < 0.2 else []
        while math.prod(map(self.size, [m, n, k] + batch + two)) > 2 * MOST:
            k = self.dim(max(self.size(k) // 2, 1))
        if kind == "int":
            ta, tb, wide = r.choice(["i8", "u8"]), r.choice(["i8", "u8", "i4", "i16"]), "i32"
        elif kind == "real":
            ta, wide = r.choice(FLOATS), "f32"
            tb = ta if r.random() < 0.8 else r.choice(FLOATS)
        else:
            ta, tb, wide = r.choice(FLOATS), r.choice(["i8", "i4", "u8"]), "f32"
        zero_a, zero_b = (r.choice([0, 0, 3]) if kind != "real" else 0 for _ in range(2))
        shared = r.random() < 0.5  # the second operand has the batch, too
        a = self.input(ta, batch + [m, *two, k])
        b_dims = (batch if shared else []) + r.sample([n, *two, k], 2 + len(two))
        b = self.input(tb, b_dims)

        def make(*at):
            *bi, mi, ni = at

            def body(*ki):
                place = dict(zip([*two, k], ki))
                place_b = [ni if d == n and d not in place else place.get(d, ni) for d in b_dims[len(batch) * shared:]]
                x, w = cast(wide, read(a, *bi, mi, *ki)), cast(wide, read(b, *(bi if shared else []), *place_b))
                x = x - zero_a if zero_a and kind == "int" else x
                w = w - zero_b if zero_b else w
                return x * w if r.random() < 0.8 else w * x
            return self.over("sum", [*two, k], body)
        dims = batch + [m, n]
        if len({n, k, *two}) < 2 + len(two):
            return  # the same dimension twice would need names for its places
        if r.random() < 0.4:
            t = self.let(dims, make)
            self.finish(dims, lambda *at: read(t, *at))
        else:
            self.finish(dims, make)

    def mlp(self):
        """Two or three products, at times gated or quantised between."""
        r = self.r
        m, k, h, n = self.dims(4, 60 * MOST)
        while math.prod(map(self.size, (m, k, h))) > MOST or math.prod(map(self.size, (m, h, n))) > MOST:
            m, h = self.dim(max(1, self.size(m) // 2)), self.dim(max(1, self.size(h) // 2))
        type_ = r.choice(FLOATS)
        x, w, v = (self.input(type_, d) for d in ([m, k], [h, k], [n, h]))
        gate = self.input(type_, [h, k]) if r.random() < 0.4 else None

        def sums(weights, mi, hi):
            return self.over("sum", [k], lambda i: cast("f32", read(x, mi, i)) * cast("f32", read(weights, hi, i)))
        active = r.choice(["relu", "gelu", "silu", "tanh", "sigmoid"])
        if gate:
            g = self.let([m, h], lambda mi, hi: sums(gate, mi, hi))
            u = self.let([m, h], lambda mi, hi: sums(w, mi, hi))
            hidden = self.let([m, h], lambda mi, hi: cast(type_, call(active, read(g, mi, hi)) * read(u, mi, hi)))
        else:
            hidden = self.let([m, h], lambda mi, hi: cast(type_, call(active, sums(w, mi, hi))))
        self.finish([m, n], lambda mi, ni: self.over("sum", [h], lambda i: cast("f32", read(hidden, mi, i)) *
                                                     cast("f32", read(v, ni, i))))

    def window(self):
        """Convolutions and pools, of one or two dimensions, padded or not, channels anywhere or by themselves."""
        r = self.r
        spatial = r.randint(1, 2)
        b, c, f = self.dim(4), self.dim(40), self.dim(40)
        taps = [r.randint(1, 4) for _ in range(spatial)]
        strides, spread = ([r.choice([1, 1, 2, 3]) for _ in range(spatial)] for _ in range(2))
        padded = r.random() < 0.6
        before = [r.randint(0, t) if padded else 0 for t in taps]
        extents = [self.dim(20) for _ in range(spatial)]
        type_ = r.choice(["i8", "u8", "f16", "bf16", "f32"])
        kind = r.choice(["conv", "conv", "depthwise", "pool"])
        first = r.random() < 0.4  # channels stand in front
        x_dims = [b, c, *extents] if first else [b, *extents, c]
        x = self.input(type_, x_dims)
        out = [0] * spatial
        for i in range(spatial):  # as many results as there is room for, or as the padding gives
            reach = (taps[i] - 1) * spread[i]
            n = self.size(extents[i])
            if not padded and n <= reach:
                return
            out[i] = (n - 1) // strides[i] + 1 if padded else (n - 1 - reach) // strides[i] + 1
            if out[i] <= 0:
                return
        at_channel = (lambda bi, si, ci: [bi, ci, *si]) if first else (lambda bi, si, ci: [bi, *si, ci])

        def pixel(bi, places, ti, ci, fill):
            where_ = [h * s + t * e - p for h, s, t, e, p in zip(places, strides, ti, spread, before)]
            return read(x, *at_channel(bi, where_, ci), pad=fill if padded else None)
        wide = "f32" if type_ in FLOATS else "i32"
        if kind == "pool":
            how = r.choice(["max", "min", "mean", "sum"])
            fill = r.choice([0, 1]) if type_ in INTS else r.choice([0.0, -1.0])
            self.finish([b, *out, c], lambda bi, *rest: self.over(
                how, [(number("i32", 0), number("i32", t), t) for t in taps],
                lambda *ti: (cast("f32", pixel(bi, rest[:-1], ti, rest[-1], fill)) if how == "mean" else
                             pixel(bi, rest[:-1], ti, rest[-1], fill))))
        elif kind == "depthwise":
            w = self.input(type_, [c, *taps])
            self.finish([b, *out, c], lambda bi, *rest: self.over(
                "sum", taps, lambda *ti: cast(wide, pixel(bi, rest[:-1], ti, rest[-1], 0)) * cast(wide, read(w, rest[-1], *ti))))
        else:
            w_dims = r.choice([[f, *taps, c], [*taps, c, f], [f, c, *taps]])
            w = self.input(type_, w_dims)
            if f == c:
                return
            order = r.sample(range(spatial + 1), spatial + 1) if r.random() < 0.3 else list(range(spatial + 1))
            ranges = [[*taps, c][i] for i in order]

            def make(bi, *rest):
                *places, fi = rest

                def body(*given):
                    at = [given[order.index(i)] for i in range(spatial + 1)]
                    ti, ci = at[:-1], at[-1]
                    w_at = {0: [fi, *ti, ci], 1: [*ti, ci, fi], 2: [fi, ci, *ti]}[
                        0 if w_dims == [f, *taps, c] else 1 if w_dims == [*taps, c, f] else 2]
                    return cast(wide, pixel(bi, places, ti, ci, 0)) * cast(wide, read(w, *w_at))
                return self.over("sum", ranges, body)
            self.finish([b, *out, f], make)

    # ---- rows ----

    def rows(self):
        """Softmax, norms: reductions of a row, and what is done with the row then."""
        r = self.r
        n = self.long(5000) if r.random() < 0.25 else self.dim()
        others = self.dims(r.randint(0, 2), 60_000 // max(self.size(n), 1))
        if n in others:
            return
        last = r.random() < 0.7
        dims = [*others, n] if last else [n, *others]
        x = self.input(self.real(), dims)
        at = (lambda o, i: [*o, i]) if last else (lambda o, i: [i, *o])

        def get(o, i):
            return cast("f32", read(x, *at(o, i)))
        kind = r.choice(["softmax", "log_softmax", "layernorm", "rmsnorm", "argmax", "l2", "quantise"])
        if kind == "argmax":
            a = self.let(others, lambda *o: self.over(r.choice(["argmax", "argmin"]), [n], lambda i: read(x, *at(o, i))))
            self.let(others, lambda *o: self.over("argmax", [n], lambda i: where(
                compare("==", i, read(a, *o)), number(x.type, -math.inf), read(x, *at(o, i)))), output=True)
            return
        rest = (lambda full: (full[:-1], full[-1]) if last else (full[1:], full[0]))
        if kind in ("softmax", "log_softmax"):
            top = self.let(others, lambda *o: self.over("max", [n], lambda i: get(o, i)))
            e = self.let(dims, lambda *full: call("exp", get(*rest(full)) - read(top, *rest(full)[0])))
            total = self.let(others, lambda *o: self.over("sum", [n], lambda i: read(e, *at(o, i))))
            if kind == "softmax":
                self.finish(dims, lambda *full: read(e, *full) / read(total, *rest(full)[0]))
            else:
                self.finish(dims, lambda *full: get(*rest(full)) - read(top, *rest(full)[0]) -
                            call("log", read(total, *rest(full)[0])))
        elif kind == "layernorm":
            mean = self.let(others, lambda *o: self.over("mean", [n], lambda i: get(o, i)))
            var = self.let(others, lambda *o: self.over("mean", [n], lambda i: (get(o, i) - read(mean, *o)) *
                                                        (get(o, i) - read(mean, *o))))
            self.finish(dims, lambda *full: (get(*rest(full)) - read(mean, *rest(full)[0])) *
                        call("rsqrt", read(var, *rest(full)[0]) + 1e-5))
        elif kind == "quantise":
            top = self.let(others, lambda *o: self.over("max", [n], lambda i: call("abs", get(o, i))))
            self.let(dims, lambda *full: quantize("i8", get(*rest(full)), number("f32", 127.0) / (read(top, *rest(full)[0]) + 0.01)),
                     output=True)
        else:
            squares = self.let(others, lambda *o: self.over("sum" if kind == "l2" else "mean", [n], lambda i: get(o, i) * get(o, i)))
            self.finish(dims, lambda *full: get(*rest(full)) * call("rsqrt", read(squares, *rest(full)[0]) + 1e-5))

    def extremes(self):
        """Any reduction of any type, along any dimensions; what is done with it."""
        r = self.r
        dims = self.dims(r.randint(1, 4), 60_000)
        if len(set(dims)) < len(dims):
            return
        type_ = r.choice([*INTS, *FLOATS, "bool", "f32", "i32"])
        x = self.input(type_, dims)
        gone = sorted(r.sample(range(len(dims)), r.randint(1, min(2, len(dims)))))
        kinds = ["any", "all"] if type_ == "bool" else ["sum", "max", "min", "argmax", "argmin", "prod"]
        how = r.choice(kinds + (["mean"] if type_ in FLOATS else []))
        left = [d for i, d in enumerate(dims) if i not in gone]
        masked = self.input("bool", [dims[gone[-1]]]) if r.random() < 0.2 and how in ("sum", "max") else None

        def make(*at):
            def body(*over):
                places, inner = iter(at), iter(over)
                v = read(x, *(next(inner) if i in gone else next(places) for i in range(len(dims))))
                return where(read(masked, over[-1]), v, number(type_, 0)) if masked else v
            return self.over(how, [dims[i] for i in gone], body)
        t = self.let(left, make, output=True)
        if r.random() < 0.5 and t.type != "bool":
            self.finish(dims, lambda *at: cast("f32", read(x, *at)) - cast("f32", read(
                t, *(at[i] for i in range(len(dims)) if i not in gone))))

    def lengths(self):
        """Rows of their own length each: softmax, sums, the last element; ranges that begin anywhere."""
        r = self.r
        b, n, d, e = self.dim(40), self.long(1000) if r.random() < 0.2 else self.dim(100), self.dim(70), self.dim(130)
        if len({b, n, d, e}) < 4 or math.prod(map(self.size, (b, n, d))) > MOST or not self.size(e) or not self.size(n):
            return
        kind = r.choice(["softmax", "pool", "range"])
        length = self.places("i32", [b], self.size(n) + 1)
        zero = number("i32", 0)
        if kind == "range":  # x[start[b] + j] for as many j as there are
            start = self.places("i32", [b], self.size(e))
            x = self.input(self.real(), [e, d])
            self.finish([b, d], lambda i, c: self.over("sum", [(zero, read(length, i), self.size(n))], lambda j: cast(
                "f32", read(x, call("min", read(start, i) + j, self.size(e) - 1), c))))
            return
        x = self.input(self.real(), [b, n])
        v = self.input(self.real(), [b, n, d])
        top = self.let([b], lambda i: self.over("max", [(zero, read(length, i), self.size(n))], lambda j: cast("f32", read(x, i, j))))
        weight = self.let([b, n], lambda i, j: where(compare("<", j, read(length, i)), call(
            "exp", cast("f32", read(x, i, j)) - read(top, i)), number("f32", 0.0)))
        total = self.let([b], lambda i: self.over("sum", [n], lambda j: read(weight, i, j)))
        if kind == "softmax":
            self.finish([b, n], lambda i, j: read(weight, i, j) / call("max", read(total, i), 1e-6))
        else:
            self.finish([b, d], lambda i, c: self.over("sum", [n], lambda j: read(weight, i, j) * cast("f32", read(v, i, j, c))) /
                        call("max", read(total, i), 1e-6))

    def attention(self):
        """Scores, softmax, values: heads, groups of heads, causal or masked or biased."""
        r = self.r
        heads = r.choice([1, 2, 4])
        group = r.choice([1, 1, 2]) if heads > 1 else 1
        s, t, d = self.dim(33), self.dim(40), self.dim(40)
        type_ = r.choice(FLOATS)
        q = self.input(type_, [s, heads, d])
        k, v = (self.input(type_, [t, heads // group, d]) for _ in range(2))
        mask = self.input("bool", [s, t]) if r.random() < 0.3 else None
        causal, alibi = r.random() < 0.3, r.random() < 0.2

        def head(h):
            return h / group if group > 1 else h
        score = self.let([heads, s, t], lambda h, i, j: self.over(
            "sum", [d], lambda c: cast("f32", read(q, i, h, c)) * cast("f32", read(k, j, head(h), c))) * 0.125)

        def seen(h, i, j):
            x = read(score, h, i, j)
            x = x + cast("f32", j - i) * 0.25 if alibi else x
            x = where(read(mask, i, j), x, number("f32", -1e4)) if mask else x
            return where(compare("<=", j, i), x, number("f32", -math.inf)) if causal else x
        seen_ = self.let([heads, s, t], seen) if r.random() < 0.5 else None
        get = (lambda h, i, j: read(seen_, h, i, j)) if seen_ else seen
        top = self.let([heads, s], lambda h, i: self.over("max", [t], lambda j: get(h, i, j)))
        e = self.let([heads, s, t], lambda h, i, j: cast(type_, call("exp", get(h, i, j) - read(top, h, i))))
        total = self.let([heads, s], lambda h, i: self.over("sum", [t], lambda j: cast("f32", read(e, h, i, j))))
        self.let([s, heads, d], lambda i, h, c: cast(type_, self.over(
            "sum", [t], lambda j: cast("f32", read(e, h, i, j)) * cast("f32", read(v, j, head(h), c))) / read(total, h, i)), output=True)

    # ---- by index ----

    def table(self, e, d):
        r = self.r
        t = self.input(r.choice(["f32", "f32", "f16", "bf16", "i8"]), [e, d])
        if r.random() < 0.4 and self.size(d) and self.size(e):
            t.type = "f32"
            self.p.make_table(t)
        return t

    def bag(self):
        """Rows of a table by index: bags with offsets, lengths or of equal size, weighted; sums and extremes."""
        r = self.r
        e, d, b, n = self.dim(130), self.dim(130), self.dim(40), self.dim(64)
        t = self.table(e, d)
        if not self.size(e):
            return
        form = r.choice(["offsets", "offsets", "lengths", "equal"])
        how = r.choice(["sum", "sum", "sum", "mean", "max", "min"])
        idx_type = r.choice(["i32", "i64"])
        weight = None
        if form == "offsets":
            idx = self.places(idx_type, [n], self.size(e))
            offsets = self.input(r.choice(["i32", "i64"]), [f"{b} + 1"])
            offsets.value = np.sort(self.rng.integers(0, self.size(n), offsets.value.shape, dtype=np.int64, endpoint=True))
            weight = self.input("f32", [n]) if r.random() < 0.4 else None

            def ranges(bi):
                return [(read(offsets, bi), read(offsets, bi + 1), self.size(n))]
        else:
            idx = self.places(idx_type, [b, n], self.size(e))
            weight = self.input("f32", [b, n]) if r.random() < 0.3 else None
            lengths = self.places("i32", [b], self.size(n) + 1) if form == "lengths" else None

            def ranges(bi):
                return [(number("i32", 0), read(lengths, bi), self.size(n))] if lengths else [n]

        def row(bi, j, c):
            at = [j] if form == "offsets" else [bi, j]
            x = read(t, read(idx, *at), c)
            x = cast("f32", x) if x.type in INTS or how == "mean" else x
            return read(weight, *at) * x if weight and how in ("sum", "mean") else x
        make = (lambda bi, c: self.over(how, ranges(bi), lambda j: row(bi, j, c)))
        if r.random() < 0.5:
            self.let([b, d], make, output=True)
        else:
            self.finish([b, d], make)

    def gather(self):
        """Rows copied or chosen by an index that is given or computed; jagged to padded."""
        r = self.r
        e, d, b, n = self.dim(130), self.dim(100), self.dim(40), self.dim(20)
        if not self.size(e):
            return
        t = self.table(e, d)
        kind = r.choice(["copy", "hash", "one", "jagged", "matrix"])
        if kind == "copy":
            idx = self.places(r.choice(["i32", "i64", "i16"]), [b], min(self.size(e), 30000))
            self.let([b, d], lambda i, c: read(t, read(idx, i), c), output=True)
        elif kind == "hash":
            ids = self.places("i32", [b], 10**9)
            salt = r.choice([7, 40503, 2654435])
            place = self.let([b], lambda i: call("abs", (read(ids, i) * salt + 1) % 1000003) % self.size(e))
            self.finish([b, d], lambda i, c: cast("f32", read(t, read(place, i), c)))
        elif kind == "one":
            idx = self.places("i32", [b, n], self.size(d))
            rows = self.places("i32", [b], self.size(e))
            if self.size(d):
                self.finish([b, n], lambda i, j: cast("f32", read(t, read(rows, i), read(idx, i, j))))
        elif kind == "jagged":
            offsets = self.input("i32", [f"{b} + 1"])
            offsets.value = np.sort(self.rng.integers(0, self.size(e), offsets.value.shape, dtype=np.int64, endpoint=True))
            self.let([b, n, d], lambda i, j, c: where(compare("<", j, read(offsets, i + 1) - read(offsets, i)),
                                                      read(t, read(offsets, i) + j, c), number(t.type, 0)), output=True)
        else:
            idx = self.places("i64", [b, n], self.size(e))
            self.finish([n, b, d], lambda j, i, c: cast("f32", read(t, read(idx, i, j), c)))

    def scatter(self):
        """Sums by index, of rows, of numbers, and what becomes of them."""
        r = self.r
        e, d, n = self.dim(100), self.dim(70), self.dim(100)
        if not self.size(e):
            return
        type_ = r.choice(["f32", "f32", "f16", "bf16", "i32", "i64", "i8"])
        x = self.input(type_, [n, d])
        where_ = self.places(r.choice(["i32", "i64"]), [n], self.size(e))
        total = Tensor(self.p.name("t"), type_, [e, d])
        v = np.zeros((self.size(e), self.size(d)), x.value.dtype)
        with np.errstate(all="ignore"):
            np.add.at(v, where_.value, x.value)
        total.value = rounded(type_, v) if type_ in FLOATS else convert("i64", type_, v)
        i, c = self.p.name("n"), self.p.name("n")
        self.p.statements.append(f"{total.name}[{where_.name}[{i}], {c}]: {type_}[{e}, {d}] += {x.name}[{i}, {c}]")
        count = Tensor(self.p.name("t"), "i32", [e])
        count.value = np.bincount(where_.value, minlength=self.size(e)).astype(np.int64)
        self.p.statements.append(f"{count.name}[{where_.name}[{i}]]: i32[{e}] += 1")
        self.finish([e, d], lambda s, j: cast("f32", read(total, s, j)) / cast("f32", call("max", read(count, s), 1)))

    # ---- layout and the rest ----

    def layout(self):
        """Orders, slices, strides, pairs, groups, repetition."""
        r = self.r
        type_ = r.choice([*INTS, *FLOATS, "bool"])
        kind = r.choice(["order", "slice", "pairs", "groups", "repeat", "reshape", "cumsum", "one_hot", "bucket"])
        a, b, c = self.dims(3, 60_000)
        if kind == "order":
            x = self.input(type_, [a, b, c])
            order = r.sample(range(3), 3)
            self.let([x.dims[i] for i in order], lambda *at: read(x, *(at[order.index(i)] for i in range(3))), output=True)
        elif kind == "slice":
            step, more = r.randint(1, 3), r.randint(0, 3)
            n = self.size(b)
            count = (n - 1 - more) // step + 1
            if count < 1:
                return
            back = r.random() < 0.3
            x = self.input(type_, [a, b])
            self.let([a, count], lambda i, j: read(x, i, number("i32", n - 1) - j * step if back and step * (count - 1) < n else
                                                   j * step + more), output=True)
        elif kind == "pairs":
            x, angle = self.input("f32", [a, f"2 * {b}"]), self.input("f32", [a, b])
            two = number("i32", 2)
            self.finish([a, f"2 * {b}"], lambda i, j: where(
                compare("==", j % two, 0), read(x, i, j) * read(angle, i, j / two) - read(x, i, j + 1, pad=0.0),
                read(x, i, j) + read(x, i, j - 1, pad=0.0) * read(angle, i, j / two)))
        elif kind == "groups":
            size = r.choice([2, 4, 8, 32])
            w, scale = self.input(r.choice(["i4", "i8", "u8"]), [a, b]), self.input(r.choice(["f32", "f16"]), [a, f"ceil({b} / {size})"])
            self.finish([a, b], lambda i, k: cast("f32", read(w, i, k)) * cast("f32", read(scale, i, k / number("i32", size))))
        elif kind == "repeat":
            times = r.choice([2, 3])
            x = self.input(type_, [a, b, r.randint(1, 9)])
            self.let([a, f"{times} * {b}", x.dims[2]], lambda i, j, k: read(x, i, j / number("i32", times), k), output=True)
        elif kind == "reshape":
            x = self.input(type_, [a, b])
            n = self.size(b)
            if n:
                self.let([self.size(a) * n], lambda i: read(x, i / number("i32", n), i % number("i32", n)), output=True) \
                    if self.size(a) else None
        elif kind == "cumsum":
            t = r.choice(["f32", "i32", "i64"])
            x = self.input(t, [a, b])
            how = r.choice(["sum", "max"])
            self.let([a, b], lambda i, j: self.over(how, [(number("i32", 0), j + 1, self.size(b))], lambda k: read(x, i, k)),
                     output=True)
        elif kind == "one_hot":
            label = self.places("i32", [a], max(self.size(b), 1))
            self.let([a, b], lambda i, j: cast(type_, compare("==", read(label, i), j)), output=True)
        else:
            edges = self.input("f32", [b])
            x = self.input("f32", [a])
            self.let([a], lambda i: self.over("sum", [b], lambda j: cast("i32", compare(">=", read(x, i), read(edges, j)))), output=True)

    def distance(self):
        """Rows against rows: differences, equal bits, cosine, crosses."""
        r = self.r
        m, n, k = self.dims(3)
        if len({m, n, k}) < 3:
            return
        kind = r.choice(["l1", "l2", "hamming", "cosine", "cross", "columns"])
        type_ = r.choice(["i8", "u8", "i32", "i16"]) if kind == "hamming" else self.real()
        x, w = self.input(type_, [m, k]), self.input(type_, [n, k])

        def both(i, j, c):
            return cast("f32", read(x, i, c)), cast("f32", read(w, j, c))

        def square(v):
            return v * v
        if kind == "hamming":
            self.let([m, n], lambda i, j: self.over("sum", [k], lambda c: cast("i32", compare("!=", read(x, i, c), read(w, j, c)))),
                     output=True)
        elif kind in ("l1", "l2"):
            f = (lambda v: call("abs", v)) if kind == "l1" else square
            self.finish([m, n], lambda i, j: self.over("sum", [k], lambda c: f(both(i, j, c)[0] - both(i, j, c)[1])))
        elif kind == "cosine":
            dot = self.let([m, n], lambda i, j: self.over("sum", [k], lambda c: both(i, j, c)[0] * both(i, j, c)[1]))
            nx = self.let([m], lambda i: self.over("sum", [k], lambda c: square(cast("f32", read(x, i, c)))))
            nw = self.let([n], lambda i: self.over("sum", [k], lambda c: square(cast("f32", read(w, i, c)))))
            self.finish([m, n], lambda i, j: read(dot, i, j) * call("rsqrt", read(nx, i) * read(nw, j) + 1e-6))
        elif kind == "cross":
            s = self.let([m], lambda i: self.over("sum", [k], lambda c: cast("f32", read(x, i, c)) * 0.5))
            self.finish([m, k], lambda i, c: cast("f32", read(x, i, c)) * read(s, i))
        else:
            how = r.choice(["sum", "max", "min", "mean"])
            self.let([k], lambda c: self.over(how, [m], lambda i: cast("f32", read(x, i, c))), output=True)
            self.let([], lambda: self.over("sum", [n, k], lambda i, c: cast("f32", read(w, i, c))), output=True)

    PATTERNS = ["extremes", "extremes", "lengths", "fc", "fc", "mlp", "window", "window", "rows", "rows", "attention", "bag", "bag", "gather", "scatter", "layout",
                "layout", "distance"]

    def program(self):
        for _ in range(self.r.choice([1, 1, 2, 3])):
            getattr(self, self.r.choice(self.PATTERNS))()
