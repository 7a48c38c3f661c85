//===-- MTIAISelLoweringVMemory.cpp - Masked, strided, indexed memory -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelLowering.h"
#include "MTIAISelLoweringVParts.h"
#include "MTIASubtarget.h"

using namespace llvm;
using namespace llvm::MTIAV;

static unsigned getByWidth(const unsigned (&Opcodes)[4], unsigned Bits) {
  return Opcodes[Log2_32(Bits / 8)];
}

static const unsigned UnitLoads[] = {MTIA::PseudoVLE8_V, MTIA::PseudoVLE16_V, MTIA::PseudoVLE32_V,
                                     MTIA::PseudoVLE64_V};
static const unsigned UnitStores[] = {MTIA::PseudoVSE8_V, MTIA::PseudoVSE16_V, MTIA::PseudoVSE32_V,
                                      MTIA::PseudoVSE64_V};
static const unsigned StridedLoads[] = {MTIA::PseudoVLSE8_V, MTIA::PseudoVLSE16_V,
                                        MTIA::PseudoVLSE32_V, MTIA::PseudoVLSE64_V};
static const unsigned StridedStores[] = {MTIA::PseudoVSSE8_V, MTIA::PseudoVSSE16_V,
                                         MTIA::PseudoVSSE32_V, MTIA::PseudoVSSE64_V};
static const unsigned IndexedLoads[] = {MTIA::PseudoVLUXEI8_V, MTIA::PseudoVLUXEI16_V,
                                        MTIA::PseudoVLUXEI32_V, MTIA::PseudoVLUXEI64_V};
static const unsigned IndexedStores[] = {MTIA::PseudoVSOXEI8_V, MTIA::PseudoVSOXEI16_V,
                                         MTIA::PseudoVSOXEI32_V, MTIA::PseudoVSOXEI64_V};

// A value and the chain behind it.
static SDValue withChain(SelectionDAG &DAG, const SDLoc &DL, SDValue V, SDValue Chain) {
  return DAG.getMergeValues({V, Chain}, DL);
}

// As many elements as the mask has bits, and then to their places.
SDValue MTIATargetLowering::lowerExpandingLoad(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  auto *Load = cast<MaskedLoadSDNode>(Op);
  if (!Load->isExpandingLoad())
    return Op;
  EVT VT = Op.getValueType();
  unsigned Bits = VT.getScalarSizeInBits();
  bool ByBytes = Bits == 8 && MTIAVType::getNumElts(VT) <= 256;
  EVT IndexVT = withElement(DAG, VT, ByBytes ? MVT::i8 : MVT::i16);
  OpInfo Info, Dense;
  Info.Mask = Load->getMask();
  Dense.AVL = getOp(DAG, DL, MVT::i64, MTIA::PseudoVCPOP_M, {Info.Mask});
  MachineSDNode *N =
      getChainedOp(DAG, DL, VT, getByWidth(UnitLoads, Bits), Load->getChain(),
                   {getUndef(DAG, VT), Load->getBasePtr()}, Dense, Load->getMemOperand());
  SDValue V(N, 0), Passthru = Load->getPassThru();
  if (!isLegalVectorType(IndexVT)) {
    // 512 bytes: the second half begins behind the bytes of the first one.
    EVT HalfVT = withCount(DAG, VT, VT.getVectorMinNumElements() / 2);
    unsigned Half = MTIAVType::getNumElts(HalfVT);
    EVT MaskVT = getMaskType(DAG, HalfVT);
    SDValue Masks[2], Result = DAG.getUNDEF(VT);
    for (unsigned I = 0; I != 2; ++I)
      Masks[I] = DAG.getNode(ISD::EXTRACT_SUBVECTOR, DL, MaskVT, Info.Mask,
                             DAG.getVectorIdxConstant(I * HalfVT.getVectorMinNumElements(), DL));
    SDValue Count = getOp(DAG, DL, MVT::i64, MTIA::PseudoVCPOP_M, {Masks[0]});
    SDValue Dense[2] = {getPart(DAG, DL, V, HalfVT, 0),
                        getPart(DAG, DL, slideDown(DAG, DL, V, Count), HalfVT, 0)};
    for (unsigned I = 0; I != 2; ++I) {
      SDValue Index =
          getOp(DAG, DL, HalfVT, MTIA::PseudoVIOTA_M, {getUndef(DAG, HalfVT), Masks[I]});
      SDValue Old = Passthru.isUndef() ? getUndef(DAG, HalfVT)
                                       : getElements(DAG, DL, Passthru, HalfVT, I * Half);
      OpInfo HalfInfo;
      HalfInfo.Mask = Masks[I];
      Result = setPart(
          DAG, DL, Result,
          getOp(DAG, DL, HalfVT, MTIA::PseudoVRGATHER_VV, {Old, Dense[I], Index}, HalfInfo), I);
    }
    return withChain(DAG, DL, Result, SDValue(N, 1));
  }
  SDValue Index = getOp(DAG, DL, IndexVT, MTIA::PseudoVIOTA_M, {getUndef(DAG, IndexVT), Info.Mask});
  bool Same = IndexVT.getScalarSizeInBits() == Bits;
  if (Passthru.isUndef())
    Passthru = getUndef(DAG, VT);
  V = getOp(DAG, DL, VT, Same ? MTIA::PseudoVRGATHER_VV : MTIA::PseudoVRGATHEREI16_VV,
            {Passthru, V, Index}, Info);
  return withChain(DAG, DL, V, SDValue(N, 1));
}

