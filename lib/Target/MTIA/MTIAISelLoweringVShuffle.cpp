//===-- MTIAISelLoweringVShuffle.cpp - Permutations of vectors -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A shuffle by constant lanes, from the cheapest instructions that give it:
//   the same on wider elements     pairs that stay together
//   one lane everywhere            vmv.v.x of a scalar or a loaded one, vrgather.vi
//   at most two distances          vslidedown, vslideup, vmerge; masked where they mix
//   every second, fourth...        vnsrl of wider elements
//   two sources alternately        vwaddu and vwmaccu: a + b + (2^SEW - 1) * b
//   increasing lanes               vcompress by a constant mask
//   anything                       vrgather by a constant, a second one masked
// Groups of registers whose parts have few sources are shuffled register by register: the
// work of vrgather grows with the square of the group.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelLowering.h"
#include "MTIAISelLoweringVParts.h"
#include "MTIASubtarget.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"

using namespace llvm;
using namespace llvm::MTIAV;

namespace {
// A shuffle while it is looked at.
struct Shuffle {
  SelectionDAG &DAG;
  SDLoc DL;
  EVT VT;
  SDValue V1, V2;
  ArrayRef<int> Mask;
  int N;
  unsigned Bits;

  SDValue source(int Lane) const { return Lane < N ? V1 : V2; }
  SDValue asWider();
  SDValue asSplat();
  SDValue asSlides();
  SDValue asDeinterleave();
  SDValue asInterleave();
  SDValue asCompress();
  SDValue byRegister();
  SDValue asGather();
};

// Lanes of a result that come from one source at one distance.
struct Run {
  int Source;
  int Distance; // of the source's lane from the result's
  APInt Lanes;
  int first() const { return Lanes.countr_zero(); }
  int end() const { return Lanes.getActiveBits(); }
};
} // namespace

SDValue Shuffle::asWider() {
  if (Bits == 64 || N < 4)
    return SDValue();
  SmallVector<int, 64> Wide;
  if (!widenShuffleMaskElts(2, Mask, Wide))
    return SDValue();
  EVT WideVT = EVT::getVectorVT(*DAG.getContext(), MVT::getIntegerVT(Bits * 2), N / 2);
  SDValue R = DAG.getVectorShuffle(WideVT, DL, DAG.getBitcast(WideVT, V1),
                                   DAG.getBitcast(WideVT, V2), Wide);
  return DAG.getBitcast(VT, R);
}

SDValue Shuffle::asSplat() {
  int Lane = -1;
  for (int M : Mask) {
    if (M >= 0 && Lane >= 0 && M != Lane)
      return SDValue();
    Lane = std::max(Lane, M);
  }
  SDValue V = source(Lane);
  Lane %= N;
  if ((V.getOpcode() == ISD::SCALAR_TO_VECTOR && Lane == 0) ||
      (V.getOpcode() == ISD::INSERT_VECTOR_ELT && isa<ConstantSDNode>(V.getOperand(2)) &&
       V.getConstantOperandVal(2) == (uint64_t)Lane))
    return DAG.getNode(ISD::SPLAT_VECTOR, DL, VT, V.getOperand(V.getNumOperands() == 1 ? 0 : 1));
  if (V.getOpcode() == ISD::SPLAT_VECTOR)
    return V;
  // Of a vector in memory: load the scalar.
  EVT Element = VT.getVectorElementType();
  if (auto *LD = dyn_cast<LoadSDNode>(V);
      LD && LD->isSimple() && ISD::isNormalLoad(LD) && V.hasOneUse() && Element != MVT::bf16 &&
      DAG.getTargetLoweringInfo().isTypeLegal(Element.isInteger() ? EVT(MVT::i64) : Element)) {
    unsigned Bytes = Bits / 8;
    SDValue Address =
        DAG.getMemBasePlusOffset(LD->getBasePtr(), TypeSize::getFixed(Lane * Bytes), DL);
    MachinePointerInfo Info = LD->getPointerInfo().getWithOffset(Lane * Bytes);
    Align A = commonAlignment(LD->getAlign(), Lane * Bytes);
    SDValue Scalar = Element.isInteger() && Bits < 64
                         ? DAG.getExtLoad(ISD::SEXTLOAD, DL, MVT::i64, LD->getChain(), Address,
                                          Info, Element, A, LD->getMemOperand()->getFlags())
                         : DAG.getLoad(Element, DL, LD->getChain(), Address, Info, A,
                                       LD->getMemOperand()->getFlags());
    DAG.makeEquivalentMemoryOrdering(LD, Scalar);
    return DAG.getNode(ISD::SPLAT_VECTOR, DL, VT, Scalar);
  }
  if (Lane < 32)
    return getOp(DAG, DL, VT, MTIA::PseudoVRGATHER_VI,
                 {getUndef(DAG, VT), V, getImm(DAG, DL, Lane)});
  return getOp(DAG, DL, VT, MTIA::PseudoVRGATHER_VX,
               {getUndef(DAG, VT), V, DAG.getConstant(Lane, DL, MVT::i64)});
}

