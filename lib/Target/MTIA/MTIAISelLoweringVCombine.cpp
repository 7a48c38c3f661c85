//===-- MTIAISelLoweringVCombine.cpp - Vector nodes made simpler -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is known before vectors are divided into parts of register groups, and what is seen
// only when they are machine nodes.
//
//===----------------------------------------------------------------------===//

#include "MTIAISelLowering.h"
#include "MTIAISelLoweringV.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"

using namespace llvm;
using namespace llvm::MTIAV;

void MTIATargetLowering::setVectorCombines() {
  setTargetDAGCombine({ISD::MGATHER, ISD::MSCATTER, ISD::VP_GATHER, ISD::VP_SCATTER, ISD::STORE,
                       ISD::VSELECT, ISD::BUILD_VECTOR, ISD::FADD, ISD::EXTRACT_VECTOR_ELT});
}

//===----------------------------------------------------------------------===//
// Indices of gathers and scatters
//===----------------------------------------------------------------------===//

// The same numbers without sign in elements of fewer bits than V has, a power of two of them; or
// nothing. Extra bits must be free at their upper end.
static SDValue getNarrow(SelectionDAG &DAG, const SDLoc &DL, SDValue V, unsigned Extra) {
  if (V.getOpcode() == ISD::ZERO_EXTEND) {
    SDValue Source = V.getOperand(0);
    unsigned Bits = Source.getScalarValueSizeInBits();
    unsigned Needed = PowerOf2Ceil(std::max(8u, Bits + Extra));
    if (Needed >= V.getScalarValueSizeInBits())
      return SDValue();
    EVT VT = EVT::getVectorVT(*DAG.getContext(), MVT::getIntegerVT(Needed),
                              V.getValueType().getVectorElementCount());
    return DAG.getNode(ISD::ZERO_EXTEND, DL, VT, Source);
  }
  if (V.getOpcode() == ISD::SHL && V.hasOneUse()) {
    ConstantSDNode *C = isConstOrConstSplat(V.getOperand(1));
    if (!C || C->getAPIntValue().uge(32))
      return SDValue();
    SDValue Source = getNarrow(DAG, DL, V.getOperand(0), Extra + C->getZExtValue());
    if (!Source)
      return SDValue();
    EVT VT = Source.getValueType();
    return DAG.getNode(ISD::SHL, DL, VT, Source, DAG.getConstant(C->getZExtValue(), DL, VT));
  }
  return SDValue();
}

// The vectoriser's indices are i64: four or eight times as many registers as the data, which
// would be divided into as many gathers. Instructions extend them by themselves.
static SDValue combineIndexed(SDNode *N, SelectionDAG &DAG) {
  SDLoc DL(N);
  auto *VP = dyn_cast<VPGatherScatterSDNode>(N);
  auto *M = dyn_cast<MaskedGatherScatterSDNode>(N);
  SDValue Old = VP ? VP->getIndex() : M->getIndex();
  SDValue Index = getNarrow(DAG, DL, Old, 0);
  if (!Index)
    return SDValue();
  SmallVector<SDValue, 8> Ops;
  for (SDValue V : N->op_values())
    Ops.push_back(V == Old ? Index : V);
  MachineMemOperand *MMO = cast<MemSDNode>(N)->getMemOperand();
  EVT MemVT = cast<MemSDNode>(N)->getMemoryVT();
  ISD::MemIndexType Type = ISD::UNSIGNED_SCALED;
  switch (N->getOpcode()) {
  case ISD::VP_GATHER:
    return DAG.getGatherVP(N->getVTList(), MemVT, DL, Ops, MMO, Type);
  case ISD::VP_SCATTER:
    return DAG.getScatterVP(N->getVTList(), MemVT, DL, Ops, MMO, Type);
  case ISD::MGATHER:
    return DAG.getMaskedGather(N->getVTList(), MemVT, DL, Ops, MMO, Type,
                               cast<MaskedGatherSDNode>(N)->getExtensionType());
  default:
    return DAG.getMaskedScatter(N->getVTList(), MemVT, DL, Ops, MMO, Type,
                                cast<MaskedScatterSDNode>(N)->isTruncatingStore());
  }
}

