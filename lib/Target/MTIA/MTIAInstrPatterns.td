//===-- MTIAInstrPatterns.td - Instruction selection -------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Selection nodes, the pseudo-instructions that only the code generator uses,
// and the patterns for RV64IM. i64 is the only legal type; a 32-bit operation is
// an i64 operation whose upper half is either not looked at or sign-extended.
//
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Selection nodes
//===----------------------------------------------------------------------===//

def SDT_CallSeqStart : SDCallSeqStart<[SDTCisVT<0, i64>, SDTCisVT<1, i64>]>;
def SDT_CallSeqEnd : SDCallSeqEnd<[SDTCisVT<0, i64>, SDTCisVT<1, i64>]>;
def SDT_MTIACall : SDTypeProfile<0, -1, [SDTCisVT<0, i64>]>;
def SDT_MTIASelectCC
    : SDTypeProfile<1, 5, [SDTCisVT<1, i64>, SDTCisVT<2, i64>,
                           SDTCisVT<3, OtherVT>, SDTCisSameAs<0, 4>,
                           SDTCisSameAs<4, 5>]>;
def SDT_MTIABrCC : SDTypeProfile<0, 4, [SDTCisVT<0, i64>, SDTCisVT<1, i64>,
                                        SDTCisVT<2, OtherVT>,
                                        SDTCisVT<3, OtherVT>]>;
def SDT_MTIAUnary : SDTypeProfile<1, 1, [SDTCisVT<0, i64>, SDTCisVT<1, i64>]>;
def SDT_MTIABinary : SDTypeProfile<1, 2, [SDTCisVT<0, i64>, SDTCisVT<1, i64>,
                                          SDTCisVT<2, i64>]>;
def SDT_MTIATernary : SDTypeProfile<1, 3, [SDTCisVT<0, i64>, SDTCisVT<1, i64>,
                                           SDTCisVT<2, i64>, SDTCisVT<3, i64>]>;
def SDT_MTIALoadAddr : SDTypeProfile<1, 1, [SDTCisVT<0, i64>, SDTCisVT<1, i64>]>;

def callseq_start : SDNode<"ISD::CALLSEQ_START", SDT_CallSeqStart,
                           [SDNPHasChain, SDNPOutGlue]>;
def callseq_end : SDNode<"ISD::CALLSEQ_END", SDT_CallSeqEnd,
                         [SDNPHasChain, SDNPOptInGlue, SDNPOutGlue]>;
def mtia_call : SDNode<"MTIAISD::CALL", SDT_MTIACall,
                       [SDNPHasChain, SDNPOptInGlue, SDNPOutGlue,
                        SDNPVariadic]>;
def mtia_tail : SDNode<"MTIAISD::TAIL", SDT_MTIACall,
                       [SDNPHasChain, SDNPOptInGlue, SDNPOutGlue,
                        SDNPVariadic]>;
def mtia_ret_glue : SDNode<"MTIAISD::RET_GLUE", SDTNone,
                           [SDNPHasChain, SDNPOptInGlue, SDNPVariadic]>;
// Return from a trap handler in machine mode.
def mtia_mret_glue : SDNode<"MTIAISD::MRET_GLUE", SDTNone,
                            [SDNPHasChain, SDNPOptInGlue]>;
// The same in supervisor mode.
def mtia_sret_glue : SDNode<"MTIAISD::SRET_GLUE", SDTNone,
                            [SDNPHasChain, SDNPOptInGlue]>;

// lhs, rhs, condition, true value, false value.
def mtia_selectcc : SDNode<"MTIAISD::SELECT_CC", SDT_MTIASelectCC>;
// lhs, rhs, condition, destination.
def mtia_brcc : SDNode<"MTIAISD::BR_CC", SDT_MTIABrCC, [SDNPHasChain]>;

// The upper 20 bits of an absolute address, and the addition of the lower 12.
def mtia_hi : SDNode<"MTIAISD::HI", SDT_MTIALoadAddr>;
def mtia_add_lo : SDNode<"MTIAISD::ADD_LO", SDT_MTIABinary>;
// The PC-relative address of a symbol, 2 GB either way.
def mtia_lla : SDNode<"MTIAISD::LLA", SDT_MTIALoadAddr>;
// The address of a symbol, loaded from the global offset table.
def mtia_lga : SDNode<"MTIAISD::LGA", SDT_MTIALoadAddr,
                      [SDNPHasChain, SDNPMayLoad, SDNPMemOperand]>;