SDValue Shuffle::asSlides() {
  SmallVector<Run, 2> Runs;
  for (int I = 0; I != N; ++I) {
    if (Mask[I] < 0)
      continue;
    int Source = Mask[I] / N, Distance = Mask[I] % N - I;
    Run *R = llvm::find_if(
        Runs, [&](const Run &X) { return X.Source == Source && X.Distance == Distance; });
    if (R == Runs.end()) {
      if (Runs.size() == 2)
        return SDValue();
      Runs.push_back({Source, Distance, APInt(N, 0)});
      R = &Runs.back();
    }
    R->Lanes.setBit(I);
  }
  auto V = [&](const Run &R) { return R.Source ? V2 : V1; };
  auto Slide = [&](const Run &R) {
    if (R.Distance == 0)
      return V(R);
    if (R.Distance > 0)
      return slideDown(DAG, DL, V(R), (unsigned)R.Distance);
    return slideUp(DAG, DL, SDValue(), V(R), (unsigned)-R.Distance);
  };
  if (Runs.size() == 1)
    return Slide(Runs[0]);
  if (Runs.size() != 2)
    return SDValue();
  // B over A, without a mask: what B's instruction writes holds no lane of A.
  for (int Order = 0; Order != 2; ++Order) {
    const Run &A = Runs[Order], &B = Runs[1 - Order];
    SDValue End = B.end() == N ? SDValue() : getImm(DAG, DL, B.end());
    int From = B.Distance < 0 ? -B.Distance : 0;
    APInt Written = APInt::getBitsSet(N, From, B.end());
    if (A.Lanes.intersects(Written))
      continue;
    if (B.Distance < 0)
      return slideUp(DAG, DL, Slide(A), V(B), (unsigned)-B.Distance, End);
    if (!End)
      continue;
    if (B.Distance > 0)
      return slideDown(DAG, DL, V(B), (unsigned)B.Distance, Slide(A), End);
    return getOp(DAG, DL, VT, MTIA::PseudoVMV_V_V, {Slide(A), V(B)}, SDValue(), End);
  }
  // With one. The one without a distance, or else the first, is the base.
  const Run &A = Runs[1].Distance == 0 ? Runs[1] : Runs[0];
  const Run &B = &A == &Runs[0] ? Runs[1] : Runs[0];
  if (N > 64 && A.Distance != 0)
    return SDValue();
  SDValue M = getConstantMask(DAG, DL, getMaskType(DAG, VT), B.Lanes);
  SDValue Base = Slide(A);
  if (B.Distance == 0)
    return getOp(DAG, DL, VT, MTIA::PseudoVMERGE_VVM, {getUndef(DAG, VT), Base, V(B)}, M);
  if (B.Distance > 0)
    return slideDown(DAG, DL, V(B), (unsigned)B.Distance, Base, SDValue(), M);
  return slideUp(DAG, DL, Base, V(B), (unsigned)-B.Distance, SDValue(), M);
}

