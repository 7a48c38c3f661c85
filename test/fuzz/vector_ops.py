# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The operations that random vector functions are made of (see vector_ir.py).

Every function marked with @op takes a Function under construction, chooses types and
operands, and offers its result with keep(). The group names serve --ops.
"""
from vector_ir import INTS, MEM, MAX_BITS, T, Val, scalar, fp_text

OPS = []


def op(group, weight=1.0):
    def note(function):
        OPS.append((group, weight, function))
        return function
    return note


def int_type(f):
    return f.pick_type(INTS)


def fp_type(f):
    return f.pick_type(f.floats)


def any_type(f):
    return f.pick_type()


def any_or_mask(f):
    return f.pick_type().of("i1") if f.r.random() < 0.15 else f.pick_type()


def positive(f, t, v):
    """A divisor: above 0 as a signed number, so that no division overflows."""
    most = (1 << (t.bits - 1)) - 1
    x = f.value(t, f"and {t} {v.name}, splat ({t.e} {most})")
    return f.value(t, f"or {t} {x.name}, splat ({t.e} 1)")


def shift_amount(f, t):
    r = f.r
    if r.random() < 0.4:
        return Val(f"splat ({t.e} {r.randrange(t.bits)})", t)
    if r.random() < 0.2 and not t.sc:
        return Val("<" + ", ".join(f"{t.e} {r.randrange(t.bits)}" for _ in range(t.n)) + ">", t)
    x = f.get(t)
    if t.bits & (t.bits - 1):
        limit = 1 << (t.bits.bit_length() - 1)
        return f.keep(f.value(t, f"and {t} {x.name}, splat ({t.e} {limit - 1})"), x)
    return f.keep(f.value(t, f"and {t} {x.name}, splat ({t.e} {t.bits - 1})"), x)


# ---- arithmetic -----------------------------------------------------------

@op("int", 6)
def binary(f):
    t = int_type(f)
    name = f.r.choice("add add sub sub mul and or xor".split())
    a, b = f.get(t), f.get(t)
    if f.r.random() < 0.25:
        b = f.constant(t)
        if f.r.random() < 0.3:
            a, b = b, a
    f.keep(f.value(t, f"{name} {t} {a.name}, {b.name}"), a, b)


@op("int", 2)
def scalar_operand(f):
    t = int_type(f)
    name = f.r.choice("add sub mul and or xor".split())
    a, s = f.get(t), f.get(scalar(t.e))
    b = f.splat_to(s, t)
    if f.r.random() < 0.3:
        a, b = b, a
    f.keep(f.value(t, f"{name} {t} {a.name}, {b.name}"), a, b)


@op("int", 2)
def multiply_add(f):
    t = int_type(f)
    a, b, c = f.get(t), f.get(t), f.get(t)
    p = f.value(t, f"mul {t} {a.name}, {b.name}")
    f.keep(f.value(t, f.r.choice([f"add {t} {p.name}, {c.name}", f"sub {t} {c.name}, {p.name}"])), a, b, c)


@op("int", 2)
def shift(f):
    t = int_type(f)
    b = shift_amount(f, t)
    a = f.get(t)
    f.keep(f.value(t, f"{f.r.choice(['shl', 'lshr', 'ashr'])} {t} {a.name}, {b.name}"), a, b)


@op("int", 1)
def divide(f):
    t = int_type(f)
    a = f.get(t)
    if f.r.random() < 0.4:
        c = f.r.choice([3, 5, 7, 10, 16, 25, 100, 2, 1])
        b = Val(f"splat ({t.e} {c})", t)
    else:
        b = positive(f, t, f.get(t))
    f.keep(f.value(t, f"{f.r.choice(['udiv', 'urem', 'sdiv', 'srem'])} {t} {a.name}, {b.name}"), a, b)


@op("int", 4)
def int_intrinsic(f):
    t = int_type(f)
    name = f.r.choice("smin smax umin umax uadd.sat usub.sat sadd.sat ssub.sat sshl.sat ushl.sat "
                      "smin smax umin umax uadd.sat usub.sat sadd.sat ssub.sat "
                      "ctpop ctlz cttz bitreverse bswap abs fshl fshr rotl scmp ucmp".split())
    a = f.get(t)
    if name in ("ctpop", "bitreverse") or (name == "bswap" and t.bits % 16 == 0):
        return f.keep(f.call(t, f"llvm.{name}.{t.m}", a), a)
    if name == "bswap":
        name = "umin"
    if t.sc and t.bits not in (8, 16, 32, 64) and name in ("sshl.sat", "ushl.sat"):
        name = "umin"
    if name in ("ctlz", "cttz", "abs"):
        return f.keep(f.call(t, f"llvm.{name}.{t.m}", a, (scalar("i1"), "false")), a)
    if name == "rotl":
        b = f.get(t)
        return f.keep(f.call(t, f"llvm.{f.r.choice(['fshl', 'fshr'])}.{t.m}", a, a, b), a, b)
    if name in ("fshl", "fshr"):
        b, c = f.get(t), (f.get(t) if f.r.random() < 0.6 else f.constant(t))
        return f.keep(f.call(t, f"llvm.{name}.{t.m}", a, b, c), a, b, c)
    if name in ("sshl.sat", "ushl.sat"):
        b = shift_amount(f, t)
        return f.keep(f.call(t, f"llvm.{name}.{t.m}", a, b), a, b)
    b = f.get(t) if f.r.random() < 0.8 else f.constant(t)
    return f.keep(f.call(t, f"llvm.{name}.{t.m}", a, b), a, b)


@op("int", 1)
def widening(f):
    """Idioms of widening and narrowing instructions."""
    r = f.r
    t = f.pick_type(["i8", "i16", "i32"])
    wide = t.of(f"i{2 * t.bits}")
    if not wide.fits:
        return
    a, b = f.get(t), f.get(t)
    ext = r.choice(["sext", "zext"])
    x = f.value(wide, f"{ext} {t} {a.name} to {wide}")
    y = f.value(wide, f"{r.choice(['sext', 'zext']) if r.random() < 0.2 else ext} {t} {b.name} to {wide}")
    kind = r.choice(["add", "sub", "mul", "mac", "wadd", "avg", "mulh", "shl", "abd", "wsub"])
    one = f"splat ({wide.e} 1)"
    if kind in ("add", "sub", "mul"):
        return f.keep(f.value(wide, f"{kind} {wide} {x.name}, {y.name}"), a, b)
    if kind == "mac":
        c = f.get(wide)
        p = f.value(wide, f"mul {wide} {x.name}, {y.name}")
        return f.keep(f.value(wide, f"add {wide} {p.name}, {c.name}"), a, b, c)
    if kind in ("wadd", "wsub"):
        c = f.get(wide)
        return f.keep(f.value(wide, f"{kind[1:]} {wide} {c.name}, {y.name}"), b, c)
    if kind == "avg":
        s = f.value(wide, f"add {wide} {x.name}, {y.name}")
        if r.random() < 0.5:
            s = f.value(wide, f"add {wide} {s.name}, {one}")
        s = f.value(wide, f"{r.choice(['lshr', 'ashr'])} {wide} {s.name}, {one}")
        return f.keep(f.value(t, f"trunc {wide} {s.name} to {t}"), a, b)
    if kind == "mulh":
        p = f.value(wide, f"mul {wide} {x.name}, {y.name}")
        s = f.value(wide, f"lshr {wide} {p.name}, splat ({wide.e} {t.bits})")
        return f.keep(f.value(t, f"trunc {wide} {s.name} to {t}"), a, b)
    if kind == "shl":
        return f.keep(f.value(wide, f"shl {wide} {x.name}, splat ({wide.e} {r.randrange(wide.bits)})"), a)
    d = f.value(wide, f"sub {wide} {x.name}, {y.name}")
    d = f.call(wide, f"llvm.abs.{wide.m}", d, (scalar("i1"), "true"))
    return f.keep(f.value(t, f"trunc {wide} {d.name} to {t}"), a, b)


@op("int", 1)
def narrowing(f):
    r = f.r
    wide = f.pick_type(["i16", "i32", "i64"])
    t = wide.of(f"i{wide.bits // 2}")
    a = f.get(wide)
    kind = r.choice(["shift", "vshift", "ssat", "usat", "susat"])
    x = a
    if kind == "shift":
        x = f.value(wide, f"{r.choice(['lshr', 'ashr'])} {wide} {a.name}, splat ({wide.e} {r.randrange(wide.bits)})")
    elif kind == "vshift":
        s = shift_amount(f, wide)
        x = f.value(wide, f"{r.choice(['lshr', 'ashr'])} {wide} {a.name}, {s.name}")
        f.unused.pop(s.name, None)
    else:
        low, high = {"ssat": (-(1 << (t.bits - 1)), (1 << (t.bits - 1)) - 1), "usat": (None, (1 << t.bits) - 1),
                     "susat": (0, (1 << t.bits) - 1)}[kind]
        if low is not None:
            x = f.call(wide, f"llvm.smax.{wide.m}", x, (wide, f"splat ({wide.e} {low})"))
        x = f.call(wide, f"llvm.{'smin' if low is not None else 'umin'}.{wide.m}", x,
                   (wide, f"splat ({wide.e} {high})"))
    f.keep(f.value(t, f"trunc {wide} {x.name} to {t}"), a)


@op("int", 2)
def resize(f):
    t = f.pick_type(f.ints + ["i1"]) if f.r.random() < 0.8 else f.pick_type(["i1"])
    to = t.of(f.r.choice(f.ints + ["i1"]))
    if to.bits == t.bits or not to.fits:
        return
    a = f.get(t)
    how = f.r.choice(["sext", "zext"]) if to.bits > t.bits else "trunc"
    f.keep(f.value(to, f"{how} {t} {a.name} to {to}"), a)


@op("int", 0.7)
def fixed_point(f):
    t = f.pick_type(["i8", "i16", "i32"])
    if t.sc:
        return  # stock LLVM gives up
    name = f.r.choice(["smul.fix", "smul.fix.sat"])
    a, b = f.get(t), f.get(t)
    scale = t.bits - 1 if f.r.random() < 0.7 else f.r.randrange(t.bits)
    f.keep(f.call(t, f"llvm.{name}.{t.m}", a, b, (scalar("i32"), str(scale))), a, b)


@op("int", 0.5)
def overflow(f):
    t = int_type(f)
    name = f.r.choice(["uadd", "sadd", "usub", "ssub", "umul", "smul"]) + ".with.overflow"
    a, b = f.get(t), f.get(t)
    pair = f"{{ {t}, {t.of('i1')} }}"
    p = f.call(pair, f"llvm.{name}.{t.m}", a, b)
    f.keep(f.value(t, f"extractvalue {pair} {p.name}, 0"), a, b)
    f.keep(f.value(t.of("i1"), f"extractvalue {pair} {p.name}, 1"))


# ---- masks ----------------------------------------------------------------

@op("mask", 2)
def compare(f):
    f.compare(any_type(f))


@op("mask", 2)
def select(f):
    t = any_or_mask(f)
    c, a, b = f.mask(t), f.get(t), f.get(t)
    if f.r.random() < 0.15:
        b = f.constant(t)
    if f.r.random() < 0.15:
        s = f.get(scalar("i1"))
        return f.keep(f.value(t, f"select i1 {s.name}, {t} {a.name}, {t} {b.name}"), s, a, b)
    f.keep(f.value(t, f"select {c.t} {c.name}, {t} {a.name}, {t} {b.name}"), c, a, b)


@op("mask", 2)
def mask_logic(f):
    t = f.pick_type(["i1"])
    a, b = f.get(t), f.get(t)
    if f.r.random() < 0.4:
        b2 = f.value(t, f"xor {t} {b.name}, splat (i1 true)")
        f.unused.pop(b.name, None)
        b = b2
    x = f.value(t, f"{f.r.choice(['and', 'or', 'xor'])} {t} {a.name}, {b.name}")
    if f.r.random() < 0.3:
        x = f.value(t, f"xor {t} {x.name}, splat (i1 true)")
    f.keep(x, a, b)


@op("mask", 0.6)
def mask_count(f):
    t = f.pick_type(["i1"])
    a = f.get(t)
    if f.r.random() < 0.6:
        x = f.call(scalar("i64"), f"llvm.experimental.cttz.elts.i64.{t.m}", a, (scalar("i1"), "false"))
    else:
        w = t.of(f.r.choice(["i16", "i32"]))
        if not w.fits:
            return
        z = f.value(w, f"zext {t} {a.name} to {w}")
        s = f.call(scalar(w.e), f"llvm.vector.reduce.add.{w.m}", z)
        x = s
    f.keep(x, a)


@op("mask", 0.6)
def mask_bits(f):
    """Masks as integers and back."""
    n = f.r.choice([8, 16, 32, 64])
    t = T("i1", n, False)
    a = f.get(t)
    s = f.value(scalar(f"i{n}"), f"bitcast {t} {a.name} to i{n}")
    if f.r.random() < 0.5:
        s = f.call(s.t, f"llvm.ctpop.{s.t.m}", s)
    f.keep(s, a)


@op("mask", 0.5)
def masked_arithmetic(f):
    """select(m, op(a, b), c), which the masked instruction does at once."""
    t = any_type(f)
    m, a, b = f.mask(t), f.get(t), f.get(t)
    name = f.r.choice(["fadd", "fsub", "fmul"] if t.fp else ["add", "sub", "mul", "and", "xor"])
    c = f.r.choice([a, b, f.get(t)])
    x = f.value(t, f"{name} {t} {a.name}, {b.name}")
    f.keep(f.value(t, f"select {m.t} {m.name}, {t} {x.name}, {t} {c.name}"), m, a, b, c)


# ---- floating point --------------------------------------------------------

@op("fp", 4)
def fp_binary(f):
    t = fp_type(f)
    a, b = f.get(t), f.get(t)
    if f.r.random() < 0.2:
        b = f.constant(t)
    elif f.r.random() < 0.2:
        b = f.splat_to(f.get(scalar(t.e)), t)
    if f.r.random() < 0.2:
        a, b = b, a
    f.keep(f.value(t, f"{f.r.choice(['fadd', 'fsub', 'fmul', 'fdiv'])} {t} {a.name}, {b.name}"), a, b)


@op("fp", 3)
def fp_intrinsic(f):
    t = fp_type(f)
    r = f.r
    name = r.choice("fma fma fma sqrt copysign fabs fneg minnum maxnum minimum maximum "
                    "rint floor ceil trunc round roundeven nearbyint fpclass minimumnum maximumnum".split())
    if name == "trunc" and not f.o.rtz:
        name = "floor"
    a = f.get(t)
    if name == "fma":
        if t.e == "bfloat":
            return None
        b, c = f.get(t), f.get(t)
        args = [a, b, c]
        for i in range(3):
            if r.random() < 0.25:
                args[i] = f.value(t, f"fneg {t} {args[i].name}")
        if r.random() < 0.2:
            args[0] = f.splat_to(f.get(scalar(t.e)), t)
            f.unused.pop(args[0].name, None)
        return f.keep(f.call(t, f"llvm.fma.{t.m}", *args), a, b, c)
    if name == "fneg":
        return f.keep(f.value(t, f"fneg {t} {a.name}"), a)
    if name == "copysign":
        b = f.get(t)
        if r.random() < 0.3:
            b = f.value(t, f"fneg {t} {b.name}")
        # The sign of a NaN is open.
        return f.keep(f.call(t, f"llvm.copysign.{t.m}", a, f.canonical(b)), a, b)
    if name in ("minnum", "maxnum", "minimumnum", "maximumnum", "minimum", "maximum"):
        b = f.get(t) if r.random() < 0.8 else f.constant(t)
        x = f.call(t, f"llvm.{name}.{t.m}", f.canonical(a), f.canonical(b))
        if name in ("minnum", "maxnum"):
            x = f.positive_zero(x)
        return f.keep(x, a, b)
    if name == "fpclass":
        bits = r.getrandbits(10) & ~3 | r.choice([0, 3])
        return f.keep(f.call(t.of("i1"), f"llvm.is.fpclass.{t.m}", a, (scalar("i32"), str(bits))), a)
    return f.keep(f.call(t, f"llvm.{name}.{t.m}", a), a)


@op("fp", 1.5)
def convert(f):
    r = f.r
    if r.random() < 0.5:
        t = int_type(f)
        to = t.of(r.choice(f.floats))
        if not to.fits or (to.e == "bfloat" and t.bits > 8) or (to.e == "half" and t.bits == 64):
            return
        a = f.get(t)
        f.keep(f.value(to, f"{r.choice(['sitofp', 'uitofp'])} {t} {a.name} to {to}"), a)
        return
    t = fp_type(f)
    if r.random() < 0.5:
        to = t.of(r.choice(INTS + ["i1"]))
        if not to.fits or not f.o.rtz:
            return
        a = f.get(t)
        sign = r.choice("su")

        def saturate(to):
            return f.call(to, f"llvm.fpto{sign}i.sat.{to.m}.{t.m}", a)

        def model():
            # To bits, stock LLVM never comes to an end, or loses the limits.
            p, bound = ("ole", -1.0) if sign == "s" else ("oge", 1.0)
            return f.value(to, f"fcmp {p} {t} {a.name}, splat ({t.e} {fp_text(t.e, bound)})")

        f.keep(either(f, lambda: saturate(to), model) if to.e == "i1" else saturate(to), a)
        return
    to = t.of(r.choice(f.floats))
    if to.e == t.e or not to.fits or {to.e, t.e} in ({"half", "bfloat"}, {"double", "bfloat"}):
        return
    a = f.get(t)
    how = "fpext" if to.bits > t.bits else "fptrunc"
    f.keep(f.value(to, f"{how} {t} {a.name} to {to}"), a)


@op("fp", 0.7)
def fp_widening(f):
    r = f.r
    t = f.pick_type(["half", "float"])
    wide = t.of({"half": "float", "float": "double"}[t.e])
    if not wide.fits:
        return
    a, b = f.get(t), f.get(t)
    x = f.value(wide, f"fpext {t} {a.name} to {wide}")
    y = f.value(wide, f"fpext {t} {b.name} to {wide}")
    kind = r.choice(["fadd", "fsub", "fmul", "fma", "wadd"])
    if kind == "fma":
        c = f.get(wide)
        if r.random() < 0.3:
            x = f.value(wide, f"fneg {wide} {x.name}")
        return f.keep(f.call(wide, f"llvm.fma.{wide.m}", x, y, c), a, b, c)
    if kind == "wadd":
        c = f.get(wide)
        return f.keep(f.value(wide, f"{r.choice(['fadd', 'fsub'])} {wide} {c.name}, {y.name}"), b, c)
    return f.keep(f.value(wide, f"{kind} {wide} {x.name}, {y.name}"), a, b)


# ---- permutations -----------------------------------------------------------

def cover(f, t, v, lanes, used):
    """Hides the lanes that a shuffle left undefined (negative in `lanes`)."""
    if all(i >= 0 for i in lanes):
        return f.keep(v, *used)
    n = len(lanes)
    kind = f.r.choice(["shuffle", "select", "insert"]) if sum(i < 0 for i in lanes) < 4 else \
        f.r.choice(["shuffle", "select"])
    other = f.get(t)
    if kind == "shuffle":
        mask = f.mask_text(i if lanes[i] >= 0 else n + i for i in range(n))
        x = f.value(t, f"shufflevector {t} {v.name}, {t} {other.name}, {mask}")
    elif kind == "select":
        mask = f.const_mask([i >= 0 for i in lanes])
        x = f.value(t, f"select {mask}, {t} {v.name}, {t} {other.name}")
    else:
        x = v
        for i in range(n):
            if lanes[i] < 0:
                s = f.get(scalar(t.e))
                used = [*used, s]
                x = f.value(t, f"insertelement {t} {x.name}, {s.t} {s.name}, i64 {i}")
    return f.keep(x, other, *used)


def shuffle_lanes(f, n, m):
    """Lanes of a result of m elements from two sources of n: one of the known kinds."""
    r = f.r
    two = 2 * n
    kind = r.choice("splat slideup slidedown rotate reverse interleave deinterleave transpose one two one two "
                    "blend insert concat slide1 reverse2 zip pairs repeat runs compress identity swap".split())
    if kind == "splat":
        return [r.randrange(n)] * m
    if kind == "slideup":
        k = r.randrange(1, n + 1)
        low = r.choice([-1, n])
        return [i - k if i >= k and i - k < n else (low + i if low > 0 and i < n else -1) for i in range(m)]
    if kind == "slidedown":
        k = r.randrange(n)
        high = r.random() < 0.5
        return [i + k if i + k < (two if high else n) else -1 for i in range(m)]
    if kind == "slide1":
        if r.random() < 0.5:
            return [two - 1 if i == 0 else (i - 1) % n for i in range(m)]
        return [min(i + 1, two - 1) for i in range(m)]
    if kind == "rotate":
        k = r.randrange(n)
        return [(i + k) % n for i in range(m)]
    if kind == "reverse":
        return [(n - 1 - i) % n for i in range(m)]
    if kind == "reverse2":
        return [(two - 1 - i) % two for i in range(m)]
    if kind in ("interleave", "zip"):
        factor = 2 if kind == "zip" else r.choice([2, 3, 4, 8])
        part = max(n // factor, 1)
        if kind == "zip" and r.random() < 0.6:
            # Low or high halves of both sources.
            base = r.choice([0, n // 2])
            return [(base + i // 2) % n + n * (i % 2) for i in range(m)]
        return [(i % factor) * part % two + i // factor % part for i in range(m)]
    if kind == "deinterleave":
        factor, at = r.choice([2, 2, 3, 4, 8]), 0
        at = r.randrange(factor)
        return [at + factor * i if at + factor * i < two else -1 for i in range(m)]
    if kind == "transpose":
        at = r.randrange(2)
        return [(i // 2 * 2 + at + (n if i % 2 else 0)) % two for i in range(m)]
    if kind == "blend":
        return [i % n + (n if r.random() < 0.5 else 0) for i in range(m)]
    if kind == "insert":
        k, size = r.randrange(n), r.randrange(1, n + 1)
        return [n + (i - k) if k <= i < k + size and i - k < n else i % n for i in range(m)]
    if kind == "concat":
        return [i if i < two else -1 for i in range(m)]
    if kind == "pairs":
        size = r.choice([2, 4, 8])
        order = list(range(size))
        r.shuffle(order)
        return [(i // size * size + order[i % size]) % two for i in range(m)]
    if kind == "repeat":
        size = r.choice([1, 2, 4, 8])
        start = r.randrange(n)
        return [(start + i % size) % two for i in range(m)]
    if kind == "runs":
        size = r.choice([2, 4, 8])
        return [i // size % two for i in range(m)]
    if kind == "compress":
        chosen = sorted(r.sample(range(two if r.random() < 0.3 else n), min(n, m)))
        return [chosen[i] if i < len(chosen) else -1 for i in range(m)]
    if kind == "identity":
        return [i % two for i in range(m)]
    if kind == "swap":
        k = max(n // 2, 1)
        return [(i + k) % n for i in range(m)]
    space = n if kind == "one" else two
    if r.random() < 0.3:
        # Few distinct lanes.
        few = [r.randrange(space) for _ in range(4)]
        return [r.choice(few) for _ in range(m)]
    return [r.randrange(space) for _ in range(m)]


@op("shuffle", 8)
def shuffle(f):
    r = f.r
    t = any_or_mask(f)
    if t.sc:
        return scalable_shuffle(f, t)
    n = t.n
    m = n if r.random() < 0.7 else r.choice([max(n // 2, 1), 2 * n, max(n // 4, 1), 4 * n, n + 1, max(n - 1, 1)])
    to = t.by(m)
    if not to.fits:
        to = t
    lanes = shuffle_lanes(f, n, to.n)
    if r.random() < 0.25:
        holes = r.random() * 0.5
        lanes = [-1 if r.random() < holes else i for i in lanes]
    if all(i < 0 for i in lanes):
        lanes[0] = 0
    a = f.get(t)
    b = f.get(t) if any(i >= n for i in lanes) else None
    second = b.name if b else "poison"
    x = f.value(to, f"shufflevector {t} {a.name}, {t} {second}, {f.mask_text(lanes)}")
    cover(f, to, x, lanes, [a, b] if b else [a])


@op("shuffle", 3)
def scalable_or_named(f):
    scalable_shuffle(f, any_or_mask(f))


def scalable_shuffle(f, t):
    """Permutations that are intrinsics, for both kinds of vectors."""
    r = f.r
    kind = r.choice("reverse splice interleave deinterleave deinterleave interleave insert extract compress step splat".split())
    a = f.get(t)
    if kind == "reverse":
        return f.keep(f.call(t, f"llvm.vector.reverse.{t.m}", a), a)
    if kind == "splice":
        b = f.get(t)
        k = r.randrange(t.n) if r.random() < 0.7 else r.randrange(min(t.n, 4))
        return f.keep(f.call(t, f"llvm.vector.splice.{r.choice(['left', 'right'])}.{t.m}", a, b,
                             (scalar("i32"), str(k))), a, b)
    if kind == "interleave":
        k = 2  # for more, stock LLVM's levels disagree, and its answers are wrong
        wide = t.by(t.n * k)
        if not wide.fits:
            return None
        vs = [a] + [f.get(t) for _ in range(k - 1)]
        x = f.call(wide, f"llvm.vector.interleave{k}.{wide.m}", *vs)
        return f.keep(x, *vs)
    if kind == "deinterleave":
        k = 2
        if t.n % k or t.lanes == k:
            return None
        part = t.by(t.n // k)
        struct = "{ " + ", ".join([str(part)] * k) + " }"
        x = f.call(struct, f"llvm.vector.deinterleave{k}.{t.m}", a)
        f.unused.pop(a.name, None)
        for i in range(k):
            if r.random() < 0.7:
                f.keep(f.value(part, f"extractvalue {struct} {x.name}, {i}"))
        return None
    if kind == "insert":
        part = t.by(r.choice([k for k in (1, 2, 3, 4, 8, 16, 32) if k <= t.n and (k > 1 or t.sc)] or [t.n]))
        if t.sc and r.random() < 0.5:
            part = T(t.e, r.choice([2, 4, 8]), False)
        lanes = part.n if t.sc == part.sc else part.n
        limit = t.n if t.sc == part.sc else t.lanes
        if lanes > limit or (part.n & (part.n - 1) and t.sc):
            return None
        at = r.randrange(limit // lanes) * lanes
        b = f.get(part)
        return f.keep(f.call(t, f"llvm.vector.insert.{t.m}.{part.m}", a, b, (scalar("i64"), str(at))), a, b)
    if kind == "extract":
        part = t.by(r.choice([k for k in (1, 2, 3, 4, 8, 16, 32) if k <= t.n and (k > 1 or t.sc)] or [t.n]))
        if t.sc and r.random() < 0.5:
            part = T(t.e, r.choice([2, 4, 8]), False)
        limit = t.n if t.sc == part.sc else t.lanes
        if part.n > limit or (part.n & (part.n - 1) and t.sc):
            return None
        at = r.randrange(limit // part.n) * part.n
        return f.keep(f.call(part, f"llvm.vector.extract.{part.m}.{t.m}", a, (scalar("i64"), str(at))), a)
    if kind == "compress":
        if t.e == "i1":
            return None
        b, m = f.get(t), f.mask(t)
        return f.keep(f.call(t, f"llvm.experimental.vector.compress.{t.m}", a, m, b), a, b, m)
    if kind == "step":
        s = T(r.choice(INTS), t.n, t.sc)
        if not s.fits or (s.e == "i8" and s.lanes > 256):
            return None
        return f.keep(f.call(s, f"llvm.stepvector.{s.m}"))
    mask = T("i32", t.n, t.sc)
    return f.keep(f.value(t, f"shufflevector {t} {a.name}, {t} poison, {mask} zeroinitializer"), a)


@op("element", 2)
def insert_element(f):
    t = any_or_mask(f)
    a, s = f.get(t), f.get(scalar(t.e))
    if f.r.random() < 0.5:
        i = Val(str(f.r.randrange(t.lanes if t.lanes < 64 or f.r.random() < 0.5 else 8)), scalar("i64"))
    else:
        i = f.index(t, f.r.choice(["i64", "i32"]))
    f.keep(f.value(t, f"insertelement {t} {a.name}, {s.t} {s.name}, {i.t} {i.name}"), a, s)


@op("element", 2)
def extract_element(f):
    t = any_or_mask(f)
    a = f.get(t)
    if f.r.random() < 0.6:
        i = Val(str(f.r.choice([0, t.lanes - 1, f.r.randrange(t.lanes)])), scalar("i64"))
    else:
        i = f.index(t, f.r.choice(["i64", "i32"]))
    f.keep(f.value(scalar(t.e), f"extractelement {t} {a.name}, {i.t} {i.name}"), a)


@op("element", 1)
def build(f):
    """A vector of scalars, some of them the same, some constant."""
    r = f.r
    e = r.choice(INTS + f.floats + ["i1"])
    t = T(e, r.choice([2, 4, 4, 8, 8, 16, 3, 7]), False)
    few = [f.get(scalar(e)) for _ in range(r.choice([1, 2, 3, t.n]))]
    x = Val("poison" if r.random() < 0.6 else f.constant(t).name, t)
    order = r.sample(range(t.n), t.n) if r.random() < 0.5 else range(t.n)
    used = []
    for i in range(t.n):
        v = r.choice(few) if r.random() < 0.8 else Val(f.scalar_constant(e), scalar(e))
        x = f.value(t, f"insertelement {t} {x.name}, {v.t} {v.name}, i64 {order[i]}")
        used.append(v)
    f.keep(x, *used)


@op("element", 1.5)
def bitcast(f):
    r = f.r
    t = any_type(f)
    e = r.choice(f.ints + f.floats)
    bits = T(e, 1, False).bits
    if not t.sc and r.random() < 0.2 and t.size <= 1024:
        s = scalar(f"i{t.size}")
        c = f.canonical(f.get(t))
        x = f.value(s, f"bitcast {t} {c.name} to {s}")
        if t.size > 128 or r.random() < 0.5:
            y = f.value(s, f"{r.choice(['lshr', 'shl'])} {s} {x.name}, {r.randrange(t.size)}")
            x = f.value(s, f"xor {s} {x.name}, {y.name}")
            x = f.value(t.int, f"bitcast {s} {x.name} to {t.int}")
        return f.keep(x)
    if t.n * t.bits % bits:
        return
    to = T(e, t.n * t.bits // bits, t.sc)
    a = f.get(t)
    if r.random() < 0.2 and not t.sc and t.size in (16, 32, 64):
        c = f.canonical(a)
        s = f.value(scalar(f"i{t.size}"), f"bitcast {t} {c.name} to i{t.size}")
        f.keep(s, a)
        return
    if not to.fits or to == t:
        return
    c = f.canonical(a)
    f.keep(f.value(to, f"bitcast {t} {c.name} to {to}"), a)


@op("element", 0.5)
def scalar_to_vector(f):
    s = scalar(f.r.choice(["i16", "i32", "i64"]))
    v = f.get(s)
    t = f.r.choice([T(e, s.bits // b, False) for e, b in (("i8", 8), ("i16", 16), ("half", 16), ("i32", 32),
                                                           ("float", 32)) if s.bits // b >= 2] or [T("i8", 2, False)])
    f.keep(f.value(t, f"bitcast {s} {v.name} to {t}"), v)


@op("element", 0.5)
def scalar_work(f):
    """What vectors and scalars do together."""
    e = f.r.choice(INTS)
    a, b = f.get(scalar(e)), f.get(scalar(e))
    f.keep(f.value(scalar(e), f"{f.r.choice(['add', 'sub', 'xor', 'mul'])} {e} {a.name}, {b.name}"), a, b)


@op("int", 0.3)
def freeze(f):
    t = any_or_mask(f)
    a = f.get(t)
    f.keep(f.value(t, f"freeze {t} {a.name}"), a)


# ---- reductions --------------------------------------------------------------

@op("reduce", 3)
def reduce_int(f):
    t = int_type(f) if f.r.random() < 0.85 else f.pick_type(["i1"])
    a = f.get(t)
    name = f.r.choice("add add add and or xor smin smax umin umax mul".split())
    if name == "mul" and t.sc:
        name = "xor"  # there is no such reduction for scalable vectors
    x = a
    if name == "add" and t.bits < 64 and f.r.random() < 0.4:
        w = t.of(f"i{2 * t.bits}" if t.bits > 1 else "i32")
        if w.fits:
            x = f.value(w, f"{f.r.choice(['sext', 'zext'])} {t} {a.name} to {w}")
            t = w
    s = f.call(scalar(t.e), f"llvm.vector.reduce.{name}.{t.m}", x)
    if f.r.random() < 0.3 and t.bits > 1:
        b = f.get(scalar(t.e))
        s = f.value(scalar(t.e), f"{'add' if name == 'mul' else {'smin': 'xor', 'smax': 'xor', 'umin': 'xor', 'umax': 'xor'}.get(name, name)} {t.e} {s.name}, {b.name}")
        f.unused.pop(b.name, None)
    f.keep(s, a)


@op("reduce", 2)
def reduce_fp(f):
    r = f.r
    t = fp_type(f)
    if t.e == "bfloat" and r.random() < 0.7:
        t = t.of("half")
    a = f.get(t)
    kind = r.choice(["ordered", "ordered", "any", "any", "fmul", "fmin", "fmax", "fminimum", "fmaximum"])
    if kind == "ordered":
        start = f.get(scalar(t.e))
        return f.keep(f.call(scalar(t.e), f"llvm.vector.reduce.fadd.{t.m}", start, a), a, start)
    if kind == "any":
        # Small integers: every order gives the same, exact sum.
        if t.e == "bfloat":
            return None
        i = f.get(t.of("i8")) if t.of("i8").fits else None
        low = f.value(i.t, f"and {i.t} {i.name}, splat (i8 3)")
        x = f.value(t, f"uitofp {i.t} {low.name} to {t}")
        s = (scalar(t.e), fp_text(t.e, float(r.randrange(4))))
        call = f.call(scalar(t.e), f"llvm.vector.reduce.fadd.{t.m}", s, x)
        f.lines[-1] = f.lines[-1].replace("= call ", "= call reassoc ")
        return f.keep(call, i)
    if kind == "fmul":
        m = f.mask(t)
        one, minus = fp_text(t.e, 1.0), fp_text(t.e, -1.0)
        x = f.value(t, f"select {m.t} {m.name}, {t} splat ({t.e} {one}), {t} splat ({t.e} {minus})")
        call = f.call(scalar(t.e), f"llvm.vector.reduce.fmul.{t.m}", (scalar(t.e), one), x)
        if t.sc or r.random() < 0.5:
            f.lines[-1] = f.lines[-1].replace("= call ", "= call reassoc ")
        if t.sc:
            f.lines.pop()
            return None
        return f.keep(call, m)
    if kind in ("fmin", "fmax"):
        x = f.call(scalar(t.e), f"llvm.vector.reduce.{kind}.{t.m}", f.no_nan(a))
        return f.keep(f.positive_zero(x), a)
    x = f.call(scalar(t.e), f"llvm.vector.reduce.{kind}.{t.m}", a)
    return f.keep(f.canonical(x), a)


@op("reduce", 0.4)
def partial_reduce(f):
    r = f.r
    t = f.pick_type(["i8", "i16"])
    w = t.of(f"i{t.bits * r.choice([2, 4])}") if t.bits == 8 else t.of("i32")
    acc = T(w.e, max(t.n // (w.bits // t.bits), 1), t.sc)
    if t.n % acc.n or not w.fits or acc.n == t.n or t.n & (t.n - 1) or acc.lanes == 1:
        return
    a, b, c = f.get(t), f.get(t), f.get(acc)
    e1 = r.choice(["sext", "zext"])
    e2 = e1 if r.random() < 0.7 else r.choice(["sext", "zext"])
    x = f.value(w, f"{e1} {t} {a.name} to {w}")
    if r.random() < 0.8:
        y = f.value(w, f"{e2} {t} {b.name} to {w}")
        x = f.value(w, f"mul {w} {x.name}, {y.name}")
    p = f.call(acc, f"llvm.vector.partial.reduce.add.{acc.m}.{w.m}", c, x)
    # Which lane gets what is open; the sum isn't.
    f.keep(f.call(scalar(w.e), f"llvm.vector.reduce.add.{acc.m}", p), a, b, c)


# ---- memory -------------------------------------------------------------------

def mem_address(f, size, align):
    """A random, variable place in %mem with room for `size` bytes."""
    room = (MEM - size) // 2
    mask = (1 << (room.bit_length() - 1)) - 1
    mask &= ~(align - 1)
    if f.r.random() < 0.5:
        p = f.value("ptr", f"getelementptr i8, ptr %mem, i64 {f.r.randrange(mask + 1) & ~(align - 1)}")
    else:
        x = f.load(scalar("i64"))
        o = f.value(scalar("i64"), f"and i64 {x.name}, {mask}")
        p = f.value("ptr", f"getelementptr i8, ptr %mem, i64 {o.name}")
    return p.name


def memory_type(f):
    for _ in range(20):
        t = any_type(f)
        if t.size <= 512 * 8 and t.bits in (8, 16, 32, 64):
            return t
    return T("i32", 4, f.sc)


@op("memory", 2)
def plain(f):
    t = memory_type(f)
    align = t.bits // 8 if f.r.random() < 0.7 else 1
    p = mem_address(f, t.size // 8, t.bits // 8)
    if f.r.random() < 0.5:
        f.keep(f.value(t, f"load {t}, ptr {p}, align {align}"))
    else:
        v = f.get(t)
        c = f.canonical(v)
        f.raw(f"store {t} {c.name}, ptr {p}, align {align}")
        f.unused.pop(v.name, None)


def masked_mem(f, t):
    return f.mask(t), t.bits // 8


@op("memory", 3)
def masked(f):
    t = memory_type(f)
    m, align = masked_mem(f, t)
    p = mem_address(f, t.size // 8, align)
    where = (f"ptr align {align}", p)
    # Stock LLVM gives up on scalable ones, and its code for odd lengths stores the wrong elements.
    name = f.r.choice(["load", "store"] + ["expandload", "compressstore"] * (not t.sc and t.n & (t.n - 1) == 0))
    v = f.get(t)
    if name == "load":
        x = f.call(t, f"llvm.masked.load.{t.m}.p0", where, m, v)
    elif name == "expandload":
        x = f.call(t, f"llvm.masked.expandload.{t.m}", where, m, v)
    elif name == "store":
        x = f.call(None, f"llvm.masked.store.{t.m}.p0", f.canonical(v), where, m)
    else:
        x = f.call(None, f"llvm.masked.compressstore.{t.m}", f.canonical(v), where, m)
    f.keep(x, m, v)


def pointers(f, t):
    """Addresses of elements: base + index * size, with indices of some width, and the vector of pointers."""
    r = f.r
    e = r.choice(["i8", "i16", "i32", "i64"])
    it = T(e, t.n, t.sc)
    while not it.fits:
        e = {"i64": "i32", "i32": "i16", "i16": "i8"}[e]
        it = T(e, t.n, t.sc)
    x = f.get(it)
    room = MEM // (t.bits // 8) // 2 - 1
    limit = min((1 << (it.bits - 1)) - 1, (1 << (room.bit_length() - 1)) - 1)
    i = f.value(it, f"and {it} {x.name}, splat ({e} {limit})")
    f.unused.pop(x.name, None)
    if r.random() < 0.3 and it.bits < 64 and it.of("i64").fits:
        w = it.of(r.choice(["i32", "i64"]) if it.bits < 32 else "i64")
        i = f.value(w, f"{r.choice(['zext', 'sext'])} {it} {i.name} to {w}")
    pt = T("ptr", t.n, t.sc)
    scale = t.e if r.random() < 0.7 else "i8"
    if scale == "i8" and t.bits > 8:
        i = f.value(i.t, f"and {i.t} {i.name}, splat ({i.t.e} {limit & ~(t.bits // 8 - 1)})")
    name = f"%v{f.next}"
    f.next += 1
    f.raw(f"{name} = getelementptr {scale}, ptr %mem, {i.t} {i.name}")
    text = f"<{'vscale x ' if t.sc else ''}{t.n} x ptr>"
    return text, name, f"{'nx' if pt.sc else ''}v{pt.n}p0"


@op("memory", 2)
def gather(f):
    t = memory_type(f)
    if T("i64", t.n, t.sc).fits is False and t.sc:
        return
    text, p, m = pointers(f, t)
    mask = f.mask(t)
    v = f.get(t)
    align = t.bits // 8
    if f.r.random() < 0.6:
        x = f.call(t, f"llvm.masked.gather.{t.m}.{m}", (f"{text} align {align}", p), mask, v)
        return f.keep(x, mask, v)
    c = f.canonical(v)
    f.call(None, f"llvm.masked.scatter.{t.m}.{m}", c, (f"{text} align {align}", p), mask)
    return f.keep(None, mask, v)


# ---- vector predication --------------------------------------------------------

def vp_done(f, t, x, m, n, *used):
    """Covers what a vp operation left undefined."""
    other = f.get(t)
    r = f.call(t, f"llvm.vp.merge.{t.m}", m, x, other, n)
    return f.keep(r, other, m, *used)


def vp_mask(f, t):
    if f.r.random() < 0.3:
        return Val("splat (i1 true)", t.of("i1"))
    return f.mask(t)


@op("vp", 3)
def vp_int(f):
    r = f.r
    t = int_type(f)
    m, n = vp_mask(f, t), f.evl(t)
    name = r.choice("add sub mul and or xor shl lshr ashr smin smax umin umax sadd.sat uadd.sat ssub.sat usub.sat "
                    "udiv sdiv urem srem ctpop ctlz cttz bswap bitreverse abs fshl fshr".split())
    a, b = f.get(t), f.get(t)
    if name in ("shl", "lshr", "ashr"):
        b = shift_amount(f, t)
    elif name in ("udiv", "sdiv", "urem", "srem"):
        b = positive(f, t, b)
    if name == "bswap" and t.bits % 16:
        name = "ctpop"  # there is no such operation on them
    if name in ("ctpop", "bswap", "bitreverse"):
        args = [a]
    elif name in ("ctlz", "cttz", "abs"):
        args = [a, (scalar("i1"), "false")]
    elif name in ("fshl", "fshr"):
        args = [a, b, f.get(t)]
    else:
        args = [a, b]
    x = f.call(t, f"llvm.vp.{name}.{t.m}", *args, m, n)
    vp_done(f, t, x, m, n, a, b)


@op("vp", 2)
def vp_fp(f):
    r = f.r
    t = f.pick_type(["half", "float", "double"])
    m, n = vp_mask(f, t), f.evl(t)
    name = r.choice("fadd fsub fmul fdiv fma fma sqrt fneg fabs copysign minnum maxnum minimum maximum "
                    "rint floor ceil round roundeven nearbyint".split() + ["roundtozero"] * f.o.rtz)
    a = f.get(t)
    args = [a]
    if name in ("fadd", "fsub", "fmul", "fdiv"):
        args.append(f.get(t))
    elif name == "fma":
        args += [f.get(t), f.get(t)]
    elif name == "copysign":
        args.append(f.canonical(f.get(t)))
    elif name in ("minnum", "maxnum", "minimum", "maximum"):
        args = [f.canonical(a), f.canonical(f.get(t))]
    x = f.call(t, f"llvm.vp.{name}.{t.m}", *args, m, n)
    if name in ("minnum", "maxnum"):
        x = f.positive_zero(x)
    vp_done(f, t, x, m, n, a)


@op("vp", 1)
def vp_compare(f):
    t = f.pick_type(INTS + ["half", "float", "double"])
    m, n = vp_mask(f, t), f.evl(t)
    a, b = f.get(t), f.get(t)
    if t.fp:
        name, p = "fcmp", f.r.choice("oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno".split())
    else:
        name, p = "icmp", f.r.choice("eq ne ugt uge ult ule sgt sge slt sle".split())
    mt = t.of("i1")
    f.declares[f"llvm.vp.{name}.{t.m}"] = f"declare {mt} @llvm.vp.{name}.{t.m}({t}, {t}, metadata, {mt}, i32)"
    x = f.value(mt, f'call {mt} @llvm.vp.{name}.{t.m}({t} {a.name}, {t} {b.name}, metadata !"{p}", '
                    f"{mt} {m.name}, i32 {n.name})")
    vp_done(f, mt, x, m, n, a, b)


@op("vp", 1)
def vp_convert(f):
    r = f.r
    t = f.pick_type(INTS + ["half", "float", "double", "i1"])
    to = t.of(r.choice(INTS + ["half", "float", "double"]))
    if not to.fits:
        return
    if t.fp and to.fp:
        if to.bits == t.bits:
            return
        name = "fpext" if to.bits > t.bits else "fptrunc"
    elif t.fp:
        return
    elif to.fp:
        if to.e == "half" and t.bits == 64:
            return
        name = r.choice(["sitofp", "uitofp"])
    elif to.bits == t.bits:
        return
    else:
        name = r.choice(["sext", "zext"]) if to.bits > t.bits else "trunc"
    m, n = vp_mask(f, t), f.evl(t)
    a = f.get(t)
    x = f.call(to, f"llvm.vp.{name}.{to.m}.{t.m}", a, m, n)
    vp_done(f, to, x, m, n, a)


@op("vp", 1)
def vp_select(f):
    t = any_or_mask(f)
    c, n = f.mask(t), f.evl(t)
    a, b = f.get(t), f.get(t)
    if f.r.random() < 0.6 :
        return f.keep(f.call(t, f"llvm.vp.merge.{t.m}", c, a, b, n), a, b, c)
    x = f.call(t, f"llvm.vp.select.{t.m}", c, a, b, n)
    all_on = Val("splat (i1 true)", t.of("i1"))
    return vp_done(f, t, x, all_on, n, a, b, c)


@op("vp", 1.5)
def vp_reduce(f):
    r = f.r
    t = f.pick_type(INTS + ["half", "float", "double"]) if r.random() < 0.9 else f.pick_type(["i1"])
    m, n = vp_mask(f, t), f.evl(t)
    a = f.get(t)
    s = f.get(scalar(t.e))
    if t.fp:
        name = r.choice(["fadd", "fmin", "fmax", "fminimum", "fmaximum"])
        x, start = a, s
        if name in ("fmin", "fmax"):
            x, start = f.no_nan(a), f.no_nan(s)
        v = f.call(scalar(t.e), f"llvm.vp.reduce.{name}.{t.m}", start, x, m, n)
        if name in ("fmin", "fmax"):
            v = f.positive_zero(v)
    else:
        name = r.choice(["add", "and", "or", "xor", "smin", "smax", "umin", "umax"] + (["mul"] if not t.sc else []))
        v = f.call(scalar(t.e), f"llvm.vp.reduce.{name}.{t.m}", s, a, m, n)
    f.keep(v, a, s, m)


@op("vp", 2)
def vp_memory(f):
    r = f.r
    t = memory_type(f)
    align = t.bits // 8
    m, n = vp_mask(f, t), f.evl(t)
    kind = r.choice(["load", "store", "strided.load", "strided.store", "gather", "scatter"])
    v = f.get(t)
    if kind in ("gather", "scatter"):
        if not T("i64", t.n, t.sc).fits and t.sc:
            return None
        text, p, pm = pointers(f, t)
        where = (f"{text} align {align}", p)
        if kind == "gather":
            x = f.call(t, f"llvm.vp.gather.{t.m}.{pm}", where, m, n)
            return vp_done(f, t, x, m, n)
        f.call(None, f"llvm.vp.scatter.{t.m}.{pm}", f.canonical(v), where, m, n)
        return f.keep(None, v, m)
    if kind.startswith("strided"):
        most = MEM // 2 // max(t.lanes, 1)
        s = r.randrange(0, most // align + 1) * align
        if r.random() < 0.3:
            s = align * r.choice([0, 1])
        if s * t.lanes > MEM // 2:
            s = align if align * t.lanes <= MEM // 2 else 0
        if kind == "strided.store" and s == 0:
            s = align
        p = f.value("ptr", f"getelementptr i8, ptr %mem, i64 {r.randrange(64) * align}")
        if r.random() < 0.3 and s:
            p = f.value("ptr", f"getelementptr i8, ptr {p.name}, i64 {s * (t.lanes - 1)}")
            s = -s
        where, stride = (f"ptr align {align}", p.name), (scalar("i64"), str(s))
        if kind == "strided.load":
            x = f.call(t, f"llvm.experimental.vp.strided.load.{t.m}.p0.i64", where, stride, m, n)
            return vp_done(f, t, x, m, n)
        f.call(None, f"llvm.experimental.vp.strided.store.{t.m}.p0.i64", f.canonical(v), where, stride, m, n)
        return f.keep(None, v, m)
    where = (f"ptr align {align}", mem_address(f, t.size // 8, align))
    if kind == "load":
        x = f.call(t, f"llvm.vp.load.{t.m}.p0", where, m, n)
        return vp_done(f, t, x, m, n)
    f.call(None, f"llvm.vp.store.{t.m}.p0", f.canonical(v), where, m, n)
    return f.keep(None, v, m)


@op("vp", 0.5)
def vp_permute(f):
    r = f.r
    t = any_type(f)
    kind = r.choice(["reverse", "splice", "cttz"])
    # Stock LLVM cuts elements of odd widths wrongly where they, extended, need two register groups.
    odd = t.bits & (t.bits - 1) != 0
    if odd and t.lanes << t.bits.bit_length() > 4096:
        return None
    a = f.get(t)
    n = f.evl(t)
    all_on = Val("splat (i1 true)", t.of("i1"))
    if kind == "reverse":
        x = f.call(t, f"llvm.experimental.vp.reverse.{t.m}", a, all_on, n)
        return vp_done(f, t, x, all_on, n, a)
    if kind == "cttz":
        if t.lanes > 64:
            return None
        m = f.mask(t)
        x = f.call(scalar("i32"), f"llvm.vp.cttz.elts.i32.{m.t.m}", m, (scalar("i1"), "false"), all_on, n)
        return f.keep(x, m)
    b = f.get(t)
    # The offset must be below evl1.
    k = r.randrange(t.n)
    one = f.call(scalar("i32"), "llvm.umax.i32", n, (scalar("i32"), str(k + 1)))
    two = f.evl(t)
    x = f.call(t, f"llvm.experimental.vp.splice.{t.m}", a, b, (scalar("i32"), str(k)), all_on, one, two)
    # Lanes beyond what the two lengths give are open.
    rest = f.value(scalar("i32"), f"sub i32 {one.name}, {k}")
    total = f.value(scalar("i32"), f"add i32 {rest.name}, {two.name}")
    total = f.call(scalar("i32"), "llvm.umin.i32", total, two)
    return vp_done(f, t, x, all_on, total, a, b)


# ---- control flow ---------------------------------------------------------------

@op("flow", 0.6)
def loop(f):
    """A loop with vector phis; nothing inside another."""
    r = f.r
    if f.block != "entry" or getattr(f, "loops", 0) > 1:
        return
    f.loops = getattr(f, "loops", 0) + 1
    types = [any_or_mask(f) for _ in range(r.randrange(1, 4))]
    starts = [f.get(t) for t in types]
    count = f.value(scalar("i64"), f"and i64 {f.load(scalar('i64')).name}, 7")
    head, tail, before = f"loop{f.loops}", f"exit{f.loops}", getattr(f, "label", "entry")
    f.raw(f"br label %{head}")
    f.lines.append(f"{head}:")
    f.block = "loop"
    outside = list(f.pool)
    i = f.value(scalar("i64"), f"phi i64 [ 0, %{before} ], [ %{head}.next, %{head} ]")
    at, phis = [], []
    for t, s in zip(types, starts):
        f.unused.pop(s.name, None)
        at.append(len(f.lines))
        phis.append(f.keep(f.value(t, "phi")))
    for _ in range(r.randrange(2, 8)):
        f.step()
    if r.random() < 0.6:
        f.keep(f.value(scalar("i64"), f"add i64 {i.name}, {i.name}"))
    lasts = []
    for t in types:
        have = [v for v in f.pool if v.t == t and v not in outside]
        lasts.append(r.choice(have))
    for where, t, p, s, last in zip(at, types, phis, starts, lasts):
        f.lines[where] = f"  {p.name} = phi {t} [ {s.name}, %{before} ], [ {last.name}, %{head} ]"
        f.unused.pop(last.name, None)
        f.unused.setdefault(last.name, last)
    f.raw(f"%{head}.next = add i64 {i.name}, 1")
    f.raw(f"%{head}.more = icmp ult i64 {i.name}, {count.name}")
    f.raw(f"br i1 %{head}.more, label %{head}, label %{tail}")
    f.lines.append(f"{tail}:")
    f.block, f.label = "entry", tail


@op("flow", 0.4)
def call(f):
    """A call of a function that isn't inlined, with vectors in and out."""
    r = f.r
    types = [any_or_mask(f) if r.random() < 0.85 else scalar(r.choice(INTS)) for _ in range(r.randrange(1, 6))]
    g = type(f)(f"{r.random()}", 0, f.o)
    g.sc, g.n, g.kinds = f.sc, f.n, f.kinds
    g.loops = 2  # none in there
    args = [f.get(t) for t in types]
    g.pool = [Val(f"%a{i}", t) for i, t in enumerate(types)]
    for _ in range(r.randrange(1, 5)):
        g.step()
    done = [v for v in g.pool if v.t.n and v.t.size <= 512 * 8]
    if not done:
        return
    v = done[-1]
    name = f"PREFIX_f{f.number}_h{len(f.helpers)}_{r.getrandbits(24):x}"
    parameters = ", ".join(f"{t} %a{i}" for i, t in enumerate(types))
    linkage = r.choice(["internal ", "internal ", ""])
    body = "\n".join(g.lines)
    f.helpers += g.helpers
    f.helpers.append(f"define {linkage}{v.t} @{name}(ptr %in, ptr %mem, {parameters}) #1 {{\n{body}\n"
                     f"  ret {v.t} {v.name}\n}}\n")
    f.declares.update(g.declares)
    text = ", ".join(f"{a.t} {a.name}" for a in args)
    f.keep(f.value(v.t, f"call {v.t} @{name}(ptr %in, ptr %mem, {text})"), *args)


