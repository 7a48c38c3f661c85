//===-- MTIALoopMasks.cpp - Masks that a vector length replaces -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop with branches that the vectoriser has folded the tail of has the length of each round
// twice: as a number, and as a mask for what stands under a condition. Up to the length the mask
// is true, so accesses take the number, and what only they need is computed without the mask:
//
//   %n = call i32 @llvm.experimental.get.vector.length(i64 %left, ...)
//   %mask = icmp ult <vscale x 8 x i32> %stepvector, splat %n
//   %both = select <vscale x 8 x i1> %mask, %condition, zeroinitializer
//   call void @llvm.masked.store(%value, ptr %p, <vscale x 8 x i1> %both)
// becomes
//   call void @llvm.vp.store(%value, ptr %p, <vscale x 8 x i1> %condition, i32 %n)
//
//===----------------------------------------------------------------------===//

#include "MTIAStridedAccess.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "llvm/Analysis/InstructionSimplify.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/InitializePasses.h"
#include "llvm/Pass.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;
using namespace llvm::PatternMatch;

#define DEBUG_TYPE "mtia-loop-masks"
#define PASS_NAME "MTIA vector lengths for masks of loops"

namespace {
class MTIALoopMasks : public FunctionPass {
public:
  static char ID;
  MTIALoopMasks() : FunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<TargetPassConfig>();
    AU.setPreservesCFG();
  }
  bool runOnFunction(Function &F) override;
};
} // namespace

