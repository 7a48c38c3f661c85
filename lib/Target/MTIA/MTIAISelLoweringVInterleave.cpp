//===-- MTIAISelLoweringVInterleave.cpp - Segment loads and stores -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the pass for interleaved accesses asks: a load whose only use takes every n-th
// element, for each of the n, is one segment load, and a store of interleaved vectors is
// one segment store.
//
//   %w = call <vscale x 16 x i32> @llvm.vp.load(ptr %p, <all true>, i32 %wide)
//   %f = call {<vscale x 8 x i32>, <vscale x 8 x i32>} @llvm.vector.deinterleave2(%w)
// becomes
//   %t = call target("riscv.vector.tuple", ...) @llvm.riscv.vlseg2(poison, ptr %p, i64 %n, 5)
// and the fields of %t, where %wide is %n * 2.
//
//===----------------------------------------------------------------------===//

#include "MTIAISelLowering.h"
#include "MTIASubtarget.h"
#include "MTIAVectorTypes.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/IntrinsicsRISCV.h"
#include "llvm/IR/PatternMatch.h"

using namespace llvm;
using namespace llvm::PatternMatch;

static const Intrinsic::ID SegmentLoads[] = {Intrinsic::riscv_vlseg2, Intrinsic::riscv_vlseg3,
                                             Intrinsic::riscv_vlseg4, Intrinsic::riscv_vlseg5,
                                             Intrinsic::riscv_vlseg6, Intrinsic::riscv_vlseg7,
                                             Intrinsic::riscv_vlseg8};
static const Intrinsic::ID MaskedSegmentLoads[] = {
    Intrinsic::riscv_vlseg2_mask, Intrinsic::riscv_vlseg3_mask, Intrinsic::riscv_vlseg4_mask,
    Intrinsic::riscv_vlseg5_mask, Intrinsic::riscv_vlseg6_mask, Intrinsic::riscv_vlseg7_mask,
    Intrinsic::riscv_vlseg8_mask};
static const Intrinsic::ID SegmentStores[] = {Intrinsic::riscv_vsseg2, Intrinsic::riscv_vsseg3,
                                              Intrinsic::riscv_vsseg4, Intrinsic::riscv_vsseg5,
                                              Intrinsic::riscv_vsseg6, Intrinsic::riscv_vsseg7,
                                              Intrinsic::riscv_vsseg8};
static const Intrinsic::ID MaskedSegmentStores[] = {
    Intrinsic::riscv_vsseg2_mask, Intrinsic::riscv_vsseg3_mask, Intrinsic::riscv_vsseg4_mask,
    Intrinsic::riscv_vsseg5_mask, Intrinsic::riscv_vsseg6_mask, Intrinsic::riscv_vsseg7_mask,
    Intrinsic::riscv_vsseg8_mask};

namespace {
// One access, as segments of Factor fields of type Field.
struct SegmentAccess {
  Value *Pointer = nullptr;
  Value *Length = nullptr; // in segments; an i64
  Value *Mask = nullptr;   // null: all
  ScalableVectorType *Field = nullptr;
  unsigned Factor = 0;

  bool match(IRBuilderBase &B, Instruction *I, Value *SegmentMask, Type *FieldTy, unsigned Fields);
  TargetExtType *tuple() const;
  ConstantInt *log2SEW(IRBuilderBase &B) const;
};
} // namespace

// N where V is N * Factor for certain, as it is written.
static Value *divide(IRBuilderBase &B, Value *V, unsigned Factor) {
  if (auto *C = dyn_cast<ConstantInt>(V))
    return C->getZExtValue() % Factor ? nullptr
                                      : ConstantInt::get(C->getType(), C->getZExtValue() / Factor);
  Value *X;
  const APInt *C;
  if (PatternMatch::match(V, m_NUWMul(m_Value(X), m_APInt(C))) ||
      PatternMatch::match(V, m_Mul(m_Value(X), m_APInt(C)))) {
    if (*C == Factor)
      return X;
  } else if (PatternMatch::match(V, m_Shl(m_Value(X), m_APInt(C)))) {
    if (C->ult(4) && (1u << C->getZExtValue()) == Factor)
      return X;
  }
  return nullptr;
}

