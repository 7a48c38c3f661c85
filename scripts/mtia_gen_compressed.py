# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The 16-bit instructions for mtia-gen.py: what each is short for.

A compressed record says where its operands' bits are, a CompressPat record which
32-bit instruction it stands for and with which operands. The decoder gives the
latter. Encodings that a CompressPat leaves out because they are hints (a result
in x0, a shift by 0) are expanded in the same way.
"""
import re

# A record without a CompressPat of its own, and the record whose expansion it has.
SAME_AS = {"C_NOP_HINT": "C_NOP"}


class Problem(Exception):
    """What is wrong with the descriptions; the text is for their author."""


class Field:
    """An operand of a 16-bit instruction that has bits: its C expression and its condition."""

    def __init__(self, owner, name, record, fields, pieces):
        self.name, self.record, self.pieces = name, record, pieces
        terms = []
        runs = []
        for word_bit, op_bit in sorted(pieces, key=lambda p: p[1]):
            if runs and runs[-1][0] + runs[-1][2] == word_bit and runs[-1][1] + runs[-1][2] == op_bit:
                runs[-1][2] += 1
            else:
                runs.append([word_bit, op_bit, 1])
        for word_bit, op_bit, count in runs:
            text = f"(word >> {word_bit} & {(1 << count) - 1:#x})"
            terms.append(f"{text} << {op_bit}" if op_bit else text)
        raw = " | ".join(terms)
        width = max(op_bit for _, op_bit in pieces) + 1
        self.conditions = []
        if record.startswith(("GPR", "FPR", "SP")):
            if record in ("GPRC", "FPR64C", "FPR32C", "FPR16C"):
                if width != 3:
                    raise Problem(f"{owner}: register field ${name} of {record} has {width} bits instead of 3")
                raw = f"8 + ({raw})"
            for number in re.findall(r"X(\d+)", record):
                self.conditions.append(f"({raw}) != {number}")
            self.value = raw
            return
        decoder = fields.get("DecoderMethod", "")
        if decoder == "decodeCLUIImmOperand":
            self.value = f"mtia_sext({raw}, {width}) * 4096"
            self.conditions.append(f"({raw}) != 0")
        elif decoder.startswith("decodeSImm") and "AndLsl1" in decoder:
            self.value = f"mtia_sext({raw}, {width}) * 2"
        elif decoder.startswith("decodeSImm"):
            self.value = f"mtia_sext({raw}, {width})"
        elif decoder.startswith("decodeUImm"):
            self.value = f"(int64_t)({raw})"
        else:
            raise Problem(f"{owner}: operand ${name}: decoder method {decoder!r} is new; teach it to "
                          "mtia_gen_compressed.py")
        if "NonZero" in decoder:
            self.conditions.append(f"({raw}) != 0")


class Short:
    """A 16-bit instruction."""

    def __init__(self, name, record, db):
        self.name, self.record = name, record
        self.mnemonic = record["Mnemonic"]
        self.unit = record["TimingUnit"]
        self.match = self.mask = 0
        pieces = {}
        for bit, value in enumerate(record["Inst"]):
            if isinstance(value, int):
                self.mask |= 1 << bit
                self.match |= value << bit
            elif value["kind"] in ("varbit", "var"):
                pieces.setdefault(value["var"], []).append((bit, value.get("index", 0)))
            else:
                raise Problem(f"{name}: bit {bit} of Inst is neither 0, 1 nor a field")
        self.pieces = dict(pieces)
        self.operands = [(operand, kind["def"]) for group in ("OutOperandList", "InOperandList")
                         for kind, operand in record[group]["args"]]
        # Of two operands that are one register, one has the bits, or both are sp.
        self.tied = {}
        for a, b in re.findall(r"\$(\w+) = \$(\w+)", record["Constraints"]):
            keep, drop = (a, b) if a in pieces or b not in pieces else (b, a)
            self.tied[drop] = keep
        self.fields = {}
        for operand, kind in self.operands:
            if operand in pieces:
                self.fields[operand] = Field(name, operand, kind, db[kind], pieces.pop(operand))
            elif operand not in self.tied and kind != "SP":
                raise Problem(f"{name}: operand ${operand} has no bits in the encoding")
        if pieces:
            raise Problem(f"{name}: field(s) {', '.join(pieces)} belong to no operand")
        self.long = None

    @property
    def conditions(self):
        return [c for f in self.fields.values() for c in f.conditions]

    def expand(self, pattern, longs):
        """Takes the expansion from the CompressPat record `pattern`."""
        self.long = longs.get(pattern["Input"]["operator"]["def"])
        if not self.long:
            return
        mine = {}  # operand of the pattern -> C expression
        # Results that are tied to a source are written once in a pattern.
        outs = len(self.record["OutOperandList"]["args"])
        names = [o for i, (o, _) in enumerate(self.operands)
                 if not (i >= outs and (o in self.tied or o in self.tied.values()))]
        shown = pattern["Output"]["args"]
        if len(shown) != len(names):
            raise Problem(f"{self.name}: its CompressPat has {len(shown)} operands, the record {len(names)}")
        for (_, variable), operand in zip(shown, names):
            operand = self.tied.get(operand, operand)
            if variable and operand in self.fields:
                mine[variable] = self.fields[operand].value
        self.sets = []
        for operand, (value, variable) in zip(self.long.operands, pattern["Input"]["args"]):
            if isinstance(value, int):
                text = str(value)
            elif variable in mine:
                text = mine[variable]
            elif value["def"] == "SP":
                text = "2"
            elif re.fullmatch(r"X\d+", value["def"]):
                text = value["def"][1:]
            else:
                raise Problem(f"{self.name}: nothing gives ${variable} of {self.long.name}")
            if text != "0":
                member = operand.name if operand.is_register else "imm"
                text = f"(uint8_t)({text})" if operand.is_register and not text.isdigit() else text
                self.sets.append(f".{member} = {text}")


def load(db, longs, emulated):
    """The 16-bit instructions that expand to one of `longs` (name -> Insn)."""
    patterns = {}
    for name in db["!instanceof"].get("CompressPat", []):
        if not db[name]["isCompressOnly"]:
            patterns[db[name]["Output"]["operator"]["def"]] = db[name]
    shorts = []
    for name in db["!instanceof"].get("MTIAInst16", []):
        record = db[name]
        if record["isPseudo"] or record["isCodeGenOnly"] or \
                not {p["def"] for p in record["Predicates"]} <= emulated:
            continue
        pattern = patterns.get(SAME_AS.get(name, name))
        if not pattern:
            raise Problem(f"{name}: no CompressPat says which instruction it is short for")
        if pattern["Input"]["operator"]["def"] == "UNIMP":
            continue  # illegal in either length
        short = Short(name, record, db)
        if name in SAME_AS:
            short.long, short.sets = longs[pattern["Input"]["operator"]["def"]], []
        else:
            short.expand(pattern, longs)
        if short.long:
            shorts.append(short)
    # Most specific first: the decoder tries them in this order.
    shorts.sort(key=lambda s: (-bin(s.mask).count("1"), s.match))
    check(shorts)
    return shorts


def check(shorts):
    for i, a in enumerate(shorts):
        for b in shorts[i + 1:]:
            if (a.match ^ b.match) & a.mask & b.mask == 0 and a.mask == b.mask and not (a.conditions and b.conditions):
                raise Problem(f"the encodings of {a.name} and {b.name} overlap")


def write_decode(shorts):
    """C function mtia_decode16."""
    out = ["\n// The same for a word of 16 bits: the instruction that it is short for, with length 2.\n"
           "static inline bool mtia_decode16(uint32_t word, struct mtia_insn *out) {\n"
           "  switch (word & 0xe003) {\n"]
    for group in sorted({s.match & 0xE003 for s in shorts}):
        out.append(f"  case {group:#06x}:\n")
        for s in shorts:
            if s.match & 0xE003 != group:
                continue
            mask = s.mask & ~0xE003
            tests = [f"(word & {mask:#06x}) == {s.match & ~0xE003:#06x}"] if mask else []
            tests += s.conditions
            sets = ", ".join([f".op = MTIA_OP_{s.long.name}", ".len = 2"] + s.sets)
            test = f"if ({' && '.join(tests)}) " if tests else ""
            out.append(f"    {test}{{ // {s.mnemonic}\n"
                       f"      *out = (struct mtia_insn){{{sets}}};\n      return true;\n    }}\n")
        out.append("    break;\n")
    out.append("  }\n  *out = (struct mtia_insn){.op = MTIA_OP_ILLEGAL, .len = 2};\n  return false;\n}\n")
    return "".join(out)


def write_encoding(shorts):
    """A table for encoding.md; bits 15 to 0."""
    out = ["\n## C\n\nA 16-bit instruction is executed as the one that it is short for. Fields of three bits name x8 to "
           "x15 and f8 to f15.\n\n| instruction | encoding | short for |\n|---|---|---|\n"]
    for s in sorted(shorts, key=lambda s: (s.match & 3, s.match >> 13, s.mask, s.name)):
        owner = {bit: (name, index) for name, pieces in s.pieces.items() for bit, index in pieces}
        runs = []
        for bit in range(15, -1, -1):
            name, index = owner.get(bit, (None, None))
            last = runs[-1] if runs else None
            if last and last["name"] == name and (bit not in (12, 1) if name is None else last["low"] - 1 == index):
                last["low"], last["count"] = index, last["count"] + 1
                last["text"] += "" if name else str(s.match >> bit & 1)
            else:
                runs.append({"name": name, "high": index, "low": index, "count": 1,
                             "text": "" if name else str(s.match >> bit & 1)})
        text = []
        for r in runs:
            if r["name"] is None:
                text.append(r["text"])
                continue
            whole = r["count"] == len(s.pieces[r["name"]])
            bits = "" if whole else f"[{r['high']}:{r['low']}]" if r["high"] != r["low"] else f"[{r['high']}]"
            text.append(f"{r['name']}{bits}:{r['count']}")
        args = s.record["Args"].replace("$", "").replace("{", "").replace("}", "")
        out.append(f"| `{(s.mnemonic + ' ' + args).strip()}` | `{' '.join(text)}` | {s.long.mnemonic} |\n")
    return out
