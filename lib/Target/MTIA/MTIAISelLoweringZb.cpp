//===-- MTIAISelLoweringZb.cpp - Lowering for Zb* and Zicond ----*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMatInt.h"
#include "MTIAISelLowering.h"
#include "MTIASelectionDAGInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/SelectionDAG.h"
#include "llvm/IR/IntrinsicsRISCV.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/KnownBits.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-lower"

static cl::opt<bool> EnableSelectFold("mtia-enable-select-fold",
                                      cl::desc("Select an operand rather than a result"),
                                      cl::init(true), cl::Hidden);
static cl::opt<bool> EnableMulExpansion("mtia-enable-mul-expansion",
                                        cl::desc("Multiply by constants with additions"),
                                        cl::init(true), cl::Hidden);

void MTIATargetLowering::setBitActions() {
  if (Subtarget.hasStdExtZbb()) {
    setOperationAction({ISD::CTLZ, ISD::CTTZ, ISD::CTPOP, ISD::ROTL, ISD::ROTR, ISD::BSWAP,
                        ISD::SMIN, ISD::SMAX, ISD::UMIN, ISD::UMAX},
                       MVT::i64, Legal);
    setOperationAction(ISD::SIGN_EXTEND_INREG, {MVT::i8, MVT::i16}, Legal);
    setOperationAction({ISD::CTLZ, ISD::CTLZ_ZERO_UNDEF, ISD::CTTZ, ISD::CTTZ_ZERO_UNDEF, ISD::ROTL,
                        ISD::ROTR, ISD::ABS},
                       MVT::i32, Custom);
    setOperationAction(ISD::INTRINSIC_WO_CHAIN, MVT::i32, Custom);
  }
  setTargetDAGCombine({ISD::SELECT, ISD::AND, ISD::OR, ISD::TRUNCATE});
}

//===----------------------------------------------------------------------===//
// What is cheap
//===----------------------------------------------------------------------===//

bool MTIATargetLowering::isCheapToSpeculateCttz(Type *Ty) const { return Subtarget.hasStdExtZbb(); }

bool MTIATargetLowering::isCheapToSpeculateCtlz(Type *Ty) const { return Subtarget.hasStdExtZbb(); }

bool MTIATargetLowering::isCtpopFast(EVT VT) const {
  return Subtarget.hasStdExtZbb() && (VT == MVT::i32 || VT == MVT::i64);
}

// A test of one bit decides between a value and 0: a conditional zero, where ANDI or BEXTI
// makes the condition; otherwise the bit as a mask.
bool MTIATargetLowering::shouldFoldSelectWithSingleBitTest(EVT VT, const APInt &AndMask) const {
  if (Subtarget.hasStdExtZicond())
    return !Subtarget.hasStdExtZbs() && AndMask.ugt(1024);
  return TargetLowering::shouldFoldSelectWithSingleBitTest(VT, AndMask);
}

// Whether x + c < c' with powers of two may become a comparison of x with its lower bits
// extended: where that is one instruction.
bool MTIATargetLowering::shouldTransformSignedTruncationCheck(EVT XVT, unsigned KeptBits) const {
  if (XVT.isVector() || (XVT != MVT::i32 && XVT != MVT::i64))
    return false;
  return KeptBits == 32 || (Subtarget.hasStdExtZbb() && (KeptBits == 8 || KeptBits == 16));
}

// Of two registers, a shift by a variable is fourteen instructions: a call is shorter.
TargetLowering::ShiftLegalizationStrategy
MTIATargetLowering::preferredShiftLegalizationStrategy(SelectionDAG &DAG, SDNode *N,
                                                       unsigned Factor) const {
  if (DAG.getMachineFunction().getFunction().hasMinSize())
    return ShiftLegalizationStrategy::LowerToLibcall;
  return TargetLowering::preferredShiftLegalizationStrategy(DAG, N, Factor);
}

bool MTIATargetLowering::hasAndNotCompare(SDValue Y) const {
  return Y.getValueType().isScalarInteger() && Subtarget.hasStdExtZbb() && !isa<ConstantSDNode>(Y);
}

bool MTIATargetLowering::hasAndNot(SDValue Y) const { return hasAndNotCompare(Y); }