SDValue MTIATargetLowering::lowerCompressingStore(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  auto *Store = cast<MaskedStoreSDNode>(Op);
  if (!Store->isCompressingStore())
    return Op;
  SDValue Value = Store->getValue(), Mask = Store->getMask();
  EVT VT = Value.getValueType();
  Value = getOp(DAG, DL, VT, MTIA::PseudoVCOMPRESS_VM, {getUndef(DAG, VT), Value, Mask});
  OpInfo Dense;
  Dense.AVL = getOp(DAG, DL, MVT::i64, MTIA::PseudoVCPOP_M, {Mask});
  return SDValue(getChainedOp(DAG, DL, {}, getByWidth(UnitStores, VT.getScalarSizeInBits()),
                              Store->getChain(), {Value, Store->getBasePtr()}, Dense,
                              Store->getMemOperand()),
                 0);
}

SDValue MTIATargetLowering::lowerStridedLoad(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  auto *Mem = cast<VPStridedLoadSDNode>(Op);
  EVT VT = Op.getValueType();
  OpInfo Info;
  Info.Mask = Mem->getMask();
  Info.AVL = DAG.getZExtOrTrunc(Mem->getVectorLength(), DL, MVT::i64);
  MachineSDNode *N = getChainedOp(
      DAG, DL, VT, getByWidth(StridedLoads, VT.getScalarSizeInBits()), Mem->getChain(),
      {getUndef(DAG, VT), Mem->getBasePtr(), Mem->getStride()}, Info, Mem->getMemOperand());
  return withChain(DAG, DL, SDValue(N, 0), SDValue(N, 1));
}

SDValue MTIATargetLowering::lowerStridedStore(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  auto *Mem = cast<VPStridedStoreSDNode>(Op);
  EVT VT = Mem->getValue().getValueType();
  OpInfo Info;
  Info.Mask = Mem->getMask();
  Info.AVL = DAG.getZExtOrTrunc(Mem->getVectorLength(), DL, MVT::i64);
  return SDValue(getChainedOp(DAG, DL, {}, getByWidth(StridedStores, VT.getScalarSizeInBits()),
                              Mem->getChain(),
                              {Mem->getValue(), Mem->getBasePtr(), Mem->getStride()}, Info,
                              Mem->getMemOperand()),
                 0);
}

//===----------------------------------------------------------------------===//
// Gather and scatter
//===----------------------------------------------------------------------===//