//===----------------------------------------------------------------------===//
// Element 0 to memory
//===----------------------------------------------------------------------===//

// A result of a reduction that is only stored needs no scalar register, for which the core would
// wait: a vector store of one element, which waits in a queue. That is worth an addition where the
// address has an offset.
static SDValue combineStore(StoreSDNode *Store, SelectionDAG &DAG) {
  SDValue V = Store->getValue(), Address = Store->getBasePtr();
  EVT MemVT = Store->getMemoryVT();
  if (!Store->isSimple() || !Store->isUnindexed() || MemVT.isVector() || !MemVT.isSimple() ||
      !V.isMachineOpcode() || !V.hasOneUse())
    return SDValue();
  unsigned Opcode = V.getMachineOpcode();
  if (Opcode != MTIA::PseudoVMV_X_S && Opcode != MTIA::PseudoVFMV_F_S)
    return SDValue();
  unsigned Bits = MemVT.getSizeInBits();
  unsigned VTypeI = V->getConstantOperandVal(2);
  if (Bits < 8 || Bits > getSEW(VTypeI) || Store->getAlign().value() * 8 < Bits)
    return SDValue();
  static const unsigned Stores[] = {MTIA::PseudoVSE8_V, MTIA::PseudoVSE16_V, MTIA::PseudoVSE32_V,
                                    MTIA::PseudoVSE64_V};
  SDLoc DL(Store);
  OpInfo Info;
  MTIAVType T;
  T.NumElts = 1;
  Info.Type = T.withSEW(Bits);
  return SDValue(getChainedOp(DAG, DL, {}, Stores[Log2_32(Bits / 8)], Store->getChain(),
                              {V.getOperand(0), Address}, Info, Store->getMemOperand()),
                 0);
}

//===----------------------------------------------------------------------===//
// Sums by halves
//===----------------------------------------------------------------------===//

static bool isElement(SDValue V, unsigned Index) {
  return V.getOpcode() == ISD::EXTRACT_VECTOR_ELT && isa<ConstantSDNode>(V.getOperand(1)) &&
         V.getConstantOperandVal(1) == Index;
}

// The sum of all elements, where the order doesn't matter, written as additions of halves down to
// the last two elements: a chain of slides and additions that wait for each other. Here it becomes
// a reduction, of one register: halves of a group are added as fast, and with a smaller error.
static SDValue combineHalves(SDNode *N, SelectionDAG &DAG) {
  // The last step: element 0 + element 1, or element 0 of such a sum of vectors.
  SDValue V, Sum(N, 0);
  if (N->getOpcode() == ISD::EXTRACT_VECTOR_ELT) {
    if (!isElement(Sum, 0) || N->getOperand(0).getOpcode() != ISD::FADD)
      return SDValue();
    Sum = N->getOperand(0);
    SDValue A = Sum.getOperand(0), B = Sum.getOperand(1);
    if (A.getOpcode() == ISD::VECTOR_SHUFFLE)
      std::swap(A, B);
    auto *Shuffle = dyn_cast<ShuffleVectorSDNode>(B);
    if (Shuffle && B.getOperand(0) == A && Shuffle->getMaskElt(0) == 1)
      V = A;
  } else {
    SDValue A = N->getOperand(0), B = N->getOperand(1);
    if (isElement(A, 1))
      std::swap(A, B);
    if (isElement(A, 0) && isElement(B, 1) && A.getOperand(0) == B.getOperand(0))
      V = A.getOperand(0);
  }
  if (!V || !Sum->getFlags().hasAllowReassociation() || !V.getValueType().isFixedLengthVector() ||
      V.getValueType().getVectorNumElements() != 2 ||
      N->getValueType(0) != V.getValueType().getVectorElementType())
    return SDValue();
  while (V.getOpcode() == ISD::FADD && V->getFlags().hasAllowReassociation()) {
    SDValue Low = V.getOperand(0), High = V.getOperand(1);
    if (Low.getOpcode() != ISD::EXTRACT_SUBVECTOR || High.getOpcode() != ISD::EXTRACT_SUBVECTOR ||
        Low.getOperand(0) != High.getOperand(0))
      break;
    if (High.getConstantOperandVal(1) == 0)
      std::swap(Low, High);
    unsigned NumElts = V.getValueType().getVectorNumElements();
    EVT WholeVT = Low.getOperand(0).getValueType();
    if (Low.getConstantOperandVal(1) != 0 || High.getConstantOperandVal(1) != NumElts ||
        WholeVT.getVectorNumElements() != 2 * NumElts ||
        WholeVT.getFixedSizeInBits() > MTIAVType::VLen)
      break;
    V = Low.getOperand(0);
  }
  if (V.getValueType().getVectorNumElements() < 4 ||
      !DAG.getTargetLoweringInfo().isTypeLegal(V.getValueType()))
    return SDValue();
  return DAG.getNode(ISD::VECREDUCE_FADD, SDLoc(N), N->getValueType(0), V, Sum->getFlags());
}

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

