//===-- MTIAVectorCalls.cpp - Vectors in calls of internal functions -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The ABI returns vectors in memory and lets calls overwrite all vector registers. Where all calls
// of a function are known,
//
//   - a vector that it returns in memory is returned in registers;
//   - it gets the standard vector calling convention variant (RISC-V psABI: v1 to v7 and v24 to v31
//     are kept) if a caller has vectors that are needed behind a call, and if the function calls
//     nothing but its like: else it would have to save all of those registers itself.
//
// Arguments are in registers at -O3: the optimiser passes what a pointer points to instead of
// the pointer.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Transforms/Scalar/SROA.h"

using namespace llvm;

static cl::opt<bool> EnableVectorCalls("mtia-enable-vector-calls",
                                       cl::desc("Vectors in registers across internal calls"),
                                       cl::init(true), cl::Hidden);

// Calls with more vectors before them are not looked at in full.
static constexpr unsigned MaxVectors = 256;

namespace {
struct MTIAVectorCallsPass : PassInfoMixin<MTIAVectorCallsPass> {
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &MAM);

private:
  bool hasVectors(Function &F);
  bool areCallsKnown(Function &F);
  Type *getReturnedVector(Function &F);
  void returnVector(Function &F, Type *VT);
  bool isVectorNeededBehind(CallInst &Call);
  SetVector<Function *> getKeepers(Module &M);

  FunctionAnalysisManager *FAM = nullptr;
};
} // namespace

bool MTIAVectorCallsPass::hasVectors(Function &F) {
  return FAM->getResult<TargetIRAnalysis>(F)
             .getRegisterBitWidth(TargetTransformInfo::RGK_FixedWidthVector)
             .getFixedValue() != 0;
}

