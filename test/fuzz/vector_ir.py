# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random functions of LLVM IR over vectors, free of poison by construction.

A function is `void(ptr %out, ptr %in, ptr %mem)`: it loads operands from %in, combines
them, reads and writes %mem and stores every result that nothing else uses to %out. What IR
leaves open is never observed: shift amounts are masked, divisors are positive, poison lanes
are covered by other values before anything sees them, and NaNs get one payload before they
are stored or taken as integers.

%in has a region of REGION bytes for every element type (see random_inputs in
vector_driver.c, which knows the same order).

Function K of seed S depends on S, K and the options alone, so it can be had without the
others; slice_of() cuts a function down to some of its stores.
"""
import random
import re
import struct
from collections import namedtuple

REGION = 2048
MEM = 4096
MAX_LOAD = 512
MAX_BITS = 1024 * 8
VSCALE = 8

INTS = ["i8", "i16", "i32", "i64"]
FLOATS = ["half", "float", "double"]
REGIONS = INTS + ["half", "bfloat", "float", "double"]
BITS = {"i1": 1, "i8": 8, "i16": 16, "i32": 32, "i64": 64, "half": 16, "bfloat": 16, "float": 32, "double": 64}
ODD = ["i2", "i4", "i7", "i12", "i24", "i33", "i48", "i63"]
HUGE = ["i65", "i96", "i128"]
MANGLE = {"half": "f16", "bfloat": "bf16", "float": "f32", "double": "f64"}
NAN = {"half": "0xH7E00", "bfloat": "0xR7FC0", "float": "0x7FF8000000000000", "double": "0x7FF8000000000000"}


class T(namedtuple("T", "e n sc")):
    """A type: element, number of elements (0: a scalar), scalable or not."""
    __slots__ = ()

    def __str__(self):
        if not self.n:
            return self.e
        return f"<vscale x {self.n} x {self.e}>" if self.sc else f"<{self.n} x {self.e}>"

    @property
    def m(self):
        name = MANGLE.get(self.e, self.e)
        return name if not self.n else f"{'nx' if self.sc else ''}v{self.n}{name}"

    @property
    def bits(self):
        return BITS.get(self.e) or int(self.e[1:])

    @property
    def lanes(self):
        return self.n * (VSCALE if self.sc else 1)

    @property
    def size(self):
        return self.lanes * self.bits

    @property
    def fp(self):
        return self.e in MANGLE

    def of(self, e):
        return T(e, self.n, self.sc)

    def by(self, n):
        return T(self.e, n, self.sc)

    @property
    def int(self):
        return self.of(f"i{self.bits}")

    @property
    def fits(self):
        """Whether such a type is used at all: not much beyond a register group."""
        return not (self.sc and self.bits > 64) and self.n > 0 and self.size <= MAX_BITS and self.lanes <= 512 and (
            not self.sc or (self.n & (self.n - 1) == 0 and self.n * max(self.bits, 1) <= 64 * 8
                            and self.n <= 64 and not (self.bits == 64 and self.n > 8)))


Val = namedtuple("Val", "name t")


def scalar(e):
    return T(e, 0, False)


def container(e):
    """The element that holds an odd integer in memory."""
    if e in REGIONS or e == "i1":
        return e
    bits = int(e[1:])
    return next((i for i in INTS if BITS[i] >= bits), "i128")


def fp_text(e, value):
    if e == "half":
        return f"0xH{struct.unpack('<H', struct.pack('<e', value))[0]:04X}"
    single = struct.unpack("<I", struct.pack("<f", value))[0]
    if e == "bfloat":
        return f"0xR{single >> 16:04X}"
    if e == "float":
        value = struct.unpack("<f", struct.pack("<f", value))[0]
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


FP_CONSTANTS = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -7.5, 100.0, 0.125, float("inf"), -0.375, 1024.0]


class Options:
    def __init__(self, scalable=0.2, bf16=False, ops=None, count=(4, 24), rtz=True, odd=0.1, matrix=False):
        self.scalable, self.bf16, self.ops, self.count = scalable, bf16, ops, count
        self.odd, self.matrix = odd, matrix
        self.rtz = rtz  # conversions towards zero: QEMU 7.2 dies of an assertion for some


class Function:
    """The lines of one function while they are made."""

    def __init__(self, seed, number, options):
        self.r = random.Random(f"{seed}/{number}")
        self.o = options
        self.number = number
        self.lines, self.pool, self.next = [], [], 0
        self.unused = {}
        self.stores = []       # (offset, size, line)
        self.out = 0
        self.declares, self.helpers = {}, []
        self.block = "entry"
        r = self.r
        self.sc = r.random() < options.scalable
        self.forced = None
        self.floats = FLOATS + (["bfloat"] if options.bf16 else [])
        self.ints = list(INTS)
        if r.random() < options.odd:
            self.ints += r.sample(ODD + HUGE * (not self.sc), 2)
        kinds = [r.choice(self.ints + self.floats) for _ in range(2)] + ["i1"]
        self.kinds = kinds
        if self.sc:
            self.n = r.choice([1, 1, 2, 2, 4, 4, 8, 8, 16, 32, 64])
        elif r.random() < 0.2:
            self.n = r.choice([1, 3, 5, 6, 7, 9, 11, 12, 15, 17, 20, 24, 31, 33, 48, 63, 65, 96, 100, 127, 200, 300])
        else:
            self.n = 1 << r.choice([1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7, 8, 9])

    # ---- emitting -------------------------------------------------------

    def raw(self, line):
        self.lines.append("  " + line)

    def value(self, t, text):
        name = f"%v{self.next}"
        self.next += 1
        self.raw(f"{name} = {text}")
        return Val(name, t)

    def keep(self, v, *used):
        """Offers a value to later operations, and notes what it used."""
        for u in used:
            if isinstance(u, Val):
                self.unused.pop(u.name, None)
        if v is None:
            return None
        self.pool.append(v)
        self.unused[v.name] = v
        return v

    def call(self, t, name, *args):
        """A call of an intrinsic; arguments are values or (type, text)."""
        args = [(a.t, a.name) if isinstance(a, Val) else a for a in args]
        types = ", ".join(re.sub(r" align \d+", "", str(a[0])) for a in args)
        self.declares[name] = f"declare {t or 'void'} @{name}({types})"
        text = f"call {t or 'void'} @{name}({', '.join(f'{a[0]} {a[1]}' for a in args)})"
        if t is None:
            self.raw(text)
            return None
        return self.value(t, text)

    # ---- operands -------------------------------------------------------

    def pick_type(self, elements=None, vector=True):
        """The type of something there is, or a new one of this function's shape."""
        r = self.r
        elements = self.ints if elements is INTS else elements or self.ints + self.floats
        if self.forced and r.random() < 0.9:
            if self.forced.e in elements:
                return self.forced
            t = self.forced.of(r.choice(elements))
            if t.fits:
                return t
        have = [v.t for v in self.pool if v.t.e in elements and v.t.n]
        if have and r.random() < 0.75:
            return r.choice(have[-8:])
        for _ in range(100):
            e = r.choice([k for k in self.kinds if k in elements] or elements) if r.random() < 0.7 else r.choice(elements)
            n = self.n
            if r.random() < 0.25:
                n = r.choice([n * 2, max(n // 2, 1), max(n // 4, 1), n * 4])
            t = T(e, n, self.sc)
            if t.fits and (t.size <= MAX_LOAD * 8):
                return t
        return T(elements[0] if elements[0] != "i1" else "i1", 4, self.sc)

    def get(self, t):
        """A value of the type: one there is, or a new one."""
        r = self.r
        have = [v for v in self.pool if v.t == t]
        if have and r.random() < 0.8:
            return r.choice(have[-6:])
        return self.fresh(t)

    def fresh(self, t):
        r = self.r
        roll = r.random()
        if t.n and roll < 0.2:
            return self.constant(t)
        if t.n and roll < 0.35 and t.e != "i1":
            return self.splat_to(self.get(scalar(t.e)), t)
        if t.e == "i1":
            return self.new_mask(t) if t.n else self.keep(
                self.value(t, f"icmp slt i8 {self.load(scalar('i8')).name}, 0"))
        if t.size > MAX_LOAD * 8:
            half = t.by(t.n // 2) if t.n % 2 == 0 else None
            if half is None or t.sc:
                return self.constant(t)
            a, b = self.get(half), self.get(half)
            return self.keep(self.value(t, f"shufflevector {half} {a.name}, {half} {b.name}, " +
                                        self.mask_text(range(t.n))), a, b)
        return self.keep(self.load(t))

    def address(self, t):
        """Somewhere in the region of the type's elements."""
        e = t.e if t.e in REGIONS else "i8" if t.bits < 9 else "i64"
        size = (max(t.lanes, 1) * t.bits + 7) // 8
        step = BITS[e] // 8
        room = (REGION - size) // step
        offset = REGIONS.index(e) * REGION + self.r.randrange(room + 1) * step
        name = f"%v{self.next}"
        self.next += 1
        self.raw(f"{name} = getelementptr i8, ptr %in, i64 {offset}")
        return name, step

    def load(self, t):
        if t.e not in REGIONS and t.e != "i1":
            if self.r.random() < 0.2 and t.bits % 8 == 0 and t.bits & (t.bits - 1) == 0:
                where, align = self.address(t)
                return self.value(t, f"load {t}, ptr {where}, align {align}")
            wide = t.of(container(t.e))
            if wide.e == "i128":
                halves = T("i64", 2 * max(t.n, 1), False)
                v = self.value(wide, f"bitcast {halves} {self.load(halves).name} to {wide}")
            else:
                v = self.load(wide)
            return v if t == wide else self.value(t, f"trunc {wide} {v.name} to {t}")
        where, align = self.address(t)
        return self.value(t, f"load {t}, ptr {where}, align {align}")

    def splat_to(self, v, t):
        a = self.value(t, f"insertelement {t} poison, {v.t} {v.name}, i64 0")
        mask = T("i32", t.n, t.sc)
        return self.keep(self.value(t, f"shufflevector {t} {a.name}, {t} poison, {mask} zeroinitializer"), v)

    def scalar_constant(self, e):
        r = self.r
        if e == "i1":
            return r.choice(["true", "false"])
        if e in MANGLE:
            if r.random() < 0.3:
                return fp_text(e, r.randrange(-4000, 4000) / 8)
            return fp_text(e, r.choice(FP_CONSTANTS))
        w = scalar(e).bits
        c = r.choice([r.randrange(-16, 16), r.randrange(-16, 16), r.getrandbits(w), 1 << r.randrange(w),
                      (1 << r.randrange(w)) - 1, r.randrange(-128, 128), r.randrange(-2048, 2048), 0, -1, 1])
        c &= (1 << w) - 1
        return str(c - (1 << w) if c >> (w - 1) else c)

    def constant(self, t):
        """A constant vector of the shapes that programs have."""
        r = self.r
        kind = r.choice(["splat", "splat", "random", "sequence", "repeat", "dominant", "two", "bytes", "few"])
        if t.sc or kind == "splat":
            return Val(f"splat ({t.e} {self.scalar_constant(t.e)})", t)
        one = self.scalar_constant
        if kind == "random":
            cs = [one(t.e) for _ in range(t.n)]
        elif kind == "sequence" and not t.fp and t.e != "i1":
            a = r.choice([0, 0, 1, -1, r.randrange(-100, 100), r.getrandbits(t.bits)])
            b = r.choice([1, 1, -1, 2, 3, 4, 8, -2, 5, 16, r.getrandbits(t.bits), r.randrange(-40, 40)])
            d = r.choice([1, 1, 1, 1, 2, 4])
            w = 1 << t.bits
            cs = [(a + b * (i // d)) % w for i in range(t.n)]
            cs = [str(c - w if c >= w // 2 else c) for c in cs]
        elif kind == "repeat":
            period = r.choice([2, 2, 4, 3, 8])
            few = [one(t.e) for _ in range(period)]
            cs = [few[i % period] for i in range(t.n)]
        elif kind == "dominant":
            most = one(t.e)
            cs = [most] * t.n
            for _ in range(r.randrange(1, 4)):
                cs[r.randrange(t.n)] = one(t.e)
        elif kind == "two":
            a, b = one(t.e), one(t.e)
            cs = [r.choice((a, b)) for _ in range(t.n)]
        elif kind == "bytes" and not t.fp and t.bits > 8:
            cs = [str(r.randrange(-128, 128)) for _ in range(t.n)]
        else:
            a = one(t.e)
            k = r.randrange(t.n + 1)
            b = one(t.e)
            cs = [a if i < k else b for i in range(t.n)]
        return Val("<" + ", ".join(f"{t.e} {c}" for c in cs) + ">", t)

    def new_mask(self, t):
        """A mask of the type <n x i1> that is neither all nor nothing."""
        r = self.r
        roll = r.random()
        if roll < 0.15:
            return self.constant(t)
        if roll < 0.3:
            n = self.value(scalar("i64"), f"and i64 {self.load(scalar('i64')).name}, {2 * t.lanes - 1 if t.lanes & (t.lanes - 1) == 0 else 511}")
            return self.keep(self.call(t, f"llvm.get.active.lane.mask.{t.m}.i64", (scalar("i64"), r.choice(["0", "1"])), n))
        if roll < 0.4 and t.lanes % 8 == 0 and t.lanes <= 64 * 8 and not t.sc:
            where, _ = self.address(t)
            return self.keep(self.value(t, f"load {t}, ptr {where}, align 1"))
        if roll < 0.5 and t.lanes in (8, 16, 32, 64) and not t.sc:
            return self.keep(self.value(t, f"bitcast i{t.lanes} {self.load(scalar(f'i{t.lanes}')).name} to {t}"))
        for _ in range(20):
            of = self.pick_type().by(t.n)
            of = T(of.e, t.n, t.sc)
            if of.fits and of.size <= MAX_LOAD * 8:
                break
        else:
            of = T("i8", t.n, t.sc)
        return self.compare(of)

    def compare(self, t):
        r = self.r
        a, b = self.get(t), self.get(t)
        if t.fp:
            p = r.choice("oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno".split())
            return self.keep(self.value(t.of("i1"), f"fcmp {p} {t} {a.name}, {b.name}"), a, b)
        p = r.choice("eq ne ugt uge ult ule sgt sge slt sle".split())
        return self.keep(self.value(t.of("i1"), f"icmp {p} {t} {a.name}, {b.name}"), a, b)

    def mask(self, t):
        return self.get(t.of("i1"))

    def evl(self, t):
        """An explicit vector length: 0 to all lanes."""
        r = self.r
        n = t.lanes
        if r.random() < 0.25:
            return Val(str(r.choice([n, n, r.randrange(n + 1)])), scalar("i32"))
        x = self.load(scalar("i32"))
        if n & (n - 1) == 0:
            x = self.value(scalar("i32"), f"and i32 {x.name}, {n - 1}")
            return x
        return self.call(scalar("i32"), "llvm.umin.i32", x, (scalar("i32"), str(n)))

    def index(self, t, width="i64"):
        """A variable index of a lane."""
        n = t.lanes
        x = self.load(scalar(width))
        if n & (n - 1) == 0:
            return self.value(scalar(width), f"and {width} {x.name}, {n - 1}")
        return self.value(scalar(width), f"urem {width} {x.name}, {n}")

    def mask_text(self, lanes):
        lanes = list(lanes)
        return f"<{len(lanes)} x i32> <" + ", ".join(
            "i32 poison" if i < 0 else f"i32 {i}" for i in lanes) + ">"

    def const_mask(self, bits):
        return f"<{len(bits)} x i1> <" + ", ".join(f"i1 {'true' if b else 'false'}" for b in bits) + ">"

    def canonical(self, v):
        """Every NaN gets the same payload and sign."""
        if not v.t.fp:
            return v
        t = v.t
        zero = "zeroinitializer" if t.n else "0.0"
        if t.e in ("half", "bfloat") and not t.n:
            zero = fp_text(t.e, 0.0)
        nan = f"splat ({t.e} {NAN[t.e]})" if t.n else NAN[t.e]
        c = self.value(t.of("i1"), f"fcmp uno {t} {v.name}, {zero}")
        return self.value(t, f"select {t.of('i1')} {c.name}, {t} {nan}, {t} {v.name}")

    def positive_zero(self, v):
        """Minima of -0.0 and +0.0 may be either: makes them +0.0."""
        zero = fp_text(v.t.e, 0.0)
        return self.value(v.t, f"fadd {v.t} {v.name}, " + (f"splat ({v.t.e} {zero})" if v.t.n else zero))

    def no_nan(self, v):
        t = v.t
        zero = fp_text(t.e, 0.0)
        one = f"splat ({t.e} {zero})" if t.n else zero
        c = self.value(t.of("i1"), f"fcmp ord {t} {v.name}, {one}")
        return self.value(t, f"select {t.of('i1')} {c.name}, {t} {v.name}, {t} {one}")

    def step(self):
        """One more operation."""
        from vector_ops import OPS
        ops = [o for o in OPS if not self.o.ops or o[0] in self.o.ops]
        _, _, function = self.r.choices(ops, [o[1] for o in ops])[0]
        function(self)

    # ---- results --------------------------------------------------------

    def store(self, v):
        """Stores a result at the next place of %out."""
        v = self.canonical(v)
        t = v.t
        if t.e == "i1":
            if t.n and t.lanes % 8 == 0 and self.r.random() < 0.5:
                size = t.lanes // 8
            elif t.n and t.lanes in (8, 16, 32, 64) and not t.sc:
                v = self.value(scalar(f"i{t.lanes}"), f"bitcast {t} {v.name} to i{t.lanes}")
                size = t.lanes // 8
            else:
                v = self.value(t.of("i8"), f"{self.r.choice(['zext', 'sext'])} {t} {v.name} to {t.of('i8')}")
                size = v.t.size // 8 if t.n else 1
        else:
            wide = t.of(container(t.e)) if not t.fp else t
            if wide != t:
                v = self.value(wide, f"zext {t} {v.name} to {wide}")
                t = wide
            size = t.size // 8 if t.n else t.bits // 8
        align = max(v.t.bits // 8, 1)
        self.out = -(-self.out // align) * align
        where = f"%v{self.next}"
        self.next += 1
        self.raw(f"{where} = getelementptr i8, ptr %out, i64 {self.out}")
        self.raw(f"store {v.t} {v.name}, ptr {where}, align {align} ; result")
        self.stores.append((self.out, size))
        self.out += size

    def finish(self):
        for v in list(self.unused.values()):
            self.store(v)

    def text(self, name):
        body = "\n".join(self.lines)
        return f"define void @{name}(ptr noalias %out, ptr noalias %in, ptr noalias %mem) #0 {{\nentry:\n{body}\n  ret void\n}}\n"


def make(seed, number, options):
    """Function `number` of a seed, complete."""
    f = Function(seed, number, options)
    if options.matrix:
        return one_operation(f, number)
    for _ in range(f.r.randrange(*options.count)):
        f.step()
    f.finish()
    return f


def one_operation(f, number):
    """Function `number` of those that have one operation on one type each."""
    from vector_ops import OPS
    ops = [o for o in OPS if not f.o.ops or o[0] in f.o.ops]
    types = [t for e in INTS + f.floats + ["i1"] + ODD + HUGE for sc in (False, True) if not (sc and not f.o.scalable)
             for n in ((1, 2, 4, 8, 16, 32, 64) if sc else (1, 2, 3, 4, 7, 8, 16, 24, 32, 64, 100, 128, 256, 512, 1024))
             if (t := T(e, n, sc)).fits and t.size <= MAX_LOAD * 8 * (1 if sc else 2)]
    random.Random(1).shuffle(types)
    function = ops[number % len(ops)][2]
    t = f.forced = types[number // len(ops) % len(types)]
    f.sc, f.n, f.kinds = t.sc, t.n, [t.e]
    f.ints = INTS + [t.e] * (t.e[0] == "i" and t.e not in INTS + ["i1"])
    for _ in range(2):
        function(f)
    f.finish()
    return f


def module(functions, prefix):
    """The text of a module; its functions are PREFIXfK."""
    declares = {}
    for f in functions:
        declares.update(f.declares)
    parts = [f.text(f"{prefix}f{f.number}") for f in functions]
    parts += dict.fromkeys(h for f in functions for h in f.helpers)
    parts = [p.replace("PREFIX_", prefix) for p in parts]
    return "\n".join(parts) + "\n" + "\n".join(declares.values()) + ATTRIBUTES


def version(text, who):
    """The text as `who` sees it: lines may be for one of the compilers only."""
    other = "; only " + ("o" if who == "s" else "s")
    return "\n".join(line for line in text.split("\n") if not line.endswith(other))


def plain(text):
    """The text with vectors of fixed length in the place of all scalable ones.

    These have no index that counts in units of vscale, and a name may only be declared once."""
    text = re.sub(r"<vscale x (\d+) x", lambda m: f"<{int(m[1]) * VSCALE} x", text)
    text = re.sub(r"(@llvm\.vector\.(?:insert\.\w+\.|extract\.)nxv\d+.*i64 )(\d+)\)",
                  lambda m: f"{m[1]}{int(m[2]) * VSCALE})", text)
    text = re.sub(r"(@llvm\.experimental\.get\.vector\.length.*i32 )(\d+), i1 true\)",
                  lambda m: f"{m[1]}{int(m[2]) * VSCALE}, i1 false)", text)
    text = re.sub(r"(?<=\.)nxv(\d+)(?=[ibfp])", lambda m: f"v{int(m[1]) * VSCALE}", text)
    lines = text.split("\n")
    declared = dict.fromkeys(line for line in lines if line.startswith("declare "))
    return "\n".join([line for line in lines if not line.startswith("declare ")] + list(declared)) + "\n"


ATTRIBUTES = ("\nattributes #0 = { nounwind vscale_range(8,8) }\nattributes #1 = { noinline nounwind vscale_range(8,8) }\n"
              "attributes #2 = { strictfp }\n")


NAME = re.compile(r"%[A-Za-z0-9_.]+")


def writes(line):
    """Whether a line changes %mem, or may."""
    return " call void" in line or "@PREFIX_" in line or (line.startswith("  store") and not line.endswith("; result"))


def slice_of(lines, names=(), keep_writes=False):
    """The lines that the values `names` need: their operands, branches, and what they read in %mem."""
    keep, needed = [False] * len(lines), set(names)
    for i, line in enumerate(lines):
        if " br " in line or line.endswith(":"):
            keep[i] = True
            needed |= set(NAME.findall(line))
    changed = True
    while changed:
        changed = False
        for i, line in enumerate(lines):
            head, _, tail = line.partition(" = ")
            if not keep[i] and ((tail and head.strip() in needed) or
                                ((keep_writes or "%mem" in needed) and writes(line))):
                keep[i] = changed = True
            if keep[i]:
                more = set(NAME.findall(tail or line)) - needed
                if more:
                    needed |= more
                    changed = True
    return [line for i, line in enumerate(lines) if keep[i]]


def variants(f):
    """Functions that compute one value of f each, and one for its writes: where a fault in f may show."""
    pieces = []
    for v in f.pool:
        g = Function("", len(pieces), f.o)
        g.next = f.next
        g.lines = slice_of(f.lines, [v.name])
        g.helpers, g.declares = f.helpers, f.declares
        g.store(v)
        g.what = v.name
        pieces.append(g)
    for skip in [None] + [line for line in f.lines if writes(line) and not re.search("; only [os]$", line)]:
        g = Function("", len(pieces), f.o)
        g.lines = slice_of([line for line in f.lines if line is not skip], (), True)
        g.helpers, g.declares = f.helpers, f.declares
        g.what = "memory"
        pieces.append(g)
    return pieces