// The offset of a thread-local symbol from tp, loaded from the GOT.
def mtia_la_tls_ie : SDNode<"MTIAISD::LA_TLS_IE", SDT_MTIALoadAddr,
                            [SDNPHasChain, SDNPMayLoad, SDNPMemOperand]>;
// The address of the GOT's entries from which __tls_get_addr finds a symbol.
def mtia_la_tls_gd : SDNode<"MTIAISD::LA_TLS_GD", SDT_MTIALoadAddr>;
// tp plus the upper part of a symbol's offset; the third operand names the
// symbol for the linker.
def mtia_add_tprel : SDNode<"MTIAISD::ADD_TPREL", SDT_MTIATernary>;

// 32-bit operations whose result is sign-extended; the upper halves of the
// operands (for shifts: all but five bits of the amount) are ignored. They stand
// for i32 operations that have no i64 counterpart of the same meaning.
def mtia_sllw : SDNode<"MTIAISD::SLLW", SDT_MTIABinary>;
def mtia_sraw : SDNode<"MTIAISD::SRAW", SDT_MTIABinary>;
def mtia_srlw : SDNode<"MTIAISD::SRLW", SDT_MTIABinary>;
def mtia_divw : SDNode<"MTIAISD::DIVW", SDT_MTIABinary>;
def mtia_divuw : SDNode<"MTIAISD::DIVUW", SDT_MTIABinary>;
def mtia_remw : SDNode<"MTIAISD::REMW", SDT_MTIABinary>;
def mtia_remuw : SDNode<"MTIAISD::REMUW", SDT_MTIABinary>;
// Signed times unsigned, upper half.
def mtia_mulhsu : SDNode<"MTIAISD::MULHSU", SDT_MTIABinary>;

// Control and status registers: result, number; and the writing forms.
def SDT_MTIAReadCSR : SDTypeProfile<1, 1, [SDTCisVT<0, i64>, SDTCisVT<1, i64>]>;
def mtia_read_csr : SDNode<"MTIAISD::READ_CSR", SDT_MTIAReadCSR,
                           [SDNPHasChain]>;

//===----------------------------------------------------------------------===//
// Immediates
//===----------------------------------------------------------------------===//

def NegateImm : SDNodeXForm<imm, [{
  return CurDAG->getSignedTargetConstant(-N->getSExtValue(), SDLoc(N),
                                         N->getValueType(0));
}]>;
def ImmPlusOne : SDNodeXForm<imm, [{
  return CurDAG->getSignedTargetConstant(N->getSExtValue() + 1, SDLoc(N),
                                         N->getValueType(0));
}]>;
def ImmMinusOne : SDNodeXForm<imm, [{
  return CurDAG->getSignedTargetConstant(N->getSExtValue() - 1, SDLoc(N),
                                         N->getValueType(0));
}]>;
// 32 - imm and 64 - imm, for pairs of shifts.
def ImmSub32 : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(N->getZExtValue() - 32, SDLoc(N),
                                   N->getValueType(0));
}]>;
// The number of zeros above a mask of trailing ones.
def MaskLeadingZeros : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(llvm::countl_zero(N->getZExtValue()),
                                   SDLoc(N), N->getValueType(0));
}]>;
// The number of zeros below a mask of leading ones.
def MaskTrailingZeros : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(llvm::countr_zero(N->getZExtValue()),
                                   SDLoc(N), N->getValueType(0));
}]>;
// The halves of an addend that takes two additions of immediates.
def AddendFirst : SDNodeXForm<imm, [{
  int64_t Imm = N->getSExtValue();
  return CurDAG->getSignedTargetConstant(Imm < 0 ? -2048 : 2047, SDLoc(N),
                                         N->getValueType(0));
}]>;
def AddendRest : SDNodeXForm<imm, [{
  int64_t Imm = N->getSExtValue();
  return CurDAG->getSignedTargetConstant(Imm - (Imm < 0 ? -2048 : 2047),
                                         SDLoc(N), N->getValueType(0));
}]>;