@op("flow", 0.3)
def branch_free_length(f):
    """A strip-mined loop over %mem with llvm.experimental.get.vector.length."""
    r = f.r
    if f.block != "entry" or getattr(f, "loops", 0) > 1:
        return
    f.loops = getattr(f, "loops", 0) + 1
    t = memory_type(f)
    if t.n & (t.n - 1) or t.n < 2:
        return
    size = t.bits // 8
    total = f.value(scalar("i64"), f"and i64 {f.load(scalar('i64')).name}, 127")
    a = f.get(t)
    head, tail, before = f"strip{f.loops}", f"stripped{f.loops}", getattr(f, "label", "entry")
    f.raw(f"br label %{head}")
    f.lines.append(f"{head}:")
    i = f.value(scalar("i64"), f"phi i64 [ 0, %{before} ], [ %{head}.next, %{head} ]")
    left = f.value(scalar("i64"), f"sub i64 {total.name}, {i.name}")
    n = f.call(scalar("i32"), "llvm.experimental.get.vector.length.i64", left, (scalar("i32"), str(t.n)),
               (scalar("i1"), "true" if t.sc else "false"))
    p = f.value("ptr", f"getelementptr {t.e}, ptr %mem, i64 {i.name}")
    on = Val("splat (i1 true)", t.of("i1"))
    x = f.call(t, f"llvm.vp.load.{t.m}.p0", (f"ptr align {size}", p.name), on, n)
    if t.fp:
        y = f.value(t, f"fneg {t} {x.name}")
    else:
        c = f.scalar_constant(t.e)
        y = f.call(t, f"llvm.vp.add.{t.m}", x, (t, f"splat ({t.e} {c})"), on, n)
    f.call(None, f"llvm.vp.store.{t.m}.p0", y, (f"ptr align {size}", p.name), on, n)
    w = f.value(scalar("i64"), f"zext i32 {n.name} to i64")
    f.raw(f"%{head}.next = add i64 {i.name}, {w.name}")
    f.raw(f"%{head}.more = icmp ult i64 %{head}.next, {total.name}")
    f.raw(f"br i1 %{head}.more, label %{head}, label %{tail}")
    f.lines.append(f"{tail}:")
    f.label = tail
    f.keep(None, a)