// Whether (x >> y) & 1 is one instruction; with a constant a mask does as well.
bool MTIATargetLowering::hasBitTest(SDValue X, SDValue Y) const {
  auto *C = dyn_cast<ConstantSDNode>(Y);
  if (!X.getValueType().isScalarInteger())
    return false;
  return Subtarget.hasStdExtZbs() ? true : C && C->getAPIntValue().ule(10);
}

// (x & c) != 0 tested by a branch in the other block: worth the copy of the mask where
// it is an immediate or one instruction.
bool MTIATargetLowering::isMaskAndCmp0FoldingBeneficial(const Instruction &AndI) const {
  if (AndI.getType()->isVectorTy())
    return false;
  auto *Mask = dyn_cast<ConstantInt>(AndI.getOperand(1));
  if (!Mask)
    return false;
  unsigned Bits = Mask->getBitWidth();
  if (Bits > 64)
    return false;
  if (Subtarget.hasStdExtZbs() && Mask->getValue().isPowerOf2())
    return true;
  return isInt<12>(Mask->getSExtValue());
}

bool MTIATargetLowering::shouldProduceAndByConstByHoistingConstFromShiftsLHSOfAnd(
    SDValue X, ConstantSDNode *XC, ConstantSDNode *CC, SDValue Y, unsigned OldShiftOpcode,
    unsigned NewShiftOpcode, SelectionDAG &DAG) const {
  // ((1 << y) & c) == 0 -> ((c >> y) & 1) == 0, for the sake of BEXT.
  if (XC && OldShiftOpcode == ISD::SRL && XC->isOne())
    return false;
  if (NewShiftOpcode == ISD::SRL && CC->isOne())
    return true;
  return TargetLowering::shouldProduceAndByConstByHoistingConstFromShiftsLHSOfAnd(
      X, XC, CC, Y, OldShiftOpcode, NewShiftOpcode, DAG);
}

//===----------------------------------------------------------------------===//
// Selects
//===----------------------------------------------------------------------===//

// (c ? t : f) with Zicond: one conditional zero where an operand is 0 or where one
// value is made of the other, three instructions otherwise.
SDValue MTIATargetLowering::lowerSelectZicond(SDValue Op, SelectionDAG &DAG) const {
  SDValue Cond = Op.getOperand(0);
  SDValue T = Op.getOperand(1);
  SDValue F = Op.getOperand(2);
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  auto CZero = [&](bool OfTrue, SDValue V) { // V if the condition is OfTrue, or 0
    return DAG.getNode(OfTrue ? MTIAISD::CZERO_EQZ : MTIAISD::CZERO_NEZ, DL, VT, V, Cond);
  };

  if (isNullConstant(F))
    return CZero(true, T);
  if (isNullConstant(T))
    return CZero(false, F);

  auto *TC = dyn_cast<ConstantSDNode>(T), *FC = dyn_cast<ConstantSDNode>(F);
  if (TC && FC) {
    uint64_t TV = TC->getZExtValue(), FV = FC->getZExtValue();
    // A condition is 0 or 1: shifted, where the difference is a power of two.
    uint64_t Diff = TV - FV;
    if (isPowerOf2_64(Diff) && isInt<12>(FC->getSExtValue())) {
      SDValue V = Cond;
      if (Diff != 1)
        V = DAG.getNode(ISD::SHL, DL, VT, Cond, DAG.getConstant(Log2_64(Diff), DL, VT));
      return DAG.getNode(ISD::ADD, DL, VT, V, F);
    }
    if (isPowerOf2_64(-Diff) && isInt<12>(TC->getSExtValue()) && Cond.getOpcode() == ISD::SETCC) {
      SDValue Inverse = DAG.getLogicalNOT(DL, Cond, Cond.getValueType());
      SDValue V = Inverse;
      if (-Diff != 1)
        V = DAG.getNode(ISD::SHL, DL, VT, Inverse, DAG.getConstant(Log2_64(-Diff), DL, VT));
      return DAG.getNode(ISD::ADD, DL, VT, V, T);
    }
    // The difference or 0, and the addition of the other: of the two the one that is
    // cheaper to make.
    auto Cost = [this](uint64_t Addend, uint64_t Rest) {
      unsigned C = MTIAMatInt::getIntMatCost((int64_t)Rest, Subtarget) + 1;
      return isInt<12>((int64_t)Addend) ? C
                                        : C + MTIAMatInt::getIntMatCost((int64_t)Addend, Subtarget);
    };
    bool AddFalse = Cost(FV, TV - FV) <= Cost(TV, FV - TV);
    SDValue Rest = DAG.getConstant(AddFalse ? TV - FV : FV - TV, DL, VT);
    return DAG.getNode(ISD::ADD, DL, VT, CZero(AddFalse, Rest), AddFalse ? F : T);
  }

  // One constant: subtracted before and added after, where that is two immediates.
  if (TC || FC) {
    int64_t C = (TC ? TC : FC)->getSExtValue();
    if (isInt<12>(C) && isInt<12>(-C)) {
      SDValue Other = TC ? F : T;
      SDValue Sub = DAG.getNode(ISD::ADD, DL, VT, Other, DAG.getSignedConstant(-C, DL, VT));
      return DAG.getNode(ISD::ADD, DL, VT, CZero(FC != nullptr, Sub), TC ? T : F);
    }
  }

  // t = f & x: f if not c is all that is to be added to it, and the other way round.
  if (T.getOpcode() == ISD::AND && (T.getOperand(0) == F || T.getOperand(1) == F))
    return DAG.getNode(ISD::OR, DL, VT, T, CZero(false, F), SDNodeFlags());
  if (F.getOpcode() == ISD::AND && (F.getOperand(0) == T || F.getOperand(1) == T))
    return DAG.getNode(ISD::OR, DL, VT, F, CZero(true, T), SDNodeFlags());

  return DAG.getNode(ISD::OR, DL, VT, CZero(true, T), CZero(false, F), SDNodeFlags::Disjoint);
}

