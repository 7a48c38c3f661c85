//===-- MTIAVectorLoops.cpp - Inductions of vectorised loops -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the loop vectoriser makes of loops whose length is that of the vector, and what is
// better on this machine.
//
// A sum in order has a scalar start, so that each iteration would move it to a vector
// register and the result back. It stays there:
//
//   %s = phi float [ %first, ... ], [ %t, ... ]
//   %t = call float @llvm.vp.reduce.fadd(float %s, <vscale x 2 x float> %x, ..., i32 %vl)
// becomes
//   %v = phi <vscale x 2 x float> [ insertelement(poison, %first, 0), ... ], [ %w, ... ]
//   %t = call float @llvm.vp.reduce.fadd(float extractelement(%v, 0), ...)
//   %w = insertelement <vscale x 2 x float> poison, float %t, 0
//
// whose extractions and insertions selection drops. Addresses of loops that run down are
// those of the element before the first that is left:
//
//   %i = phi i64 [ 0, ... ], [ %i + %vl, ... ]
//   %left = phi i64 [ %n, ... ], [ %left - %vl, ... ]
//   %p + %n * 4 + ~%i * 4 + (1 - %vl) * 4
// becomes
//   %p + (%left - %vl) * 4
//
//===----------------------------------------------------------------------===//

#include "MTIAVectorLoops.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "MTIAVectorTypes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/InitializePasses.h"
#include "llvm/Pass.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;
using namespace llvm::PatternMatch;

#define DEBUG_TYPE "mtia-vector-loops"
#define PASS_NAME "MTIA inductions of vectorised loops"

namespace {
// Sums have a few terms; deeper ones are something else.
constexpr unsigned MaxDepth = 8;

// Two inductions of a loop: `Left` counts down by the vector length what is left, from
// `All`, and the other up from `First`.
struct Counters {
  PHINode *Left = nullptr;
  Value *All = nullptr, *First = nullptr, *VL = nullptr;
};

// Base + Constant + the terms' values times their factors, modulo 2^64.
struct Sum {
  Value *Base = nullptr;
  uint64_t Constant = 0;
  MapVector<Value *, uint64_t> Terms;
};

class MTIAVectorLoops : public FunctionPass {
public:
  static char ID;
  MTIAVectorLoops() : FunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<TargetPassConfig>();
    AU.addRequired<LoopInfoWrapperPass>();
    AU.addPreserved<LoopInfoWrapperPass>();
    AU.addPreserved<DominatorTreeWrapperPass>();
    AU.setPreservesCFG();
  }
  bool runOnFunction(Function &F) override;

private:
  const LoopInfo *LI = nullptr;

  std::optional<Counters> getCounters(PHINode *PN) const;
  bool addInteger(Value *V, uint64_t Factor, Sum &S, Counters &Of, unsigned Depth = 0) const;
  bool addAddress(Value *V, Sum &S, Counters &Of, const DataLayout &DL, unsigned Depth = 0) const;
  bool rewriteAddress(IntrinsicInst *II) const;
  bool rewriteReduction(IntrinsicInst *II, const MTIASubtarget &ST) const;
};
} // namespace

