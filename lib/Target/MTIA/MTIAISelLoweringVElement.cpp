//===-- MTIAISelLoweringVElement.cpp - Elements and parts of vectors -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Elements and subvectors in and out. A part that is whole registers of a group is a
// subregister and costs nothing; everything else slides within the one register that
// holds it, not within the group.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelLowering.h"
#include "MTIAISelLoweringVParts.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/IR/Constants.h"

using namespace llvm;

//===----------------------------------------------------------------------===//
// Types and registers
//===----------------------------------------------------------------------===//

EVT MTIAV::withElement(SelectionDAG &DAG, EVT VT, EVT Element) {
  return EVT::getVectorVT(*DAG.getContext(), Element, VT.getVectorElementCount());
}

EVT MTIAV::withCount(SelectionDAG &DAG, EVT VT, unsigned MinCount) {
  return EVT::getVectorVT(*DAG.getContext(), VT.getVectorElementType(), MinCount,
                          VT.isScalableVector());
}

EVT MTIAV::withIntElement(SelectionDAG &DAG, EVT VT) {
  return withElement(DAG, VT, MVT::getIntegerVT(VT.getScalarSizeInBits()));
}

EVT MTIAV::getOneRegType(SelectionDAG &DAG, EVT VT) {
  unsigned Regs = MTIAVType::get(VT).getNumRegs();
  return Regs == 1 ? VT : withCount(DAG, VT, VT.getVectorMinNumElements() / Regs);
}

MVT MTIAV::getWholeType(MVT Element) {
  return MVT::getScalableVectorVT(Element, MTIAVType::ELen / Element.getFixedSizeInBits());
}

// Part Index of Num registers.
static unsigned getSubRegIndex(unsigned Num, unsigned Index) {
  static const unsigned M1[] = {MTIA::sub_vrm1_0, MTIA::sub_vrm1_1, MTIA::sub_vrm1_2,
                                MTIA::sub_vrm1_3, MTIA::sub_vrm1_4, MTIA::sub_vrm1_5,
                                MTIA::sub_vrm1_6, MTIA::sub_vrm1_7};
  static const unsigned M2[] = {MTIA::sub_vrm2_0, MTIA::sub_vrm2_1, MTIA::sub_vrm2_2,
                                MTIA::sub_vrm2_3};
  static const unsigned M4[] = {MTIA::sub_vrm4_0, MTIA::sub_vrm4_1};
  return Num == 1 ? M1[Index] : Num == 2 ? M2[Index] : M4[Index];
}

SDValue MTIAV::getPart(SelectionDAG &DAG, const SDLoc &DL, SDValue V, EVT PartVT, unsigned Index) {
  unsigned Num = MTIAVType::get(PartVT).getNumRegs();
  if (V.isUndef())
    return DAG.getUNDEF(PartVT);
  if (MTIAVType::get(V.getValueType()).getNumRegs() == Num)
    return asType(DAG, DL, PartVT, V);
  return DAG.getTargetExtractSubreg(getSubRegIndex(Num, Index), DL, PartVT, V);
}

SDValue MTIAV::setPart(SelectionDAG &DAG, const SDLoc &DL, SDValue V, SDValue Part,
                       unsigned Index) {
  EVT VT = V.getValueType();
  unsigned Num = MTIAVType::get(Part.getValueType()).getNumRegs();
  if (MTIAVType::get(VT).getNumRegs() == Num)
    return asType(DAG, DL, VT, Part);
  if (V.isUndef())
    V = getImplicitDef(DAG, DL, VT);
  return DAG.getTargetInsertSubreg(getSubRegIndex(Num, Index), DL, VT, V, Part);
}

SDValue MTIAV::asType(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue V) {
  EVT From = V.getValueType();
  if (From == VT)
    return V;
  if (V.isUndef())
    return DAG.getUNDEF(VT);
  unsigned Old = MTIAVType::get(From).getNumRegs(), New = MTIAVType::get(VT).getNumRegs();
  if (New < Old)
    return DAG.getTargetExtractSubreg(getSubRegIndex(New, 0), DL, VT, V);
  if (New > Old)
    return DAG.getTargetInsertSubreg(getSubRegIndex(Old, 0), DL, VT, getImplicitDef(DAG, DL, VT),
                                     V);
  SDValue Class = DAG.getTargetConstant(MTIAVType::get(VT).getRegClassID(), DL, MVT::i32);
  return SDValue(DAG.getMachineNode(TargetOpcode::COPY_TO_REGCLASS, DL, VT, V, Class), 0);
}

