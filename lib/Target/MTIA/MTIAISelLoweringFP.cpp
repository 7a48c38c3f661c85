//===-- MTIAISelLoweringFP.cpp - Floating-point operations -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// F, D and Zfh. A type whose extension is off is in integer registers, and its
// operations are library calls.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MCTargetDesc/MTIAMatInt.h"
#include "MTIAISelLowering.h"
#include "MTIAInstrInfo.h"
#include "MTIASelectionDAGInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

void MTIATargetLowering::addFPRegisterClasses() {
  if (Subtarget.hasStdExtZfhmin())
    addRegisterClass(MVT::f16, &MTIA::FPR16RegClass);
  if (Subtarget.hasStdExtZfbfmin())
    addRegisterClass(MVT::bf16, &MTIA::FPR16RegClass);
  if (Subtarget.hasStdExtF())
    addRegisterClass(MVT::f32, &MTIA::FPR32RegClass);
  if (Subtarget.hasStdExtD())
    addRegisterClass(MVT::f64, &MTIA::FPR64RegClass);
}

// What F, D and Zfh have for a type of theirs.
void MTIATargetLowering::setFPActions(MVT VT) {
  // Mnemonics for the others: by exchanged operands, or inverted.
  static const ISD::CondCode CCToExpand[] = {
      ISD::SETOGT, ISD::SETOGE, ISD::SETONE, ISD::SETUEQ, ISD::SETUGT, ISD::SETUGE, ISD::SETULT,
      ISD::SETULE, ISD::SETUNE, ISD::SETGT,  ISD::SETGE,  ISD::SETNE,  ISD::SETO,   ISD::SETUO};
  setCondCodeAction(CCToExpand, VT, Expand);

  setOperationAction({ISD::FMINNUM, ISD::FMAXNUM, ISD::FMINNUM_IEEE, ISD::FMAXNUM_IEEE,
                      ISD::FMINIMUMNUM, ISD::FMAXIMUMNUM, ISD::FCANONICALIZE, ISD::LRINT,
                      ISD::LLRINT, ISD::LROUND, ISD::LLROUND, ISD::FCOPYSIGN, ISD::FMA},
                     VT, Legal);
  setOperationAction({ISD::STRICT_FADD, ISD::STRICT_FSUB, ISD::STRICT_FMUL, ISD::STRICT_FDIV,
                      ISD::STRICT_FSQRT, ISD::STRICT_FMA, ISD::STRICT_FMINNUM, ISD::STRICT_FMAXNUM,
                      ISD::STRICT_FSETCC, ISD::STRICT_FSETCCS, ISD::STRICT_LRINT,
                      ISD::STRICT_LLRINT, ISD::STRICT_LROUND, ISD::STRICT_LLROUND},
                     VT, Legal);
  setOperationAction({ISD::FMINIMUM, ISD::FMAXIMUM, ISD::IS_FPCLASS, ISD::SELECT, ISD::FCEIL,
                      ISD::FFLOOR, ISD::FTRUNC, ISD::FRINT, ISD::FROUND, ISD::FROUNDEVEN},
                     VT, Custom);
  setOperationAction(ISD::FREM, VT, LibCall); // Expand would be a loop of frexp and ldexp
  setOperationAction(
      {ISD::SELECT_CC, ISD::BR_CC, ISD::FPOW, ISD::FSIN, ISD::FCOS, ISD::FSINCOS, ISD::FNEARBYINT},
      VT, Expand);
}

// What a type without arithmetic does as a single.
static const unsigned ArithmeticOps[] = {ISD::FADD,         ISD::FSUB,          ISD::FMUL,
                                         ISD::FDIV,         ISD::FSQRT,         ISD::FMA,
                                         ISD::FREM,         ISD::FMINNUM,       ISD::FMAXNUM,
                                         ISD::FMINIMUM,     ISD::FMAXIMUM,      ISD::FMINIMUMNUM,
                                         ISD::FMAXIMUMNUM,  ISD::SETCC,         ISD::FCEIL,
                                         ISD::FFLOOR,       ISD::FTRUNC,        ISD::FRINT,
                                         ISD::FROUND,       ISD::FROUNDEVEN,    ISD::FNEARBYINT,
                                         ISD::FPOW,         ISD::FPOWI,         ISD::FSIN,
                                         ISD::FCOS,         ISD::FEXP,          ISD::FEXP2,
                                         ISD::FEXP10,       ISD::FLOG,          ISD::FLOG2,
                                         ISD::FLOG10,       ISD::FLDEXP,        ISD::FCANONICALIZE,
                                         ISD::STRICT_FADD,  ISD::STRICT_FSUB,   ISD::STRICT_FMUL,
                                         ISD::STRICT_FDIV,  ISD::STRICT_FMA,    ISD::STRICT_FREM,
                                         ISD::STRICT_FSQRT, ISD::STRICT_FSETCC, ISD::STRICT_FSETCCS,
                                         ISD::SELECT_CC,    ISD::BR_CC};

// The libraries have no functions of 16 bits.
static const unsigned LibraryOps[] = {ISD::FREM,          ISD::FPOW,
                                      ISD::FSIN,          ISD::FCOS,
                                      ISD::FSINCOS,       ISD::FNEARBYINT,
                                      ISD::FPOWI,         ISD::FEXP,
                                      ISD::FEXP2,         ISD::FEXP10,
                                      ISD::FLOG,          ISD::FLOG2,
                                      ISD::FLOG10,        ISD::FLDEXP,
                                      ISD::FFREXP,        ISD::FMODF,
                                      ISD::FTAN,          ISD::FASIN,
                                      ISD::FACOS,         ISD::FATAN,
                                      ISD::FATAN2,        ISD::FSINH,
                                      ISD::FCOSH,         ISD::FTANH,
                                      ISD::STRICT_FREM,   ISD::STRICT_FNEARBYINT,
                                      ISD::STRICT_FRINT,  ISD::STRICT_FCEIL,
                                      ISD::STRICT_FFLOOR, ISD::STRICT_FTRUNC,
                                      ISD::STRICT_FROUND, ISD::STRICT_FROUNDEVEN,
                                      ISD::STRICT_FLDEXP};

// A type that is moved and converted only: f16 of Zfhmin, bf16 of Zfbfmin.
void MTIATargetLowering::setFPMoveActions(MVT VT) {
  setOperationPromotedToType(ArithmeticOps, VT, MVT::f32);
  setOperationAction({ISD::SINT_TO_FP, ISD::UINT_TO_FP, ISD::STRICT_SINT_TO_FP,
                      ISD::STRICT_UINT_TO_FP, ISD::FP_TO_SINT, ISD::FP_TO_UINT,
                      ISD::STRICT_FP_TO_SINT, ISD::STRICT_FP_TO_UINT},
                     MVT::i64, Custom);
  setOperationAction({ISD::LRINT, ISD::LLRINT, ISD::LROUND, ISD::LLROUND, ISD::STRICT_LRINT,
                      ISD::STRICT_LLRINT, ISD::STRICT_LROUND, ISD::STRICT_LLROUND},
                     VT, Custom);
  setOperationAction({ISD::FNEG, ISD::FABS, ISD::FCOPYSIGN, ISD::SELECT}, VT, Custom);
}

void MTIATargetLowering::setFPLibraryActions(MVT VT) {
  setOperationPromotedToType(LibraryOps, VT, MVT::f32);
}

