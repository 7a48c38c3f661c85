//===-- MTIAPinIntrinsics.cpp - What the optimiser may do to intrinsics -*- C++ -*-===//
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
// What a call does to memory is what XmtiaEffect says of the instruction. Command registers,
// accumulators and the state of units and CBs are memory that no pointer of the program reaches:
// loads and stores cross a call that has to do with them only. What units read and write are
// bytes whose address is in a CB or a register as a number: memory that has escaped. A local
// variable that hasn't stays in its register across every command.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ModRef.h"

using namespace llvm;

static cl::opt<bool> EnableEffects("mtia-enable-intrinsic-effects",
                                   cl::desc("Tell the optimiser what intrinsics do to memory"),
                                   cl::init(true), cl::Hidden);

static MemoryEffects getMemoryEffects(const MTIAIntrinsic::MTIAIntrinsicInfo &Info) {
  switch (Info.getEffect()) {
  case MTIAIntrinsic::Effect::None:
    return MemoryEffects::none();
  case MTIAIntrinsic::Effect::State:
    // Nothing but cr.r leaves all state as it is.
    return MemoryEffects::inaccessibleMemOnly(Info.Opcode == MTIA::CR_R ? ModRefInfo::Ref
                                                                        : ModRefInfo::ModRef);
  case MTIAIntrinsic::Effect::Reads:
    return MemoryEffects::inaccessibleMemOnly() |
           MemoryEffects(IRMemLocation::Other, ModRefInfo::Ref);
  case MTIAIntrinsic::Effect::Any:
    return MemoryEffects::inaccessibleMemOnly() |
           MemoryEffects(IRMemLocation::Other, ModRefInfo::ModRef);
  }
  llvm_unreachable("an effect without a meaning");
}

static void describe(Function &F, const MTIAIntrinsic::MTIAIntrinsicInfo &Info) {
  F.setMemoryEffects(F.getMemoryEffects() & getMemoryEffects(Info));
  F.addFnAttr(Attribute::NoUnwind);
  F.addFnAttr(Attribute::NoFree);
  F.addFnAttr(Attribute::NoCallback);
  // Who waits for ever doesn't come back, but nobody can see what was done before that. A core
  // that has halted has nothing behind it.
  if (Info.Opcode != MTIA::HALT)
    F.addFnAttr(Attribute::WillReturn);
  // The others meet other cores and units.
  if (Info.getEffect() == MTIAIntrinsic::Effect::None ||
      Info.getEffect() == MTIAIntrinsic::Effect::State)
    F.addFnAttr(Attribute::NoSync);
}

namespace {
struct MTIAPinIntrinsicsPass : PassInfoMixin<MTIAPinIntrinsicsPass> {
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    for (Function &F : M) {
      if (!F.isDeclaration() || !F.getName().starts_with("mtia_"))
        continue;
      const MTIAIntrinsic::MTIAIntrinsicInfo *Info = MTIAIntrinsic::lookup(F.getName());
      if (!Info)
        continue;
      if (EnableEffects)
        describe(F, *Info);
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
  registerMTIAVectorCalls(PB);
}