//===----------------------------------------------------------------------===//
// Slides, first elements, masks
//===----------------------------------------------------------------------===//

static SDValue orUndef(SelectionDAG &DAG, EVT VT, SDValue Passthru) {
  return Passthru && !Passthru.isUndef() ? Passthru : MTIAV::getUndef(DAG, VT);
}

static SDValue slide(SelectionDAG &DAG, const SDLoc &DL, unsigned VX, unsigned VI, SDValue Passthru,
                     SDValue V, SDValue Amount, SDValue AVL, SDValue Mask) {
  EVT VT = V.getValueType();
  Passthru = orUndef(DAG, VT, Passthru);
  auto *C = dyn_cast<ConstantSDNode>(Amount);
  if (C && isUInt<5>(C->getZExtValue()))
    return MTIAV::getOp(DAG, DL, VT, VI, {Passthru, V, MTIAV::getImm(DAG, DL, C->getZExtValue())},
                        Mask, AVL);
  return MTIAV::getOp(DAG, DL, VT, VX, {Passthru, V, Amount}, Mask, AVL);
}

SDValue MTIAV::slideDown(SelectionDAG &DAG, const SDLoc &DL, SDValue V, SDValue Amount,
                         SDValue Passthru, SDValue AVL, SDValue Mask) {
  return slide(DAG, DL, MTIA::PseudoVSLIDEDOWN_VX, MTIA::PseudoVSLIDEDOWN_VI, Passthru, V, Amount,
               AVL, Mask);
}

SDValue MTIAV::slideUp(SelectionDAG &DAG, const SDLoc &DL, SDValue Passthru, SDValue V,
                       SDValue Amount, SDValue AVL, SDValue Mask) {
  return slide(DAG, DL, MTIA::PseudoVSLIDEUP_VX, MTIA::PseudoVSLIDEUP_VI, Passthru, V, Amount, AVL,
               Mask);
}

SDValue MTIAV::slideDown(SelectionDAG &DAG, const SDLoc &DL, SDValue V, unsigned Amount,
                         SDValue Passthru, SDValue AVL, SDValue Mask) {
  return slideDown(DAG, DL, V, DAG.getConstant(Amount, DL, MVT::i64), Passthru, AVL, Mask);
}

SDValue MTIAV::slideUp(SelectionDAG &DAG, const SDLoc &DL, SDValue Passthru, SDValue V,
                       unsigned Amount, SDValue AVL, SDValue Mask) {
  return slideUp(DAG, DL, Passthru, V, DAG.getConstant(Amount, DL, MVT::i64), AVL, Mask);
}

// Whether scalars of an element type go to and from vectors by way of an integer register.
static bool movesAsInt(const SelectionDAG &DAG, EVT Element) {
  auto &STI = DAG.getSubtarget<MTIASubtarget>();
  return Element == MVT::bf16 || (Element == MVT::f16 && !STI.hasVInstructionsF16());
}

SDValue MTIAV::setFirst(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue Passthru,
                        SDValue Scalar) {
  SDValue One = getImm(DAG, DL, 1);
  // The first element of another vector: that vector, as the other elements don't matter.
  if (!Passthru || Passthru.isUndef()) {
    if (Scalar.getOpcode() == ISD::EXTRACT_VECTOR_ELT && isNullConstant(Scalar.getOperand(1)) &&
        Scalar.getOperand(0).getValueType() == VT)
      return Scalar.getOperand(0);
    if (Scalar.isMachineOpcode() &&
        (Scalar.getMachineOpcode() == MTIA::PseudoVFMV_F_S ||
         Scalar.getMachineOpcode() == MTIA::PseudoVMV_X_S) &&
        Scalar.getOperand(0).getValueType() == VT &&
        MTIAV::getSEW(Scalar->getConstantOperandVal(2)) == VT.getScalarSizeInBits())
      return Scalar.getOperand(0);
  }
  Passthru = orUndef(DAG, VT, Passthru);
  EVT SVT = Scalar.getValueType();
  if (auto *C = dyn_cast<ConstantFPSDNode>(Scalar); C && C->getValueAPF().isPosZero()) {
    Scalar = DAG.getConstant(0, DL, MVT::i64);
  } else if (SVT.isFloatingPoint()) {
    if (!movesAsInt(DAG, SVT))
      return getOp(DAG, DL, VT, MTIA::PseudoVFMV_S_F, {Passthru, Scalar}, SDValue(), One);
    Scalar = SDValue(DAG.getMachineNode(MTIA::FMV_X_H, DL, MVT::i64, Scalar), 0);
  }
  return getOp(DAG, DL, VT, MTIA::PseudoVMV_S_X, {Passthru, Scalar}, SDValue(), One);
}