def immS12 : ImmLeaf<i64, [{ return isInt<12>(Imm); }]>;
// -2047..2048: its negation fits twelve bits, it does not.
def immNegS12 : ImmLeaf<i64, [{ return isInt<12>(-Imm); }]>;
def immS12PlusOne : ImmLeaf<i64, [{
  return isInt<12>(Imm - 1) && Imm != 0;
}]>;
def immS12MinusOne : ImmLeaf<i64, [{ return isInt<12>(Imm + 1); }]>;
def immU6 : ImmLeaf<i64, [{ return isUInt<6>(Imm); }]>;
def immU5 : ImmLeaf<i64, [{ return isUInt<5>(Imm); }]>;
def immTwoAdds : ImmLeaf<i64, [{
  return (Imm >= -4096 && Imm <= -2049) || (Imm >= 2048 && Imm <= 4094);
}]>;
def immTrailingOnes : ImmLeaf<i64, [{
  return !isInt<12>(Imm) && isMask_64(Imm);
}]>;
def immLeadingOnes : ImmLeaf<i64, [{
  return !isInt<12>(Imm) && isMask_64(~Imm);
}]>;

//===----------------------------------------------------------------------===//
// Complex patterns
//===----------------------------------------------------------------------===//

def AddrRegImm : ComplexPattern<i64, 2, "selectAddrRegImm">;
// A shift amount without the masking that the hardware does anyway.
def ShiftMask64 : ComplexPattern<i64, 1, "selectShiftMask64", [], [], 0>;
def ShiftMask32 : ComplexPattern<i64, 1, "selectShiftMask32", [], [], 0>;
// A value that is the sign (zero) extension of its lower half.
def SExt32 : ComplexPattern<i64, 1, "selectSExt32">;
def ZExt32 : ComplexPattern<i64, 1, "selectZExt32">;

class OneUse<SDPatternOperator op>
    : PatFrag<(ops node:$a, node:$b), (op node:$a, node:$b),
              [{ return N->hasOneUse(); }]>;
def and_oneuse : OneUse<and>;
def add_oneuse : OneUse<add>;

// Only the lower 32 bits of the result are looked at.
class WUsers<SDPatternOperator op>
    : PatFrag<(ops node:$a, node:$b), (op node:$a, node:$b),
              [{ return hasAllWUsers(N); }]>;

//===----------------------------------------------------------------------===//
// Pseudo-instructions
//===----------------------------------------------------------------------===//

class CodeGenPseudo<dag outs, dag ins, list<dag> pattern = [], string asm = "">
    : Instruction {
  let Namespace = "MTIA";
  let OutOperandList = outs;
  let InOperandList = ins;
  let AsmString = asm;
  let Pattern = pattern;
  let isPseudo = 1;
  let isCodeGenOnly = 1;
  let hasSideEffects = 0;
  let mayLoad = 0;
  let mayStore = 0;
}

def brtarget_cg : Operand<OtherVT>;

let Defs = [X2], Uses = [X2], hasSideEffects = 1, Size = 0 in {
def ADJCALLSTACKDOWN
    : CodeGenPseudo<(outs), (ins i64imm:$amt1, i64imm:$amt2),
                    [(callseq_start timm:$amt1, timm:$amt2)]>;
def ADJCALLSTACKUP
    : CodeGenPseudo<(outs), (ins i64imm:$amt1, i64imm:$amt2),
                    [(callseq_end timm:$amt1, timm:$amt2)]>;
}

// A branch around the false value; the condition is an MTIACC::CondCode.
let usesCustomInserter = 1, Size = 0 in
def PseudoSelect
    : CodeGenPseudo<(outs GPR:$dst), (ins GPR:$lhs, GPR:$rhs, i64imm:$cc,
                                          GPR:$truev, GPR:$falsev)>;

let isBarrier = 1, isBranch = 1, isTerminator = 1, Size = 4 in {
def PseudoBR : CodeGenPseudo<(outs), (ins brtarget_cg:$dst), [(br bb:$dst)]>,
               PseudoInstExpansion<(JAL X0, simm21_lsb0_jal:$dst)>,
               Sched<[WriteJmp]>;
let isIndirectBranch = 1 in
def PseudoBRIND
    : CodeGenPseudo<(outs), (ins GPRJALR:$rs1, simm12:$imm12)>,
      PseudoInstExpansion<(JALR X0, GPR:$rs1, simm12:$imm12)>,
      Sched<[WriteJmp]>;
}

let isBarrier = 1, isReturn = 1, isTerminator = 1, Size = 4 in
def PseudoRET : CodeGenPseudo<(outs), (ins), [(mtia_ret_glue)]>,
                PseudoInstExpansion<(JALR X0, X1, 0)>, Sched<[WriteJmp]>;

