//===-- MTIAInstrPatternsFP.td - Patterns: F, D, Zfh ------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rounding modes in the patterns: 7 is dyn, the mode in frm; 1 is rtz, 4 is rmm.
// The any_ fragments match both the plain operations and the constrained ones.
//
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Selection nodes
//===----------------------------------------------------------------------===//

def SDT_MTIAFPToInt : SDTypeProfile<1, 2, [SDTCisVT<0, i64>, SDTCisFP<1>, SDTCisVT<2, i64>]>;
def SDT_MTIAIntToFP : SDTypeProfile<1, 1, [SDTCisFP<0>, SDTCisVT<1, i64>]>;
def SDT_MTIABitsOfFP : SDTypeProfile<1, 1, [SDTCisVT<0, i64>, SDTCisFP<1>]>;
def SDT_MTIAFRound
    : SDTypeProfile<1, 3, [SDTCisFP<0>, SDTCisSameAs<0, 1>, SDTCisSameAs<0, 2>, SDTCisVT<3, i64>]>;

// To an integer of 64 bits, signed and unsigned, or of 32 bits, of which the result
// is the sign extension in both cases. The second operand is the rounding mode.
// Out of range: saturated; a NaN: the largest value.
def mtia_fcvt_x : SDNode<"MTIAISD::FCVT_X", SDT_MTIAFPToInt>;
def mtia_fcvt_xu : SDNode<"MTIAISD::FCVT_XU", SDT_MTIAFPToInt>;
def mtia_fcvt_w : SDNode<"MTIAISD::FCVT_W", SDT_MTIAFPToInt>;
def mtia_fcvt_wu : SDNode<"MTIAISD::FCVT_WU", SDT_MTIAFPToInt>;
def mtia_strict_fcvt_w
    : SDNode<"MTIAISD::STRICT_FCVT_W", SDT_MTIAFPToInt, [SDNPHasChain]> {
  let IsStrictFP = true;
}
def mtia_strict_fcvt_wu
    : SDNode<"MTIAISD::STRICT_FCVT_WU", SDT_MTIAFPToInt, [SDNPHasChain]> {
  let IsStrictFP = true;
}
def mtia_any_fcvt_w
    : PatFrags<(ops node:$src, node:$frm),
               [(mtia_fcvt_w node:$src, node:$frm), (mtia_strict_fcvt_w node:$src, node:$frm)]>;
def mtia_any_fcvt_wu
    : PatFrags<(ops node:$src, node:$frm),
               [(mtia_fcvt_wu node:$src, node:$frm), (mtia_strict_fcvt_wu node:$src, node:$frm)]>;

// Bits moved between the register files: the lower 16 or 32 of an integer register;
// the bits above those of the result are not specified.
def mtia_fmv_h_x : SDNode<"MTIAISD::FMV_H_X", SDT_MTIAIntToFP>;
def mtia_fmv_w_x : SDNode<"MTIAISD::FMV_W_X", SDT_MTIAIntToFP>;
def mtia_fmv_x_anyexth : SDNode<"MTIAISD::FMV_X_ANYEXTH", SDT_MTIABitsOfFP>;
def mtia_fmv_x_anyextw : SDNode<"MTIAISD::FMV_X_ANYEXTW", SDT_MTIABitsOfFP>;

def mtia_fclass : SDNode<"MTIAISD::FCLASS", SDT_MTIABitsOfFP>;
// fmin and fmax as the instructions have them: of a NaN and a number, the number.
def mtia_fmin : SDNode<"MTIAISD::FMIN", SDTFPBinOp>;
def mtia_fmax : SDNode<"MTIAISD::FMAX", SDTFPBinOp>;
// To an integral value: source, the magnitude from which all values are integral,
// rounding mode.
def mtia_fround : SDNode<"MTIAISD::FROUND", SDT_MTIAFRound>;

def fpimm_pos0 : PatLeaf<(fpimm), [{ return N->isExactlyValue(+0.0); }]>;

//===----------------------------------------------------------------------===//
// Pseudo-instructions
//===----------------------------------------------------------------------===//