SDValue Shuffle::asDeinterleave() {
  for (int Factor = 2; Factor <= 8 && (unsigned)Factor * Bits <= 64; Factor *= 2) {
    if (N / Factor < 2)
      break;
    int First = 0;
    while (First != N && Mask[First] < 0)
      ++First;
    int Offset = Mask[First] - First * Factor;
    // At least two lanes, or it isn't worth it.
    if (Offset < 0 || Offset >= Factor)
      continue;
    bool Matches = true;
    for (int I = 0; I != N; ++I)
      Matches &= Mask[I] < 0 || Mask[I] == Offset + I * Factor;
    if (!Matches)
      continue;
    int Count = N / Factor;
    auto Narrow = [&](SDValue V) {
      unsigned Width = Bits * Factor;
      EVT WideVT = EVT::getVectorVT(*DAG.getContext(), MVT::getIntegerVT(Width), Count);
      V = asType(DAG, DL, WideVT, V);
      unsigned Shift = Offset * Bits;
      for (; Width > Bits; Shift = 0) {
        Width /= 2;
        EVT NarrowVT = EVT::getVectorVT(*DAG.getContext(), MVT::getIntegerVT(Width), Count);
        SDValue Undef = getUndef(DAG, NarrowVT);
        V = Shift < 32
                ? getOp(DAG, DL, NarrowVT, MTIA::PseudoVNSRL_WI, {Undef, V, getImm(DAG, DL, Shift)})
                : getOp(DAG, DL, NarrowVT, MTIA::PseudoVNSRL_WX,
                        {Undef, V, DAG.getConstant(Shift, DL, MVT::i64)});
      }
      return V;
    };
    auto Used = [&](int From, int To) {
      return llvm::any_of(Mask.slice(From, To - From), [](int M) { return M >= 0; });
    };
    SDValue Low = Used(0, Count) ? Narrow(V1) : SDValue();
    SDValue High = Used(Count, std::min(2 * Count, N)) ? Narrow(V2) : SDValue();
    if (!High)
      return Low ? asType(DAG, DL, VT, Low) : SDValue();
    EVT PartVT = EVT::getVectorVT(*DAG.getContext(), VT.getVectorElementType(), Count);
    SDValue R = Low ? asType(DAG, DL, VT, Low) : DAG.getUNDEF(VT);
    return setElements(DAG, DL, R, asType(DAG, DL, PartVT, High), Count);
  }
  return SDValue();
}

SDValue Shuffle::asInterleave() {
  if (Bits > 32 || N < 4)
    return SDValue();
  int Start[2] = {-1, -1};
  for (int I = 0; I != N; ++I) {
    if (Mask[I] < 0)
      continue;
    int S = Mask[I] - I / 2;
    if (S < 0 || (Start[I % 2] >= 0 && Start[I % 2] != S))
      return SDValue();
    Start[I % 2] = S;
  }
  int Half = N / 2;
  if (Start[0] < 0 || Start[1] < 0 || Start[0] % N + Half > N || Start[1] % N + Half > N)
    return SDValue();
  EVT HalfVT = EVT::getVectorVT(*DAG.getContext(), MVT::getIntegerVT(Bits), Half);
  EVT WideVT = EVT::getVectorVT(*DAG.getContext(), MVT::getIntegerVT(Bits * 2), Half);
  SDValue S[2];
  for (int I = 0; I != 2; ++I)
    S[I] = asType(DAG, DL, HalfVT,
                  getElements(DAG, DL, source(Start[I]),
                              EVT::getVectorVT(*DAG.getContext(), VT.getVectorElementType(), Half),
                              Start[I] % N));
  SDValue Sum = getOp(DAG, DL, WideVT, MTIA::PseudoVWADDU_VV, {getUndef(DAG, WideVT), S[0], S[1]});
  SDValue R = getOp(DAG, DL, WideVT, MTIA::PseudoVWMACCU_VX,
                    {Sum, DAG.getAllOnesConstant(DL, MVT::i64), S[1]});
  return asType(DAG, DL, VT, R);
}

SDValue Shuffle::asCompress() {
  if (N > 64)
    return SDValue();
  APInt Lanes(N, 0);
  int Last = -1, Count = 0;
  for (int M : Mask) {
    if (M < 0)
      break;
    if (M <= Last || M / N != Mask[0] / N)
      return SDValue();
    Last = M;
    ++Count;
    Lanes.setBit(M % N);
  }
  if (Count < 2 || llvm::any_of(Mask.drop_front(Count), [](int M) { return M >= 0; }))
    return SDValue();
  SDValue M = getConstantMask(DAG, DL, getMaskType(DAG, VT), Lanes);
  return getOp(DAG, DL, VT, MTIA::PseudoVCOMPRESS_VM, {getUndef(DAG, VT), source(Mask[0]), M});
}

