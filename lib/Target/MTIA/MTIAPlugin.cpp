//===-- MTIAPlugin.cpp - Registration when the library is loaded ----------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only file that knows that the target lives in a shared library of its
// own: `llc-22 -load`, `opt-22 -load`, LD_PRELOAD for tools that have no such
// option, and `clang-22 -fpass-plugin`.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MTIATargetMachine.h"
#include "TargetInfo/MTIATargetInfo.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Plugins/PassPlugin.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

extern "C" {
void LLVMInitializeMTIATargetInfo();
void LLVMInitializeMTIATarget();
void LLVMInitializeMTIATargetMC();
void LLVMInitializeMTIAAsmPrinter();
void LLVMInitializeMTIAAsmParser();
void LLVMInitializeMTIADisassembler();
}

namespace {
struct RegisterMTIA {
  RegisterMTIA() {
    LLVMInitializeMTIATargetInfo();
    LLVMInitializeMTIATarget();
    LLVMInitializeMTIATargetMC();
    LLVMInitializeMTIAAsmPrinter();
    LLVMInitializeMTIAAsmParser();
    LLVMInitializeMTIADisassembler();
  }
};
} // namespace

static RegisterMTIA Registration;

// clang has optimised the module for riscv64 and is about to generate code: do it
// here instead. The options are those of clang's target machine.
static bool generateCode(Module &M, TargetMachine &ClangTM, CodeGenFileType FileType,
                         raw_pwrite_stream &OS) {
  const Target &Ours = getTheMTIATarget();
  if (ClangTM.getTargetTriple().getArch() != Triple::riscv64 || &ClangTM.getTarget() == &Ours)
    return false;

  std::string Reason = getMTIAUnsupportedReason(M, ClangTM.Options.MCOptions.getABIName());
  if (!Reason.empty()) {
    M.getContext().emitError(Reason);
    return true;
  }

  std::unique_ptr<TargetMachine> TM(Ours.createTargetMachine(
      ClangTM.getTargetTriple(), ClangTM.getTargetCPU(), ClangTM.getTargetFeatureString(),
      ClangTM.Options, ClangTM.getRelocationModel(), ClangTM.getCodeModel(),
      ClangTM.getOptLevel()));

  legacy::PassManager PM;
  PM.add(new TargetLibraryInfoWrapperPass(ClangTM.getTargetTriple()));
  if (TM->addPassesToEmitFile(PM, OS, /*DwoOut=*/nullptr, FileType)) {
    M.getContext().emitError("the MTIA target can't write this kind of file");
    return true;
  }
  PM.run(M);
  return true;
}

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT PassPluginLibraryInfo llvmGetPassPluginInfo() {
  PassPluginLibraryInfo Info;
  Info.APIVersion = LLVM_PLUGIN_API_VERSION;
  Info.PluginName = "MTIA";
  Info.PluginVersion = "0.1";
  Info.RegisterPassBuilderCallbacks = registerMTIAPasses;
  Info.PreCodeGenCallback = generateCode;
  return Info;
}
