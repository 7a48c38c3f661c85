//===-- MTIAStridedAccess.cpp - Gathers at equal distances -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loop vectoriser makes gathers and scatters of every access whose elements are not
// side by side. Where they are at equal distances, start + lane * stride, a strided load or
// store needs no vector of addresses:
//
//   %i = phi <vscale x 8 x i64> [ %stepvector, ... ], [ %next, ... ]   ; next = i + splat n
//   %o = shl <vscale x 8 x i64> %i, splat (i64 3)
//   %a = getelementptr i8, ptr %p, <vscale x 8 x i64> %o
//   %x = call <vscale x 8 x i32> @llvm.vp.gather(<vscale x 8 x ptr> %a, %mask, i32 %n)
// becomes
//   %s = phi i64 [ 0, ... ], [ %s + n, ... ]
//   %x = call <vscale x 8 x i32> @llvm.riscv.vlse(poison, ptr %p + 8 * %s, i64 8, i64 %n)
//
//===----------------------------------------------------------------------===//

#include "MTIAStridedAccess.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/IntrinsicsRISCV.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/InitializePasses.h"
#include "llvm/Pass.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;
using namespace llvm::PatternMatch;

#define DEBUG_TYPE "mtia-strided-access"
#define PASS_NAME "MTIA strided accesses for gathers"

namespace {
// Vectors of addresses are sums of a few terms; deeper ones are something else.
constexpr unsigned MaxDepth = 8;

// Element number k of a vector is Start + k * Stride, modulo 2^64.
struct Progression {
  Value *Start = nullptr, *Stride = nullptr;
  explicit operator bool() const { return Start; }
};

class MTIAStridedAccess : public FunctionPass {
public:
  static char ID;
  MTIAStridedAccess() : FunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<TargetPassConfig>();
    AU.setPreservesCFG();
  }
  bool runOnFunction(Function &F) override;

private:
  // Vectors of i64 at which nothing was found, or what was; per function.
  DenseMap<Value *, Progression> Known;
  // Vector phis that have become scalar ones, and these.
  SmallVector<WeakTrackingVH> OldPhis;
  DenseMap<PHINode *, Progression> NewPhis;

  Progression ofIntegers(Value *V, unsigned Depth = 0);
  Progression ofPhi(PHINode *PN, unsigned Depth);
  Progression ofAddresses(Value *V, IRBuilderBase &B);
  bool rewrite(IntrinsicInst *II, const DataLayout &DL);
  bool rewrite(ExtractElementInst *EE);
};
} // namespace