let isCall = 1, Defs = [X1], Size = 4 in
def PseudoCallIndirect
    : CodeGenPseudo<(outs), (ins GPRJALR:$rs1), [(mtia_call GPRJALR:$rs1)]>,
      PseudoInstExpansion<(JALR X1, GPR:$rs1, 0)>, Sched<[WriteJmp]>;

let isCall = 1, isTerminator = 1, isReturn = 1, isBarrier = 1, Uses = [X2],
    Size = 4 in
def PseudoTailIndirect
    : CodeGenPseudo<(outs), (ins GPRTC:$rs1), [(mtia_tail GPRTC:$rs1)]>,
      PseudoInstExpansion<(JALR X0, GPR:$rs1, 0)>, Sched<[WriteJmp]>;

// Pairs of AUIPC and a second instruction that refers to it by a label.
let Size = 8, isReMaterializable = 1 in
def PseudoAddrPCRel
    : CodeGenPseudo<(outs GPR:$rd), (ins i64imm:$sym)>, Sched<[WriteIALU]>;
let Size = 8 in
def PseudoAddrTLSGD
    : CodeGenPseudo<(outs GPR:$rd), (ins i64imm:$sym)>, Sched<[WriteIALU]>;
let Size = 8, mayLoad = 1 in {
def PseudoAddrGOT
    : CodeGenPseudo<(outs GPR:$rd), (ins i64imm:$sym)>, Sched<[WriteLoad]>;
def PseudoAddrTLSIE
    : CodeGenPseudo<(outs GPR:$rd), (ins i64imm:$sym)>, Sched<[WriteLoad]>;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

class PatGprGpr<SDPatternOperator op, Instruction inst>
    : Pat<(i64 (op (i64 GPR:$rs1), (i64 GPR:$rs2))),
          (inst GPR:$rs1, GPR:$rs2)>;
class PatGprImm<SDPatternOperator op, Instruction inst>
    : Pat<(i64 (op (i64 GPR:$rs1), immS12:$imm)), (inst GPR:$rs1, imm:$imm)>;
class PatShamt6<SDPatternOperator op, Instruction inst>
    : Pat<(i64 (op (i64 GPR:$rs1), immU6:$imm)), (inst GPR:$rs1, imm:$imm)>;
class SExtInReg32<dag d> {
  dag ret = (sext_inreg d, i32);
}

def : PatGprGpr<add, ADD>;
def : PatGprImm<add, ADDI>;
def : PatGprGpr<sub, SUB>;
def : PatGprGpr<and, AND>;
def : PatGprImm<and, ANDI>;
def : PatGprGpr<or, OR>;
def : PatGprImm<or, ORI>;
def : PatGprGpr<xor, XOR>;
def : PatGprImm<xor, XORI>;

def : PatShamt6<shl, SLLI>;
def : PatShamt6<srl, SRLI>;
def : PatShamt6<sra, SRAI>;
def : Pat<(shl GPR:$rs1, (ShiftMask64 GPR:$rs2)), (SLL GPR:$rs1, GPR:$rs2)>;
def : Pat<(srl GPR:$rs1, (ShiftMask64 GPR:$rs2)), (SRL GPR:$rs1, GPR:$rs2)>;
def : Pat<(sra GPR:$rs1, (ShiftMask64 GPR:$rs2)), (SRA GPR:$rs1, GPR:$rs2)>;

// A disjoint or is an addition; both have an immediate form, so only the
// 32-bit form matters.
def : Pat<(i64 (sext_inreg GPR:$rs1, i32)), (ADDIW GPR:$rs1, 0)>;
def : Pat<(i64 (sext_inreg (add GPR:$rs1, GPR:$rs2), i32)),
          (ADDW GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (sext_inreg (add GPR:$rs1, immS12:$imm), i32)),
          (ADDIW GPR:$rs1, imm:$imm)>;
def : Pat<(i64 (sext_inreg (sub GPR:$rs1, GPR:$rs2), i32)),
          (SUBW GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (sext_inreg (shl GPR:$rs1, immU5:$imm), i32)),
          (SLLIW GPR:$rs1, imm:$imm)>;
def : Pat<(i64 (mtia_sllw GPR:$rs1, (ShiftMask32 GPR:$rs2))),
          (SLLW GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (mtia_srlw GPR:$rs1, (ShiftMask32 GPR:$rs2))),
          (SRLW GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (mtia_sraw GPR:$rs1, (ShiftMask32 GPR:$rs2))),
          (SRAW GPR:$rs1, GPR:$rs2)>;

// Nobody looks at the upper half: the W form gives a sign-extended result, which
// makes later extensions redundant.
def : PatGprGpr<WUsers<add>, ADDW>;
def : Pat<(i64 (WUsers<add> GPR:$rs1, immS12:$imm)),
          (ADDIW GPR:$rs1, imm:$imm)>;
def : PatGprGpr<WUsers<sub>, SUBW>;
def : Pat<(i64 (WUsers<shl> GPR:$rs1, immU5:$imm)),
          (SLLIW GPR:$rs1, imm:$imm)>;

// Two additions are shorter than LUI, ADDI(W), ADD and need no register.
def : Pat<(i64 (add_oneuse GPR:$rs1, immTwoAdds:$imm)),
          (ADDI (i64 (ADDI GPR:$rs1, (AddendFirst imm:$imm))),
                (AddendRest imm:$imm))>;
def : Pat<(i64 (sext_inreg (add_oneuse GPR:$rs1, immTwoAdds:$imm), i32)),
          (ADDIW (i64 (ADDIW GPR:$rs1, (AddendFirst imm:$imm))),
                 (AddendRest imm:$imm))>;

// Masks too wide for ANDI.
def : Pat<(i64 (and GPR:$rs1, immTrailingOnes:$mask)),
          (SRLI (i64 (SLLI GPR:$rs1, (MaskLeadingZeros imm:$mask))),
                (MaskLeadingZeros imm:$mask))>;
def : Pat<(i64 (and GPR:$rs1, immLeadingOnes:$mask)),
          (SLLI (i64 (SRLI GPR:$rs1, (MaskTrailingZeros imm:$mask))),
                (MaskTrailingZeros imm:$mask))>;

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

def : PatGprGpr<setlt, SLT>;
def : PatGprImm<setlt, SLTI>;
def : PatGprGpr<setult, SLTU>;
def : PatGprImm<setult, SLTIU>;

def : Pat<(i64 (seteq GPR:$rs1, 0)), (SLTIU GPR:$rs1, 1)>;
def : Pat<(i64 (seteq GPR:$rs1, GPR:$rs2)),
          (SLTIU (i64 (XOR GPR:$rs1, GPR:$rs2)), 1)>;
def : Pat<(i64 (seteq GPR:$rs1, -2048)),
          (SLTIU (i64 (XORI GPR:$rs1, -2048)), 1)>;
def : Pat<(i64 (seteq GPR:$rs1, immNegS12:$imm)),
          (SLTIU (i64 (ADDI GPR:$rs1, (NegateImm imm:$imm))), 1)>;
def : Pat<(i64 (setne GPR:$rs1, 0)), (SLTU (i64 X0), GPR:$rs1)>;
def : Pat<(i64 (setne GPR:$rs1, GPR:$rs2)),
          (SLTU (i64 X0), (i64 (XOR GPR:$rs1, GPR:$rs2)))>;
def : Pat<(i64 (setne GPR:$rs1, -2048)),
          (SLTU (i64 X0), (i64 (XORI GPR:$rs1, -2048)))>;
def : Pat<(i64 (setne GPR:$rs1, immNegS12:$imm)),
          (SLTU (i64 X0), (i64 (ADDI GPR:$rs1, (NegateImm imm:$imm))))>;
def : Pat<(i64 (setne GPR:$rs1, -1)), (SLTIU GPR:$rs1, -1)>;

def : Pat<(i64 (setgt GPR:$rs1, GPR:$rs2)), (SLT GPR:$rs2, GPR:$rs1)>;
def : Pat<(i64 (setugt GPR:$rs1, GPR:$rs2)), (SLTU GPR:$rs2, GPR:$rs1)>;
def : Pat<(i64 (setge GPR:$rs1, GPR:$rs2)),
          (XORI (i64 (SLT GPR:$rs1, GPR:$rs2)), 1)>;
def : Pat<(i64 (setuge GPR:$rs1, GPR:$rs2)),
          (XORI (i64 (SLTU GPR:$rs1, GPR:$rs2)), 1)>;
def : Pat<(i64 (setge GPR:$rs1, immS12:$imm)),
          (XORI (i64 (SLTI GPR:$rs1, imm:$imm)), 1)>;
def : Pat<(i64 (setuge GPR:$rs1, immS12:$imm)),
          (XORI (i64 (SLTIU GPR:$rs1, imm:$imm)), 1)>;
def : Pat<(i64 (setle GPR:$rs1, GPR:$rs2)),
          (XORI (i64 (SLT GPR:$rs2, GPR:$rs1)), 1)>;
def : Pat<(i64 (setule GPR:$rs1, GPR:$rs2)),
          (XORI (i64 (SLTU GPR:$rs2, GPR:$rs1)), 1)>;
def : Pat<(i64 (setgt GPR:$rs1, 0)), (SLT (i64 X0), GPR:$rs1)>;
def : Pat<(i64 (setgt GPR:$rs1, immS12MinusOne:$imm)),
          (XORI (i64 (SLTI GPR:$rs1, (ImmPlusOne imm:$imm))), 1)>;
// x >u -1 never holds and is folded before; -1 + 1 would compare with 0.
def immU12MinusOne : ImmLeaf<i64, [{ return isInt<12>(Imm + 1) && Imm != -1; }]>;
def : Pat<(i64 (setugt GPR:$rs1, immU12MinusOne:$imm)),
          (XORI (i64 (SLTIU GPR:$rs1, (ImmPlusOne imm:$imm))), 1)>;

//===----------------------------------------------------------------------===//
// Branches, selects, calls
//===----------------------------------------------------------------------===//

// The numbers are MTIACC::CondCode.
multiclass CondPats<CondCode cc, Instruction branch, int num> {
  def : Pat<(mtia_brcc (i64 GPR:$rs1), GPR:$rs2, cc, bb:$dst),
            (branch GPR:$rs1, GPR:$rs2, bb:$dst)>;
  // The fast register allocator doesn't find x0 behind a copy.
  def : Pat<(mtia_brcc (i64 GPR:$rs1), 0, cc, bb:$dst),
            (branch GPR:$rs1, (i64 X0), bb:$dst)>;
  def : Pat<(i64 (mtia_selectcc (i64 GPR:$lhs), GPR:$rhs, cc, GPR:$t, GPR:$f)),
            (PseudoSelect GPR:$lhs, GPR:$rhs, num, GPR:$t, GPR:$f)>;
}
defm : CondPats<SETEQ, BEQ, 0>;
defm : CondPats<SETNE, BNE, 1>;
defm : CondPats<SETLT, BLT, 2>;
defm : CondPats<SETGE, BGE, 3>;
defm : CondPats<SETULT, BLTU, 4>;
defm : CondPats<SETUGE, BGEU, 5>;

def : Pat<(brind GPRJALR:$rs1), (PseudoBRIND GPRJALR:$rs1, 0)>;
def : Pat<(brind (add GPRJALR:$rs1, immS12:$imm)),
          (PseudoBRIND GPRJALR:$rs1, imm:$imm)>;

def : Pat<(mtia_call tglobaladdr:$func), (PseudoCALL tglobaladdr:$func)>;
def : Pat<(mtia_call texternalsym:$func), (PseudoCALL texternalsym:$func)>;
def : Pat<(mtia_tail (i64 tglobaladdr:$func)),
          (PseudoTAIL tglobaladdr:$func)>;
def : Pat<(mtia_tail (i64 texternalsym:$func)),
          (PseudoTAIL texternalsym:$func)>;
def : Pat<(mtia_mret_glue), (MRET)>;
def : Pat<(mtia_sret_glue), (SRET)>;

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

multiclass AddrPats<SDPatternOperator sym> {
  def : Pat<(i64 (mtia_hi sym:$in)), (LUI sym:$in)>;
  def : Pat<(i64 (mtia_add_lo GPR:$hi, sym:$lo)), (ADDI GPR:$hi, sym:$lo)>;
  def : Pat<(i64 (mtia_lla sym:$in)), (PseudoAddrPCRel sym:$in)>;
  def : Pat<(i64 (mtia_lga sym:$in)), (PseudoAddrGOT sym:$in)>;
}
defm : AddrPats<tglobaladdr>;
defm : AddrPats<tblockaddress>;
defm : AddrPats<tjumptable>;
defm : AddrPats<tconstpool>;
defm : AddrPats<texternalsym>;
defm : AddrPats<tglobaltlsaddr>;
def : Pat<(i64 (mtia_la_tls_ie tglobaltlsaddr:$in)),
          (PseudoAddrTLSIE tglobaltlsaddr:$in)>;
def : Pat<(i64 (mtia_la_tls_gd tglobaltlsaddr:$in)),
          (PseudoAddrTLSGD tglobaltlsaddr:$in)>;
def : Pat<(i64 (mtia_add_tprel GPR:$rs1, GPR:$rs2, tglobaltlsaddr:$src)),
          (PseudoAddTPRel GPR:$rs1, GPR:$rs2, tglobaltlsaddr:$src)>;

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

class LoadPat<PatFrag op, Instruction inst>
    : Pat<(i64 (op (AddrRegImm (i64 GPR:$rs1), immS12:$imm))),
          (inst GPR:$rs1, immS12:$imm)>;
class StorePat<PatFrag op, Instruction inst>
    : Pat<(op (i64 GPR:$rs2), (AddrRegImm (i64 GPR:$rs1), immS12:$imm)),
          (inst GPR:$rs2, GPR:$rs1, immS12:$imm)>;

def : LoadPat<sextloadi8, LB>;
def : LoadPat<extloadi8, LBU>;
def : LoadPat<zextloadi8, LBU>;
def : LoadPat<sextloadi16, LH>;
def : LoadPat<extloadi16, LH>;
def : LoadPat<zextloadi16, LHU>;
def : LoadPat<sextloadi32, LW>;
def : LoadPat<extloadi32, LW>;
def : LoadPat<zextloadi32, LWU>;
def : LoadPat<load, LD>;
def : StorePat<truncstorei8, SB>;
def : StorePat<truncstorei16, SH>;
def : StorePat<truncstorei32, SW>;
def : StorePat<store, SD>;

//===----------------------------------------------------------------------===//
// M: multiplication and division
//===----------------------------------------------------------------------===//

let Predicates = [HasStdExtM] in {
def : PatGprGpr<mul, MUL>;
def : PatGprGpr<mulhs, MULH>;
def : PatGprGpr<mulhu, MULHU>;
def : PatGprGpr<mtia_mulhsu, MULHSU>;
def : PatGprGpr<sdiv, DIV>;
def : PatGprGpr<udiv, DIVU>;
def : PatGprGpr<srem, REM>;
def : PatGprGpr<urem, REMU>;
def : PatGprGpr<mtia_divw, DIVW>;
def : PatGprGpr<mtia_divuw, DIVUW>;
def : PatGprGpr<mtia_remw, REMW>;
def : PatGprGpr<mtia_remuw, REMUW>;
def : Pat<(i64 (sext_inreg (mul GPR:$rs1, GPR:$rs2), i32)),
          (MULW GPR:$rs1, GPR:$rs2)>;
def : PatGprGpr<WUsers<mul>, MULW>;
// Where both operands are known to be sign-extended, the shorter division is as
// good: the quotient and the remainder fit, but for INT_MIN / -1, and that
// quotient is looked at by its lower half only.
def : Pat<(i64 (srem (SExt32 GPR:$rs1), (SExt32 GPR:$rs2))),
          (REMW GPR:$rs1, GPR:$rs2)>;
// The product of two zero-extended words is the upper half of the product of the
// words shifted up: two shifts in the place of four.
def : Pat<(i64 (mul (i64 (and_oneuse GPR:$rs1, 0xffffffff)),
                    (i64 (and_oneuse GPR:$rs2, 0xffffffff)))),
          (MULHU (i64 (SLLI GPR:$rs1, 32)), (i64 (SLLI GPR:$rs2, 32)))>;
}

//===----------------------------------------------------------------------===//
// Fences, traps, counters
//===----------------------------------------------------------------------===//

// The operands of FENCE are sets of (device input, device output, read, write).
def : Pat<(atomic_fence (i64 4), (timm)), (FENCE 0b0010, 0b0011)>; // acquire
def : Pat<(atomic_fence (i64 5), (timm)), (FENCE 0b0011, 0b0001)>; // release
def : Pat<(atomic_fence (i64 6), (timm)), (FENCE_TSO)>;            // acq_rel
def : Pat<(atomic_fence (i64 7), (timm)), (FENCE 0b0011, 0b0011)>; // seq_cst

def : Pat<(trap), (UNIMP)>;
def : Pat<(debugtrap), (EBREAK)>;
def : Pat<(i64 (mtia_read_csr timm:$csr)), (CSRRS csr_sysreg:$csr, (i64 X0))>;