SDValue MTIAV::getFirst(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue V) {
  if (!VT.isFloatingPoint())
    return getOp(DAG, DL, MVT::i64, MTIA::PseudoVMV_X_S, {V});
  if (!movesAsInt(DAG, VT))
    return getOp(DAG, DL, VT, MTIA::PseudoVFMV_F_S, {V});
  SDValue Bits = getOp(DAG, DL, MVT::i64, MTIA::PseudoVMV_X_S, {V});
  return SDValue(DAG.getMachineNode(MTIA::FMV_H_X, DL, VT, Bits), 0);
}

SDValue MTIAV::getBytesOfMask(SelectionDAG &DAG, const SDLoc &DL, SDValue Mask) {
  EVT VT = withElement(DAG, Mask.getValueType(), MVT::i8);
  return getOp(DAG, DL, VT, MTIA::PseudoVMERGE_VIM,
               {getUndef(DAG, VT), getSplat(DAG, DL, VT, 0), getImm(DAG, DL, 1)}, Mask);
}

SDValue MTIAV::getMaskOfBytes(SelectionDAG &DAG, const SDLoc &DL, EVT MaskVT, SDValue Bytes) {
  return getOp(DAG, DL, MaskVT, MTIA::PseudoVMSNE_VI,
               {getUndef(DAG, MaskVT), Bytes, getImm(DAG, DL, 0)});
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

SDValue MTIAV::getElements(SelectionDAG &DAG, const SDLoc &DL, SDValue V, EVT PartVT,
                           unsigned First) {
  EVT VT = V.getValueType();
  if (V.isUndef())
    return DAG.getUNDEF(PartVT);
  if (First == 0)
    return asType(DAG, DL, PartVT, V);
  MTIAVType T = MTIAVType::get(VT), P = MTIAVType::get(PartVT);
  unsigned PerReg = T.getVLMax() / T.getNumRegs();
  unsigned Regs = T.getNumRegs(), Num = P.getNumRegs();
  // The least aligned group that has all the elements.
  while (Num < Regs && First / (PerReg * Num) != (First + P.NumElts - 1) / (PerReg * Num))
    Num *= 2;
  if (Num < Regs) {
    EVT GroupVT =
        EVT::getVectorVT(*DAG.getContext(), VT.getVectorElementType(),
                         VT.isScalableVector() ? PerReg * Num / MTIAVType::VScale : PerReg * Num,
                         VT.isScalableVector());
    V = getPart(DAG, DL, V, GroupVT, First / (PerReg * Num));
    First %= PerReg * Num;
  }
  if (First)
    V = slideDown(DAG, DL, V, First, SDValue(), getImm(DAG, DL, P.NumElts));
  return asType(DAG, DL, PartVT, V);
}

SDValue MTIAV::setElements(SelectionDAG &DAG, const SDLoc &DL, SDValue V, SDValue Part,
                           unsigned First) {
  EVT VT = V.getValueType(), PartVT = Part.getValueType();
  if (Part.isUndef())
    return V;
  if (V.isUndef() && First == 0)
    return asType(DAG, DL, VT, Part);
  MTIAVType T = MTIAVType::get(VT), P = MTIAVType::get(PartVT);
  unsigned PerReg = T.getVLMax() / T.getNumRegs();
  unsigned Regs = T.getNumRegs(), Num = P.getNumRegs(), Count = P.NumElts;
  if (Regs > 1 && Count == PerReg * Num && First % Count == 0)
    return setPart(DAG, DL, V, Part, First / Count);
  while (Num < Regs && First / (PerReg * Num) != (First + Count - 1) / (PerReg * Num))
    Num *= 2;
  if (Num < Regs) {
    EVT GroupVT =
        EVT::getVectorVT(*DAG.getContext(), VT.getVectorElementType(),
                         VT.isScalableVector() ? PerReg * Num / MTIAVType::VScale : PerReg * Num,
                         VT.isScalableVector());
    unsigned Index = First / (PerReg * Num);
    SDValue Group = getPart(DAG, DL, V, GroupVT, Index);
    Group = setElements(DAG, DL, Group, Part, First % (PerReg * Num));
    return setPart(DAG, DL, V, Group, Index);
  }
  SDValue Wide = asType(DAG, DL, VT, Part);
  SDValue Passthru = orUndef(DAG, VT, V);
  // The last elements need no care for what follows.
  SDValue End = First + Count == T.NumElts ? SDValue() : getImm(DAG, DL, First + Count);
  if (First == 0) {
    if (!End)
      return Wide;
    return getOp(DAG, DL, VT, MTIA::PseudoVMV_V_V, {Passthru, Wide}, SDValue(), End);
  }
  return slideUp(DAG, DL, Passthru, Wide, First, End);
}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

SDValue MTIATargetLowering::lowerInsertElement(SDValue Op, SelectionDAG &DAG) const {
  using namespace MTIAV;
  SDLoc DL(Op);
  SDValue V = Op.getOperand(0), Scalar = Op.getOperand(1), Index = Op.getOperand(2);
  EVT VT = Op.getValueType();
  if (VT.getVectorElementType() == MVT::i1) {
    SDValue Bytes = getBytesOfMask(DAG, DL, V);
    Scalar = DAG.getNode(ISD::AND, DL, MVT::i64, Scalar, DAG.getConstant(1, DL, MVT::i64));
    Bytes = DAG.getNode(ISD::INSERT_VECTOR_ELT, DL, Bytes.getValueType(), Bytes, Scalar, Index);
    return getMaskOfBytes(DAG, DL, VT, Bytes);
  }
  MTIAVType T = MTIAVType::get(VT);
  auto *C = dyn_cast<ConstantSDNode>(Index);
  if (C) {
    uint64_t I = C->getZExtValue();
    if (I >= T.NumElts)
      return DAG.getUNDEF(VT);
    // Element 0 is that of the whole group.
    if (I == 0) {
      // Users are lowered first; what a reduction becomes has its result in a vector.
      if (V.isUndef() &&
          (ISD::isVPReduction(Scalar.getOpcode()) || Scalar.getOpcode() == ISD::VECREDUCE_SEQ_FADD))
        if (SDValue Lowered = lowerReduction(Scalar, DAG))
          Scalar = Lowered;
      return setFirst(DAG, DL, VT, V, Scalar);
    }
    if (unsigned Regs = T.getNumRegs(); Regs > 1) {
      unsigned PerReg = T.NumElts / Regs;
      SDValue Part = getPart(DAG, DL, V, getOneRegType(DAG, VT), I / PerReg);
      Part = DAG.getNode(ISD::INSERT_VECTOR_ELT, DL, Part.getValueType(), Part, Scalar,
                         DAG.getConstant(I % PerReg, DL, MVT::i64));
      return setPart(DAG, DL, V, Part, I / PerReg);
    }
    SDValue First = setFirst(DAG, DL, VT, SDValue(), Scalar);
    return slideUp(DAG, DL, V, First, (unsigned)I,
                   I + 1 == T.NumElts ? SDValue() : getImm(DAG, DL, I + 1));
  }
  Index = DAG.getZExtOrTrunc(Index, DL, MVT::i64);
  SDValue First = setFirst(DAG, DL, VT, SDValue(), Scalar);
  SDValue End = DAG.getNode(ISD::ADD, DL, MVT::i64, Index, DAG.getConstant(1, DL, MVT::i64));
  return slideUp(DAG, DL, V, First, Index, End);
}

SDValue MTIATargetLowering::lowerExtractElement(SDValue Op, SelectionDAG &DAG) const {
  using namespace MTIAV;
  SDLoc DL(Op);
  SDValue V = Op.getOperand(0), Index = Op.getOperand(1);
  EVT VT = V.getValueType(), Element = VT.getVectorElementType();
  MTIAVType T = MTIAVType::get(VT);
  auto *C = dyn_cast<ConstantSDNode>(Index);
  if (C && C->getZExtValue() >= T.NumElts)
    return DAG.getUNDEF(Op.getValueType());
  if (Element == MVT::i1) {
    // A bit of one of the words.
    SDValue Words = asType(DAG, DL, MVT::nxv1i64, V);
    Index = DAG.getZExtOrTrunc(Index, DL, MVT::i64);
    if (T.NumElts > 64)
      Words =
          slideDown(DAG, DL, Words,
                    DAG.getNode(ISD::SRL, DL, MVT::i64, Index, DAG.getConstant(6, DL, MVT::i64)),
                    SDValue(), getImm(DAG, DL, 1));
    SDValue Word = getFirst(DAG, DL, MVT::i64, Words);
    Index = DAG.getNode(ISD::AND, DL, MVT::i64, Index, DAG.getConstant(63, DL, MVT::i64));
    SDValue Bit = DAG.getNode(ISD::SRL, DL, MVT::i64, Word, Index);
    return DAG.getNode(ISD::AND, DL, MVT::i64, Bit, DAG.getConstant(1, DL, MVT::i64));
  }
  if (C) {
    uint64_t I = C->getZExtValue();
    if (unsigned Regs = T.getNumRegs(); Regs > 1) {
      unsigned PerReg = T.NumElts / Regs;
      V = getPart(DAG, DL, V, getOneRegType(DAG, VT), I / PerReg);
      I %= PerReg;
    }
    if (I)
      V = slideDown(DAG, DL, V, (unsigned)I, SDValue(), getImm(DAG, DL, 1));
  } else {
    Index = DAG.getZExtOrTrunc(Index, DL, MVT::i64);
    V = slideDown(DAG, DL, V, Index, SDValue(), getImm(DAG, DL, 1));
  }
  return getFirst(DAG, DL, Element, V);
}

// How many elements lie before a subvector's first one.
static unsigned getFirstElement(SDValue Part, SDValue Index) {
  return cast<ConstantSDNode>(Index)->getZExtValue() *
         (Part.getValueType().isScalableVector() ? MTIAVType::VScale : 1);
}

SDValue MTIATargetLowering::lowerInsertSubvector(SDValue Op, SelectionDAG &DAG) const {
  using namespace MTIAV;
  SDLoc DL(Op);
  SDValue V = Op.getOperand(0), Part = Op.getOperand(1);
  EVT VT = Op.getValueType(), PartVT = Part.getValueType();
  unsigned First = getFirstElement(Part, Op.getOperand(2));
  if (VT.getVectorElementType() != MVT::i1)
    return setElements(DAG, DL, V, Part, First);
  if (V.isUndef() && First == 0)
    return asType(DAG, DL, VT, Part);
  unsigned Count = MTIAVType::get(PartVT).NumElts;
  if (First % 8 == 0 && Count % 8 == 0) {
    SDValue Bytes = asType(DAG, DL, MVT::nxv8i8, V), Sub = asType(DAG, DL, MVT::nxv8i8, Part);
    SDValue End = getImm(DAG, DL, (First + Count) / 8);
    Bytes = First == 0 ? getOp(DAG, DL, MVT::nxv8i8, MTIA::PseudoVMV_V_V,
                               {orUndef(DAG, MVT::nxv8i8, Bytes), Sub}, SDValue(), End)
                       : slideUp(DAG, DL, Bytes, Sub, First / 8, End);
    return asType(DAG, DL, VT, Bytes);
  }
  SDValue Bytes =
      V.isUndef() ? DAG.getUNDEF(withElement(DAG, VT, MVT::i8)) : getBytesOfMask(DAG, DL, V);
  Bytes = setElements(DAG, DL, Bytes, getBytesOfMask(DAG, DL, Part), First);
  return getMaskOfBytes(DAG, DL, VT, Bytes);
}

SDValue MTIATargetLowering::lowerExtractSubvector(SDValue Op, SelectionDAG &DAG) const {
  using namespace MTIAV;
  SDLoc DL(Op);
  SDValue V = Op.getOperand(0);
  EVT VT = Op.getValueType();
  unsigned First = getFirstElement(Op, Op.getOperand(1));
  if (VT.getVectorElementType() != MVT::i1 || First == 0)
    return getElements(DAG, DL, V, VT, First);
  unsigned Count = MTIAVType::get(VT).NumElts;
  if (First % 8 == 0) {
    SDValue Bytes = asType(DAG, DL, MVT::nxv8i8, V);
    Bytes = slideDown(DAG, DL, Bytes, First / 8, SDValue(), getImm(DAG, DL, (Count + 7) / 8));
    return asType(DAG, DL, VT, Bytes);
  }
  SDValue Bytes =
      getElements(DAG, DL, getBytesOfMask(DAG, DL, V), withElement(DAG, VT, MVT::i8), First);
  return getMaskOfBytes(DAG, DL, VT, Bytes);
}

SDValue MTIATargetLowering::lowerConcatVectors(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  SDValue V = DAG.getUNDEF(VT);
  unsigned Count = Op.getOperand(0).getValueType().getVectorMinNumElements();
  for (unsigned I = 0; I != Op.getNumOperands(); ++I)
    if (SDValue Part = Op.getOperand(I); !Part.isUndef())
      V = DAG.getNode(ISD::INSERT_SUBVECTOR, DL, VT, V, Part,
                      DAG.getVectorIdxConstant(I * Count, DL));
  return V;
}
