//===-- MTIAInstrPatternsA.td - Selection of atomic operations -*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The fences around atomic loads and stores are separate operations by now: see
// MTIAISelLoweringAtomics.cpp.
//
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Loads and stores: of an aligned location they are atomic as they are
//===----------------------------------------------------------------------===//

class AtomicLoadPat<PatFrags op, Instruction inst>
    : Pat<(i64 (op (AddrRegImm (i64 GPR:$rs1), immS12:$imm))),
          (inst GPR:$rs1, immS12:$imm)>;
class AtomicStorePat<PatFrag op, Instruction inst>
    : Pat<(op (i64 GPR:$rs2), (AddrRegImm (i64 GPR:$rs1), immS12:$imm)),
          (inst GPR:$rs2, GPR:$rs1, immS12:$imm)>;

def : AtomicLoadPat<atomic_load_asext_8, LB>;
def : AtomicLoadPat<atomic_load_asext_16, LH>;
def : AtomicLoadPat<atomic_load_asext_32, LW>;
def : AtomicLoadPat<atomic_load_zext_8, LBU>;
def : AtomicLoadPat<atomic_load_zext_16, LHU>;
def : AtomicLoadPat<atomic_load_zext_32, LWU>;
def : Pat<(i64 (atomic_load_nonext_64 (AddrRegImm (i64 GPR:$rs1), immS12:$imm))),
          (LD GPR:$rs1, immS12:$imm)>;
def : AtomicStorePat<atomic_store_8, SB>;
def : AtomicStorePat<atomic_store_16, SH>;
def : AtomicStorePat<atomic_store_32, SW>;
def : AtomicStorePat<atomic_store_64, SD>;

//===----------------------------------------------------------------------===//
// AMOs: the ordering is in the instruction
//===----------------------------------------------------------------------===//

class AMOPat<PatFrag op, Instruction inst>
    : Pat<(i64 (op (i64 GPR:$rs1), (i64 GPR:$rs2))), (inst GPR:$rs2, GPR:$rs1)>;