char MTIALoopMasks::ID = 0;
INITIALIZE_PASS_BEGIN(MTIALoopMasks, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(TargetPassConfig)
INITIALIZE_PASS_END(MTIALoopMasks, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIALoopMasksPass() { return new MTIALoopMasks(); }

// The length up to which a mask is true, and behind which it is false: an i32, or nothing.
static Value *getLength(Value *Mask) {
  Value *Steps, *Splat;
  if (!match(Mask, m_SpecificICmp(ICmpInst::ICMP_ULT, m_Value(Steps), m_Value(Splat))) &&
      !match(Mask, m_SpecificICmp(ICmpInst::ICMP_UGT, m_Value(Splat), m_Value(Steps))))
    return nullptr;
  if (!match(Steps, m_Intrinsic<Intrinsic::stepvector>()))
    return nullptr;
  Value *Length = getSplatValue(Splat);
  if (!Length)
    return nullptr;
  match(Length, m_ZExt(m_Value(Length)));
  return match(Length, m_Intrinsic<Intrinsic::experimental_get_vector_length>()) &&
                 Length->getType()->isIntegerTy(32)
             ? Length
             : nullptr;
}

// A mask without the length in it: what is left of it, null if nothing; and the length.
static std::pair<Value *, Value *> splitMask(Value *Mask) {
  if (Value *Length = getLength(Mask))
    return {nullptr, Length};
  Value *A, *B;
  if (match(Mask, m_LogicalAnd(m_Value(A), m_Value(B)))) {
    if (Value *Length = getLength(A))
      return {B, Length};
    if (Value *Length = getLength(B))
      return {A, Length};
    // Several conditions.
    IRBuilder<> Builder(cast<Instruction>(Mask));
    for (auto [X, Y] : {std::pair{A, B}, std::pair{B, A}})
      if (match(X, m_LogicalAnd(m_Value(), m_Value())))
        if (auto [Rest, Length] = splitMask(X); Length)
          return {Rest ? Builder.CreateLogicalAnd(Rest, Y) : Y, Length};
  }
  return {nullptr, nullptr};
}

// An access under such a mask takes the length.
static bool takeLength(IntrinsicInst *II) {
  Intrinsic::ID ID = II->getIntrinsicID();
  bool IsStore = ID == Intrinsic::masked_store || ID == Intrinsic::masked_scatter;
  unsigned Pointer = IsStore ? 1 : 0, MaskAt = Pointer + 1;
  Type *Ty = IsStore ? II->getArgOperand(0)->getType() : II->getType();
  if (!isa<ScalableVectorType>(Ty) || Ty->getScalarType()->isIntegerTy(1))
    return false;
  // What the mask leaves out of a load must not matter.
  if (!IsStore && !isa<UndefValue>(II->getArgOperand(2)))
    return false;
  auto [Rest, Length] = splitMask(II->getArgOperand(MaskAt));
  if (!Length)
    return false;
  IRBuilder<> B(II);
  if (!Rest)
    Rest = ConstantInt::getTrue(II->getArgOperand(MaskAt)->getType());
  SmallVector<Value *, 4> Args;
  SmallVector<Type *, 2> Types{Ty, II->getArgOperand(Pointer)->getType()};
  if (IsStore)
    Args.push_back(II->getArgOperand(0));
  Args.append({II->getArgOperand(Pointer), Rest, Length});
  Intrinsic::ID VP = ID == Intrinsic::masked_store    ? Intrinsic::vp_store
                     : ID == Intrinsic::masked_load   ? Intrinsic::vp_load
                     : ID == Intrinsic::masked_gather ? Intrinsic::vp_gather
                                                      : Intrinsic::vp_scatter;
  CallInst *New = B.CreateIntrinsic(VP, Types, Args);
  if (MaybeAlign Alignment = II->getParamAlign(Pointer))
    New->addParamAttr(Pointer, Attribute::getWithAlignment(II->getContext(), *Alignment));
  New->copyMetadata(*II);
  if (!IsStore) {
    New->takeName(II);
    II->replaceAllUsesWith(New);
  }
  II->eraseFromParent();
  return true;
}

// Whether of an operand only the elements up to Length matter.
static bool isLimited(const Use &U, const Value *Length, unsigned Depth = 0) {
  constexpr unsigned MaxDepth = 6;
  auto *I = dyn_cast<Instruction>(U.getUser());
  if (!I || Depth > MaxDepth)
    return false;
  if (auto *VP = dyn_cast<VPIntrinsic>(I)) {
    if (VP->getVectorLengthParam() != Length)
      return false;
    switch (VP->getIntrinsicID()) {
    case Intrinsic::vp_merge:
      return U.getOperandNo() != 2; // what is behind the length
    case Intrinsic::vp_store:
    case Intrinsic::vp_load:
    case Intrinsic::vp_scatter:
    case Intrinsic::vp_gather:
    case Intrinsic::vp_reduce_add:
    case Intrinsic::vp_reduce_fadd:
      return true;
    default:
      return false;
    }
  }
  // Element by element, without traps.
  bool IsElementwise = isa<SelectInst, CmpInst, UnaryOperator, FreezeInst>(I) ||
                       (isa<BinaryOperator>(I) && !I->isIntDivRem()) ||
                       (isa<CastInst>(I) && !isa<BitCastInst>(I));
  if (!IsElementwise || !I->getType()->isVectorTy())
    return false;
  return all_of(I->uses(), [&](const Use &Next) { return isLimited(Next, Length, Depth + 1); });
}

bool MTIALoopMasks::runOnFunction(Function &F) {
  auto &TM = getAnalysis<TargetPassConfig>().getTM<MTIATargetMachine>();
  if (skipFunction(F) || !TM.getSubtargetImpl(F)->hasVInstructions())
    return false;
  SmallVector<IntrinsicInst *> Accesses;
  SmallVector<WeakTrackingVH> Masks;
  for (BasicBlock &BB : F)
    for (Instruction &I : BB) {
      if (auto *II = dyn_cast<IntrinsicInst>(&I)) {
        switch (II->getIntrinsicID()) {
        case Intrinsic::masked_load:
        case Intrinsic::masked_store:
        case Intrinsic::masked_gather:
        case Intrinsic::masked_scatter:
          Accesses.push_back(II);
          break;
        default:
          break;
        }
      } else if (isa<ICmpInst>(I) && I.getType()->isVectorTy() && getLength(&I)) {
        Masks.push_back(&I);
      }
    }
  if (Masks.empty())
    return false;
  bool Changed = false;
  SmallVector<WeakTrackingVH> Dead;
  for (IntrinsicInst *II : Accesses) {
    Value *Mask = II->getArgOperand(II->getIntrinsicID() == Intrinsic::masked_store ||
                                            II->getIntrinsicID() == Intrinsic::masked_scatter
                                        ? 2
                                        : 1);
    if (takeLength(II)) {
      Dead.push_back(Mask);
      Changed = true;
    }
  }
  RecursivelyDeleteTriviallyDeadInstructionsPermissive(Dead);
  for (WeakTrackingVH &VH : Masks) {
    auto *Mask = dyn_cast_or_null<Instruction>(VH);
    if (!Mask)
      continue;
    Value *Length = getLength(Mask);
    SmallVector<WeakTrackingVH> Users;
    for (Use &U : make_early_inc_range(Mask->uses()))
      if (isLimited(U, Length)) {
        Users.push_back(U.getUser());
        U.set(ConstantInt::getTrue(Mask->getType()));
        Changed = true;
      }
    const DataLayout &DL = F.getDataLayout();
    for (WeakTrackingVH &User : Users)
      if (auto *I = dyn_cast_or_null<Instruction>(User))
        if (Value *V = simplifyInstruction(I, DL)) {
          I->replaceAllUsesWith(V);
          I->eraseFromParent();
        }
    RecursivelyDeleteTriviallyDeadInstructions(Mask);
  }
  return Changed;
}
