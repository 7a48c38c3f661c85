//===-- MTIAInstrPatternsZb.td - Patterns: Zb*, Zicond ----*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The 32-bit operations that have no 64-bit counterpart of the same lower half.
def mtia_clzw : SDNode<"MTIAISD::CLZW", SDT_MTIAUnary>;
def mtia_ctzw : SDNode<"MTIAISD::CTZW", SDT_MTIAUnary>;
def mtia_rolw : SDNode<"MTIAISD::ROLW", SDT_MTIABinary>;
def mtia_rorw : SDNode<"MTIAISD::RORW", SDT_MTIABinary>;
// The first operand, or 0 if the second is (eqz) or isn't (nez) zero.
def mtia_czero_eqz : SDNode<"MTIAISD::CZERO_EQZ", SDT_MTIABinary>;
def mtia_czero_nez : SDNode<"MTIAISD::CZERO_NEZ", SDT_MTIABinary>;

//===----------------------------------------------------------------------===//
// Zba
//===----------------------------------------------------------------------===//

// Operands of a scaled addition that need fewer instructions than they look like:
// the shifts and masks of an index. The shift is 1 to 3.
class ShAddOp<int n> : ComplexPattern<i64, 1, "selectShAddOp<"#n#">", [], [], 6>;
class ShAddUWOp<int n> : ComplexPattern<i64, 1, "selectShAddUWOp<"#n#">", [], [], 6>;

// Not a constant that ADDI would add.
def non_imm12 : PatLeaf<(i64 GPR:$a), [{
  auto *C = dyn_cast<ConstantSDNode>(N);
  return !C || !isInt<12>(C->getSExtValue());
}]>;
def add_disjoint : PatFrags<(ops node:$lhs, node:$rhs),
                            [(add node:$lhs, node:$rhs), (or_disjoint node:$lhs, node:$rhs)]>;

// A word moved up by n: bits n to 31 + n.
class WordAt<int n> : ImmLeaf<i64, "return (uint64_t)Imm == (UINT64_C(0xffffffff) << " # n # ");">;


// Before the pair of shifts that any mask can be.
let Predicates = [HasStdExtZba], AddedComplexity = 10 in
def : Pat<(i64 (and GPR:$rs1, 0xffffffff)), (ADD_UW GPR:$rs1, (i64 X0))>;
let Predicates = [HasStdExtZba] in {
def : Pat<(i64 (add_disjoint (and GPR:$rs1, 0xffffffff), non_imm12:$rs2)),
          (ADD_UW GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (shl (and GPR:$rs1, 0xffffffff), immU6:$shamt)),
          (SLLI_UW GPR:$rs1, immU6:$shamt)>;

foreach n = [1, 2, 3] in {
  defvar shadd = !cast<Instruction>("SH"#n#"ADD");
  defvar shadduw = !cast<Instruction>("SH"#n#"ADD_UW");
  def : Pat<(i64 (add_disjoint (shl GPR:$rs1, (i64 n)), non_imm12:$rs2)),
            (shadd GPR:$rs1, GPR:$rs2)>;
  def : Pat<(i64 (add_disjoint ShAddOp<n>:$rs1, non_imm12:$rs2)),
            (shadd ShAddOp<n>:$rs1, GPR:$rs2)>;
  def : Pat<(i64 (add_disjoint (shl (and GPR:$rs1, 0xffffffff), (i64 n)), non_imm12:$rs2)),
            (shadduw GPR:$rs1, GPR:$rs2)>;
  def : Pat<(i64 (add_disjoint (and (shl GPR:$rs1, (i64 n)), WordAt<n>), non_imm12:$rs2)),
            (shadduw GPR:$rs1, GPR:$rs2)>;
  def : Pat<(i64 (add_disjoint ShAddUWOp<n>:$rs1, non_imm12:$rs2)),
            (shadduw ShAddUWOp<n>:$rs1, GPR:$rs2)>;
}
}

//===----------------------------------------------------------------------===//
// Zbb
//===----------------------------------------------------------------------===//

class PatGpr<SDPatternOperator op, Instruction inst>
    : Pat<(i64 (op (i64 GPR:$rs1))), (inst GPR:$rs1)>;

// A constant whose complement is cheaper to make, or shared with other uses that
// complement too.
def InvertedImm : ComplexPattern<i64, 1, "selectInvertedImm", [], [], 0>;

// There is no instruction for a constant to the left: the other way round.
def ImmFrom64 : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant((64 - N->getZExtValue()) & 63, SDLoc(N), N->getValueType(0));
}]>;
def ImmFrom32 : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant((32 - N->getZExtValue()) & 31, SDLoc(N), N->getValueType(0));
}]>;