multiclass AMOPats<string op, string inst> {
  def : AMOPat<!cast<PatFrag>(op # "_monotonic"), !cast<Instruction>(inst)>;
  def : AMOPat<!cast<PatFrag>(op # "_acquire"), !cast<Instruction>(inst # "_AQ")>;
  def : AMOPat<!cast<PatFrag>(op # "_release"), !cast<Instruction>(inst # "_RL")>;
  def : AMOPat<!cast<PatFrag>(op # "_acq_rel"), !cast<Instruction>(inst # "_AQRL")>;
  def : AMOPat<!cast<PatFrag>(op # "_seq_cst"), !cast<Instruction>(inst # "_AQRL")>;
}

let Predicates = [HasStdExtZaamo] in
foreach op = [["atomic_swap", "AMOSWAP"], ["atomic_load_add", "AMOADD"],
              ["atomic_load_and", "AMOAND"], ["atomic_load_or", "AMOOR"],
              ["atomic_load_xor", "AMOXOR"], ["atomic_load_max", "AMOMAX"],
              ["atomic_load_min", "AMOMIN"], ["atomic_load_umax", "AMOMAXU"],
              ["atomic_load_umin", "AMOMINU"]] in {
  defm : AMOPats<op[0] # "_i32", op[1] # "_W">;
  defm : AMOPats<op[0] # "_i64", op[1] # "_D">;
}

//===----------------------------------------------------------------------===//
// LR/SC loops: pseudo-instructions that MTIAExpandAtomicPseudo expands. Results
// are written before the operands are read for the last time. The last operand
// is the AtomicOrdering. Size is that of the longest expansion.
//===----------------------------------------------------------------------===//

class AtomicPseudo<dag results, dag operands, string constraints, int size>
    : CodeGenPseudo<results, !con(operands, (ins i64imm:$ordering))> {
  let Constraints = constraints;
  let Size = size;
  let mayLoad = 1;
  let mayStore = 1;
  let hasSideEffects = 0;
}

// lr; and; not; sc; bnez
class PseudoAMO
    : AtomicPseudo<(outs GPR:$res, GPR:$scratch), (ins GPR:$addr, GPR:$incr),
                   "@earlyclobber $res,@earlyclobber $scratch", 20>;
def PseudoAtomicLoadNand32 : PseudoAMO;
def PseudoAtomicLoadNand64 : PseudoAMO;

// lr; op; (not;) xor; and; xor; sc; bnez
class PseudoMaskedAMO
    : AtomicPseudo<(outs GPR:$res, GPR:$scratch),
                   (ins GPR:$addr, GPR:$incr, GPR:$mask),
                   "@earlyclobber $res,@earlyclobber $scratch", 32>;
def PseudoMaskedAtomicSwap32 : PseudoMaskedAMO;
def PseudoMaskedAtomicLoadAdd32 : PseudoMaskedAMO;
def PseudoMaskedAtomicLoadSub32 : PseudoMaskedAMO;
def PseudoMaskedAtomicLoadNand32 : PseudoMaskedAMO;

// lr; and; mv; bgeu; xor; and; xor; sc; bnez
class PseudoMaskedAMOUMinUMax
    : AtomicPseudo<(outs GPR:$res, GPR:$scratch1, GPR:$scratch2),
                   (ins GPR:$addr, GPR:$incr, GPR:$mask),
                   "@earlyclobber $res,@earlyclobber $scratch1,"
                   "@earlyclobber $scratch2", 36>;
def PseudoMaskedAtomicLoadUMax32 : PseudoMaskedAMOUMinUMax;
def PseudoMaskedAtomicLoadUMin32 : PseudoMaskedAMOUMinUMax;

// The same with sll; sra after the first and.
class PseudoMaskedAMOMinMax
    : AtomicPseudo<(outs GPR:$res, GPR:$scratch1, GPR:$scratch2),
                   (ins GPR:$addr, GPR:$incr, GPR:$mask, GPR:$sextshamt),
                   "@earlyclobber $res,@earlyclobber $scratch1,"
                   "@earlyclobber $scratch2", 44>;
def PseudoMaskedAtomicLoadMax32 : PseudoMaskedAMOMinMax;
def PseudoMaskedAtomicLoadMin32 : PseudoMaskedAMOMinMax;

// lr; bne; sc; bnez
class PseudoCmpXchg
    : AtomicPseudo<(outs GPR:$res, GPR:$scratch),
                   (ins GPR:$addr, GPR:$cmpval, GPR:$newval),
                   "@earlyclobber $res,@earlyclobber $scratch", 16>;
def PseudoCmpXchg32 : PseudoCmpXchg;
def PseudoCmpXchg64 : PseudoCmpXchg;

// lr; and; bne; xor; and; xor; sc; bnez
def PseudoMaskedCmpXchg32
    : AtomicPseudo<(outs GPR:$res, GPR:$scratch),
                   (ins GPR:$addr, GPR:$cmpval, GPR:$newval, GPR:$mask),
                   "@earlyclobber $res,@earlyclobber $scratch", 32>;

// A pattern with the ordering as the pseudo-instruction's last operand.
class NandPat<PatFrag op, Instruction inst, int ordering>
    : Pat<(i64 (op (i64 GPR:$addr), (i64 GPR:$incr))),
          (inst GPR:$addr, GPR:$incr, ordering)>;
class CmpXchgPat<PatFrag op, Instruction inst, int ordering>
    : Pat<(i64 (op (i64 GPR:$addr), (i64 GPR:$cmp), (i64 GPR:$new))),
          (inst GPR:$addr, GPR:$cmp, GPR:$new, ordering)>;

class MaskedAMOPat<Intrinsic intrin, Instruction inst>
    : Pat<(i64 (intrin (i64 GPR:$addr), GPR:$incr, GPR:$mask, (i64 timm:$ordering))),
          (inst GPR:$addr, GPR:$incr, GPR:$mask, timm:$ordering)>;
class MaskedAMOMinMaxPat<Intrinsic intrin, Instruction inst>
    : Pat<(i64 (intrin (i64 GPR:$addr), GPR:$incr, GPR:$mask, GPR:$shift,
                       (i64 timm:$ordering))),
          (inst GPR:$addr, GPR:$incr, GPR:$mask, GPR:$shift, timm:$ordering)>;

let Predicates = [HasStdExtZalrsc] in {
// The numbers are those of AtomicOrdering.
multiclass LoopPats<string order, int ordering> {
  foreach width = ["32", "64"] in {
    def : NandPat<!cast<PatFrag>("atomic_load_nand_i" # width # "_" # order),
                  !cast<Instruction>("PseudoAtomicLoadNand" # width), ordering>;
    def : CmpXchgPat<!cast<PatFrag>("atomic_cmp_swap_i" # width # "_" # order),
                     !cast<Instruction>("PseudoCmpXchg" # width), ordering>;
  }
}
defm : LoopPats<"monotonic", 2>;
defm : LoopPats<"acquire", 4>;
defm : LoopPats<"release", 5>;
defm : LoopPats<"acq_rel", 6>;
defm : LoopPats<"seq_cst", 7>;

def : MaskedAMOPat<int_riscv_masked_atomicrmw_xchg, PseudoMaskedAtomicSwap32>;
def : MaskedAMOPat<int_riscv_masked_atomicrmw_add, PseudoMaskedAtomicLoadAdd32>;
def : MaskedAMOPat<int_riscv_masked_atomicrmw_sub, PseudoMaskedAtomicLoadSub32>;
def : MaskedAMOPat<int_riscv_masked_atomicrmw_nand, PseudoMaskedAtomicLoadNand32>;
def : MaskedAMOPat<int_riscv_masked_atomicrmw_umax, PseudoMaskedAtomicLoadUMax32>;
def : MaskedAMOPat<int_riscv_masked_atomicrmw_umin, PseudoMaskedAtomicLoadUMin32>;
def : MaskedAMOMinMaxPat<int_riscv_masked_atomicrmw_max, PseudoMaskedAtomicLoadMax32>;
def : MaskedAMOMinMaxPat<int_riscv_masked_atomicrmw_min, PseudoMaskedAtomicLoadMin32>;

def : Pat<(i64 (int_riscv_masked_cmpxchg (i64 GPR:$addr), GPR:$cmp, GPR:$new,
                                         GPR:$mask, (i64 timm:$ordering))),
          (PseudoMaskedCmpXchg32 GPR:$addr, GPR:$cmp, GPR:$new, GPR:$mask,
                                 timm:$ordering)>;
} // Predicates