// Whether every use of a function is a call that may be changed with it.
bool MTIAVectorCallsPass::areCallsKnown(Function &F) {
  if (F.isDeclaration() || !F.hasLocalLinkage() || F.isVarArg() || F.isPresplitCoroutine() ||
      F.hasFnAttribute(Attribute::Naked) || F.hasFnAttribute("interrupt") ||
      F.hasFnAttribute(Attribute::OptimizeNone) ||
      (F.getCallingConv() != CallingConv::C && F.getCallingConv() != CallingConv::Fast) ||
      !hasVectors(F))
    return false;
  for (Use &U : F.uses()) {
    auto *Call = dyn_cast<CallInst>(U.getUser());
    if (!Call || !Call->isCallee(&U) || Call->isMustTailCall() || Call->hasOperandBundles() ||
        Call->getFunctionType() != F.getFunctionType() ||
        Call->getCallingConv() != F.getCallingConv() || !hasVectors(*Call->getFunction()))
      return false;
  }
  for (Instruction &I : instructions(F))
    if (auto *Call = dyn_cast<CallInst>(&I); Call && Call->isMustTailCall())
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

// The vector that a function stores through its first argument, if that is all it does with it and
// it does so on every way to its end. The argument was the ABI's for a result; of internal
// functions the optimiser forgets `sret`.
Type *MTIAVectorCallsPass::getReturnedVector(Function &F) {
  if (!F.getReturnType()->isVoidTy() || F.arg_empty() ||
      !F.hasParamAttribute(0, Attribute::NoAlias) ||
      !(F.hasParamAttribute(0, Attribute::StructRet) ||
        F.hasParamAttribute(0, Attribute::DeadOnUnwind)))
    return nullptr;
  FixedVectorType *VT = nullptr;
  SmallPtrSet<const BasicBlock *, 4> Stored;
  for (User *U : F.getArg(0)->users()) {
    auto *Store = dyn_cast<StoreInst>(U);
    if (!Store || !Store->isSimple() || Store->getPointerOperand() != F.getArg(0))
      return nullptr;
    auto *Type = dyn_cast<FixedVectorType>(Store->getValueOperand()->getType());
    if (!Type || (VT && Type != VT))
      return nullptr;
    VT = Type;
    Stored.insert(Store->getParent());
  }
  // What fits into registers.
  if (!VT || F.getDataLayout().getTypeStoreSize(VT) > 512)
    return nullptr;
  auto &DT = FAM->getResult<DominatorTreeAnalysis>(F);
  for (BasicBlock &BB : F)
    if (isa<ReturnInst>(BB.getTerminator()) &&
        none_of(Stored, [&](const BasicBlock *By) { return DT.dominates(By, &BB); }))
      return nullptr;
  return VT;
}

static AttributeList withoutFirst(LLVMContext &C, const AttributeList &Old, unsigned NumParams) {
  SmallVector<AttributeSet, 8> Params;
  for (unsigned I = 1; I < NumParams; ++I)
    Params.push_back(Old.getParamAttrs(I));
  return AttributeList::get(C, Old.getFnAttrs(), AttributeSet(), Params);
}

//   call void @f(ptr noalias dead_on_unwind %p, ...)  ->  %r = call <16 x float> @f(...)
//                                                         store <16 x float> %r, ptr %p
void MTIAVectorCallsPass::returnVector(Function &F, Type *VT) {
  LLVMContext &C = F.getContext();
  Align Alignment = F.getParamAlign(0).valueOrOne();
  FunctionType *FT = F.getFunctionType();
  auto *New = Function::Create(FunctionType::get(VT, FT->params().drop_front(), false),
                               F.getLinkage(), F.getAddressSpace(), "", F.getParent());
  F.getParent()->getFunctionList().splice(F.getIterator(), F.getParent()->getFunctionList(),
                                          New->getIterator());
  New->copyAttributesFrom(&F);
  New->setComdat(F.getComdat());
  New->setAttributes(withoutFirst(C, F.getAttributes(), F.arg_size()));
  New->takeName(&F);
  New->copyMetadata(&F, 0);
  F.clearMetadata();
  New->splice(New->begin(), &F);
  for (unsigned I = 1; I < F.arg_size(); ++I) {
    New->getArg(I - 1)->takeName(F.getArg(I));
    F.getArg(I)->replaceAllUsesWith(New->getArg(I - 1));
  }
  IRBuilder<> Builder(&*New->getEntryBlock().getFirstInsertionPt());
  AllocaInst *Result = Builder.CreateAlloca(VT);
  F.getArg(0)->replaceAllUsesWith(Result);
  for (BasicBlock &BB : *New)
    if (auto *Return = dyn_cast<ReturnInst>(BB.getTerminator())) {
      Builder.SetInsertPoint(Return);
      Builder.CreateRet(Builder.CreateLoad(VT, Result));
      Return->eraseFromParent();
    }

  SmallSetVector<Function *, 4> Changed;
  Changed.insert(New);
  for (User *U : make_early_inc_range(F.users())) {
    auto *Call = cast<CallInst>(U);
    Builder.SetInsertPoint(Call);
    CallInst *NewCall = Builder.CreateCall(New, SmallVector<Value *, 8>(drop_begin(Call->args())));
    NewCall->setCallingConv(Call->getCallingConv());
    NewCall->setAttributes(withoutFirst(C, Call->getAttributes(), FT->getNumParams()));
    NewCall->copyMetadata(*Call);
    Builder.CreateAlignedStore(NewCall, Call->getArgOperand(0), Alignment);
    Changed.insert(Call->getFunction());
    Call->eraseFromParent();
  }
  FAM->clear(F, F.getName());
  F.eraseFromParent();
  for (Function *G : Changed) {
    FAM->invalidate(*G, PreservedAnalyses::none());
    FAM->invalidate(*G, SROAPass(SROAOptions::PreserveCFG).run(*G, *FAM));
  }
}

//===----------------------------------------------------------------------===//
// Calling convention
//===----------------------------------------------------------------------===//

// Becomes a call of the library, or may.
static bool isLibraryCall(const Instruction &I) {
  const auto *II = dyn_cast<IntrinsicInst>(&I);
  return I.getOpcode() == Instruction::FRem || isa<MemIntrinsic>(I) ||
         (II && isMTIALibraryFunction(II->getIntrinsicID()));
}

// Whether a caller has a vector, not counting what is passed, that it needs behind a call.
bool MTIAVectorCallsPass::isVectorNeededBehind(CallInst &Call) {
  Function &F = *Call.getFunction();
  auto &DT = FAM->getResult<DominatorTreeAnalysis>(F);
  unsigned Seen = 0;
  auto IsNeeded = [&](Value &V) {
    if (!V.getType()->isVectorTy() || &V == &Call || ++Seen > MaxVectors)
      return false;
    if (auto *I = dyn_cast<Instruction>(&V); I && !DT.dominates(I, &Call))
      return false;
    return any_of(V.users(), [&](User *U) {
      auto *I = cast<Instruction>(U);
      return I != &Call && isPotentiallyReachable(&Call, I, nullptr, &DT);
    });
  };
  return any_of(F.args(), IsNeeded) || any_of(instructions(F), IsNeeded);
}

// The functions that call nothing but each other.
SetVector<Function *> MTIAVectorCallsPass::getKeepers(Module &M) {
  SetVector<Function *> Keepers;
  for (Function &F : M)
    if (areCallsKnown(F))
      Keepers.insert(&F);
  auto Leaves = [&](Function *F) {
    return any_of(instructions(F), [&](Instruction &I) {
      auto *Call = dyn_cast<CallBase>(&I);
      if (!Call || isa<IntrinsicInst>(Call))
        return isLibraryCall(I);
      return !Call->isInlineAsm() && !Keepers.contains(Call->getCalledFunction());
    });
  };
  while (Keepers.remove_if(Leaves))
    ;
  return Keepers;
}

PreservedAnalyses MTIAVectorCallsPass::run(Module &M, ModuleAnalysisManager &MAM) {
  // Loaded into another compiler the pass sees modules of other targets.
  if (!EnableVectorCalls || !M.getTargetTriple().isRISCV64())
    return PreservedAnalyses::all();
  FAM = &MAM.getResult<FunctionAnalysisManagerModuleProxy>(M).getManager();
  bool Changed = false;
  for (Function &F : make_early_inc_range(M))
    if (areCallsKnown(F))
      if (Type *VT = getReturnedVector(F)) {
        returnVector(F, VT);
        Changed = true;
      }

  SetVector<Function *> Keepers = getKeepers(M), Chosen;
  for (Function *F : Keepers)
    if (any_of(F->users(), [&](User *U) { return isVectorNeededBehind(*cast<CallInst>(U)); }))
      Chosen.insert(F);
  // What they call has to keep the same registers.
  for (unsigned I = 0; I != Chosen.size(); ++I)
    for (Instruction &Inst : instructions(Chosen[I]))
      if (auto *Call = dyn_cast<CallInst>(&Inst);
          Call && Keepers.contains(Call->getCalledFunction()))
        Chosen.insert(Call->getCalledFunction());
  for (Function *F : Chosen) {
    F->setCallingConv(CallingConv::RISCV_VectorCall);
    for (User *U : F->users())
      cast<CallInst>(U)->setCallingConv(CallingConv::RISCV_VectorCall);
  }
  return Changed || !Chosen.empty() ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

void llvm::registerMTIAVectorCalls(PassBuilder &PB) {
  PB.registerOptimizerEarlyEPCallback(
      [](ModulePassManager &PM, OptimizationLevel Level, ThinOrFullLTOPhase) {
        if (Level != OptimizationLevel::O0)
          PM.addPass(MTIAVectorCallsPass());
      });
}
