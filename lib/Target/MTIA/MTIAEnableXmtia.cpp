//===-- MTIAEnableXmtia.cpp - Xmtia where it is used -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// clang for riscv64 doesn't know the device's extension, and writes features without it
// into every function. Who calls an intrinsic gets the extension, unless it was switched
// off by name; who doesn't stays without, so that stock assemblers take the output.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Pass.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-enable-xmtia"
#define PASS_NAME "MTIA extension where it is used"

namespace {
class MTIAEnableXmtia : public ModulePass {
public:
  static char ID;
  MTIAEnableXmtia() : ModulePass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override { AU.setPreservesAll(); }

  // Before the assembly printer writes the attributes at the file's start, that is, before
  // any pass runs.
  bool doInitialization(Module &M) override;
  bool runOnModule(Module &M) override { return false; }
};
} // namespace

char MTIAEnableXmtia::ID = 0;
INITIALIZE_PASS(MTIAEnableXmtia, DEBUG_TYPE, PASS_NAME, false, false)

ModulePass *llvm::createMTIAEnableXmtiaPass() { return new MTIAEnableXmtia(); }

bool MTIAEnableXmtia::doInitialization(Module &M) {
  bool Changed = false;
  for (Function &Intrinsic : M) {
    if (!Intrinsic.isDeclaration() || !Intrinsic.getName().starts_with("mtia_") ||
        !MTIAIntrinsic::lookup(Intrinsic.getName()))
      continue;
    for (User *U : Intrinsic.users()) {
      auto *Call = dyn_cast<CallInst>(U);
      if (!Call || Call->getCalledOperand() != &Intrinsic)
        continue;
      Function &F = *Call->getFunction();
      StringRef Features = F.getFnAttribute("target-features").getValueAsString();
      // Without features the function has those of the default processor.
      if (Features.empty() || Features.contains("xmtia"))
        continue;
      F.addFnAttr("target-features", (Features + ",+xmtia").str());
      Changed = true;
    }
  }
  return Changed;
}