namespace {
// What gathers and scatters of both kinds have in common.
struct Indexed {
  SDValue Base, Index, Scale;
  bool IsSigned;
  OpInfo Info;
  SDValue Data; // passthru or value
};
} // namespace

static Indexed getIndexed(SDValue Op, SelectionDAG &DAG, const SDLoc &DL) {
  Indexed X;
  if (auto *VP = dyn_cast<VPGatherScatterSDNode>(Op)) {
    X.Base = VP->getBasePtr();
    X.Index = VP->getIndex();
    X.Scale = VP->getScale();
    X.IsSigned = VP->isIndexSigned();
    X.Info.Mask = VP->getMask();
    X.Info.AVL = DAG.getZExtOrTrunc(VP->getVectorLength(), DL, MVT::i64);
    if (auto *Scatter = dyn_cast<VPScatterSDNode>(Op))
      X.Data = Scatter->getValue();
    return X;
  }
  auto *M = cast<MaskedGatherScatterSDNode>(Op);
  X.Base = M->getBasePtr();
  X.Index = M->getIndex();
  X.Scale = M->getScale();
  X.IsSigned = M->isIndexSigned();
  X.Info.Mask = M->getMask();
  if (auto *Scatter = dyn_cast<MaskedScatterSDNode>(Op))
    X.Data = Scatter->getValue();
  else
    X.Data = cast<MaskedGatherSDNode>(Op)->getPassThru();
  return X;
}

// Byte offsets without sign, as the instructions want them; nothing if they don't fit
// registers.
static SDValue getOffsets(const MTIATargetLowering &TLI, SelectionDAG &DAG, const SDLoc &DL,
                          const Indexed &X) {
  SDValue Index = X.Index;
  unsigned Shift = Log2_64(cast<ConstantSDNode>(X.Scale)->getZExtValue());
  bool IsSigned = X.IsSigned;
  if (Index.getOpcode() == ISD::ZERO_EXTEND &&
      Index.getOperand(0).getScalarValueSizeInBits() >= 8) {
    Index = Index.getOperand(0);
    IsSigned = false;
  }
  unsigned Bits = Index.getScalarValueSizeInBits(), Needed = Bits;
  if (Bits < 64)
    Needed = IsSigned ? 64 : std::min<unsigned>(64, PowerOf2Ceil(Bits + Shift));
  if (Needed != Bits) {
    EVT WideVT = withElement(DAG, Index.getValueType(), MVT::getIntegerVT(Needed));
    if (!TLI.isLegalVectorType(WideVT))
      return SDValue();
    Index = DAG.getNode(IsSigned ? ISD::SIGN_EXTEND : ISD::ZERO_EXTEND, DL, WideVT, Index);
  }
  if (!Shift)
    return Index;
  EVT VT = Index.getValueType();
  return DAG.getNode(ISD::SHL, DL, VT, Index, DAG.getConstant(Shift, DL, VT));
}

static bool splitsEvenly(EVT VT) { return VT.getVectorMinNumElements() > 1; }

