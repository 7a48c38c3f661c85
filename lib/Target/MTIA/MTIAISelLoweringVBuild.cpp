//===-- MTIAISelLoweringVBuild.cpp - Vectors of scalars and constants -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Constants come from immediates where two or three instructions do, else from memory:
//   all the same            vmv.v.i, vmv.v.x
//   a short pattern         the same, of elements as wide as the pattern
//   at most 64 bits         vmv.s.x
//   a + b * (i >> d)        vid.v, and what of vsrl, vsll or vmul, vadd it takes
//   two values              vmerge by a constant mask
//   what fits fewer bits    a narrower load, vsext or vzext
// Other elements are set one by one, the most frequent one first as a splat.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelLowering.h"
#include "MTIAISelLoweringVParts.h"
#include "MTIASubtarget.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/IR/Constants.h"

using namespace llvm;
using namespace llvm::MTIAV;

// Elements as bits; nothing where they are undefined.
using Elements = SmallVector<std::optional<APInt>, 64>;

static SDValue loadConstant(SelectionDAG &DAG, const SDLoc &DL, EVT VT, Constant *C, Align A) {
  SDValue Address = DAG.getConstantPool(C, MVT::i64, A);
  return DAG.getLoad(VT, DL, DAG.getEntryNode(), Address,
                     MachinePointerInfo::getConstantPool(DAG.getMachineFunction()), A);
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

SDValue MTIAV::getConstantMask(SelectionDAG &DAG, const SDLoc &DL, EVT MaskVT, const APInt &Bits) {
  unsigned N = Bits.getBitWidth();
  if (Bits.isZero() || Bits.isAllOnes())
    return getOp(DAG, DL, MaskVT, Bits.isZero() ? MTIA::PseudoVMCLR_M : MTIA::PseudoVMSET_M, {});
  unsigned Bytes = divideCeil(N, 8);
  APInt Wide = Bits.zext(Bytes * 8);
  // Bytes, or halfwords..., that are all the same.
  for (unsigned W = 8; W <= 64; W *= 2) {
    unsigned Count = divideCeil(Bytes * 8, W);
    APInt Pattern = Wide.zextOrTrunc(W);
    bool Same = true;
    for (unsigned I = 0; I * W < N && Same; ++I)
      for (unsigned B = 0; B < W && I * W + B < N && Same; ++B)
        Same = Pattern[B] == Bits[I * W + B];
    if (!Same)
      continue;
    int64_t Value = Pattern.getSExtValue();
    MVT Whole = getWholeType(MVT::getIntegerVT(W));
    SDValue AVL = getImm(DAG, DL, Count);
    SDValue V =
        Count == 1 && !isInt<5>(Value)
            ? setFirst(DAG, DL, Whole, SDValue(), DAG.getSignedConstant(Value, DL, MVT::i64))
            : getSplat(DAG, DL, Whole, Value, AVL);
    return asType(DAG, DL, MaskVT, V);
  }
  if (N <= 512 && Bits.isMask() && N <= 256) {
    // The first ones.
    EVT VT = withElement(DAG, MaskVT, MVT::i8);
    SDValue Id = getOp(DAG, DL, VT, MTIA::PseudoVID_V, {getUndef(DAG, VT)});
    unsigned K = Bits.countr_one();
    if (K <= 16)
      return getOp(DAG, DL, MaskVT, MTIA::PseudoVMSLEU_VI,
                   {getUndef(DAG, MaskVT), Id, getImm(DAG, DL, K - 1)});
    return getOp(DAG, DL, MaskVT, MTIA::PseudoVMSLTU_VX,
                 {getUndef(DAG, MaskVT), Id, DAG.getConstant(K, DL, MVT::i64)});
  }
  SmallVector<uint8_t, 64> Data;
  for (unsigned I = 0; I != Bytes; ++I)
    Data.push_back(Wide.extractBitsAsZExtValue(8, I * 8));
  Constant *C = ConstantDataArray::get(*DAG.getContext(), Data);
  return loadConstant(DAG, DL, MaskVT, C, Align(8));
}

static SDValue buildMask(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  unsigned N = VT.getVectorNumElements();
  APInt Bits(N, 0);
  bool IsConstant = true, AllOnes = true;
  for (unsigned I = 0; I != N; ++I) {
    SDValue E = Op.getOperand(I);
    if (E.isUndef())
      continue;
    auto *C = dyn_cast<ConstantSDNode>(E);
    if (!C)
      IsConstant = false;
    else if (C->getAPIntValue()[0])
      Bits.setBit(I);
    else
      AllOnes = false;
  }
  if (IsConstant)
    return getConstantMask(DAG, DL, VT, AllOnes ? APInt::getAllOnes(N) : Bits);
  EVT ByteVT = withElement(DAG, VT, MVT::i8);
  SmallVector<SDValue, 64> Operands;
  for (SDValue E : Op->op_values()) {
    SDValue Wide = E.isUndef() ? DAG.getUNDEF(MVT::i64) : DAG.getAnyExtOrTrunc(E, DL, MVT::i64);
    Operands.push_back(Wide);
  }
  SDValue Bytes = DAG.getBuildVector(ByteVT, DL, Operands);
  Bytes = DAG.getNode(ISD::AND, DL, ByteVT, Bytes, DAG.getConstant(1, DL, ByteVT));
  return getMaskOfBytes(DAG, DL, VT, Bytes);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

// a + b * (i >> d).
static SDValue buildSequence(SelectionDAG &DAG, const SDLoc &DL, EVT VT, const Elements &E) {
  unsigned N = E.size(), Bits = VT.getScalarSizeInBits();
  SmallVector<unsigned, 64> Defined;
  for (unsigned I = 0; I != N; ++I)
    if (E[I])
      Defined.push_back(I);
  if (Defined.size() < 3)
    return SDValue();
  for (unsigned Shift = 0; Shift != 4; ++Shift) {
    if (Shift && (N > 256 || N <= 2u << Shift))
      break;
    // Two elements one step from each other.
    unsigned A = Defined[0], B = 0;
    for (unsigned I : Defined)
      if (I >> Shift == (A >> Shift) + 1) {
        B = I;
        break;
      }
    if (!B)
      continue;
    APInt Step = *E[B] - *E[A];
    APInt Start = *E[A] - Step * APInt(Bits, A >> Shift, false, true);
    if (Step.isZero() || llvm::any_of(Defined, [&](unsigned I) {
          return *E[I] != Start + Step * APInt(Bits, I >> Shift, false, true);
        }))
      continue;
    EVT IntVT = withIntElement(DAG, VT);
    SDValue Undef = getUndef(DAG, IntVT);
    auto Scalar = [&](const APInt &C) {
      return DAG.getSignedConstant(C.getSExtValue(), DL, MVT::i64);
    };
    SDValue V = getOp(DAG, DL, IntVT, MTIA::PseudoVID_V, {Undef});
    if (Shift)
      V = getOp(DAG, DL, IntVT, MTIA::PseudoVSRL_VI, {Undef, V, getImm(DAG, DL, Shift)});
    bool Negative = Step.isNegatedPowerOf2();
    APInt Factor = Negative ? -Step : Step;
    if (Factor.isPowerOf2()) {
      unsigned Log = Factor.logBase2();
      if (Log && Log < 32)
        V = getOp(DAG, DL, IntVT, MTIA::PseudoVSLL_VI, {Undef, V, getImm(DAG, DL, Log)});
      else if (Log)
        V = getOp(DAG, DL, IntVT, MTIA::PseudoVSLL_VX,
                  {Undef, V, DAG.getConstant(Log, DL, MVT::i64)});
    } else {
      V = getOp(DAG, DL, IntVT, MTIA::PseudoVMUL_VX, {Undef, V, Scalar(Step)});
      Negative = false;
    }
    bool Immediate = Start.isSignedIntN(5);
    SDValue Addend = Immediate ? getImm(DAG, DL, Start.getSExtValue()) : Scalar(Start);
    if (Negative)
      V = getOp(DAG, DL, IntVT, Immediate ? MTIA::PseudoVRSUB_VI : MTIA::PseudoVRSUB_VX,
                {Undef, V, Addend});
    else if (!Start.isZero())
      V = getOp(DAG, DL, IntVT, Immediate ? MTIA::PseudoVADD_VI : MTIA::PseudoVADD_VX,
                {Undef, V, Addend});
    return asType(DAG, DL, VT, V);
  }
  return SDValue();
}

// The shortest power of two after which elements repeat.
static unsigned getPeriod(const Elements &E, Elements &Pattern) {
  for (unsigned Period = 1; Period < E.size(); Period *= 2) {
    Pattern.assign(Period, std::nullopt);
    bool Repeats = true;
    for (unsigned I = 0; I != E.size() && Repeats; ++I) {
      std::optional<APInt> &P = Pattern[I % Period];
      if (!E[I])
        continue;
      if (!P)
        P = E[I];
      Repeats = *P == *E[I];
    }
    if (Repeats)
      return Period;
  }
  Pattern = E;
  return E.size();
}

static APInt joinBits(const Elements &E, unsigned Bits) {
  APInt Joined(Bits * E.size(), 0);
  for (unsigned I = 0; I != E.size(); ++I)
    if (E[I])
      Joined.insertBits(*E[I], I * Bits);
  return Joined;
}

// One value, where a constant mask is set another one.
static SDValue buildOfTwo(SelectionDAG &DAG, const SDLoc &DL, EVT VT, const Elements &E) {
  unsigned N = E.size();
  if (N > 64)
    return SDValue();
  std::optional<APInt> A, B;
  APInt Where(N, 0);
  for (unsigned I = 0; I != N; ++I) {
    if (!E[I])
      continue;
    if (!A || *A == *E[I]) {
      A = E[I];
    } else if (!B || *B == *E[I]) {
      B = E[I];
      Where.setBit(I);
    } else {
      return SDValue();
    }
  }
  if (!A || !B)
    return SDValue();
  // The merged one is best an immediate.
  if (!B->isSignedIntN(5) && A->isSignedIntN(5)) {
    std::swap(A, B);
    Where.flipAllBits();
  }
  EVT IntVT = withIntElement(DAG, VT), MaskVT = getMaskType(DAG, VT);
  SDValue Mask = getConstantMask(DAG, DL, MaskVT, Where);
  SDValue Most = getSplat(DAG, DL, IntVT, A->getSExtValue());
  SDValue V = B->isSignedIntN(5)
                  ? getOp(DAG, DL, IntVT, MTIA::PseudoVMERGE_VIM,
                          {getUndef(DAG, IntVT), Most, getImm(DAG, DL, B->getSExtValue())}, Mask)
                  : getOp(DAG, DL, IntVT, MTIA::PseudoVMERGE_VXM,
                          {getUndef(DAG, IntVT), Most,
                           DAG.getSignedConstant(B->getSExtValue(), DL, MVT::i64)},
                          Mask);
  return asType(DAG, DL, VT, V);
}

static Constant *getDataVector(LLVMContext &Context, const Elements &E, unsigned Bits) {
  SmallVector<Constant *, 64> Data;
  Type *Ty = IntegerType::get(Context, Bits);
  for (const std::optional<APInt> &V : E)
    Data.push_back(V ? ConstantInt::get(Context, V->trunc(Bits))
                     : cast<Constant>(ConstantInt::get(Ty, 0)));
  return ConstantVector::get(Data);
}

static SDValue buildConstant(SelectionDAG &DAG, const SDLoc &DL, EVT VT, const Elements &E) {
  unsigned N = E.size(), Bits = VT.getScalarSizeInBits();
  Elements Pattern;
  unsigned Period = getPeriod(E, Pattern);
  if (Period == 1)
    return asType(DAG, DL, VT,
                  getSplat(DAG, DL, withIntElement(DAG, VT), Pattern[0]->getSExtValue()));
  if (SDValue V = buildSequence(DAG, DL, VT, E))
    return V;
  if (Period * Bits <= 64 && Period < N) {
    unsigned Width = Period * Bits;
    APInt Value = joinBits(Pattern, Bits);
    MVT Element = MVT::getIntegerVT(Width);
    MVT Wide = N / Period > 1 ? MVT::getVectorVT(Element, N / Period) : getWholeType(Element);
    return asType(DAG, DL, VT, getSplat(DAG, DL, Wide, Value.getSExtValue()));
  }
  if (N * Bits <= 64) {
    APInt Value = joinBits(E, Bits);
    MVT Whole = getWholeType(MVT::getIntegerVT(N * Bits));
    SDValue Scalar = DAG.getSignedConstant(Value.getSExtValue(), DL, MVT::i64);
    return asType(DAG, DL, VT, setFirst(DAG, DL, Whole, SDValue(), Scalar));
  }
  if (SDValue V = buildOfTwo(DAG, DL, VT, E))
    return V;
  // Narrower in memory, if that saves registers' worth of it.
  EVT IntVT = withIntElement(DAG, VT);
  for (unsigned Narrow = 8; Narrow < Bits && N * Bits > MTIAVType::VLen; Narrow *= 2) {
    auto All = [&](auto Fits) {
      return llvm::all_of(E, [&](const std::optional<APInt> &V) { return !V || Fits(*V); });
    };
    bool Signed = All([&](const APInt &V) { return V.isSignedIntN(Narrow); });
    if (!Signed && !All([&](const APInt &V) { return V.isIntN(Narrow); }))
      continue;
    static const unsigned Extend[2][3] = {
        {MTIA::PseudoVZEXT_VF2, MTIA::PseudoVZEXT_VF4, MTIA::PseudoVZEXT_VF8},
        {MTIA::PseudoVSEXT_VF2, MTIA::PseudoVSEXT_VF4, MTIA::PseudoVSEXT_VF8}};
    EVT NarrowVT = withElement(DAG, VT, MVT::getIntegerVT(Narrow));
    SDValue V =
        loadConstant(DAG, DL, NarrowVT, getDataVector(*DAG.getContext(), E, Narrow), Align(8));
    V = getOp(DAG, DL, IntVT, Extend[Signed][Log2_32(Bits / Narrow) - 1],
              {getUndef(DAG, IntVT), V});
    return asType(DAG, DL, VT, V);
  }
  return asType(DAG, DL, VT,
                loadConstant(DAG, DL, IntVT, getDataVector(*DAG.getContext(), E, Bits), Align(8)));
}

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

// Each element moves those before it one down.
static SDValue buildBySlides(SelectionDAG &DAG, const SDLoc &DL, EVT VT, ArrayRef<SDValue> E) {
  SDValue V;
  unsigned Skipped = 0;
  SDValue Undef = getUndef(DAG, VT);
  for (SDValue Scalar : E) {
    if (Scalar.isUndef()) {
      ++Skipped;
      continue;
    }
    if (!V)
      V = getSplat(DAG, DL, VT, Scalar);
    else {
      if (Skipped)
        V = slideDown(DAG, DL, V, Skipped);
      bool IsFP = Scalar.getValueType().isFloatingPoint();
      V = getOp(DAG, DL, VT, IsFP ? MTIA::PseudoVFSLIDE1DOWN_VF : MTIA::PseudoVSLIDE1DOWN_VX,
                {Undef, V, Scalar});
    }
    Skipped = 0;
  }
  if (Skipped)
    V = slideDown(DAG, DL, V, Skipped);
  return V;
}

SDValue MTIATargetLowering::lowerBuildVector(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  if (VT.getVectorElementType() == MVT::i1)
    return buildMask(Op, DAG);
  unsigned N = VT.getVectorNumElements(), Bits = VT.getScalarSizeInBits();
  if (SDValue Scalar = cast<BuildVectorSDNode>(Op)->getSplatValue())
    return Scalar.isUndef() ? DAG.getUNDEF(VT) : DAG.getNode(ISD::SPLAT_VECTOR, DL, VT, Scalar);

  Elements Constants;
  MapVector<SDValue, unsigned> Counts;
  bool IsConstant = true;
  for (SDValue E : Op->op_values()) {
    Constants.emplace_back();
    if (E.isUndef())
      continue;
    ++Counts[E];
    if (auto *C = dyn_cast<ConstantSDNode>(E))
      Constants.back() = C->getAPIntValue().trunc(Bits);
    else if (auto *F = dyn_cast<ConstantFPSDNode>(E))
      Constants.back() = F->getValueAPF().bitcastToAPInt();
    else
      IsConstant = false;
  }
  if (IsConstant)
    return buildConstant(DAG, DL, VT, Constants);

  // Groups: register by register.
  MTIAVType T = MTIAVType::get(VT);
  if (unsigned Regs = T.getNumRegs(); Regs > 1) {
    EVT PartVT = getOneRegType(DAG, VT);
    unsigned PerReg = N / Regs;
    SDValue V = DAG.getUNDEF(VT);
    for (unsigned R = 0; R != Regs; ++R) {
      SmallVector<SDValue, 64> Part(Op->op_begin() + R * PerReg, Op->op_begin() + (R + 1) * PerReg);
      if (llvm::all_of(Part, [](SDValue E) { return E.isUndef(); }))
        continue;
      V = setPart(DAG, DL, V, DAG.getBuildVector(PartVT, DL, Part), R);
    }
    return V;
  }

  // Scalars that aren't moved to vectors by an instruction of their own: as integers.
  EVT Element = VT.getVectorElementType();
  if (Element == MVT::bf16 || (Element == MVT::f16 && !Subtarget.hasVInstructionsF16())) {
    EVT IntVT = withIntElement(DAG, VT);
    SmallVector<SDValue, 64> Operands;
    for (unsigned I = 0; I != N; ++I) {
      SDValue E = Op.getOperand(I);
      if (E.isUndef())
        Operands.push_back(DAG.getUNDEF(MVT::i64));
      else if (Constants[I])
        Operands.push_back(DAG.getSignedConstant(Constants[I]->getSExtValue(), DL, MVT::i64));
      else
        Operands.push_back(SDValue(DAG.getMachineNode(MTIA::FMV_X_H, DL, MVT::i64, E), 0));
    }
    return asType(DAG, DL, VT, DAG.getBuildVector(IntVT, DL, Operands));
  }

  // All but few constant: the constants first.
  unsigned Variable = 0, Defined = 0;
  for (unsigned I = 0; I != N; ++I) {
    Defined += !Op.getOperand(I).isUndef();
    Variable += !Op.getOperand(I).isUndef() && !Constants[I];
  }
  auto Insert = [&](SDValue V, unsigned I) {
    return DAG.getNode(ISD::INSERT_VECTOR_ELT, DL, VT, V, Op.getOperand(I),
                       DAG.getVectorIdxConstant(I, DL));
  };
  if (Defined == 1)
    for (unsigned I = 0; I != N; ++I)
      if (!Op.getOperand(I).isUndef())
        return Insert(DAG.getUNDEF(VT), I);
  if (Variable * 3 <= Defined) {
    SDValue V = buildConstant(DAG, DL, VT, Constants);
    for (unsigned I = 0; I != N; ++I)
      if (!Op.getOperand(I).isUndef() && !Constants[I])
        V = Insert(V, I);
    return V;
  }
  // One element most of the time: the others into its splat.
  auto Most = llvm::max_element(Counts, llvm::less_second());
  if ((Defined - Most->second) * 2 < Defined) {
    SDValue V = DAG.getNode(ISD::SPLAT_VECTOR, DL, VT, Most->first);
    for (unsigned I = 0; I != N; ++I)
      if (!Op.getOperand(I).isUndef() && Op.getOperand(I) != Most->first)
        V = Insert(V, I);
    return V;
  }
  SmallVector<SDValue, 64> Operands(Op->op_values());
  return buildBySlides(DAG, DL, VT, Operands);
}

SDValue MTIATargetLowering::lowerScalarToVector(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  if (VT.getVectorElementType() == MVT::i1)
    return DAG.getNode(ISD::SPLAT_VECTOR, DL, VT, Op.getOperand(0));
  return setFirst(DAG, DL, VT, SDValue(), Op.getOperand(0));
}
