// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one target of this program. In the plugin, MTIA is found by its name only,
// because LLVM's own RISC-V target owns the triple; here, where that target is
// not linked, MTIA answers for riscv64. So clang's back end, inline assembly and
// LTO in the linker all find it.
#include "Tools.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Plugins/PassPlugin.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace llvm {
Target &getTheMTIATarget();
} // namespace llvm

extern "C" {
void LLVMInitializeMTIATargetInfo();
void LLVMInitializeMTIATarget();
void LLVMInitializeMTIATargetMC();
void LLVMInitializeMTIAAsmPrinter();
void LLVMInitializeMTIAAsmParser();
}

void mtia::initializeTarget() {
  // The first registration counts.
  TargetRegistry::RegisterTarget(getTheMTIATarget(), "mtia",
                                 "MTIA processing element (RV64 + Xmtia)", "MTIA",
                                 [](Triple::ArchType Arch) { return Arch == Triple::riscv64; });
  LLVMInitializeMTIATargetInfo();
  LLVMInitializeMTIATarget();
  LLVMInitializeMTIATargetMC();
  LLVMInitializeMTIAAsmPrinter();
  LLVMInitializeMTIAAsmParser();
}

// Debian's libclangCodeGen refers to Polly, which is not linked: an extension
// that registers nothing.
PassPluginLibraryInfo getPollyPluginInfo();
PassPluginLibraryInfo getPollyPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "none", LLVM_VERSION_STRING, [](PassBuilder &) {}, nullptr};
}

// lld's driver initialises every target of the packages, to be ready for LTO.
// None of them is here.
extern "C" {
#define LLVM_TARGET(T)                                                                             \
  void LLVMInitialize##T##TargetInfo() {}                                                          \
  void LLVMInitialize##T##Target() {}                                                              \
  void LLVMInitialize##T##TargetMC() {}
#include "llvm/Config/Targets.def"
#define LLVM_ASM_PRINTER(T)                                                                        \
  void LLVMInitialize##T##AsmPrinter() {}
#include "llvm/Config/AsmPrinters.def"
#define LLVM_ASM_PARSER(T)                                                                         \
  void LLVMInitialize##T##AsmParser() {}
#include "llvm/Config/AsmParsers.def"
}