void MTIATargetLowering::setFPActions() {
  setOperationAction(ISD::LROUND, MVT::i32, Custom);
  if (!Subtarget.hasStdExtF())
    return;
  IsStrictFPEnabled = true;

  if (Subtarget.hasStdExtZfhmin()) {
    if (Subtarget.hasStdExtZfh()) {
      setFPActions(MVT::f16);
    } else {
      setFPMoveActions(MVT::f16);
    }
    setFPLibraryActions(MVT::f16);
    // Its exponent, an int, is not in a register of its size.
    setOperationAction(ISD::FPOWI, MVT::i32, Custom);
    setOperationAction({ISD::STRICT_FP_ROUND, ISD::FP_ROUND}, MVT::f16, Legal);
  } else {
    // Library calls. The legaliser would make them with halves in integer registers.
    LegalizeAction Action = Subtarget.getTargetABI() == MTIAABI::ABI_LP64 ? Expand : Custom;
    for (MVT VT : {MVT::f32, MVT::f64})
      setOperationAction(
          {ISD::FP16_TO_FP, ISD::FP_TO_FP16, ISD::STRICT_FP16_TO_FP, ISD::STRICT_FP_TO_FP16}, VT,
          Action);
    setOperationAction({ISD::FP_ROUND, ISD::STRICT_FP_ROUND}, MVT::f16, Action);
  }
  if (Subtarget.hasStdExtZfbfmin()) {
    setFPMoveActions(MVT::bf16);
    setFPLibraryActions(MVT::bf16);
    // The library makes no bfloats of integers.
    setOperationAction(
        {ISD::SINT_TO_FP, ISD::UINT_TO_FP, ISD::STRICT_SINT_TO_FP, ISD::STRICT_UINT_TO_FP},
        MVT::i128, Custom);
    setOperationAction(ISD::FPOWI, MVT::i32, Custom);
  }
  if (isTypeLegal(MVT::f16) || isTypeLegal(MVT::bf16))
    setOperationAction(ISD::BITCAST, MVT::i16, Custom);
  if (Subtarget.getTargetABI() != MTIAABI::ABI_LP64 || Subtarget.hasStdExtZfbfmin())
    setOperationAction({ISD::FP_ROUND, ISD::STRICT_FP_ROUND}, MVT::bf16, Custom);

  setFPActions(MVT::f32);
  setOperationAction({ISD::STRICT_FP_EXTEND, ISD::FP_EXTEND}, MVT::f32, Legal);
  setOperationAction(ISD::BITCAST, MVT::i32, Custom);
  setOperationAction(ISD::BF16_TO_FP, {MVT::f32, MVT::f64}, Custom);
  // Asked about the operand: the legaliser itself cannot promote it.
  setOperationAction(ISD::STRICT_BF16_TO_FP, MVT::i16, Custom);
  setOperationAction({ISD::FP_TO_BF16, ISD::STRICT_FP_TO_BF16}, {MVT::f32, MVT::f64}, Custom);
  setLoadExtAction(ISD::EXTLOAD, MVT::f32, {MVT::f16, MVT::bf16}, Expand);
  setTruncStoreAction(MVT::f32, MVT::f16, Expand);
  setTruncStoreAction(MVT::f32, MVT::bf16, Expand);

  if (Subtarget.hasStdExtD()) {
    setFPActions(MVT::f64);
    setOperationAction({ISD::STRICT_FP_EXTEND, ISD::FP_EXTEND}, MVT::f64, Legal);
    setOperationAction({ISD::STRICT_FP_ROUND, ISD::FP_ROUND}, MVT::f32, Legal);
    setLoadExtAction(ISD::EXTLOAD, MVT::f64, {MVT::f16, MVT::bf16, MVT::f32}, Expand);
    for (MVT Small : {MVT::f16, MVT::bf16, MVT::f32})
      setTruncStoreAction(MVT::f64, Small, Expand);
  }

  setTargetDAGCombine({ISD::FP_TO_SINT, ISD::FP_TO_UINT, ISD::FP_TO_SINT_SAT, ISD::FP_TO_UINT_SAT,
                       ISD::FMUL, ISD::FDIV});
  setOperationAction(
      {ISD::FP_TO_SINT, ISD::FP_TO_UINT, ISD::STRICT_FP_TO_SINT, ISD::STRICT_FP_TO_UINT}, MVT::i32,
      Custom);
  if (!Subtarget.hasStdExtZfbfmin() && (Subtarget.hasStdExtZfh() || !Subtarget.hasStdExtZfhmin()))
    setOperationAction({ISD::STRICT_FP_TO_SINT, ISD::STRICT_FP_TO_UINT, ISD::STRICT_SINT_TO_FP,
                        ISD::STRICT_UINT_TO_FP},
                       MVT::i64, Legal);
  setOperationAction({ISD::FP_TO_SINT_SAT, ISD::FP_TO_UINT_SAT}, MVT::i64, Custom);
  setOperationAction(ISD::GET_ROUNDING, MVT::i64, Custom);
  setOperationAction(ISD::SET_ROUNDING, MVT::Other, Custom);
  setOperationAction({ISD::GET_FPENV, ISD::SET_FPENV, ISD::GET_FPMODE, ISD::SET_FPMODE}, MVT::i64,
                     Custom);
  setOperationAction({ISD::RESET_FPENV, ISD::RESET_FPMODE}, MVT::Other, Custom);
}

//===----------------------------------------------------------------------===//
// What is cheap, what is legal
//===----------------------------------------------------------------------===//

// Whether a type's arithmetic is instructions.
static bool hasArithmetic(const MTIASubtarget &STI, EVT VT) {
  if (!VT.isSimple())
    return false;
  switch (VT.getSimpleVT().SimpleTy) {
  case MVT::f16:
    return STI.hasStdExtZfh();
  case MVT::f32:
    return STI.hasStdExtF();
  case MVT::f64:
    return STI.hasStdExtD();
  default:
    return false;
  }
}

// f16 of Zfhmin, bf16 of Zfbfmin: in registers, but computed with as singles.
static bool isOnlyMoved(const MTIASubtarget &STI, EVT VT) {
  return (VT == MVT::f16 && STI.hasStdExtZfhmin() && !STI.hasStdExtZfh()) ||
         (VT == MVT::bf16 && STI.hasStdExtZfbfmin());
}

bool MTIATargetLowering::isFMAFasterThanFMulAndFAdd(const MachineFunction &MF, EVT VT) const {
  return hasArithmetic(Subtarget, VT.getScalarType());
}

// The instructions that put a constant's bits into a register, one more to move them.
static int getFPImmBitsCost(const APFloat &Imm, const MTIASubtarget &STI) {
  if (Imm.isPosZero())
    return 0;
  APInt Bits = Imm.bitcastToAPInt();
  if (Imm.isNegZero() && Bits.getBitWidth() == 64)
    return 1; // the zero's negation
  return MTIAMatInt::getIntMatCost(Bits.getSExtValue(), STI);
}

bool MTIATargetLowering::isFPImmLegal(const APFloat &Imm, EVT VT, bool ForCodeSize) const {
  if (!isTypeLegal(VT))
    return false;
  if (VT == MVT::f64 && Imm.isNegZero() && !Subtarget.hasStdExtD())
    return false;
  // A load takes two instructions, memory, and the load's latency.
  return getFPImmBitsCost(Imm, Subtarget) + 1 <= (ForCodeSize ? 2 : 3);
}

MVT MTIATargetLowering::getRegisterTypeForCallingConv(LLVMContext &Context, CallingConv::ID CC,
                                                      EVT VT) const {
  // A half without an instruction to load it is in a single's register.
  if ((VT == MVT::f16 || VT == MVT::bf16) && Subtarget.hasStdExtF() && !isTypeLegal(VT))
    return MVT::f32;
  return TargetLowering::getRegisterTypeForCallingConv(Context, CC, VT);
}

unsigned MTIATargetLowering::getNumRegistersForCallingConv(LLVMContext &Context, CallingConv::ID CC,
                                                           EVT VT) const {
  if ((VT == MVT::f16 || VT == MVT::bf16) && Subtarget.hasStdExtF() && !isTypeLegal(VT))
    return 1;
  return TargetLowering::getNumRegistersForCallingConv(Context, CC, VT);
}

