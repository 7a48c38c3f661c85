//===-- MTIAPadVectors.cpp - Vector operations of odd lengths -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The type legaliser makes scalars of vectors with one element, but not of the operations with a
// mask and a length on them, and some of those operations it can't do on more elements than
// there are. Here they get vectors of the next power of two, at least two elements, before it
// sees them:
//
//   %r = call <1 x i32> @llvm.vp.add.v1i32(<1 x i32> %a, <1 x i32> %b, <1 x i1> %m, i32 %n)
// becomes
//   %r = call <2 x i32> @llvm.vp.add.v2i32(<2 x i32> %a2, <2 x i32> %b2, <2 x i1> %m2, i32 %n)
//
// and the first element of that. The length is at most that of the old vectors, so nothing is done
// with the new elements.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/InitializePasses.h"
#include "llvm/Pass.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-pad-vectors"
#define PASS_NAME "MTIA vector operations of odd lengths"

namespace {
class MTIAPadVectors : public FunctionPass {
public:
  static char ID;
  MTIAPadVectors() : FunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<TargetPassConfig>();
    AU.setPreservesCFG();
  }
  bool runOnFunction(Function &F) override;
};
} // namespace

char MTIAPadVectors::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAPadVectors, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(TargetPassConfig)
INITIALIZE_PASS_END(MTIAPadVectors, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAPadVectorsPass() { return new MTIAPadVectors(); }

// The number of elements of all vectors of the operation, 0 if they are scalable.
static unsigned getCount(const VPIntrinsic &VP) {
  for (const Value *Arg : VP.args())
    if (Arg->getType()->isVectorTy()) {
      auto *Ty = dyn_cast<FixedVectorType>(Arg->getType());
      return Ty ? Ty->getNumElements() : 0;
    }
  return 0;
}

// What the type legaliser refuses.
static bool mustPad(const VPIntrinsic &VP) {
  unsigned Count = getCount(VP);
  if (Count == 0 || isPowerOf2_32(Count))
    return Count == 1;
  switch (VP.getIntrinsicID()) {
  case Intrinsic::experimental_vp_reverse:
  case Intrinsic::experimental_vp_splice:
    return true;
  default:
    return false;
  }
}

static Value *pad(IRBuilderBase &B, Value *V, unsigned Count) {
  auto *Ty = cast<FixedVectorType>(V->getType());
  auto *Wide = FixedVectorType::get(Ty->getElementType(), Count);
  // A mask of ones stays one.
  if (auto *C = dyn_cast<Constant>(V);
      C && Ty->getElementType()->isIntegerTy(1) && C->isAllOnesValue())
    return Constant::getAllOnesValue(Wide);
  if (Ty->getNumElements() == 1)
    return B.CreateInsertElement(PoisonValue::get(Wide), B.CreateExtractElement(V, uint64_t(0)),
                                 uint64_t(0));
  SmallVector<int, 16> Indices(Count, PoisonMaskElem);
  for (unsigned I = 0; I != Ty->getNumElements(); ++I)
    Indices[I] = I;
  return B.CreateShuffleVector(V, Indices);
}

static Value *getFirst(IRBuilderBase &B, Value *V, FixedVectorType *Ty) {
  if (Ty->getNumElements() == 1)
    return B.CreateInsertElement(PoisonValue::get(Ty), B.CreateExtractElement(V, uint64_t(0)),
                                 uint64_t(0));
  SmallVector<int, 16> Indices;
  for (unsigned I = 0; I != Ty->getNumElements(); ++I)
    Indices.push_back(I);
  return B.CreateShuffleVector(V, Indices);
}

static Type *getWideType(Type *Ty, unsigned Count) {
  if (auto *Vector = dyn_cast<FixedVectorType>(Ty))
    return FixedVectorType::get(Vector->getElementType(), Count);
  if (auto *Struct = dyn_cast<StructType>(Ty)) {
    SmallVector<Type *, 2> Members;
    for (Type *Member : Struct->elements())
      Members.push_back(getWideType(Member, Count));
    return StructType::get(Ty->getContext(), Members);
  }
  return Ty;
}

static bool padOperation(VPIntrinsic &VP) {
  unsigned Count = std::max<unsigned>(2, PowerOf2Ceil(getCount(VP)));
  SmallVector<Type *, 6> Params;
  for (Type *Ty : VP.getFunctionType()->params())
    Params.push_back(getWideType(Ty, Count));
  auto *Ty = FunctionType::get(getWideType(VP.getType(), Count), Params, false);
  SmallVector<Type *, 3> Overloads;
  if (!Intrinsic::getIntrinsicSignature(VP.getIntrinsicID(), Ty, Overloads))
    return false;

  IRBuilder<> B(&VP);
  SmallVector<Value *, 6> Args;
  for (Value *Arg : VP.args())
    Args.push_back(Arg->getType()->isVectorTy() ? pad(B, Arg, Count) : Arg);
  SmallVector<OperandBundleDef, 1> Bundles;
  VP.getOperandBundlesAsDefs(Bundles);
  CallInst *Call = B.CreateCall(
      Intrinsic::getOrInsertDeclaration(VP.getModule(), VP.getIntrinsicID(), Overloads), Args,
      Bundles);
  Call->setAttributes(VP.getAttributes());
  Call->copyMetadata(VP);
  if (isa<FPMathOperator>(VP) && isa<FPMathOperator>(Call))
    Call->copyFastMathFlags(&VP);

  Value *Result = Call;
  if (auto *Vector = dyn_cast<FixedVectorType>(VP.getType())) {
    Result = getFirst(B, Call, Vector);
  } else if (auto *Struct = dyn_cast<StructType>(VP.getType())) {
    Result = PoisonValue::get(Struct);
    for (unsigned I = 0, E = Struct->getNumElements(); I != E; ++I) {
      Value *Member = B.CreateExtractValue(Call, I);
      if (auto *Narrow = dyn_cast<FixedVectorType>(Struct->getElementType(I)))
        Member = getFirst(B, Member, Narrow);
      Result = B.CreateInsertValue(Result, Member, I);
    }
  }
  if (!VP.getType()->isVoidTy())
    VP.replaceAllUsesWith(Result);
  VP.eraseFromParent();
  return true;
}

// There is no such operation with a mask and a length in selection; what they leave out is poison.
static bool isWithoutMask(const VPIntrinsic &VP) {
  return VP.getIntrinsicID() == Intrinsic::vp_is_fpclass ||
         VP.getIntrinsicID() == Intrinsic::vp_load_ff;
}

// A first-fault load may always stop behind the first element.
static void loadFirst(VPIntrinsic &VP) {
  IRBuilder<> B(&VP);
  auto *Ty = cast<StructType>(VP.getType());
  Value *Mask = VP.getMaskParam();
  Value *Any = B.CreateIsNotNull(VP.getVectorLengthParam());
  Value *First = B.CreateAnd(B.CreateExtractElement(Mask, uint64_t(0)), Any);
  Value *FirstOnly =
      B.CreateInsertElement(Constant::getNullValue(Mask->getType()), First, uint64_t(0));
  Value *Loaded = B.CreateMaskedLoad(Ty->getElementType(0), VP.getArgOperand(0),
                                     VP.getPointerAlignment().valueOrOne(), FirstOnly);
  Value *Result = B.CreateInsertValue(PoisonValue::get(Ty), Loaded, 0);
  Result = B.CreateInsertValue(Result, B.CreateZExt(Any, Ty->getElementType(1)), 1);
  VP.replaceAllUsesWith(Result);
  VP.eraseFromParent();
}

static bool dropMask(VPIntrinsic &VP) {
  if (VP.getIntrinsicID() == Intrinsic::vp_load_ff) {
    loadFirst(VP);
    return true;
  }
  IRBuilder<> B(&VP);
  Value *V = VP.getArgOperand(0);
  VP.replaceAllUsesWith(
      B.CreateIntrinsic(Intrinsic::is_fpclass, {V->getType()}, {V, VP.getArgOperand(1)}));
  VP.eraseFromParent();
  return true;
}

// At every level: without it there is no code.
bool MTIAPadVectors::runOnFunction(Function &F) {
  auto &TM = getAnalysis<TargetPassConfig>().getTM<MTIATargetMachine>();
  if (!TM.getSubtargetImpl(F)->hasVInstructions())
    return false;
  SmallVector<VPIntrinsic *> Operations;
  for (BasicBlock &BB : F)
    for (Instruction &I : BB)
      if (auto *VP = dyn_cast<VPIntrinsic>(&I); VP && (isWithoutMask(*VP) || mustPad(*VP)))
        Operations.push_back(VP);
  bool Changed = false;
  for (VPIntrinsic *VP : Operations)
    Changed |= isWithoutMask(*VP) ? dropMask(*VP) : padOperation(*VP);
  return Changed;
}