// Two of half the size, one behind the other.
static SDValue splitIndexed(SDValue Op, SelectionDAG &DAG, const SDLoc &DL, const Indexed &X,
                            EVT DataVT, bool IsGather) {
  auto *Mem = cast<MemSDNode>(Op);
  auto [IndexLo, IndexHi] = DAG.SplitVector(X.Index, DL);
  auto [MaskLo, MaskHi] = DAG.SplitVector(X.Info.Mask, DL);
  auto [LoVT, HiVT] = DAG.GetSplitDestVTs(DataVT);
  SDValue AVL[2];
  if (X.Info.AVL) {
    // What is beyond the first half.
    SDValue Half = DAG.getConstant(MTIAVType::getNumElts(LoVT), DL, MVT::i64);
    AVL[0] = DAG.getNode(ISD::UMIN, DL, MVT::i64, X.Info.AVL, Half);
    AVL[1] = DAG.getNode(ISD::USUBSAT, DL, MVT::i64, X.Info.AVL, Half);
  }
  bool IsVP = X.Info.AVL.getNode();
  ISD::MemIndexType Type = X.IsSigned ? ISD::SIGNED_SCALED : ISD::UNSIGNED_SCALED;
  SDValue Chain = Mem->getChain(), Results[2];
  MachineMemOperand *MMO = DAG.getMachineFunction().getMachineMemOperand(
      Mem->getPointerInfo(), Mem->getMemOperand()->getFlags(), LocationSize::beforeOrAfterPointer(),
      Mem->getBaseAlign());
  SDValue DataLo, DataHi;
  if (X.Data) {
    if (X.Data.isUndef()) {
      DataLo = DAG.getUNDEF(LoVT);
      DataHi = DAG.getUNDEF(HiVT);
    } else {
      std::tie(DataLo, DataHi) = DAG.SplitVector(X.Data, DL);
    }
  }
  SmallVector<SDValue, 2> Chains;
  for (unsigned I = 0; I != 2; ++I) {
    SDValue Data = I ? DataHi : DataLo, Mask = I ? MaskHi : MaskLo, Index = I ? IndexHi : IndexLo;
    EVT VT = I ? HiVT : LoVT;
    SDVTList VTs = IsGather ? DAG.getVTList(VT, MVT::Other) : DAG.getVTList(MVT::Other);
    if (IsGather && IsVP)
      Results[I] =
          DAG.getGatherVP(VTs, VT, DL, {Chain, X.Base, Index, X.Scale, Mask, AVL[I]}, MMO, Type);
    else if (IsGather)
      Results[I] = DAG.getMaskedGather(VTs, VT, DL, {Chain, Data, Mask, X.Base, Index, X.Scale},
                                       MMO, Type, ISD::NON_EXTLOAD);
    else if (IsVP)
      Chain = DAG.getScatterVP(VTs, VT, DL, {Chain, Data, X.Base, Index, X.Scale, Mask, AVL[I]},
                               MMO, Type);
    else
      Chain = DAG.getMaskedScatter(VTs, VT, DL, {Chain, Data, Mask, X.Base, Index, X.Scale}, MMO,
                                   Type, false);
    if (IsGather)
      Chains.push_back(Results[I].getValue(1));
  }
  if (!IsGather)
    return Chain;
  return withChain(DAG, DL, DAG.getNode(ISD::CONCAT_VECTORS, DL, DataVT, Results[0], Results[1]),
                   DAG.getNode(ISD::TokenFactor, DL, MVT::Other, Chains));
}

SDValue MTIATargetLowering::lowerGather(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  auto *Mem = cast<MemSDNode>(Op);
  EVT VT = Op.getValueType();
  Indexed X = getIndexed(Op, DAG, DL);
  SDValue Offsets = getOffsets(*this, DAG, DL, X);
  if (!Offsets)
    return splitsEvenly(VT) ? splitIndexed(Op, DAG, DL, X, VT, true) : SDValue();
  SDValue Passthru = X.Data && !X.Data.isUndef() ? X.Data : getUndef(DAG, VT);
  MachineSDNode *N =
      getChainedOp(DAG, DL, VT, getByWidth(IndexedLoads, Offsets.getScalarValueSizeInBits()),
                   Mem->getChain(), {Passthru, X.Base, Offsets}, X.Info, Mem->getMemOperand());
  return withChain(DAG, DL, SDValue(N, 0), SDValue(N, 1));
}

SDValue MTIATargetLowering::lowerScatter(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  auto *Mem = cast<MemSDNode>(Op);
  Indexed X = getIndexed(Op, DAG, DL);
  EVT VT = X.Data.getValueType();
  SDValue Offsets = getOffsets(*this, DAG, DL, X);
  if (!Offsets)
    return splitsEvenly(VT) ? splitIndexed(Op, DAG, DL, X, VT, false) : SDValue();
  return SDValue(
      getChainedOp(DAG, DL, {}, getByWidth(IndexedStores, Offsets.getScalarValueSizeInBits()),
                   Mem->getChain(), {X.Data, X.Base, Offsets}, X.Info, Mem->getMemOperand()),
      0);
}