// The half in a single's register is boxed: the bits above it are ones.
bool MTIATargetLowering::splitValueIntoRegisterParts(SelectionDAG &DAG, const SDLoc &DL,
                                                     SDValue Val, SDValue *Parts, unsigned NumParts,
                                                     MVT PartVT,
                                                     std::optional<CallingConv::ID> CC) const {
  EVT ValueVT = Val.getValueType();
  if (NumParts == 1 && isOtherVectorType(ValueVT, PartVT)) {
    Parts[0] = changeVectorType(DAG, DL, PartVT, Val);
    return true;
  }
  if (!CC || (ValueVT != MVT::f16 && ValueVT != MVT::bf16) || PartVT != MVT::f32)
    return false;
  Val = DAG.getNode(ISD::BITCAST, DL, MVT::i16, Val);
  Val = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i32, Val);
  Val = DAG.getNode(ISD::OR, DL, MVT::i32, Val, DAG.getConstant(0xFFFF0000, DL, MVT::i32));
  Parts[0] = DAG.getNode(ISD::BITCAST, DL, PartVT, Val);
  return true;
}

SDValue MTIATargetLowering::joinRegisterPartsIntoValue(SelectionDAG &DAG, const SDLoc &DL,
                                                       const SDValue *Parts, unsigned NumParts,
                                                       MVT PartVT, EVT ValueVT,
                                                       std::optional<CallingConv::ID> CC) const {
  if (NumParts == 1 && isOtherVectorType(ValueVT, PartVT))
    return changeVectorType(DAG, DL, ValueVT, Parts[0]);
  if (!CC || (ValueVT != MVT::f16 && ValueVT != MVT::bf16) || PartVT != MVT::f32)
    return SDValue();
  SDValue Val = DAG.getNode(ISD::BITCAST, DL, MVT::i32, Parts[0]);
  Val = DAG.getNode(ISD::TRUNCATE, DL, MVT::i16, Val);
  return DAG.getNode(ISD::BITCAST, DL, ValueVT, Val);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static SDValue getFRM(SelectionDAG &DAG, const SDLoc &DL, MTIAFPRndMode::RoundingMode RM) {
  return DAG.getTargetConstant(RM, DL, MVT::i64);
}

// The integer is in a register of 64 bits: 16 or 32 of them are moved.
SDValue MTIATargetLowering::lowerBITCAST(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  SDValue Src = Op.getOperand(0);
  EVT VT = Op.getValueType();
  EVT SrcVT = Src.getValueType();
  if (!isTypeLegal(VT))
    return SDValue();
  if (((VT == MVT::f16 || VT == MVT::bf16) && SrcVT == MVT::i16) ||
      (VT == MVT::f32 && SrcVT == MVT::i32)) {
    SDValue Wide = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, Src);
    return DAG.getNode(VT == MVT::f32 ? MTIAISD::FMV_W_X : MTIAISD::FMV_H_X, DL, VT, Wide);
  }
  return SDValue();
}

// The signs of types that are only moved, in an integer register.
static SDValue lowerSign(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  SDValue Sign = DAG.getConstant(0x8000, DL, MVT::i64);
  SDValue Rest = DAG.getConstant(0x7fff, DL, MVT::i64);
  SDValue Bits = DAG.getNode(MTIAISD::FMV_X_ANYEXTH, DL, MVT::i64, Op.getOperand(0));
  if (Op.getOpcode() == ISD::FNEG) {
    Bits = DAG.getNode(ISD::XOR, DL, MVT::i64, Bits, Sign);
  } else {
    Bits = DAG.getNode(ISD::AND, DL, MVT::i64, Bits, Rest);
    if (Op.getOpcode() == ISD::FCOPYSIGN) {
      SDValue From = Op.getOperand(1);
      EVT FromVT = From.getValueType();
      unsigned Move = FromVT == MVT::f64   ? unsigned(ISD::BITCAST)
                      : FromVT == MVT::f32 ? unsigned(MTIAISD::FMV_X_ANYEXTW)
                                           : unsigned(MTIAISD::FMV_X_ANYEXTH);
      From = DAG.getNode(Move, DL, MVT::i64, From);
      From = DAG.getNode(ISD::SRL, DL, MVT::i64, From,
                         DAG.getConstant(FromVT.getSizeInBits() - 16, DL, MVT::i64));
      Bits =
          DAG.getNode(ISD::OR, DL, MVT::i64, Bits, DAG.getNode(ISD::AND, DL, MVT::i64, From, Sign));
    }
  }
  return DAG.getNode(MTIAISD::FMV_H_X, DL, VT, Bits);
}

// A NaN becomes 0, the other values saturate, as the instructions do for 32 and 64 bits.
SDValue MTIATargetLowering::lowerFPToIntSat(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  SDValue Src = Op.getOperand(0);
  EVT SatVT = cast<VTSDNode>(Op.getOperand(1))->getVT();
  bool IsSigned = Op.getOpcode() == ISD::FP_TO_SINT_SAT;
  if (Op.getValueType() != MVT::i64 || (SatVT != MVT::i32 && SatVT != MVT::i64))
    return SDValue();
  if (isOnlyMoved(Subtarget, Src.getValueType()))
    Src = DAG.getNode(ISD::FP_EXTEND, DL, MVT::f32, Src);
  if (!hasArithmetic(Subtarget, Src.getValueType()))
    return SDValue();
  unsigned Opcode = SatVT == MVT::i64 ? (IsSigned ? MTIAISD::FCVT_X : MTIAISD::FCVT_XU)
                                      : (IsSigned ? MTIAISD::FCVT_W : MTIAISD::FCVT_WU);
  SDValue Int = DAG.getNode(Opcode, DL, MVT::i64, Src, getFRM(DAG, DL, MTIAFPRndMode::RTZ));
  if (Opcode == MTIAISD::FCVT_WU)
    Int = DAG.getZeroExtendInReg(Int, DL, MVT::i32);
  SDValue IsNaN = DAG.getSetCC(DL, MVT::i64, Src, Src, ISD::SETUO);
  return DAG.getNode(ISD::SELECT, DL, MVT::i64, IsNaN, DAG.getConstant(0, DL, MVT::i64), Int);
}

// Below 2^(digits - 1) in magnitude, a value is rounded by way of an integer; from there
// on, all values are integral.
SDValue MTIATargetLowering::lowerFRound(SDValue Op, SelectionDAG &DAG) const {
  MTIAFPRndMode::RoundingMode RM;
  switch (Op.getOpcode()) {
  case ISD::FROUNDEVEN:
    RM = MTIAFPRndMode::RNE;
    break;
  case ISD::FTRUNC:
    RM = MTIAFPRndMode::RTZ;
    break;
  case ISD::FFLOOR:
    RM = MTIAFPRndMode::RDN;
    break;
  case ISD::FCEIL:
    RM = MTIAFPRndMode::RUP;
    break;
  case ISD::FROUND:
    RM = MTIAFPRndMode::RMM;
    break;
  default:
    assert(Op.getOpcode() == ISD::FRINT && "Not a rounding");
    RM = MTIAFPRndMode::DYN;
    break;
  }
  SDLoc DL(Op);
  MVT VT = Op.getSimpleValueType();
  // Of halves the library has no function, and of few C libraries is roundeven one.
  if (DAG.shouldOptForSize() && VT != MVT::f16 && Op.getOpcode() != ISD::FROUNDEVEN)
    return SDValue();
  const fltSemantics &Sem = VT.getFltSemantics();
  APFloat Limit = APFloat(Sem, 1);
  Limit = scalbn(Limit, APFloat::semanticsPrecision(Sem) - 1, APFloat::rmNearestTiesToEven);
  return DAG.getNode(MTIAISD::FROUND, DL, VT, Op.getOperand(0), DAG.getConstantFP(Limit, DL, VT),
                     getFRM(DAG, DL, RM));
}