let Predicates = [HasStdExtZbb] in {
def : Pat<(i64 (and GPR:$rs1, (not GPR:$rs2))), (ANDN GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (or GPR:$rs1, (not GPR:$rs2))), (ORN GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (xor GPR:$rs1, (not GPR:$rs2))), (XNOR GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (not (xor GPR:$rs1, GPR:$rs2))), (XNOR GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (and GPR:$rs1, InvertedImm:$rs2)), (ANDN GPR:$rs1, InvertedImm:$rs2)>;
def : Pat<(i64 (or GPR:$rs1, InvertedImm:$rs2)), (ORN GPR:$rs1, InvertedImm:$rs2)>;
def : Pat<(i64 (xor GPR:$rs1, InvertedImm:$rs2)), (XNOR GPR:$rs1, InvertedImm:$rs2)>;

def : PatGpr<ctlz, CLZ>;
def : PatGpr<cttz, CTZ>;
def : PatGpr<ctpop, CPOP>;
def : PatGpr<int_riscv_orc_b, ORC_B>;
def : PatGpr<mtia_clzw, CLZW>;
def : PatGpr<mtia_ctzw, CTZW>;
def : Pat<(i64 (ctpop (i64 (and GPR:$rs1, 0xffffffff)))), (CPOPW GPR:$rs1)>;

def : PatGprGpr<smin, MIN>;
def : PatGprGpr<umin, MINU>;
def : PatGprGpr<smax, MAX>;
def : PatGprGpr<umax, MAXU>;

def : Pat<(i64 (sext_inreg GPR:$rs1, i8)), (SEXT_B GPR:$rs1)>;
def : Pat<(i64 (sext_inreg GPR:$rs1, i16)), (SEXT_H GPR:$rs1)>;
let AddedComplexity = 10 in
def : Pat<(i64 (and GPR:$rs1, 0xffff)), (ZEXT_H GPR:$rs1)>;

def : PatGpr<bswap, REV8>;

def : Pat<(i64 (rotl GPR:$rs1, (ShiftMask64 GPR:$rs2))), (ROL GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (rotr GPR:$rs1, (ShiftMask64 GPR:$rs2))), (ROR GPR:$rs1, GPR:$rs2)>;
def : PatShamt6<rotr, RORI>;
def : Pat<(i64 (rotl GPR:$rs1, immU6:$imm)), (RORI GPR:$rs1, (ImmFrom64 imm:$imm))>;

def : Pat<(i64 (mtia_rolw GPR:$rs1, (ShiftMask32 GPR:$rs2))), (ROLW GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (mtia_rorw GPR:$rs1, (ShiftMask32 GPR:$rs2))), (RORW GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (mtia_rorw GPR:$rs1, immU5:$imm)), (RORIW GPR:$rs1, imm:$imm)>;
def : Pat<(i64 (mtia_rolw GPR:$rs1, immU5:$imm)), (RORIW GPR:$rs1, (ImmFrom32 imm:$imm))>;
}

//===----------------------------------------------------------------------===//
// Zbs
//===----------------------------------------------------------------------===//

def TrailingZeros : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(llvm::countr_zero(N->getZExtValue()), SDLoc(N),
                                   N->getValueType(0));
}]>;
def TrailingOnes : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(llvm::countr_one(N->getZExtValue()), SDLoc(N),
                                   N->getValueType(0));
}]>;
// One bit set, or one clear, that the 12-bit forms don't reach.
def immOneBit : ImmLeaf<i64, [{ return !isInt<12>(Imm) && isPowerOf2_64(Imm); }]>;
def immAnyOneBit : ImmLeaf<i64, [{ return isPowerOf2_64(Imm); }]>;
def immOneClear : ImmLeaf<i64, [{ return !isInt<12>(Imm) && isPowerOf2_64(~Imm); }]>;