// Lanes of some sources of one type: Sources[Which[I]] lane Lane[I] at I, -1 where it doesn't
// matter. The numbers of lanes are below 256 where elements are bytes.
static SDValue gatherLanes(SelectionDAG &DAG, const SDLoc &DL, EVT VT, ArrayRef<SDValue> Sources,
                           ArrayRef<int> Which, ArrayRef<int> Lane) {
  unsigned N = Lane.size(), Bits = VT.getScalarSizeInBits();
  MVT IndexElement = Bits == 8 ? MVT::i8 : MVT::i16;
  EVT IndexVT = withElement(DAG, VT, IndexElement);
  SmallVector<SDValue, 64> Index;
  for (int L : Lane)
    Index.push_back(L < 0 ? DAG.getUNDEF(MVT::i64) : DAG.getConstant(L, DL, MVT::i64));
  SDValue IndexV = DAG.getBuildVector(IndexVT, DL, Index);
  unsigned Opc = Bits <= 16 ? MTIA::PseudoVRGATHER_VV : MTIA::PseudoVRGATHEREI16_VV;
  SDValue R;
  for (unsigned S = 0; S != Sources.size(); ++S) {
    APInt Lanes(N, 0);
    for (unsigned I = 0; I != N; ++I)
      if (Which[I] == (int)S)
        Lanes.setBit(I);
    if (Lanes.isZero())
      continue;
    SDValue M;
    if (R)
      M = getConstantMask(DAG, DL, getMaskType(DAG, VT), Lanes);
    R = getOp(DAG, DL, VT, Opc, {R ? R : getUndef(DAG, VT), Sources[S], IndexV}, M);
  }
  return R;
}

SDValue Shuffle::byRegister() {
  int Regs = MTIAVType::get(VT).getNumRegs();
  if (Regs == 1)
    return SDValue();
  int PerReg = N / Regs, Work = 0;
  for (int R = 0; R != Regs; ++R) {
    APInt Used(2 * Regs, 0);
    for (int M : Mask.slice(R * PerReg, PerReg))
      if (M >= 0)
        Used.setBit(M / PerReg);
    Work += Used.popcount();
  }
  bool HasGather = Bits > 8 || N <= 256;
  if (HasGather && Work > Regs * Regs)
    return SDValue();
  EVT PartVT = getOneRegType(DAG, VT);
  auto Source = [&](int Number) {
    return getPart(DAG, DL, Number < Regs ? V1 : V2, PartVT, Number % Regs);
  };
  SDValue Result = DAG.getUNDEF(VT);
  for (int R = 0; R != Regs; ++R) {
    SmallVector<int, 8> Numbers;
    SmallVector<int, 64> Which, Lanes, PartMask;
    for (int M : Mask.slice(R * PerReg, PerReg)) {
      if (M < 0) {
        Which.push_back(-1);
        Lanes.push_back(-1);
        PartMask.push_back(-1);
        continue;
      }
      auto *It = llvm::find(Numbers, M / PerReg);
      int At = It - Numbers.begin();
      if (It == Numbers.end())
        Numbers.push_back(M / PerReg);
      Which.push_back(At);
      Lanes.push_back(M % PerReg);
      PartMask.push_back(M % PerReg + At * PerReg);
    }
    if (Numbers.empty())
      continue;
    SDValue Part;
    if (Numbers.size() <= 2) {
      SDValue Second = Numbers.size() == 2 ? Source(Numbers[1]) : DAG.getUNDEF(PartVT);
      Part = DAG.getVectorShuffle(PartVT, DL, Source(Numbers[0]), Second, PartMask);
    } else {
      SmallVector<SDValue, 8> Sources;
      for (int Number : Numbers)
        Sources.push_back(Source(Number));
      Part = gatherLanes(DAG, DL, PartVT, Sources, Which, Lanes);
    }
    Result = setPart(DAG, DL, Result, Part, R);
  }
  return Result;
}

SDValue Shuffle::asGather() {
  SmallVector<int, 64> Which, Lanes;
  for (int M : Mask) {
    Which.push_back(M < 0 ? -1 : M / N);
    Lanes.push_back(M < 0 ? -1 : M % N);
  }
  return gatherLanes(DAG, DL, VT, {V1, V2}, Which, Lanes);
}

// Asked before shuffles are taken apart. Two vectors are interleaved as a whole: for the upper half
// by itself both would have to be slid down first.
bool MTIATargetLowering::isShuffleMaskLegal(ArrayRef<int> Mask, EVT) const {
  SmallVector<unsigned, 2> Starts;
  return !ShuffleVectorInst::isInterleaveMask(Mask, 2, 2 * Mask.size(), Starts) || Starts[0] == 0;
}