// fmin and fmax give the number where one operand is a NaN; these give the NaN: put it
// in the place of the other operand, too. The zeros are ordered as wanted.
SDValue MTIATargetLowering::lowerFMinimumFMaximum(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  MVT VT = Op.getSimpleValueType();
  SDValue X = Op.getOperand(0);
  SDValue Y = Op.getOperand(1);
  bool XIsNeverNan = Op->getFlags().hasNoNaNs() || DAG.isKnownNeverNaN(X);
  bool YIsNeverNan = Op->getFlags().hasNoNaNs() || DAG.isKnownNeverNaN(Y);
  SDValue NewX = X, NewY = Y;
  auto IsOrdered = [&](SDValue V) { return DAG.getSetCC(DL, MVT::i64, V, V, ISD::SETOEQ); };
  if (!XIsNeverNan)
    NewY = DAG.getSelect(DL, VT, IsOrdered(X), Y, X);
  if (!YIsNeverNan)
    NewX = DAG.getSelect(DL, VT, IsOrdered(Y), X, Y);
  return DAG.getNode(Op.getOpcode() == ISD::FMAXIMUM ? MTIAISD::FMAX : MTIAISD::FMIN, DL, VT, NewX,
                     NewY);
}

// To and from halves by library functions whose halves are in floating-point registers, boxed.
SDValue MTIATargetLowering::lowerFP16Conversion(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  bool IsStrict = Op->isStrictFPOpcode();
  SDValue Chain = IsStrict ? Op.getOperand(0) : SDValue();
  SDValue Src = Op.getOperand(IsStrict ? 1 : 0);
  MakeLibCallOptions Options;
  SDValue Result;
  if (Op.getOpcode() == ISD::FP16_TO_FP || Op.getOpcode() == ISD::STRICT_FP16_TO_FP) {
    SDValue Bits = DAG.getAnyExtOrTrunc(Src, DL, MVT::i64);
    Bits =
        DAG.getNode(ISD::OR, DL, MVT::i64, Bits, DAG.getConstant(~UINT64_C(0xFFFF), DL, MVT::i64));
    SDValue Half = DAG.getNode(MTIAISD::FMV_W_X, DL, MVT::f32, Bits);
    std::tie(Result, Chain) =
        makeLibCall(DAG, RTLIB::FPEXT_F16_F32, MVT::f32, Half, Options, DL, Chain);
    if (IsStrict && Op.getValueType() != MVT::f32) {
      Result =
          DAG.getNode(ISD::STRICT_FP_EXTEND, DL, {Op.getValueType(), MVT::Other}, {Chain, Result});
      Chain = Result.getValue(1);
    } else {
      Result = DAG.getFPExtendOrRound(Result, DL, Op.getValueType());
    }
  } else {
    RTLIB::Libcall LC = RTLIB::getFPROUND(Src.getValueType(), MVT::f16);
    std::tie(Result, Chain) = makeLibCall(DAG, LC, MVT::f32, Src, Options, DL, Chain);
    Result = DAG.getNode(MTIAISD::FMV_X_ANYEXTW, DL, MVT::i64, Result);
    Result = DAG.getAnyExtOrTrunc(Result, DL, Op.getValueType());
  }
  return IsStrict ? DAG.getMergeValues({Result, Chain}, DL) : Result;
}

// A double cut to a single, and the single's bits, of which the last says whether anything was
// lost: to be rounded to fewer digits as the double would have been.
static std::pair<SDValue, SDValue> cutToOdd(SDValue Double, const SDLoc &DL, SelectionDAG &DAG) {
  SDValue Cut(
      DAG.getMachineNode(MTIA::FCVT_S_D, DL, MVT::f32, Double, getFRM(DAG, DL, MTIAFPRndMode::RTZ)),
      0);
  SDValue Back(
      DAG.getMachineNode(MTIA::FCVT_D_S, DL, MVT::f64, Cut, getFRM(DAG, DL, MTIAFPRndMode::RNE)),
      0);
  SDValue IsExact(DAG.getMachineNode(MTIA::FEQ_D, DL, MVT::i64, Double, Back), 0);
  SDValue IsInexact =
      DAG.getNode(ISD::XOR, DL, MVT::i64, IsExact, DAG.getConstant(1, DL, MVT::i64));
  SDValue Bits = DAG.getNode(MTIAISD::FMV_X_ANYEXTW, DL, MVT::i64, Cut);
  return {Cut, DAG.getNode(ISD::OR, DL, MVT::i64, Bits, IsInexact)};
}

// Zfbfmin converts singles.
SDValue MTIATargetLowering::lowerRoundToBF16(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  bool IsStrict = Op->isStrictFPOpcode();
  SDValue Src = Op.getOperand(IsStrict ? 1 : 0);
  if (Src.getValueType() != MVT::f64)
    return Op;
  SDValue Single = DAG.getNode(MTIAISD::FMV_W_X, DL, MVT::f32, cutToOdd(Src, DL, DAG).second);
  SDValue Exact = DAG.getIntPtrConstant(0, DL, /*isTarget=*/true);
  if (IsStrict)
    return DAG.getNode(ISD::STRICT_FP_ROUND, DL, {MVT::bf16, MVT::Other},
                       {Op.getOperand(0), Single, Exact});
  return DAG.getNode(ISD::FP_ROUND, DL, MVT::bf16, Single, Exact);
}

// A bfloat16 is the upper half of a single, rounded to nearest, ties to even; a NaN stays
// one.
SDValue MTIATargetLowering::lowerFPToBF16(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  bool IsStrict = Op->isStrictFPOpcode();
  SDValue Src = Op.getOperand(IsStrict ? 1 : 0);
  auto Imm = [&](uint64_t Value) { return DAG.getConstant(Value, DL, MVT::i64); };
  SDValue Bits;
  if (Src.getValueType() == MVT::f64) {
    std::tie(Src, Bits) = cutToOdd(Src, DL, DAG);
  } else {
    Bits = DAG.getNode(MTIAISD::FMV_X_ANYEXTW, DL, MVT::i64, Src);
  }
  SDValue Upper = DAG.getNode(ISD::SRL, DL, MVT::i64, Bits, Imm(16));
  SDValue Odd = DAG.getNode(ISD::AND, DL, MVT::i64, Upper, Imm(1));
  SDValue Sum = DAG.getNode(ISD::ADD, DL, MVT::i64, Bits, Imm(0x7fff));
  Sum = DAG.getNode(ISD::ADD, DL, MVT::i64, Sum, Odd);
  SDValue Rounded = DAG.getNode(ISD::SRL, DL, MVT::i64, Sum, Imm(16));
  SDValue Quiet = DAG.getNode(ISD::OR, DL, MVT::i64, Upper, Imm(0x40));
  SDValue IsOrdered(DAG.getMachineNode(MTIA::FEQ_S, DL, MVT::i64, Src, Src), 0);
  SDValue Result = DAG.getNode(ISD::SELECT, DL, MVT::i64, IsOrdered, Rounded, Quiet);
  return IsStrict ? DAG.getMergeValues({Result, Op.getOperand(0)}, DL) : Result;
}