bool SegmentAccess::match(IRBuilderBase &B, Instruction *I, Value *SegmentMask, Type *FieldTy,
                          unsigned Fields) {
  Field = dyn_cast<ScalableVectorType>(FieldTy);
  Factor = Fields;
  if (!Field || Factor < 2 || Factor > 8)
    return false;
  Type *Element = Field->getElementType();
  unsigned Bits = I->getDataLayout().getTypeSizeInBits(Element);
  // Groups of at most eight registers, all fields together.
  unsigned Registers = std::max<unsigned>(1, divideCeil(Field->getMinNumElements() * Bits, 64));
  if (Bits < 8 || Factor * Registers > 8)
    return false;
  if (SegmentMask && !PatternMatch::match(SegmentMask, m_AllOnes()))
    Mask = SegmentMask;

  Align Alignment(1);
  Type *XLen = B.getInt64Ty();
  if (auto *LI = dyn_cast<LoadInst>(I)) {
    if (!LI->isSimple())
      return false;
    Pointer = LI->getPointerOperand();
    Alignment = LI->getAlign();
  } else if (auto *SI = dyn_cast<StoreInst>(I)) {
    if (!SI->isSimple())
      return false;
    Pointer = SI->getPointerOperand();
    Alignment = SI->getAlign();
  } else if (auto *VP = dyn_cast<VPIntrinsic>(I)) {
    Pointer = VP->getMemoryPointerParam();
    Alignment = VP->getPointerAlignment().valueOrOne();
    Value *N = divide(B, VP->getVectorLengthParam(), Factor);
    if (!N)
      return false;
    Length = B.CreateZExt(N, XLen);
  } else {
    auto *II = dyn_cast<IntrinsicInst>(I);
    if (!II || (II->getIntrinsicID() != Intrinsic::masked_load &&
                II->getIntrinsicID() != Intrinsic::masked_store))
      return false;
    bool IsLoad = II->getIntrinsicID() == Intrinsic::masked_load;
    // What the mask leaves out of a load would be the passthru's.
    if (IsLoad && !isa<UndefValue>(II->getArgOperand(2)))
      return false;
    Pointer = II->getArgOperand(IsLoad ? 0 : 1);
    Alignment = II->getParamAlign(IsLoad ? 0 : 1).valueOrOne();
  }
  if (Pointer->getType()->getPointerAddressSpace() != 0 || Alignment.value() * 8 < Bits)
    return false;
  if (!Length)
    Length = ConstantInt::getAllOnesValue(XLen); // all there are
  return true;
}

TargetExtType *SegmentAccess::tuple() const {
  unsigned Bytes = Field->getMinNumElements() * Field->getElementType()->getScalarSizeInBits() / 8;
  if (Field->getElementType()->isPointerTy())
    Bytes = Field->getMinNumElements() * 8;
  LLVMContext &C = Field->getContext();
  return TargetExtType::get(C, "riscv.vector.tuple",
                            ScalableVectorType::get(Type::getInt8Ty(C), std::max(1u, Bytes)),
                            Factor);
}

ConstantInt *SegmentAccess::log2SEW(IRBuilderBase &B) const {
  Type *Element = Field->getElementType();
  return B.getInt64(Log2_32(Element->isPointerTy() ? 64 : Element->getScalarSizeInBits()));
}

