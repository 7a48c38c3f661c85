//===-- MTIAISelLoweringVReduce.cpp - Reductions of vectors -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// vred* combine a vector with the first element of another one, which is the start value. Where
// combining an element twice changes nothing, the vector itself is that other one.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelLowering.h"
#include "MTIAISelLoweringVParts.h"
#include "MTIASubtarget.h"

using namespace llvm;
using namespace llvm::MTIAV;

namespace {
// How a reduction is done: an instruction, and what it starts from.
enum StartKind : uint8_t { Itself, Zero, MinusZero };
struct Reduction {
  unsigned Opcode;
  StartKind Start;
  bool PropagatesNaN;
};
} // namespace

static std::optional<Reduction> getReduction(unsigned Node) {
  switch (Node) {
  case ISD::VECREDUCE_ADD:
  case ISD::VP_REDUCE_ADD:
    return Reduction{MTIA::PseudoVREDSUM_VS, Zero, false};
  case ISD::VECREDUCE_XOR:
  case ISD::VP_REDUCE_XOR:
    return Reduction{MTIA::PseudoVREDXOR_VS, Zero, false};
  case ISD::VECREDUCE_AND:
  case ISD::VP_REDUCE_AND:
    return Reduction{MTIA::PseudoVREDAND_VS, Itself, false};
  case ISD::VECREDUCE_OR:
  case ISD::VP_REDUCE_OR:
    return Reduction{MTIA::PseudoVREDOR_VS, Itself, false};
  case ISD::VECREDUCE_SMIN:
  case ISD::VP_REDUCE_SMIN:
    return Reduction{MTIA::PseudoVREDMIN_VS, Itself, false};
  case ISD::VECREDUCE_SMAX:
  case ISD::VP_REDUCE_SMAX:
    return Reduction{MTIA::PseudoVREDMAX_VS, Itself, false};
  case ISD::VECREDUCE_UMIN:
  case ISD::VP_REDUCE_UMIN:
    return Reduction{MTIA::PseudoVREDMINU_VS, Itself, false};
  case ISD::VECREDUCE_UMAX:
  case ISD::VP_REDUCE_UMAX:
    return Reduction{MTIA::PseudoVREDMAXU_VS, Itself, false};
  case ISD::VECREDUCE_FADD:
  case ISD::VP_REDUCE_FADD:
    return Reduction{MTIA::PseudoVFREDUSUM_VS, MinusZero, false};
  case ISD::VECREDUCE_SEQ_FADD:
  case ISD::VP_REDUCE_SEQ_FADD:
    return Reduction{MTIA::PseudoVFREDOSUM_VS, MinusZero, false};
  case ISD::VECREDUCE_FMIN:
  case ISD::VP_REDUCE_FMIN:
    return Reduction{MTIA::PseudoVFREDMIN_VS, Itself, false};
  case ISD::VECREDUCE_FMAX:
  case ISD::VP_REDUCE_FMAX:
    return Reduction{MTIA::PseudoVFREDMAX_VS, Itself, false};
  case ISD::VECREDUCE_FMINIMUM:
  case ISD::VP_REDUCE_FMINIMUM:
    return Reduction{MTIA::PseudoVFREDMIN_VS, Itself, true};
  case ISD::VECREDUCE_FMAXIMUM:
  case ISD::VP_REDUCE_FMAXIMUM:
    return Reduction{MTIA::PseudoVFREDMAX_VS, Itself, true};
  default:
    return std::nullopt;
  }
}