// x + (c ? y : 0) is an addition under the mask c.
bool MTIATargetLowering::shouldFoldSelectWithIdentityConstant(unsigned, EVT VT, unsigned Select,
                                                              SDValue, SDValue) const {
  return Select == ISD::VSELECT && isLegalVectorType(VT) && VT.getVectorElementType() != MVT::i1 &&
         VT.getVectorElementType() != MVT::bf16;
}

// An operation that can be done under a mask: of one use, and not a comparison.
static bool isMaskable(SDValue V) {
  if (!V.hasOneUse() || V.isMachineOpcode())
    return false;
  switch (V.getOpcode()) {
  case ISD::ADD:
  case ISD::SUB:
  case ISD::AND:
  case ISD::OR:
  case ISD::XOR:
  case ISD::MUL:
  case ISD::SHL:
  case ISD::SRL:
  case ISD::SRA:
  case ISD::FADD:
  case ISD::FSUB:
  case ISD::FMUL:
    return true;
  default:
    return false;
  }
}

// Selection folds the operation of the true side, and moves a scalar to elements where the
// condition is true. If the false side has these, the other way round.
static SDValue combineSelect(SDNode *N, SelectionDAG &DAG) {
  SDValue Cond = N->getOperand(0), T = N->getOperand(1), F = N->getOperand(2);
  if (Cond.getOpcode() != ISD::SETCC || !Cond.hasOneUse())
    return SDValue();
  // What the true side is folded to is the operation on the false side.
  auto Folds = [](SDValue Op, SDValue Other) {
    return isMaskable(Op) && (Op.getOperand(0) == Other || Op.getOperand(1) == Other);
  };
  bool Swap = Folds(F, T) && !Folds(T, F);
  Swap |= getSplatScalar(F) && !getSplatScalar(T) && !isMaskable(T);
  if (!Swap)
    return SDValue();
  SDValue A = Cond.getOperand(0), B = Cond.getOperand(1);
  EVT VT = A.getValueType();
  ISD::CondCode CC = cast<CondCodeSDNode>(Cond.getOperand(2))->get();
  if (VT.getVectorElementType() == MVT::i1)
    return SDValue();
  if (VT.isFloatingPoint()) {
    // The opposite of an order is true of NaNs and no instruction; without NaNs it is one.
    bool NoNaNs = Cond->getFlags().hasNoNaNs() || CC >= ISD::SETFALSE2 ||
                  (DAG.isKnownNeverNaN(A) && DAG.isKnownNeverNaN(B));
    unsigned Relation = CC & 7; // bits: less, greater, equal
    if (CC == ISD::SETUNE)
      CC = ISD::SETOEQ;
    else if (CC == ISD::SETOEQ)
      CC = ISD::SETUNE;
    else if (NoNaNs && Relation != 0 && Relation != 7)
      CC = ISD::CondCode(ISD::SETFALSE2 | (~Relation & 7));
    else
      return SDValue();
  } else {
    CC = ISD::getSetCCInverse(CC, VT);
  }
  SDLoc DL(N);
  SDValue Inverse =
      DAG.getNode(ISD::SETCC, DL, Cond.getValueType(), A, B, DAG.getCondCode(CC), Cond->getFlags());
  return DAG.getNode(ISD::VSELECT, DL, N->getValueType(0), Inverse, F, T, N->getFlags());
}