bool MTIATargetLowering::lowerDeinterleaveIntrinsicToLoad(Instruction *Load, Value *Mask,
                                                          IntrinsicInst *DI) const {
  unsigned Factor = getDeinterleaveIntrinsicFactor(DI->getIntrinsicID());
  auto *Result = dyn_cast<StructType>(DI->getType());
  if (!Factor || !Result || !Subtarget.hasVInstructions())
    return false;
  IRBuilder<> B(Load);
  SegmentAccess A;
  if (!A.match(B, Load, Mask, Result->getElementType(0), Factor) ||
      A.Field->getElementType()->isPointerTy())
    return false;

  TargetExtType *Tuple = A.tuple();
  Value *Poison = PoisonValue::get(Tuple);
  Type *XLen = B.getInt64Ty();
  Value *Segments;
  if (A.Mask) // tails and what the mask leaves out: agnostic
    Segments = B.CreateIntrinsic(
        MaskedSegmentLoads[Factor - 2], {Tuple, A.Pointer->getType(), A.Mask->getType(), XLen},
        {Poison, A.Pointer, A.Mask, A.Length, B.getInt64(3), A.log2SEW(B)});
  else
    Segments = B.CreateIntrinsic(SegmentLoads[Factor - 2], {Tuple, A.Pointer->getType(), XLen},
                                 {Poison, A.Pointer, A.Length, A.log2SEW(B)});
  Value *Fields = PoisonValue::get(Result);
  for (unsigned I = 0; I < Factor; ++I)
    Fields = B.CreateInsertValue(Fields,
                                 B.CreateIntrinsic(Intrinsic::riscv_tuple_extract, {A.Field, Tuple},
                                                   {Segments, B.getInt32(I)}),
                                 I);
  DI->replaceAllUsesWith(Fields);
  return true;
}

bool MTIATargetLowering::lowerInterleaveIntrinsicToStore(Instruction *Store, Value *Mask,
                                                         ArrayRef<Value *> Values) const {
  if (!Subtarget.hasVInstructions())
    return false;
  IRBuilder<> B(Store);
  SegmentAccess A;
  if (!A.match(B, Store, Mask, Values.front()->getType(), Values.size()) ||
      A.Field->getElementType()->isPointerTy())
    return false;

  TargetExtType *Tuple = A.tuple();
  Value *Segments = PoisonValue::get(Tuple);
  for (unsigned I = 0; I < A.Factor; ++I)
    Segments = B.CreateIntrinsic(Intrinsic::riscv_tuple_insert, {Tuple, A.Field},
                                 {Segments, Values[I], B.getInt32(I)});
  Type *XLen = B.getInt64Ty();
  if (A.Mask)
    B.CreateIntrinsic(MaskedSegmentStores[A.Factor - 2],
                      {Tuple, A.Pointer->getType(), A.Mask->getType(), XLen},
                      {Segments, A.Pointer, A.Mask, A.Length, A.log2SEW(B)});
  else
    B.CreateIntrinsic(SegmentStores[A.Factor - 2], {Tuple, A.Pointer->getType(), XLen},
                      {Segments, A.Pointer, A.Length, A.log2SEW(B)});
  return true;
}

//===----------------------------------------------------------------------===//
// Shuffles of fixed lengths
//===----------------------------------------------------------------------===//

// Pairs are narrowed or widened by a register per cycle, segments take a cycle each.
static bool prefersShuffle(unsigned Factor, FixedVectorType *Field) {
  return Factor == 2 && Field->getNumElements() > 8 &&
         Field->getElementType()->getScalarSizeInBits() < 64;
}

static bool isElement(const MTIASubtarget &ST, Type *Ty) {
  return Ty->isIntegerTy(8) || Ty->isIntegerTy(16) || Ty->isIntegerTy(32) ||
         (Ty->isIntegerTy(64) && ST.hasVInstructionsI64()) ||
         (Ty->isHalfTy() && ST.hasVInstructionsF16Minimal()) ||
         (Ty->isBFloatTy() && ST.hasVInstructionsBF16Minimal()) ||
         (Ty->isFloatTy() && ST.hasVInstructionsF32()) ||
         (Ty->isDoubleTy() && ST.hasVInstructionsF64());
}

// Fields of a fixed number of elements are the first elements of scalable ones.
static ScalableVectorType *getFieldOf(FixedVectorType *Ty) {
  Type *Element = Ty->getElementType();
  unsigned Count = PowerOf2Ceil(Ty->getNumElements());
  return ScalableVectorType::get(Element, std::max<unsigned>(1, Count / MTIAVType::VScale));
}

