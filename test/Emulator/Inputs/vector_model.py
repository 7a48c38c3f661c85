#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Vector instructions that QEMU 7.2 doesn't have or has wrong, on mtia-run against definitions in Python.

    vector_model.py --bin DIR --llvm DIR --table FILE [--seed N] [--blocks N]    (N = 0: for $FUZZ_SECONDS)

Zvbb (Vector Cryptography Extensions 1.0, section 3.2: integers), Zvfbfmin and Zvfbfwma (BF16 extensions
1.0: exact rational numbers, test/Emulator/fp/Inputs/exact.py), all SEW, LMUL, lengths, masks and rounding
modes, agnostic elements kept and as ones; then single cases of V 1.0, each with its section, see DIRECTED.
"""
import argparse
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "fp", "Inputs"), os.path.join(HERE, "..", "..", "fuzz")]
import exact  # noqa: E402
import random_scalar  # noqa: E402
import random_vector  # noqa: E402
import vector_instructions  # noqa: E402

VD, VS2, VS1 = 8, 16, 24
BLOCK = 512 + 64  # v8 to v15; fflags, vstart, traps
POOL = 16384
BF16, F32 = exact.FORMATS["bf16"], exact.FORMATS["f32"]


def reverse(value, bits):
    return int(f"{value:0{bits}b}"[::-1], 2)


def bytewise(value, bits, function):
    data = value.to_bytes(bits // 8, "little")
    return int.from_bytes(function(data), "little")


def rotate_left(value, count, bits):
    count %= bits
    return (value << count | value >> bits - count) & (1 << bits) - 1


# op -> function of (element of vs2, of vs1 or the scalar, SEW); results are cut to their width.
INTEGER = {
    "vandn": lambda a, b, s: a & ~b,
    "vbrev": lambda a, b, s: reverse(a, s),
    "vbrev8": lambda a, b, s: bytewise(a, s, lambda d: bytes(reverse(x, 8) for x in d)),
    "vrev8": lambda a, b, s: bytewise(a, s, lambda d: d[::-1]),
    "vclz": lambda a, b, s: s - a.bit_length(),
    "vctz": lambda a, b, s: (a & -a).bit_length() - 1 if a else s,
    "vcpop_v": lambda a, b, s: bin(a).count("1"),
    "vrol": lambda a, b, s: rotate_left(a, b % s, s),
    "vror": lambda a, b, s: rotate_left(a, -b % s, s),
    "vwsll": lambda a, b, s: a << b % (2 * s),
}


def widen(bits):
    return exact.convert(BF16, F32, BF16.decode(bits), exact.RNE)


def multiply_add(a, b, d, mode):
    (wide_a, nv_a), (wide_b, nv_b) = widen(a), widen(b)
    result, flags = exact.fma(F32, F32.decode(wide_b), F32.decode(wide_a), F32.decode(d), mode)
    return result, flags | nv_a | nv_b


# op -> function of (vs2, vs1 or scalar, vd, rounding mode): result and flags.
FLOAT = {
    "vfwcvtbf16_f_f_v": lambda a, b, d, mode: widen(a),
    "vfncvtbf16_f_f_w": lambda a, b, d, mode: exact.convert(F32, BF16, F32.decode(a), mode),
    "vfwmaccbf16": multiply_add,
}


def operation(insn):
    name = insn.mnemonic.replace(".", "_")
    return next((op for op in (name, name.split("_")[0]) if op in INTEGER or op in FLOAT), None)


class Model:
    def __init__(self, seed, table, ones):
        self.random = random.Random(seed)
        self.ones = ones
        self.insns = [i for i in random_vector.read_table(table)
                      if i.kind == "VARITH" and random_vector.NOT_IN_QEMU.match(i.mnemonic)]
        missing = [i.mnemonic for i in self.insns if not operation(i)]
        assert not missing, missing
        self.special = random_scalar.Program(seed, False)
        self.pool = self.values()
        self.lines, self.expected, self.names = [], b"", []

    def put(self, text):
        self.lines.append("  " + text)

    def values(self):
        r = self.random
        data = bytearray()
        while len(data) < POOL:
            kind = r.randrange(5)
            if kind == 0:
                data += r.randbytes(64)
            elif kind == 1:
                width = r.choice([1, 2, 4, 8])
                data += b"".join((r.getrandbits(8 * width) >> r.randrange(8 * width)).to_bytes(width, "little")
                                 for _ in range(64 // width))
            elif kind == 2:  # numbers that cancel, and that bf16 cannot hold
                data += b"".join((r.getrandbits(1) << 31 | (127 + r.randint(-4, 4)) << 23 |
                                  r.getrandbits(23) & r.choice([0x7f0000, 0x7f8000, 0x7fffff])).to_bytes(4, "little")
                                 for _ in range(16))
            else:  # the upper half of an f32 is a bf16
                data += b"".join((self.special.special("s") & 0xffffffff).to_bytes(4, "little") for _ in range(16))
        return bytes(data)

    def load(self, reg):
        at = self.random.randrange(0, POOL - 512, 2)
        self.put(f"li x5, {at}")
        self.put("add x5, x5, x9")
        self.put(f"vl8re8.v v{reg}, (x5)")
        return self.pool[at:at + 512]

    def elements(self, data, width):
        return [int.from_bytes(data[i:i + width], "little") for i in range(0, 512, width)]

    def block(self):
        r = self.random
        insn = self.insns[len(self.names) % len(self.insns)]
        op = operation(insn)
        while True:
            vtype = random_vector.VType(r.randrange(256))
            try:
                groups = random_vector.groups(insn, vtype)
            except ValueError:
                continue
            if op in INTEGER or vtype.sew == 1:
                break
        mask = self.load(0)
        old, a, b = self.load(VD), self.load(VS2), self.load(VS1)
        masked = insn.masking == "OPT" and r.random() < 0.6
        vl = r.choice([vtype.vlmax, r.randint(1, vtype.vlmax), r.randint(1, min(vtype.vlmax, 20))])
        first = r.randrange(vl) if r.random() < 0.2 else 0
        mode = r.randrange(5)
        self.put(f"li x5, {vl}")
        self.put(f"vsetvli x0, x5, {vtype.bits}")
        self.put("csrwi fcsr, 0")
        self.put(f"csrwi frm, {mode}")
        scalar = r.getrandbits(64) >> r.randrange(64)
        width = 1 << vtype.sew
        if insn.vs1 == "F":
            scalar |= ~0xffff if r.random() < 0.9 else 0
            scalar &= (1 << 64) - 1
        if insn.vs1 in ("X", "F"):
            self.put(f"li x10, {scalar if scalar < 1 << 63 else scalar - (1 << 64)}")
            self.put("fmv.d.x f10, x10")
        word = insn.match | VD << 7 | VS2 << 20 | (0 if masked else 1 << 25)
        if insn.vs1 in ("X", "F"):
            word |= 10 << 15
        elif insn.vs1 in ("UIMM", "UIMM6"):
            scalar = r.randrange(64 if insn.vs1 == "UIMM6" else 32)
            word |= (scalar & 31) << 15 | (scalar >> 5) << 26
        elif insn.vs1 != "NONE":
            word |= VS1 << 15
        if insn.vs1 == "F":
            scalar = scalar & 0xffff if scalar >> 16 == (1 << 48) - 1 else BF16.nan
        self.put(f"li x5, {first}")
        self.put("csrw vstart, x5")
        self.put(f".word {word:#010x} # {insn.mnemonic}")
        # Elements.
        wide = 1 << groups[0].eew
        results = self.elements(old, wide)
        source = self.elements(a, 1 << groups[1].eew)
        second = self.elements(b, width) if insn.vs1 in random_vector.WIDTHS else None
        flags, bits = 0, 8 * wide
        for e in range(vl):
            if e < first:
                continue
            if masked and not mask[e // 8] >> e % 8 & 1:
                if self.ones and vtype.bits & 128:
                    results[e] = (1 << bits) - 1
                continue
            other = second[e] if second else scalar
            if op in INTEGER:
                results[e] = INTEGER[op](source[e], other, 8 * width) & (1 << bits) - 1
            else:
                results[e], raised = FLOAT[op](source[e], other, results[e], mode)
                flags |= raised
        if self.ones and vtype.bits & 64:
            for e in range(vl, max(groups[0].count * 64 // wide, 1)):
                results[e] = (1 << bits) - 1
        data = b"".join(x.to_bytes(wide, "little") for x in results)
        self.result(insn.mnemonic, data, flags)

    def result(self, name, data, flags, vstart=0, traps=0):
        self.put("csrr x6, vstart")
        self.put("csrwi vstart, 0")
        self.put(f"vs8r.v v{VD}, (x3)")
        self.put("csrr x5, fflags")
        self.put("sd x5, 512(x3)")
        self.put("sd x6, 520(x3)")
        self.put(f"ld x5, {random_scalar.SUM}(x2)")
        self.put("sd x5, 528(x3)")
        self.put(f"sd x0, {random_scalar.SUM}(x2)")
        self.put(f"addi x3, x3, {BLOCK}")
        self.names.append(name)
        # The sum over one trap isn't predicted, but whether there was one.
        self.expected += data + flags.to_bytes(8, "little") + vstart.to_bytes(8, "little") + bytes(8 * traps or 8) + bytes(40)

    def directed(self):
        """Name, what is executed between the loads and the dump, and what becomes of v8 to v15; None: it
        traps."""
        for name, code, result in DIRECTED:
            old, other = self.load(VD), self.load(VS2)
            for line in code.split(";"):
                self.put(line.strip())
            data = result(old, other) if result else old
            self.result(name if result else name + " (traps)", data, 0)

    def program(self):
        return "\n".join([
            '  .attribute arch, "rv64gcv_zfh"', random_scalar.prologue(status=0x6600), "  lla x9, pool",
            "\n".join(self.lines), random_scalar.epilogue(random_scalar.SCRATCH + len(self.expected)),
            "pool:\n" + random_vector.dwords(self.pool)])


def unchanged(old, other):
    return old


VSETVLI = "vsetvli x0, x0, "
DIRECTED = [
    # 3.7: with vstart >= vl nothing is done, agnostic tail elements included, and vstart becomes 0.
    ("vstart at vl", "vsetivli x0, 3, e8, m1, tu, mu; csrwi vstart, 3; vadd.vi v8, v16, 1", unchanged),
    ("vstart behind vl", "vsetivli x0, 3, e32, m1, ta, ma; csrwi vstart, 9; vadd.vi v8, v16, 1", unchanged),
    ("vl of 0", "vsetivli x0, 0, e32, m1, ta, ma; vadd.vi v8, v16, 1", unchanged),
    ("vl of 0, vstart", "vsetivli x0, 0, e32, m1, ta, ma; csrwi vstart, 2; vfadd.vv v8, v16, v8", unchanged),
    ("vmv.s.x, vl of 0", "vsetivli x0, 0, e32, m1, tu, ma; vmv.s.x v8, x9", unchanged),
    ("vmv.s.x", "li x10, -2; vsetivli x0, 5, e16, m1, tu, ma; csrwi vstart, 2; vmv.s.x v8, x10; vmv.x.s x10, v8",
     lambda old, other: b"\xfe\xff" + old[2:]),
    ("vredsum.vs, vl of 0", "vsetivli x0, 0, e32, m1, tu, ma; vredsum.vs v8, v16, v16", unchanged),
    # 14: reductions raise an exception if vstart is not 0. 15.2, 15.4 to 15.6, 15.8, 16.5: so do vcpop, vfirst,
    # vmsbf and its like, viota, vcompress.
    *[(f"vstart, {insn}", f"vsetivli x0, 4, e32, m1, tu, ma; csrwi vstart, 1; {insn}; csrwi vstart, 0", None) for insn in (
        "vredsum.vs v8, v16, v16", "vfredosum.vs v8, v16, v16", "vwredsum.vs v8, v16, v16", "vcpop.m x10, v16",
        "vfirst.m x10, v16", "vmsbf.m v8, v16", "vmsif.m v8, v16", "vmsof.m v8, v16", "viota.m v8, v16",
        "vcompress.vm v8, v16, v16")],
    # 16.6: moves of whole registers depend on vtype; vstart counts elements of SEW; behind the end nothing is done.
    ("vmv1r.v, vill", "li x10, -1; vsetvl x0, x0, x10; vmv1r.v v8, v16; vsetivli x0, 1, e8, m1, ta, ma", None),
    ("vmv2r.v, vstart", "vsetivli x0, 9, e64, m8, tu, ma; csrwi vstart, 9; vmv2r.v v8, v16",
     lambda old, other: old[:72] + other[72:128] + old[128:]),
    ("vmv1r.v, vstart behind the register", "li x10, 128; vsetvli x0, x10, e16, m8, tu, ma; li x10, 100; csrw vstart, x10; "
     "vmv1r.v v8, v16", unchanged),
    ("vmv4r.v, vl of 0", "vsetivli x0, 0, e8, m1, tu, ma; vmv4r.v v8, v16",
     lambda old, other: other[:256] + old[256:]),
    # 7.9: whole registers are loaded whatever vtype is.
    ("vl1re32.v, vill", "li x10, -1; vsetvl x0, x0, x10; vl1re32.v v9, (x5); vsetivli x0, 1, e8, m1, ta, ma",
     lambda old, other: old[:64] + other[:64] + old[128:]),
    # 16.3.1: of vslideup vstart becomes 0, too.
    ("vslideup.vi, vstart", "vsetivli x0, 8, e64, m1, tu, ma; csrwi vstart, 2; vslideup.vi v8, v16, 4",
     lambda old, other: old[:32] + other[:32] + old[64:]),
    # 13: rounding modes of frm that are none: reserved, whatever the instruction.
    *[(f"frm of {frm}, {insn}", f"vsetivli x0, 4, e32, m1, tu, ma; csrwi frm, {frm}; {insn}; csrwi frm, 0", None)
      for frm in (5, 6, 7) for insn in ("vfadd.vv v8, v16, v16", "vfcvt.rtz.x.f.v v8, v16", "vmfeq.vv v8, v16, v16")],
    # 13: SEW without a floating-point format.
    *[(f"SEW of 8, {insn}", f"vsetivli x0, 4, e8, m1, tu, ma; {insn}", None)
      for insn in ("vfadd.vv v8, v16, v16", "vfwadd.vv v8, v16, v18", "vfncvt.f.f.w v8, v16", "vfmv.v.f v8, f1")],
    # Zvfbfmin, Zvfbfwma: SEW of 16 only.
    *[(f"SEW of {sew}, {name}", f"vsetivli x0, 4, e{sew}, m1, tu, ma; .word {word}", None) for sew in (8, 32, 64)
      for name, word in (("vfwcvtbf16.f.f.v v8, v16", "0x4b069457"), ("vfncvtbf16.f.f.w v8, v16", "0x4b0e9457"),
                         ("vfwmaccbf16.vv v8, v18, v16", "0xef091457"))],
]


def difference(model, actual):
    start = random_scalar.SCRATCH
    if len(actual) != start + len(model.expected):
        return f"{len(actual)} bytes instead of {start + len(model.expected)}"
    for n, name in enumerate(model.names):
        x = model.expected[BLOCK * n:BLOCK * (n + 1)]
        y = actual[start + BLOCK * n:start + BLOCK * (n + 1)]
        trapped = y[528:536] != bytes(8)
        if trapped != name.endswith("(traps)"):
            return f"block {n}, {name}: {'a trap' if trapped else 'no trap'}"
        if x[:528] != y[:528]:
            byte = next(i for i in range(528) if x[i] != y[i])
            where = f"v{VD + byte // 64}, byte {byte % 64}" if byte < 512 else "fflags" if byte < 520 else "vstart"
            return f"block {n}, {name}: {where}: expected {x[byte:byte + 8].hex()}, actual {y[byte:byte + 8].hex()}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--blocks", type=int, default=0)
    args = parser.parse_args()
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    seed = args.seed
    folder = vector_instructions.tempfile.mkdtemp(prefix="vector-model-")
    while args.blocks and seed == args.seed or not args.blocks and time.time() < end:
        for ones in (False, True):
            model = Model(seed, args.table, ones)
            model.directed()
            for _ in range(args.blocks or 500):
                model.block()
            elf = vector_instructions.build(args.llvm, model.program(), folder)
            for options in (["--functional"], []):
                agnostic = ["--vector-agnostic=ones"] if ones else []
                wrong = difference(model, vector_instructions.run(f"{args.bin}/mtia-run", *options, *agnostic, elf))
                if wrong:
                    print(f"vector_model.py: seed {seed}, mtia-run {' '.join(options + agnostic)} {elf}:\n{wrong}")
                    return 1
        seed += 1
    vector_instructions.shutil.rmtree(folder)
    print(f"vector_model.py: seeds {args.seed} to {seed - 1}: as defined")
    return 0


if __name__ == "__main__":
    sys.exit(main())