char MTIAStridedAccess::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAStridedAccess, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(TargetPassConfig)
INITIALIZE_PASS_END(MTIAStridedAccess, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAStridedAccessPass() { return new MTIAStridedAccess(); }

// A phi of a loop in two blocks or one: what comes from outside, and an addition of
// something to the phi itself.
Progression MTIAStridedAccess::ofPhi(PHINode *PN, unsigned Depth) {
  if (PN->getNumIncomingValues() != 2)
    return {};
  if (auto Found = NewPhis.find(PN); Found != NewPhis.end())
    return Found->second;
  for (unsigned Latch : {0u, 1u}) {
    Value *Step;
    auto *Next = dyn_cast<BinaryOperator>(PN->getIncomingValue(Latch));
    if (!Next || !match(Next, m_c_Add(m_Specific(PN), m_Value(Step))))
      continue;
    Value *ScalarStep = getSplatValue(Step);
    // The stride is used in the loop and stays the same: it must come from outside.
    Progression First = ofIntegers(PN->getIncomingValue(1 - Latch), Depth + 1);
    if (!ScalarStep || !First)
      return {};
    auto *Phi =
        PHINode::Create(First.Start->getType(), 2, PN->getName() + ".start", PN->getIterator());
    BinaryOperator *Sum =
        BinaryOperator::CreateAdd(Phi, ScalarStep, Next->getName() + ".start", Next->getIterator());
    Phi->addIncoming(First.Start, PN->getIncomingBlock(1 - Latch));
    Phi->addIncoming(Sum, PN->getIncomingBlock(Latch));
    OldPhis.push_back(PN);
    return NewPhis[PN] = {Phi, First.Stride};
  }
  return {};
}

// Scalars are made where the vector is, so they dominate what it dominates.
Progression MTIAStridedAccess::ofIntegers(Value *V, unsigned Depth) {
  Type *Element = V->getType()->getScalarType();
  if (!Element->isIntegerTy(64) || Depth > MaxDepth)
    return {};
  if (Value *Scalar = getSplatValue(V))
    return {Scalar, ConstantInt::get(Element, 0)};
  if (match(V, m_Intrinsic<Intrinsic::stepvector>()))
    return {ConstantInt::get(Element, 0), ConstantInt::get(Element, 1)};
  auto *I = dyn_cast<Instruction>(V);
  if (!I)
    return {};
  auto Found = Known.find(V);
  if (Found != Known.end())
    return Found->second;
  Known[V] = {}; // cycles end here

  Progression Result;
  if (auto *PN = dyn_cast<PHINode>(I)) {
    Result = ofPhi(PN, Depth);
  } else if (auto *BO = dyn_cast<BinaryOperator>(I)) {
    IRBuilder<> B(BO);
    unsigned Opcode = BO->getOpcode();
    if (Opcode == Instruction::Or && cast<PossiblyDisjointInst>(BO)->isDisjoint())
      Opcode = Instruction::Add;
    if (Opcode == Instruction::Add || Opcode == Instruction::Sub) {
      Progression L = ofIntegers(BO->getOperand(0), Depth + 1);
      Progression R = L ? ofIntegers(BO->getOperand(1), Depth + 1) : Progression();
      if (L && R)
        Result = Opcode == Instruction::Add
                     ? Progression{B.CreateAdd(L.Start, R.Start), B.CreateAdd(L.Stride, R.Stride)}
                     : Progression{B.CreateSub(L.Start, R.Start), B.CreateSub(L.Stride, R.Stride)};
    } else if (Opcode == Instruction::Mul || Opcode == Instruction::Shl) {
      Value *Factor = getSplatValue(BO->getOperand(1));
      Value *Other = BO->getOperand(0);
      if (!Factor && Opcode == Instruction::Mul) {
        Factor = getSplatValue(BO->getOperand(0));
        Other = BO->getOperand(1);
      }
      if (Progression P = Factor ? ofIntegers(Other, Depth + 1) : Progression()) {
        auto Op = Instruction::BinaryOps(Opcode);
        Result = {B.CreateBinOp(Op, P.Start, Factor), B.CreateBinOp(Op, P.Stride, Factor)};
      }
    }
  }
  Known[V] = Result;
  return Result;
}

// Of bytes; the start is a pointer.
Progression MTIAStridedAccess::ofAddresses(Value *V, IRBuilderBase &B) {
  const DataLayout &DL = B.GetInsertBlock()->getDataLayout();
  if (Value *Scalar = getSplatValue(V))
    return {Scalar, B.getInt64(0)};
  auto *GEP = dyn_cast<GetElementPtrInst>(V);
  if (!GEP || GEP->getNumIndices() != 1)
    return {};
  TypeSize Size = gep_type_begin(GEP).getSequentialElementStride(DL);
  if (Size.isScalable())
    return {};
  Value *Base = GEP->getPointerOperand(), *Index = GEP->getOperand(1);
  Progression Result{Base, B.getInt64(0)};
  if (Base->getType()->isVectorTy())
    Result = ofAddresses(Base, B);
  if (!Result)
    return {};
  if (!Index->getType()->getScalarType()->isIntegerTy(64))
    return {};
  Progression Offset{Index, B.getInt64(0)};
  if (Index->getType()->isVectorTy())
    Offset = ofIntegers(Index);
  if (!Offset)
    return {};
  Value *Bytes = B.getInt64(Size.getFixedValue());
  return {B.CreatePtrAdd(Result.Start, B.CreateMul(Offset.Start, Bytes)),
          B.CreateAdd(Result.Stride, B.CreateMul(Offset.Stride, Bytes))};
}

bool MTIAStridedAccess::rewrite(IntrinsicInst *II, const DataLayout &DL) {
  Value *Data = nullptr, *Pointers, *Mask, *Length, *Passthru = nullptr;
  Align Alignment;
  Intrinsic::ID ID = II->getIntrinsicID();
  bool IsStore = ID == Intrinsic::vp_scatter || ID == Intrinsic::masked_scatter;
  unsigned At = 0;
  if (IsStore)
    Data = II->getArgOperand(At++);
  Alignment = II->getParamAlign(At).valueOrOne();
  Pointers = II->getArgOperand(At++);
  Mask = II->getArgOperand(At++);
  auto *Ty = dyn_cast<ScalableVectorType>(IsStore ? Data->getType() : II->getType());
  if (!Ty || Ty->getElementType()->isPointerTy() ||
      DL.getTypeStoreSize(Ty->getElementType()) > Alignment.value())
    return false;
  IRBuilder<> B(II);
  Type *XLen = B.getInt64Ty();
  if (ID == Intrinsic::vp_gather || ID == Intrinsic::vp_scatter) {
    Length = B.CreateZExt(II->getArgOperand(At), XLen);
  } else {
    if (!IsStore && !isa<UndefValue>(II->getArgOperand(At)))
      Passthru = II->getArgOperand(At);
    Length = ConstantInt::getAllOnesValue(XLen);
  }
  Progression P = ofAddresses(Pointers, B);
  if (!P)
    return false;
  if (match(Mask, m_AllOnes()))
    Mask = nullptr;
  Type *Pointer = P.Start->getType();
  Value *Result;
  if (IsStore && !Mask)
    Result = B.CreateIntrinsic(Intrinsic::riscv_vsse, {Ty, Pointer, XLen},
                               {Data, P.Start, P.Stride, Length});
  else if (IsStore)
    Result = B.CreateIntrinsic(Intrinsic::riscv_vsse_mask, {Ty, Pointer, XLen},
                               {Data, P.Start, P.Stride, Mask, Length});
  else if (!Mask)
    Result = B.CreateIntrinsic(Intrinsic::riscv_vlse, {Ty, Pointer, XLen},
                               {PoisonValue::get(Ty), P.Start, P.Stride, Length});
  else // what the mask leaves out keeps what there was, or is agnostic
    Result = B.CreateIntrinsic(Intrinsic::riscv_vlse_mask, {Ty, Pointer, XLen},
                               {Passthru ? Passthru : PoisonValue::get(Ty), P.Start, P.Stride, Mask,
                                Length, B.getInt64(Passthru ? 1 : 3)});
  cast<Instruction>(Result)->copyMetadata(*II);
  II->replaceAllUsesWith(Result);
  II->eraseFromParent();
  RecursivelyDeleteTriviallyDeadInstructions(Pointers);
  return true;
}

// The first address of a vector of them, of accesses whose elements are side by side.
bool MTIAStridedAccess::rewrite(ExtractElementInst *EE) {
  if (!EE->getType()->isPointerTy() || !match(EE->getIndexOperand(), m_ZeroInt()))
    return false;
  Value *Pointers = EE->getVectorOperand();
  IRBuilder<> B(EE);
  Progression P = ofAddresses(Pointers, B);
  if (!P)
    return false;
  EE->replaceAllUsesWith(P.Start);
  EE->eraseFromParent();
  RecursivelyDeleteTriviallyDeadInstructions(Pointers);
  return true;
}

bool MTIAStridedAccess::runOnFunction(Function &F) {
  auto &TM = getAnalysis<TargetPassConfig>().getTM<MTIATargetMachine>();
  if (skipFunction(F) || !TM.getSubtargetImpl(F)->hasVInstructionsI64())
    return false;
  SmallVector<IntrinsicInst *> Accesses;
  SmallVector<ExtractElementInst *> Firsts;
  for (BasicBlock &BB : F)
    for (Instruction &I : BB)
      if (auto *EE = dyn_cast<ExtractElementInst>(&I))
        Firsts.push_back(EE);
      else if (auto *II = dyn_cast<IntrinsicInst>(&I))
        switch (II->getIntrinsicID()) {
        case Intrinsic::vp_gather:
        case Intrinsic::vp_scatter:
        case Intrinsic::masked_gather:
        case Intrinsic::masked_scatter:
          Accesses.push_back(II);
          break;
        default:
          break;
        }
  bool Changed = false;
  Known.clear();
  OldPhis.clear();
  NewPhis.clear();
  for (IntrinsicInst *II : Accesses) {
    Changed |= rewrite(II, F.getDataLayout());
    // Instructions that have gone must not be found again.
    Known.clear();
  }
  for (ExtractElementInst *EE : Firsts) {
    Changed |= rewrite(EE);
    Known.clear();
  }
  for (WeakTrackingVH &PN : OldPhis)
    if (PN)
      RecursivelyDeleteDeadPHINode(cast<PHINode>(PN));
  Changed |= !OldPhis.empty();
  return Changed;
}
