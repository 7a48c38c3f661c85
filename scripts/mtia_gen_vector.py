# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The vector instructions, for mtia-gen.py: tables from which the emulator executes them.

The records are those of MTIAInstrFormatsV.td, whose head says what the fields mean.
"""
from mtia_gen_compressed import Problem

# Endings of a mnemonic that say what the operands are; the rest is the operation.
FORMS = {"vv", "vx", "vi", "vf", "wv", "wx", "wi", "wf", "vvm", "vxm", "vim", "vfm", "vs", "mm", "vm"}

HEAD = """//
// A word is the instruction when (word & mask) == match; no two of them overlap.
//
// MTIA_VARITH(id, mnemonic, op, match, mask, vd, vs2, vs1, masking, reads_vd, unit)
//   op: the operation without its operands' kinds: vadd for vadd.vv, vadd.vx, vadd.vi
//   vd, vs2, vs1: what stands in bits 11..7, 24..20 and 19..15, MTIA_VK_*
//   masking: MTIA_VM_*
//   reads_vd: 1 where vd is also a source (multiply-add)
// MTIA_VMEM(id, mnemonic, match, mask, store, mode, eew, nf, masking, unit)
//   mode: MTIA_VMODE_*; eew: bits of an element, or of an index where there are any, whose
//   data then is of SEW; nf: fields of a segment, or registers of MTIA_VMODE_WHOLE
// MTIA_VSET(id, mnemonic, match, mask, unit)
//   vsetvli: vtype in bits 30..20; vsetivli: in 29..20, the length in 19..15; vsetvl
//
// The first inclusion, which must stand at file scope, declares the enums.
#ifndef MTIA_VINSN_ENUMS
#define MTIA_VINSN_ENUMS

enum mtia_vkind {
  MTIA_VK_NONE,  // part of the opcode
  MTIA_VK_SEW,   // a group of elements
  MTIA_VK_2SEW,  // a group of elements twice as wide
  MTIA_VK_SEW_2, // a half, a quarter, an eighth as wide
  MTIA_VK_SEW_4,
  MTIA_VK_SEW_8,
  MTIA_VK_E16,  // a group of 16-bit elements
  MTIA_VK_MASK, // a register of mask bits
  MTIA_VK_ELT,  // element 0
  MTIA_VK_2ELT, // element 0, twice as wide
  MTIA_VK_X,    // an integer register
  MTIA_VK_F,    // a floating-point register
  MTIA_VK_SIMM, // the field itself, signed
  MTIA_VK_UIMM,
  MTIA_VK_UIMM6, // bit 26 is its highest
  MTIA_VK_REGS1, // whole registers
  MTIA_VK_REGS2,
  MTIA_VK_REGS4,
  MTIA_VK_REGS8
};

enum mtia_vmasking {
  MTIA_VM_NONE, // never masked
  MTIA_VM_OPT,  // masked by v0 where bit 25 is 0
  MTIA_VM_CARRY // v0 is a source
};

enum mtia_vmode {
  MTIA_VMODE_UNIT,
  MTIA_VMODE_FAULT_FIRST,
  MTIA_VMODE_MASK,
  MTIA_VMODE_WHOLE,
  MTIA_VMODE_STRIDED,
  MTIA_VMODE_INDEXED,
  MTIA_VMODE_INDEXED_ORDERED
};

#endif
#ifndef MTIA_VARITH
#define MTIA_VARITH(...)
#endif
#ifndef MTIA_VMEM
#define MTIA_VMEM(...)
#endif
#ifndef MTIA_VSET
#define MTIA_VSET(...)
#endif
"""


class VectorInsn:
    def __init__(self, name, record, db):
        self.name, self.record, self.db = name, record, db
        self.mnemonic = record["Mnemonic"]
        bits = list(enumerate(record["Inst"]))
        self.mask = sum(1 << n for n, bit in bits if isinstance(bit, int))
        self.match = sum(bit << n for n, bit in bits if isinstance(bit, int))
        self.line = self.arithmetic() if "Vs2" in record else self.memory() if "EEW" in record else self.vset()

    def name_of(self, field):
        return self.db[self.record[field]["def"]]["Name"]

    @property
    def op(self):
        operation, _, form = self.mnemonic.rpartition(".")
        return (operation if form in FORMS else self.mnemonic).replace(".", "_")

    def common(self):
        return f"{self.match:#010x}, {self.mask:#010x}"

    def arithmetic(self):
        kinds = ", ".join(f"MTIA_VK_{self.name_of(field)}" for field in ("Vd", "Vs2", "Vs1"))
        return (f'MTIA_VARITH({self.name}, "{self.mnemonic}", {self.op}, {self.common()}, {kinds}, '
                f'MTIA_VM_{self.name_of("Masking")}, {self.record["ReadsVd"]}, "{self.record["TimingUnit"]}")\n')

    def memory(self):
        r = self.record
        return (f'MTIA_VMEM({self.name}, "{self.mnemonic}", {self.common()}, {r["Store"]}, '
                f'MTIA_VMODE_{self.name_of("Mode")}, {r["EEW"]}, {r["NF"]}, '
                f'MTIA_VM_{self.name_of("Masking")}, "{r["TimingUnit"]}")\n')

    def vset(self):
        return f'MTIA_VSET({self.name}, "{self.mnemonic}", {self.common()}, "{self.record["TimingUnit"]}")\n'


def load(db):
    insns = [VectorInsn(name, db[name], db) for name in db["!instanceof"]["MTIAInst"]
             if db[name]["Form"]["def"] == "FormV" and not db[name]["isPseudo"]]
    insns.sort(key=lambda i: (i.match & 0x7F, i.match >> 12 & 7, i.match, i.name))
    # Only of one major opcode and format can two overlap.
    groups = {}
    for i in insns:
        groups.setdefault(i.match & 0x707F, []).append(i)
    for group in groups.values():
        for n, a in enumerate(group):
            for b in group[n + 1:]:
                if (a.match ^ b.match) & a.mask & b.mask == 0:
                    raise Problem(f"the encodings of {a.name} and {b.name} overlap: the word "
                                  f"{a.match | b.match:#010x} is both")
    return insns


def write(insns):
    ends = "".join(f"#undef MTIA_{kind}\n" for kind in ("VARITH", "VMEM", "VSET"))
    return HEAD + "".join(i.line for i in insns) + ends