let usesCustomInserter = 1, Size = 0 in {
// As PseudoSelect: lhs, rhs, MTIACC::CondCode, true and false value.
class PseudoSelectFP<RegisterClass rc>
    : CodeGenPseudo<(outs rc:$dst), (ins GPR:$lhs, GPR:$rhs, i64imm:$cc, rc:$truev, rc:$falsev)>;
// Rounds where the magnitude is below the limit.
let mayRaiseFPException = 1, Uses = [FRM] in
class PseudoFRoundFP<RegisterClass rc>
    : CodeGenPseudo<(outs rc:$rd), (ins rc:$rs1, rc:$limit, i64imm:$rm)>;
// Comparisons that raise no flag for a quiet NaN, by means of saving the flags.
let mayRaiseFPException = 1, hasSideEffects = 0 in
class PseudoQuietFP<RegisterClass rc>
    : CodeGenPseudo<(outs GPR:$rd), (ins rc:$rs1, rc:$rs2)>;
}
def PseudoSelectFPR16 : PseudoSelectFP<FPR16>;
def PseudoSelectFPR32 : PseudoSelectFP<FPR32>;
def PseudoSelectFPR64 : PseudoSelectFP<FPR64>;
def PseudoFROUND_H : PseudoFRoundFP<FPR16>;
def PseudoFROUND_S : PseudoFRoundFP<FPR32>;
def PseudoFROUND_D : PseudoFRoundFP<FPR64>;
def PseudoQuietFLT_H : PseudoQuietFP<FPR16>;
def PseudoQuietFLE_H : PseudoQuietFP<FPR16>;
def PseudoQuietFLT_S : PseudoQuietFP<FPR32>;
def PseudoQuietFLE_S : PseudoQuietFP<FPR32>;
def PseudoQuietFLT_D : PseudoQuietFP<FPR64>;
def PseudoQuietFLE_D : PseudoQuietFP<FPR64>;

//===----------------------------------------------------------------------===//
// Patterns of one type
//===----------------------------------------------------------------------===//

// Moves, loads and stores: what Zfhmin has of halves, too.
multiclass FPMemPats<ValueType vt, RegisterClass rc, Instruction ld, Instruction st,
                     Instruction select> {
  def : Pat<(vt (load (AddrRegImm (i64 GPR:$rs1), immS12:$imm))), (ld GPR:$rs1, immS12:$imm)>;
  def : Pat<(store (vt rc:$rs2), (AddrRegImm (i64 GPR:$rs1), immS12:$imm)),
            (st rc:$rs2, GPR:$rs1, immS12:$imm)>;
  // The numbers are MTIACC::CondCode.
  foreach c = [[SETEQ, SETNE, SETLT, SETGE, SETULT, SETUGE]] in
    foreach n = 0...5 in
      def : Pat<(vt (mtia_selectcc (i64 GPR:$lhs), GPR:$rhs, c[n], rc:$t, rc:$f)),
                (select GPR:$lhs, GPR:$rhs, n, rc:$t, rc:$f)>;
}
let Predicates = [HasStdExtZfhmin] in
defm : FPMemPats<f16, FPR16, FLH, FSH, PseudoSelectFPR16>;
let Predicates = [HasStdExtZfbfmin] in
defm : FPMemPats<bf16, FPR16, FLH, FSH, PseudoSelectFPR16>;
let Predicates = [HasStdExtF] in
defm : FPMemPats<f32, FPR32, FLW, FSW, PseudoSelectFPR32>;
let Predicates = [HasStdExtD] in
defm : FPMemPats<f64, FPR64, FLD, FSD, PseudoSelectFPR64>;

class PatFPrr<SDPatternOperator op, Instruction inst, ValueType vt, RegisterClass rc>
    : Pat<(vt (op (vt rc:$rs1), (vt rc:$rs2))), (inst rc:$rs1, rc:$rs2)>;
class PatFPrrDyn<SDPatternOperator op, Instruction inst, ValueType vt, RegisterClass rc>
    : Pat<(vt (op (vt rc:$rs1), (vt rc:$rs2))), (inst rc:$rs1, rc:$rs2, 7)>;
