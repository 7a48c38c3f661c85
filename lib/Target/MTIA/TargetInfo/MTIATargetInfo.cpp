//===-- MTIATargetInfo.cpp - The registered target ------------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TargetInfo/MTIATargetInfo.h"
#include "llvm/MC/TargetRegistry.h"

using namespace llvm;

Target &llvm::getTheMTIATarget() {
  static Target TheMTIATarget;
  return TheMTIATarget;
}

// The triple of an MTIA program is riscv64-unknown-elf, and LLVM's own RISC-V
// target claims that architecture. Two claims make a tool stop with "Cannot
// choose between targets", so this target is found by its name only.
static bool matchesNoArch(Triple::ArchType) { return false; }

extern "C" void LLVMInitializeMTIATargetInfo() {
  TargetRegistry::RegisterTarget(getTheMTIATarget(), "mtia",
                                 "MTIA processing element (RISC-V 64, Xmtia)", "MTIA",
                                 matchesNoArch);
}
