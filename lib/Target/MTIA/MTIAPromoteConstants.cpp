//===-- MTIAPromoteConstants.cpp - One table for a function's constants -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A floating-point constant that isn't made in a register is loaded from memory, by an
// address of its own: AUIPC and a load. Where a function has several, they become one array,
// so that its address is made once (per block, or before a loop) and every constant
// is one load, often a compressed one.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/InitializePasses.h"
#include "llvm/Pass.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-promote-constants"
#define PASS_NAME "MTIA constants of a function in one table"

namespace {
// Two addresses and two loads are no worse than one address, made with one instruction
// more, and two loads; from the third constant on something is saved.
constexpr unsigned MinConstants = 3;

// Loads of constants move out of loops, as long as there are registers to hold them: with
// more constants than this (in registers or not) they would only be spilled.
constexpr unsigned MaxHoisted = 16;

class MTIAPromoteConstants : public ModulePass {
public:
  static char ID;
  MTIAPromoteConstants() : ModulePass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<TargetPassConfig>();
    AU.setPreservesCFG();
  }
  bool runOnModule(Module &M) override;

private:
  bool runOnFunction(Function &F, const MTIATargetLowering &TLI, Type *Ty);
};
} // namespace

char MTIAPromoteConstants::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAPromoteConstants, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(TargetPassConfig)
INITIALIZE_PASS_END(MTIAPromoteConstants, DEBUG_TYPE, PASS_NAME, false, false)

ModulePass *llvm::createMTIAPromoteConstantsPass() { return new MTIAPromoteConstants(); }

// Whether the operand may become a value that is loaded.
static bool mayReplace(const Use &U) {
  const auto *User = cast<Instruction>(U.getUser());
  if (const auto *PN = dyn_cast<PHINode>(User)) {
    // The load goes before the terminator of the block that the value comes from.
    const Instruction *End = PN->getIncomingBlock(U)->getTerminator();
    return isa<BranchInst>(End) || isa<SwitchInst>(End);
  }
  if (User->isEHPad())
    return false;
  const auto *CB = dyn_cast<CallBase>(User);
  if (!CB)
    return true;
  return !CB->isInlineAsm() && CB->isArgOperand(&U) &&
         !CB->paramHasAttr(CB->getArgOperandNo(&U), Attribute::ImmArg);
}

bool MTIAPromoteConstants::runOnFunction(Function &F, const MTIATargetLowering &TLI, Type *Ty) {
  MapVector<ConstantFP *, SmallVector<Use *, 4>> Uses;
  SmallPtrSet<const ConstantFP *, 16> All;
  for (BasicBlock &BB : F)
    for (Instruction &I : BB)
      for (Use &U : I.operands()) {
        auto *C = dyn_cast<ConstantFP>(U.get());
        if (C && !C->isZero())
          All.insert(C);
        if (!C || C->getType() != Ty || !mayReplace(U))
          continue;
        EVT VT = Ty->isDoubleTy() ? MVT::f64 : MVT::f32;
        if (!TLI.isFPImmLegal(C->getValueAPF(), VT, F.hasOptSize()))
          Uses[C].push_back(&U);
      }
  if (Uses.size() < MinConstants)
    return false;

  SmallVector<Constant *, 16> Elements;
  for (auto &[C, Where] : Uses)
    Elements.push_back(C);
  auto *ArrayTy = ArrayType::get(Ty, Elements.size());
  auto *Table =
      new GlobalVariable(*F.getParent(), ArrayTy, /*isConstant=*/true, GlobalValue::PrivateLinkage,
                         ConstantArray::get(ArrayTy, Elements), F.getName() + ".constants");
  Table->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  Table->setAlignment(F.getDataLayout().getABITypeAlign(Ty));

  MDNode *Invariant = MDNode::get(F.getContext(), {});
  unsigned Index = 0;
  for (auto &[C, Where] : Uses) {
    Constant *Address = ConstantExpr::getInBoundsGetElementPtr(
        ArrayTy, Table,
        ArrayRef<Constant *>{ConstantInt::get(Type::getInt64Ty(F.getContext()), 0),
                             ConstantInt::get(Type::getInt64Ty(F.getContext()), Index++)});
    // One load per block, at its first use there.
    DenseMap<BasicBlock *, Instruction *> First;
    auto Position = [](const Use &U) -> Instruction * {
      auto *User = cast<Instruction>(U.getUser());
      auto *PN = dyn_cast<PHINode>(User);
      return PN ? PN->getIncomingBlock(U)->getTerminator() : User;
    };
    for (Use *U : Where) {
      Instruction *At = Position(*U);
      Instruction *&Best = First[At->getParent()];
      if (!Best || At->comesBefore(Best))
        Best = At;
    }
    DenseMap<BasicBlock *, Value *> Loads;
    for (Use *U : Where) {
      BasicBlock *BB = Position(*U)->getParent();
      Value *&Load = Loads[BB];
      if (!Load) {
        IRBuilder<> Builder(First[BB]);
        LoadInst *LI = Builder.CreateAlignedLoad(Ty, Address, Table->getAlign());
        if (All.size() <= MaxHoisted)
          LI->setMetadata(LLVMContext::MD_invariant_load, Invariant);
        Load = LI;
      }
      U->set(Load);
    }
  }
  return true;
}

bool MTIAPromoteConstants::runOnModule(Module &M) {
  if (skipModule(M))
    return false;
  const auto &TM = getAnalysis<TargetPassConfig>().getTM<MTIATargetMachine>();
  bool Changed = false;
  for (Function &F : M) {
    if (F.isDeclaration() || F.hasOptNone())
      continue;
    const auto &ST = TM.getSubtarget<MTIASubtarget>(F);
    const auto &TLI = *ST.getTargetLowering();
    if (ST.hasStdExtF())
      Changed |= runOnFunction(F, TLI, Type::getFloatTy(M.getContext()));
    if (ST.hasStdExtD())
      Changed |= runOnFunction(F, TLI, Type::getDoubleTy(M.getContext()));
  }
  return Changed;
}