class PatFPSetCC<SDPatternOperator op, CondCode cc, Instruction inst, ValueType vt,
                 RegisterClass rc>
    : Pat<(i64 (op (vt rc:$rs1), rc:$rs2, cc)), (inst rc:$rs1, rc:$rs2)>;

def fma_nsz : PatFrag<(ops node:$a, node:$b, node:$c), (fma node:$a, node:$b, node:$c),
                      [{ return N->getFlags().hasNoSignedZeros(); }]>;

multiclass FPArithPats<ValueType vt, RegisterClass rc, string s> {
  defvar SGNJ = !cast<Instruction>("FSGNJ_"#s);
  defvar SGNJN = !cast<Instruction>("FSGNJN_"#s);
  defvar SGNJX = !cast<Instruction>("FSGNJX_"#s);
  defvar MIN = !cast<Instruction>("FMIN_"#s);
  defvar MAX = !cast<Instruction>("FMAX_"#s);
  defvar FEQ = !cast<Instruction>("FEQ_"#s);
  defvar FLT = !cast<Instruction>("FLT_"#s);
  defvar FLE = !cast<Instruction>("FLE_"#s);
  defvar QuietFLT = !cast<Instruction>("PseudoQuietFLT_"#s);
  defvar QuietFLE = !cast<Instruction>("PseudoQuietFLE_"#s);

  def : PatFPrrDyn<any_fadd, !cast<Instruction>("FADD_"#s), vt, rc>;
  def : PatFPrrDyn<any_fsub, !cast<Instruction>("FSUB_"#s), vt, rc>;
  def : PatFPrrDyn<any_fmul, !cast<Instruction>("FMUL_"#s), vt, rc>;
  def : PatFPrrDyn<any_fdiv, !cast<Instruction>("FDIV_"#s), vt, rc>;
  def : Pat<(vt (any_fsqrt (vt rc:$rs1))), (!cast<Instruction>("FSQRT_"#s) rc:$rs1, 7)>;

  def : Pat<(vt (fneg (vt rc:$rs1))), (SGNJN rc:$rs1, rc:$rs1)>;
  def : Pat<(vt (fabs (vt rc:$rs1))), (SGNJX rc:$rs1, rc:$rs1)>;
  def : PatFPrr<fcopysign, SGNJ, vt, rc>;
  def : Pat<(vt (fcopysign (vt rc:$rs1), (vt (fneg (vt rc:$rs2))))), (SGNJN rc:$rs1, rc:$rs2)>;

  def : Pat<(vt (any_fma (vt rc:$a), (vt rc:$b), (vt rc:$c))),
            (!cast<Instruction>("FMADD_"#s) rc:$a, rc:$b, rc:$c, 7)>;
  def : Pat<(vt (any_fma (vt rc:$a), (vt rc:$b), (vt (fneg (vt rc:$c))))),
            (!cast<Instruction>("FMSUB_"#s) rc:$a, rc:$b, rc:$c, 7)>;
  def : Pat<(vt (any_fma (vt (fneg (vt rc:$a))), (vt rc:$b), (vt rc:$c))),
            (!cast<Instruction>("FNMSUB_"#s) rc:$a, rc:$b, rc:$c, 7)>;
  def : Pat<(vt (any_fma (vt (fneg (vt rc:$a))), (vt rc:$b), (vt (fneg (vt rc:$c))))),
            (!cast<Instruction>("FNMADD_"#s) rc:$a, rc:$b, rc:$c, 7)>;
  // The negation of a sum that is zero has the other sign.
  def : Pat<(vt (fneg (vt (fma_nsz (vt rc:$a), (vt rc:$b), (vt rc:$c))))),
            (!cast<Instruction>("FNMADD_"#s) rc:$a, rc:$b, rc:$c, 7)>;
  def : Pat<(vt (fneg (vt (fma_nsz (vt rc:$a), (vt rc:$b), (vt (fneg (vt rc:$c))))))),
            (!cast<Instruction>("FNMSUB_"#s) rc:$a, rc:$b, rc:$c, 7)>;

  foreach op = [any_fminnum, fminnum_ieee, fminimumnum, mtia_fmin] in
    def : PatFPrr<op, MIN, vt, rc>;
  foreach op = [any_fmaxnum, fmaxnum_ieee, fmaximumnum, mtia_fmax] in
    def : PatFPrr<op, MAX, vt, rc>;
  def : Pat<(vt (fcanonicalize (vt rc:$rs1))), (MIN rc:$rs1, rc:$rs1)>;
  def : Pat<(i64 (mtia_fclass (vt rc:$rs1))), (!cast<Instruction>("FCLASS_"#s) rc:$rs1)>;
  def : Pat<(vt (mtia_fround (vt rc:$rs1), (vt rc:$limit), timm:$rm)),
            (!cast<Instruction>("PseudoFROUND_"#s) rc:$rs1, rc:$limit, timm:$rm)>;

  // Comparisons. feq is quiet, flt and fle signal.
  foreach cc = [SETEQ, SETOEQ] in
    def : PatFPSetCC<any_fsetcc, cc, FEQ, vt, rc>;
  foreach cc = [SETLT, SETOLT] in {
    def : PatFPSetCC<setcc, cc, FLT, vt, rc>;
    def : PatFPSetCC<strict_fsetccs, cc, FLT, vt, rc>;
    def : PatFPSetCC<strict_fsetcc, cc, QuietFLT, vt, rc>;
  }
  foreach cc = [SETLE, SETOLE] in {
    def : PatFPSetCC<setcc, cc, FLE, vt, rc>;
    def : PatFPSetCC<strict_fsetccs, cc, FLE, vt, rc>;
    def : PatFPSetCC<strict_fsetcc, cc, QuietFLE, vt, rc>;
  }
  // Equality that signals: both are at most the other.
  foreach cc = [SETEQ, SETOEQ] in {
    def : Pat<(i64 (strict_fsetccs (vt rc:$a), rc:$b, cc)),
              (AND (i64 (FLE $a, $b)), (i64 (FLE $b, $a)))>;
    def : Pat<(i64 (strict_fsetccs (vt rc:$a), rc:$a, cc)), (FLE $a, $a)>;
  }
  // Ordered: both equal to themselves.
  def : Pat<(i64 (any_fsetcc (vt rc:$a), rc:$b, SETO)),
            (AND (i64 (FEQ $a, $a)), (i64 (FEQ $b, $b)))>;
  def : Pat<(i64 (any_fsetcc (vt rc:$a), rc:$a, SETO)), (FEQ $a, $a)>;
  def : Pat<(i64 (any_fsetcc (vt rc:$a), rc:$b, SETUO)),
            (XORI (i64 (AND (i64 (FEQ $a, $a)), (i64 (FEQ $b, $b)))), 1)>;
  def : Pat<(i64 (any_fsetcc (vt rc:$a), rc:$a, SETUO)), (XORI (i64 (FEQ $a, $a)), 1)>;
  def : Pat<(i64 (strict_fsetccs (vt rc:$a), rc:$b, SETO)),
            (AND (i64 (FLE $a, $a)), (i64 (FLE $b, $b)))>;
  def : Pat<(i64 (strict_fsetccs (vt rc:$a), rc:$b, SETUO)),
            (XORI (i64 (AND (i64 (FLE $a, $a)), (i64 (FLE $b, $b)))), 1)>;

  // Conversions between integers and floating point.
  def : Pat<(i64 (any_fp_to_sint (vt rc:$rs1))), (!cast<Instruction>("FCVT_L_"#s) rc:$rs1, 1)>;
  def : Pat<(i64 (any_fp_to_uint (vt rc:$rs1))), (!cast<Instruction>("FCVT_LU_"#s) rc:$rs1, 1)>;
  def : Pat<(i64 (mtia_fcvt_x (vt rc:$rs1), timm:$rm)),
            (!cast<Instruction>("FCVT_L_"#s) rc:$rs1, timm:$rm)>;
  def : Pat<(i64 (mtia_fcvt_xu (vt rc:$rs1), timm:$rm)),
            (!cast<Instruction>("FCVT_LU_"#s) rc:$rs1, timm:$rm)>;
  def : Pat<(i64 (mtia_any_fcvt_w (vt rc:$rs1), timm:$rm)),
            (!cast<Instruction>("FCVT_W_"#s) rc:$rs1, timm:$rm)>;
  def : Pat<(i64 (mtia_any_fcvt_wu (vt rc:$rs1), timm:$rm)),
            (!cast<Instruction>("FCVT_WU_"#s) rc:$rs1, timm:$rm)>;
  foreach op = [any_lrint, any_llrint] in
    def : Pat<(i64 (op (vt rc:$rs1))), (!cast<Instruction>("FCVT_L_"#s) rc:$rs1, 7)>;
  foreach op = [any_lround, any_llround] in
    def : Pat<(i64 (op (vt rc:$rs1))), (!cast<Instruction>("FCVT_L_"#s) rc:$rs1, 4)>;
  def : Pat<(vt (any_sint_to_fp (i64 GPR:$rs1))), (!cast<Instruction>("FCVT_"#s#"_L") GPR:$rs1, 7)>;
  def : Pat<(vt (any_uint_to_fp (i64 GPR:$rs1))),
            (!cast<Instruction>("FCVT_"#s#"_LU") GPR:$rs1, 7)>;
}

// A word to a double is exact: the mode is written 0, as assemblers do.
multiclass FPFromWordPats<ValueType vt, string s, int rm> {
  def : Pat<(vt (any_sint_to_fp (i64 (SExt32 (i64 GPR:$rs1))))),
            (!cast<Instruction>("FCVT_"#s#"_W") GPR:$rs1, rm)>;
  def : Pat<(vt (any_uint_to_fp (i64 (ZExt32 (i64 GPR:$rs1))))),
            (!cast<Instruction>("FCVT_"#s#"_WU") GPR:$rs1, rm)>;
}

let Predicates = [HasStdExtZfh] in {
defm : FPArithPats<f16, FPR16, "H">;
defm : FPFromWordPats<f16, "H", 7>;
}
let Predicates = [HasStdExtF] in {
defm : FPArithPats<f32, FPR32, "S">;
defm : FPFromWordPats<f32, "S", 7>;
}
let Predicates = [HasStdExtD] in {
defm : FPArithPats<f64, FPR64, "D">;
defm : FPFromWordPats<f64, "D", 0>;
}

//===----------------------------------------------------------------------===//
// Bits, constants
//===----------------------------------------------------------------------===//

multiclass FPBits16Pats<ValueType vt> {
  def : Pat<(vt (fpimm_pos0)), (FMV_H_X (i64 X0))>;
  def : Pat<(vt (mtia_fmv_h_x GPR:$rs1)), (FMV_H_X GPR:$rs1)>;
  def : Pat<(i64 (mtia_fmv_x_anyexth (vt FPR16:$rs1))), (FMV_X_H FPR16:$rs1)>;
  def : Pat<(i64 (sext_inreg (i64 (mtia_fmv_x_anyexth (vt FPR16:$rs1))), i16)),
            (FMV_X_H FPR16:$rs1)>;
}
let Predicates = [HasStdExtZfhmin] in
defm : FPBits16Pats<f16>;
let Predicates = [HasStdExtZfbfmin] in
defm : FPBits16Pats<bf16>;
let Predicates = [HasStdExtZfhmin, HasStdExtZfbfmin] in {
def : Pat<(f16 (bitconvert (bf16 FPR16:$rs1))), (COPY_TO_REGCLASS FPR16:$rs1, FPR16)>;
def : Pat<(bf16 (bitconvert (f16 FPR16:$rs1))), (COPY_TO_REGCLASS FPR16:$rs1, FPR16)>;
}
let Predicates = [HasStdExtF] in {
def : Pat<(f32 (fpimm_pos0)), (FMV_W_X (i64 X0))>;
def : Pat<(f32 (mtia_fmv_w_x GPR:$rs1)), (FMV_W_X GPR:$rs1)>;
def : Pat<(i64 (mtia_fmv_x_anyextw (f32 FPR32:$rs1))), (FMV_X_W FPR32:$rs1)>;
def : Pat<(i64 (sext_inreg (i64 (mtia_fmv_x_anyextw (f32 FPR32:$rs1))), i32)),
          (FMV_X_W FPR32:$rs1)>;
}
let Predicates = [HasStdExtD] in {
def : Pat<(f64 (fpimm_pos0)), (FMV_D_X (i64 X0))>;
def : Pat<(f64 (bitconvert (i64 GPR:$rs1))), (FMV_D_X GPR:$rs1)>;
def : Pat<(i64 (bitconvert (f64 FPR64:$rs1))), (FMV_X_D FPR64:$rs1)>;
}

//===----------------------------------------------------------------------===//
// Between the formats
//===----------------------------------------------------------------------===//

let Predicates = [HasStdExtD] in {
def : Pat<(f32 (any_fpround (f64 FPR64:$rs1))), (FCVT_S_D FPR64:$rs1, 7)>;
def : Pat<(f64 (any_fpextend (f32 FPR32:$rs1))), (FCVT_D_S FPR32:$rs1, 0)>;
def : Pat<(f64 (fcopysign (f64 FPR64:$rs1), (f32 FPR32:$rs2))),
          (FSGNJ_D $rs1, (f64 (FCVT_D_S $rs2, 0)))>;
def : Pat<(f32 (fcopysign (f32 FPR32:$rs1), (f64 FPR64:$rs2))),
          (FSGNJ_S $rs1, (f32 (FCVT_S_D $rs2, 7)))>;
}
let Predicates = [HasStdExtZfhmin] in {
def : Pat<(f16 (any_fpround (f32 FPR32:$rs1))), (FCVT_H_S FPR32:$rs1, 7)>;
def : Pat<(f32 (any_fpextend (f16 FPR16:$rs1))), (FCVT_S_H FPR16:$rs1, 0)>;
}
let Predicates = [HasStdExtZfbfmin] in {
def : Pat<(bf16 (any_fpround (f32 FPR32:$rs1))), (FCVT_BF16_S FPR32:$rs1, 7)>;
def : Pat<(f32 (any_fpextend (bf16 FPR16:$rs1))), (FCVT_S_BF16 FPR16:$rs1, 0)>;
}
let Predicates = [HasStdExtZfbfmin, HasStdExtD] in
def : Pat<(f64 (any_fpextend (bf16 FPR16:$rs1))), (FCVT_D_S (f32 (FCVT_S_BF16 FPR16:$rs1, 0)), 0)>;
let Predicates = [HasStdExtZfhmin, HasStdExtD] in {
def : Pat<(f16 (any_fpround (f64 FPR64:$rs1))), (FCVT_H_D FPR64:$rs1, 7)>;
def : Pat<(f64 (any_fpextend (f16 FPR16:$rs1))), (FCVT_D_H FPR16:$rs1, 0)>;
}
let Predicates = [HasStdExtZfhmin] in
def : Pat<(f32 (fcopysign (f32 FPR32:$rs1), (f16 FPR16:$rs2))),
          (FSGNJ_S $rs1, (f32 (FCVT_S_H $rs2, 0)))>;
let Predicates = [HasStdExtZfhmin, HasStdExtD] in
def : Pat<(f64 (fcopysign (f64 FPR64:$rs1), (f16 FPR16:$rs2))),
          (FSGNJ_D $rs1, (f64 (FCVT_D_H $rs2, 0)))>;
let Predicates = [HasStdExtZfh] in
def : Pat<(f16 (fcopysign (f16 FPR16:$rs1), (f32 FPR32:$rs2))),
          (FSGNJ_H $rs1, (f16 (FCVT_H_S $rs2, 7)))>;
let Predicates = [HasStdExtZfh, HasStdExtD] in
def : Pat<(f16 (fcopysign (f16 FPR16:$rs1), (f64 FPR64:$rs2))),
          (FSGNJ_H $rs1, (f16 (FCVT_H_D $rs2, 7)))>;