SDValue MTIATargetLowering::lowerIS_FPCLASS(SDValue Op, SelectionDAG &DAG) const {
  // The bits of fclass: unprivileged ISA manual, "Floating-Point Classify Instruction".
  static const std::pair<FPClassTest, unsigned> Bits[] = {
      {fcNegInf, 0},       {fcNegNormal, 1}, {fcNegSubnormal, 2}, {fcNegZero, 3}, {fcPosZero, 4},
      {fcPosSubnormal, 5}, {fcPosNormal, 6}, {fcPosInf, 7},       {fcSNan, 8},    {fcQNan, 9}};
  SDLoc DL(Op);
  auto Test = static_cast<FPClassTest>(Op.getConstantOperandVal(1));
  uint64_t Mask = 0;
  for (auto [Class, Bit] : Bits)
    if (Test & Class)
      Mask |= uint64_t(1) << Bit;
  SDValue Class = DAG.getNode(MTIAISD::FCLASS, DL, MVT::i64, Op.getOperand(0));
  SDValue Masked = DAG.getNode(ISD::AND, DL, MVT::i64, Class, DAG.getConstant(Mask, DL, MVT::i64));
  SDValue Result = isPowerOf2_64(Mask) ? DAG.getNode(ISD::SRL, DL, MVT::i64, Masked,
                                                     DAG.getConstant(Log2_64(Mask), DL, MVT::i64))
                                       : DAG.getSetCC(DL, MVT::i64, Masked,
                                                      DAG.getConstant(0, DL, MVT::i64), ISD::SETNE);
  return DAG.getZExtOrTrunc(Result, DL, Op.getValueType());
}

// FLT_ROUNDS counts 0: toward zero, 1: to nearest, 2: up, 3: down, 4: nearest, ties away;
// frm counts rne, rtz, rdn, rup, rmm. The table of nibbles goes both ways.
static constexpr uint64_t RoundingModeTable = 0x42301;

static SDValue lookUpRoundingMode(SDValue Mode, const SDLoc &DL, SelectionDAG &DAG) {
  SDValue Shift = DAG.getNode(ISD::SHL, DL, MVT::i64, Mode, DAG.getConstant(2, DL, MVT::i64));
  SDValue Shifted =
      DAG.getNode(ISD::SRL, DL, MVT::i64, DAG.getConstant(RoundingModeTable, DL, MVT::i64), Shift);
  return DAG.getNode(ISD::AND, DL, MVT::i64, Shifted, DAG.getConstant(7, DL, MVT::i64));
}

static SDValue readFPCSR(unsigned Opcode, SDValue Chain, const SDLoc &DL, SelectionDAG &DAG) {
  return SDValue(DAG.getMachineNode(Opcode, DL, DAG.getVTList(MVT::i64, MVT::Other), {Chain}), 0);
}

static SDValue writeFPCSR(unsigned Opcode, SDValue Value, SDValue Chain, const SDLoc &DL,
                          SelectionDAG &DAG) {
  return SDValue(DAG.getMachineNode(Opcode, DL, MVT::Other, {Value, Chain}), 0);
}

SDValue MTIATargetLowering::lowerFPEnvironment(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  SDValue Chain = Op.getOperand(0);
  SDValue Zero = DAG.getTargetConstant(0, DL, MVT::i64);
  switch (Op.getOpcode()) {
  case ISD::GET_ROUNDING: {
    SDValue Mode = readFPCSR(MTIA::ReadFRM, Chain, DL, DAG);
    SDValue Result = lookUpRoundingMode(Mode, DL, DAG);
    return DAG.getMergeValues({Result, Mode.getValue(1)}, DL);
  }
  case ISD::SET_ROUNDING: {
    SDValue Mode = DAG.getAnyExtOrTrunc(Op.getOperand(1), DL, MVT::i64);
    return writeFPCSR(MTIA::WriteFRM, lookUpRoundingMode(Mode, DL, DAG), Chain, DL, DAG);
  }
  case ISD::GET_FPENV: {
    SDValue Env = readFPCSR(MTIA::ReadFCSR, Chain, DL, DAG);
    return DAG.getMergeValues({Env, Env.getValue(1)}, DL);
  }
  case ISD::SET_FPENV:
    return writeFPCSR(MTIA::WriteFCSR, Op.getOperand(1), Chain, DL, DAG);
  case ISD::RESET_FPENV:
    return writeFPCSR(MTIA::WriteFCSRImm, Zero, Chain, DL, DAG);
  case ISD::GET_FPMODE: {
    SDValue Mode = readFPCSR(MTIA::ReadFRM, Chain, DL, DAG);
    return DAG.getMergeValues({Mode, Mode.getValue(1)}, DL);
  }
  case ISD::SET_FPMODE:
    return writeFPCSR(MTIA::WriteFRM, Op.getOperand(1), Chain, DL, DAG);
  case ISD::RESET_FPMODE:
    return writeFPCSR(MTIA::WriteFRMImm, Zero, Chain, DL, DAG);
  default:
    llvm_unreachable("Not an access to the floating-point environment");
  }
}

SDValue MTIATargetLowering::lowerFPOperation(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  switch (Op.getOpcode()) {
  default:
    report_fatal_error(Twine("the operation ") + Op->getOperationName(&DAG) +
                       ", which should have been legal, reached custom lowering");
  case ISD::BITCAST:
    return lowerBITCAST(Op, DAG);
  case ISD::FP_TO_SINT_SAT:
  case ISD::FP_TO_UINT_SAT:
    return lowerFPToIntSat(Op, DAG);
  case ISD::FCEIL:
  case ISD::FFLOOR:
  case ISD::FTRUNC:
  case ISD::FRINT:
  case ISD::FROUND:
  case ISD::FROUNDEVEN:
    return lowerFRound(Op, DAG);
  case ISD::FMINIMUM:
  case ISD::FMAXIMUM:
    return lowerFMinimumFMaximum(Op, DAG);
  case ISD::IS_FPCLASS:
    return lowerIS_FPCLASS(Op, DAG);
  case ISD::STRICT_BF16_TO_FP: {
    SDValue Single = DAG.getNode(ISD::BF16_TO_FP, DL, MVT::f32, Op.getOperand(1));
    if (Op.getValueType() == MVT::f32)
      return DAG.getMergeValues({Single, Op.getOperand(0)}, DL);
    return DAG.getNode(ISD::STRICT_FP_EXTEND, DL, {Op.getValueType(), MVT::Other},
                       {Op.getOperand(0), Single});
  }
  case ISD::BF16_TO_FP: {
    // The upper half of a single.
    SDValue Bits = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, Op.getOperand(0));
    Bits = DAG.getNode(ISD::SHL, DL, MVT::i64, Bits, DAG.getConstant(16, DL, MVT::i64));
    SDValue Single = DAG.getNode(MTIAISD::FMV_W_X, DL, MVT::f32, Bits);
    return DAG.getFPExtendOrRound(Single, DL, Op.getValueType());
  }
  case ISD::FP_TO_BF16:
  case ISD::STRICT_FP_TO_BF16:
    return lowerFPToBF16(Op, DAG);
  case ISD::FP_ROUND:
  case ISD::STRICT_FP_ROUND:
    return lowerRoundToBF16(Op, DAG);
  case ISD::FNEG:
  case ISD::FABS:
  case ISD::FCOPYSIGN:
    return lowerSign(Op, DAG);
  case ISD::FP16_TO_FP:
  case ISD::STRICT_FP16_TO_FP:
  case ISD::FP_TO_FP16:
  case ISD::STRICT_FP_TO_FP16:
    return lowerFP16Conversion(Op, DAG);
  case ISD::SINT_TO_FP:
  case ISD::UINT_TO_FP: {
    // Zfhmin: by way of a single. Its 24 bits hold every integer that isn't beyond the
    // half's range, so that nothing is rounded twice. Integers beyond 2^24 are, on their way to
    // a bfloat, as without Zfbfmin and in vectors.
    if (!isOnlyMoved(Subtarget, Op.getValueType()))
      return Op.getOperand(0).getValueType() == MVT::i128 ? SDValue() : Op;
    SDValue Src = Op.getOperand(0);
    SDValue Single = DAG.getNode(Op.getOpcode(), DL, MVT::f32, Src);
    return DAG.getNode(ISD::FP_ROUND, DL, Op.getValueType(), Single,
                       DAG.getIntPtrConstant(0, DL, /*isTarget=*/true));
  }
  case ISD::FP_TO_SINT:
  case ISD::FP_TO_UINT:
  case ISD::LRINT:
  case ISD::LLRINT:
  case ISD::LROUND:
  case ISD::LLROUND: {
    SDValue Src = Op.getOperand(0);
    if (!isOnlyMoved(Subtarget, Src.getValueType()))
      return Op;
    return DAG.getNode(Op.getOpcode(), DL, Op.getValueType(),
                       DAG.getNode(ISD::FP_EXTEND, DL, MVT::f32, Src));
  }
  case ISD::STRICT_FP_TO_SINT:
  case ISD::STRICT_FP_TO_UINT:
  case ISD::STRICT_LRINT:
  case ISD::STRICT_LLRINT:
  case ISD::STRICT_LROUND:
  case ISD::STRICT_LLROUND: {
    SDValue Src = Op.getOperand(1);
    if (!isOnlyMoved(Subtarget, Src.getValueType()))
      return Op;
    SDValue Single =
        DAG.getNode(ISD::STRICT_FP_EXTEND, DL, {MVT::f32, MVT::Other}, {Op.getOperand(0), Src});
    return DAG.getNode(Op.getOpcode(), DL, {Op.getValueType(), MVT::Other},
                       {Single.getValue(1), Single});
  }
  case ISD::STRICT_SINT_TO_FP:
  case ISD::STRICT_UINT_TO_FP: {
    if (!isOnlyMoved(Subtarget, Op.getValueType()))
      return Op.getOperand(1).getValueType() == MVT::i128 ? SDValue() : Op;
    SDValue Single = DAG.getNode(Op.getOpcode(), DL, {MVT::f32, MVT::Other},
                                 {Op.getOperand(0), Op.getOperand(1)});
    return DAG.getNode(ISD::STRICT_FP_ROUND, DL, {Op.getValueType(), MVT::Other},
                       {Single.getValue(1), Single, DAG.getIntPtrConstant(0, DL, true)});
  }
  case ISD::FPOWI: {
    // As long as the exponent is an int, there can be a library call.
    if ((Op.getValueType() != MVT::f16 && Op.getValueType() != MVT::bf16) ||
        Op.getOperand(1).getValueType() != MVT::i32)
      return SDValue(); // the usual way; the node itself would be visited for ever
    SDValue Base = DAG.getNode(ISD::FP_EXTEND, DL, MVT::f32, Op.getOperand(0));
    SDValue Power = DAG.getNode(ISD::FPOWI, DL, MVT::f32, Base, Op.getOperand(1));
    return DAG.getNode(ISD::FP_ROUND, DL, Op.getValueType(), Power,
                       DAG.getIntPtrConstant(0, DL, /*isTarget=*/true));
  }
  case ISD::GET_ROUNDING:
  case ISD::SET_ROUNDING:
  case ISD::GET_FPENV:
  case ISD::SET_FPENV:
  case ISD::RESET_FPENV:
  case ISD::GET_FPMODE:
  case ISD::SET_FPMODE:
  case ISD::RESET_FPMODE:
    return lowerFPEnvironment(Op, DAG);
  }
}