// (c ? x op y : x) -> x op (c ? y : 0): the select of a value and 0 is cheap.
static SDValue foldSelectIntoOp(SDNode *N, SelectionDAG &DAG, SDValue TrueV, SDValue FalseV,
                                bool Swapped) {
  bool Commutative = true;
  unsigned Opc = TrueV.getOpcode();
  switch (Opc) {
  default:
    return SDValue();
  case ISD::SHL:
  case ISD::SRA:
  case ISD::SRL:
  case ISD::SUB:
    Commutative = false;
    break;
  case ISD::ADD:
  case ISD::OR:
  case ISD::XOR:
    break;
  }
  if (!TrueV.hasOneUse())
    return SDValue();
  unsigned OpToFold;
  if (FalseV == TrueV.getOperand(0))
    OpToFold = 0;
  else if (Commutative && FalseV == TrueV.getOperand(1))
    OpToFold = 1;
  else
    return SDValue();

  EVT VT = N->getValueType(0);
  SDLoc DL(N);
  SDValue Other = TrueV.getOperand(1 - OpToFold);
  EVT OtherVT = Other.getValueType();
  SDValue Zero = DAG.getConstant(0, DL, OtherVT);
  if (Swapped)
    std::swap(Other, Zero);
  SDValue Select = DAG.getSelect(DL, OtherVT, N->getOperand(0), Other, Zero);
  return DAG.getNode(Opc, DL, VT, FalseV, Select);
}

SDValue MTIATargetLowering::performSELECTCombine(SDNode *N, SelectionDAG &DAG) const {
  EVT VT = N->getValueType(0);
  if (!EnableSelectFold || !VT.isScalarInteger() || VT.getSizeInBits() > 64)
    return SDValue();
  SDValue T = N->getOperand(1), F = N->getOperand(2);
  if (SDValue V = foldSelectIntoOp(N, DAG, T, F, /*Swapped=*/false))
    return V;
  return foldSelectIntoOp(N, DAG, F, T, /*Swapped=*/true);
}

// 0 or 1.
static bool isBoolean(SDValue V, SelectionDAG &DAG) {
  return V.getValueType() == MVT::i64 && DAG.MaskedValueIsZero(V, APInt::getBitsSetFrom(64, 1));
}

