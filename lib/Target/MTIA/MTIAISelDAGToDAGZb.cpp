//===-- MTIAISelDAGToDAGZb.cpp - Operands of Zb* instructions ---*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MCTargetDesc/MTIAMatInt.h"
#include "MTIAISelDAGToDAG.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

// A constant that takes more instructions than its complement, used by logic only.
bool MTIADAGToDAGISel::selectInvertedImm(SDValue N, SDValue &Val) {
  auto *C = dyn_cast<ConstantSDNode>(N);
  if (!C)
    return false;
  int64_t Imm = C->getSExtValue();
  if (isInt<12>(Imm) || Imm == -1)
    return false;
  for (const SDNode *U : C->users())
    if (U->isMachineOpcode() ||
        (U->getOpcode() != ISD::AND && U->getOpcode() != ISD::OR && U->getOpcode() != ISD::XOR))
      return false;
  if (MTIAMatInt::getIntMatCost(~Imm, *Subtarget) >= MTIAMatInt::getIntMatCost(Imm, *Subtarget))
    return false;
  Val = SDValue(selectImm(SDLoc(N), ~Imm), 0);
  return true;
}

// v = value << ShAmt in disguise: an index whose lower bits a shift or a mask has
// cleared needs only to be moved down.
bool MTIADAGToDAGISel::selectShAdd(SDValue N, unsigned ShAmt, SDValue &Val) {
  SDLoc DL(N);
  auto Down = [&](unsigned Opc, SDValue X, unsigned Amount) {
    Val = SDValue(CurDAG->getMachineNode(Opc, DL, MVT::i64, X,
                                         CurDAG->getTargetConstant(Amount, DL, MVT::i64)),
                  0);
    return true;
  };
  auto MaskOf = [](SDValue V, uint64_t &Lead, uint64_t &Trail, uint64_t Mask) {
    if (!isShiftedMask_64(Mask))
      return false;
    Lead = llvm::countl_zero(Mask);
    Trail = llvm::countr_zero(Mask);
    return true;
  };
  uint64_t Lead, Trail;

  if (N.getOpcode() == ISD::AND && isa<ConstantSDNode>(N.getOperand(1))) {
    SDValue N0 = N.getOperand(0);
    uint64_t C1 = N.getConstantOperandVal(1);
    // A mask of bits that are zero anyway.
    if (N0.getOpcode() == ISD::SHL && isa<ConstantSDNode>(N0.getOperand(1)) &&
        N0.getConstantOperandVal(1) == ShAmt && CurDAG->MaskedValueIsZero(N0, APInt(64, ~C1))) {
      Val = N0.getOperand(0);
      return true;
    }
    if ((N0.getOpcode() == ISD::SHL || N0.getOpcode() == ISD::SRL) &&
        isa<ConstantSDNode>(N0.getOperand(1))) {
      bool IsShl = N0.getOpcode() == ISD::SHL;
      unsigned C2 = N0.getConstantOperandVal(1);
      if (C2 > 63)
        return false;
      uint64_t Mask =
          C1 & (IsShl ? maskTrailingZeros<uint64_t>(C2) : maskTrailingOnes<uint64_t>(64 - C2));
      if (MaskOf(N, Lead, Trail, Mask) && Trail == ShAmt) {
        // (x << c2) & c1 with zeros up to ShAmt only, or (x >> c2) & c1 with no more
        // zeros above than the shift has made.
        if (IsShl && Lead == 0 && C2 < Trail)
          return Down(MTIA::SRLI, N0.getOperand(0), Trail - C2);
        if (!IsShl && Lead == C2)
          return Down(MTIA::SRLI, N0.getOperand(0), Lead + Trail);
        // The same of a word.
        if (IsShl && C2 < Trail && C2 < 32 && Lead == 32 - C2)
          return Down(MTIA::SRLIW, N0.getOperand(0), Trail - C2);
        if (!IsShl && Lead == 32 + C2 && C2 + Trail < 32)
          return Down(MTIA::SRLIW, N0.getOperand(0), C2 + Trail);
      }
    }
    if (MaskOf(N, Lead, Trail, C1) && Trail == ShAmt) {
      if (Lead == 0 && !isInt<12>((int64_t)C1))
        return Down(MTIA::SRLI, N0, ShAmt);
      if (Lead == 32)
        return Down(MTIA::SRLIW, N0, ShAmt);
    }
    return false;
  }

  // (x & mask) >> c, where the mask's zeros below are ShAmt more than the shift takes.
  if (N.getOpcode() == ISD::SRL && isa<ConstantSDNode>(N.getOperand(1)) && N.hasOneUse()) {
    SDValue N0 = N.getOperand(0);
    if (N0.getOpcode() == ISD::AND && N0.hasOneUse() && isa<ConstantSDNode>(N0.getOperand(1)) &&
        MaskOf(N, Lead, Trail, N0.getConstantOperandVal(1)) &&
        Trail == N.getConstantOperandVal(1) + ShAmt) {
      if (Lead == 0)
        return Down(MTIA::SRLI, N0.getOperand(0), Trail);
      if (Lead == 32)
        return Down(MTIA::SRLIW, N0.getOperand(0), Trail);
    }
    return false;
  }

  // (x & c2) << c1, where mask and shift leave ShAmt zeros below.
  if (N.getOpcode() == ISD::SHL && isa<ConstantSDNode>(N.getOperand(1)) && N.hasOneUse()) {
    unsigned C1 = N.getConstantOperandVal(1);
    SDValue N0 = N.getOperand(0);
    if (N0.getOpcode() == ISD::AND && N0.hasOneUse() && isa<ConstantSDNode>(N0.getOperand(1)) &&
        MaskOf(N, Lead, Trail, N0.getConstantOperandVal(1)) && Trail > 0 && Trail + C1 == ShAmt) {
      if (Lead == 0)
        return Down(MTIA::SRLI, N0.getOperand(0), Trail);
      if (Lead == 32)
        return Down(MTIA::SRLIW, N0.getOperand(0), Trail);
    }
  }
  return false;
}

// v = zext(value) << ShAmt, from (x << c2) & c1: the scaled addition of a word that has
// been moved up by the rest of the shift.
bool MTIADAGToDAGISel::selectShAddUW(SDValue N, unsigned ShAmt, SDValue &Val) {
  if (N.getOpcode() != ISD::AND || !N.hasOneUse() || !isa<ConstantSDNode>(N.getOperand(1)))
    return false;
  SDValue N0 = N.getOperand(0);
  if (N0.getOpcode() != ISD::SHL || !N0.hasOneUse() || !isa<ConstantSDNode>(N0.getOperand(1)))
    return false;
  unsigned C2 = N0.getConstantOperandVal(1);
  uint64_t Mask = N.getConstantOperandVal(1) & maskTrailingZeros<uint64_t>(C2);
  if (!isShiftedMask_64(Mask))
    return false;
  unsigned Lead = llvm::countl_zero(Mask), Trail = llvm::countr_zero(Mask);
  if (Lead != 32 - ShAmt || Trail != C2 || C2 <= ShAmt)
    return false;
  SDLoc DL(N);
  Val = SDValue(CurDAG->getMachineNode(MTIA::SLLI, DL, MVT::i64, N0.getOperand(0),
                                       CurDAG->getTargetConstant(C2 - ShAmt, DL, MVT::i64)),
                0);
  return true;
}