# ---- what needs models: stock LLVM refuses it for scalable vectors, or gets it wrong -----------

def fixed(t):
    """The fixed-length type of all elements, vscale being 8."""
    return T(t.e, t.lanes, False)


def to_fixed(f, v):
    """All elements of a vector as one of fixed length; a line of the model."""
    if not v.t.sc:
        return v
    t = fixed(v.t)
    return f.call(t, f"llvm.vector.extract.{t.m}.{v.t.m}", v, (scalar("i64"), "0"))


def from_fixed(f, v, t):
    if not t.sc:
        return v
    return f.call(t, f"llvm.vector.insert.{t.m}.{v.t.m}", (t, "poison"), v, (scalar("i64"), "0"))


def either(f, ours, model):
    """The value of ours() for our compiler, of model() for stock LLVM."""
    at = len(f.lines)
    a = ours()
    middle = len(f.lines)
    b = model()
    if isinstance(a, Val):
        last = f.lines[-1].split(" = ", 1)[1]
        if b.name != f.lines[-1].split(" = ")[0].strip():
            last = f"freeze {b.t} {b.name}"
            f.lines.append("")
        f.lines[-1] = f"  {a.name} = {last}"
    for i in range(at, middle):
        f.lines[i] += " ; only o"
    for i in range(middle, len(f.lines)):
        f.lines[i] += " ; only s"
    return a