bool MTIATargetLowering::lowerInterleavedLoad(Instruction *Load, Value *Mask,
                                              ArrayRef<ShuffleVectorInst *> Shuffles,
                                              ArrayRef<unsigned> Indices, unsigned Factor,
                                              const APInt &GapMask) const {
  auto *Ty = cast<FixedVectorType>(Shuffles[0]->getType());
  auto *LI = dyn_cast<LoadInst>(Load);
  if (!LI || Mask || !GapMask.isAllOnes() || !Subtarget.hasVInstructions() ||
      Ty->getElementType()->isPointerTy() || !isElement(Subtarget, Ty->getElementType()))
    return false;
  ScalableVectorType *Field = getFieldOf(Ty);
  IRBuilder<> B(LI);
  SegmentAccess A;
  if (prefersShuffle(Factor, Ty) || !A.match(B, LI, nullptr, Field, Factor))
    return false;
  TargetExtType *Tuple = A.tuple();
  Value *Segments = B.CreateIntrinsic(
      SegmentLoads[Factor - 2], {Tuple, A.Pointer->getType(), B.getInt64Ty()},
      {PoisonValue::get(Tuple), A.Pointer, B.getInt64(Ty->getNumElements()), A.log2SEW(B)});
  for (auto [Shuffle, Index] : zip_equal(Shuffles, Indices)) {
    Value *V = B.CreateIntrinsic(Intrinsic::riscv_tuple_extract, {A.Field, Tuple},
                                 {Segments, B.getInt32(Index)});
    Shuffle->replaceAllUsesWith(B.CreateExtractVector(Ty, V, uint64_t(0)));
  }
  return true;
}

bool MTIATargetLowering::lowerInterleavedStore(Instruction *Store, Value *Mask,
                                               ShuffleVectorInst *Shuffle, unsigned Factor,
                                               const APInt &GapMask) const {
  auto *Wide = cast<FixedVectorType>(Shuffle->getType());
  auto *SI = dyn_cast<StoreInst>(Store);
  if (!SI || Mask || !GapMask.isAllOnes() || !Subtarget.hasVInstructions() ||
      Wide->getElementType()->isPointerTy() || !isElement(Subtarget, Wide->getElementType()))
    return false;
  unsigned Count = Wide->getNumElements() / Factor;
  auto *Ty = FixedVectorType::get(Wide->getElementType(), Count);
  ScalableVectorType *Field = getFieldOf(Ty);
  IRBuilder<> B(SI);
  SegmentAccess A;
  if (prefersShuffle(Factor, Ty) || !A.match(B, SI, nullptr, Field, Factor))
    return false;
  // Which elements of the operands the fields are: consecutive ones, from a start each.
  SmallVector<unsigned, 8> Starts;
  if (!ShuffleVectorInst::isInterleaveMask(
          Shuffle->getShuffleMask(), Factor,
          2 * cast<FixedVectorType>(Shuffle->getOperand(0)->getType())->getNumElements(), Starts))
    return false;
  TargetExtType *Tuple = A.tuple();
  Value *Segments = PoisonValue::get(Tuple);
  for (unsigned I = 0; I < Factor; ++I) {
    Value *V = B.CreateShuffleVector(Shuffle->getOperand(0), Shuffle->getOperand(1),
                                     createSequentialMask(Starts[I], Count, 0));
    V = B.CreateInsertVector(A.Field, PoisonValue::get(A.Field), V, uint64_t(0));
    Segments = B.CreateIntrinsic(Intrinsic::riscv_tuple_insert, {Tuple, A.Field},
                                 {Segments, V, B.getInt32(I)});
  }
  B.CreateIntrinsic(SegmentStores[Factor - 2], {Tuple, A.Pointer->getType(), B.getInt64Ty()},
                    {Segments, A.Pointer, B.getInt64(Count), A.log2SEW(B)});
  return true;
}