// Bits of a mask. Result and start are i64 of which bit 0 counts.
static SDValue reduceMask(SelectionDAG &DAG, const SDLoc &DL, unsigned Node, SDValue Start,
                          SDValue V, SDValue Mask, SDValue AVL) {
  EVT VT = V.getValueType();
  SDValue One = DAG.getConstant(1, DL, MVT::i64), None = DAG.getConstant(0, DL, MVT::i64);
  OpInfo Info;
  Info.Mask = Mask;
  Info.AVL = AVL;
  auto Count = [&](SDValue M) { return getOp(DAG, DL, MVT::i64, MTIA::PseudoVCPOP_M, {M}, Info); };
  auto IsZero = [&](SDValue X, bool Yes) {
    return DAG.getSetCC(DL, MVT::i64, X, None, Yes ? ISD::SETEQ : ISD::SETNE);
  };
  SDValue R;
  unsigned Combine;
  switch (Node) {
  default: {
    // Whether all are set: none of the complement's.
    SDValue Not = getOp(DAG, DL, VT, MTIA::PseudoVMNAND_MM, {V, V});
    R = IsZero(Count(Not), true);
    Combine = ISD::AND;
    break;
  }
  case ISD::VECREDUCE_OR:
  case ISD::VP_REDUCE_OR:
  case ISD::VECREDUCE_UMAX:
  case ISD::VP_REDUCE_UMAX:
  case ISD::VECREDUCE_SMIN:
  case ISD::VP_REDUCE_SMIN:
    R = IsZero(Count(V), false);
    Combine = ISD::OR;
    break;
  case ISD::VECREDUCE_ADD:
  case ISD::VP_REDUCE_ADD:
  case ISD::VECREDUCE_XOR:
  case ISD::VP_REDUCE_XOR:
    R = DAG.getNode(ISD::AND, DL, MVT::i64, Count(V), One);
    Combine = ISD::XOR;
    break;
  }
  return Start ? DAG.getNode(Combine, DL, MVT::i64, R, Start) : R;
}

// One half with the other, until there is one element.
static SDValue reduceByHalves(SelectionDAG &DAG, const SDLoc &DL, SDValue V, unsigned Opcode,
                              SDNodeFlags Flags) {
  EVT VT = V.getValueType(), Element = VT.getVectorElementType();
  while (MTIAVType::get(VT).getNumRegs() > 1) {
    VT = withCount(DAG, VT, VT.getVectorMinNumElements() / 2);
    V = DAG.getNode(Opcode, DL, VT, getPart(DAG, DL, V, VT, 0), getPart(DAG, DL, V, VT, 1), Flags);
  }
  for (unsigned N = MTIAVType::getNumElts(VT) / 2; N; N /= 2)
    V = DAG.getNode(Opcode, DL, VT, V, slideDown(DAG, DL, V, N), Flags);
  return getFirst(DAG, DL, Element.isInteger() ? EVT(MVT::i64) : Element, V);
}

// There is no instruction: as one of all elements, where those left out are 1.
static SDValue reduceProduct(SelectionDAG &DAG, const SDLoc &DL, SDValue Op) {
  SDValue Start = Op.getOperand(0), V = Op.getOperand(1);
  EVT VT = V.getValueType(), Result = Op.getValueType();
  SDValue One = VT.isInteger() ? DAG.getConstant(1, DL, VT) : DAG.getConstantFP(1.0, DL, VT);
  V = DAG.getNode(ISD::VP_MERGE, DL, VT, Op.getOperand(2), V, One, Op.getOperand(3));
  if (VT.isInteger())
    return DAG.getNode(ISD::MUL, DL, Result, Start, DAG.getNode(ISD::VECREDUCE_MUL, DL, Result, V));
  if (Op.getOpcode() == ISD::VP_REDUCE_SEQ_FMUL)
    return DAG.getNode(ISD::VECREDUCE_SEQ_FMUL, DL, Result, Start, V, Op->getFlags());
  SDValue R = DAG.getNode(ISD::VECREDUCE_FMUL, DL, Result, V, Op->getFlags());
  return DAG.getNode(ISD::FMUL, DL, Result, Start, R, Op->getFlags());
}