@op("shuffle", 1)
def interleave_many(f):
    t = any_or_mask(f)
    k = f.r.randrange(3, 9)
    wide = t.by(t.n * k)
    if t.lanes * t.bits * k > MAX_BITS or t.lanes * k > 160 or (t.sc and t.n * t.bits > 64 * 8):
        return
    vs = [f.get(t) for _ in range(k)]

    def model():
        parts = [to_fixed(f, v) for v in vs]
        one = parts[0].t
        # All of them behind each other, then the permutation.
        all_of = [(one, p.name) for p in parts]
        total = one.by(one.n * 8)
        while len(all_of) < 8:
            all_of.append((one, "poison"))
        while len(all_of) > 1:
            now = all_of[0][0]
            pair = now.by(now.n * 2)
            all_of = [(pair, f.value(pair, f"shufflevector {now} {a[1]}, {now} {b[1]}, " +
                                           f.mask_text(range(pair.n))).name)
                      for a, b in zip(all_of[::2], all_of[1::2])]
        to = one.by(one.n * k)
        x = f.value(to, f"shufflevector {total} {all_of[0][1]}, {total} poison, "
                        + f.mask_text(i % k * one.n + i // k for i in range(to.n)))
        return from_fixed(f, x, wide)

    x = either(f, lambda: f.call(wide, f"llvm.vector.interleave{k}.{wide.m}", *vs), model)
    if f.r.random() < 0.5:
        # In pieces that other operations can use.
        for v in vs:
            f.unused.pop(v.name, None)
        for i in range(k):
            f.keep(f.call(t, f"llvm.vector.extract.{t.m}.{wide.m}", x, (scalar("i64"), str(i * t.n))))
        return
    f.unused[x.name] = x
    for v in vs:
        f.unused.pop(v.name, None)


@op("shuffle", 1)
def deinterleave_many(f):
    t = any_or_mask(f)
    k = f.r.randrange(3, 9)
    wide = t.by(t.n * k)
    if t.lanes * t.bits * k > MAX_BITS or t.lanes * k > 160 or t.n < 1 or t.lanes < 2 or (t.sc and t.n * t.bits > 64 * 8):
        return
    vs = [f.get(t) for _ in range(k)]
    x = Val("poison", wide)
    for i, v in enumerate(vs):
        x = f.call(wide, f"llvm.vector.insert.{wide.m}.{t.m}", x, v, (scalar("i64"), str(i * t.n)))
        f.unused.pop(v.name, None)
    struct = "{ " + ", ".join([str(t)] * k) + " }"
    got = []

    def ours():
        s = f.call(struct, f"llvm.vector.deinterleave{k}.{wide.m}", x)
        return s

    at = len(f.lines)
    s = ours()
    f.lines[at] += " ; only o"
    for i in range(k):
        if f.r.random() < 0.3:
            continue

        def model(i=i):
            w = to_fixed(f, x)
            part = w.t.by(w.t.n // k)
            y = f.value(part, f"shufflevector {w.t} {w.name}, {w.t} poison, "
                              + f.mask_text(i + k * j for j in range(part.n)))
            return from_fixed(f, y, t)

        got.append(either(f, lambda i=i: f.value(t, f"extractvalue {struct} {s.name}, {i}"), model))
    for v in got:
        f.keep(v)


@op("fp", 0.5)
def library(f):
    """What becomes calls of libm for every element."""
    r = f.r
    t = f.pick_type(["half", "float", "double"])
    if t.lanes > 32:
        return
    name = r.choice("sin cos tan asin acos atan sinh cosh tanh exp exp2 exp10 log log2 log10 pow atan2 frem powi ldexp "
                    "sincos modf frexp".split())
    a = f.keep(f.load(t))
    b = f.keep(f.load(t)) if name in ("pow", "atan2", "frem") else None
    pair = name in ("sincos", "modf", "frexp")
    if name in ("powi", "ldexp") and not t.sc:
        e = scalar("i32") if name == "powi" else t.of("i32")
        n = f.load(e)
        n = f.value(e, f"and {e} {n.name}, " + ("7" if name == "powi" else "splat (i32 7)"))

    def make(a, b):
        t = a.t
        if name == "frem":
            return f.value(t, f"frem {t} {a.name}, {b.name}")
        if name == "powi":
            return f.call(t, f"llvm.powi.{t.m}.i32", a, (scalar("i32"), "3"))
        if name == "ldexp":
            e = t.of("i32")
            return f.call(t, f"llvm.ldexp.{t.m}.{e.m}", a, (e, "splat (i32 3)"))
        if pair:
            other = t.of("i32") if name == "frexp" else t
            struct = f"{{ {t}, {other} }}"
            s = f.call(struct, f"llvm.{name}.{t.m}" + (f".{other.m}" if name == "frexp" else ""), a)
            return f.value(t, f"extractvalue {struct} {s.name}, 0")
        return f.call(t, f"llvm.{name}.{t.m}", a, *([b] if b else []))

    if t.sc:
        x = either(f, lambda: make(a, b), lambda: from_fixed(f, make(to_fixed(f, a), b and to_fixed(f, b)), t))
    else:
        x = make(a, b)
    f.keep(x, a, *([b] if b else []))


@op("memory", 1)
def expand(f):
    """Of scalable vectors and odd lengths, element by element in the model."""
    r = f.r
    t = memory_type(f)
    if t.lanes > 32:
        return
    m, align = masked_mem(f, t)
    p = mem_address(f, t.size // 8, align)
    v = f.get(t)
    c = f.canonical(v)
    where = (f"ptr align {align}", p)
    s = scalar(t.e)

    def walk(load):
        bits = to_fixed(f, m)
        x = to_fixed(f, c)
        at = Val("0", scalar("i64"))
        for i in range(t.lanes):
            on = f.value(scalar("i1"), f"extractelement {bits.t} {bits.name}, i64 {i}")
            q = f.value("ptr", f"getelementptr {t.e}, ptr {p}, i64 {at.name}")
            old = f.value(s, f"load {s}, ptr {q.name}, align {align}")
            lane = f.value(s, f"extractelement {x.t} {x.name}, i64 {i}")
            if load:
                y = f.value(s, f"select i1 {on.name}, {s} {old.name}, {s} {lane.name}")
                x = f.value(x.t, f"insertelement {x.t} {x.name}, {s} {y.name}, i64 {i}")
            else:
                y = f.value(s, f"select i1 {on.name}, {s} {lane.name}, {s} {old.name}")
                f.raw(f"store {s} {y.name}, ptr {q.name}, align {align}")
            step = f.value(scalar("i64"), f"zext i1 {on.name} to i64")
            at = f.value(scalar("i64"), f"add i64 {at.name}, {step.name}")
        return from_fixed(f, x, t) if load else None

    if r.random() < 0.5:
        x = either(f, lambda: f.call(t, f"llvm.masked.expandload.{t.m}", where, m, c), lambda: walk(True))
        return f.keep(x, m, v)
    either(f, lambda: f.call(None, f"llvm.masked.compressstore.{t.m}", c, where, m), lambda: walk(False))
    return f.keep(None, m, v)


@op("memory", 0.5)
def histogram(f):
    t = f.pick_type(INTS)
    if t.bits not in (8, 16, 32, 64) or t.lanes > 16 or not t.of("i64").fits:
        return
    text, p, pm = pointers(f, t)
    m = f.mask(t)
    s = scalar(t.e)
    amount = f.get(s)
    name = f.r.choice(["add", "add", "uadd.sat", "umin", "umax"])

    def model():
        bits = to_fixed(f, m)
        lanes = f"<{t.lanes} x ptr>"
        q = p
        if t.sc:
            it = T("i64", t.n, True)
            i = f.value(it, f"ptrtoint {text} {p} to {it}")
            i = to_fixed(f, i)
            q = f.value(scalar("i64"), f"inttoptr {i.t} {i.name} to {lanes}").name
        for i in range(t.lanes):
            on = f.value(scalar("i1"), f"extractelement {bits.t} {bits.name}, i64 {i}")
            a = f.value("ptr", f"extractelement {lanes} {q}, i64 {i}")
            old = f.value(s, f"load {s}, ptr {a.name}, align {t.bits // 8}")
            new = f.value(s, f"add {s} {old.name}, {amount.name}") if name == "add" else \
                f.call(s, f"llvm.{name}.{s.m}", old, amount)
            new = f.value(s, f"select i1 {on.name}, {s} {new.name}, {s} {old.name}")
            f.raw(f"store {s} {new.name}, ptr {a.name}, align {t.bits // 8}")

    either(f, lambda: f.call(None, f"llvm.experimental.vector.histogram.{name}.{pm}.{t.e}",
                             (text, p), amount, m), model)
    f.keep(None, m, amount)


@op("memory", 0.6)
def pointer_vector(f):
    """Vectors of pointers as values."""
    r = f.r
    t = T("i64", f.n, f.sc)
    if not t.fits or t.size > 4096:
        return
    text = f"<{'vscale x ' if t.sc else ''}{t.n} x ptr>"
    a, b = f.get(t), f.get(t)
    p = f.value(t, f"inttoptr {t} {a.name} to {text}")
    q = f.value(t, f"inttoptr {t} {b.name} to {text}")
    mt = t.of("i1")
    kind = r.choice(["icmp", "select", "gep", "shuffle", "memory", "element"])
    if kind == "icmp":
        return f.keep(f.value(mt, f"icmp {r.choice(['eq', 'ult', 'uge'])} {text} {p.name}, {q.name}"), a, b)
    if kind == "select":
        m = f.mask(t)
        x = f.value(t, f"select {mt} {m.name}, {text} {p.name}, {text} {q.name}")
    elif kind == "gep":
        x = f.value(t, f"getelementptr {r.choice(['i8', 'i32', '[3 x i64]'])}, {text} {p.name}, {t} {b.name}")
    elif kind == "shuffle" and not t.sc:
        order = [r.randrange(2 * t.n) for _ in range(t.n)]
        x = f.value(t, f"shufflevector {text} {p.name}, {text} {q.name}, {f.mask_text(order)}")
    elif kind == "element":
        s = f.value("ptr", f"extractelement {text} {p.name}, i64 {r.randrange(t.lanes)}")
        x = f.value(t, f"insertelement {text} {q.name}, ptr {s.name}, i64 {r.randrange(t.lanes)}")
    else:
        where = mem_address(f, t.size // 8, 8)
        f.raw(f"store {text} {p.name}, ptr {where}, align 8")
        x = f.value(t, f"load {text}, ptr {where}, align 8")
    f.keep(f.value(t, f"ptrtoint {text} {x.name} to {t}"), a, b)


@op("fp", 1)
def strict(f):
    """Constrained operations. Their exceptions aren't looked at, but their values."""
    r = f.r
    t = f.pick_type(["half", "float", "double"])
    name = r.choice("fadd fsub fmul fdiv fma sqrt minnum maxnum rint floor ceil round roundeven nearbyint fcmp fcmps "
                    "sitofp uitofp fpext fptrunc fmuladd".split() + ["trunc", "fptosi", "fptoui"] * f.o.rtz)
    mode, what = 'metadata !"round.dynamic"', 'metadata !"fpexcept.strict"'
    a = f.get(t)
    args, to, m, p = [a], t, f".{t.m}", ""
    rounds = name in "fadd fsub fmul fdiv fma sqrt rint nearbyint sitofp uitofp fptrunc fmuladd".split()
    if name in ("fadd", "fsub", "fmul", "fdiv"):
        args.append(f.get(t))
    elif name in ("fma", "fmuladd"):
        name = "fma"
        args += [f.get(t), f.get(t)]
    elif name in ("minnum", "maxnum"):
        args = [f.canonical(a), f.canonical(f.get(t))]
    elif name in ("fcmp", "fcmps"):
        args.append(f.get(t))
        to, p = t.of("i1"), f', metadata !"{r.choice("oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno".split())}"'
    elif name in ("sitofp", "uitofp"):
        i = f.pick_type(INTS + ["i1"])
        to = i.of(r.choice(["half", "float", "double"]))
        if not to.fits or i.bits > 64 or (to.e == "half" and i.bits == 64):
            return
        args, m = [f.get(i)], f".{to.m}.{i.m}"
        a = args[0]
    elif name in ("fptosi", "fptoui"):
        # Small numbers, so that nothing is out of range.
        i = t.of("i8")
        if not i.fits:
            return
        low = f.value(i, f"and {i} {f.get(i).name}, splat (i8 63)")
        args = [f.value(t, f"uitofp {i} {low.name} to {t}")]
        to = t.of(r.choice(["i8", "i16", "i32", "i64"]))
        m = f".{to.m}.{t.m}"
        if not to.fits:
            return
    elif name in ("fpext", "fptrunc"):
        to = t.of(r.choice(["half", "float", "double"]))
        if to.bits == t.bits or not to.fits:
            return
        name, m = "fpext" if to.bits > t.bits else "fptrunc", f".{to.m}.{t.m}"
        rounds = name == "fptrunc"
    full = f"llvm.experimental.constrained.{name}{m}"
    metas = p + (f", {mode}" if rounds else "") + f", {what}"
    f.declares[full] = f"declare {to} @{full}({', '.join(str(x.t) for x in args)}{', metadata' * metas.count('metadata')})"
    x = f.value(to, f"call {to} @{full}({', '.join(f'{x.t} {x.name}' for x in args)}{metas}) #2")
    if name in ("minnum", "maxnum"):
        x = f.positive_zero(x)
    f.keep(x, a)


@op("vp", 0.4)
def vp_class(f):
    t = f.pick_type(["half", "float", "double"])
    m, n = vp_mask(f, t), f.evl(t)
    a = f.get(t)
    to = t.of("i1")
    bits = f.r.getrandbits(10) & ~3 | f.r.choice([0, 3])
    x = f.call(to, f"llvm.vp.is.fpclass.{t.m}", a, (scalar("i32"), str(bits)), m, n)
    vp_done(f, to, x, m, n, a)


@op("vp", 0.4)
def vp_first_fault(f):
    """How many elements such a load reads is open, so all that it says is that it reads one."""
    t = memory_type(f)
    m, n = vp_mask(f, t), f.evl(t)
    align = t.bits // 8
    struct = f"{{ {t}, i32 }}"
    x = f.call(struct, f"llvm.vp.load.ff.{t.m}.p0", (f"ptr align {align}", mem_address(f, t.size // 8, align)), m, n)
    v = f.value(t, f"extractvalue {struct} {x.name}, 0")
    count = f.value(scalar("i32"), f"extractvalue {struct} {x.name}, 1")
    one = f.call(scalar("i32"), "llvm.umin.i32", count, (scalar("i32"), "1"))
    f.keep(one, m)
    vp_done(f, t, v, m, one)
