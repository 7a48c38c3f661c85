//===-- MTIAInstrInfoW.td - What words do in 64-bit registers -*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// C's int lives in the lower half of a register. This table says, once for
// selection and for the removal of extensions:
//
//   SExt   whatever the operands are, the result is a sign-extended word
//   Words  nothing above the lower half of any register operand is looked at
//   Other  the instruction with the same lower half of the result: the one that
//          sign-extends it for one that doesn't, and the other way round
//
//===----------------------------------------------------------------------===//

class WordInfo<Instruction inst, bit sext, bit words = false, Instruction other = inst> {
  Instruction Inst = inst;
  bit SExt = sext;
  bit Words = words;
  Instruction Other = other;
}

def WordTable : GenericTable {
  let FilterClass = "WordInfo";
  let CppTypeName = "WordInfo";
  let Fields = ["Inst", "SExt", "Words", "Other"];
  let PrimaryKey = ["Inst"];
  let PrimaryKeyName = "getWordInfo";
}

// The W form, the 64-bit form.
foreach p = [[ADDW, ADD], [ADDIW, ADDI], [SUBW, SUB], [MULW, MUL], [SLLIW, SLLI]] in {
  def : WordInfo<p[0], true, true, p[1]>;
  def : WordInfo<p[1], false, false, p[0]>;
}
foreach inst = [SLLW, SRLW, SRLIW, SRAW, SRAIW, DIVW, DIVUW, REMW, REMUW,
                ROLW, RORW, RORIW, CLZW, CTZW, CPOPW, SEXT_B, SEXT_H, ZEXT_H] in
  def : WordInfo<inst, true, true>;
def : WordInfo<LW, true, false, LWU>;
def : WordInfo<LWU, false, false, LW>;
foreach inst = [LB, LBU, LH, LHU, SLT, SLTU, SLTI, SLTIU, CLZ, CTZ, CPOP, BEXT, BEXTI,
                FEQ_H, FLT_H, FLE_H, FEQ_S, FLT_S, FLE_S, FEQ_D, FLT_D, FLE_D,
                FCLASS_H, FCLASS_S, FCLASS_D, FMV_X_H, FMV_X_W,
                FCVT_W_H, FCVT_WU_H, FCVT_W_S, FCVT_WU_S, FCVT_W_D, FCVT_WU_D,
                LR_W, LR_W_AQ, LR_W_RL, LR_W_AQRL, SC_W, SC_W_AQ, SC_W_RL, SC_W_AQRL,
                SC_D, SC_D_AQ, SC_D_RL, SC_D_AQRL] in
  def : WordInfo<inst, true>;
foreach op = ["SWAP", "ADD", "AND", "OR", "XOR", "MIN", "MAX", "MINU", "MAXU"] in
  foreach order = ["", "_AQ", "_RL", "_AQRL"] in
    def : WordInfo<!cast<Instruction>("AMO"#op#"_W"#order), true>;
// From integers: the upper half of the source is ignored.
foreach inst = [FCVT_H_W, FCVT_H_WU, FCVT_S_W, FCVT_S_WU, FCVT_D_W, FCVT_D_WU, FMV_W_X, FMV_H_X] in
  def : WordInfo<inst, false, true>;
// Addresses of elements: ADD_UW, SHxADD_UW and SLLI_UW ignore the upper half of their
// first source only; MTIAWordInfo.cpp knows them.