SDValue MTIATargetLowering::performLogicCombine(SDNode *N, DAGCombinerInfo &DCI,
                                                SelectionDAG &DAG) const {
  EVT VT = N->getValueType(0);
  if (VT != MVT::i64 || !DCI.isAfterLegalizeDAG())
    return SDValue();
  SDLoc DL(N);
  // Of two inverted booleans only the result is inverted.
  auto IsInverted = [&](SDValue V) {
    return V.getOpcode() == ISD::XOR && V.hasOneUse() && isOneConstant(V.getOperand(1)) &&
           isBoolean(V.getOperand(0), DAG);
  };
  SDValue A = N->getOperand(0), B = N->getOperand(1);
  if (IsInverted(A) && IsInverted(B)) {
    unsigned Dual = N->getOpcode() == ISD::AND ? ISD::OR : ISD::AND;
    SDValue Logic = DAG.getNode(Dual, DL, VT, A.getOperand(0), B.getOperand(0));
    return DAG.getNode(ISD::XOR, DL, VT, Logic, DAG.getConstant(1, DL, VT));
  }

  // A mask made of a boolean, -b or b - 1: a conditional zero does without it.
  if (N->getOpcode() != ISD::AND || !Subtarget.hasStdExtZicond() || !EnableSelectFold)
    return SDValue();
  for (bool Swap : {false, true}) {
    SDValue Mask = Swap ? B : A, Other = Swap ? A : B;
    if (auto *C = dyn_cast<ConstantSDNode>(Other); C && isInt<12>(C->getSExtValue()))
      continue; // ANDI
    if (Mask.getOpcode() == ISD::SIGN_EXTEND_INREG && Mask.hasOneUse() &&
        cast<VTSDNode>(Mask.getOperand(1))->getVT() == MVT::i32)
      Mask = Mask.getOperand(0);
    if (!Mask.hasOneUse())
      continue;
    if (Mask.getOpcode() == ISD::SUB && isNullConstant(Mask.getOperand(0)) &&
        isBoolean(Mask.getOperand(1), DAG))
      return DAG.getNode(MTIAISD::CZERO_EQZ, DL, VT, Other, Mask.getOperand(1));
    if (Mask.getOpcode() == ISD::ADD && isAllOnesConstant(Mask.getOperand(1)) &&
        isBoolean(Mask.getOperand(0), DAG))
      return DAG.getNode(MTIAISD::CZERO_NEZ, DL, VT, Other, Mask.getOperand(0));
  }
  return SDValue();
}

// Folds what the condition of a conditional zero says twice.
SDValue MTIATargetLowering::performCZEROCombine(SDNode *N, SelectionDAG &DAG) const {
  SDValue V = N->getOperand(0), Cond = N->getOperand(1);
  SDLoc DL(N);
  EVT VT = N->getValueType(0);
  bool IsEqz = N->getOpcode() == MTIAISD::CZERO_EQZ;
  if (isNullConstant(V))
    return V;
  if (auto *C = dyn_cast<ConstantSDNode>(Cond))
    return C->isZero() == IsEqz ? DAG.getConstant(0, DL, VT) : V;
  // A boolean inverted.
  if (Cond.getOpcode() == ISD::XOR && isOneConstant(Cond.getOperand(1)) &&
      DAG.MaskedValueIsZero(Cond.getOperand(0), APInt::getBitsSetFrom(64, 1)))
    return DAG.getNode(IsEqz ? MTIAISD::CZERO_NEZ : MTIAISD::CZERO_EQZ, DL, VT, V,
                       Cond.getOperand(0));
  // What is shifted down without losing a one needn't be shifted to be tested.
  if (Cond.getOpcode() == ISD::SRL && Cond.hasOneUse() && isa<ConstantSDNode>(Cond.getOperand(1)) &&
      Cond.getConstantOperandVal(1) < 64 &&
      DAG.MaskedValueIsZero(Cond.getOperand(0),
                            APInt::getLowBitsSet(64, Cond.getConstantOperandVal(1))))
    return DAG.getNode(N->getOpcode(), DL, VT, V, Cond.getOperand(0));
  // Of the constant 1, the condition itself or its inverse.
  if (isOneConstant(V) && DAG.MaskedValueIsZero(Cond, APInt::getBitsSetFrom(64, 1)))
    return IsEqz ? Cond : DAG.getNode(ISD::XOR, DL, VT, Cond, V);
  return SDValue();
}

//===----------------------------------------------------------------------===//
// Multiplication by a constant
//===----------------------------------------------------------------------===//