char MTIAVectorLoops::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAVectorLoops, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(TargetPassConfig)
INITIALIZE_PASS_DEPENDENCY(LoopInfoWrapperPass)
INITIALIZE_PASS_END(MTIAVectorLoops, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAVectorLoopsPass() { return new MTIAVectorLoops(); }

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

// The vector length of which a value is the extension.
static Value *getVectorLength(Value *V) {
  Value *VL = nullptr;
  if (match(V, m_ZExt(m_Value(VL))) &&
      match(VL, m_Intrinsic<Intrinsic::experimental_get_vector_length>()))
    return VL;
  return nullptr;
}

// PN counts up by a vector length by which another phi of the loop counts down.
std::optional<Counters> MTIAVectorLoops::getCounters(PHINode *PN) const {
  const Loop *L = LI->getLoopFor(PN->getParent());
  if (!L || L->getHeader() != PN->getParent() || !L->getLoopLatch() || !L->getLoopPreheader())
    return std::nullopt;
  Value *Step;
  if (!match(PN->getIncomingValueForBlock(L->getLoopLatch()),
             m_c_Add(m_Specific(PN), m_Value(Step))))
    return std::nullopt;
  Counters C;
  C.VL = getVectorLength(Step);
  C.First = PN->getIncomingValueForBlock(L->getLoopPreheader());
  if (!C.VL)
    return std::nullopt;
  for (PHINode &Other : L->getHeader()->phis()) {
    Value *OtherStep;
    if (!match(Other.getIncomingValueForBlock(L->getLoopLatch()),
               m_Sub(m_Specific(&Other), m_Value(OtherStep))) ||
        getVectorLength(OtherStep) != C.VL)
      continue;
    C.Left = &Other;
    C.All = Other.getIncomingValueForBlock(L->getLoopPreheader());
    return C;
  }
  return std::nullopt;
}

// Adds V times Factor. Inductions that count up are written by those that count down.
bool MTIAVectorLoops::addInteger(Value *V, uint64_t Factor, Sum &S, Counters &Of,
                                 unsigned Depth) const {
  if (!V->getType()->isIntegerTy(64) || Depth > MaxDepth)
    return false;
  auto Add = [&](Value *X, uint64_t Times) { return addInteger(X, Times, S, Of, Depth + 1); };
  Value *A, *B;
  const APInt *C;
  if (match(V, m_APInt(C))) {
    S.Constant += Factor * C->getZExtValue();
    return true;
  }
  if (match(V, m_Not(m_Value(A)))) {
    S.Constant -= Factor;
    return Add(A, -Factor);
  }
  if (match(V, m_Add(m_Value(A), m_Value(B))))
    return Add(A, Factor) && Add(B, Factor);
  if (match(V, m_Sub(m_Value(A), m_Value(B))))
    return Add(A, Factor) && Add(B, -Factor);
  if (match(V, m_Mul(m_Value(A), m_APInt(C))))
    return Add(A, Factor * C->getZExtValue());
  if (match(V, m_Shl(m_Value(A), m_APInt(C))) && C->ult(64))
    return Add(A, Factor << C->getZExtValue());
  if (auto *PN = dyn_cast<PHINode>(V))
    if (std::optional<Counters> P = getCounters(PN)) {
      if (Of.Left && Of.Left != P->Left)
        return false;
      Of = *P;
      S.Terms[P->Left] -= Factor;
      return Add(P->First, Factor) && Add(P->All, Factor);
    }
  // Of extensions the operand is the term: the length, and what a function's argument is.
  if (Value *VL = getVectorLength(V))
    V = VL;
  else if (isa<ZExtInst>(V))
    for (auto &[Term, Times] : S.Terms)
      if (auto *Other = dyn_cast<ZExtInst>(Term);
          Other && Other->getOperand(0) == cast<ZExtInst>(V)->getOperand(0))
        V = Term;
  S.Terms[V] += Factor;
  return true;
}

bool MTIAVectorLoops::addAddress(Value *V, Sum &S, Counters &Of, const DataLayout &DL,
                                 unsigned Depth) const {
  auto *GEP = dyn_cast<GetElementPtrInst>(V);
  if (!GEP || !GEP->getType()->isPointerTy() || Depth > MaxDepth) {
    S.Base = V;
    return true;
  }
  SmallMapVector<Value *, APInt, 4> Variables;
  APInt Constant(64, 0);
  if (!GEP->collectOffset(DL, 64, Variables, Constant))
    return false;
  S.Constant += Constant.getZExtValue();
  for (auto &[Index, Scale] : Variables)
    if (!addInteger(Index, Scale.getZExtValue(), S, Of))
      return false;
  return addAddress(GEP->getPointerOperand(), S, Of, DL, Depth + 1);
}

bool MTIAVectorLoops::rewriteAddress(IntrinsicInst *II) const {
  auto *VP = dyn_cast<VPIntrinsic>(II);
  Value *Pointer = VP ? VP->getMemoryPointerParam() : nullptr;
  const Loop *L = LI->getLoopFor(II->getParent());
  if (!Pointer || !Pointer->getType()->isPointerTy() || !L || !L->getLoopPreheader() ||
      L->isLoopInvariant(Pointer))
    return false;
  Type *Element = (II->getType()->isVoidTy() ? II->getArgOperand(0)->getType() : II->getType())
                      ->getScalarType();
  uint64_t Size = II->getDataLayout().getTypeStoreSize(Element).getFixedValue();
  Sum S;
  Counters Of;
  if (!addAddress(Pointer, S, Of, II->getDataLayout()) || !Of.Left ||
      LI->getLoopFor(Of.Left->getParent()) != L)
    return false;
  // The next of what is left, elements side by side, and else what is there before the loop.
  if (S.Terms.lookup(Of.Left) != Size || S.Terms.lookup(Of.VL) != -Size ||
      !L->isLoopInvariant(S.Base))
    return false;
  for (auto &[Term, Times] : S.Terms)
    if (Times && Term != Of.Left && Term != Of.VL && !L->isLoopInvariant(Term))
      return false;
  // In outer loops the values are those of the iteration, if they are there before the inner one.
  IRBuilder<> Before(L->getLoopPreheader()->getTerminator());
  Value *Base = S.Base;
  for (auto &[Term, Times] : S.Terms)
    if (Times && Term != Of.Left && Term != Of.VL) {
      Value *Integer =
          Term->getType()->isIntegerTy(64) ? Term : Before.CreateZExt(Term, Before.getInt64Ty());
      Base = Before.CreatePtrAdd(Base, Before.CreateMul(Integer, Before.getInt64(Times)));
    }
  if (S.Constant)
    Base = Before.CreatePtrAdd(Base, Before.getInt64(S.Constant));
  IRBuilder<> B(II);
  Value *Next = B.CreateSub(Of.Left, B.CreateZExt(Of.VL, B.getInt64Ty()));
  II->replaceUsesOfWith(Pointer, B.CreateGEP(B.getIntNTy(Size * 8), Base, Next));
  RecursivelyDeleteTriviallyDeadInstructions(Pointer);
  return true;
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

bool MTIAVectorLoops::rewriteReduction(IntrinsicInst *II, const MTIASubtarget &ST) const {
  Type *Element = II->getType();
  if (!(Element->isFloatTy() && ST.hasVInstructionsF32()) &&
      !(Element->isDoubleTy() && ST.hasVInstructionsF64()) &&
      !(Element->isHalfTy() && ST.hasVInstructionsF16()))
    return false;
  auto *PN = dyn_cast<PHINode>(II->getArgOperand(0));
  const Loop *L = LI->getLoopFor(II->getParent());
  if (!PN || !PN->hasOneUse() || !L || PN->getParent() != L->getHeader() || !L->getLoopLatch() ||
      !L->getLoopPreheader() || PN->getIncomingValueForBlock(L->getLoopLatch()) != II)
    return false;
  // One register, as results of reductions are.
  unsigned Count = MTIAVType::VLen / MTIAVType::VScale / Element->getScalarSizeInBits();
  auto *Ty = ScalableVectorType::get(Element, Count);
  Value *Poison = PoisonValue::get(Ty);
  IRBuilder<> Before(L->getLoopPreheader()->getTerminator());
  Value *Start = PN->getIncomingValueForBlock(L->getLoopPreheader());
  Value *First = Before.CreateInsertElement(Poison, Start, uint64_t(0));
  IRBuilder<> B(II->getNextNode());
  Value *Next = B.CreateInsertElement(Poison, II, uint64_t(0));
  PHINode *NewPhi = PHINode::Create(Ty, 2, PN->getName() + ".vector", PN->getIterator());
  NewPhi->addIncoming(First, L->getLoopPreheader());
  NewPhi->addIncoming(Next, L->getLoopLatch());
  B.SetInsertPoint(II);
  II->setArgOperand(0, B.CreateExtractElement(NewPhi, uint64_t(0)));
  PN->eraseFromParent();
  return true;
}

bool MTIAVectorLoops::runOnFunction(Function &F) {
  auto &TM = getAnalysis<TargetPassConfig>().getTM<MTIATargetMachine>();
  const MTIASubtarget &ST = *TM.getSubtargetImpl(F);
  if (skipFunction(F) || !ST.hasVInstructions())
    return false;
  LI = &getAnalysis<LoopInfoWrapperPass>().getLoopInfo();
  if (LI->empty())
    return false;
  SmallVector<IntrinsicInst *> Accesses, Reductions;
  for (BasicBlock &BB : F)
    for (Instruction &I : BB)
      if (auto *II = dyn_cast<IntrinsicInst>(&I))
        switch (II->getIntrinsicID()) {
        case Intrinsic::vp_load:
        case Intrinsic::vp_store:
          Accesses.push_back(II);
          break;
        case Intrinsic::vp_reduce_fadd:
        case Intrinsic::vector_reduce_fadd:
          Reductions.push_back(II);
          break;
        default:
          break;
        }
  bool Changed = false;
  for (IntrinsicInst *II : Accesses)
    Changed |= rewriteAddress(II);
  for (IntrinsicInst *II : Reductions)
    Changed |= rewriteReduction(II, ST);
  return Changed;
}
