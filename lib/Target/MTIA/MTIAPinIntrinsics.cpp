//===-- MTIAPinIntrinsics.cpp - Keep constant operands constant -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An Xmtia intrinsic is a call of an ordinary function to the optimiser, which may merge
// two calls that differ in a constant:
//
//   if (c) mtia_bar(0);              mtia_bar(c ? 0 : 1);
//   else   mtia_bar(1);      ->
//
// The operand would no longer be an immediate. Calls marked nomerge are left alone.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MTIA.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"

using namespace llvm;

namespace {
struct MTIAPinIntrinsicsPass : PassInfoMixin<MTIAPinIntrinsicsPass> {
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    for (Function &F : M) {
      if (!F.isDeclaration() || !F.getName().starts_with("mtia_") ||
          !MTIAIntrinsic::lookup(F.getName()))
        continue;
      for (User *U : F.users())
        if (auto *Call = dyn_cast<CallBase>(U))
          if (Call->getCalledOperand() == &F)
            Call->addFnAttr(Attribute::NoMerge);
    }
    return PreservedAnalyses::all();
  }
  // At -O0 too: functions marked for optimisation may be there.
  static bool isRequired() { return true; }
};
} // namespace

void llvm::registerMTIAPasses(PassBuilder &PB) {
  PB.registerPipelineStartEPCallback(
      [](ModulePassManager &PM, OptimizationLevel) { PM.addPass(MTIAPinIntrinsicsPass()); });
}