// Shifts and (with Zba) scaled additions for x * M, at most Limit of them. The
// forms, by their last instruction, where f is 2, 4 or 8:
//   (x * k) << n        x + (x * k) * f      (x * k) + (x * k) * f
//   (x << n) +/- x      (x << n) +/- x * f
static SDValue multiply(SDValue X, uint64_t M, unsigned Limit, bool HasShAdd, const SDLoc &DL,
                        SelectionDAG &DAG) {
  EVT VT = X.getValueType();
  auto Shl = [&](SDValue V, unsigned S) {
    return S ? DAG.getNode(ISD::SHL, DL, VT, V, DAG.getConstant(S, DL, VT)) : V;
  };
  auto Add = [&](SDValue A, SDValue B) { return DAG.getNode(ISD::ADD, DL, VT, A, B); };
  if (M == 1)
    return X;
  if (M == 0 || Limit == 0)
    return SDValue();
  if (isPowerOf2_64(M))
    return Shl(X, Log2_64(M));
  if (HasShAdd)
    for (unsigned S = 1; S <= 3; ++S)
      if (M == (UINT64_C(1) << S) + 1)
        return Add(Shl(X, S), X);
  if (Limit < 2)
    return SDValue();
  unsigned Zeros = llvm::countr_zero(M);
  if (Zeros)
    if (SDValue V = multiply(X, M >> Zeros, Limit - 1, HasShAdd, DL, DAG))
      return Shl(V, Zeros);
  if (HasShAdd) {
    for (unsigned S = 1; S <= 3; ++S) {
      uint64_t Factor = UINT64_C(1) << S;
      if (M % (Factor + 1) == 0)
        if (SDValue V = multiply(X, M / (Factor + 1), Limit - 1, true, DL, DAG))
          return Add(Shl(V, S), V);
      if ((M - 1) % Factor == 0)
        if (SDValue V = multiply(X, (M - 1) >> S, Limit - 1, true, DL, DAG))
          return Add(Shl(V, S), X);
      // f * x + k * x
      if (M > Factor)
        if (SDValue V = multiply(X, M - Factor, Limit - 1, true, DL, DAG))
          return Add(Shl(X, S), V);
    }
  }
  if (isPowerOf2_64(M - 1))
    return Add(Shl(X, Log2_64(M - 1)), X);
  if (isPowerOf2_64(M + 1))
    return DAG.getNode(ISD::SUB, DL, VT, Shl(X, Log2_64(M + 1)), X);
  if (Limit < 3)
    return SDValue();
  // (2^n - 2^m), and 2^n - 3, 5, 9.
  uint64_t Up = M + (UINT64_C(1) << Zeros);
  if (isPowerOf2_64(Up))
    return DAG.getNode(ISD::SUB, DL, VT, Shl(X, Log2_64(Up)), Shl(X, Zeros));
  if (HasShAdd)
    for (unsigned S = 1; S <= 3; ++S) {
      uint64_t Factor = (UINT64_C(1) << S) + 1;
      if (isPowerOf2_64(M + Factor))
        return DAG.getNode(ISD::SUB, DL, VT, Shl(X, Log2_64(M + Factor)), Add(Shl(X, S), X));
    }
  return SDValue();
}

SDValue MTIATargetLowering::performMULCombine(SDNode *N, DAGCombinerInfo &DCI,
                                              SelectionDAG &DAG) const {
  EVT VT = N->getValueType(0);
  if (VT != MVT::i64 || !DCI.isAfterLegalizeDAG() || !EnableMulExpansion)
    return SDValue();
  auto *C = dyn_cast<ConstantSDNode>(N->getOperand(1));
  if (!C)
    return SDValue();
  uint64_t M = C->getZExtValue();
  // Two instructions are no more than the constant and MUL, and quicker; three pay
  // where the constant takes two, in cycles too.
  unsigned Limit = DAG.getMachineFunction().getFunction().hasMinSize()
                       ? 2
                       : std::min(3u, MTIAMatInt::getIntMatCost(M, Subtarget) + 1);
  for (unsigned L = 1; L <= std::max(2u, Limit); ++L)
    if (SDValue V = multiply(N->getOperand(0), M, L, Subtarget.hasStdExtZba(), SDLoc(N), DAG))
      return V;
  return SDValue();
}

//===----------------------------------------------------------------------===//
// 32-bit operations
//===----------------------------------------------------------------------===//