// Two bits that neither LUI and ADDI nor one 12-bit immediate holds.
def immTwoBits : IntImmLeaf<i64, [{
  return Imm.popcount() == 2 && !Imm.isSignedIntN(12) &&
         !(Imm.isSignedIntN(32) && isInt<12>(SignExtend64<12>(Imm.getZExtValue())) &&
           (Imm.getZExtValue() & 0xfff) == 0);
}]>;
def LowerBit : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(llvm::countr_zero(N->getZExtValue()), SDLoc(N),
                                   N->getValueType(0));
}]>;
def UpperBit : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(63 - llvm::countl_zero(N->getZExtValue()), SDLoc(N),
                                   N->getValueType(0));
}]>;
// A 12-bit value and one bit above.
def immBitAndLow : ImmLeaf<i64, [{
  uint64_t Upper = Imm & ~UINT64_C(0x7ff);
  return (Imm & 0x7ff) != 0 && isPowerOf2_64(Upper) && !isInt<12>(Imm);
}]>;
def LowEleven : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(N->getZExtValue() & 0x7ff, SDLoc(N), N->getValueType(0));
}]>;
// A 12-bit negative mask with one further bit cleared above.
def immClearAndLow : ImmLeaf<i64, [{
  uint64_t Upper = ~Imm & ~UINT64_C(0x7ff);
  return (~Imm & 0x7ff) != 0 && isPowerOf2_64(Upper) && !isInt<12>(Imm);
}]>;
def ClearLow : SDNodeXForm<imm, [{
  return CurDAG->getSignedTargetConstant(N->getSExtValue() | ~INT64_C(0x7ff), SDLoc(N),
                                         N->getValueType(0));
}]>;
def ClearBit : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(63 - llvm::countl_one(N->getZExtValue()) , SDLoc(N),
                                   N->getValueType(0));
}]>;

let Predicates = [HasStdExtZbs] in {
def : Pat<(i64 (and (not (shl 1, (ShiftMask64 GPR:$rs2))), GPR:$rs1)), (BCLR GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (and (rotl -2, (ShiftMask64 GPR:$rs2)), GPR:$rs1)), (BCLR GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (or (shl 1, (ShiftMask64 GPR:$rs2)), GPR:$rs1)), (BSET GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (xor (shl 1, (ShiftMask64 GPR:$rs2)), GPR:$rs1)), (BINV GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (shl 1, (ShiftMask64 GPR:$rs2))), (BSET (i64 X0), GPR:$rs2)>;
def : Pat<(i64 (add (shl 1, (ShiftMask64 GPR:$rs2)), -1)),
          (ADDI (i64 (BSET (i64 X0), GPR:$rs2)), -1)>;
// ~(-1 << n) is (1 << n) - 1; of words too, where n is below 32.
def : Pat<(i64 (not (shl -1, (ShiftMask64 GPR:$rs2)))),
          (ADDI (i64 (BSET (i64 X0), GPR:$rs2)), -1)>;
def : Pat<(i64 (not (mtia_sllw -1, GPR:$rs2))),
          (ADDI (i64 (BSET (i64 X0), GPR:$rs2)), -1)>;
def : Pat<(i64 (and (srl GPR:$rs1, (ShiftMask64 GPR:$rs2)), 1)), (BEXT GPR:$rs1, GPR:$rs2)>;
def : Pat<(i64 (seteq (and (srl GPR:$rs1, (ShiftMask64 GPR:$rs2)), 1), 0)),
          (XORI (i64 (BEXT GPR:$rs1, GPR:$rs2)), 1)>;

def : Pat<(i64 (and GPR:$rs1, immOneClear:$mask)), (BCLRI GPR:$rs1, (TrailingOnes imm:$mask))>;
def : Pat<(i64 (or GPR:$rs1, immOneBit:$mask)), (BSETI GPR:$rs1, (TrailingZeros imm:$mask))>;
def : Pat<(i64 (xor GPR:$rs1, immOneBit:$mask)), (BINVI GPR:$rs1, (TrailingZeros imm:$mask))>;
def : Pat<(i64 (and (srl GPR:$rs1, immU6:$shamt), 1)), (BEXTI GPR:$rs1, imm:$shamt)>;
def : Pat<(i64 (seteq (and GPR:$rs1, immAnyOneBit:$mask), 0)),
          (XORI (i64 (BEXTI GPR:$rs1, (TrailingZeros imm:$mask))), 1)>;

def : Pat<(i64 (or GPR:$rs1, immTwoBits:$mask)),
          (BSETI (i64 (BSETI GPR:$rs1, (LowerBit imm:$mask))), (UpperBit imm:$mask))>;
def : Pat<(i64 (xor GPR:$rs1, immTwoBits:$mask)),
          (BINVI (i64 (BINVI GPR:$rs1, (LowerBit imm:$mask))), (UpperBit imm:$mask))>;
def : Pat<(i64 (or GPR:$rs1, immBitAndLow:$mask)),
          (BSETI (i64 (ORI GPR:$rs1, (LowEleven imm:$mask))), (UpperBit imm:$mask))>;
def : Pat<(i64 (xor GPR:$rs1, immBitAndLow:$mask)),
          (BINVI (i64 (XORI GPR:$rs1, (LowEleven imm:$mask))), (UpperBit imm:$mask))>;
def : Pat<(i64 (and GPR:$rs1, immClearAndLow:$mask)),
          (BCLRI (i64 (ANDI GPR:$rs1, (ClearLow imm:$mask))), (ClearBit imm:$mask))>;
}