SDValue MTIATargetLowering::lowerVectorShuffle(SDValue Op, SelectionDAG &DAG) const {
  auto *SV = cast<ShuffleVectorSDNode>(Op);
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  SDValue V1 = Op.getOperand(0), V2 = Op.getOperand(1);
  if (VT.getVectorElementType() == MVT::i1) {
    EVT ByteVT = withElement(DAG, VT, MVT::i8);
    auto Bytes = [&](SDValue V) {
      return V.isUndef() ? DAG.getUNDEF(ByteVT) : getBytesOfMask(DAG, DL, V);
    };
    SDValue R = DAG.getVectorShuffle(ByteVT, DL, Bytes(V1), Bytes(V2), SV->getMask());
    return getMaskOfBytes(DAG, DL, VT, R);
  }
  int N = VT.getVectorNumElements();
  // Lanes of nothing are undefined.
  SmallVector<int, 64> Mask(SV->getMask());
  for (int &M : Mask)
    if (M >= 0 && (M < N ? V1 : V2).isUndef())
      M = -1;
  if (llvm::all_of(Mask, [](int M) { return M < 0; }))
    return DAG.getUNDEF(VT);
  Shuffle S{DAG, DL, VT, V1, V2, Mask, N, (unsigned)VT.getScalarSizeInBits()};
  if (SDValue R = S.asSplat())
    return R;
  if (SDValue R = S.asWider())
    return R;
  if (SDValue R = S.asSlides())
    return R;
  if (SDValue R = S.asDeinterleave())
    return R;
  if (SDValue R = S.asInterleave())
    return R;
  if (SDValue R = S.byRegister())
    return R;
  if (SDValue R = S.asCompress())
    return R;
  return S.asGather();
}

//===----------------------------------------------------------------------===//
// Permutations of any length
//===----------------------------------------------------------------------===//

SDValue MTIATargetLowering::lowerVectorReverse(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  SDValue V = Op.getOperand(0);
  if (VT.getVectorElementType() == MVT::i1) {
    SDValue Bytes = getBytesOfMask(DAG, DL, V);
    Bytes = DAG.getNode(ISD::VECTOR_REVERSE, DL, Bytes.getValueType(), Bytes);
    return getMaskOfBytes(DAG, DL, VT, Bytes);
  }
  // Each register by itself, and their order.
  EVT PartVT = getOneRegType(DAG, VT);
  MTIAVType T = MTIAVType::get(VT), P = MTIAVType::get(PartVT);
  unsigned Regs = T.getNumRegs();
  EVT IndexVT = withElement(DAG, PartVT, P.SEW == 8 ? MVT::i8 : MVT::i16);
  SDValue Undef = getUndef(DAG, IndexVT);
  SDValue Index = getOp(DAG, DL, IndexVT, MTIA::PseudoVID_V, {Undef});
  unsigned Last = P.NumElts - 1;
  Index = Last < 16
              ? getOp(DAG, DL, IndexVT, MTIA::PseudoVRSUB_VI, {Undef, Index, getImm(DAG, DL, Last)})
              : getOp(DAG, DL, IndexVT, MTIA::PseudoVRSUB_VX,
                      {Undef, Index, DAG.getConstant(Last, DL, MVT::i64)});
  SDValue R = DAG.getUNDEF(VT);
  for (unsigned I = 0; I != Regs; ++I) {
    SDValue Part = getPart(DAG, DL, V, PartVT, I);
    Part =
        getOp(DAG, DL, PartVT, P.SEW <= 16 ? MTIA::PseudoVRGATHER_VV : MTIA::PseudoVRGATHEREI16_VV,
              {getUndef(DAG, PartVT), Part, Index});
    R = setPart(DAG, DL, R, Part, Regs - 1 - I);
  }
  return R;
}

