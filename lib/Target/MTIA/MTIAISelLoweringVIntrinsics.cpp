//===-- MTIAISelLoweringVIntrinsics.cpp - Lowering of llvm.riscv.v* -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the intrinsics of <riscv_vector.h> need before selection: scalar operands and
// results as wide as registers, memory operands, and lengths that are known.
//
//===----------------------------------------------------------------------===//

#include "MTIAISelLowering.h"
#include "MTIASelectionDAGInfo.h"
#include "MTIASubtarget.h"
#include "MTIAVIntrinsics.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorState.h"
#include "MTIAVectorTypes.h"
#include "llvm/Analysis/MemoryLocation.h"
#include "llvm/IR/IntrinsicsRISCV.h"
#include "llvm/Support/KnownBits.h"

using namespace llvm;

void MTIATargetLowering::setVectorIntrinsicActions() {
  // By the type of a scalar operand or result; none of them is legal.
  setOperationAction({ISD::INTRINSIC_WO_CHAIN, ISD::INTRINSIC_W_CHAIN, ISD::INTRINSIC_VOID},
                     {MVT::i8, MVT::i16, MVT::i32, MVT::bf16}, Custom);
}

bool MTIATargetLowering::isVectorIntrinsic(SDValue Op) {
  switch (Op.getOpcode()) {
  case ISD::INTRINSIC_WO_CHAIN:
    return MTIAVIntrinsics::isVector(Op.getConstantOperandVal(0));
  case ISD::INTRINSIC_W_CHAIN:
  case ISD::INTRINSIC_VOID:
    return MTIAVIntrinsics::isVector(Op.getConstantOperandVal(1));
  default:
    return false;
  }
}

//===----------------------------------------------------------------------===//
// Configuration
//===----------------------------------------------------------------------===//

// VLMAX of vsetvli's operands SEW and LMUL; 0 if there is no such configuration.
static unsigned getVLMax(uint64_t VSEW, uint64_t VLMUL) {
  int Log2LMUL = MTIAV::getLog2LMUL(VLMUL);
  if (VSEW > 3 || Log2LMUL == -4 || Log2LMUL < (int)VSEW - 3)
    return 0;
  return MTIAV::getVLMax(VSEW << 3 | (VLMUL & 7));
}

static unsigned getVLMaxOf(SDValue Op, unsigned FirstOperand) {
  return getVLMax(Op.getConstantOperandVal(FirstOperand),
                  Op.getConstantOperandVal(FirstOperand + 1));
}

// The length that is asked for, where the answer is the same on every machine with these
// registers: between VLMAX and twice that, an implementation may choose.
SDValue MTIATargetLowering::lowerVectorConfiguration(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  if (Op.getConstantOperandVal(0) == Intrinsic::riscv_vsetvlimax) {
    unsigned VLMax = getVLMaxOf(Op, 1);
    return VLMax ? DAG.getConstant(VLMax, DL, MVT::i64) : SDValue();
  }
  unsigned VLMax = getVLMaxOf(Op, 2);
  auto *AVL = dyn_cast<ConstantSDNode>(Op.getOperand(1));
  if (!VLMax || !AVL)
    return SDValue();
  if (AVL->getZExtValue() <= VLMax)
    return Op.getOperand(1);
  if (AVL->getZExtValue() >= 2 * VLMax)
    return DAG.getConstant(VLMax, DL, MVT::i64);
  return SDValue();
}

void MTIATargetLowering::computeKnownBitsOfVectorIntrinsic(SDValue Op, KnownBits &Known) const {
  unsigned ID = Op.getConstantOperandVal(0);
  if (ID != Intrinsic::riscv_vsetvli && ID != Intrinsic::riscv_vsetvlimax)
    return;
  if (unsigned VLMax = getVLMaxOf(Op, ID == Intrinsic::riscv_vsetvli ? 2 : 1))
    Known.Zero.setBitsFrom(Log2_32(VLMax) + 1);
}

// vmv.x.s extends the element's sign.
unsigned MTIATargetLowering::getSignBitsOfVectorIntrinsic(SDValue Op) const {
  if (Op.getConstantOperandVal(0) != Intrinsic::riscv_vmv_x_s || Op.getValueType() != MVT::i64)
    return 1;
  return 64 - Op.getOperand(1).getValueType().getScalarSizeInBits() + 1;
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

// A bfloat in a floating-point register, although the type isn't legal: its bits, and above
// them ones, as in every value that is narrower than the register.
static SDValue getBF16Register(SDValue V, const SDLoc &DL, SelectionDAG &DAG) {
  SDValue Bits = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, DAG.getBitcast(MVT::i16, V));
  Bits = DAG.getNode(ISD::OR, DL, MVT::i64, Bits, DAG.getSignedConstant(-0x10000, DL, MVT::i64));
  return DAG.getNode(MTIAISD::FMV_W_X, DL, MVT::f32, Bits);
}