//===----------------------------------------------------------------------===//
// Zicond
//===----------------------------------------------------------------------===//

let Predicates = [HasStdExtZicond] in {
def : PatGprGpr<mtia_czero_eqz, CZERO_EQZ>;
def : PatGprGpr<mtia_czero_nez, CZERO_NEZ>;
foreach node = ["eqz", "nez"] in {
  defvar op = !cast<SDPatternOperator>("mtia_czero_"#node);
  defvar other = !if(!eq(node, "eqz"), CZERO_NEZ, CZERO_EQZ);
  defvar same = !if(!eq(node, "eqz"), CZERO_EQZ, CZERO_NEZ);
  // A comparison with zero is the instruction's own.
  def : Pat<(i64 (op GPR:$rs1, (setne GPR:$rs2, (i64 0)))), (same GPR:$rs1, GPR:$rs2)>;
  def : Pat<(i64 (op GPR:$rs1, (seteq GPR:$rs2, (i64 0)))), (other GPR:$rs1, GPR:$rs2)>;
  // The difference stands for the comparison.
  def : Pat<(i64 (op GPR:$rs1, (setne GPR:$rs2, GPR:$rs3))),
            (same GPR:$rs1, (i64 (XOR GPR:$rs2, GPR:$rs3)))>;
  def : Pat<(i64 (op GPR:$rs1, (seteq GPR:$rs2, GPR:$rs3))),
            (other GPR:$rs1, (i64 (XOR GPR:$rs2, GPR:$rs3)))>;
  def : Pat<(i64 (op GPR:$rs1, (setne GPR:$rs2, immNegS12:$imm))),
            (same GPR:$rs1, (i64 (ADDI GPR:$rs2, (NegateImm imm:$imm))))>;
  def : Pat<(i64 (op GPR:$rs1, (seteq GPR:$rs2, immNegS12:$imm))),
            (other GPR:$rs1, (i64 (ADDI GPR:$rs2, (NegateImm imm:$imm))))>;
  def : Pat<(i64 (op GPR:$rs1, (setne GPR:$rs2, -2048))),
            (same GPR:$rs1, (i64 (XORI GPR:$rs2, -2048)))>;
  def : Pat<(i64 (op GPR:$rs1, (seteq GPR:$rs2, -2048))),
            (other GPR:$rs1, (i64 (XORI GPR:$rs2, -2048)))>;
  // What is inverted needs not be.
  def : Pat<(i64 (op GPR:$rs1, (setge GPR:$rs2, GPR:$rs3))),
            (other GPR:$rs1, (i64 (SLT GPR:$rs2, GPR:$rs3)))>;
  def : Pat<(i64 (op GPR:$rs1, (setuge GPR:$rs2, GPR:$rs3))),
            (other GPR:$rs1, (i64 (SLTU GPR:$rs2, GPR:$rs3)))>;
  def : Pat<(i64 (op GPR:$rs1, (setle GPR:$rs2, GPR:$rs3))),
            (other GPR:$rs1, (i64 (SLT GPR:$rs3, GPR:$rs2)))>;
  def : Pat<(i64 (op GPR:$rs1, (setule GPR:$rs2, GPR:$rs3))),
            (other GPR:$rs1, (i64 (SLTU GPR:$rs3, GPR:$rs2)))>;
  def : Pat<(i64 (op GPR:$rs1, (setge GPR:$rs2, immS12:$imm))),
            (other GPR:$rs1, (i64 (SLTI GPR:$rs2, imm:$imm)))>;
  def : Pat<(i64 (op GPR:$rs1, (setuge GPR:$rs2, immS12:$imm))),
            (other GPR:$rs1, (i64 (SLTIU GPR:$rs2, imm:$imm)))>;
  def : Pat<(i64 (op GPR:$rs1, (setgt GPR:$rs2, immS12MinusOne:$imm))),
            (other GPR:$rs1, (i64 (SLTI GPR:$rs2, (ImmPlusOne imm:$imm))))>;
  def : Pat<(i64 (op GPR:$rs1, (setugt GPR:$rs2, immU12MinusOne:$imm))),
            (other GPR:$rs1, (i64 (SLTIU GPR:$rs2, (ImmPlusOne imm:$imm))))>;
}
}