// Results of types that aren't legal: i16 and i32. Returns false for other operations.
bool MTIATargetLowering::replaceFPNodeResults(SDNode *N, SmallVectorImpl<SDValue> &Results,
                                              SelectionDAG &DAG) const {
  SDLoc DL(N);
  switch (N->getOpcode()) {
  default:
    return false;
  case ISD::BITCAST: {
    SDValue Src = N->getOperand(0);
    EVT VT = N->getValueType(0);
    unsigned Opcode;
    if (!isTypeLegal(Src.getValueType()))
      return true;
    if (VT == MVT::i16 && (Src.getValueType() == MVT::f16 || Src.getValueType() == MVT::bf16))
      Opcode = MTIAISD::FMV_X_ANYEXTH;
    else if (VT == MVT::i32 && Src.getValueType() == MVT::f32)
      Opcode = MTIAISD::FMV_X_ANYEXTW;
    else
      return true;
    Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, VT, DAG.getNode(Opcode, DL, MVT::i64, Src)));
    return true;
  }
  case ISD::FP_TO_SINT:
  case ISD::FP_TO_UINT:
  case ISD::STRICT_FP_TO_SINT:
  case ISD::STRICT_FP_TO_UINT: {
    bool IsStrict = N->isStrictFPOpcode();
    bool IsSigned = N->getOpcode() == ISD::FP_TO_SINT || N->getOpcode() == ISD::STRICT_FP_TO_SINT;
    SDValue Src = N->getOperand(IsStrict ? 1 : 0);
    if (!isTypeLegal(Src.getValueType()))
      return true; // a library call, after the operand's type is replaced
    SDValue Chain = IsStrict ? N->getOperand(0) : SDValue();
    if (!hasArithmetic(Subtarget, Src.getValueType())) {
      if (IsStrict) {
        Src = DAG.getNode(ISD::STRICT_FP_EXTEND, DL, {MVT::f32, MVT::Other}, {Chain, Src});
        Chain = Src.getValue(1);
      } else {
        Src = DAG.getNode(ISD::FP_EXTEND, DL, MVT::f32, Src);
      }
    }
    SDValue RTZ = getFRM(DAG, DL, MTIAFPRndMode::RTZ);
    SDValue Res;
    if (IsStrict)
      Res = DAG.getNode(IsSigned ? MTIAISD::STRICT_FCVT_W : MTIAISD::STRICT_FCVT_WU, DL,
                        {MVT::i64, MVT::Other}, {Chain, Src, RTZ});
    else
      Res = DAG.getNode(IsSigned ? MTIAISD::FCVT_W : MTIAISD::FCVT_WU, DL, MVT::i64, Src, RTZ);
    Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, Res));
    if (IsStrict)
      Results.push_back(Res.getValue(1));
    return true;
  }
  case ISD::FP_ROUND:
  case ISD::STRICT_FP_ROUND: {
    // To a half or a bfloat that isn't legal, from a type of which there is no register: the
    // library function returns it in a floating-point register all the same.
    bool IsStrict = N->isStrictFPOpcode();
    SDValue Src = N->getOperand(IsStrict ? 1 : 0);
    EVT VT = N->getValueType(0);
    if (isTypeLegal(Src.getValueType()) || Src.getValueType().isVector() ||
        RTLIB::getFPROUND(Src.getValueType(), VT) == RTLIB::UNKNOWN_LIBCALL)
      return true;
    auto [Result, Chain] =
        makeLibCall(DAG, RTLIB::getFPROUND(Src.getValueType(), VT), MVT::f32, Src,
                    MakeLibCallOptions(), DL, IsStrict ? N->getOperand(0) : SDValue());
    Result = DAG.getNode(ISD::BITCAST, DL, MVT::i32, Result);
    Result = DAG.getNode(ISD::TRUNCATE, DL, MVT::i16, Result);
    Results.push_back(DAG.getNode(ISD::BITCAST, DL, VT, Result));
    if (IsStrict)
      Results.push_back(Chain);
    return true;
  }
  case ISD::LROUND: {
    SDValue Src = N->getOperand(0);
    EVT SrcVT = Src.getValueType();
    if (isOnlyMoved(Subtarget, SrcVT)) {
      Src = DAG.getNode(ISD::FP_EXTEND, DL, MVT::f32, Src);
      SrcVT = MVT::f32;
    }
    SDValue Res;
    if (hasArithmetic(Subtarget, SrcVT)) {
      Res = DAG.getNode(MTIAISD::FCVT_W, DL, MVT::i64, Src, getFRM(DAG, DL, MTIAFPRndMode::RMM));
    } else {
      RTLIB::Libcall LC = SrcVT == MVT::f32   ? RTLIB::LROUND_F32
                          : SrcVT == MVT::f64 ? RTLIB::LROUND_F64
                                              : RTLIB::LROUND_F128;
      Res = makeLibCall(DAG, LC, MVT::i64, Src, MakeLibCallOptions(), DL).first;
    }
    Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, Res));
    return true;
  }
  case ISD::GET_ROUNDING: {
    SDValue Mode = readFPCSR(MTIA::ReadFRM, N->getOperand(0), DL, DAG);
    Results.push_back(
        DAG.getNode(ISD::TRUNCATE, DL, N->getValueType(0), lookUpRoundingMode(Mode, DL, DAG)));
    Results.push_back(Mode.getValue(1));
    return true;
  }
  }
}