// The scalar operand, extended. Elements see its lower bits only; the constants of .vi are
// sign-extended.
SDValue MTIATargetLowering::lowerVectorIntrinsic(SDValue Op, SelectionDAG &DAG) const {
  bool HasChain = Op.getOpcode() != ISD::INTRINSIC_WO_CHAIN;
  unsigned ID = Op.getConstantOperandVal(HasChain ? 1 : 0);
  if (ID == Intrinsic::riscv_vsetvli || ID == Intrinsic::riscv_vsetvlimax)
    return lowerVectorConfiguration(Op, DAG);
  SDLoc DL(Op);
  SmallVector<SDValue, 10> Ops(Op->op_values());
  bool Changed = false;
  for (SDValue &V : drop_begin(Ops, HasChain ? 2 : 1)) {
    EVT VT = V.getValueType();
    if (VT == MVT::bf16 && !isTypeLegal(VT)) {
      V = getBF16Register(V, DL, DAG);
      Changed = true;
      continue;
    }
    if (!VT.isScalarInteger() || VT == MVT::i64 || V.getOpcode() == ISD::TargetConstant)
      continue;
    V = DAG.getNode(isa<ConstantSDNode>(V) ? ISD::SIGN_EXTEND : ISD::ANY_EXTEND, DL, MVT::i64, V);
    Changed = true;
  }
  return Changed ? DAG.getNode(Op.getOpcode(), DL, Op->getVTList(), Ops) : SDValue();
}

// vmv.x.s gives a whole register.
// vl of at most VF elements is what vsetvli makes of the count.
bool MTIATargetLowering::shouldExpandGetVectorLength(EVT CountVT, unsigned VF,
                                                     bool IsScalable) const {
  if (!Subtarget.hasVInstructions() || !IsScalable || !isPowerOf2_32(VF) || VF > 64)
    return true;
  return CountVT != MVT::i32 && CountVT != MVT::i64;
}

bool MTIATargetLowering::replaceVectorIntrinsic(SDNode *N, SmallVectorImpl<SDValue> &Results,
                                                SelectionDAG &DAG) const {
  if (N->getOpcode() != ISD::INTRINSIC_WO_CHAIN)
    return false;
  SDLoc DL(N);
  if (N->getConstantOperandVal(0) == Intrinsic::experimental_get_vector_length) {
    // vsetvli says it; of bytes, so that every width of elements has a group as large.
    unsigned VF = N->getConstantOperandVal(2) * MTIAVType::VScale;
    unsigned VTypeI = MTIAVType::encode(8, (int)Log2_32(VF) - (int)Log2_32(MTIAVType::VLen / 8));
    SDValue Count = DAG.getNode(ISD::ZERO_EXTEND, DL, MVT::i64, N->getOperand(1));
    if (N->getOperand(1).getValueType() == MVT::i64)
      Count = N->getOperand(1);
    SDValue VL = SDValue(DAG.getMachineNode(MTIA::PseudoVSETVLI, DL, MVT::i64, Count,
                                            DAG.getTargetConstant(VTypeI, DL, MVT::i64)),
                         0);
    // At most 512.
    VL = DAG.getNode(ISD::AssertZext, DL, MVT::i64, VL, DAG.getValueType(MVT::i16));
    Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, N->getValueType(0), VL));
    return true;
  }
  if (N->getConstantOperandVal(0) != Intrinsic::riscv_vmv_x_s)
    return false;
  SDValue Wide =
      DAG.getNode(ISD::INTRINSIC_WO_CHAIN, DL, MVT::i64, N->getOperand(0), N->getOperand(1));
  Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, N->getValueType(0), Wide));
  return true;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

bool MTIATargetLowering::getVectorIntrinsicMemory(IntrinsicInfo &Info, const CallBase &I,
                                                  unsigned ID) const {
  const MTIAVIntrinsics::Row *Row = MTIAVIntrinsics::lookup(ID);
  if (!Row || !(Row->Flags & (MTIAVIntrinsics::Load | MTIAVIntrinsics::Store)))
    return false;
  bool IsStore = Row->Flags & MTIAVIntrinsics::Store;
  const Use *Pointer = find_if(I.args(), [](const Use &U) { return U->getType()->isPointerTy(); });
  Type *Data = IsStore ? I.getArgOperand(0)->getType() : I.getType();
  if (auto *Struct = dyn_cast<StructType>(Data)) // a fault-only-first load's, with the new length
    Data = Struct->getElementType(0);
  // The elements of a tuple are of any width.
  Type *Element = Type::getInt8Ty(I.getContext());
  if (auto *Vector = dyn_cast<VectorType>(Data);
      Vector && !Vector->getElementType()->isIntegerTy(1))
    Element = Vector->getElementType();
  const DataLayout &DL = I.getDataLayout();
  Info.opc = IsStore ? ISD::INTRINSIC_VOID : ISD::INTRINSIC_W_CHAIN;
  Info.ptrVal = Pointer->get();
  Info.memVT = getValueType(DL, Element);
  Info.align = DL.getABITypeAlign(Element);
  Info.size = MemoryLocation::UnknownSize;
  Info.flags |= IsStore ? MachineMemOperand::MOStore : MachineMemOperand::MOLoad;
  return true;
}