SDValue MTIATargetLowering::lowerReduction(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  unsigned Node = Op.getOpcode();
  bool IsVP = ISD::isVPReduction(Node);
  bool HasStart = IsVP || Node == ISD::VECREDUCE_SEQ_FADD;
  SDValue Start = HasStart ? Op.getOperand(0) : SDValue();
  SDValue V = Op.getOperand(HasStart);
  OpInfo Info;
  if (IsVP) {
    Info.Mask = Op.getOperand(2);
    Info.AVL = DAG.getZExtOrTrunc(Op.getOperand(3), DL, MVT::i64);
  }
  EVT VT = V.getValueType(), Element = VT.getVectorElementType();
  if (Element == MVT::i1)
    return reduceMask(DAG, DL, Node, Start, V, Info.Mask, Info.AVL);
  if (Node == ISD::VP_REDUCE_MUL || Node == ISD::VP_REDUCE_FMUL || Node == ISD::VP_REDUCE_SEQ_FMUL)
    return reduceProduct(DAG, DL, Op);
  if (Node == ISD::VECREDUCE_MUL ||
      (Node == ISD::VECREDUCE_FMUL && isOperationLegal(ISD::FMUL, VT)))
    return reduceByHalves(DAG, DL, V, Node == ISD::VECREDUCE_MUL ? ISD::MUL : ISD::FMUL,
                          Op->getFlags());
  std::optional<Reduction> R = getReduction(Node);
  if (!R || Element == MVT::bf16 || (Element == MVT::f16 && !Subtarget.hasVInstructionsF16()))
    return SDValue();
  MVT Whole = getWholeType(Element.getSimpleVT());
  EVT Scalar = Element.isInteger() ? EVT(MVT::i64) : Element;
  SDValue First;
  if (Start)
    First = setFirst(DAG, DL, Whole, SDValue(), Start);
  else if (R->Start == Itself)
    First = asType(DAG, DL, Whole, V);
  else if (R->Start == Zero)
    First = setFirst(DAG, DL, Whole, SDValue(), DAG.getConstant(0, DL, MVT::i64));
  else
    First = setFirst(DAG, DL, Whole, SDValue(), DAG.getConstantFP(-0.0, DL, Element));
  // Nothing is written where there are no elements: then it's the start value.
  SDValue Passthru = IsVP ? First : getUndef(DAG, Whole);
  SDValue Reduced = getOp(DAG, DL, Whole, R->Opcode, {Passthru, V, First}, Info);
  SDValue Result = getFirst(DAG, DL, Scalar, Reduced);
  if (!R->PropagatesNaN)
    return Result;
  // vfredmin and vfredmax pass over NaNs.
  EVT MaskVT = getMaskType(DAG, VT);
  SDValue IsNaN = getOp(DAG, DL, MaskVT, MTIA::PseudoVMFNE_VV, {getUndef(DAG, MaskVT), V, V},
                        SDValue(), Info.AVL);
  SDValue Count = getOp(DAG, DL, MVT::i64, MTIA::PseudoVCPOP_M, {IsNaN}, Info);
  SDValue NaN = DAG.getConstantFP(APFloat::getNaN(Element.getFltSemantics()), DL, Element);
  Result = DAG.getSelectCC(DL, Count, DAG.getConstant(0, DL, MVT::i64), Result, NaN, ISD::SETEQ);
  if (Start)
    Result = DAG.getSelectCC(DL, Start, Start, NaN, Result, ISD::SETUO);
  return Result;
}

// The number of the first set bit, or of all elements.
SDValue MTIATargetLowering::lowerCountTrailingElements(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  SDValue Mask = Op.getOperand(0);
  OpInfo Info;
  Info.Mask = Op.getOperand(1);
  Info.AVL = DAG.getZExtOrTrunc(Op.getOperand(2), DL, MVT::i64);
  SDValue First = getOp(DAG, DL, MVT::i64, MTIA::PseudoVFIRST_M, {Mask}, Info);
  if (Op.getOpcode() == ISD::VP_CTTZ_ELTS_ZERO_UNDEF)
    return First;
  return DAG.getSelectCC(DL, First, DAG.getConstant(0, DL, MVT::i64), Info.AVL, First, ISD::SETLT);
}