// The conversion of a rounded value rounds by itself. Out of its range, it differs: there
// the operation's result is poison; or the saturated one, which rounding does not change.
static SDValue foldRoundingIntoConversion(SDNode *N, SelectionDAG &DAG, const MTIASubtarget &STI) {
  unsigned Opcode = N->getOpcode();
  bool IsSat = Opcode == ISD::FP_TO_SINT_SAT || Opcode == ISD::FP_TO_UINT_SAT;
  bool IsSigned = Opcode == ISD::FP_TO_SINT || Opcode == ISD::FP_TO_SINT_SAT;
  SDValue Rounded = N->getOperand(0);
  MTIAFPRndMode::RoundingMode RM;
  switch (Rounded.getOpcode()) {
  case ISD::FROUNDEVEN:
    RM = MTIAFPRndMode::RNE;
    break;
  case ISD::FTRUNC:
    RM = MTIAFPRndMode::RTZ;
    break;
  case ISD::FFLOOR:
    RM = MTIAFPRndMode::RDN;
    break;
  case ISD::FCEIL:
    RM = MTIAFPRndMode::RUP;
    break;
  case ISD::FROUND:
    RM = MTIAFPRndMode::RMM;
    break;
  case ISD::FRINT:
  case ISD::FNEARBYINT:
    RM = MTIAFPRndMode::DYN;
    break;
  default:
    return SDValue();
  }
  SDValue Src = Rounded.getOperand(0);
  EVT VT = N->getValueType(0);
  if (!hasArithmetic(STI, Src.getValueType()) || (VT != MVT::i32 && VT != MVT::i64))
    return SDValue();
  if (IsSat && cast<VTSDNode>(N->getOperand(1))->getVT() != VT)
    return SDValue();
  SDLoc DL(N);
  unsigned Convert = VT == MVT::i64 ? (IsSigned ? MTIAISD::FCVT_X : MTIAISD::FCVT_XU)
                                    : (IsSigned ? MTIAISD::FCVT_W : MTIAISD::FCVT_WU);
  SDValue Int = DAG.getNode(Convert, DL, MVT::i64, Src, getFRM(DAG, DL, RM));
  if (IsSat) {
    SDValue IsNaN = DAG.getSetCC(DL, MVT::i64, Src, Src, ISD::SETUO);
    Int = DAG.getNode(ISD::SELECT, DL, MVT::i64, IsNaN, DAG.getConstant(0, DL, MVT::i64), Int);
  }
  return DAG.getNode(ISD::TRUNCATE, DL, VT, Int);
}

SDValue MTIATargetLowering::performFPCombine(SDNode *N, DAGCombinerInfo &DCI) const {
  switch (N->getOpcode()) {
  default:
    return SDValue();
  case ISD::FP_TO_SINT:
  case ISD::FP_TO_UINT:
  case ISD::FP_TO_SINT_SAT:
  case ISD::FP_TO_UINT_SAT:
    return foldRoundingIntoConversion(N, DCI.DAG, Subtarget);
  case ISD::FMUL:
  case ISD::FDIV: {
    // The product's sign is another instruction's, if one uses it that can negate.
    if (!hasArithmetic(Subtarget, N->getValueType(0)))
      return SDValue();
    for (unsigned Negated : {0, 1}) {
      SDValue Neg = N->getOperand(Negated), Other = N->getOperand(1 - Negated);
      if (Neg.getOpcode() != ISD::FNEG || !Neg.hasOneUse() || isa<ConstantFPSDNode>(Other))
        continue;
      SDLoc DL(N);
      SDValue Ops[2] = {Other, Other};
      Ops[Negated] = Neg.getOperand(0);
      SDValue Positive =
          DCI.DAG.getNode(N->getOpcode(), DL, N->getValueType(0), Ops[0], Ops[1], N->getFlags());
      return DCI.DAG.getNode(ISD::FNEG, DL, N->getValueType(0), Positive);
    }
    return SDValue();
  }
  case MTIAISD::FMV_X_ANYEXTW:
  case MTIAISD::FMV_X_ANYEXTH: {
    // There and back.
    SDValue Op0 = N->getOperand(0);
    unsigned Inverse =
        N->getOpcode() == MTIAISD::FMV_X_ANYEXTW ? MTIAISD::FMV_W_X : MTIAISD::FMV_H_X;
    if (Op0.getOpcode() == Inverse)
      return Op0.getOperand(0);
    return SDValue();
  }
  case MTIAISD::FMV_W_X:
  case MTIAISD::FMV_H_X: {
    SDValue Op0 = N->getOperand(0);
    bool IsWord = N->getOpcode() == MTIAISD::FMV_W_X;
    if (Op0.getOpcode() == (IsWord ? MTIAISD::FMV_X_ANYEXTW : MTIAISD::FMV_X_ANYEXTH) &&
        Op0.getOperand(0).getValueType() == N->getValueType(0))
      return Op0.getOperand(0);
    // Bits above are not looked at.
    if (SimplifyDemandedBits(Op0, APInt::getLowBitsSet(64, IsWord ? 32 : 16), DCI))
      return SDValue(N, 0);
    return SDValue();
  }
  }
}

//===----------------------------------------------------------------------===//
// Pseudo-instructions
//===----------------------------------------------------------------------===//