bool MTIATargetLowering::replaceBitResults(SDNode *N, SmallVectorImpl<SDValue> &Results,
                                           SelectionDAG &DAG) const {
  SDLoc DL(N);
  auto Ext = [&](unsigned I) {
    return DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, N->getOperand(I));
  };
  auto Push = [&](SDValue V) {
    Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, V));
    return true;
  };
  switch (N->getOpcode()) {
  default:
    return false;
  case ISD::CTLZ:
  case ISD::CTLZ_ZERO_UNDEF:
    return Push(DAG.getNode(MTIAISD::CLZW, DL, MVT::i64, Ext(0)));
  case ISD::CTTZ:
  case ISD::CTTZ_ZERO_UNDEF:
    return Push(DAG.getNode(MTIAISD::CTZW, DL, MVT::i64, Ext(0)));
  case ISD::ROTL:
    return Push(DAG.getNode(MTIAISD::ROLW, DL, MVT::i64, Ext(0), Ext(1)));
  case ISD::ROTR:
    return Push(DAG.getNode(MTIAISD::RORW, DL, MVT::i64, Ext(0), Ext(1)));
  case ISD::INTRINSIC_WO_CHAIN: {
    if (N->getConstantOperandVal(0) != Intrinsic::riscv_orc_b)
      return false;
    // Byte by byte: what the upper half holds doesn't matter.
    return Push(DAG.getNode(ISD::INTRINSIC_WO_CHAIN, DL, MVT::i64,
                            DAG.getTargetConstant(Intrinsic::riscv_orc_b, DL, MVT::i64), Ext(1)));
  }
  case ISD::ABS: {
    // The larger of x and -x, the negation being one of 32 bits.
    SDValue X = DAG.getNode(ISD::SIGN_EXTEND, DL, MVT::i64, N->getOperand(0));
    SDValue Neg = DAG.getNode(ISD::SIGN_EXTEND_INREG, DL, MVT::i64,
                              DAG.getNegative(X, DL, MVT::i64), DAG.getValueType(MVT::i32));
    return Push(DAG.getNode(ISD::SMAX, DL, MVT::i64, X, Neg));
  }
  }
}

// (and (srl x, y), 1) of 32 bits, and the same truncated to one: in 64 bits, where it is
// BEXT. The amount is below 32, so the upper half doesn't come in.
SDValue MTIATargetLowering::performBitTestCombine(SDNode *N, SelectionDAG &DAG) const {
  SDValue Shift = N->getOperand(0);
  EVT VT = N->getValueType(0);
  bool IsAnd = N->getOpcode() == ISD::AND;
  if (!Subtarget.hasStdExtZbs() || Shift.getOpcode() != ISD::SRL || !Shift.hasOneUse() ||
      Shift.getValueType() != MVT::i32 || isa<ConstantSDNode>(Shift.getOperand(1)))
    return SDValue();
  if (IsAnd ? VT != MVT::i32 || !isOneConstant(N->getOperand(1)) : VT != MVT::i1)
    return SDValue();
  SDLoc DL(N);
  SDValue X = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, Shift.getOperand(0));
  SDValue Amount = DAG.getNode(ISD::ZERO_EXTEND, DL, MVT::i64, Shift.getOperand(1));
  SDValue Srl = DAG.getNode(ISD::SRL, DL, MVT::i64, X, Amount);
  if (!IsAnd)
    return DAG.getNode(ISD::TRUNCATE, DL, VT, Srl);
  SDValue And = DAG.getNode(ISD::AND, DL, MVT::i64, Srl, DAG.getConstant(1, DL, MVT::i64));
  return DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, And);
}

void MTIATargetLowering::computeKnownBitsForTargetNode(const SDValue Op, KnownBits &Known,
                                                       const APInt &DemandedElts,
                                                       const SelectionDAG &DAG,
                                                       unsigned Depth) const {
  Known.resetAll();
  switch (Op.getOpcode()) {
  default:
    return;
  case ISD::INTRINSIC_WO_CHAIN:
    computeKnownBitsOfVectorIntrinsic(Op, Known);
    return;
  case MTIAISD::CZERO_EQZ:
  case MTIAISD::CZERO_NEZ:
    Known = DAG.computeKnownBits(Op.getOperand(0), Depth + 1);
    // The other result is all zeros.
    Known.One.clearAllBits();
    return;
  case MTIAISD::CLZW:
  case MTIAISD::CTZW:
    Known.Zero.setBitsFrom(6); // 0 to 32
    return;
  }
}