SDValue MTIATargetLowering::lowerVectorSplice(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  SDValue A = Op.getOperand(0), B = Op.getOperand(1);
  if (VT.getVectorElementType() == MVT::i1) {
    SDValue Bytes =
        DAG.getNode(Op.getOpcode(), DL, withElement(DAG, VT, MVT::i8), getBytesOfMask(DAG, DL, A),
                    getBytesOfMask(DAG, DL, B), Op.getOperand(2));
    return getMaskOfBytes(DAG, DL, VT, Bytes);
  }
  // N elements from Start of both, one behind the other.
  unsigned N = MTIAVType::getNumElts(VT);
  SDValue Count = DAG.getZExtOrTrunc(Op.getOperand(2), DL, MVT::i64);
  SDValue Whole = DAG.getConstant(N, DL, MVT::i64);
  SDValue Rest = DAG.getNode(ISD::SUB, DL, MVT::i64, Whole, Count);
  bool Left = Op.getOpcode() == ISD::VECTOR_SPLICE_LEFT;
  SDValue Start = Left ? Count : Rest, FromA = Left ? Rest : Count;
  SDValue Low = slideDown(DAG, DL, A, Start, SDValue(), FromA);
  return slideUp(DAG, DL, Low, B, FromA);
}

SDValue MTIATargetLowering::lowerVectorCompress(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  SDValue V = Op.getOperand(0), Mask = Op.getOperand(1), Passthru = Op.getOperand(2);
  if (VT.getVectorElementType() == MVT::i1) {
    EVT ByteVT = withElement(DAG, VT, MVT::i8);
    SDValue Rest = Passthru.isUndef() ? DAG.getUNDEF(ByteVT) : getBytesOfMask(DAG, DL, Passthru);
    SDValue Bytes =
        DAG.getNode(ISD::VECTOR_COMPRESS, DL, ByteVT, getBytesOfMask(DAG, DL, V), Mask, Rest);
    return getMaskOfBytes(DAG, DL, VT, Bytes);
  }
  if (Passthru.isUndef())
    return getOp(DAG, DL, VT, MTIA::PseudoVCOMPRESS_VM, {getUndef(DAG, VT), V, Mask});
  // What follows the last element found is tail.
  OpInfo Info;
  Info.AVL = getVLMaxOrCount(DAG, DL, VT);
  Info.Policy = MTIAVType::MaskAgnostic;
  return getOp(DAG, DL, VT, MTIA::PseudoVCOMPRESS_VM, {Passthru, V, Mask}, Info);
}

// By way of memory: elements of the operands one behind the other, read or written with a
// distance.
static SDValue permuteInMemory(SDValue Op, SelectionDAG &DAG, bool Interleave) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  MTIAVType T = MTIAVType::get(VT);
  unsigned Factor = Op.getNumOperands(), Size = T.NumElts * T.SEW / 8;
  MachineFunction &MF = DAG.getMachineFunction();
  SDValue Slot = DAG.CreateStackTemporary(TypeSize::getFixed(Size * Factor), Align(8));
  int FI = cast<FrameIndexSDNode>(Slot)->getIndex();
  MachinePointerInfo Info = MachinePointerInfo::getFixedStack(MF, FI);
  static const unsigned StridedStore[] = {MTIA::PseudoVSSE8_V, MTIA::PseudoVSSE16_V,
                                          MTIA::PseudoVSSE32_V, MTIA::PseudoVSSE64_V};
  static const unsigned StridedLoad[] = {MTIA::PseudoVLSE8_V, MTIA::PseudoVLSE16_V,
                                         MTIA::PseudoVLSE32_V, MTIA::PseudoVLSE64_V};
  unsigned Width = Log2_32(T.SEW / 8);
  SDValue Stride = DAG.getConstant(Factor * T.SEW / 8, DL, MVT::i64);
  auto Address = [&](unsigned Offset) {
    return DAG.getMemBasePlusOffset(Slot, TypeSize::getFixed(Offset), DL);
  };
  auto Operand = [&](MachineMemOperand::Flags Flags) {
    return MF.getMachineMemOperand(Info, Flags, Size * Factor, Align(8));
  };
  SmallVector<SDValue, 8> Chains, Results;
  for (unsigned I = 0; I != Factor; ++I) {
    SDValue V = Op.getOperand(I);
    if (Interleave)
      Chains.push_back(SDValue(getChainedOp(DAG, DL, {}, StridedStore[Width], DAG.getEntryNode(),
                                            {V, Address(I * T.SEW / 8), Stride}, {},
                                            Operand(MachineMemOperand::MOStore)),
                               0));
    else
      Chains.push_back(DAG.getStore(DAG.getEntryNode(), DL, V, Address(I * Size),
                                    Info.getWithOffset(I * Size), Align(8)));
  }
  SDValue Chain = DAG.getNode(ISD::TokenFactor, DL, MVT::Other, Chains);
  for (unsigned I = 0; I != Factor; ++I) {
    if (Interleave)
      Results.push_back(
          DAG.getLoad(VT, DL, Chain, Address(I * Size), Info.getWithOffset(I * Size), Align(8)));
    else
      Results.push_back(SDValue(getChainedOp(DAG, DL, VT, StridedLoad[Width], Chain,
                                             {getUndef(DAG, VT), Address(I * T.SEW / 8), Stride},
                                             {}, Operand(MachineMemOperand::MOLoad)),
                                0));
  }
  return DAG.getMergeValues(Results, DL);
}