//   head:  abs = fabs src; below = flt abs, limit; beq below, x0, done
//   round: int = fcvt.i src, rm; back = fcvt.f int, rm; res = fsgnj back, src
//   done:  dst = phi (src, head), (res, round)
static MachineBasicBlock *emitFRound(MachineInstr &MI, MachineBasicBlock *MBB,
                                     const MTIASubtarget &STI) {
  unsigned Sgnjx, Flt, ToInt, FromInt, Sgnj;
  const TargetRegisterClass *RC;
  switch (MI.getOpcode()) {
  case MTIA::PseudoFROUND_H:
    Sgnjx = MTIA::FSGNJX_H, Flt = MTIA::FLT_H, ToInt = MTIA::FCVT_W_H, FromInt = MTIA::FCVT_H_W;
    Sgnj = MTIA::FSGNJ_H, RC = &MTIA::FPR16RegClass;
    break;
  case MTIA::PseudoFROUND_S:
    Sgnjx = MTIA::FSGNJX_S, Flt = MTIA::FLT_S, ToInt = MTIA::FCVT_W_S, FromInt = MTIA::FCVT_S_W;
    Sgnj = MTIA::FSGNJ_S, RC = &MTIA::FPR32RegClass;
    break;
  default:
    Sgnjx = MTIA::FSGNJX_D, Flt = MTIA::FLT_D, ToInt = MTIA::FCVT_L_D, FromInt = MTIA::FCVT_D_L;
    Sgnj = MTIA::FSGNJ_D, RC = &MTIA::FPR64RegClass;
    break;
  }
  const MTIAInstrInfo &TII = *STI.getInstrInfo();
  const BasicBlock *BB = MBB->getBasicBlock();
  DebugLoc DL = MI.getDebugLoc();
  MachineFunction *F = MBB->getParent();
  MachineRegisterInfo &MRI = F->getRegInfo();
  MachineFunction::iterator InsertPt = ++MBB->getIterator();
  MachineBasicBlock *RoundMBB = F->CreateMachineBasicBlock(BB);
  MachineBasicBlock *DoneMBB = F->CreateMachineBasicBlock(BB);
  F->insert(InsertPt, RoundMBB);
  F->insert(InsertPt, DoneMBB);
  DoneMBB->splice(DoneMBB->end(), MBB, std::next(MI.getIterator()), MBB->end());
  DoneMBB->transferSuccessorsAndUpdatePHIs(MBB);
  MBB->addSuccessor(RoundMBB);
  MBB->addSuccessor(DoneMBB);
  RoundMBB->addSuccessor(DoneMBB);

  Register Dst = MI.getOperand(0).getReg();
  Register Src = MI.getOperand(1).getReg();
  Register Limit = MI.getOperand(2).getReg();
  int64_t RM = MI.getOperand(3).getImm();
  uint32_t NoExcept = MI.getFlag(MachineInstr::MIFlag::NoFPExcept) ? MachineInstr::NoFPExcept : 0;

  Register Abs = MRI.createVirtualRegister(RC);
  BuildMI(MBB, DL, TII.get(Sgnjx), Abs).addReg(Src).addReg(Src);
  Register Below = MRI.createVirtualRegister(&MTIA::GPRRegClass);
  BuildMI(MBB, DL, TII.get(Flt), Below).addReg(Abs).addReg(Limit).setMIFlags(NoExcept);
  BuildMI(MBB, DL, TII.get(MTIA::BEQ)).addReg(Below).addReg(MTIA::X0).addMBB(DoneMBB);

  Register Int = MRI.createVirtualRegister(&MTIA::GPRRegClass);
  BuildMI(RoundMBB, DL, TII.get(ToInt), Int).addReg(Src).addImm(RM).setMIFlags(NoExcept);
  Register Back = MRI.createVirtualRegister(RC);
  BuildMI(RoundMBB, DL, TII.get(FromInt), Back).addReg(Int).addImm(RM).setMIFlags(NoExcept);
  // The sign of a zero.
  Register Rounded = MRI.createVirtualRegister(RC);
  BuildMI(RoundMBB, DL, TII.get(Sgnj), Rounded).addReg(Back).addReg(Src);

  BuildMI(*DoneMBB, DoneMBB->begin(), DL, TII.get(TargetOpcode::PHI), Dst)
      .addReg(Src)
      .addMBB(MBB)
      .addReg(Rounded)
      .addMBB(RoundMBB);
  MI.eraseFromParent();
  F->getProperties().resetNoPHIs();
  return DoneMBB;
}

// The comparison raises invalid for every NaN: put the flags back, and let feq raise it
// for a signalling one.
static MachineBasicBlock *emitQuietCompare(MachineInstr &MI, MachineBasicBlock *MBB, unsigned Cmp,
                                           unsigned Feq, const MTIASubtarget &STI) {
  const MTIAInstrInfo &TII = *STI.getInstrInfo();
  MachineRegisterInfo &MRI = MBB->getParent()->getRegInfo();
  DebugLoc DL = MI.getDebugLoc();
  Register Dst = MI.getOperand(0).getReg();
  Register A = MI.getOperand(1).getReg();
  Register B = MI.getOperand(2).getReg();
  Register Flags = MRI.createVirtualRegister(&MTIA::GPRRegClass);
  bool NoExcept = MI.getFlag(MachineInstr::MIFlag::NoFPExcept);
  BuildMI(*MBB, MI, DL, TII.get(MTIA::ReadFFLAGS), Flags);
  auto Compare = BuildMI(*MBB, MI, DL, TII.get(Cmp), Dst).addReg(A).addReg(B);
  if (NoExcept)
    Compare->setFlag(MachineInstr::MIFlag::NoFPExcept);
  BuildMI(*MBB, MI, DL, TII.get(MTIA::WriteFFLAGS)).addReg(Flags, RegState::Kill);
  auto Signal = BuildMI(*MBB, MI, DL, TII.get(Feq), MTIA::X0).addReg(A).addReg(B);
  if (NoExcept)
    Signal->setFlag(MachineInstr::MIFlag::NoFPExcept);
  MI.eraseFromParent();
  return MBB;
}

MachineBasicBlock *MTIATargetLowering::emitFPPseudo(MachineInstr &MI, MachineBasicBlock *BB) const {
  switch (MI.getOpcode()) {
  case MTIA::PseudoFROUND_H:
  case MTIA::PseudoFROUND_S:
  case MTIA::PseudoFROUND_D:
    return emitFRound(MI, BB, Subtarget);
  case MTIA::PseudoQuietFLT_H:
    return emitQuietCompare(MI, BB, MTIA::FLT_H, MTIA::FEQ_H, Subtarget);
  case MTIA::PseudoQuietFLE_H:
    return emitQuietCompare(MI, BB, MTIA::FLE_H, MTIA::FEQ_H, Subtarget);
  case MTIA::PseudoQuietFLT_S:
    return emitQuietCompare(MI, BB, MTIA::FLT_S, MTIA::FEQ_S, Subtarget);
  case MTIA::PseudoQuietFLE_S:
    return emitQuietCompare(MI, BB, MTIA::FLE_S, MTIA::FEQ_S, Subtarget);
  case MTIA::PseudoQuietFLT_D:
    return emitQuietCompare(MI, BB, MTIA::FLT_D, MTIA::FEQ_D, Subtarget);
  case MTIA::PseudoQuietFLE_D:
    return emitQuietCompare(MI, BB, MTIA::FLE_D, MTIA::FEQ_D, Subtarget);
  default:
    llvm_unreachable("No custom inserter for this instruction");
  }
}

//===----------------------------------------------------------------------===//
// Inline assembly
//===----------------------------------------------------------------------===//

// Operands have their class's first type, f16, until they are used.
bool MTIATargetLowering::isHalfRegisterType(MVT VT) const {
  return (VT == MVT::f16 || VT == MVT::bf16) && isTypeLegal(VT) && isTypeLegal(MVT::f16);
}

const TargetRegisterClass *MTIATargetLowering::getFPRegClass(MVT VT) const {
  if (isHalfRegisterType(VT))
    return &MTIA::FPR16RegClass;
  if (VT == MVT::f32 && Subtarget.hasStdExtF())
    return &MTIA::FPR32RegClass;
  if (VT == MVT::f64 && Subtarget.hasStdExtD())
    return &MTIA::FPR64RegClass;
  return nullptr;
}

// A register by its ABI or architectural name, in the view of a value's type; by default
// in the widest that there is. No register for other names.
std::pair<unsigned, const TargetRegisterClass *> MTIATargetLowering::getFPRegByName(StringRef Name,
                                                                                    MVT VT) const {
  if (!Subtarget.hasStdExtF() || Name.size() < 2 || Name[0] != 'f')
    return {0U, nullptr};
  unsigned Number;
  StringRef Digits = Name.drop_front(isDigit(Name[1]) ? 1 : 2);
  if (Digits.getAsInteger(10, Number))
    return {0U, nullptr};
  if (isDigit(Name[1])) {
    if (Number > 31)
      return {0U, nullptr};
  } else if (Name[1] == 't' && Number <= 11) {
    Number += Number < 8 ? 0 : 20;
  } else if (Name[1] == 's' && Number <= 11) {
    Number += Number < 2 ? 8 : 16;
  } else if (Name[1] == 'a' && Number <= 7) {
    Number += 10;
  } else {
    return {0U, nullptr};
  }
  if (isHalfRegisterType(VT))
    return {MTIA::F0_H + Number, &MTIA::FPR16RegClass};
  if (VT == MVT::f64 || (VT == MVT::Other && Subtarget.hasStdExtD())) {
    if (!Subtarget.hasStdExtD())
      return {0U, nullptr};
    return {MTIA::F0_D + Number, &MTIA::FPR64RegClass};
  }
  return {MTIA::F0_F + Number, &MTIA::FPR32RegClass};
}