//===----------------------------------------------------------------------===//
// Shuffles to fewer elements
//===----------------------------------------------------------------------===//

// A shuffle whose result is shorter than its source has become an extraction per element: the
// first elements of a shuffle of the source's length.
static SDValue combineBuildVector(SDNode *N, SelectionDAG &DAG, const MTIATargetLowering &TLI) {
  EVT VT = N->getValueType(0);
  SDValue Source;
  SmallVector<int, 64> Mask;
  unsigned Defined = 0;
  for (SDValue V : N->op_values()) {
    if (V.isUndef()) {
      Mask.push_back(-1);
      continue;
    }
    if (V.getOpcode() != ISD::EXTRACT_VECTOR_ELT || !isa<ConstantSDNode>(V.getOperand(1)) ||
        (Source && V.getOperand(0) != Source))
      return SDValue();
    Source = V.getOperand(0);
    Mask.push_back(V.getConstantOperandVal(1));
    ++Defined;
  }
  // Of two elements their moves are as good.
  if (Defined < 3)
    return SDValue();
  EVT From = Source.getValueType();
  if (!From.isFixedLengthVector() || !TLI.isLegalVectorType(From) || !TLI.isLegalVectorType(VT) ||
      From.getVectorElementType() != VT.getVectorElementType() ||
      VT.getVectorElementType() == MVT::i1 ||
      From.getVectorNumElements() <= VT.getVectorNumElements())
    return SDValue();
  if (llvm::any_of(Mask, [&](int I) { return I >= (int)From.getVectorNumElements(); }))
    return SDValue();
  Mask.resize(From.getVectorNumElements(), -1);
  SDLoc DL(N);
  SDValue R = DAG.getVectorShuffle(From, DL, Source, DAG.getUNDEF(From), Mask);
  return DAG.getNode(ISD::EXTRACT_SUBVECTOR, DL, VT, R, DAG.getVectorIdxConstant(0, DL));
}

// One bit has two values: all ones from -1 down or one from 1 up, and 0, a NaN's too.
static SDValue combineFPToBit(SDNode *N, SelectionDAG &DAG) {
  EVT VT = N->getValueType(0);
  if (!VT.isVector() || cast<VTSDNode>(N->getOperand(1))->getVT() != MVT::i1)
    return SDValue();
  SDLoc DL(N);
  SDValue V = N->getOperand(0);
  bool Signed = N->getOpcode() == ISD::FP_TO_SINT_SAT;
  SDValue Bound = DAG.getConstantFP(Signed ? -1.0 : 1.0, DL, V.getValueType());
  EVT MaskVT = VT.changeVectorElementType(*DAG.getContext(), MVT::i1);
  SDValue Bit = DAG.getSetCC(DL, MaskVT, V, Bound, Signed ? ISD::SETOLE : ISD::SETOGE);
  if (VT == MaskVT)
    return Bit;
  return DAG.getNode(Signed ? ISD::SIGN_EXTEND : ISD::ZERO_EXTEND, DL, VT, Bit);
}

SDValue MTIATargetLowering::performVectorCombine(SDNode *N, DAGCombinerInfo &DCI) const {
  if (!Subtarget.hasVInstructions())
    return SDValue();
  switch (N->getOpcode()) {
  case ISD::MGATHER:
  case ISD::MSCATTER:
  case ISD::VP_GATHER:
  case ISD::VP_SCATTER:
    return combineIndexed(N, DCI.DAG);
  case ISD::STORE:
    return combineStore(cast<StoreSDNode>(N), DCI.DAG);
  case ISD::VSELECT:
    return combineSelect(N, DCI.DAG);
  case ISD::FP_TO_SINT_SAT:
  case ISD::FP_TO_UINT_SAT:
    return DCI.isBeforeLegalize() ? combineFPToBit(N, DCI.DAG) : SDValue();
  case ISD::FADD:
  case ISD::EXTRACT_VECTOR_ELT:
    return DCI.isBeforeLegalizeOps() ? combineHalves(N, DCI.DAG) : SDValue();
  case ISD::BUILD_VECTOR:
    return DCI.isBeforeLegalizeOps() ? combineBuildVector(N, DCI.DAG, *this) : SDValue();
  default:
    return SDValue();
  }
}