// The operation on bytes in place of one on masks.
static SDValue permuteMasks(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType(), ByteVT = withElement(DAG, VT, MVT::i8);
  SmallVector<SDValue, 8> Operands, Results;
  for (SDValue V : Op->op_values())
    Operands.push_back(getBytesOfMask(DAG, DL, V));
  SmallVector<EVT, 8> VTs(Operands.size(), ByteVT);
  SDValue R = DAG.getNode(Op.getOpcode(), DL, DAG.getVTList(VTs), Operands);
  for (unsigned I = 0; I != Operands.size(); ++I)
    Results.push_back(getMaskOfBytes(DAG, DL, VT, R.getValue(I)));
  return DAG.getMergeValues(Results, DL);
}

// As many integers as each of two operands has elements, for pairs of these; Other where there is
// no such type, or where there are more operands.
EVT MTIATargetLowering::getPairType(SDValue Op, SelectionDAG &DAG) const {
  EVT VT = Op.getValueType();
  unsigned SEW = MTIAVType::get(VT).SEW;
  if (Op.getNumOperands() != 2 || SEW == 64)
    return MVT::Other;
  EVT PairVT = withElement(DAG, VT, MVT::getIntegerVT(SEW * 2));
  return isLegalVectorType(PairVT) ? PairVT : EVT(MVT::Other);
}

SDValue MTIATargetLowering::lowerVectorInterleave(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  MTIAVType T = MTIAVType::get(VT);
  if (T.IsMask)
    return permuteMasks(Op, DAG);
  EVT WideVT = getPairType(Op, DAG);
  if (WideVT == MVT::Other)
    return permuteInMemory(Op, DAG, true);
  SDValue A = Op.getOperand(0), B = Op.getOperand(1);
  SDValue Sum = getOp(DAG, DL, WideVT, MTIA::PseudoVWADDU_VV, {getUndef(DAG, WideVT), A, B});
  SDValue R = getOp(DAG, DL, WideVT, MTIA::PseudoVWMACCU_VX,
                    {Sum, DAG.getAllOnesConstant(DL, MVT::i64), B});
  EVT BothVT = withCount(DAG, VT, VT.getVectorMinNumElements() * 2);
  R = asType(DAG, DL, BothVT, R);
  return DAG.getMergeValues(
      {getElements(DAG, DL, R, VT, 0), getElements(DAG, DL, R, VT, T.NumElts)}, DL);
}

SDValue MTIATargetLowering::lowerVectorDeinterleave(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  MTIAVType T = MTIAVType::get(VT);
  if (T.IsMask)
    return permuteMasks(Op, DAG);
  EVT WideVT = getPairType(Op, DAG);
  if (WideVT == MVT::Other)
    return permuteInMemory(Op, DAG, false);
  EVT BothVT = withCount(DAG, VT, VT.getVectorMinNumElements() * 2);
  SDValue Both = setElements(DAG, DL, DAG.getUNDEF(BothVT), Op.getOperand(0), 0);
  Both = setElements(DAG, DL, Both, Op.getOperand(1), T.NumElts);
  SDValue Wide = asType(DAG, DL, WideVT, Both);
  EVT IntVT = withIntElement(DAG, VT);
  SmallVector<SDValue, 2> Results;
  for (unsigned I = 0; I != 2; ++I) {
    unsigned Shift = I * T.SEW;
    SDValue R = Shift < 32
                    ? getOp(DAG, DL, IntVT, MTIA::PseudoVNSRL_WI,
                            {getUndef(DAG, IntVT), Wide, getImm(DAG, DL, Shift)})
                    : getOp(DAG, DL, IntVT, MTIA::PseudoVNSRL_WX,
                            {getUndef(DAG, IntVT), Wide, DAG.getConstant(Shift, DL, MVT::i64)});
    Results.push_back(asType(DAG, DL, VT, R));
  }
  return DAG.getMergeValues(Results, DL);
}
