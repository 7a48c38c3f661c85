//===-- MTIAISelDAGToDAG.cpp - Instruction selection -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAISelDAGToDAG.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MCTargetDesc/MTIAMatInt.h"
#include "MTIAISelLowering.h"
#include "MTIAWordInfo.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/IR/IntrinsicsRISCV.h"
#include "llvm/Support/KnownBits.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-isel"
#define PASS_NAME "MTIA DAG->DAG Pattern Instruction Selection"

char MTIADAGToDAGISelLegacy::ID = 0;

MTIADAGToDAGISelLegacy::MTIADAGToDAGISelLegacy(MTIATargetMachine &TM, CodeGenOptLevel OptLevel)
    : SelectionDAGISelLegacy(ID, std::make_unique<MTIADAGToDAGISel>(TM, OptLevel)) {}

INITIALIZE_PASS(MTIADAGToDAGISelLegacy, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAISelDag(MTIATargetMachine &TM, CodeGenOptLevel OptLevel) {
  return new MTIADAGToDAGISelLegacy(TM, OptLevel);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

SDNode *MTIADAGToDAGISel::selectImm(const SDLoc &DL, int64_t Imm) {
  // Two equal halves, or a pattern that repeats: made once, shifted and added.
  unsigned Shift, AddOpc;
  MTIAMatInt::InstSeq Half = MTIAMatInt::generateTwoRegSeq(Imm, *Subtarget, Shift, AddOpc);
  if (!Half.empty() && Half.size() + 2 < MTIAMatInt::getIntMatCost(Imm, *Subtarget)) {
    SDValue Lo(selectImm(DL, SignExtend64<32>(Imm)), 0);
    SDValue Hi(CurDAG->getMachineNode(MTIA::SLLI, DL, MVT::i64, Lo,
                                      CurDAG->getTargetConstant(Shift, DL, MVT::i64)),
               0);
    return CurDAG->getMachineNode(AddOpc, DL, MVT::i64, Lo, Hi);
  }
  SDValue Src = CurDAG->getRegister(MTIA::X0, MVT::i64);
  SDNode *Result = nullptr;
  for (const MTIAMatInt::Inst &Inst : MTIAMatInt::generateInstSeq(Imm, *Subtarget)) {
    SDValue Operand = CurDAG->getSignedTargetConstant(Inst.Imm, DL, MVT::i64);
    switch (Inst.getOperands()) {
    case MTIAMatInt::Imm:
      Result = CurDAG->getMachineNode(Inst.Opcode, DL, MVT::i64, Operand);
      break;
    case MTIAMatInt::RegImm:
      Result = CurDAG->getMachineNode(Inst.Opcode, DL, MVT::i64, Src, Operand);
      break;
    case MTIAMatInt::RegReg:
      Result = CurDAG->getMachineNode(Inst.Opcode, DL, MVT::i64, Src, Src);
      break;
    case MTIAMatInt::RegX0:
      Result = CurDAG->getMachineNode(Inst.Opcode, DL, MVT::i64, Src,
                                      CurDAG->getRegister(MTIA::X0, MVT::i64));
      break;
    }
    Src = SDValue(Result, 0);
  }
  return Result;
}

//===----------------------------------------------------------------------===//
// Shifts and masks
//===----------------------------------------------------------------------===//

// (srl (and x, mask), c) and (sra (sext_inreg x), c): the bits between are moved to the
// top and down again, without the mask in a register.
bool MTIADAGToDAGISel::tryShiftOfMask(SDNode *Node) {
  SDLoc DL(Node);
  auto *N1C = dyn_cast<ConstantSDNode>(Node->getOperand(1));
  SDValue N0 = Node->getOperand(0);
  if (!N1C)
    return false;
  unsigned ShAmt = N1C->getZExtValue();
  auto Emit = [&](unsigned Opc1, SDValue Src, unsigned Amt1, unsigned Opc2, unsigned Amt2) {
    SDNode *First = CurDAG->getMachineNode(Opc1, DL, MVT::i64, Src,
                                           CurDAG->getTargetConstant(Amt1, DL, MVT::i64));
    SDNode *Second = CurDAG->getMachineNode(Opc2, DL, MVT::i64, SDValue(First, 0),
                                            CurDAG->getTargetConstant(Amt2, DL, MVT::i64));
    ReplaceNode(Node, Second);
    return true;
  };

  if (Node->getOpcode() == ISD::SHL) {
    if (N0.getOpcode() != ISD::AND || !N0.hasOneUse() || !isa<ConstantSDNode>(N0.getOperand(1)))
      return false;
    uint64_t Mask = N0.getConstantOperandVal(1);
    if (isInt<12>((int64_t)Mask) || !isShiftedMask_64(Mask) || ShAmt == 0)
      return false;
    unsigned Lead = llvm::countl_zero(Mask), Trail = llvm::countr_zero(Mask);
    if (Trail == 0 && Lead == 32 && Subtarget->hasStdExtZba())
      return false; // SLLI_UW
    if (Trail == 0 && ShAmt < Lead)
      return Emit(MTIA::SLLI, N0.getOperand(0), Lead, MTIA::SRLI, Lead - ShAmt);
    // The run's lower zeros: down and up.
    if (Trail > 0 && Lead == 32 && Trail + ShAmt < 64)
      return Emit(MTIA::SRLIW, N0.getOperand(0), Trail, MTIA::SLLI, Trail + ShAmt);
    if (Trail > 0 && Lead <= ShAmt && Trail + ShAmt < 64)
      return Emit(MTIA::SRLI, N0.getOperand(0), Trail, MTIA::SLLI, Trail + ShAmt);
    return false;
  }

  if (Node->getOpcode() == ISD::SRL && N0.getOpcode() == ISD::AND && N0.hasOneUse() &&
      isa<ConstantSDNode>(N0.getOperand(1))) {
    uint64_t Mask = N0.getConstantOperandVal(1);
    // High bits of a word or of the whole, moved not quite to the bottom.
    unsigned Lead = llvm::countl_zero(Mask), Trail = llvm::countr_zero(Mask);
    if (isShiftedMask_64(Mask) && Trail > ShAmt && (Lead == 0 || Lead == 32) &&
        !isInt<12>((int64_t)Mask))
      return Emit(Lead == 0 ? MTIA::SRLI : MTIA::SRLIW, N0.getOperand(0), Trail, MTIA::SLLI,
                  Trail - ShAmt);
    Mask |= maskTrailingOnes<uint64_t>(ShAmt);
    if (!isMask_64(Mask))
      return false;
    unsigned Ones = llvm::countr_one(Mask);
    if (ShAmt >= Ones)
      return false;
    if (Ones == 32) {
      ReplaceNode(Node, CurDAG->getMachineNode(MTIA::SRLIW, DL, MVT::i64, N0.getOperand(0),
                                               CurDAG->getTargetConstant(ShAmt, DL, MVT::i64)));
      return true;
    }
    // ANDI and SRLI are as good, unless only the shifts have short forms.
    if (Subtarget->hasCompressed() ? isInt<6>((int64_t)N0.getConstantOperandVal(1))
                                   : isInt<12>((int64_t)N0.getConstantOperandVal(1)))
      return false;
    return Emit(MTIA::SLLI, N0.getOperand(0), 64 - Ones, MTIA::SRLI, 64 - Ones + ShAmt);
  }

  if (N0.getOpcode() == ISD::SIGN_EXTEND_INREG && N0.hasOneUse()) {
    unsigned Bits = cast<VTSDNode>(N0.getOperand(1))->getVT().getSizeInBits();
    if (ShAmt >= Bits)
      return false;
    if (Node->getOpcode() == ISD::SRA && Bits == 32) {
      ReplaceNode(Node, CurDAG->getMachineNode(MTIA::SRAIW, DL, MVT::i64, N0.getOperand(0),
                                               CurDAG->getTargetConstant(ShAmt, DL, MVT::i64)));
      return true;
    }
    if (Node->getOpcode() == ISD::SRA)
      return Emit(MTIA::SLLI, N0.getOperand(0), 64 - Bits, MTIA::SRAI, 64 - Bits + ShAmt);
  }

  // (sra/srl (shl x, 32), c) with c >= 32 is a shift of the word.
  if (N0.getOpcode() == ISD::SHL && isa<ConstantSDNode>(N0.getOperand(1)) &&
      N0.getConstantOperandVal(1) == 32 && ShAmt >= 32) {
    unsigned Opc = Node->getOpcode() == ISD::SRA ? MTIA::SRAIW : MTIA::SRLIW;
    ReplaceNode(Node, CurDAG->getMachineNode(Opc, DL, MVT::i64, N0.getOperand(0),
                                             CurDAG->getTargetConstant(ShAmt - 32, DL, MVT::i64)));
    return true;
  }
  return false;
}

// (and (shl/srl x, c2), c1) where c1 is one run of ones that ANDI can't hold: two shifts.
bool MTIADAGToDAGISel::tryMaskOfShift(SDNode *Node) {
  SDLoc DL(Node);
  auto *N1C = dyn_cast<ConstantSDNode>(Node->getOperand(1));
  if (!N1C)
    return false;
  uint64_t C1 = N1C->getZExtValue();
  SDValue N0 = Node->getOperand(0);
  // A mask of bits that are zero anyway.
  if (!isInt<12>((int64_t)C1) && CurDAG->MaskedValueIsZero(N0, APInt(64, ~C1))) {
    ReplaceUses(SDValue(Node, 0), N0);
    CurDAG->RemoveDeadNode(Node);
    return true;
  }
  // ANDI; where it has no short form but the shifts have, the shifts.
  if (Subtarget->hasCompressed() ? isInt<6>((int64_t)C1) : isInt<12>((int64_t)C1))
    return false;

  auto Emit = [&](unsigned Opc1, SDValue Src, unsigned Amt1, unsigned Opc2, unsigned Amt2) {
    SDValue V = Src;
    if (Amt1)
      V = SDValue(CurDAG->getMachineNode(Opc1, DL, MVT::i64, V,
                                         CurDAG->getTargetConstant(Amt1, DL, MVT::i64)),
                  0);
    SDNode *Second = CurDAG->getMachineNode(Opc2, DL, MVT::i64, V,
                                            CurDAG->getTargetConstant(Amt2, DL, MVT::i64));
    ReplaceNode(Node, Second);
    return true;
  };

  if ((N0.getOpcode() == ISD::SRL || N0.getOpcode() == ISD::SHL) && N0.hasOneUse() &&
      isa<ConstantSDNode>(N0.getOperand(1))) {
    unsigned C2 = N0.getConstantOperandVal(1);
    SDValue X = N0.getOperand(0);
    if (C2 != 0 && C2 < 64) {
      bool IsShl = N0.getOpcode() == ISD::SHL;
      // Bits that the shift has cleared may be ones of the mask.
      uint64_t Cleared = IsShl ? maskTrailingOnes<uint64_t>(C2) : maskLeadingOnes<uint64_t>(C2);
      uint64_t Significant = C1 & ~Cleared;
      if (!Significant)
        return false;
      if (isShiftedMask_64(Significant)) {
        unsigned Lead = llvm::countl_zero(Significant);
        unsigned Trail = llvm::countr_zero(Significant);
        if (!IsShl && Trail == 0 && Lead == 32 + C2 && C2 < 32) { // high bits of a word
          ReplaceNode(Node, CurDAG->getMachineNode(MTIA::SRLIW, DL, MVT::i64, X,
                                                   CurDAG->getTargetConstant(C2, DL, MVT::i64)));
          return true;
        }
        if (!IsShl && Trail == 0) // low bits of x >> c2
          return Lead == C2 ? false : Emit(MTIA::SLLI, X, Lead - C2, MTIA::SRLI, Lead);
        if (!IsShl && Lead == C2) // high bits of x >> c2
          return Lead + Trail >= 64 ? false : Emit(MTIA::SRLI, X, C2 + Trail, MTIA::SLLI, Trail);
        if (!IsShl && Lead == 32 + C2 && C2 < 32 && Trail + C2 < 32)
          return Emit(MTIA::SRLIW, X, C2 + Trail, MTIA::SLLI, Trail);
        if (IsShl && Trail == C2 && Lead == 32 - C2 && Subtarget->hasStdExtZba()) { // a word
          ReplaceNode(Node, CurDAG->getMachineNode(MTIA::SLLI_UW, DL, MVT::i64, X,
                                                   CurDAG->getTargetConstant(C2, DL, MVT::i64)));
          return true;
        }
        if (IsShl && Trail == C2 && Lead != 0) // low bits of x, moved up
          return Emit(MTIA::SLLI, X, C2 + Lead, MTIA::SRLI, Lead);
        if (IsShl && Lead == 0 && Trail > C2) // high bits
          return Emit(MTIA::SRLI, X, Trail - C2, MTIA::SLLI, Trail);
        if (IsShl && C2 < 32 && Lead == 32 - C2 && Trail > C2)
          return Emit(MTIA::SRLIW, X, Trail - C2, MTIA::SLLI, Trail);
      }
    }
  }

  // A run of ones in the lower word, the rest of it below: SRLIW and SLLI.
  if (isShiftedMask_64(C1)) {
    unsigned Lead = llvm::countl_zero(C1);
    unsigned Trail = llvm::countr_zero(C1);
    if (Lead == 32 && Trail > 0 && Trail < 32)
      return Emit(MTIA::SRLIW, N0, Trail, MTIA::SLLI, Trail);
  }
  return false;
}

// (mul (and x, mask), c) with a mask of n ones: the upper half of
// (x << (64 - n)) * (c << n), without the second shift of the mask.
bool MTIADAGToDAGISel::tryMulOfMask(SDNode *Node) {
  auto *N1C = dyn_cast<ConstantSDNode>(Node->getOperand(1));
  SDValue N0 = Node->getOperand(0);
  if (!Subtarget->hasStdExtM() || !N1C || !N1C->hasOneUse() || N0.getOpcode() != ISD::AND ||
      !N0.hasOneUse() || !isa<ConstantSDNode>(N0.getOperand(1)))
    return false;
  uint64_t Mask = N0.getConstantOperandVal(1);
  if (!isMask_64(Mask) || isInt<12>((int64_t)Mask))
    return false;
  unsigned Ones = llvm::countr_one(Mask);
  uint64_t C = N1C->getZExtValue();
  // Shifted up, no bit of c may be lost; and it must not become dearer than the shift that
  // is saved.
  if (Ones >= 64 || (unsigned)llvm::bit_width(C) > 64 - Ones)
    return false;
  int64_t ShiftedC = C << Ones;
  if (MTIAMatInt::getIntMatCost(ShiftedC, *Subtarget) >
          MTIAMatInt::getIntMatCost(C, *Subtarget) + 1 ||
      MTIAMatInt::getIntMatCost(ShiftedC, *Subtarget) > Subtarget->getMaxBuildIntsCost())
    return false;
  SDLoc DL(Node);
  SDValue X(CurDAG->getMachineNode(MTIA::SLLI, DL, MVT::i64, N0.getOperand(0),
                                   CurDAG->getTargetConstant(64 - Ones, DL, MVT::i64)),
            0);
  SDValue Factor(selectImm(DL, ShiftedC), 0);
  ReplaceNode(Node, CurDAG->getMachineNode(MTIA::MULHU, DL, MVT::i64, X, Factor));
  return true;
}

// The bits of a constant by way of an integer register; +0.0 is a pattern.
bool MTIADAGToDAGISel::selectFPImm(SDNode *Node) {
  const APFloat &Imm = cast<ConstantFPSDNode>(Node)->getValueAPF();
  MVT VT = Node->getSimpleValueType(0);
  if (Imm.isPosZero())
    return false;
  SDLoc DL(Node);
  unsigned Opc = VT == MVT::f64 ? MTIA::FMV_D_X : VT == MVT::f32 ? MTIA::FMV_W_X : MTIA::FMV_H_X;
  if (VT == MVT::f64 && Imm.isNegZero()) {
    SDValue Zero = CurDAG->getRegister(MTIA::X0, MVT::i64);
    SDValue PosZero(CurDAG->getMachineNode(Opc, DL, VT, Zero), 0);
    ReplaceNode(Node, CurDAG->getMachineNode(MTIA::FSGNJN_D, DL, VT, PosZero, PosZero));
    return true;
  }
  SDValue Bits(selectImm(DL, Imm.bitcastToAPInt().getSExtValue()), 0);
  ReplaceNode(Node, CurDAG->getMachineNode(Opc, DL, VT, Bits));
  return true;
}

void MTIADAGToDAGISel::Select(SDNode *Node) {
  if (Node->isMachineOpcode()) {
    Node->setNodeId(-1);
    return;
  }
  if (Subtarget->hasVInstructions() && (selectVectorIntrinsic(Node) || selectVector(Node)))
    return;
  SDLoc DL(Node);
  switch (Node->getOpcode()) {
  case ISD::Constant: {
    int64_t Imm = cast<ConstantSDNode>(Node)->getSExtValue();
    if (Imm == 0) {
      SDValue Zero = CurDAG->getCopyFromReg(CurDAG->getEntryNode(), DL, MTIA::X0, MVT::i64);
      ReplaceNode(Node, Zero.getNode());
      return;
    }
    // Only the lower bits are looked at: a sign-extended constant is shorter.
    if (isUInt<16>(Imm) && !isInt<12>(Imm) && isInt<12>(SignExtend64<16>(Imm)) &&
        hasAllNBitUsers(Node, 16))
      Imm = SignExtend64<16>(Imm);
    else if (!isInt<32>(Imm) && isUInt<32>(Imm) && hasAllWUsers(Node))
      Imm = SignExtend64<32>(Imm);
    ReplaceNode(Node, selectImm(DL, Imm));
    return;
  }
  case ISD::ConstantFP: {
    if (selectFPImm(Node))
      return;
    break;
  }
  case ISD::FrameIndex: {
    SDValue TFI = CurDAG->getTargetFrameIndex(cast<FrameIndexSDNode>(Node)->getIndex(), MVT::i64);
    SDValue Zero = CurDAG->getTargetConstant(0, DL, MVT::i64);
    ReplaceNode(Node, CurDAG->getMachineNode(MTIA::ADDI, DL, MVT::i64, TFI, Zero));
    return;
  }
  case ISD::ADD:
  case ISD::OR:
    // The address of a part of the frame.
    if (auto *FIN = dyn_cast<FrameIndexSDNode>(Node->getOperand(0));
        FIN && CurDAG->isBaseWithConstantOffset(SDValue(Node, 0))) {
      int64_t Offset = cast<ConstantSDNode>(Node->getOperand(1))->getSExtValue();
      if (!isInt<12>(Offset))
        break;
      SDValue TFI = CurDAG->getTargetFrameIndex(FIN->getIndex(), MVT::i64);
      ReplaceNode(Node,
                  CurDAG->getMachineNode(MTIA::ADDI, DL, MVT::i64, TFI,
                                         CurDAG->getSignedTargetConstant(Offset, DL, MVT::i64)));
      return;
    }
    break;
  case ISD::MUL:
    if (tryMulOfMask(Node))
      return;
    break;
  case ISD::SHL:
  case ISD::SRL:
  case ISD::SRA:
    if (tryShiftOfMask(Node))
      return;
    break;
  case ISD::AND:
    if (tryMaskOfShift(Node))
      return;
    break;
  default:
    break;
  }
  SelectCode(Node);
}

//===----------------------------------------------------------------------===//
// Complex patterns
//===----------------------------------------------------------------------===//

bool MTIADAGToDAGISel::selectFrameIndex(SDValue Addr, SDValue &Base, SDValue &Offset) {
  if (auto *FIN = dyn_cast<FrameIndexSDNode>(Addr)) {
    Base = CurDAG->getTargetFrameIndex(FIN->getIndex(), MVT::i64);
    Offset = CurDAG->getTargetConstant(0, SDLoc(Addr), MVT::i64);
    return true;
  }
  return false;
}

bool MTIADAGToDAGISel::selectAddrRegImm(SDValue Addr, SDValue &Base, SDValue &Offset) {
  if (selectFrameIndex(Addr, Base, Offset))
    return true;
  SDLoc DL(Addr);

  if (Addr.getOpcode() == MTIAISD::ADD_LO) {
    Base = Addr.getOperand(0);
    Offset = Addr.getOperand(1);
    return true;
  }

  if (CurDAG->isBaseWithConstantOffset(Addr)) {
    int64_t CVal = cast<ConstantSDNode>(Addr.getOperand(1))->getSExtValue();
    if (isInt<12>(CVal)) {
      Base = Addr.getOperand(0);
      if (Base.getOpcode() == MTIAISD::ADD_LO) {
        // %lo(symbol + offset) is right as long as the alignment of the object keeps
        // both in the same 4 KB relative to %hi(symbol).
        if (auto *GA = dyn_cast<GlobalAddressSDNode>(Base.getOperand(1))) {
          const DataLayout &Layout = CurDAG->getDataLayout();
          Align Alignment =
              commonAlignment(GA->getGlobal()->getPointerAlignment(Layout), GA->getOffset());
          if (GA->getTargetFlags() == MTIAII::MO_LO && CVal >= 0 && Alignment > CVal) {
            Offset = CurDAG->getTargetGlobalAddress(GA->getGlobal(), DL, MVT::i64,
                                                    CVal + GA->getOffset(), GA->getTargetFlags());
            Base = Base.getOperand(0);
            return true;
          }
        }
      }
      if (auto *FIN = dyn_cast<FrameIndexSDNode>(Base))
        Base = CurDAG->getTargetFrameIndex(FIN->getIndex(), MVT::i64);
      Offset = CurDAG->getSignedTargetConstant(CVal, DL, MVT::i64);
      return true;
    }
    if (Addr.getOpcode() == ISD::ADD && !Addr.hasOneUse())
      ; // the sum is needed anyway
    else if (Addr.getOpcode() == ISD::ADD) {
      // A larger offset: its lower 12 bits go into the instruction, if the rest is then
      // cheaper to add.
      int64_t Lo12 = SignExtend64<12>(CVal);
      int64_t Hi = (uint64_t)CVal - (uint64_t)Lo12;
      if (CVal >= -4096 && CVal <= 4094) {
        int64_t Adj = CVal < 0 ? -2048 : 2047;
        Base = SDValue(CurDAG->getMachineNode(MTIA::ADDI, DL, MVT::i64, Addr.getOperand(0),
                                              CurDAG->getSignedTargetConstant(Adj, DL, MVT::i64)),
                       0);
        Offset = CurDAG->getSignedTargetConstant(CVal - Adj, DL, MVT::i64);
        return true;
      }
      if (MTIAMatInt::getIntMatCost(Hi, *Subtarget) < MTIAMatInt::getIntMatCost(CVal, *Subtarget)) {
        SDValue HiReg(selectImm(DL, Hi), 0);
        Base =
            SDValue(CurDAG->getMachineNode(MTIA::ADD, DL, MVT::i64, Addr.getOperand(0), HiReg), 0);
        Offset = CurDAG->getSignedTargetConstant(Lo12, DL, MVT::i64);
        return true;
      }
    }
  }

  // A constant address.
  if (auto *C = dyn_cast<ConstantSDNode>(Addr)) {
    int64_t CVal = C->getSExtValue();
    int64_t Lo12 = SignExtend64<12>(CVal);
    int64_t Hi = (uint64_t)CVal - (uint64_t)Lo12;
    if (Hi == 0) {
      Base = CurDAG->getRegister(MTIA::X0, MVT::i64);
      Offset = CurDAG->getSignedTargetConstant(Lo12, DL, MVT::i64);
      return true;
    }
    if (MTIAMatInt::getIntMatCost(Hi, *Subtarget) < MTIAMatInt::getIntMatCost(CVal, *Subtarget)) {
      Base = SDValue(selectImm(DL, Hi), 0);
      Offset = CurDAG->getSignedTargetConstant(Lo12, DL, MVT::i64);
      return true;
    }
  }

  Base = Addr;
  Offset = CurDAG->getTargetConstant(0, DL, MVT::i64);
  return true;
}

bool MTIADAGToDAGISel::selectShiftMask(SDValue N, unsigned ShiftWidth, SDValue &ShAmt) {
  ShAmt = N;
  // The amount may be extended from a smaller type.
  if (ShAmt->getOpcode() == ISD::ZERO_EXTEND)
    ShAmt = ShAmt->getOperand(0);
  if (ShAmt.getValueType() != MVT::i64)
    ShAmt = N;

  // The hardware looks at the lower bits only.
  if (ShAmt.getOpcode() == ISD::AND && isa<ConstantSDNode>(ShAmt.getOperand(1))) {
    APInt AndMask = ShAmt.getConstantOperandAPInt(1);
    APInt ShMask(AndMask.getBitWidth(), ShiftWidth - 1);
    if (ShMask.isSubsetOf(AndMask)) {
      ShAmt = ShAmt.getOperand(0);
    } else {
      // Bits that the combiner has removed from the mask because they are zero.
      KnownBits Known = CurDAG->computeKnownBits(ShAmt.getOperand(0));
      if (!ShMask.isSubsetOf(AndMask | Known.Zero))
        return true;
      ShAmt = ShAmt.getOperand(0);
    }
  }

  if (ShAmt.getOpcode() == ISD::ADD && isa<ConstantSDNode>(ShAmt.getOperand(1))) {
    uint64_t Imm = ShAmt.getConstantOperandVal(1);
    if (Imm != 0 && Imm % ShiftWidth == 0)
      ShAmt = ShAmt.getOperand(0);
    return true;
  }
  if (ShAmt.getOpcode() == ISD::SUB && isa<ConstantSDNode>(ShAmt.getOperand(0))) {
    uint64_t Imm = ShAmt.getConstantOperandVal(0);
    SDLoc DL(ShAmt);
    if (Imm != 0 && Imm % ShiftWidth == 0) {
      // 64 - x: the negation.
      SDValue Zero = CurDAG->getRegister(MTIA::X0, MVT::i64);
      ShAmt =
          SDValue(CurDAG->getMachineNode(MTIA::SUB, DL, MVT::i64, Zero, ShAmt.getOperand(1)), 0);
      return true;
    }
    if (Imm % ShiftWidth == ShiftWidth - 1) {
      // 63 - x: the complement.
      ShAmt = SDValue(CurDAG->getMachineNode(MTIA::XORI, DL, MVT::i64, ShAmt.getOperand(1),
                                             CurDAG->getAllOnesConstant(DL, MVT::i64, true)),
                      0);
      return true;
    }
  }
  return true;
}

bool MTIADAGToDAGISel::selectSExt32(SDValue N, SDValue &Val) {
  if (N.getOpcode() == ISD::SIGN_EXTEND_INREG &&
      cast<VTSDNode>(N.getOperand(1))->getVT() == MVT::i32) {
    Val = N.getOperand(0);
    return true;
  }
  if (CurDAG->ComputeNumSignBits(N) > 32) {
    Val = N;
    return true;
  }
  return false;
}

bool MTIADAGToDAGISel::selectZExt32(SDValue N, SDValue &Val) {
  if (N.getOpcode() == ISD::AND && isa<ConstantSDNode>(N.getOperand(1)) &&
      N.getConstantOperandVal(1) == UINT64_C(0xffffffff)) {
    Val = N.getOperand(0);
    return true;
  }
  if (CurDAG->MaskedValueIsZero(N, APInt::getHighBitsSet(64, 32))) {
    Val = N;
    return true;
  }
  return false;
}

bool MTIADAGToDAGISel::hasAllNBitUsers(SDNode *Node, unsigned Bits, unsigned Depth) const {
  assert((Node->getOpcode() == ISD::ADD || Node->getOpcode() == ISD::SUB ||
          Node->getOpcode() == ISD::MUL || Node->getOpcode() == ISD::SHL ||
          Node->getOpcode() == ISD::SRL || Node->getOpcode() == ISD::AND ||
          Node->getOpcode() == ISD::OR || Node->getOpcode() == ISD::XOR ||
          Node->getOpcode() == ISD::SIGN_EXTEND_INREG || isa<ConstantSDNode>(Node) || Depth != 0) &&
         "Unexpected opcode");
  if (Depth >= SelectionDAG::MaxRecursionDepth)
    return false;
  // Selection runs from users to operands: users are machine nodes already.
  if (Depth == 0 && !Node->getValueType(0).isScalarInteger())
    return false;
  for (SDUse &Use : Node->uses()) {
    SDNode *User = Use.getUser();
    unsigned OpNo = Use.getOperandNo();
    if (!User->isMachineOpcode())
      return false;
    // Operands are numbered without the definition here.
    if (Bits >= 32 && MTIA::readsOnlyWord(User->getMachineOpcode(), OpNo + 1))
      continue;
    switch (User->getMachineOpcode()) {
    default:
      return false;
    case MTIA::SEXT_B:
      if (Bits >= 8)
        break;
      return false;
    case MTIA::SEXT_H:
    case MTIA::ZEXT_H:
    case MTIA::FMV_H_X:
      if (Bits >= 16)
        break;
      return false;
    case MTIA::BEXTI:
      if (Bits > User->getConstantOperandVal(1))
        break;
      return false;
    case MTIA::SLL:
    case MTIA::SRA:
    case MTIA::SRL:
    case MTIA::ROL:
    case MTIA::ROR:
    case MTIA::BSET:
    case MTIA::BCLR:
    case MTIA::BINV:
    case MTIA::BEXT:
      // The amount.
      if (OpNo != 1 || Bits < 6)
        return false;
      break;
    case MTIA::SLLI:
      // The upper bits are shifted out.
      if (Bits >= 64 - User->getConstantOperandVal(1))
        break;
      return false;
    case MTIA::ANDI:
      if (Bits >= (unsigned)llvm::bit_width(User->getConstantOperandVal(1)))
        break;
      goto RecCheck;
    case MTIA::ORI: {
      uint64_t Imm = cast<ConstantSDNode>(User->getOperand(1))->getSExtValue();
      if (Bits >= (unsigned)llvm::bit_width(~Imm))
        break;
      [[fallthrough]];
    }
    case MTIA::AND:
    case MTIA::OR:
    case MTIA::XOR:
    case MTIA::XORI:
    case MTIA::ANDN:
    case MTIA::ORN:
    case MTIA::XNOR:
    RecCheck:
      if (hasAllNBitUsers(User, Bits, Depth + 1))
        break;
      return false;
    case MTIA::SRLI: {
      unsigned ShAmt = User->getConstantOperandVal(1);
      if (Bits > ShAmt && hasAllNBitUsers(User, Bits - ShAmt, Depth + 1))
        break;
      return false;
    }
    case MTIA::FMV_W_X:
    case MTIA::FCVT_H_W:
    case MTIA::FCVT_H_WU:
    case MTIA::FCVT_S_W:
    case MTIA::FCVT_S_WU:
    case MTIA::FCVT_D_W:
    case MTIA::FCVT_D_WU:
      if (Bits < 32)
        return false;
      break;
    case MTIA::SB:
      if (OpNo == 0 && Bits >= 8)
        break;
      return false;
    case MTIA::SH:
      if (OpNo == 0 && Bits >= 16)
        break;
      return false;
    case MTIA::SW:
      if (OpNo == 0 && Bits >= 32)
        break;
      return false;
    }
  }
  return true;
}

bool MTIADAGToDAGISel::SelectInlineAsmMemoryOperand(const SDValue &Op,
                                                    InlineAsm::ConstraintCode ConstraintID,
                                                    std::vector<SDValue> &OutOps) {
  switch (ConstraintID) {
  case InlineAsm::ConstraintCode::Unknown:
    CurDAG->getContext()->emitError("a memory operand of inline assembly has a constraint that the "
                                    "target doesn't know: use 'm', or 'A' for a register alone");
    [[fallthrough]];
  case InlineAsm::ConstraintCode::o:
  case InlineAsm::ConstraintCode::m: {
    SDValue Base, Offset;
    selectAddrRegImm(Op, Base, Offset);
    OutOps.push_back(Base);
    OutOps.push_back(Offset);
    return false;
  }
  case InlineAsm::ConstraintCode::A:
    OutOps.push_back(Op);
    OutOps.push_back(CurDAG->getTargetConstant(0, SDLoc(Op), MVT::i64));
    return false;
  default:
    return true;
  }
}
